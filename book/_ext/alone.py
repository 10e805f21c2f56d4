"""A notebook that is taken away alone gets its package by itself: its copy that pages offer begins with one more cell.

In a checkout and on Binder the package is there; on Colab, or where the file was downloaded, this cell installs it from
the address in ``_config.yml``. A book without an address offers its notebooks as they are.
"""

from pathlib import Path

import nbformat

CELL = """\
try:  # the package of this book, where the notebook has come without it, as on Colab
    import vgtext
except ModuleNotFoundError:
    %pip install -q git+{address}"""


def with_package(notebook, address):
    """Return a notebook whose first code cell installs the package from ``address``, where it is not there."""
    cell = nbformat.v4.new_code_cell(CELL.format(address=address), id="get-the-package")
    cells = [other for other in notebook.cells if other.id != cell.id]
    first = next((k for k, other in enumerate(cells) if other.cell_type == "code"), len(cells))
    return nbformat.from_dict({**notebook, "cells": [*cells[:first], cell, *cells[first:]]})


def complete_downloads(app, exception):
    """Put the cell into every notebook that pages offer for download."""
    address = app.config.html_theme_options.get("repository_url")
    if exception or app.builder.format != "html" or not address:
        return
    for path in sorted((Path(app.outdir) / "_sources" / "notebooks").glob("*.ipynb")):
        nbformat.write(with_package(nbformat.read(path, as_version=4), address), path)


def setup(app):
    """Do it when the pages are written."""
    app.connect("build-finished", complete_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
