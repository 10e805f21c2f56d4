"""A figure in a Jupyter Book of someone else's: made as README.md says, it moves, and is read in dark."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
CELL = """
from vgtext.explore import explore

def draw_line(ax, slope=1):
    ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(0, 3), xlabel="time")
    return f"It ends at {slope}."

explore(draw_line, slope=(1, 3))
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a book that has a title, an author, and one notebook."""
    folder = tmp_path_factory.mktemp("own book")
    (folder / "_config.yml").write_text("title: Mine\nauthor: A. Nother\n")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: one\n")
    cells = [nbformat.v4.new_markdown_cell("# One figure"), nbformat.v4.new_code_cell(CELL)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "one.ipynb")
    [commands] = re.findall(r"^```\n(mkdir -p _static\n.*?)^```", (ROOT / "README.md").read_text("utf8"), re.M | re.S)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(["sh", "-ec", commands], cwd=folder, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "_build/html/one.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_in_a_plain_book_moves_and_stands_on_the_page_itself(page, browser, scheme):
    """The theme has a light plate for what cells show, on which a dark page's figure is not read."""
    tab = browser.new_page(color_scheme=scheme)
    tab.goto(page.as_uri())
    tab.locator("vg-explore svg text", has_text="time").wait_for()
    assert tab.locator("html").get_attribute("data-theme") == scheme
    shown = "[...document.querySelectorAll('.cell_output, .cell_output > .output')]"
    grounds = tab.evaluate(f"{shown}.map((each) => getComputedStyle(each).backgroundColor)")
    assert grounds == ["rgba(0, 0, 0, 0)"] * 2
    tab.locator("vg-explore input").press("End")
    expect(tab.locator("vg-explore figcaption")).to_have_text("It ends at 3.")
    tab.close()
