"""The figure: its three lives show the same states, and every mistake of an author is named."""

import base64
import functools
import gzip
import io
import itertools
import json
import re
from html import unescape

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib import patheffects
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, AnchoredText, AnnotationBbox, HPacker, OffsetImage, TextArea
from matplotlib.patches import Circle, ConnectionPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import AutoLocator
from matplotlib.transforms import Bbox, blended_transform_factory
from nbconvert import HTMLExporter
from PIL import Image

from vgtext.explore import FigureError, Play, explore
from vgtext.explore.element import page_element, picture_file
from vgtext.explore.figure import LOOK, Explorable
from vgtext.explore.read.pack import SHARED
from vgtext.explore.read.units import UNIT, draws_pixels, mesh_pixels


def draw_powers(ax, a=0.9, depth=3, flip=False):
    n = np.arange(depth + 1)
    ax.plot(n, a**n * (-1 if flip else 1), label="a^n")
    ax.set(xlim=(0, 6), ylim=(-1.2, 1.2), xlabel="n", title=f"depth {depth}")
    return f"After {depth} factors of {a} the product is {a**depth:.3f}{' below 0' if flip else ''}."


CONTROLS = {"a": (0.5, 1.0, 0.1), "depth": Play(1, 6), "flip": False}


@pytest.fixture
def mode(monkeypatch):
    return lambda name: monkeypatch.setenv("VGTEXT_EXPLORE", name)


@pytest.mark.parametrize("own", [{"text.usetex": True, "axes.grid": True}, plt.style.library["dark_background"]])
def test_a_readers_own_settings_of_matplotlib_change_no_figure(own):
    scene = repr(Explorable(draw_powers, CONTROLS, {}).scene({}))
    with plt.rc_context(own):
        assert repr(Explorable(draw_powers, CONTROLS, {}).scene({})) == scene
    assert "backend" not in LOOK  # which rc_context does not set back


def page_data(html):
    packed = re.search(r'<script type="text/plain">(.*?)</script>', html)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def unpack(payload, state):
    """Read a state back as the page's script does: a list of (frame, marks)."""

    def value(ref):
        return payload["parts"][ref]

    def mark(ref):
        m = dict(value(ref))
        for key in set(m) & set(SHARED):
            m[key] = value(m[key])
        return {k: np.cumsum(v).tolist() if k in "xy" else v for k, v in m.items()}

    return [(value(frame), [mark(ref) for ref in marks]) for frame, *marks in payload["states"][state]]


def test_every_state_of_the_page_is_what_the_function_draws(mode):
    mode("static")
    data = page_data(explore(draw_powers, **CONTROLS).mimebundle["text/html"])
    values = [(0.5, 0.6, 0.7, 0.8, 0.9, 1.0), range(1, 7), (False, True)]
    assert [c["texts"] for c in data["controls"]] == [[f"{v:.1f}" for v in values[0]], [*"123456"], ["off", "on"]]
    for k, (a, depth, flip) in enumerate(itertools.product(*values)):
        [(frame, [line])] = unpack(data, k)
        assert frame["title"] == f"depth {depth}"
        assert data["captions"][k].startswith(f"After {depth} factors of {a} the product")
        x, y = np.array(line["x"]) / UNIT * 6, np.array(line["y"]) / UNIT * 2.4 - 1.2
        np.testing.assert_allclose(np.interp(depth, x, y), a**depth * (-1 if flip else 1), atol=1e-3)


def test_the_lives_agree_on_text_and_controls(mode):
    shown = {}
    for name in ("live", "static", "text"):
        mode(name)
        shown[name] = explore(draw_powers, **CONTROLS).mimebundle
    assert len({bundle["text/plain"] for bundle in shown.values()}) == 1
    assert set(shown["text"]) == {"text/plain"}
    assert "text/html" in shown["static"] and "application/vnd.jupyter.widget-view+json" not in shown["static"]
    assert {"application/vnd.jupyter.widget-view+json"} == set(shown["live"]) - {"text/plain"}
    caption = "After 3 factors of 0.9 the product is 0.729."
    assert shown["text"]["text/plain"].endswith(caption)
    html = unescape(shown["static"]["text/html"])
    assert f'alt="{caption}"' in html and f"<figcaption>{caption}</figcaption>" in html


def test_a_caption_is_words_whatever_its_characters():
    def draw_it(ax):
        ax.plot([0, 1], [0, 1])
        return caption

    caption = 'Half of "R&D" is < 1 & > 0.'
    page = BeautifulSoup(page_element(Explorable(draw_it, {}, {})), "html.parser")
    assert page.img["alt"] == page.figcaption.text == caption


def test_where_no_kernel_is_a_live_figure_is_its_picture_and_caption(mode):
    """As in a notebook that is opened again, or exported: nothing is asked of a network."""
    shell = InteractiveShell.instance()
    mode("live")
    with capture_output() as outputs:
        figure = explore(draw_powers, **CONTROLS)
        shell.display_formatter.format(figure)
    shown = [nbformat.v4.new_output("display_data", data=output.data) for output in outputs.outputs]
    assert len(shown) == 2 and figure.widget.twin in shown[1].data["text/html"]
    cells = [nbformat.v4.new_code_cell("explore(draw_powers)", outputs=shown)]
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    caption = "After 3 factors of 0.9 the product is 0.729."
    assert re.search(rf'<img alt="{caption}" src="data:image/png;base64,\w{{100}}', html)
    assert f"<figcaption>{caption}</figcaption>" in html


def test_a_live_widget_answers_each_wish_even_one_for_the_same_state(mode):
    mode("live")
    widget = explore(draw_powers, **CONTROLS).widget
    for turn, state in enumerate([[0, 5, 0], [0, 5, 0], [4, 2, 1]], start=1):
        widget.want = {"state": state, "turn": turn}
        assert widget.scene["turn"] == turn
    assert widget.scene["payload"]["captions"] == ["After 3 factors of 0.9 the product is 0.729 below 0."]


#: What is said where it fails: with the line, for a KeyError says no more than a key.
BRITTLE = rf"figure brittle at depth=3: ZeroDivisionError: no third layer \(line \d+ of {re.escape(__name__)}\)"


def draw_brittle(ax, depth=1):
    if depth == 3:
        raise ZeroDivisionError("no third layer")
    ax.plot([0, depth / 4])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return f"Depth {depth}."


def test_a_failing_state_fails_the_build_and_names_figure_state_and_cause(mode):
    mode("static")
    with pytest.raises(FigureError, match=f"^{BRITTLE}$"):
        explore(draw_brittle, depth=(1, 4))


def test_a_failing_state_of_a_live_figure_is_told_and_the_next_one_answers(mode):
    mode("live")
    widget = explore(draw_brittle, depth=(1, 4)).widget
    widget.want = {"state": [2], "turn": 1}
    assert widget.scene["turn"] == 1 and re.fullmatch(BRITTLE, widget.scene["error"])
    widget.want = {"state": [3], "turn": 2}
    assert widget.scene["payload"]["captions"] == ["Depth 4."]


