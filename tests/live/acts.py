"""Runs notebooks through the page's runner, with a list in the place of the browser; kept is what they told."""

import json
import os
from pathlib import Path

from vgtext.live.runner import Runner

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebooks(slugs, folder):
    """Run chapters, each in a child of this process: what all of them import is loaded once."""
    for slug in slugs:
        if not os.fork():
            (Path(folder) / f"{slug}.json").write_text(json.dumps(notebook(slug)))
            os._exit(0)  # one that fails has said so, and has left no file
        os.wait()


def notebook(slug):
    """Run every code cell of a chapter; return [{text, error}] of the cells."""
    told, results = [], []
    page = Runner(told.append)
    cells = json.loads((NOTEBOOKS / f"{slug}.ipynb").read_text("utf8"))["cells"]
    for number, cell in enumerate(cell for cell in cells if cell["cell_type"] == "code"):
        told.clear()
        page.run(number, "".join(cell["source"]))
        results.append({"text": "".join(map(text, told)), "error": told[-1]["error"]})
    return results


def text(message):
    """Return what a message adds to a cell's output."""
    return {"stream": lambda: message["text"], "show": lambda: message["data"]["text/plain"] + "\n"}.get(
        message["tell"], str)()
