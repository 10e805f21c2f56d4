"""Read the figures out of a chapter's notebook, for tools that work on them one by one."""

import ast
import os
from contextlib import contextmanager

import nbformat

from vgtext.explore.show import Shown


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


def cell_values(path):
    """Run the code cells of the notebook at ``path`` in order and yield the value of each one's last expression."""
    scope = {"__name__": "__main__"}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(cell.source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), str(path), "exec"), scope)
        if last is not None:
            yield eval(compile(ast.Expression(last.value), str(path), "eval"), scope)


def figures(path):
    """Return the figures of the notebook at ``path``, {name: Explorable}, in the order in which a reader meets them."""
    with text_mode():
        return {value.figure.name: value.figure for value in cell_values(path) if isinstance(value, Shown)}