def still(body):
    """Return a drawing function with fixed limits that runs ``body`` on its panel."""

    def draw_still(ax, k=1):
        ax.set(xlim=(0, 1), ylim=(0, 1))
        body(ax, k)
        return f"A caption for k = {k}."

    return draw_still


def warn(ax, k):
    np.log(np.zeros(1))


def bar_of(ax, **look):
    return ax.figure.colorbar(ax.imshow(np.eye(3)), ax=ax, **look)


class Times(AutoLocator):
    """What pandas sets on an axis of its own kind of times."""

    __module__ = "pandas.plotting._matplotlib.converter"


BAD = {
    "twin axes": lambda ax, k: ax.twinx(),
    "an inset": lambda ax, k: ax.inset_axes([0.5, 0.5, 0.4, 0.4]),
    "whole figure": lambda ax, k: ax.figure.suptitle("title"),
    "or of unequal width, or another size": lambda ax, k: (ax.plot([0, 1]), ax.figure.set_size_inches(3, 8)),
    "panels that are moved": lambda ax, k: ax.set_position((0.2, 0.2, 0.3, 0.3)),
    "the scale 'logit'": lambda ax, k: ax.set(yscale="logit", ylim=(0.1, 0.9)),
    "a spine that is moved, cut or colored; leave": lambda ax, k: ax.spines.left.set_position("center"),
    "QuadMesh: gouraud shading; use": lambda ax, k: ax.pcolormesh(np.eye(3), shading="gouraud"),
    "a secondary axis; say": lambda ax, k: ax.secondary_xaxis("top"),
    "(polar)": lambda ax, k: ax.figure.add_subplot(projection="polar"),
    "(3d)": lambda ax, k: ax.figure.add_subplot(projection="3d"),
    "which draw removed or hid": lambda ax, k: ax.remove(),
    "tick labels or an axis label at the right": lambda ax, k: ax.yaxis.tick_right(),
    "put them at the left": lambda ax, k: ax.tick_params(labelright=True),
    "imshow instead of matshow": lambda ax, k: ax.matshow(np.eye(3)),
    "a second color bar of one panel": lambda ax, k: [ax.figure.colorbar(ax.imshow(np.eye(3)), ax=ax) for _ in "ab"],
    "a horizontal color bar": lambda ax, k: ax.figure.colorbar(ax.imshow(np.eye(3)), orientation="horizontal"),
    "two titles of one panel": lambda ax, k: (ax.set_title("a"), ax.set_title("b", loc="left"), ax.plot([0, 1])),
    "or a turned one; put": lambda ax, k: (ax.set_title("a", rotation=30), ax.plot([0, 1])),
    "usetex; leave it out: matplotlib sets": lambda ax, k: (ax.set_title("a", usetex=True), ax.plot([0, 1])),
    "colored words of a legend; leave": lambda ax, k: (ax.plot([0, 1], label="a"), ax.legend(labelcolor="red")),
    "of a legend; leave labelcolor out": lambda ax, k: (
        ax.plot([0, 1], label="a"), ax.legend(title="b").get_title().set_color("red")),
    "Legend: words in a frame, which on a phone is too small for them; use": lambda ax, k: (
        ax.add_artist(ax.legend(ax.plot([0, 1]), ["a"])), ax.legend(ax.plot([1, 0]), ["b"])),
    "Text: path effects on a text": lambda ax, k: ax.text(0, 0, "a", path_effects=[patheffects.Normal()]),
    "Text: a text box of this shape": lambda ax, k: ax.text(0, 0, "a", bbox={"boxstyle": "larrow"}),
    "Text: a text box of this shape; use": lambda ax, k: ax.text(0, 0, "a", bbox={"pad": 20}),
    "rounding_size, linestyle and hatch": lambda ax, k: ax.text(0, 0, "a", bbox={"ls": "--"}),
    "Text: a text box of this shape; use boxstyle": lambda ax, k: ax.text(0, 0, "a", bbox={"boxstyle": "round4"}),
    "and leave out pad, rounding_size": lambda ax, k: ax.text(
        0, 0, "a", bbox={"boxstyle": "round,rounding_size=1"}),
    "Text: usetex; leave it out": lambda ax, k: ax.text(0, 0, "a", usetex=True),
    "Text: a text that wraps": lambda ax, k: ax.text(0, 0, "a", wrap=True),
    "or turns with the data; ": lambda ax, k: ax.text(0, 0, "a", rotation=45, transform_rotates_text=True),
    "or another size or dpi; each": lambda ax, k: (ax.scatter([0.5], [0.5], s=900), ax.figure.set_dpi(200)),
    "Text: linespacing, or multialignment other": lambda ax, k: ax.text(0, 0, "aa\nb", ma="right"),
    "Text: linespacing": lambda ax, k: ax.text(0, 0, "aa\nb", linespacing=3),
    "Text: a formula in words of several lines": lambda ax, k: ax.text(0, 0, "$x$\nb"),
    "a formula in words of several lines, 'a": lambda ax, k: ax.set_title("a\n$x$"),
    "Text: the formula '$\\foo{x}$' (": lambda ax, k: ax.text(0, 0, "$\\foo{x}$"),
    "Text: 'above' outside its panel": lambda ax, k: ax.text(0.5, 1.1, "above"),
    "Text: 'below' outside its panel": lambda ax, k: ax.text(0.5, -0.2, "below"),
    "Text: 'under' outside its panel": lambda ax, k: (ax.set_axis_off(), ax.text(0.5, -0.03, "under", va="top")),
    "Text: 'third' outside its panel": lambda ax, k: ax.pie([1, 2, 3], labels=["", "", "third"], labeldistance=1.3),
    "Text: 'far' outside its panel": lambda ax, k: ax.text(7, 0.5, "far"),
    "Text: 'turned' outside its panel": lambda ax, k: ax.text(1.05, 0.5, "turned", rotation=90),
    "Text: 'over' outside its panel": lambda ax, k: ax.text(0.5, 1, "over", va="bottom"),
    "Text: 'beside' outside its panel": lambda ax, k: ax.text(1, 0.5, "beside", rotation=90),
    "Circle: it leaves its panel": lambda ax, k: ax.add_patch(Circle((1, 0.5), 0.05, clip_on=False)),
    "QuiverKey: 'a' outside its panel": lambda ax, k: ax.quiverkey(
        ax.quiver([0.5], [0.5], [1], [1]), 0.5, 1.05, 1, "a"),
    "Line2D: it leaves its panel": lambda ax, k: ax.plot([0.5, 1.2], [0.5, 1.2], clip_on=False),
    "Table: 'b' outside its panel": lambda ax, k: ax.table([["a"], ["b"], ["c"]], loc="bottom"),
    "Annotation: it leaves its panel": lambda ax, k: ax.annotate(
        "", (0.5, 3), (0.5, 0.5), annotation_clip=False, arrowprops={"arrowstyle": "->"}),
    "PathCollection: hatched points": lambda ax, k: ax.scatter([0.5], [0.5], s=900, hatch="/"),
    "a hatched background": lambda ax, k: ax.patch.set_hatch("/"),
    "a spine that is moved, cut": lambda ax, k: ax.spines.left.set_bounds(0.2, 0.8),
    "a Line2D of the whole figure": lambda ax, k: ax.figure.add_artist(Line2D([0, 1], [0, 1])),
    "a FigureImage of the whole figure": lambda ax, k: ax.figure.figimage(np.eye(3)),
    "or with a title or marks on it (Line2D)": lambda ax, k: bar_of(ax).ax.axhline(0.5),
    "marks on it (Text)": lambda ax, k: bar_of(ax).ax.text(0.5, 0.5, "half"),
    "marks on it (Legend)": lambda ax, k: bar_of(ax).ax.legend(ax.plot([0, 1]), ["a"]),
    "marks on it (Axes)": lambda ax, k: bar_of(ax).ax.inset_axes([0, 0, 1, 1]),
    "leave them out, and say in its label": lambda ax, k: bar_of(ax).ax.set_title("unit"),
    "marks on it (LineCollection)": lambda ax, k: ax.figure.colorbar(ax.contour(np.eye(3))),
    "a color bar of lines, hatches or edges": lambda ax, k: bar_of(ax, drawedges=True),
    "a color bar with limits of its own": lambda ax, k: bar_of(ax).ax.set_ylim(0, 0.5),
    "numbers at the left": lambda ax, k: bar_of(ax, location="left"),
    "1e−7 at a color bar": lambda ax, k: ax.figure.colorbar(ax.imshow(np.eye(3) * 1e-7)),
    "or with a title or marks on it; leave": lambda ax, k: bar_of(ax).ax.set_xlabel("unit"),
    "a color bar in a panel of its own, or of several; leave out cax": lambda ax, k: bar_of(ax, cax=ax),
    "or colored; leave it as it is": lambda ax, k: (ax.plot([0, 1]), ax.spines.left.set_color("red")),
    "colored numbers or ticks of the x axis": lambda ax, k: (
        ax.plot([0, 1]), ax.tick_params(axis="x", labelcolor="red")),
    "or ticks of the x axis; leave": lambda ax, k: (ax.plot([0, 1]), ax.tick_params(color="red", labelcolor="k")),
    "turned tick labels of the x axis": lambda ax, k: (
        ax.bar(["a", "b"], [1, 2]), ax.tick_params(axis="x", rotation=45)),
    "turned tick labels of the y axis, which": lambda ax, k: (
        ax.plot([0, 1]), [each.set_rotation(90) for each in ax.get_yticklabels()]),
    "turned tick labels of the x axis, which": lambda ax, k: (
        ax.plot([0, 9]), ax.set_xticks([0.5], ["half"], minor=True, rotation=45)),
    "numbers or ticks of the y axis; leave": lambda ax, k: (
        ax.semilogy([1, 9]), ax.tick_params(axis="y", which="minor", color="red")),
    "a turned label of the y axis, which": lambda ax, k: (ax.plot([0, 1]), ax.set_ylabel("y", rotation=0)),
    "a turned label of the x axis, which": lambda ax, k: (ax.plot([0, 1]), ax.set_xlabel("x", rotation=20)),
    "ticks at the right; leave them out: ax.tick_params(right=False": lambda ax, k: (
        ax.plot([0, 1]), ax.tick_params(right=True)),
    "ticks at the top; leave": lambda ax, k: (ax.loglog([1, 1e3], [1, 2]), ax.tick_params(which="minor", top=True)),
    "a grid above what is drawn": lambda ax, k: (ax.bar([0, 1], [1, 1]), ax.set_axisbelow(False), ax.grid()),
    "a colored grid; leave": lambda ax, k: (ax.plot([0, 1]), ax.grid(color="red")),
    "a colored grid; leave its": lambda ax, k: (ax.semilogy([1, 9]), ax.grid(which="minor", color="red")),
    "an edge of the background": lambda ax, k: (ax.plot([0, 1]), ax.patch.set(ec="k", lw=3)),
    "a background of the whole figure": lambda ax, k: (ax.plot([0, 1]), ax.figure.set_facecolor("#ddeeff")),
    "letters of the font 'serif'": lambda ax, k: ax.text(0, 0, "a", family="serif"),
    "or thin ones": lambda ax, k: ax.text(0, 0, "a", weight="light"),
    "or of a stretch or variant": lambda ax, k: ax.text(0, 0, "a", variant="small-caps"),
    "larger than its panel or a phone; use fewer": lambda ax, k: ax.text(0.5, 0.5, "long" * 60, clip_on=True),
    "wide words', larger than its panel or a phone": lambda ax, k: ax.text(0, 0.5, "wide words" * 3, size=20),
    "a legend without keys": lambda ax, k: (ax.plot([0, 1], label="a"), ax.legend(handlelength=0)),
    "the scale 'asinh' of the x axis": lambda ax, k: (ax.plot([0, 1]), ax.set_xscale("asinh")),
    "+1e9 beside the y axis": lambda ax, k: (ax.plot([0, 1]), ax.set_ylim(1e9, 1e9 + 2)),
    "QuiverKey: a place in the whole figure": lambda ax, k: ax.quiverkey(
        ax.quiver([0.5], [0.5], [1], [1]), 0.5, 0.5, 1, "a", coordinates="figure"),
    "Text: a place in the whole figure": lambda ax, k: ax.text(0.5, 0.5, "a", transform=ax.figure.transFigure),
    "Text: a place in the whole figure, which": lambda ax, k: ax.text(
        0.5, 0.5, "a", transform=blended_transform_factory(ax.transData, ax.figure.transFigure)),
    "Annotation: a place in the whole figure": lambda ax, k: ax.annotate("a", (0.5, 0.5), xycoords="figure fraction"),
    "Rectangle: a place in the whole figure": lambda ax, k: ax.add_patch(
        Rectangle((0.2, 0.2), 0.5, 0.5, transform=ax.figure.transFigure)),
    "Circle: a place in the whole figure": lambda ax, k: ax.add_patch(Circle((200, 200), 40, transform=None)),
    "Line2D: a place in the whole figure": lambda ax, k: ax.add_line(
        Line2D([1, 2], [1, 2], transform=ax.figure.dpi_scale_trans)),
    "lays out anew; give it in the panel": lambda ax, k: ax.annotate(
        "a", (0.5, 0.5), (200, 200), textcoords="figure pixels"),
    "AnnotationBbox: words in a frame": lambda ax, k: ax.add_artist(AnnotationBbox(TextArea("a"), (0.5, 0.5))),
    "AnchoredOffsetbox: words in a frame": lambda ax, k: ax.add_artist(
        AnchoredOffsetbox("center", child=HPacker(children=[TextArea("a")]))),
    "AnchoredText: words in a frame": lambda ax, k: ax.add_artist(AnchoredText("a", "upper left")),
    "a grid over a picture, or over a zorder": lambda ax, k: (ax.imshow(np.eye(3)), ax.grid()),
    "over a zorder below 0.5; draw its lines": lambda ax, k: (ax.plot([0, 1], zorder=-2), ax.grid()),
    "times of another zone than UTC on the x axis": lambda ax, k: (
        ax.xaxis_date(tz="Asia/Tokyo"), ax.plot([np.datetime64("2024-05-05"), np.datetime64("2024-05-06")], [0, 1])),
    "times of pandas on the x axis": lambda ax, k: (ax.plot([0, 1]), ax.xaxis.set_major_locator(Times())),
    "Line2D 'waves': a sketched": lambda ax, k: ax.plot([0, 1], label="waves", sketch_params=2),
    "panel 'ax', on which draw drew nothing": lambda ax, k: None,
    "draw used pyplot's own figure; draw on": lambda ax, k: plt.plot([0, 1]),
    "AxesImage: IndexError": lambda ax, k: ax.imshow(np.empty((0, 0))),
    "RuntimeWarning": warn,
    "drawn twice at its opening state it differs": lambda ax, k: ax.plot([0, np.random.default_rng().random()], [0, 1]),
}


