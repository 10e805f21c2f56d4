"""Each chapter can be taken away: forked alone into an empty folder, it is whole, and finds its tests.

Two chapters, one without stored runs and one with, are forked as books: built without a warning, tested, one of them as
students get it. Their figures are asked for as text: all states are computed by the build of the book itself.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from vgtext.tools import notebooks
from vgtext.tools.fork import fork

WHOLE = {"two_by_two": {}, "detection": {"student": True}}


def run(folder, *command):
    """Run a command of this environment in a fork with its own package first on the path; fail with what it printed.

    What runs notebooks and shares out tests is not loaded beside pytest: a fork's tests need neither.
    """
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "VGTEXT_EXPLORE": "text",
                   "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [Path(sys.executable).parent / command[0], *command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def checks_of(slug):
    names = ("test_house", "test_ledger", "book/test_cache", "test_chapter_exercises", f"chapters/test_{slug}")
    return [f"tests/{name}.py" for name in names]


@pytest.mark.parametrize("slug", [slug for slug in WHOLE if slug in notebooks.slugs()])
def test_a_chapter_alone_is_a_book_that_builds_and_passes_its_tests(slug, tmp_path):
    folder = tmp_path / "fork"
    fork([slug], folder, **WHOLE[slug])
    run(folder, "jupyter-book", "build", ".", "-W", "--keep-going")
    assert (folder / f"_build/html/notebooks/{slug}.html").exists()
    assert " passed" in run(folder, "pytest", "-p", "no:cacheprovider", "--assert=plain", *checks_of(slug))


#: Collects the tests of each fork, FOLDER/SLUG, in a child of one process: what all of them import is loaded once.
COLLECT = """
import os, sys
import hypothesis.extra.numpy, matplotlib.backends.backend_agg, nbformat, playwright.sync_api, scipy.stats, xdist
import pytest
for slug in sys.argv[2:]:
    print("====", slug, flush=True)
    if not os.fork():
        os.chdir(os.path.join(sys.argv[1], slug))
        sys.path.insert(0, os.path.abspath("src"))
        checks = ["tests/test_house.py", "tests/test_ledger.py", f"tests/chapters/test_{slug}.py"]
        status = pytest.main(["-p", "no:cacheprovider", "--assert=plain", "--collect-only", *checks])
        sys.stdout.flush()
        os._exit(status)
    print("exit code", os.waitstatus_to_exitcode(os.wait()[1]))
"""
ALONE = [slug for slug in notebooks.slugs() if slug not in WHOLE]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder with a fork of each chapter, and {slug: what is printed when its tests are collected}."""
    folder = tmp_path_factory.mktemp("alone")
    for slug in ALONE:
        fork([slug], folder / slug, student=slug in notebooks.slugs()[::2])
    printed = run(folder, "python", "-c", COLLECT, folder, *ALONE)
    return folder, dict(re.findall(r"^==== (\w+)\n((?:(?!==== ).*\n)*)", printed, re.M))


@pytest.mark.parametrize("slug", ALONE)
def test_a_chapter_alone_is_whole_and_finds_its_tests(slug, alone):
    """Its modules and tests import nothing that was left out, and each link, page and file of data leads to a file."""
    folder = alone[0] / slug
    assert re.search(r" tests collected .*\nexit code 0$", alone[1][slug].strip(), re.S), alone[1][slug][-4000:]
    contents = yaml.safe_load((folder / "_toc.yml").read_text("utf8"))
    listed = [contents["root"], *(page["file"] for part in contents["parts"] for page in part["chapters"])]
    assert all((folder / f"{page}.md").exists() or (folder / f"{page}.ipynb").exists() for page in listed)
    assert broken_links(folder) == []
    code = "".join(path.read_text("utf8") for path in notebooks.root().glob(f"src/vgtext/chapters/{slug}/*.py"))
    data = set(re.findall(rf'load\("({slug}_\w+)"\)', code))
    assert data <= {path.stem for path in (folder / "src/vgtext/data").iterdir()}


def broken_links(folder):
    """Return the links between the pages of a fork that lead to no file of it."""
    pages = {path: path.read_text("utf8") for path in folder.glob("book/*.md")}
    for path in folder.glob("notebooks/*.ipynb"):
        cells = nbformat.read(path, 4).cells
        pages[path] = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return [(path.name, link) for path, text in pages.items()
            for link in re.findall(r"\]\(<?([\w./-]+\.(?:md|ipynb))", text) if not (path.parent / link).exists()]
