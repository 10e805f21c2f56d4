"""What a page shows is of one state (picture, caption, controls, handle, voice, address), and it is as drawn."""

import itertools
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from vgtext.explore import Play, explore, handle

from .reader import elements, figure_in, place, reader, stop_time, write_page

GAINS, KINDS = [0.5, 0.6, 0.7, 0.8, 0.9], ["R&D", "plain"]
STATES = [*itertools.product(GAINS, KINDS, (False, True))]
LOOKS = {"whole": ("-", "o", 1), "dashed": ("--", "s", 0.5), "dotted": (":", "^", 0.25)}


def draw_state(ax, gain=0.7, kind="plain", flip=True):
    ax.plot([0, 1], [0, gain])
    ax.text(0.5, 0.2, f"{gain} {kind} {flip}")
    ax.set(xlim=(0, 1), ylim=(0, 1), title=f"{kind} at {gain}")
    handle(ax, lambda gain: (gain, 0.5))
    return f"Gain {gain}, kind {kind}, flip {flip}."


def draw_steps(ax, step=1):
    ax.plot([0, step], [0, step])
    ax.set(xlim=(0, 4), ylim=(0, 4))
    handle(ax, lambda step: (step, step))
    return f"Step {step}."


def draw_größe(ax, σ=1):
    ax.plot([0, σ], [0, 1])
    ax.set(xlim=(0, 4), ylim=(0, 1))
    return f"Größe {σ}."


def draw_ticks(ax):
    ax.plot([1, 8], [1e-7, 1e3])
    ax.set(xlim=(10, 0), yscale="log", ylim=(1e-8, 1e4), xlabel="back", ylabel="size", xticks=[0, 2, 4, 6, 8])
    ax.grid()
    ax.spines[["top", "right"]].set_visible(False)
    return "An axis that runs backwards, and one of powers."


def draw_signs(ax):
    ax.plot([0, 1], [-3, 2])
    ax.set(xlim=(-1, 1), ylim=(-4, 4), yticks=[-4, -2, 0, 2], title="Above", xticks=[-1, 0, 1], xlabel="$\\frac{5}{7}$")
    return "Below zero, and above."


def draw_looks(ax):
    for k, (name, (dashes, marker, alpha)) in enumerate(LOOKS.items()):
        ax.plot([0, 1, 2, 3], [k, k + 1, k, k], dashes, marker=marker, alpha=alpha, color=f"C{k}", label=name, lw=1 + k)
    ax.fill_between([0, 2], [0, 0], [1, 2], alpha=0.2, color="#333399", lw=0, zorder=0.5)
    ax.text(1, 3.5, "turned", rotation=90, rotation_mode="anchor", ha="right", weight="bold", alpha=0.8)
    ax.text(0, 3.5, "one\ntwo", zorder=0)
    ax.text(0.4, 2.6, "cell", ha="center", va="center")
    ax.text(1.9, 3.4, "slanted", style="italic", ha="right", bbox={"fc": "#ffff00"})
    ax.text(0.4, 3.5, r"$\mathbf{W}\sigma$")
    ax.text(0.9, 0.3, "boxed", bbox={"fc": "0.8"})
    ax.text(2, 4, "corner", ha="center", va="center", clip_on=True)
    ax.annotate("from", (1.8, 3.8), (1.2, 2.9), arrowprops={"arrowstyle": "->", "connectionstyle": "arc3,rad=0.3"})
    ax.annotate("above", (0.1, 0.4), (0, 30), textcoords="offset points", va="bottom")
    ax.set(xlim=(0, 2), ylim=(0, 4))
    ax.legend()
    return "Three lines and an area."


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with those figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VGTEXT_EXPLORE", "text")
        made = [explore(draw_state, gain=(0.5, 0.9, 0.1), kind=KINDS, flip=True),
                explore(draw_steps, step=Play(0, 3, interval=40)), explore(draw_größe, σ=(1, 4)),
                *map(explore, (draw_ticks, draw_signs, draw_looks))]
    return write_page(tmp_path_factory.mktemp("states"), elements(each.figure for each in made))


