"""Each kind of plot of the gallery looks on the page as matplotlib draws it, and a fault in it would be noticed."""

import base64
import io
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from scipy.ndimage import gaussian_filter, uniform_filter

from vgtext.explore import source
from vgtext.explore.figure import LOOK, Explorable
from vgtext.explore.read.pack import pack

from .gallery import GALLERY
from .reader import payload_of

LEAST = 0.82  # likeness of a page's picture
EDGE = 4  # pixels at the panel's edge, where axes lie, left out
OWN_LOOK = {"words", "formula", "annotated", "bent_annotation", "angled_annotation", "letters_apart", "pixels_apart",
            "turned_words", "upright_words", "script_letters", "pale_words", "typewriter", "table", "framed_picture",
            "wedge_arrow", "hatched_bars", "hatched_area", "hatched_contours",
            "turned_annotation", "bent_annotation_of_words"}  # fonts, heads of thin arrows, the start of a hatch

ELEMENT = ('<vg-explore id="{}" class="vg-explore"><figure><div class="vg-picture"></div>'
           '<div class="vg-controls"></div><figcaption></figcaption></figure>'
           '<script type="text/plain">{}</script></vg-explore>')


def likeness(one, other, blur=2):
    """Return how alike two pictures are, at most 1, at ``blur`` pixels (edges are smoothed in two ways).

    The lesser of their structural similarity (Wang et al. 2004, "Image quality assessment", equation 13, each color
    for itself) and of what their mean distance leaves, over windows in which one of them shows anything.
    """
    one, other = (gaussian_filter(np.asarray(p.convert("RGB"), float)[EDGE:-EDGE, EDGE:-EDGE] / 255, (blur, blur, 0))
                  for p in (one, other))

    def mean(values):
        return uniform_filter(values, (5 * blur + 1, 5 * blur + 1, 1))

    m1, m2 = mean(one), mean(other)
    v1, v2, both = mean(one**2) - m1**2, mean(other**2) - m2**2, mean(one * other) - m1 * m2
    similar = (2 * m1 * m2 + 1e-4) * (2 * both + 9e-4) / ((m1**2 + m2**2 + 1e-4) * (v1 + v2 + 9e-4))
    shown = (np.maximum(v1, v2).max(2) > 1e-4) | (np.minimum(m1, m2).min(2) < 0.98)
    assert shown.mean() > 0.004, "the entry draws too little to be compared"
    return min(similar[shown].mean(), 1 - 2.5 * np.abs(one - other)[shown].mean())


