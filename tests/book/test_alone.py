"""A notebook taken away alone: its first code cell gets the package, and does nothing where it is there."""

import subprocess
import sys

import nbformat
import pytest
from built import BOOK, ROOT

from vgtext.tools import alone
from vgtext.tools.links import setting

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ADDRESS = setting("url")


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_gets_its_package_from_the_books_address(path):
    """The one in the repository, which Colab opens, and the one that a page offers; without an address, none has it."""
    book = nbformat.read(path, as_version=4)
    assert alone.with_package(book, ADDRESS).cells == book.cells, "run python -m vgtext.tools.alone notebooks/*.ipynb"
    asking = [cell for cell in book.cells if "pip" in cell.source and cell.cell_type == "code"]
    assert [cell.id for cell in asking] == [alone.NAME] * bool(ADDRESS)
    assert sources(BOOK / "_sources/notebooks" / path.name) == sources(path)
    assert alone.CELL.splitlines()[0] not in (BOOK / "notebooks" / f"{path.stem}.html").read_text("utf8")


def test_the_cell_is_put_in_once_before_the_first_code_and_goes_without_an_address(tmp_path):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# T"), nbformat.v4.new_code_cell("1")])
    twice = alone.with_package(alone.with_package(book, "x"), "y")
    assert [cell.cell_type for cell in twice.cells] == ["markdown", "code", "code"]
    assert 'git+y")' in twice.cells[1].source
    assert alone.with_package(twice, "").cells == book.cells
    nbformat.write(twice, tmp_path / "book.ipynb")
    alone.main([tmp_path / "book.ipynb"])
    assert sources(tmp_path / "book.ipynb") == [cell.source for cell in alone.with_package(book, ADDRESS).cells]


def run(code, *options):
    """Run the cell in an interpreter where pip only says what it was asked for; return what is printed."""
    fake = ("class Shell:\n    def run_line_magic(self, name, line): print(name, line)\n"
            "get_ipython = Shell\n")
    return subprocess.run([sys.executable, *options, "-c", fake + code], capture_output=True, text=True, check=True,
                          cwd="/").stdout


def test_the_cell_installs_where_the_package_is_missing_and_only_there():
    cell = alone.CELL.format(address="https://example.org/a")
    assert run(cell) == ""
    assert run(cell, "-S", "-E") == "pip install -q git+https://example.org/a\n"