def shown(found):
    """What a figure shows of its state, as (gain, kind, flip), once for each place where it stands."""
    slider, menu, switch = (found.locator(kind) for kind in ("input[type=range]", "select", "input[type=checkbox]"))
    grip, (x, _) = found.locator(".vg-handle").bounding_box(), place(found, 0, 0)
    gain = (grip["x"] + grip["width"] / 2 - x) / (place(found, 1, 0)[0] - x)
    words = next(text for text in found.locator("svg text").all_text_contents() if text.endswith(("True", "False")))
    caption = found.locator("figcaption").inner_text().rstrip(".").replace("Gain ", "").replace("kind ", "")
    assert caption.replace("flip ", "").replace(",", "") == words
    value = found.locator(".vg-value").inner_text()
    assert float(value) == pytest.approx(gain, abs=0.01) and slider.get_attribute("aria-valuetext") == value
    controls = GAINS[int(slider.input_value())], KINDS[int(menu.input_value())], switch.is_checked()
    assert " ".join(map(str, controls)) == words
    assert found.locator(".vg-svg").get_attribute("aria-label").startswith(f"Picture. {controls[1]} at {controls[0]}")
    return controls


def address(gain, kind, flip):
    return f"#state?gain={gain}&kind={kind.replace('&', '%26')}&flip={'on' if flip else 'off'}"


def comes_to(found, gain, kind, flip):
    expect(found.locator("figcaption")).to_have_text(f"Gain {gain}, kind {kind}, flip {flip}.")
    assert shown(found) == (gain, kind, flip)


def test_a_link_brings_each_state_whole(tab):
    found = figure_in(tab, "state")
    comes_to(found, 0.7, "plain", True)
    for state in STATES:
        tab.evaluate("hash => (location.hash = hash)", address(*state))
        comes_to(found, *state)


def test_controls_bring_each_state_and_the_link_says_it(tab):
    found = figure_in(tab, "state")
    for gain, kind, flip in STATES[:: 3]:
        found.locator("input[type=range]").fill(str(GAINS.index(gain)))
        found.locator("select").select_option(str(KINDS.index(kind)))
        found.locator("input[type=checkbox]").set_checked(flip)
        comes_to(found, gain, kind, flip)
        found.get_by_role("button", name="Link").click()
        tab.wait_for_function("hash => location.hash === hash", arg=address(gain, kind, flip))
    assert found.locator("input[type=range]").get_attribute("max") == "4"
    found.get_by_role("button", name="Reset").click()
    comes_to(found, 0.7, "plain", True)


@pytest.mark.parametrize(("query", "state"), [
    ("gain=0.9", (0.9, "R&D", False)), ("kind=plain", (0.5, "plain", False)), ("flip=on", (0.5, "R&D", True)),
    ("gain=0.64", (0.6, "R&D", False)), ("gain=7e-1", (0.7, "R&D", False)), ("gain=1e3", (0.9, "R&D", False)),
    ("gain=0,8", (0.5, "R&D", False)), ("gain=nan&flip=on", (0.5, "R&D", True)), ("kind=", (0.5, "R&D", False))])
def test_a_link_moves_what_it_names_and_leaves_the_rest(tab, query, state):
    found = figure_in(tab, "state")
    tab.evaluate("hash => (location.hash = hash)", address(0.5, "R&D", False))
    comes_to(found, 0.5, "R&D", False)
    tab.evaluate("hash => (location.hash = hash)", f"#state?{query}")
    expect(found.locator(".vg-svg")).to_be_focused()
    comes_to(found, *state)


def test_a_name_in_any_letters_has_links(tab):
    found = figure_in(tab, "größe")
    for sent in ("größe?σ=3", "gr%C3%B6%C3%9Fe?%CF%83=2", "größe%3Fσ=4"):
        tab.evaluate("hash => (location.hash = hash)", sent)
        expect(found.locator("figcaption")).to_have_text(f"Größe {sent[-1]}.")


def test_a_voice_says_the_caption_of_the_last_state_after_a_pause(browser, file):
    with reader(browser, file) as tab:
        stop_time(tab)
        found = figure_in(tab, "state")
        voice, slider = found.locator("[aria-live]"), found.locator("input[type=range]")
        tab.clock.run_for(2000)
        assert voice.inner_text() == "", "nobody asked"
        for at, wait in ((0, 300), (4, 300), (1, 600)):
            slider.fill(str(at))
            tab.clock.run_for(wait)
            assert voice.inner_text() == ""
        tab.clock.run_for(300)
        assert voice.inner_text() == "Gain 0.6, kind plain, flip True."
        tab.clock.run_for(6000)
        assert voice.inner_text() == ""


