"""The built book with Python beside it, for the tests that run it in earnest."""

import os
import shutil
from pathlib import Path

import pytest

from vgtext.live.assemble import assemble

BOOK = Path(__file__).parents[2] / "_build" / "html"


@pytest.fixture(scope="session")
def folder(pyodide, tmp_path_factory):
    """A copy of the built book with Python beside it."""
    copy = tmp_path_factory.mktemp("live") / "html"
    shutil.copytree(BOOK, copy, copy_function=os.link, ignore=shutil.ignore_patterns("*.html", "live"))
    for page in BOOK.rglob("*.html"):
        shutil.copy(page, copy / page.relative_to(BOOK))
    assemble(copy, None if pyodide == "release" else pyodide)
    return copy
