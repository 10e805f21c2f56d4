"""FORMAT.md names every key that a payload may hold, and no other; a payload says what a readout needs."""

import re
from pathlib import Path

import numpy as np
import pytest

import vgtext.explore
from vgtext.explore import handle
from vgtext.explore.figure import Explorable
from vgtext.explore.read.units import UNIT

from .gallery import GALLERY
from .reader import payload_of

FORMAT = (Path(vgtext.explore.__file__).parent / "FORMAT.md").read_text("utf8")
NAMED = {key for row in re.findall(r"^\| (`.*?) \|", FORMAT, re.M) for key in re.findall(r"`(\w+)`", row)}


def keys(value):
    """Yield the keys of all objects in a value."""
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(inner)


def payload(draw, **controls):
    figure = Explorable(draw, controls, {})
    return {**figure.spec(figure.controls), **payload_of(figure, figure.start)}




def test_payloads_hold_the_keys_that_the_format_names():
    drawn = [payload(draw) for draw in GALLERY.values()] + [payload(draw_bar, k=(0, 1))]
    held = {key for each in drawn for key in keys(each)}
    assert held - NAMED == set()
    assert NAMED - held == set()


def draw_bar(ax, k=1):
    handle(ax, lambda k: (k, None))
    ax.figure.colorbar(ax.imshow([[k, 2], [3, 4]]), label="size")
    return f"k = {k}."


def marks_of(body):
    """Return (frame, marks) of what ``body`` draws on one panel."""

    def draw_it(ax):
        body(ax)
        return "A caption."

    return Explorable(draw_it, {}, {}).scene({})[0][0][:2]


def test_dates_and_categories_are_flagged_and_limits_are_exact():
    frame, _ = marks_of(lambda ax: ax.plot(np.array(["2005-02-03", "2005-03-01"], "datetime64[D]"), [1, 1000]))
    assert frame["x"]["kind"] == "date" and "kind" not in frame["y"]
    assert frame["x"]["limits"][0] == pytest.approx(12817 - 26 * 0.05)
    frame, _ = marks_of(lambda ax: ax.plot(["ReLU", "tanh"], [1, 2]))
    assert frame["x"]["kind"] == "category" and frame["x"]["texts"] == ["ReLU", "tanh"]
    frame, _ = marks_of(lambda ax: (ax.plot([0, 1]), ax.set_xticks([0, 1], ["ReLU", "tanh"])))
    assert frame["x"]["kind"] == "category"
    frame, _ = marks_of(lambda ax: (ax.semilogy([1, 1000]), ax.set_ylim(1, 1e4)))
    assert frame["y"]["limits"] == [1.0, 1e4] and "kind" not in frame["y"]


def test_marks_carry_their_labels_and_guides_are_flagged():
    def draw(ax):
        ax.plot([0, 1], [0, 1], label="measured")
        ax.plot([0, 1], [0.5, 0.5], ":", color="#767676")
        ax.axhline(0.7)
        ax.plot([0, 1], [0.2, 0.2], ":", color="black")
        ax.errorbar([0, 1], [0, 1], 0.1, label="bars")

    _, marks = marks_of(draw)
    assert [mark.get("name", "guide" in mark) for mark in marks[:4]] == ["measured", True, True, False]
    assert {mark.get("name") for mark in marks[4:]} == {"bars"}


def test_numbers_at_ticks_that_are_neither_the_values_nor_them_in_another_unit_are_names():
    for texts, kind in (([3, 4, 5], "category"), ([1, 2, 3], None), ([100, 200, 300], None)):
        frame, _ = marks_of(lambda ax, texts=texts: (ax.plot([1, 3], [0, 1]), ax.set_xticks([1, 2, 3], texts)))
        assert frame["x"].get("kind") == kind and frame["x"]["texts"] == [*map(str, texts)]


def test_a_tick_between_the_powers_of_ten_has_its_words_and_a_dollar_that_is_marked_is_one():
    frame, [_, mark] = marks_of(lambda ax: (
        ax.semilogy([1, 2], [2, 4]), ax.set_ylim(1.5, 4.5), ax.text(1, 3, r"5\$"),
        ax.yaxis.set_minor_formatter(lambda value, k: f"{value:g}")))
    assert frame["y"]["texts"] == ["2", "3", "4"] and mark["words"] == "5$"


def test_a_key_of_arrows_stretches_with_them():
    _, (arrow, key) = marks_of(lambda ax: ax.quiverkey(ax.quiver([0.5], [0.5], [1], [0], scale=5), 0.5, 0.8, 2, ""))
    assert np.ptp(key["x"]) == pytest.approx(2 * np.ptp(arrow["x"]), rel=0.01)


def test_a_label_beside_an_axis_is_one_line():
    frame, _ = marks_of(lambda ax: (ax.plot([0, 1]), ax.set(xlabel="in\ntwo", ylabel="in\none")))
    assert (frame["x"]["label"], frame["y"]["label"]) == ("in\ntwo", "in one")


def test_the_middles_of_a_mesh_with_whole_edges_are_halves_and_one_from_zero_on_a_log_axis_has_them_too():
    _, [mark] = marks_of(lambda ax: ax.pcolormesh([0, 1, 4, 10], [0, 1, 3], np.ones((2, 3))))
    assert mark["cells"][0] == [round(UNIT * x / 10) for x in (0.5, 2.5, 7)]
    assert mark["cells"][1] == [round(UNIT * y / 3) for y in (0.5, 2)]
    _, [mark] = marks_of(lambda ax: (ax.pcolormesh([0, 2, 20, 100], [0, 1, 3], np.ones((2, 3))), ax.set(
        xscale="log", xlim=(0.1, 100))))
    assert mark["cells"][0] == [round(UNIT * (np.log10(x) + 1) / 3) for x in (1, 11, 60)]
    _, [mark] = marks_of(lambda ax: (ax.pcolormesh([0, 1, 4, 10], [0, 1, 3], np.ones((2, 3))), ax.invert_xaxis()))
    assert mark["cells"][0] == [round(UNIT * (10 - x) / 10) for x in (7, 2.5, 0.5)]