def test_play_stops_at_the_end_and_whatever_else_is_done_stops_it(browser, file):
    with reader(browser, file) as tab:
        stop_time(tab)
        found = figure_in(tab, "steps")
        play, slider, caption = found.locator(".vg-play"), found.locator("input"), found.locator("figcaption")
        for start in ("Step 1.", "Step 3."):
            tab.clock.run_for(100)
            assert caption.inner_text() == start
            play.click()
            assert play.inner_text() == "Pause" and play.get_attribute("aria-label").startswith("Pause")
            tab.clock.run_for(2000)
            assert play.inner_text() == "Play" and caption.inner_text() == "Step 3."
        def drag():
            grip = found.locator(".vg-handle").bounding_box()
            tab.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
            tab.mouse.down()
            tab.mouse.move(*place(found, 1 / 4, 1 / 4))
            tab.mouse.up()

        for stop in (lambda: slider.fill("2"), drag, lambda: found.get_by_role("button", name="Reset").click()):
            slider.fill("0")
            play.click()
            tab.clock.run_for(50)
            stop()
            assert play.inner_text() == "Play"
            tab.clock.run_for(100)
            kept = caption.inner_text()
            tab.clock.run_for(1000)
            assert caption.inner_text() == kept != "Step 3."
        assert kept == "Step 1."
        play.click()
        tab.clock.run_for(50)
        tab.evaluate("location.hash = '#steps?step=2'")
        expect(play).to_have_text("Play")
        tab.clock.run_for(1000)
        expect(caption).to_have_text("Step 2.")


def test_another_width_is_another_picture(tab):
    found = figure_in(tab, "state")
    for width in (400, 600):
        tab.evaluate("width => (document.body.style.width = `${width}px`)", width)
        expect(found.locator("svg")).to_have_attribute("width", str(width))
        assert shown(found) == (0.7, "plain", True)


# ---- as drawn ----


def boxes(found, selector="text"):
    """[[words, left, right, top, bottom], ...] of what is in a picture."""
    return found.locator(f"svg {selector}").evaluate_all("""all => all.map(each => {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      return [each.textContent, left, right, top, bottom];
    })""")


def test_numbers_stand_at_their_places_with_their_signs(tab):
    found = figure_in(tab, "ticks")
    below = {words: (left + right) / 2 for words, left, right, top, _ in boxes(found) if top > place(found, 0, 0)[1]}
    for number in (0, 2, 4, 6, 8):
        assert below[str(number)] == pytest.approx(place(found, 1 - number / 10, 0)[0], abs=1)
    runs = boxes(found)
    powers = {words: (top + bottom) / 2 for words, left, right, top, bottom in runs
              if words.strip("−").isdigit() and right < place(found, 0, 0)[0] and words != "10"}
    tens = [(top + bottom) / 2 for words, *_, top, bottom in runs if words == "10"]
    found_powers = sorted(int(words.replace("−", "-")) for words in powers)
    assert found_powers[0] < 0 < found_powers[-1] and len(found_powers) == len(tens) >= 3
    for words, middle in powers.items():
        height = place(found, 0, (int(words.replace("−", "-")) + 8) / 12)[1]
        assert middle < min(tens, key=lambda ten: abs(ten - height)) == pytest.approx(height, abs=3)
    sizes = found.locator("svg text").evaluate_all("all => all.map(t => [t.textContent, getComputedStyle(t).fontSize])")
    assert {float(size[:-2]) < 9.5 for words, size in sizes if words.startswith("−")} == {True}
    found = figure_in(tab, "signs")
    marks = {words: (left, right, top, bottom) for words, left, right, top, bottom in boxes(found)}
    for number, words in ((-4, "−4"), (-2, "−2"), (2, "2")):
        assert sum(marks[words][2:]) / 2 == pytest.approx(place(found, 0, (number + 4) / 8)[1], abs=2)
    assert sum(marks["−1"][:2]) / 2 == pytest.approx(place(found, 0, 0)[0], abs=1)
    assert marks["Above"][3] < place(found, 0, 1)[1]
    [bar] = boxes(found, ".vg-panel g rect")  # of the fraction, between its numbers
    assert marks["5"][2] < bar[3] < marks["7"][3] and bar[3] > place(found, 0, 0)[1] and bar[2] - bar[1] > 5


