"""The address of the project stands in one place, and in the cell by which a notebook alone gets its package."""

import subprocess
from pathlib import Path

import nbformat
import yaml

from vgtext.tools.alone import with_package

ROOT = Path(__file__).parents[1]


def test_the_address_of_the_book_stands_in_one_place():
    """A fork changes the address in _config.yml; ``make notebooks`` puts it into one cell of each notebook."""
    address = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["repository"]["url"]
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    holders = []
    for path in filter(None, listing.split("\0")):
        file = ROOT / path
        if file.is_file() and file.suffix in {".md", ".yml", ".toml", ".cff", ".py", ".ipynb", ".html", ".txt", ""}:
            text = file.read_text("utf8")
            if file.suffix == ".ipynb":
                text = nbformat.writes(with_package(nbformat.reads(text, as_version=4), ""))
            if address in text:
                holders.append(path)
    assert holders == ["_config.yml"]
