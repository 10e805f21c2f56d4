"""Each artist of the gallery looks on the page as matplotlib draws it, and a missing one would be noticed."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from vgtext.explore import explore, source
from vgtext.explore.figure import LOOK

from .gallery import GALLERY

BLOCK, EDGE = 6, 3  # pixels a side that are averaged; pixels at the panel's edge, where axes lie, left out
OWN_LOOK = {"words", "formula", "arrows"}  # a page has its own fonts, and one head for all arrows


def grey(image):
    """Return an image as block means of its ink, 0 (white) to 1 (black), one layer for each colour."""
    pixels = 1 - np.asarray(image.convert("RGB"), float) / 255
    pixels = pixels[EDGE:-EDGE, EDGE:-EDGE]
    rows, columns = (n // BLOCK for n in pixels.shape[:2])
    return pixels[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK, 3).mean((1, 3))


def by_matplotlib(draw, width, height):
    """Draw an entry on a panel of a given size in pixels that fills its picture."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(width / 96, height / 96), dpi=96)
        canvas = FigureCanvasAgg(figure)
        draw(figure.add_axes([0, 0, 1, 1]))
        stream = io.BytesIO()
        canvas.print_png(stream)
    return Image.open(stream)


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """Return a page, opened from a file, that shows the whole gallery on white."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VGTEXT_EXPLORE", "static")
        figures = "".join(explore(draw).mimebundle["text/html"] for draw in GALLERY.values())
    file = tmp_path_factory.mktemp("gallery") / "index.html"
    style = f"<style>{source('css')} body {{ font-family: 'DejaVu Sans'; width: 600px }}</style>"
    script = f"<script>{source('js')}</script>"
    file.write_text(f"<!doctype html><meta charset=utf-8><title>Gallery</title>{style}{figures}{script}")
    opened = browser.new_page(viewport={"width": 700, "height": 900})
    opened.goto(file.as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize("name", GALLERY)
def test_the_page_draws_what_matplotlib_draws(page, name):
    figure = page.locator(f"vg-explore#{name.replace('_', '-')}")
    figure.scroll_into_view_if_needed()
    figure.locator("svg").wait_for()
    panel = figure.locator("clipPath rect").evaluate("r => ['x', 'y', 'width', 'height'].map(k => +r.getAttribute(k))")
    box = figure.locator("svg").bounding_box()
    clip = {"x": box["x"] + panel[0], "y": box["y"] + panel[1], "width": panel[2], "height": panel[3]}
    seen = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    wanted = by_matplotlib(GALLERY[name], *seen.size)
    ours, theirs = grey(seen), grey(wanted)
    ink = np.abs(theirs).mean()
    apart = np.abs(ours - theirs).mean() / ink
    assert ink > 0.004, "the entry draws too little to be compared"
    assert apart < (0.7 if name in OWN_LOOK else 0.25), f"{apart:.0%} of the ink is elsewhere"