@pytest.mark.parametrize("cause", BAD)
def test_what_the_page_cannot_show_is_named(mode, cause):
    mode("static")
    with pytest.raises(FigureError, match=re.escape(cause)):
        explore(still(BAD[cause]), k=(1, 2))
    plt.close("all")


def test_what_leads_from_one_panel_to_another_is_named_though_limits_are_left_to_matplotlib(mode):
    def draw_pair(one, other):
        for ax in (one, other):
            ax.plot([0, 10], [0, 10])
        one.add_artist(ConnectionPatch((5, 5), (5, 5), "data", "data", axesA=one, axesB=other))
        return "A line from 5 to 5."

    mode("static")
    with pytest.raises(FigureError, match="ConnectionPatch: it leaves its panel"):
        explore(draw_pair)


@pytest.mark.parametrize("several", [False, True])
def test_a_color_bar_that_stands_beside_another_panel_than_it_explains_is_named(mode, several):
    def draw_pair(one, other):
        image, _ = one.imshow(np.eye(3)), other.imshow(np.eye(4))
        one.figure.colorbar(image, ax=[one, other] if several else other)
        return "A bar for 2 panels."

    mode("static")
    with pytest.raises(FigureError, match="a color bar in a panel of its own, or of several; leave out cax"):
        explore(draw_pair)


