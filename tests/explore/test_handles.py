"""Handles: a place is where the state says, a drag to a state's place brings that state, and controls do the same."""

import itertools
import math
from contextlib import closing
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import expect

from vgtext.explore import FigureError, explore, handle, source
from vgtext.explore.element import pack_states, page_element
from vgtext.explore.figure import Explorable
from vgtext.explore.read.units import UNIT

from .reader import STYLE, elements, figure_in, payload_of, write_page

ROWS = ["first", "second", "third"]


def draw_spot(ax, a=0.5, b=10.0, c=1):
    ax.plot([a], [b], "o")
    ax.set(xlim=(-1, 1), ylim=(0.5, 2000), yscale="log")
    handle(ax, lambda a, b: (a, b))
    return f"a {a}, b {b}, c {c}."


def draw_across(left, right, depth=3, kind="plain"):
    left.plot([0, 1], [0, 1])
    left.set(xlim=(0, 1), ylim=(0, 1))
    right.axvline(depth)
    right.set(xlim=(0, 10), ylim=(0, 1))
    handle(right, lambda depth: (depth, None))
    handle(left, lambda depth: (None, depth / 10))
    return f"depth {depth}, kind {kind}."


def draw_cells(ax, row="second", column=2):
    i = ROWS.index(row)
    for each, k in itertools.product(range(3), range(1, 5)):
        ax.text(k, each, f"{each}{k}", ha="center", va="center")
    ax.plot([column], [i], "s", markersize=30, fillstyle="none")
    ax.set(xlim=(0.5, 4.5), ylim=(2.5, -0.5), xticks=range(1, 5), yticks=range(3), xlabel="column", ylabel="row")
    ax.set_yticklabels(ROWS)
    handle(ax, lambda row, column: (column, ROWS.index(row)), "cell")
    return f"row {row}, column {column}."


def draw_arrow(ax, turn=30):
    def head(turn):
        return math.cos(math.radians(turn)), math.sin(math.radians(turn))

    ax.annotate("", xy=head(turn), xytext=(0, 0), arrowprops={"arrowstyle": "->"})
    ax.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
    handle(ax, head)
    return f"turn {turn}."


FIGURES = {
    "spot": (draw_spot, {"a": (-1.0, 1.0, 0.25), "b": [1.0, 10.0, 100.0, 1000.0], "c": (0, 3)}),
    "across": (draw_across, {"depth": (0, 10), "kind": ["plain", "fancy"]}),
    "cells": (draw_cells, {"row": ROWS, "column": (1, 4)}),
    "arrow": (draw_arrow, {"turn": (0, 350, 10)}),
}


def made(name):
    draw, controls = FIGURES[name]
    return Explorable(draw, controls, {})


@cache
def payload_in_page(name):
    """All states of a figure, as a page has them."""
    return pack_states(made(name))[1]


def states(figure):
    return itertools.product(*(range(len(control.values)) for control in figure.controls))


def shares(name, panel, a=0, b=1, depth=0, row="first", column=1, turn=0, **rest):
    """Where on its panel a handle is, from the left and from the bottom."""
    return {"spot": (a / 2 + 0.5, math.log(b / 0.5) / math.log(4000)),
            "across": (None, depth / 10) if panel == 0 else (depth / 10, None),
            "cells": ((column - 0.5) / 4, (2.5 - ROWS.index(row)) / 3),
            "arrow": (0.5 + math.cos(math.radians(turn)) / 2.4, 0.5 + math.sin(math.radians(turn)) / 2.4)}[name]


# ---- in Python: where handles are, and what a kernel makes of a drag ----


