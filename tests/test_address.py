"""The address of the project stands in one place."""

import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_the_address_of_the_book_stands_in_one_place():
    """A fork changes the address in _config.yml, and nowhere else."""
    address = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["repository"]["url"]
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    holders = []
    for path in filter(None, listing.split("\0")):
        file = ROOT / path
        if file.is_file() and file.suffix in {".md", ".yml", ".toml", ".cff", ".py", ".ipynb", ".html", ".txt", ""}:
            if address in file.read_text("utf8"):
                holders.append(path)
    assert holders == ["_config.yml"]