@pytest.mark.parametrize("scale", [{"base": 2}, {"linscale": 3}])
def test_a_symlog_scale_that_a_page_lays_out_otherwise_is_named(mode, scale):
    def draw_it(ax):
        ax.set_yscale("symlog", linthresh=0.1, **scale)
        ax.plot([1, 100])
        return "Words."

    mode("static")
    with pytest.raises(FigureError, match="a symlog scale with base or linscale; leave them at 10 and 1"):
        explore(draw_it)


def test_panels_of_unequal_width_are_named(mode):
    def draw_unequal(one, other):
        one.get_gridspec().set_width_ratios([3, 1])
        one.plot([0, 1]), other.plot([0, 1])
        return "Two lines from 0 to 1."

    mode("static")
    with pytest.raises(FigureError, match="of unequal width, or another size or dpi; each gets the same room"):
        explore(draw_unequal)


def test_axes_that_jump_are_named(mode):
    def draw_jumping(ax, k=1):
        ax.plot([0, k], [0, 1])
        ax.set_ylim(0, 1)
        return f"k = {k}"

    mode("static")
    with pytest.raises(FigureError, match=r"the x axis of panel 'ax' jumps.*ax.set_xlim\(low, high\)"):
        explore(draw_jumping, k=(1, 2))


def test_limits_that_matplotlib_chose_may_differ_from_panel_to_panel(mode):
    def draw_two(left, right, k=1):
        left.plot([0, 1], [0, k / 2])
        right.plot([0, 50], [0, k])
        left.set_ylim(0, 1), right.set_ylim(0, 9)
        return f"k = {k}"

    mode("static")
    explore(draw_two, k=(1, 2))


@pytest.mark.parametrize("caption", [None, "", "  ", 3])
def test_a_draw_without_a_caption_is_named(mode, caption):
    def draw_silent(ax):
        return caption

    mode("text")
    with pytest.raises(FigureError, match="figure silent: draw returned no caption"):
        explore(draw_silent)


def test_controls_that_draw_lacks_are_named():
    with pytest.raises(FigureError, match="control 'width' names no parameter of draw_powers; it has a, depth, flip"):
        explore(draw_powers, width=(1, 3))
    with pytest.raises(FigureError, match="label 'width' names no parameter"):
        explore(draw_powers, labels={"width": "width"})


def test_signatures_that_make_no_figure_are_named():
    for draw in (lambda: "", lambda a, b, c, d: "", lambda ax, **more: ""):
        draw.__name__ = "draw_it"
        with pytest.raises(FigureError, match="figure it: draw takes one to three panels"):
            explore(draw)


@pytest.mark.parametrize("draw", [None, 3, "draw", functools.partial(draw_powers, a=1.0), np.sin, lambda ax: "Words."])
def test_what_is_no_named_function_is_named(draw):
    with pytest.raises(FigureError, match="explore takes a function"):
        explore(draw)


def test_labels_are_a_dict():
    with pytest.raises(FigureError, match="labels are a dict of names, not"):
        explore(draw_powers, labels="a")


def test_pyplots_own_axes_are_left_alone(mode):
    mode("static")
    _, ax = plt.subplots()
    ax.plot([0, 1])
    explore(draw_powers)
    with pytest.raises(FigureError, match="pyplot's own figure"):
        explore(still(lambda panel, k: (panel.plot([0, 1]), plt.plot([0, 1]))))
    plt.close("all")


def test_an_empty_scatter_numeric_labels_and_a_label_in_the_middle_are_drawn(mode):
    def draw_it(ax):
        ax.scatter([], [])
        ax.set_xticks([0, 1], [10, 20])
        ax.bar_label(ax.bar([0, 1], [2, 4]), label_type="center")
        return "Words."

    mode("static")
    [(frame, marks)] = unpack(page_data(explore(draw_it).mimebundle["text/html"]), 0)
    assert frame["x"]["texts"] == ["10", "20"]
    half = [mark["at"][1] / bar["y"][2] for mark, bar in zip(marks[-2:], marks)]
    np.testing.assert_allclose(half, 0.5, atol=0.03)