def test_a_panel_has_its_sides_its_dashes_and_its_grid(tab):
    found = figure_in(tab, "ticks")
    left, top, wide, high = found.locator("clipPath rect").evaluate(
        "r => ['x', 'y', 'width', 'height'].map(k => +r.getAttribute(k))")
    sides, below, beside = (found.locator("path.vg-axis").nth(k).get_attribute("d") for k in range(3))
    assert sides.count("M") == 2 and f"M{left:g} {top:g}V" in sides and f"H{left + wide:g}" in sides
    assert below.count("v4") == 5 and below.split("M")[1].split()[0] == f"{round(left + wide, 1):g}"
    assert beside.count("h-4") >= 3
    [grid] = found.locator("path.vg-grid").all()  # one, half transparent: lines that cross are no darker there
    columns, rows = ([line for line in grid.get_attribute("d").split("M")[1:] if way in line] for way in "VH")
    assert [line.split()[0] for line in columns] == [line.split()[0] for line in below.split("M")[1:6]]
    heights = [float(line.split()[1].split("H")[0]) for line in rows]
    dashes = [float(line.split()[1].split("h")[0]) for line in beside.split("M")[1:] if "h-4" in line]
    assert heights == dashes and heights == sorted(heights, reverse=True)
    assert top + high - heights[0] == pytest.approx(0, abs=high / 12 + 0.2)


LOOK = """all => all.map(path => {
  const look = getComputedStyle(path);
  return [look.stroke, look.strokeWidth, look.strokeDasharray, look.strokeOpacity];
})"""


def test_a_legend_shows_each_line_as_it_is_drawn(tab):
    found = figure_in(tab, "looks")
    names = [words for words, *_, bottom in boxes(found) if words in LOOKS]
    assert names == [*LOOKS]
    keys, lines = found.locator(".vg-panel > path[stroke-width]"), found.locator("g[clip-path] > path[stroke-width]")
    words = {text: left for text, left, *_ in boxes(found)}
    for name, (_, left, right, *_) in zip(LOOKS, boxes(found, ".vg-panel > path[stroke-width]")):
        assert left < right < words[name]
    drawn = lines.evaluate_all(LOOK)
    assert keys.evaluate_all(LOOK) == drawn and len(drawn) == 3
    assert [float(opacity) for *_, opacity in drawn] == [alpha for *_, alpha in LOOKS.values()]
    assert [float(width[:-2]) for _, width, *_ in drawn] == pytest.approx([4 / 3, 8 / 3, 4], abs=0.02)
    assert drawn[0][2] == "none" and len({dashes for _, _, dashes, _ in drawn}) == 3
    shapes = [[group.locator("path").first.get_attribute("d") for group in found.locator(where).all()]
              for where in (".vg-panel > g[stroke-width]", "g[clip-path] > g[stroke-width]")]
    assert shapes[0] == shapes[1] and len(set(shapes[0])) == 3
    assert "C" in shapes[0][0] and "C" not in shapes[0][1] + shapes[0][2]
    tip = np.array([pair.split(",") for pair in shapes[0][2].strip("MZ").replace("L", " ").split()], float)
    assert tip[tip[:, 1].argmin(), 0] == 0, "it points up"


def test_a_legend_in_rows_begins_with_the_upper_one(tab):
    found = figure_in(tab, "looks")
    tab.evaluate("document.body.style.width = '220px'")
    expect(found.locator("svg")).to_have_attribute("width", "220")
    tops = {words: top for words, _, _, top, _ in boxes(found) if words in LOOKS}
    assert tops["whole"] <= tops["dashed"] <= tops["dotted"] != tops["whole"]


