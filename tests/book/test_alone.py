"""A notebook taken away alone: its first code cell gets the package, and does nothing where it is there."""

import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from built import BOOK, ROOT
from IPython.core.inputtransformer2 import TransformerManager

sys.path.append(str(Path(__file__).parents[2] / "book" / "_ext"))
import alone

ADDRESS = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["repository"]["url"]


def test_every_notebook_that_the_book_offers_gets_its_package():
    offered = sorted((BOOK / "_sources/notebooks").glob("*.ipynb"))
    assert [path.name for path in offered] == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    for path in offered if ADDRESS else ():
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        assert cells[0].source.endswith(f"pip install -q git+{ADDRESS}")
        assert not any("pip install" in cell.source for cell in cells[1:])


def test_the_cell_is_put_in_once():
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# T"), nbformat.v4.new_code_cell("1")])
    twice = alone.with_package(alone.with_package(book, "x"), "y")
    assert [cell.cell_type for cell in twice.cells] == ["markdown", "code", "code"]
    assert twice.cells[1].source.endswith("git+y")


def run(line, *options):
    """Run the cell in an interpreter where pip only says what it was asked for; return what is printed."""
    fake = ("import sys\nclass Shell:\n    def run_line_magic(self, name, line): print(name, line)\n"
            "get_ipython = Shell\n")
    return subprocess.run([sys.executable, *options, "-c", fake + TransformerManager().transform_cell(line)],
                          capture_output=True, text=True, check=True, cwd="/").stdout


def test_the_cell_installs_where_the_package_is_missing_and_only_there():
    cell = alone.CELL.format(address=ADDRESS)
    assert run(cell) == ""
    assert run(cell, "-S", "-E") == f"pip install -q git+{ADDRESS}\n"
