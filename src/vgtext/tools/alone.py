"""A notebook that is opened alone, on Colab or as a download, gets the book's package: its first code cell does that.

The cell holds the address of ``_config.yml``, and does nothing where the package is. ``make notebooks`` puts it in:

    python -m vgtext.tools.alone notebooks/two_by_two.ipynb
"""

import sys

import nbformat

from vgtext.tools.links import setting

CELL = """\
# On Colab, or wherever this notebook is without its book: install the book's package.
import importlib.util

if importlib.util.find_spec("vgtext") is None:
    get_ipython().run_line_magic(
        "pip", "install -q git+{address}")"""
NAME = "get-the-package"


def with_package(notebook, address):
    """Return a notebook whose first code cell gets the package from ``address``; without an address, none does."""
    cells = [cell for cell in notebook.cells if cell.get("id") != NAME]
    if address:
        first = next((k for k, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
        cell = nbformat.v4.new_code_cell(CELL.format(address=address), id=NAME, metadata={"tags": ["remove-cell"]},
                                         execution_count=1)
        cells.insert(first, cell)
    return nbformat.from_dict({**notebook, "cells": cells})


def main(paths):
    """Put the cell, with the book's address, into the notebooks at ``paths``."""
    for path in paths:
        nbformat.write(with_package(nbformat.read(path, as_version=4), setting("url")), path)


if __name__ == "__main__":
    main(sys.argv[1:])