def test_areas_and_words_have_their_opacity_and_their_turn(tab):
    found = figure_in(tab, "looks")
    area = found.locator("g[clip-path] > path:not([stroke-width])")
    assert area.count() == 1 and area.get_attribute("fill-opacity") == "0.2"
    order = found.locator("g[clip-path]").first.evaluate("g => [...g.children].map(e => e.getAttribute('fill'))")
    assert order[0] == area.get_attribute("fill"), "the area lies below the lines"
    turned = found.locator("g[transform]", has_text="turned")
    assert turned.count() == 1
    ink = found.locator("g[font-weight='600']", has_text="turned")
    assert ink.get_attribute("fill-opacity") == "0.8"
    words = {text: sides for text, *sides in boxes(found)}
    faces = found.locator("svg text").evaluate_all("""all => all.map((each) => {
      const { fontStyle, fontWeight } = getComputedStyle(each);
      return [each.textContent, [fontStyle, fontWeight]];
    })""")
    for text, face in {"W": ["normal", "700"], "σ": ["italic", "400"], "slanted": ["italic", "400"]}.items():
        assert dict(faces)[text] == face
    (_, left, right, top, bottom), _ = boxes(found, ".vg-panel g:has(> rect + g) > rect")  # the ground of words
    assert left < words["slanted"][0] and words["slanted"][1] < right
    assert top < words["slanted"][2] + 2 and words["slanted"][3] - 2 < bottom
    left, right, top, bottom = words["turned"]
    assert bottom - top > 2 * (right - left) and top > place(found, 0, 3.5 / 4)[1] - 3, "it ends where it is anchored"
    assert place(found, 0, 0.1)[1] - words["above"][3] == pytest.approx(40, abs=5)
    (_, right, top, _), (x, y) = words["corner"], place(found, 1, 1)
    assert right < x + 2 and top > y - 3, "of words that their panel cuts nothing is lost"
    one, two = words["one"], words["two"]
    assert one[2] < two[2] and one[0] == pytest.approx(two[0], abs=1) == pytest.approx(place(found, 0, 0)[0], abs=2)


def test_words_lie_over_lines_with_the_pages_ground_around_their_letters(tab):
    found = figure_in(tab, "looks")
    panel = found.locator(".vg-panel")
    order = panel.evaluate("""panel => {
      const line = [...panel.querySelectorAll('g[clip-path] > path')].at(-1);
      return ['turned', 'one'].map((said) => {
        const words = [...panel.querySelectorAll('text')].find((text) => text.textContent.includes(said));
        return Boolean(line.compareDocumentPosition(words) & Node.DOCUMENT_POSITION_FOLLOWING);
      });
    }""")
    assert order == [True, False], "but those of zorder 0, which lie behind all, as in matplotlib"
    look = """words => {
      const { stroke, strokeWidth, paintOrder } = getComputedStyle(words);
      return [stroke, strokeWidth, paintOrder];
    }"""
    assert panel.get_by_text("one", exact=True).evaluate(look) == ["rgb(255, 255, 255)", "3px", "stroke"]
    assert panel.get_by_text("cell").evaluate(look)[0] == "none", "what stands in the middle of a cell covers no line"
    assert panel.get_by_text("boxed").evaluate(look)[0] == "none", "and a box is a ground of its own"


def test_an_arrow_leaves_its_words_free_and_bends_as_asked(tab):
    found = figure_in(tab, "looks")
    shaft = found.locator("g[stroke-linecap] path").first
    points = shaft.evaluate("""path => [0, 0.5, 1].map(part => {
      const { x, y } = path.getPointAtLength(part * path.getTotalLength());
      const box = path.ownerSVGElement.getBoundingClientRect();
      return [x + box.left, y + box.top];
    })""")
    words = next(sides for text, *sides in boxes(found) if text == "from")
    start, middle, tip = map(np.array, points)
    assert tip == pytest.approx(place(found, 0.9, 3.8 / 4), abs=1)
    assert not (words[0] < start[0] < words[1] and words[2] < start[1] < words[3])
    assert math.dist(start, place(found, 0.6, 2.9 / 4)) > 5, "it starts at the edge of the words, not where they hang"
    ahead, aside = tip - start, middle - (start + tip) / 2
    assert math.copysign(1, ahead[0] * aside[1] - ahead[1] * aside[0]) == 1  # rad > 0: to the right of the way
    start, bend, end = np.array(re.findall(r"[\d.]+", shaft.get_attribute("d")), float).reshape(3, 2)
    assert abs((2 * bend - start - end) @ (end - start)) < 0.02 * ahead @ ahead, "it bends square to its way"
