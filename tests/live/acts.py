"""Runs a notebook through the page's runner, with a list in the place of the browser; printed is what it told."""

import json
import sys
from pathlib import Path

from vgtext.live.runner import Runner

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebook(slug):
    """Run every code cell of a chapter; print [{text, error}] of the cells as JSON."""
    told, results = [], []
    page = Runner(told.append)
    cells = json.loads((NOTEBOOKS / f"{slug}.ipynb").read_text("utf8"))["cells"]
    for number, cell in enumerate(cell for cell in cells if cell["cell_type"] == "code"):
        told.clear()
        page.run(number, "".join(cell["source"]))
        results.append({"text": "".join(map(text, told)), "error": told[-1]["error"]})
    json.dump(results, sys.stdout)


def text(message):
    """Return what a message adds to a cell's output."""
    return {"stream": lambda: message["text"], "show": lambda: message["data"]["text/plain"] + "\n"}.get(
        message["tell"], str)()