def test_a_hatch_is_lines_that_only_their_area_shows(mode):
    def draw_it(ax):
        ax.bar([0, 1], [1, 2], hatch="/", fc="w", ec="k")
        return "Words."

    mode("static")
    [(_, marks)] = unpack(page_data(explore(draw_it).mimebundle["text/html"]), 0)
    hatches = [mark for mark in marks if "clip" in mark]
    assert len(hatches) == 2 and all(mark["stroke"].startswith("#000000") and len(mark["x"]) > 20 for mark in hatches)
    assert hatches[0]["clip"]["x"] == marks[0]["x"]


@pytest.mark.parametrize(("width", "turn", "is_crisp"), [(0.5, 0, True), (0.002, 0, False), (0.5, 10, False)])
def test_bars_are_crisp_where_a_phone_still_shows_them(mode, width, turn, is_crisp):
    """Bars side by side leave no seam so; a thin one, or a tilted edge, would come and go with the pixels."""
    def draw_it(ax):
        for bar in ax.bar([0, 1], [1, 2], width):
            bar.set_angle(turn)
        return "Words."

    mode("static")
    [(_, marks)] = unpack(page_data(explore(draw_it).mimebundle["text/html"]), 0)
    assert [mark.get("crisp") for mark in marks] == ["crispEdges" if is_crisp else None] * 2