def test_a_drag_goes_on_past_a_state_that_fails():
    def draw_gap(ax, a=1):
        if a == 2:
            raise ZeroDivisionError("a gap")
        ax.plot([a], [0.5], "o")
        ax.set(xlim=(-0.5, 4.5), ylim=(0, 1))
        handle(ax, lambda a: (a, 0.5))
        return f"a {a}."

    figure = Explorable(draw_gap, {"a": (0, 4)}, {})
    figure.answer({"state": [1]})
    for _ in range(2):
        with pytest.raises(FigureError, match="a gap"):
            figure.answer({"state": [1], "drag": [0, [UNIT // 2, UNIT // 2]]})
        assert figure.answer({"state": [1], "drag": [0, [UNIT * 7 // 10, UNIT // 2]]})["state"] == [3]


@pytest.mark.parametrize("name", FIGURES)
def test_a_place_is_where_the_state_says(name):
    figure = made(name)
    payload = payload_in_page(name)
    assert len(payload["places"]) == len(payload["states"])
    for state, places in zip(states(figure), payload["places"]):
        values = figure.values(state)
        for spec, (u, v) in zip(payload["handles"], places):
            wanted = shares(name, spec["panel"], **values)
            for found, share in zip((u, v), wanted):
                assert (found is None) == (share is None)
                assert share is None or found == pytest.approx(share * UNIT, abs=1)


@pytest.mark.parametrize("name", FIGURES)
def test_a_kernel_finds_every_state_again_from_its_place(name):
    figure = made(name)
    payload = payload_in_page(name)
    for state, places in zip(states(figure), payload["places"]):
        for number, (spec, target) in enumerate(zip(payload["handles"], places)):
            start = [at if i not in spec["moves"] else 0 for i, at in enumerate(state)]
            figure.answer({"state": start})  # what a reader sees as the drag begins
            found = figure.answer({"state": start, "drag": [number, target]})["state"]
            assert np.allclose(found, state, atol=0.02), (state, number)


def test_a_kernel_stops_between_two_values_where_a_slider_over_decimals_may():
    figure = made("spot")
    figure.answer({"state": figure.start})
    place = [0.3 * UNIT, UNIT * math.log(15 / 0.5) / math.log(4000)]
    found = figure.answer({"state": figure.start, "drag": [0, place]})["state"]
    assert figure.values(found) == {"a": pytest.approx(-0.4, abs=0.003), "b": 10.0, "c": 1}  # b has a list of values
    assert [control.text(at) for control, at in zip(figure.controls, found)][1:] == ["10", "1"]
    assert figure.controls[0].text(found[0]) in ("-0.402", "-0.4", "-0.398", "-0.399", "-0.401")
    assert figure.picture(figure.values(found))[1].startswith("a -0.")


def test_of_the_places_of_a_handle_the_nearest_is_the_nearest_as_it_is_seen():
    """In a panel that is not square: by pixels, not by shares of its width and height."""
    def draw_falling(ax, k=0):
        ax.plot([0, 10], [10, 0])
        ax.set(xlim=(0, 10), ylim=(0, 10))
        handle(ax, lambda k: (k, 10 - k))
        return f"k {k}."

    figure = Explorable(draw_falling, {"k": (0, 10)}, {})
    figure.answer({"state": [0]})
    w, h = figure.sheet.panels[0].bbox.size
    places, targets = np.array([(k, 10 - k) for k in range(11)]) / 10, [(0.1, 0.2), (0.5, 0.0), (0.9, 0.6), (1.0, 1.0)]
    seen, shared = ([int(np.hypot(*((places - target) * size).T).argmin()) for target in targets]
                    for size in ((w, h), (1, 1)))
    assert seen != shared
    assert [figure.answer({"state": [0], "drag": [0, [u * UNIT, v * UNIT]]})["state"][0]
            for u, v in targets] == seen


def test_a_widget_answers_a_drag_with_its_state(monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "live")
    widget = explore(draw_arrow, turn=(0, 350, 10)).widget
    widget.want = {"state": [3], "turn": 1, "drag": [0, [0.5 * UNIT, UNIT]]}
    assert (widget.scene["turn"], widget.scene["state"], widget.scene["texts"]) == (1, [9], ["90"])
    assert widget.scene["payload"]["captions"] == ["turn 90."]


def test_what_is_dragged_is_the_picture_that_is_seen(monkeypatch):
    """Not one of the further states that a kernel draws for the room that they need, at the ends of the controls."""
    monkeypatch.setenv("VGTEXT_EXPLORE", "live")

    def draw_side(ax, at=5, side="left"):
        ax.set(xlim=(0, 10), ylim=(0, 1))
        ax.axvline(at)
        handle(ax, lambda at: (at if side == "left" else 10 - at, 0.5))
        return f"At {at}, from the {side}."

    widget = explore(draw_side, at=(0, 10), side=["left", "right"]).widget
    widget.seen = True
    assert len(widget.room["states"]) == 4
    widget.want = {"state": [5, 0], "turn": 1, "drag": [0, [0.3 * UNIT, 0.5 * UNIT]]}
    assert widget.scene["payload"]["captions"] == ["At 3, from the left."]


def test_without_its_control_a_handle_stays_away_or_moves_the_others():
    assert "handles" not in payload_of(Explorable(draw_spot, {"c": (0, 3)}, {}), (1,))
    [spec] = payload_of(Explorable(draw_spot, {"c": (0, 3), "a": [0.25, 0.5]}, {}), (1, 1))["handles"]
    assert spec == {"panel": 0, "moves": [1], "kind": "point"}


def test_what_a_place_brings_along_is_no_control():
    def draw_two(ax, a=1):
        ax.plot([0, 4], [0, 4])
        ax.set(xlim=(0, 4), ylim=(0, 4))
        for k, kind in ((1, "point"), (2, "cell")):
            handle(ax, lambda a, k=k: (a, k), kind)
        return f"a {a}."

    payload = payload_of(Explorable(draw_two, {"a": (1, 3)}, {}), (1,))
    assert payload["places"] == [[[UNIT // 2, UNIT // 4], [UNIT // 2, UNIT // 2]]]
    assert [(spec["moves"], spec["kind"]) for spec in payload["handles"]] == [([0], "point"), ([0], "cell")]


def bad_place(ax, a=1):
    ax.plot([0, 1])
    handle(ax, lambda a: a)
    return "1."


def bad_name(ax, a=1):
    ax.plot([0, 1])
    handle(ax, lambda b: (b, b))
    return "1."


def bad_kind(ax, a=1):
    handle(ax, lambda a: (a, a), "line")
    return "1."


def bad_panel(ax, a=1):
    handle(ax.figure, lambda a: (a, a))
    return "1."


def bad_function(ax, a=1):
    handle(ax, (a, a))
    return "1."


def bad_line(ax, a=1):
    ax.plot([0, 1])
    handle(ax, lambda a: (None, None))
    return "1."


def bad_number(ax, a=1):
    ax.plot([0, 1])
    handle(ax, lambda a: (a, np.inf))
    return "1."


def bad_fixed(ax, a=1):
    ax.plot([0, 1])
    handle(ax, lambda: (1, 1))
    return "1."


def comes_and_goes(ax, a=1):
    ax.plot([0, 1])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    if a > 1:
        handle(ax, lambda a: (a, a))
    return "1."


@pytest.mark.parametrize(("draw", "words"), [
    (bad_place, "place is .x, y., two numbers"), (bad_name, "no parameter of draw"), (bad_kind, "'point' or 'cell'"),
    (bad_panel, "not <Figure"), (bad_function, "not <Axes: >, .1, 1. and"), (bad_line, "None for one of them"),
    (bad_number, "two numbers, None for one of them; not .1, inf."), (bad_fixed, "a handle follows nothing"),
    (comes_and_goes, "come and go")])
def test_a_handle_that_makes_no_sense_is_named(draw, words):
    with pytest.raises(FigureError, match=words) as caught:
        pack_states(Explorable(draw, {"a": (1, 3)}, {}))
    assert draw.__name__ in str(caught.value)


# ---- in a page ----


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    body = elements(map(made, FIGURES), '<p style="height: 400px"></p>')
    return write_page(tmp_path_factory.mktemp("handles"), body)


@pytest.fixture(scope="module", params=["mouse", "touch"])
def one_tab(request, browser):
    """A tab for a mouse, and one for a finger, that all tests use, one after another."""
    with closing(browser.new_page(has_touch=request.param == "touch")) as opened:
        opened.how = request.param
        yield opened


def point(found, panel, at):
    """The point of the screen at a place of a panel; across a line, its middle."""
    left, top, wide, high = found.locator(f"clipPath[id$=clip{panel}] rect").evaluate(
        "r => ['x', 'y', 'width', 'height'].map(k => +r.getAttribute(k))")
    box = found.locator("svg").bounding_box()
    u, v = (0.5 if part is None else part / UNIT for part in at)
    return box["x"] + left + u * wide, box["y"] + top + (1 - v) * high


def drag(tab, start, *ends):
    """Press at a point and move to others, as a mouse or a finger does; then let go."""
    if tab.how == "mouse":
        tab.mouse.move(*start)
        tab.mouse.down()
        for end in ends:
            tab.mouse.move(*end, steps=2)
        tab.mouse.up()
        return
    screen = tab.context.new_cdp_session(tab)
    send = lambda kind, *points: screen.send("Input.dispatchTouchEvent", {  # noqa: E731
        "type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    send("touchStart", start)
    for end in ends:
        send("touchMove", end)
    send("touchEnd")


def press(tab, at):
    """Click, or tap."""
    (tab.mouse.click if tab.how == "mouse" else tab.touchscreen.tap)(*at)


def comes_to(found, caption):
    found.page.wait_for_function("([f, c]) => f.querySelector('figcaption').innerText === c",
                                 arg=[found.element_handle(), caption], timeout=3000)


@pytest.mark.parametrize(("name", "way"), [("spot", "ltr"), ("across", "ltr"), ("arrow", "ltr"), ("spot", "rtl")])
def test_a_drag_to_the_place_of_a_state_brings_that_state(tab, name, way):
    tab.evaluate("way => { document.documentElement.dir = way; }", way)
    figure, found = made(name), figure_in(tab, name)
    payload = payload_in_page(name)
    rng, all_states = np.random.default_rng(1), [*states(figure)]
    now = figure.start
    for number in rng.permutation(len(all_states))[:5]:
        spec_number = int(rng.integers(len(payload["handles"])))
        spec = payload["handles"][spec_number]
        goal = tuple(all_states[number][i] if i in spec["moves"] else at for i, at in enumerate(now))
        here, there = (payload["places"][all_states.index(state)][spec_number] for state in (now, goal))
        drag(tab, point(found, spec["panel"], here), point(found, spec["panel"], there))
        comes_to(found, payload["captions"][all_states.index(goal)])
        for k, each in enumerate(payload["handles"]):  # every handle is where the state says
            grip = found.locator(".vg-handle").nth(k).bounding_box()
            at = payload["places"][all_states.index(goal)][k]
            middle = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
            assert middle == pytest.approx(point(found, each["panel"], at), abs=1)
        assert [int(v) for v in found.locator("input[type=range]").evaluate_all("all => all.map(i => i.value)")] == [
            at for at, control in zip(goal, figure.controls) if control.kind == "slider"]
        now = goal


def test_of_cells_a_ring_marks_the_chosen_one(tab):
    found, payload = figure_in(tab, "cells"), payload_in_page("cells")
    spot = found.locator(".vg-spot")
    for number in (4, 11, 0):
        press(tab, point(found, 0, payload["places"][number][0]))
        comes_to(found, payload["captions"][number])
        box = spot.bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert middle == pytest.approx(point(found, 0, payload["places"][number][0]), abs=1)
    if tab.how == "mouse":  # its arrow says where a click does something
        shape = lambda: found.locator(".vg-svg").evaluate("s => getComputedStyle(s).cursor")  # noqa: E731
        tab.mouse.move(*point(found, 0, (UNIT / 2, UNIT / 3)))
        assert shape() == "pointer"
        tab.mouse.move(*point(found, 0, (-300, UNIT / 2)))
        assert shape() != "pointer"
    assert spot.evaluate("s => getComputedStyle(s, '::after').borderTopWidth") == "2px"
    assert spot.evaluate("s => getComputedStyle(s).pointerEvents") == "none"  # the cell below it is clicked
    found.get_by_label("row", exact=True).focus()
    assert found.locator(".vg-spot.vg-lit").count() == 1


def test_what_is_held_is_not_lost_at_the_edge_of_its_panel(browser, tmp_path):
    """A place may leave the panel while a reader drags it: the grip stays at the edge, and comes back."""
    def draw_flight(ax, a=1):
        ax.set(xlim=(0, 10), ylim=(0, 10))
        ax.plot([a], [3 * a], "o")
        handle(ax, lambda a: (a, 3 * a))
        return f"a {a}."

    page = tmp_path / "flight.html"
    body = page_element(Explorable(draw_flight, {"a": (1, 6)}, {}))
    page.write_text(f"<!doctype html>{STYLE.format(source('css'))}{body}<script>{source('js')}</script>")
    tab = browser.new_page()
    tab.how = "mouse"
    tab.goto(page.as_uri())
    found = figure_in(tab, "flight")
    grip = found.locator(".vg-handle")
    drag_from = point(found, 0, (UNIT * 0.1, UNIT * 0.3))
    tab.mouse.move(*drag_from)
    tab.mouse.down()
    tab.mouse.move(*point(found, 0, (UNIT * 0.45, UNIT)), steps=3)
    comes_to(found, "a 4.")
    assert grip.is_visible()
    tab.mouse.move(*drag_from, steps=3)
    comes_to(found, "a 1.")
    tab.mouse.up()
    found.locator("input").focus()
    found.locator("input").press("End")
    comes_to(found, "a 6.")
    assert grip.is_hidden()
    tab.close()


def test_a_drag_ends_where_the_panel_does_and_what_is_held_does_not_jump(tab):
    found = figure_in(tab, "spot")
    x, y = point(found, 0, payload_of(made("spot"), (6, 1, 1))["places"][0][0])
    drag(tab, (x + 8, y + 8), (x + 8, y + 8), (x + 9, y + 8))  # held beside its middle, hardly moved
    assert found.locator("figcaption").inner_text() == "a 0.5, b 10.0, c 1."
    drag(tab, (x, y), (x + 900, y - 700))
    comes_to(found, "a 1.0, b 1000.0, c 1.")


def test_what_is_held_beside_its_middle_moves_as_far_as_the_hand(tab):
    found = figure_in(tab, "spot")
    here, there = (point(found, 0, payload_of(made("spot"), (k, 1, 1))["places"][0][0]) for k in (6, 7))
    step = (there[0] - here[0]) / 2  # half of the way to the next state: less stays, whatever part is held
    drag(tab, (here[0] + 11, here[1]), (here[0] + 11, here[1]), (here[0] + step + 4, here[1]))
    assert found.locator("figcaption").inner_text() == "a 0.5, b 10.0, c 1."
    drag(tab, (here[0] + 11, here[1]), (here[0] + 11, here[1]), (here[0] + step + 16, here[1]))
    comes_to(found, "a 0.75, b 10.0, c 1.")


def draw_sum(ax, a=1, b=2):
    ax.plot([a + b], [0], "o")
    ax.set(xlim=(-1, 7), ylim=(-1, 1))
    handle(ax, lambda a, b: (a + b, 0))
    return f"a {a}, b {b}."


def test_of_two_states_at_one_place_the_one_that_is_there_stays(tab, tmp_path):
    body = page_element(Explorable(draw_sum, {"a": (0, 3), "b": (0, 3)}, {}))
    (tmp_path / "sum.html").write_text(f"<!doctype html><meta charset=utf-8><style>{source('css')}</style>{body}"
                                       f"<script>{source('js')}</script>", "utf8")
    tab.goto((tmp_path / "sum.html").as_uri())
    found = figure_in(tab, "sum")
    here = point(found, 0, (UNIT / 2, UNIT / 2))
    drag(tab, here, (here[0] + 2, here[1]), (here[0] + 3, here[1]))
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert found.locator("figcaption").inner_text() == "a 1, b 2."


def test_a_click_on_a_cell_brings_its_state_and_reads_it(tab):
    figure, found = made("cells"), figure_in(tab, "cells")
    payload = payload_in_page("cells")
    for number in (0, 11, 5, 6):
        u, v = payload["places"][number][0]
        press(tab, point(found, 0, (u + 300, v - 300)))
        comes_to(found, payload["captions"][number])
        row, column = [*states(figure)][number]
        words = f"row: {ROWS[row]}\ncolumn: {column + 1}\n{row}{column + 1}"
        tab.wait_for_function("([t, w]) => !t.hidden && t.innerText === w",
                              arg=[found.locator(".vg-tip").element_handle(), words], timeout=3000)


def test_a_tap_beside_a_handle_reads_and_moves_nothing(tab):
    found = figure_in(tab, "cells")
    press(tab, point(found, 0, (-300, UNIT / 2)))  # outside the cells
    assert found.locator("figcaption").inner_text() == "row second, column 2."
    found = figure_in(tab, "spot")
    press(tab, point(found, 0, (0.25 * UNIT, 0.8 * UNIT)))
    assert found.locator("figcaption").inner_text() == "a 0.5, b 10.0, c 1."


def test_a_point_below_a_handle_is_read(tab):
    found = figure_in(tab, "spot")
    box = found.locator(".vg-handle").bounding_box()
    for beside in (1, 0):
        tab.mouse.move(box["x"] + box["width"] / 2 + beside, box["y"] + box["height"] / 2)
    assert found.locator(".vg-tip").inner_text().split("\n") == ["0.5", "10"]


def test_the_right_button_of_a_mouse_moves_nothing(tab):
    found = figure_in(tab, "spot")
    box, caption = found.locator(".vg-handle").bounding_box(), found.locator("figcaption").inner_text()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.down(button="right")
    tab.mouse.move(*point(found, 0, (0.9 * UNIT, 0.9 * UNIT)))
    assert found.locator(".vg-held").count() == 0
    tab.mouse.up(button="right")
    assert found.locator("figcaption").inner_text() == caption


def test_handles_are_for_hands_and_controls_do_the_same(tab):
    found = figure_in(tab, "across")
    layer = found.locator(".vg-handles")
    assert layer.get_attribute("aria-hidden") == "true"
    assert layer.evaluate("l => [l, ...l.querySelectorAll('*')].every(e => e.tabIndex < 0)")
    slider = found.locator("input[type=range]")
    slider.focus()
    expect(found.locator(".vg-handle.vg-lit")).to_have_count(2)
    slider.press("ArrowRight")
    comes_to(found, "depth 4, kind plain.")
    found.locator("select").focus()
    expect(found.locator(".vg-handle.vg-lit")).to_have_count(0)
    found.get_by_role("button", name="Reset").click()
    comes_to(found, "depth 3, kind plain.")


def test_a_grip_has_room_for_a_finger_and_a_page_scrolls_beside_it(tab):
    for name in ("spot", "across", "arrow"):
        for grip in figure_in(tab, name).locator(".vg-handle").all():
            box, way = grip.bounding_box(), grip.get_attribute("data-way")
            assert min(box["width"], box["height"]) >= 24
            action = {"xy": "none", "x": "pan-y", "y": "pan-x"}[way]
            assert grip.evaluate("g => getComputedStyle(g).touchAction") == action
    assert tab.locator("#cells .vg-svg").evaluate("s => getComputedStyle(s).touchAction") == "auto"
    if tab.how == "touch":
        found = figure_in(tab, "spot")
        before = tab.evaluate("scrollY")
        x, y = point(found, 0, (0.1 * UNIT, 0.3 * UNIT))
        drag(tab, (x, y), *((x, y - 40 * k) for k in range(1, 5)))
        tab.wait_for_function("y => scrollY > y + 50", arg=before)
        assert found.locator("figcaption").inner_text() == "a 0.5, b 10.0, c 1."


def test_no_handle_moves_by_itself_for_readers_who_ask_for_less_motion(browser, file):
    for motion, moves in (("reduce", False), ("no-preference", True)):
        tab = browser.new_page(reduced_motion=motion)
        tab.goto(file.as_uri())
        grip = figure_in(tab, "spot").locator(".vg-handle")
        assert grip.evaluate("g => getComputedStyle(g, '::after').animationName !== 'none'") == moves
        tab.close()
