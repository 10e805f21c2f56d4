"""The figure: its three lives show the same states, and every mistake of an author is named."""

import base64
import gzip
import itertools
import json
import re
from html import unescape

import numpy as np
import pytest

from vgtext.explore import FigureError, Play, explore
from vgtext.explore.read.paths import UNIT, mesh_pixels


def draw_powers(ax, a=0.9, depth=3, flip=False):
    n = np.arange(depth + 1)
    ax.plot(n, a**n * (-1 if flip else 1), label="a^n")
    ax.set(xlim=(0, 6), ylim=(-1.2, 1.2), xlabel="n", title=f"depth {depth}")
    return f"After {depth} factors of {a} the product is {a**depth:.3f}{' below 0' if flip else ''}."


CONTROLS = {"a": (0.5, 1.0, 0.1), "depth": Play(1, 6), "flip": False}


@pytest.fixture
def mode(monkeypatch):
    return lambda name: monkeypatch.setenv("VGTEXT_EXPLORE", name)


def page_data(html):
    packed = re.search(r'<script type="text/plain">(.*?)</script>', html)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def unpack(payload, state):
    """Read a state back as the page's script does: a list of (frame, marks)."""

    def value(ref):
        return payload["parts"][ref]

    def mark(ref):
        m = dict(value(ref))
        for key in set(m) & {"x", "y", "c", "sh"} if m["k"] in "pm" else ():
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
        assert frame["t"] == f"depth {depth}"
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
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= set(shown["live"])
    caption = "After 3 factors of 0.9 the product is 0.729."
    assert shown["text"]["text/plain"].endswith(caption)
    html = unescape(shown["static"]["text/html"])
    assert f'alt="{caption}"' in html and f"<figcaption>{caption}</figcaption>" in html


def test_a_live_widget_answers_each_wish_even_one_for_the_same_state(mode):
    mode("live")
    widget = explore(draw_powers, **CONTROLS).widget
    for turn, state in enumerate([[0, 5, 0], [0, 5, 0], [4, 2, 1]], start=1):
        widget.want = {"state": state, "turn": turn}
        assert widget.scene["turn"] == turn
    assert widget.scene["payload"]["captions"] == ["After 3 factors of 0.9 the product is 0.729 below 0."]


def draw_brittle(ax, depth=1):
    if depth == 3:
        raise ZeroDivisionError("no third layer")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return f"Depth {depth}."


def test_a_failing_state_fails_the_build_and_names_figure_state_and_cause(mode):
    mode("static")
    with pytest.raises(FigureError, match=r"figure brittle at depth=3: ZeroDivisionError: no third layer"):
        explore(draw_brittle, depth=(1, 4))


def test_a_failing_state_of_a_live_figure_is_told_and_the_next_one_answers(mode):
    mode("live")
    widget = explore(draw_brittle, depth=(1, 4)).widget
    widget.want = {"state": [2], "turn": 1}
    assert widget.scene == {"turn": 1, "error": "figure brittle at depth=3: ZeroDivisionError: no third layer"}
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


BAD = {
    "twin axes": lambda ax, k: ax.twinx(),
    "an inset": lambda ax, k: ax.inset_axes([0.5, 0.5, 0.4, 0.4]),
    "a hatch on Rectangle": lambda ax, k: ax.axhspan(0, 1, hatch="/"),
    "whole figure": lambda ax, k: ax.figure.suptitle("title"),
    "arrowstyle 'fancy'": lambda ax, k: ax.annotate("", (0, 0), (1, 1), arrowprops={"arrowstyle": "fancy"}),
    "'polar' of an annotation": lambda ax, k: ax.annotate("a", (0, 0), xycoords="polar"),
    "a quiver other than": lambda ax, k: ax.quiver([0], [0], [1], [1]),
    "the scale 'logit'": lambda ax, k: ax.set(yscale="logit", ylim=(0.1, 0.9)),
    "cells are no rectangles": lambda ax, k: ax.pcolormesh([[0, 1], [0.5, 2]], [[0, 0], [1, 1]], [[1]]),
    "markevery as a fraction": lambda ax, k: ax.plot([0, 1], [0, 1], "o", markevery=0.1),
    "a spine that is moved": lambda ax, k: ax.spines.left.set_position("center"),
    "the artist Table": lambda ax, k: ax.table([["1"]]),
    "RuntimeWarning": warn,
    "drawn twice at its opening state it differs": lambda ax, k: ax.plot([0, np.random.default_rng().random()], [0, 1]),
}


@pytest.mark.parametrize("cause", BAD)
def test_what_the_page_cannot_show_is_named(mode, cause):
    mode("static")
    with pytest.raises(FigureError, match=re.escape(cause)):
        explore(still(BAD[cause]), k=(1, 2))


def test_axes_that_jump_are_named(mode):
    def draw_jumping(ax, k=1):
        ax.plot([0, k], [0, 1])
        ax.set_ylim(0, 1)
        return f"k = {k}"

    mode("static")
    with pytest.raises(FigureError, match=r"the x axis of panel 'ax' jumps.*ax.set_xlim\(low, high\)"):
        explore(draw_jumping, k=(1, 2))


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
        with pytest.raises(FigureError, match="draw takes one to three panels"):
            explore(draw)


def test_more_than_three_controls_are_too_many():
    def draw_busy(ax, a=1, b=1, c=1, d=1):
        return "busy"

    with pytest.raises(FigureError, match="4 controls; a reader can follow at most three"):
        explore(draw_busy, a=(1, 2), b=(1, 2), c=(1, 2), d=(1, 2))


def test_an_unknown_mode_is_named(mode):
    mode("loud")
    with pytest.raises(FigureError, match="allowed are live, static, text"):
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
def test_mesh_pixels_are_the_colour_of_the_cell_under_them(flip_x, flip_y):
    edges_x, edges_y = np.array([0.0, 1.0, 4.0, 9.0]), np.array([0.0, 2.0, 3.0])
    colors = np.arange(24).reshape(2, 3, 4)
    x, y = (edges_x[::-1] if flip_x else edges_x), (edges_y[::-1] if flip_y else edges_y)
    pixels = mesh_pixels(x, y, colors, most=90)
    for px, py in itertools.product([0.5, 2.0, 6.0, 8.9], [0.1, 1.9, 2.5]):
        found = pixels[int((3.0 - py) / 3 * len(pixels)), int(px / 9 * pixels.shape[1])]
        column, row = np.searchsorted(edges_x, px) - 1, np.searchsorted(edges_y, py) - 1
        expected = colors[1 - row if flip_y else row, 2 - column if flip_x else column]
        np.testing.assert_array_equal(found, expected)