def strip_of(bar):
    """The colors of a color bar, from the top."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(bar["source"].partition(",")[2]))).convert("RGBA"))
    return [to_hex(color / 255, keep_alpha=True) for color in pixels[:, 0]]


def test_a_color_bar_has_the_colors_and_the_numbers_of_what_it_explains(mode):
    def draw_bands(ax, alpha=1.0):
        areas = ax.contourf(np.outer(range(4), range(4)), levels=[0, 1, 5, 9], colors=["r", "g", "b"], alpha=alpha)
        ax.figure.colorbar(areas)
        return "Words."

    mode("text")
    figure = explore(draw_bands).figure
    for alpha, digits in ((1.0, "ff"), (0.6, "99")):
        bar = figure.scene({"alpha": alpha})[0][0].frame["bar"]
        assert strip_of(bar) == ["#0000ff" + digits, "#008000" + digits, "#ff0000" + digits]
        assert bar["texts"] == ["0", "1", "5", "9"]
        assert bar["places"] == pytest.approx([0, UNIT / 3, 2 * UNIT / 3, UNIT], abs=1)
        assert 0 < bar["values"][0] < 1 < bar["values"][len(bar["values"]) // 2] < 5 < bar["values"][-1] < 9


def test_what_is_hidden_is_not_shown(mode):
    def draw_it(ax):
        ax.plot([0, 4], [0, 4], label="a line")
        ax.legend().set_visible(False)
        ax.set_title("hidden").set_visible(False)
        ax.set_xlabel("hidden").set_visible(False)
        ax.set_xticks([0, 2, 4])
        ax.xaxis.get_major_ticks()[1].label1.set_visible(False)
        ax.xaxis.get_major_ticks()[2].set_visible(False)
        ax.tick_params(axis="x", length=0)
        ax.tick_params(axis="y", labelcolor="none")
        ax.spines.left.set_color("none")
        ax.text(9, 2, "outside", clip_on=True)
        ax.annotate("of a point outside", (9, 2))
        return "Words."

    mode("text")
    frame, marks = explore(draw_it).figure.scene({})[0][0][:2]
    assert "legend" not in frame and frame["title"] == frame["x"]["label"] == "" and frame["spines"] == "b"
    assert frame["x"]["texts"] == ["0", "", ""] and frame["x"]["bare"] and len(frame["x"]["places"]) == 3
    assert frame["y"]["texts"] == [] and "bare" not in frame["y"] and [mark["kind"] for mark in marks] == ["path"]


def test_of_minor_ticks_and_of_what_ticks_share_nothing_is_shown_that_is_hidden(mode):
    def draw_it(ax):
        ax.plot([0, 4e9], [2, 4])
        ax.set(yscale="log", ylim=(1.5, 4.5))
        ax.set_ylabel("hidden", color="none")
        ax.set_title("hidden", color="none")
        ax.tick_params(labelbottom=labels)
        ax.xaxis.offsetText.set_visible(offset)
        ax.tick_params(axis="y", which="minor", left=dashes, labelleft=labels)
        return "Words."

    mode("text")
    for labels, offset, dashes in itertools.product([True, False], repeat=3):
        frame = explore(draw_it).figure.scene({})[0][0].frame
        assert frame["title"] == frame["y"]["label"] == ""
        assert ("offset" in frame["x"]) == (labels and offset)
        assert ("minor" in frame["y"]) == dashes and bool(frame["y"]["texts"]) == labels


def test_words_of_an_annotation_keep_their_distance_on_a_phone_in_whatever_it_is_given(mode):
    for given, pixels in (("offset points", 4 / 3), ("offset pixels", 1), ("offset fontsize", 16)):
        [text] = marks_of(lambda ax, k, way=given: ax.annotate("a", (0.5, 0.5), (1, 2), textcoords=way, fontsize=12))
        assert text["at"] == [UNIT // 2] * 2 and text["shift"] == pytest.approx([pixels, 2 * pixels], abs=0.05)


def test_words_of_an_annotation_are_cut_only_where_matplotlib_cuts_them(mode):
    def draw_it(ax):
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.annotate("inside", (0.5, 0.5))
        ax.annotate("beyond the right edge", (0.95, 0.5))
        return "Words."

    mode("text")
    [inside, beyond] = explore(draw_it).figure.scene({})[0][0].marks
    assert "unclipped" not in inside and beyond["unclipped"]


@pytest.mark.parametrize(("points", "scale", "extra", "whole"), [
    (([0, 1, 2], [3, 1, 5]), "linear", None, True), (([0, 1, 2], [3, np.nan, 5]), "linear", None, True),
    (([0, 1, 2], [3, 1, 6]), "linear", None, False), (([0, 1, 2], [1, 2, 5]), "log", None, True),
    (([0, 1, 2], [3, 1, 5]), "linear", "picture", False), (([0, 1, 2], [3, 1, 5]), "linear", "mesh", False)])
@pytest.mark.parametrize("kind", ["line", "dots"])
def test_marks_at_the_rim_of_a_panel_are_whole_unless_some_lie_outside(points, scale, extra, whole, kind):
    def draw(ax):
        ax.set(yscale=scale, xlim=(0, 2), ylim=(1, 5))
        if extra == "picture":
            ax.imshow(np.eye(2), extent=(0, 2, 1, 5), aspect="auto")
        if extra == "mesh":
            ax.pcolormesh([0, 1, 2], [1, 3, 5], np.eye(2))
        ax.plot([0, 2], [1, 5])  # has no marks
        ax.plot(*points, "o") if kind == "line" else ax.scatter(*points)
        return "Some 3 points."
    [panel], _ = Explorable(draw, {}, {}).scene({})
    *_, line = (mark for mark in panel.marks if mark["kind"] == "path" and "fill" not in mark)
    *_, dots = (mark for mark in panel.marks if mark["kind"] == "markers")
    assert dots.get("unclipped", False) == whole and "unclipped" not in line


def test_a_markevery_starts_where_it_says(mode):
    def draw_it(ax):
        ax.plot(range(9), "o", markevery=(2, 3))
        ax.set(xlim=(0, 8), ylim=(0, 8))
        return "Words."

    mode("static")
    [(_, [marks])] = unpack(page_data(explore(draw_it).mimebundle["text/html"]), 0)
    assert marks["x"] == [k * UNIT // 8 for k in (2, 5, 8)]


def test_the_picture_for_print_counts_in_the_budget(mode, monkeypatch):
    mode("static")
    monkeypatch.setattr("vgtext.explore.element.picture_file", lambda figure, kind: (b" " * 500_000, "Words."))
    with pytest.raises(FigureError, match="the picture for print 500,000, over the budget of 400,000"):
        explore(draw_powers)


def test_colors_that_stand_for_numbers_and_words_on_a_picture_stay(mode):
    def draw_it(ax):
        ax.scatter([0, 1], [0, 1], c=[0, 1], cmap="viridis")
        ax.imshow([[0, 1]], extent=(0, 1, 0, 1), aspect="auto")
        ax.text(0.5, 0.5, "on it", color="white")
        ax.text(3, 3, "beside it", color="black")
        ax.text(3, 4, "on a box", color="black", bbox={"fc": "yellow"})
        ax.axhspan(1.5, 2.5, color="#0072B2", alpha=0.6)  # dark on a dark page
        ax.text(3, 2, "on a tint", color="black")
        ax.scatter([4.5, 0], [4.5, 4.5], s=[900, 40], color="#0072B2")
        ax.text(4.5, 4.5, "on a point", color="white")
        ax.text(0, 4.5, "on a dot", color="black")
        ax.set(xlim=(-1, 5), ylim=(-1, 5))
        return "Words."

    mode("static")
    [(_, marks)] = unpack(page_data(explore(draw_it).mimebundle["text/html"]), 0)
    fills = {mark.get("words", mark["kind"]): mark.get("fill") for mark in marks}
    assert fills["on it"] == "#ffffff" and fills["beside it"].startswith("#000000,#f")
    assert fills["on a tint"] == fills["on a dot"] == fills["beside it"]
    assert fills["on a box"] == "#000000" and fills["on a point"] == "#ffffff"
    assert {mark["fill"] for mark in marks if mark["kind"] == "markers"} == {"#440154", "#fde725", "#0072b2"}


@pytest.mark.parametrize(("ground", "alpha", "black", "yellow"), [
    ("#ffeeaa", 1, "#000000", "#ffff00"), ("#222222", 1, "#000000", "#ffff00"),
    ("#eeeeee", 1, "#000000,#ffffff", "#999900,#ffff00"), ("#ffeeaa", 0.3, "#000000,#ffffff", "#999900,#ffff00")])
def test_on_a_ground_that_keeps_its_color_so_does_all_that_is_drawn(ground, alpha, black, yellow):
    marks = marks_of(lambda ax, k: (
        ax.set_facecolor((ground, alpha)), ax.plot([0, 1], [0, 1], "k"), ax.plot([0, 1], [1, 0], color="yellow"),
        ax.text(0.5, 0.5, "word"), ax.annotate("", (0.9, 0.5), (0.1, 0.5), arrowprops={"arrowstyle": "->"})))
    assert [mark.get("stroke") or mark["fill"] for mark in marks] == [black, yellow, black, black]


@pytest.mark.parametrize("beside", [
    lambda ax: ax.quiver([0.1, 0.9], [0.1, 0.9], [1, -1], [1, -1], [0, 1]),
    lambda ax: ax.barbs([0.1, 0.9], [0.1, 0.9], [10, 50], [10, 50], [0, 1]),
    lambda ax: ax.add_artist(AnnotationBbox(OffsetImage(np.eye(3), zoom=9), (0.2, 0.2))),
    lambda ax: ax.imshow(np.eye(3), extent=(0, 0.2, 0, 0.2), aspect="auto", zorder=3),
    lambda ax: ax.plot(0.5, 0.5, "+", ms=40, color="#0072B2")])
def test_beside_small_pictures_colored_arrows_and_crosses_black_is_turned_round_on_a_dark_page(beside):
    marks = marks_of(lambda ax, k: (
        beside(ax), ax.plot([0, 1], [0.9, 1], "k"), ax.text(0.5, 0.5, "word", clip_on=True, rotation_mode="anchor"),
        ax.set(xlim=(0, 1), ylim=(0, 1))))
    [line] = [mark["stroke"] for mark in marks if mark["kind"] == "path" and mark.get("x") == [0, UNIT]]
    [word] = [mark["fill"] for mark in marks if mark["kind"] == "text"]
    assert line == word == "#000000,#ffffff"


@pytest.mark.parametrize("place", ["edge", "center"])
def test_words_at_the_end_of_a_bar_are_not_on_it(place):
    marks = marks_of(lambda ax, k: (ax.bar_label(ax.bar([1, 2], [1, -2]), label_type=place), ax.set_ylim(-3, 3)))
    assert {mark["fill"] for mark in marks if mark["kind"] == "text"} == {
        "#000000,#ffffff" if place == "edge" else "#000000"}


def test_what_is_faint_is_shown():
    [mark] = marks_of(lambda ax, k: ax.fill([0, 1, 1], [0, 0, 1], alpha=0.004))
    assert mark["fillOpacity"] == 0.004


def test_a_line_on_areas_that_stand_for_numbers_stays_black_as_they_stay_what_they_are():
    for draw, black in ((lambda ax: ax.contourf(np.eye(3)), "#000000"), (lambda ax: ax.contour(np.eye(3)),
                                                                         "#000000,#ffffff")):
        marks = marks_of(lambda ax, k, draw=draw: (draw(ax), ax.plot([0, 2], [0, 2], color="k", clip_on=True)))
        assert marks[-1]["stroke"] == black


def test_an_axis_that_is_off_is_not_shown_nor_its_frame_and_ground_but_its_title():
    def draw_it(ax):
        ax.plot([0, 1])
        ax.set(title="title", xlabel="hidden", ylabel="hidden", facecolor="yellow")
        ax.grid()
        ax.spines.left.set_color("red")
        ax.axis("off")
        return "Words."

    frame = Explorable(draw_it, {}, {}).scene({})[0][0].frame
    assert frame["title"] == "title" and frame["spines"] == "" and "ground" not in frame
    for axis in (frame["x"], frame["y"]):
        assert axis["label"] == "" and axis["places"] == axis["texts"] == [] and "grid" not in axis


def test_without_its_frame_a_panel_keeps_its_numbers_and_loses_its_lines_and_its_ground():
    def draw_it(ax):
        ax.plot([0, 1])
        ax.set(frame_on=False, facecolor="yellow", xlabel="shown")
        return "Words."

    frame = Explorable(draw_it, {}, {}).scene({})[0][0].frame
    assert frame["spines"] == "" and "ground" not in frame and frame["x"]["texts"] and frame["x"]["label"] == "shown"


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_ground_that_is_not_drawn_is_none(is_seen):
    def draw_it(ax):
        ax.plot([0, 1])
        ax.set(facecolor="yellow")
        ax.patch.set_visible(is_seen)
        return "Words."

    assert ("ground" in Explorable(draw_it, {}, {}).scene({})[0][0].frame) == is_seen


def test_words_around_a_panel_are_those_that_matplotlib_sets():
    def draw_it(ax):
        ax.plot([0, 1], label="$5 or $6")
        ax.plot([1, 0], label="gone")
        ax.set_title("$5 or $6", parse_math=False)
        ax.set_title("hidden", loc="left", alpha=0)
        ax.set_xlabel("hidden", alpha=0)
        ax.set_ylabel("$5 or $6", parse_math=False)
        words = ax.legend(title="hidden").get_texts()
        words[0].set_parse_math(False)
        words[1].set_visible(False)
        ax.get_legend().get_title().set_alpha(0)
        return "Words."

    frame = Explorable(draw_it, {}, {}).scene({})[0][0].frame
    assert frame["title"] == frame["y"]["label"] == "$5 or $6" and frame["x"]["label"] == ""
    assert [words for words, _ in frame["legend"]] == ["$5 or $6", ""]


def test_an_arrow_of_no_color_is_none_and_its_words_stay():
    for color, lw in (("none", 1), ("red", 0)):
        look = {"arrowstyle": "<|-|>", "color": color, "lw": lw, "visible": lw > 0}
        [mark] = marks_of(lambda ax, k, look=look: ax.annotate("word", (0.9, 0.5), (0.1, 0.5), arrowprops=look))
        assert mark["words"] == "word"


def test_in_the_picture_for_print_a_mesh_is_pixels_and_so_are_very_many_points():
    rng = np.random.default_rng(0)
    drawn = {"mesh": lambda ax, k: ax.pcolormesh(rng.random((40, 40))), "few": lambda ax, k: ax.plot([0, 1], "o"),
             "points": lambda ax, k: ax.scatter(*rng.random((2, 3000))),
             "dots": lambda ax, k: ax.plot(rng.random(3000), "o"), "line": lambda ax, k: ax.plot(rng.random(3000))}
    pictures = {name: picture_file(Explorable(still(body), {}, {}), "svg")[0] for name, body in drawn.items()}
    assert {name for name, picture in pictures.items() if b"<image" in picture} == {"mesh", "points", "dots"}
    assert len(pictures["mesh"]) < 60_000


@pytest.mark.parametrize("title", [None, "waves", "waves\nof a pond"])
def test_a_legend_has_an_entry_for_each_line_to_the_last(title):
    def draw_three(ax, k=1):
        for name in ("first", "second", "last"):
            ax.plot([0, k], label=name)
        ax.legend(title=title)
        return "Three lines."

    panel = explore(draw_three, k=[1, 2]).figure.scene({"k": 1})[0][0]
    entries = panel.frame["legend"]
    named = [title.replace("\n", " ")] if title else []
    assert [words for words, _ in entries] == [*named, "first", "second", "last"]
    assert all(marks for _, marks in entries[bool(title):])


def test_more_than_three_controls_are_too_many():
    def draw_busy(ax, a=1, b=1, c=1, d=1):
        return "busy"

    with pytest.raises(FigureError, match="4 controls; a reader can follow at most three"):
        explore(draw_busy, a=(1, 2), b=(1, 2), c=(1, 2), d=(1, 2))


def test_an_unknown_mode_is_named(mode):
    mode("loud")
    with pytest.raises(FigureError, match="allowed are live, static, page, text"):
        explore(draw_powers)


def test_a_figure_over_its_budget_of_bytes_is_named(mode):
    noise = np.random.default_rng(0).random((400, 5, 3000))

    def draw_heavy(ax, k=0):
        ax.plot(noise[k].T, "o")
        ax.set(xlim=(0, 3000), ylim=(0, 1))
        return f"Noise {k}."

    mode("static")
    with pytest.raises(FigureError, match=r"40 states take .* over the budget of 400,000"):
        explore(draw_heavy, k=(0, 39))


def test_two_hundred_states_of_a_plain_figure_take_under_100_kilobytes(mode):
    mode("static")
    data = explore(draw_powers, a=(0.5, 0.99, 0.01), depth=(1, 4)).mimebundle["text/html"]
    assert len(page_data(data)["states"]) == 200
    assert len(re.search(r'text/plain">(.*?)<', data)[1]) * 3 / 4 < 100_000


@pytest.mark.parametrize("flip_x", [False, True])
@pytest.mark.parametrize("flip_y", [False, True])
def test_mesh_pixels_are_the_color_of_the_cell_under_them(flip_x, flip_y):
    edges_x, edges_y = np.array([0.0, 1.0, 4.0, 9.0]), np.array([0.0, 2.0, 3.0])
    colors = np.arange(24).reshape(2, 3, 4)
    x, y = (edges_x[::-1] if flip_x else edges_x), (edges_y[::-1] if flip_y else edges_y)
    pixels = mesh_pixels(x, y, colors)
    for px, py in itertools.product([0.5, 2.0, 6.0, 8.9], [0.1, 1.9, 2.5]):
        found = pixels[int((3.0 - py) / 3 * len(pixels)), int(px / 9 * pixels.shape[1])]
        column, row = np.searchsorted(edges_x, px) - 1, np.searchsorted(edges_y, py) - 1
        expected = colors[1 - row if flip_y else row, 2 - column if flip_x else column]
        np.testing.assert_array_equal(found, expected)


def test_markers_of_a_path_effect_keep_their_size_on_any_screen(mode):
    def draw_it(ax):
        outline = [patheffects.withStroke(linewidth=5, foreground="k")]
        ax.plot([1, 2], [1, 2], "o", path_effects=outline)
        ax.scatter([1, 2], [2, 1], path_effects=outline)
        return "Words."

    mode("text")
    marks = explore(draw_it).figure.scene({})[0][0].marks
    assert [mark["kind"] for mark in marks] == ["markers"] * 8
    assert len({(*mark["x"], *mark["y"]) for mark in marks}) == 4


def test_a_shadow_is_as_faint_as_its_path_effect_says(mode):
    def draw_it(ax):
        ax.add_patch(Rectangle((0.2, 0.2), 0.5, 0.5, path_effects=[patheffects.withSimplePatchShadow(alpha=0.25)]))
        return "Words."

    mode("text")
    shadow, patch = explore(draw_it).figure.scene({})[0][0].marks
    assert shadow["fillOpacity"] == 0.25 and "fillOpacity" not in patch


def test_a_curve_stays_in_its_panel_though_what_bends_it_lies_outside(mode):
    def draw_it(ax):
        codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3]
        ax.add_patch(PathPatch(Path([(0.1, 0.5), (0.5, height), (0.9, 0.5)], codes), fill=False, clip_on=False))
        ax.set(xlim=(0, 1), ylim=(0, 1))
        return "Words."

    mode("text")
    height = 1.3
    assert max(explore(draw_it).figure.scene({})[0][0].marks[0]["y"]) > 1.2 * UNIT


def test_the_color_of_a_title_and_of_a_label_is_that_of_a_word_in_the_panel(mode):
    def draw_it(ax):
        ax.plot([0, 1], [0, 1])
        ax.text(0, 0.5, "word", color="#e69f00")
        ax.set_title("title", color="#e69f00")
        ax.set_xlabel("plain")
        ax.set_ylabel("label", color="#e69f00")
        return "Words."

    mode("text")
    frame, marks = explore(draw_it).figure.scene({})[0][0][:2]
    assert frame["titleFill"] == frame["y"]["labelFill"] == marks[-1]["fill"] and "labelFill" not in frame["x"]


def marks_of(body):
    """What is read of one panel on which ``body`` draws."""
    return Explorable(still(body), {}, {}).scene({})[0][0].marks


def test_widths_dashes_and_where_they_start_are_those_of_the_line_in_pixels():
    [line] = marks_of(lambda ax, k: ax.plot([0, 1], [0, 1], lw=3, ls=(2, (6, 2, 1, 2)), dash_capstyle="round"))
    assert line["width"] == 4 and line["dashes"] == [24, 8, 4, 8] and line["dashStart"] == 8 and line["cap"] == "round"


def test_heads_of_streams_have_the_color_of_their_line_also_on_a_dark_page():
    y, x = np.mgrid[0:1:9j, 0:1:9j]
    marks = marks_of(lambda ax, k: (ax.streamplot(x, y, 1 + x, y, color=x, cmap="autumn"), ax.plot([0, 1], color="k")))
    lines = {mark["stroke"] for mark in marks if "fill" not in mark}
    heads = [mark for mark in marks if "fill" in mark]
    assert heads and all(head["fill"] == head["stroke"] and head["fill"] in lines for head in heads)
    assert "#000000,#ffffff" in lines  # of a line that stands for no numbers


@pytest.mark.parametrize(("style", "fill"), [("-|>", "#ff0000"), ("<|-|>", "#ff0000"), ("->", None), ("<->", None)])
def test_a_head_is_a_triangle_of_its_own_color_or_open(style, fill):
    look = {"arrowstyle": style, "color": "red"}
    [arrow] = marks_of(lambda ax, k: ax.annotate("", (0.9, 0.5), (0.1, 0.5), arrowprops=look))
    assert arrow.get("fill") == fill


@pytest.mark.parametrize(("rows", "columns", "drawn"), [(150, 350, True), (250, 350, False), (150, 450, False)])
def test_an_image_is_drawn_pixel_by_pixel_that_has_no_more_of_them_than_a_sharp_screen(rows, columns, drawn):
    image = plt.figure().add_subplot().imshow(np.zeros((rows, columns)))
    plt.close("all")
    assert draws_pixels(image, Bbox.from_bounds(0, 0, 200, 100)) == drawn


def test_a_narrow_cell_of_a_mesh_is_drawn():
    colors = np.arange(12).reshape(1, 3, 4)
    seen = mesh_pixels(np.array([0, 1, 1.002, 2]), np.array([0, 1]), colors)
    assert {*seen[0, :, 0].tolist()} == {0, 4, 8} and seen.shape[1] >= 1000


def test_points_keep_their_sides_and_their_clip():
    [dots] = marks_of(lambda ax, k: (ax.plot([0.25, 0.5], [1, 0.75], "o", clip_on=True), ax.lines[0].set_clip_path(
        Circle((0.5, 0.5), 0.4, transform=ax.transData))))
    assert (dots["x"], dots["y"]) == ([UNIT / 4, UNIT / 2], [UNIT, UNIT * 3 / 4]) and len(dots["clip"]["x"]) > 9


def test_an_axis_says_its_scale_its_limits_and_its_minor_ticks():
    def draw_it(ax):
        ax.semilogy([1, 2], [1, 100])
        ax.set(ylim=(1, 100), xlim=(0, 2))
        ax.set_xticks([0, 1, 2])
        ax.set_xticks([0.5, 1.5], minor=True)
        ax.grid(which=which)
        return "Words."

    which = "both"
    frame = Explorable(draw_it, {}, {}).scene({})[0][0].frame
    assert frame["x"]["grid"] == [0, UNIT // 2, UNIT, UNIT // 4, UNIT * 3 // 4]
    which = "minor"
    frame = Explorable(draw_it, {}, {}).scene({})[0][0].frame
    assert frame["x"]["grid"] == frame["x"]["minor"] and frame["y"]["grid"] == frame["y"]["minor"]
    assert frame["y"]["scale"] == "log" and frame["y"]["limits"] == [1, 100] and len(frame["y"]["minor"]) == 16
    assert frame["x"]["minor"] == [UNIT // 4, UNIT * 3 // 4] and frame["x"]["limits"] == [0, 2]


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("valign", ["top", "center", "bottom", "baseline"])
def test_words_hang_from_the_point_that_they_name(align, valign):
    [text] = marks_of(lambda ax, k: ax.text(0.5, 0.25, "word", ha=align, va=valign))
    assert (text["align"], text["valign"], text["at"]) == (align, valign, [UNIT // 2, UNIT // 4])


def test_a_color_bar_has_the_limits_of_its_colors_and_a_label_of_an_arrow_its_distance():
    def draw_it(ax):
        ax.figure.colorbar(ax.imshow(np.eye(2), vmin=-4, vmax=3))
        ax.annotate("a", (0.5, 0.5), (12, 24), textcoords="offset points", arrowprops={
            "arrowstyle": "->", "connectionstyle": "arc3,rad=0.3"})
        return "Words."

    frame, marks = Explorable(draw_it, {}, {}).scene({})[0][0][:2]
    [arrow] = (mark for mark in marks if mark["kind"] == "arrow")
    assert frame["bar"]["limits"] == [-4, 3] and arrow["shift"] == [16, 32] and arrow["bend"] == 0.3


def test_words_of_a_table_keep_their_place_in_their_cells_and_stand_above_all_of_them():
    marks = marks_of(lambda ax, k: ax.table([["a", "b"], ["c", "d"]], loc="center", cellLoc="center"))
    assert [mark["kind"] for mark in marks] == ["path"] * 4 + ["text"] * 4
    for cell, text in zip(marks, marks[4:]):
        assert text["align"] == text["valign"] == "center"
        assert text["at"][0] == pytest.approx(np.mean([min(cell["x"]), max(cell["x"])]), abs=2)


def test_a_typewriters_letters_are_known_by_any_of_their_names():
    assert marks_of(lambda ax, k: ax.text(0.1, 0.5, "a", family="DejaVu Sans Mono"))[0]["mono"]