def by_matplotlib(draw, width, height):
    """Draw an entry on a panel of a given size in pixels that fills its picture."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(width / 96, height / 96), dpi=96)
        canvas = FigureCanvasAgg(figure)
        draw(figure.add_axes([0, 0, 1, 1]))
        canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba()))


def show(browser, folder, draws):
    """Return a page, opened from a file, that shows figures on white."""
    figures = [Explorable(draw, {}, {}) for draw in draws]
    elements = "".join(ELEMENT.format(figure.name.replace("_", "-"), pack(figure.spec([]) | payload_of(figure, ())))
                       for figure in figures)
    style = f"<style>{source('css')} body {{ font-family: 'DejaVu Sans'; width: 585px }}</style>"
    script = f"<script>{source('js')}</script>"
    (folder / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>Gallery</title>{style}{elements}{script}", "utf8")
    page = browser.new_page(viewport={"width": 700, "height": 3000})
    page.goto((folder / "index.html").as_uri())
    return page


# Brings the first of some figures to the top; returns {id: where its panel is} of those in view, when all of them are
# drawn and stay: near the end of a page, what is drawn below may move what was measured.
PANELS_IN_VIEW = """async (names) => {
  const find = (name) => document.getElementById(name);
  const measure = () => {
    find(names[0]).scrollIntoView();
    const found = {};
    for (const name of names) {
      if (find(name).getBoundingClientRect().bottom > innerHeight) break;
      if (!find(name).querySelector(".vg-panel")) return null;
      const { x, y } = find(name).querySelector("svg").getBoundingClientRect();
      const panel = find(name).querySelector("clipPath[id$=clip0] rect");
      const [left, top, ...size] = ["x", "y", "width", "height"].map((key) => +panel.getAttribute(key));
      found[name] = [x + left, y + top, ...size];
    }
    return found;
  };
  for (let before = null, found; ; before = found) {
    found = measure();
    if (found && JSON.stringify(found) === JSON.stringify(before)) return found;
    await new Promise((next) => setTimeout(() => requestAnimationFrame(next), 50));
  }
}"""


def pictures_of(page, names):
    """Return {name: picture of its panel} of figures in the order of their page, as many at a time as are in view."""
    names, pictures = {name.replace("_", "-"): name for name in names}, {}
    while names:
        seen = page.evaluate(PANELS_IN_VIEW, [*names])
        everything = Image.open(io.BytesIO(page.screenshot()))
        for place, (x, y, width, height) in seen.items():
            corners = np.round([x, y, x + width, y + height]).astype(int).tolist()
            pictures[names.pop(place)] = everything.crop(corners)
    return pictures


@pytest.fixture(scope="module")
def pictures(browser, tmp_path_factory):
    """What a page shows of each entry."""
    opened = show(browser, tmp_path_factory.mktemp("gallery"), GALLERY.values())
    yield pictures_of(opened, GALLERY)
    opened.close()


@pytest.mark.parametrize("name", GALLERY)
def test_the_page_draws_what_matplotlib_draws(pictures, name):
    seen = pictures[name]
    alike = likeness(seen, by_matplotlib(GALLERY[name], *seen.size), 8 if name in OWN_LOOK else 2)
    print(f"LIKE {alike:.3f} {name}")
    assert alike > LEAST, f"likeness {alike:.2f}"


@pytest.mark.parametrize("what", ["cells_of_two_like_colors", "edges_of_two_like_colors", "hatch_of_two_like_colors",
                                  "bars_of_one_color"])
def test_cells_beside_each_other_leave_no_seam(pictures, what):
    inside = np.asarray(pictures[what].convert("RGB"), int)[EDGE:-EDGE, EDGE:-EDGE]
    assert np.ptp(inside, axis=(0, 1)).max() <= 3


def tampered(**changes):
    """Return a fault: marks with some of their entries changed by functions, or lost where one returns None."""

    def fault(marks):
        for mark in marks:
            for key in set(mark) & set(changes):
                mark[key] = changes[key](mark[key])
        return [{key: value for key, value in mark.items() if value is not None} for mark in marks]

    return fault


def lost(value):
    return None


def larger(shape):
    return re.sub(r"-?[\d.]+", lambda number: f"{float(number[0]) * 1.3:.2f}", shape)


FAULTS = {
    "a marker's size": ("markers", tampered(shape=larger)),
    "an offset": ("overlapping_points", tampered(x=lambda x: [x[0]] * len(x) if x[0] > 4000 else [0] * len(x))),
    "places one to the left": ("markers_from_the_fourth", tampered(x=lambda x: [u - 400 for u in x])),
    "opacity of areas": ("filled_shape", tampered(fillOpacity=lost)),
    "opacity of points": ("stars", tampered(fillOpacity=lambda alpha: alpha / 3, strokeOpacity=lost)),
    "dashes": ("dashes", tampered(dashes=lost)),
    "where dashes start": ("dash_start", tampered(dashStart=lost)),
    "the order of drawing": ("layered", lambda marks: marks[::-1]),
    "a width": ("line", tampered(width=lambda width: width / 4)),
    "a color": ("stack", tampered(fill=lambda fill: "#E69F00")),
    "a clip path": ("clipped_image", tampered(clip=lost)),
    "an image's rows": ("image", tampered(source=lambda source: upside_down(source))),
    "smoothness": ("smooth_image", tampered(box=lambda box: [*box[:2], box[2] // 2, box[3]])),
    "a curve's letters": ("bezier", tampered(commands=lambda commands: "M" + "L" * (len(commands) - 1))),
    "a background": ("background", None),
}


def upside_down(source):
    image, stream = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))), io.BytesIO()
    image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(stream, "png")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def test_a_fault_in_what_is_sent_is_seen(browser, tmp_path, monkeypatch):
    faults = {GALLERY[name].__name__: fault for name, fault in FAULTS.values()}
    scene = Explorable.scene

    def wrong(figure, parameters):
        panels, caption = scene(figure, parameters)
        fault = faults[figure.draw.__name__]
        frame = {key: value for key, value in panels[0].frame.items() if fault or key != "ground"}
        return [panels[0]._replace(frame=frame, marks=fault(panels[0].marks) if fault else panels[0].marks)], caption

    monkeypatch.setattr(Explorable, "scene", wrong)
    page, seen = show(browser, tmp_path, [GALLERY[name] for name, _ in FAULTS.values()]), {}
    pictures = pictures_of(page, [name for name, _ in FAULTS.values()])
    for cause, (name, _) in FAULTS.items():
        picture = pictures[name]
        seen[cause] = likeness(picture, by_matplotlib(GALLERY[name], *picture.size), 8 if name in OWN_LOOK else 2)
    page.close()
    assert {cause: round(alike, 3) for cause, alike in seen.items() if alike > LEAST} == {}
