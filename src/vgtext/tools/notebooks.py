"""Read chapters and their figures out of the notebooks, for tools that work on them one by one."""

import ast
import io
import os
import re
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import nbformat

from vgtext.explore.show import Shown

ROOT = Path(__file__).parents[3]  # the checkout that this package is installed from


class NoChapter(ValueError):
    """A chapter, or a figure, that does not exist; the message lists those that do."""


def slugs():
    """Return the chapters' slugs in reading order, as ``_toc.yml`` says it."""
    return re.findall(r"file: notebooks/(\w+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


def notebook_path(slug):
    """Return the path of a chapter's notebook; NoChapter, with the list of chapters, if there is none."""
    if slug not in slugs():
        raise NoChapter(f"unknown chapter {slug!r}; there are {', '.join(slugs())}")
    return ROOT / "notebooks" / f"{slug}.ipynb"


def read(slug):
    """Return a chapter's notebook."""
    return nbformat.read(notebook_path(slug), as_version=4)


def title(notebook):
    """Return a notebook's title: its first heading."""
    headings = (re.match(r"# (.+)", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return next(heading[1] for heading in headings if heading)


def text_outputs(notebook, mark):
    """Return the text outputs of an executed notebook that begin with ``[mark]``, without that."""
    texts = [
        str(output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    return [text.removeprefix(f"[{mark}] ") for text in texts if text.startswith(f"[{mark}] ")]


@contextmanager
def text_mode():
    """Let figures show themselves as text while the block runs, whatever the environment says."""
    before = os.environ.get("VGTEXT_EXPLORE")
    os.environ["VGTEXT_EXPLORE"] = "text"
    try:
        yield
    finally:
        del os.environ["VGTEXT_EXPLORE"]
        if before is not None:
            os.environ["VGTEXT_EXPLORE"] = before


def cell_values(notebook):
    """Run the code cells of a notebook in order and yield the value of each one's last expression."""
    scope = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), cell.id, "exec"), scope)
        if last is not None:
            yield eval(compile(ast.Expression(last.value), cell.id, "eval"), scope)


def figures(slug):
    """Return a chapter's figures, {name: Explorable}, in the order in which a reader meets them."""
    with text_mode(), redirect_stdout(io.StringIO()):
        return {value.figure.name: value.figure for value in cell_values(read(slug)) if isinstance(value, Shown)}


def find_figure(name):
    """Return the figure called ``name`` (or ``name`` with hyphens), running only the notebook that holds it."""
    wanted, known = name.replace("-", "_"), []
    for slug in slugs():
        texts = text_outputs(read(slug), "figure")
        names = [text.split("(")[0].split(":")[0] for text in texts]
        if wanted in names:
            return figures(slug)[wanted]
        known += names
    raise NoChapter(f"unknown figure {name!r}; there are {', '.join(known)}")
