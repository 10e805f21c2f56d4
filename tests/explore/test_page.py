"""The page's script in a browser: it reads values back, follows links, plays, speaks, and says what failed."""

import gzip
import io
import re
from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import hsv_to_rgb, to_hex, to_rgb
from PIL import Image
from playwright.sync_api import expect

from vgtext.explore import Play, explore, source
from vgtext.explore.element import page_element
from vgtext.explore.page import HERE, SCRIPTS, script
from vgtext.tools import slides
from vgtext.words import words as word

from .reader import STYLE, await_cells, figure_in, place, read, reader, stop_time, walk, write_page

ROOMS = sorted({room for rooms in SCRIPTS.values() for room in rooms})


def draw_line(ax, slope=2, kind="plain"):
    ax.plot([0, 1, 2, 3], [0, slope, 2 * slope, 3 * slope], "o-", color="#0b5cad", label="rising")
    ax.axhline(1, color="#999999")
    ax.plot([0, 4], [11, 9], color="#b34400", label="falling")
    ax.set(xlim=(0, 4), ylim=(0, 12), xlabel="layer $l$", ylabel="size")
    ax.legend()
    return f"The slope is {slope}, as σ_w says of a[l], and the kind {kind}."


def draw_decades(ax, top=3):
    ax.plot([1, 10, 100], [1e-6, 1e-3, 10.0**top], color="#b34400")
    ax.text(10, 1e-5, "measured", color="#b34400")
    ax.set(xscale="log", yscale="log", xlim=(0.1, 1000), ylim=(1e-8, 1e4), xlabel="width", ylabel="error")
    return f"The last value is 10 to the power {top}, and the first is a millionth of a whole."


def draw_inverted(ax):
    ax.plot([1, 2, 8], [10, 30, 50], color="#00684a")
    ax.set(xlim=(10, 0), ylim=(60, 0), xlabel="back", ylabel="down")
    return "Both axes run backwards."


def draw_map(ax, at=0):
    values = np.array([[1.0, 2.0, 2.4], [4.0, 5.0, 6.0]])
    image = ax.imshow(values, cmap="viridis", aspect="auto", vmin=0, vmax=6)
    ax.set(xticks=[0, 1, 2], yticks=[0, 1], xticklabels=["a", "b", "c"], yticklabels=["north", "south"])
    ax.figure.colorbar(image, label="height")
    return f"Six heights, {at}."


def draw_table(ax):
    for i in range(2):
        for j in range(3):
            ax.text(j, i, f"{i}{j}", ha="center", va="center")
    ax.set(xlim=(-0.5, 2.5), ylim=(1.5, -0.5), xticks=[0, 1, 2], yticks=[0, 1], xlabel="column", ylabel="row")
    ax.set(xticklabels=["x", "y", "z"], yticklabels=["first", "second"])
    ax.tick_params(left=False, bottom=False)
    ax.set_title("At the left", loc="left")
    return "Six entries."


def draw_bars(ax):
    ax.bar(["left", "right"], [3, 5], color="#0b5cad")
    ax.set(ylim=(0, 6), ylabel="count", xlabel="side")
    ax.set_title("At the right", loc="right")
    return "Three and five."


def draw_run(ax, step=0):
    ax.plot([0, step], [0, step])
    ax.set(xlim=(0, 4), ylim=(0, 4))
    return f"Step {step} of 3."


def draw_odd(ax, which="plain"):
    ax.plot([0, 1], [0, len(which)])
    ax.set(xlim=(0, 1), ylim=(0, 20))
    return f"This is {which}."


def draw_symlog(ax):
    ax.plot([0, 1, 1.5, 2], [-1000, 0.05, 0.09, 10], color="#b34400", alpha=0.3)
    ax.set_yscale("symlog", linthresh=0.1)
    ax.set(xlim=(-1, 3), ylim=(-1e4, 1e4), ylabel="change")
    return "Large, small, large."


HEADS = {"-": [], "->": ["end"], "<-": ["start"], "<->": ["end", "start"]}  # where an arrow has them


def draw_arrow(ax):
    for height, style in enumerate(HEADS, 1):
        look = {"arrowstyle": style, "color": "#000080", "ls": "--"}
        ax.annotate("", xy=(0.8, height / 5), xytext=(0.2, height / 5), arrowprops=look)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return "Three arrows and a line."


POINTED = {  # words: how they stand, where, and what their arrow points to
    "middle": ("center", "center", (0.5, 0.5), (0.9, 0.8)), "left top": ("left", "top", (0.05, 0.9), (0.4, 0.3)),
    "right foot": ("right", "bottom", (0.95, 0.1), (0.6, 0.35)),
    "bent": ("center", "center", (0.15, 0.5), (0.25, 0.05))}


def draw_pointed(ax):
    for words, (ha, va, at, to) in POINTED.items():
        bend = {"connectionstyle": "arc3,rad=0.3"} if words == "bent" else {}
        ax.annotate(words, to, at, ha=ha, va=va, arrowprops={"arrowstyle": "->", **bend})
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return "4 arrows from words."


def draw_colors(ax):
    for k, color in enumerate(["#000000", "#0b5cad", "#00684a", "#b34400", "#5a3d8f", "#e69f00", "#56b4e9", "#cc79a7"]):
        ax.plot([0, 1], [k, k + 1], color=color)
        ax.text(0.1, k, f"line {k}", color=color)
    ax.set(xlim=(0, 1), ylim=(0, 9))
    ax.set_title("title", color="#e69f00"), ax.set_xlabel("x", color="#0072b2"), ax.set_ylabel("y", color="#b34400")
    return "Eight colors."


def draw_nameless(ax):
    ax.plot([0, 1, 2], [1, 2, 3], color="#0072B2")
    ax.plot([0, 1, 2], [3, 2, 2], color="#000000", linestyle="--")
    ax.plot([0, 1, 2], [0.5, 0.5, 0.6], color="#BBBBBB")
    ax.plot([0, 1, 2], [0.2, 0.3, 0.1], "o", color="#D55E00")
    ax.plot([0.5, 1.5, 1.5, 0.5, 0.5], [0, 0, 3, 3, 0], color="#000000")  # a frame around something
    ax.set(xlim=(0, 2), ylim=(0, 4), xticks=[], title="error")
    return "Four lines without a name."


HUES = [to_hex(hsv_to_rgb((hue, 0.8, 0.5))) for hue in np.arange(24) / 24]


def draw_hues(ax):
    for height, color in enumerate(HUES):
        ax.plot([0, 1, 2], [height, height + 0.5, height], color=color)
    return f"{len(HUES)} lines without a name."


def draw_inside(ax, at=0.05):
    ax.plot([0, 1], [0, 1])
    ax.text(at, 0.5, "a few words that may leave", clip_on=False)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return "1 line and words."


def draw_outside(ax):
    return draw_inside(ax, 0.9)


def draw_wide(ax):
    ax.plot([0, 1], [0, 1])
    ax.text(0.5, 0.5, r"$\frac{1}{\sqrt{L}}$", ha="center", va="center", fontsize=24)
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 1], xticklabels=["a name of the beginning", "a name of the end"])
    return "1 line, a formula in its middle, and names that are wider than what is beside a panel."


LONG = "a label of the axis below that is far too long for one line of a picture, so that it takes a second or a third"


def draw_frame(ax):
    ax.plot([0, 8e7], [0, 3e6], color="#0b5cad", label="key")
    ax.text(8e7, 3e6, " the last of its line", clip_on=False, va="center")
    ax.minorticks_on()
    ax.set(xlim=(0, 8e7), ylim=(0, 3e6), xlabel=LONG, ylabel="upright and long", title=LONG.upper())
    ax.set(xticks=np.linspace(0, 8e7, 41), yticks=np.linspace(0, 3e6, 61))
    ax.spines[["top", "right"]].set_visible(True)
    ax.legend()
    return "All that surrounds a panel."


def draw_square(ax):
    ax.figure.colorbar(ax.imshow(np.eye(2)), label="height", ticks=np.linspace(0, 1, 61))
    ax.set(xlabel=LONG, title=LONG.upper())
    return "A picture that is as high as wide, with 61 numbers beside it."


TALK = {"short": 1, "long": 60, "longer": 90, "brief": 3}


def draw_talk(ax, how="short"):
    ax.plot([0, 1], [0, 1])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return "word " * TALK[how] + "1."


ODD = ["R&D", "a?b", "1 + 1", "50%", "x=y#z", "1<b>2", "plain"]


def elements():
    """The figures of this file as elements of a page."""
    made = [
        explore(draw_line, slope=(1, 4), kind=["plain", "fancy", "σ_w"], labels={"slope": "slope σ_w"}),
        explore(draw_decades, top=(1, 3)), explore(draw_inverted), explore(draw_map, at=(0, 2)), explore(draw_table),
        explore(draw_bars), explore(draw_run, step=Play(0, 3, interval=40)), explore(draw_odd, which=ODD),
        explore(draw_symlog), explore(draw_arrow), explore(draw_colors), explore(draw_talk, how=[*TALK]),
        explore(draw_frame), explore(draw_square), explore(draw_nameless), explore(draw_hues),
        explore(draw_pointed), explore(draw_inside), explore(draw_outside), explore(draw_wide),
    ]
    return "".join(page_element(each.figure) for each in made)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with those figures, as a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VGTEXT_EXPLORE", "text")
        body = elements()
    return write_page(tmp_path_factory.mktemp("page"), body)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for_and_uses_earlier_rooms_only(room):
    text = (HERE / f"{room}.js").read_text("utf8")
    assert text.startswith("// ")
    assert [line for line in text.splitlines() if len(line) > 99] == []
    for rooms in SCRIPTS.values():
        used = set(re.findall(r'from "\./(\w+)\.js"', text))
        assert room not in rooms or used <= set(rooms[: rooms.index(room)])
    taken = re.findall(r"import \{([^}]*)\} from \"\./(\w+)\.js\"", text)
    for names, other in taken:
        given = re.findall(r"^export (?:async )?(?:const|function|class) (\w+)",
                           (HERE / f"{other}.js").read_text("utf8"), re.M)
        assert set(re.findall(r"\w+", names)) <= set(given)


def test_the_scripts_have_every_room_and_are_no_modules():
    assert {path.stem for path in HERE.glob("*.js")} == set(ROOMS)
    assert not re.search(r"^(import|export)\b", source("js"), re.M)


@pytest.mark.parametrize(("name", "most"), [("explore", 12 * 1024), ("touch", 7.65 * 1024), ("live", 1200)])
def test_a_script_is_light(name, most):
    """Counted are the bytes that a server sends, gzipped, of a script as the book has it: its rooms and their words.

    "explore" is all that comes before a figure answers; "touch" follows with handles or a reader's first touch, "live"
    when a reader starts Python. Styles, states, pictures and what quizzes and "Carry it home" add are not counted.
    """
    assert len(gzip.compress(script(name).encode(), mtime=0)) <= most


def test_values_are_read_on_a_linear_axis_by_mouse_and_by_keys(tab):
    found = figure_in(tab, "line")
    assert read(found, 0.5, 4 / 12) == ["rising", "layer l: 2", "size: 4"]
    assert walk(found, "ArrowRight") == ["rising", "layer l: 0", "size: 0"]  # the guide line is no line to read
    assert walk(found, "ArrowRight", "ArrowRight") == ["rising", "layer l: 2", "size: 4"]
    assert [walk(found, *[key] * 4)[1] for key in ("ArrowRight", "ArrowLeft")] == ["layer l: 3", "layer l: 0"]
    assert walk(found, "ArrowDown")[0] == "falling"  # and a curve and its markers are one
    assert found.locator(".vg-svg").evaluate("s => getComputedStyle(s).outlineStyle") == "solid"  # where the keys go
    tab.keyboard.press("Escape")
    assert not found.locator(".vg-tip").is_visible()
    assert walk(found, "ArrowRight") == ["rising", "layer l: 0", "size: 0"]  # from the start again
    found.get_by_label("kind").focus()
    assert not found.locator(".vg-tip").is_visible(), "it goes with the focus"


def test_values_are_read_on_log_axes(tab):
    found = figure_in(tab, "decades")
    assert read(found, 0.5, 5 / 12) == ["measured", "width: 10", "error: 0.001"]
    assert walk(found, "ArrowLeft") == ["measured", "width: 1", "error: 1 × 10⁻⁶"]


def test_values_are_read_on_a_symlog_axis(tab):
    found = figure_in(tab, "symlog")
    assert walk(found, "ArrowRight")[1] == "change: −1000"
    assert walk(found, "ArrowRight")[1] == "change: 0.05"
    assert walk(found, "ArrowRight")[1] == "change: 0.09", "below the threshold, 0.1, it is linear"
    assert walk(found, "ArrowRight")[1] == "change: 10"


def test_values_are_read_on_inverted_axes(tab):
    found = figure_in(tab, "inverted")
    assert read(found, 0.8, 0.5) == ["back: 2", "down: 30"]
    assert walk(found, "ArrowRight", "ArrowRight", "ArrowRight") == ["back: 8", "down: 50"]
    tops = found.locator("text").evaluate_all("all => all.map(t => [t.textContent, t.getBoundingClientRect().y])")
    heights = {word: y for word, y in tops}
    assert heights["0"] < heights["20"] < heights["40"]


def test_lines_without_a_name_are_told_apart_by_their_looks_and_axes_without_numbers_are_not_read(tab):
    found = figure_in(tab, "nameless")
    looks = ["blue line", "black dashed line", "gray line", "orange dots"]
    assert [walk(found, "ArrowDown") for _ in looks] == [
        [look, f"error: {value}"] for look, value in zip(looks, ("1", "3", "0.5", "0.2"))]
    assert walk(found, "ArrowDown")[0] == looks[0]  # the frame is none of them


def test_a_line_without_a_name_is_called_by_the_color_that_is_nearest_to_its_own(tab):
    found = figure_in(tab, "hues")
    inks = re.search(r'INKS = "([\da-f ]+)"', (HERE / "lines.js").read_text("utf8"))[1].split()[2:]
    far = [[np.subtract(to_rgb(color), to_rgb(f"#{ink}")) for ink in inks] for color in HUES]
    names = np.array(word("figure.colors").split(", ")[2:])[np.linalg.norm(far, axis=2).argmin(axis=1)]
    assert len({*names}) > 3
    assert [walk(found, "ArrowDown")[0] for _ in HUES] == [word("figure.look", color=name, shape=word("figure.line"))
                                                           for name in names]


def test_words_beyond_a_panel_have_the_room_that_they_need_and_those_within_it_take_none(tab):
    room, need = {}, {}
    for name in ("inside", "outside"):
        found = figure_in(tab, name)
        panel = found.locator("clipPath rect").evaluate("r => Number(r.getAttribute('x')) + r.width.baseVal.value")
        box = found.locator("svg text", has_text="a few words").bounding_box()
        left, width = (found.locator("svg").bounding_box()[key] for key in ("x", "width"))
        room[name], need[name] = width - panel, box["x"] + box["width"] - left - panel
    assert room["inside"] < 20
    assert 0 < room["outside"] - need["outside"] < 20 and need["outside"] > 100


def test_names_at_both_ends_of_an_axis_stand_within_the_picture(tab):
    found = figure_in(tab, "wide")
    left, wide = (found.locator("svg").bounding_box()[key] for key in ("x", "width"))
    names = [found.locator("svg text", has_text=f"a name of the {end}").bounding_box() for end in ("beginning", "end")]
    for name in names:
        assert left - 0.5 < name["x"] and name["x"] + name["width"] < left + wide + 0.5
    middles = [name["x"] + name["width"] / 2 for name in names]
    assert middles == pytest.approx([place(found, end, 0)[0] for end in (0, 1)], abs=1)


def test_a_formula_stands_in_the_middle_as_a_whole(tab):
    found = figure_in(tab, "wide")
    box = found.locator("g[data-cell]").evaluate("g => (({ x, y, width, height }) => [x + width / 2, y + height / 2])"
                                                 "(g.getBoundingClientRect())")
    assert box == pytest.approx(place(found, 0.5, 0.5), abs=3)


def dot(found):
    """The middle of the dot that shows what is read, as fractions of the panel."""
    x, y, wide, high = found.evaluate("""(f) => {
      const [dot, panel] = [".vg-dot", "clipPath rect"].map((each) => f.querySelector(each));
      const [x, y, wide, high] = ["x", "y", "width", "height"].map((key) => Number(panel.getAttribute(key)));
      return [dot.getAttribute("cx") - x, y + high - dot.getAttribute("cy"), wide, high];
    }""")
    return x / wide, y / high


@pytest.mark.parametrize(("name", "keys", "at"), [
    ("line", "R", (0, 0)), ("line", "RRR", (2 / 4, 4 / 12)), ("bars", "R", (0.49 / 1.98, 3 / 12)),
    ("bars", "RR", (1.49 / 1.98, 5 / 12)), ("map", "R", (1 / 6, 3 / 4)), ("map", "RRRD", (5 / 6, 1 / 4)),
    ("table", "RR", (1 / 2, 3 / 4)), ("table", "RD", (1 / 6, 1 / 4))])
def test_a_dot_stands_on_what_is_read_and_in_the_middle_of_a_bar_or_a_cell(tab, name, keys, at):
    found = figure_in(tab, name)
    if name == "map":
        await_cells(found, 0.5, 0.25)
    walk(found, *[{"R": "ArrowRight", "D": "ArrowDown"}[key] for key in keys])
    assert dot(found) == pytest.approx(at, abs=5e-3)


def test_cells_are_read_as_row_column_value(tab):
    found = figure_in(tab, "map")
    await_cells(found, 0.5, 0.25)
    assert read(found, 0.5, 0.25) == ["row: south", "column: b", "height: about 5"]
    assert read(found, 1 / 6, 0.25) == ["row: south", "column: a", "height: about 4"]
    assert read(found, 5 / 6, 0.75) == ["row: north", "column: c", "height: about 2.4"]
    assert walk(figure_in(tab, "table"), "ArrowRight", "ArrowDown", "ArrowRight") == ["row: second", "column: y", "11"]
    assert read(figure_in(tab, "bars"), 0.75, 0.4) == ["side: right", "count: 5"]


def test_a_tap_reads_a_point(browser, file):
    context = browser.new_context(has_touch=True, viewport={"width": 375, "height": 667})
    tab = context.new_page()
    tab.goto(file.as_uri())
    found = figure_in(tab, "line")
    tab.touchscreen.tap(*place(found, 0.5, 4 / 12))
    expect(found.locator(".vg-tip")).to_have_text("rising layer l: 2 size: 4", use_inner_text=True)
    tab.touchscreen.tap(*place(found, 0.25, 2 / 12))  # and the next one, too
    expect(found.locator(".vg-tip")).to_have_text("rising layer l: 1 size: 2", use_inner_text=True)
    x, y = place(found, 0.5, 4 / 12)
    tab.touchscreen.tap(x, y + 35)  # a finger is not as sharp as a mouse
    expect(found.locator(".vg-tip")).to_have_text("rising layer l: 2 size: 4", use_inner_text=True)
    tab.mouse.move(x, y + 35)
    expect(found.locator(".vg-tip")).to_be_hidden()
    context.close()


def test_copies_of_a_figure_have_names_of_their_own(tab):
    ids = tab.evaluate("""() => {
      const copies = [1, 2, 3].map(() => document.querySelector("#line").cloneNode(true));
      document.body.append(...copies);
      return copies.map(({ id }) => id);
    }""")
    assert ids == ["line-2", "line-3", "line-4"]


def test_a_figure_has_a_name_and_one_voice(tab):
    found = figure_in(tab, "line")
    assert found.locator("figure").get_attribute("aria-label") == "Figure: line"
    assert found.locator(".vg-svg").get_attribute("aria-label").startswith("Picture. size over layer l. Arrow keys")
    assert found.locator("img").count() == 0, "the picture for print has gone"
    assert found.locator("[aria-live], output, [role=alert], [role=status]").count() == 1
    voice = found.locator("[aria-live]")
    assert voice.inner_text() == ""
    walk(found, "ArrowRight")
    assert voice.inner_text() == "rising, layer l: 0, size: 0"
    tree = found.aria_snapshot()
    caption = found.locator("figcaption").inner_text()
    assert caption.startswith("The slope is 2, as σw says of a[l]") and tree.count(caption) <= 1
    found.get_by_label("slope σw").press("ArrowRight")
    tab.wait_for_function("([v, c]) => v.textContent.startsWith('The slope is 3')", arg=[voice.element_handle(), 0])


def test_of_moves_that_follow_each_other_the_last_caption_alone_is_said(browser, file):
    with reader(browser, file) as tab:
        stop_time(tab)
        found = figure_in(tab, "line")
        slider, voice = found.get_by_label("slope σw"), found.locator("[aria-live]")
        slider.press("ArrowRight")
        tab.clock.run_for(400)
        slider.press("ArrowRight")
        tab.clock.run_for(600)
        assert voice.inner_text() == ""
        tab.clock.run_for(400)
        assert voice.inner_text().startswith("The slope is 4")


def test_a_tip_stays_in_its_picture_and_what_has_the_focus_has_a_ring(tab):
    for name, at in (("decades", (0.75, 11 / 12)), ("line", (1, 9 / 12)), ("line", (0, 11 / 12))):
        found = figure_in(tab, name)
        assert read(found, *at)
        tip, picture = (found.locator(part).bounding_box() for part in (".vg-tip", ".vg-svg"))
        for start, size in (("x", "width"), ("y", "height")):
            assert picture[start] <= tip[start] and tip[start] + tip[size] <= picture[start] + picture[size]
    for part in found.locator("input, select, button").all():
        tab.keyboard.press("Tab")  # else a page shows no ring
        part.focus()
        assert part.evaluate("part => getComputedStyle(part).outlineStyle") == "solid"


@pytest.mark.parametrize("which", ODD)
def test_a_link_opens_its_state_whatever_its_characters(tab, which):
    found = figure_in(tab, "odd")
    found.locator("select").select_option(label=which)
    found.get_by_role("button", name="Link to this state").click()
    tab.wait_for_function("location.hash")
    address = tab.url
    tab.goto("about:blank")
    tab.goto(address)
    tab.wait_for_function("w => document.querySelector('#odd figcaption').innerText === `This is ${w}.`", arg=which)
    assert tab.locator("#odd select").evaluate("s => s.selectedOptions[0].label") == which


def test_a_plus_in_an_address_is_no_space(tab, file):
    tab.goto(f"{file.as_uri()}#odd?other=1+1&which=1%20+%201")
    tab.wait_for_function("document.querySelector('#odd figcaption').innerText === 'This is 1 + 1.'")
    expect(tab.locator("#odd .vg-svg")).to_be_in_viewport()


@pytest.mark.parametrize(("hash", "slope"), [
    ("slope=3", 3), ("slope=2.6", 3), ("slope=Infinity", 4), ("slope=-Infinity", 1), ("slope=99", 4), ("slope=", 2),
    ("slope=NaN", 2), ("slope=one", 2), ("other=3", 2), ("slope=%zz", 2)])
def test_a_link_asks_for_the_nearest_state_and_nonsense_for_none(tab, file, hash, slope):
    tab.goto(f"{file.as_uri()}#line?{hash}")
    tab.wait_for_function("document.querySelector('#line').contains(document.activeElement)")
    expect(figure_in(tab, "line").locator("figcaption")).to_contain_text(re.compile(f"^The slope is {slope}"))


@pytest.mark.parametrize("hash", ["%", "%E0%A4%A", "line%zz?slope=3", "nothing?slope=3", "?"])
def test_a_malformed_address_leaves_the_page_as_it_is(tab, file, hash):
    tab.goto(f"{file.as_uri()}#{hash}")
    tab.reload()
    assert figure_in(tab, "line").locator("figcaption").inner_text().startswith("The slope is 2")


def test_the_same_link_works_again_and_focus_follows(tab):
    found = figure_in(tab, "line")
    # beside the figure: at the end of the page, figures that open there may move it away from under a click
    found.evaluate("f => f.insertAdjacentHTML('beforebegin', '<a id=link href=\"#line?slope=4\">see</a>')")
    for _ in range(2):
        tab.locator("#link").click()
        tab.wait_for_function("document.querySelector('#line figcaption').innerText.includes('slope is 4')")
        expect(found.locator(".vg-svg")).to_be_focused()
        found.get_by_role("button", name="Reset").click()
        tab.wait_for_function("document.querySelector('#line figcaption').innerText.includes('slope is 2')")


def test_legend_and_color_bar_show_what_they_name(tab):
    found = figure_in(tab, "line")
    keys, heights = found.evaluate("""f => {
      const words = [...f.querySelectorAll('text')].find(t => t.textContent === 'rising').closest('g:has(> g)');
      const marker = words.previousElementSibling, line = marker.previousElementSibling;
      const boxes = [line, marker, words].map(each => each.getBoundingClientRect());
      return [[line, marker].map(key => key.getAttribute('stroke')), boxes.map(({ y, height }) => y + height / 2)];
    }""")
    assert keys == ["#0b5cad"] * 2 and np.ptp(heights) < 3
    bar = figure_in(tab, "map").locator(".vg-panel > image")
    box, panel = bar.bounding_box(), figure_in(tab, "map").locator("g[clip-path] > .vg-pixels").bounding_box()
    assert box["x"] > panel["x"] + panel["width"] and box["height"] == pytest.approx(panel["height"], abs=1)
    colors = bar.evaluate("""async bar => {
      const image = Object.assign(new Image(), { src: bar.getAttribute('href') });
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: image.height });
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      pen.drawImage(image, 0, 0);
      return [0, image.height - 1].map(y => [...pen.getImageData(0, y, 1, 1).data.slice(0, 3)]);
    }""")
    assert colors[0][0] > 240 and colors[0][1] > 220  # viridis: yellow on top
    assert colors[1][2] > 70 and colors[1][1] < 20
    marks = figure_in(tab, "map").locator("text").evaluate_all(
        "all => all.map(t => [t.textContent, t.getBoundingClientRect().y])")
    heights, labels = dict(marks), [word for word, _ in marks]
    assert heights["1"] > heights["3"] > heights["5"]
    assert "height" in labels and {"north", "south", "a", "b", "c"} <= set(labels)


def test_a_legend_on_the_page_names_its_last_line(tab):
    found = figure_in(tab, "line")
    names = found.locator("text").evaluate_all("all => all.map(t => [t.textContent, t.getBoundingClientRect().y])")
    top = found.locator("svg").bounding_box()["y"]
    assert {"rising", "falling"} <= {word for word, y in names if y < top + 40}


def boxes(found, selector="text"):
    """[[words, left, right, top, bottom], ...] of what is in a picture."""
    return found.locator(f"svg {selector}").evaluate_all("""all => all.map(each => {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      return [each.textContent.trim(), left, right, top, bottom];
    })""")


def test_a_color_bar_has_its_colors_the_right_way_up(tab):
    found = figure_in(tab, "map")
    tall = found.locator(".vg-panel > image").bounding_box()
    clip = {"x": tall["x"] + 3, "y": tall["y"] + 3, "width": 4, "height": tall["height"] - 6}
    rows = np.asarray(Image.open(io.BytesIO(tab.screenshot(clip=clip))).convert("RGB"), int)[:, 2]
    assert rows[0, 0] > 230 and rows[0, 2] < 80  # viridis: yellow is high
    assert rows[-1, 2] > 70 and rows[-1, 1] < 30
    at = {words: sides for words, *sides in boxes(found)}
    assert at["height"][0] > at["6"][1] > at["6"][0] > tall["x"] + tall["width"], "and its label beside its numbers"


def test_what_surrounds_a_panel_is_there_and_nothing_is_cut_or_on_another(tab):
    found = figure_in(tab, "frame")
    texts, (left, foot), (right, top) = boxes(found), place(found, 0, 0), place(found, 1, 1)
    at = {words: sides for words, *sides in texts}
    label = at["upright and long"]
    assert label[3] - label[2] > 3 * (label[1] - label[0])
    assert at["the last of its line"][0] > place(found, 0.9, 0)[0]
    one, other = at["1e6"], at["1e7"]  # what the numbers share
    assert one[0] == pytest.approx(left, abs=1) and one[3] < top
    assert other[1] == pytest.approx(right, abs=1) and other[2] > foot
    numbers = [sides for words, *sides in texts if words.replace(".", "").isdigit()]
    assert sum(sides[1] < left for sides in numbers) > 5 and sum(sides[2] > foot for sides in numbers) > 5
    sides, *dashes = (path.get_attribute("d") for path in found.locator("path.vg-axis").all())
    ends = [float(x) + found.bounding_box()["x"] for x in re.findall(r"M([\d.]+) [\d.]+V", sides)]
    assert sorted(ends) == pytest.approx([left, right], abs=0.1)
    for pattern in (r"M([\d.]+) [\d.]+v%s(?=M|$)", r"M[\d.]+ ([\d.]+)h-%s(?=M|$)"):
        long, short = ({*re.findall(pattern % size, "M".join(dashes))} for size in ("4", r"2\.5"))
        assert long and short and not long & short
    for width in ("640", "375"):
        tab.evaluate("width => (document.body.style.width = `${width}px`)", width)
        for name in ("frame", "square"):
            found = figure_in(tab, name)
            expect(found.locator("svg")).to_have_attribute("width", width)
            is_whole_and_apart(found)
    for name, words, side, edge in (("table", "At the left", 0, 0), ("bars", "At the right", 1, 1)):
        found = figure_in(tab, name)
        sides = next(sides for text, *sides in boxes(found) if text == words)
        assert sides[side] == pytest.approx(place(found, edge, 0)[0], abs=1)
    bare = figure_in(tab, "table").locator("path.vg-axis").evaluate_all("all => all.map(path => path.outerHTML).join()")
    assert "v4" not in bare and "h-4" not in bare


def test_a_page_that_reads_from_the_right_leaves_a_picture_as_it_is(tab):
    seen = []
    for way in ("ltr", "rtl"):
        tab.evaluate("way => { document.documentElement.dir = way; }", way)
        found = figure_in(tab, "frame")
        left = found.locator("svg").bounding_box()["x"]
        seen.append([[words, start - left, end - left] for words, start, end, *_ in boxes(found)])
    assert len(seen[0]) > 9 and seen[0] == [[words, *map(pytest.approx, ends)] for words, *ends in seen[1]]


def is_whole_and_apart(found):
    """Nothing around a panel is cut or on another, and of long words that cross their line no word is lost."""
    box, texts = found.locator("svg").bounding_box(), boxes(found)
    for words, left, right, top, bottom in texts:
        assert box["x"] - 1 <= left and right <= box["x"] + box["width"] + 1, words
        assert box["y"] - 1 <= top and bottom <= box["y"] + box["height"] + 1, words
    keys = boxes(found, ".vg-panel > path[stroke-width]")
    key = [["its key", left, right, top - 2, bottom + 2] for _, left, right, top, bottom in keys]
    for (one, *a), (other, *b) in combinations(texts + key, 2):
        shared = min(a[1], b[1]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[2], b[2])
        assert min(shared) < 2, f"{one!r} is on {other!r}"
    for words in (LONG, LONG.upper()):
        lines = [line for line, *_ in texts if line and line in words]
        assert len(lines) > 1 and " ".join(lines) == words


def test_play_runs_to_the_end_stops_and_starts_again(browser, file):
    with reader(browser, file) as tab:
        stop_time(tab)
        found = figure_in(tab, "run")
        button, caption = found.locator(".vg-play"), found.locator("figcaption")
        button.click()
        expect(button).to_have_text("Pause")
        for step in (1, 2, 3):
            tab.clock.run_for(20 if step == 1 else 40)
            expect(caption).to_have_text(f"Step {step} of 3.")
        tab.clock.run_for(40)
        expect(button).to_have_text("Play")
        button.click()  # from the end it starts at the first
        tab.clock.run_for(20)
        expect(caption).to_have_text("Step 0 of 3.")
        found.locator("input").evaluate("i => { i.value = 1; i.dispatchEvent(new Event('input', { bubbles: true })); }")
        expect(button).to_have_text("Play")
        tab.clock.run_for(150)
        expect(caption).to_have_text("Step 1 of 3.")
        button.click()
        found.get_by_text("Reset").click()
        tab.clock.run_for(150)
        expect(caption).to_have_text("Step 0 of 3.")
        button.click()
        tab.evaluate("location.hash = '#run?step=2'")  # a link to a state shows that one
        expect(button).to_have_text("Play")
        tab.clock.run_for(150)
        expect(caption).to_have_text("Step 2 of 3.")
        found.get_by_text("Reset").click()
        button.click()
        gone = found.element_handle()
        gone.evaluate("figure => figure.remove()")
        tab.clock.run_for(500)
        assert gone.eval_on_selector("input", "input => input.value") == "1", "what has left its page plays no more"


def test_one_control_leaves_the_others(tab):
    found = figure_in(tab, "line")
    found.get_by_label("slope").press("ArrowRight")
    found.get_by_label("kind").select_option("1")
    tab.wait_for_function("document.querySelector('#line figcaption').innerText.endsWith('kind fancy.')")
    assert found.locator("figcaption").inner_text().startswith("The slope is 3")
    found.get_by_label("slope").press("ArrowRight")
    tab.wait_for_function("document.querySelector('#line figcaption').innerText.startsWith('The slope is 4')")
    assert found.locator("figcaption").inner_text().endswith("kind fancy.")
    assert found.locator(".vg-value").inner_text() == "4"


def test_a_negative_value_has_a_minus_and_no_hyphen_and_what_follows_a_value_stays(tab):
    seen = tab.evaluate("""() => {
      const box = document.createElement("div"), none = () => {};
      document.body.append(box);
      const spec = { name: "u", label: "u", kind: "slider", texts: ["-2.6", "0.5"], start: 0, interval: 40 };
      const controls = new vgExplore.Controls(box, [spec], { key: "k", go: none, isBusy: none, say: none });
      const [value, input, play] = [".vg-value", "input", ".vg-play"].map((part) => box.querySelector(part));
      return [0, 1].map((at) => {
        controls.show([at]);
        return [value.textContent, input.ariaValueText, play.getBoundingClientRect().x];
      });
    }""")
    assert [words for *words, _ in seen] == [["−2.6"] * 2, ["0.5"] * 2]
    assert seen[0][2] == pytest.approx(seen[1][2], abs=0.1)


def test_play_is_a_step_for_readers_who_ask_for_less_motion(browser, file):
    tab = browser.new_page(reduced_motion="reduce")
    tab.goto(file.as_uri())
    button = figure_in(tab, "run").locator(".vg-play")
    assert button.inner_text() == "Step"
    assert button.get_attribute("aria-label") == word("figure.play_of", play="Step", label="step")
    button.click()
    tab.wait_for_function("document.querySelector('#run figcaption').innerText === 'Step 1 of 3.'")
    tab.wait_for_timeout(200)
    assert tab.locator("#run figcaption").inner_text() == "Step 1 of 3."
    tab.close()


def test_play_stops_where_a_reader_asks_for_less_motion_meanwhile(browser, file):
    with reader(browser, file) as tab:
        stop_time(tab)
        found = figure_in(tab, "run")
        found.locator(".vg-play").click()
        tab.emulate_media(reduced_motion="reduce")
        tab.clock.run_for(200)
        expect(found.locator(".vg-play")).to_have_text("Step")
        expect(found.locator("figcaption")).to_have_text("Step 1 of 3.")


def test_jupyterlab_leaves_the_keys_of_a_figure_to_it(tab):
    """It takes the arrow keys unless what has the focus, or what that stands in, is marked."""
    found = figure_in(tab, "line")
    marked = found.locator("input, select, [tabindex]").evaluate_all(
        "all => all.map(e => Boolean(e.closest('[data-lm-suppress-shortcuts=\"true\"]')))")
    assert len(marked) == 3 and all(marked)


def test_in_forced_colors_words_stand_out_from_the_ground_that_a_reader_chose(browser, file):
    """Whatever the page's own theme is: here it has none, so its figures are light."""
    tab = browser.new_page(forced_colors="active", color_scheme="dark")
    tab.goto(file.as_uri())
    figure_in(tab, "colors")
    inks = tab.locator("#colors .vg-panel g:not(:has(g)):has(text)").evaluate_all(
        "all => all.map(g => getComputedStyle(g).fill.match(/\\d+/g).map(Number))")
    assert len(inks) > 8 and min(contrast(ink, (0, 0, 0)) for ink in inks) >= 4.5
    tab.evaluate("document.documentElement.style.setProperty('--pst-color-background', '#fffdf7')")  # as a light book
    halos, axes, own = tab.evaluate("""() => {
        const all = (name) => [...document.querySelectorAll(`#colors ${name}`)].map((each) => getComputedStyle(each));
        const probe = document.body.appendChild(document.createElement("i"));
        const own = ["Canvas", "CanvasText"].map((name) => (probe.style.color = name, getComputedStyle(probe).color));
        const halos = all(".vg-panel text").filter(({ paintOrder }) => paintOrder.startsWith("stroke"));
        return [halos.map(({ stroke }) => stroke), all(".vg-axis").map(({ stroke }) => stroke), own];
    }""")
    assert halos and {*halos} == {own[0]} and {*axes} == {own[1]}, "what is around words, and the axes"
    tab.close()


def test_an_arrow_leaves_its_words_at_their_rim_on_the_way_from_their_middle_to_its_target(tab):
    found = figure_in(tab, "pointed")
    shown = found.evaluate("""(f) => [...f.querySelectorAll("g[stroke-linecap] > path:first-child")].map((path) => {
      const whole = path.getTotalLength(), { left, top } = f.querySelector("svg").getBoundingClientRect();
      return [0, 3, whole].map((at) => path.getPointAtLength(at)).map(({ x, y }) => [left + x, top + y]);
    })""")
    assert len(shown) == len(POINTED)
    for (words, (*_, to)), (start, then, end) in zip(POINTED.items(), shown):
        assert end == pytest.approx(place(found, *to), abs=1), words
        box = found.locator("svg text", has_text=re.compile(f"^{words}$")).bounding_box()
        half = np.array([box["width"], box["height"]]) / 2
        way = start - np.array([box["x"], box["y"]]) - half  # from the middle of the words
        assert -8 < (np.abs(way) - half).max() < 10, (words, way, half)
        ahead = np.subtract(then, start) / 3
        assert ahead @ way > 0 and abs(ahead[0] * way[1] - ahead[1] * way[0]) < 5, (words, ahead, way)


def test_an_arrow_has_its_head_at_its_end_and_a_line_its_opacity(tab):
    found = figure_in(tab, "arrow")
    drawn = found.locator("g[stroke-linecap]").evaluate_all(
        "all => all.map(g => [...g.children].map(p => [p.getAttribute('d'), p.getAttribute('stroke-dasharray')]))")
    assert len(drawn) == len(HEADS)
    for [[shaft, dashes], [heads, none]], ends in zip(drawn, HEADS.values()):
        assert dashes and not none, "a head is not dashed"
        start, *_, end = (float(x) for x in re.findall(r"([\d.]+) [\d.]+", shaft))
        barbs = [[float(x) for x in re.findall(r"([\d.]+) [\d.]+", head)] for head in heads.split("M")[1:]]
        assert [tip for _, tip, _ in barbs] == [{"start": start, "end": end}[each] for each in ends]
        assert all(start < x < end and abs(tip - x) < 9 for one, tip, other in barbs for x in (one, other))
    curve = figure_in(tab, "symlog").locator("path[stroke='#b34400']")
    assert curve.get_attribute("stroke-opacity") == "0.3"


def luminance(channels):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_menu_of_long_words_stays_in_the_page(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "text")
    figure = explore(draw_line, kind={"plain": "plain", "long words " * 20: "other"}).figure
    with reader(browser, write_page(tmp_path, page_element(figure))) as opened:
        figure_in(opened, "line")
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_title_and_the_labels_of_the_axes_have_the_colors_that_they_were_given(tab):
    figure_in(tab, "colors")
    for words, color in (("title", "#9c6c00"), ("x", "#0072b2"), ("y", "#b34400")):
        letters = tab.locator(f"#colors .vg-panel g[fill='{color}'] > text", has_text=re.compile(f"^{words}$"))
        expect(letters).to_have_count(1)


def test_a_figure_is_dark_where_its_page_is(tab):
    """In the book, in JupyterLab, in VS Code, and under another theme."""
    schemes = tab.evaluate("""() => {
      const { documentElement: root } = document, figure = document.querySelector("vg-explore");
      const dark = { "data-theme": "dark", "data-jp-theme-light": "false", "class": "vscode-dark", "theme": "dark" };
      const schemes = Object.entries(dark).map(([key, value]) => {
        root.setAttribute(key, value);
        const { colorScheme } = getComputedStyle(figure);
        root.removeAttribute(key);
        return colorScheme;
      });
      return [...schemes, getComputedStyle(figure).colorScheme];
    }""")
    assert schemes == ["dark"] * 4 + ["light"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_words_stand_out_from_the_ground_that_the_book_has(tab, theme):
    sheet = (Path(__file__).parents[2] / "book" / "_static" / "book.css").read_text("utf8")
    dark = re.search(r'html\[data-theme="dark"\] \{[^}]*--pst-color-background: (#\w{6})', sheet)[1]
    ground = [int({"light": "#ffffff", "dark": dark}[theme][i : i + 2], 16) for i in (1, 3, 5)]
    tab.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    found = figure_in(tab, "colors")

    def rgb(color):
        return [float(v) for v in re.findall(r"[\d.]+", color)[:3]]

    strokes = "all => all.map(path => getComputedStyle(path).stroke)"
    lines = found.locator(".vg-panel path[stroke-width]").evaluate_all(strokes)
    words = found.locator("text").evaluate_all("all => all.map(t => getComputedStyle(t).fill)")
    axes = found.locator(".vg-axis").evaluate_all(strokes)
    assert len(lines) == 8 and len(words) > 20 and min(contrast(rgb(axis), ground) for axis in axes) >= 3
    assert min(contrast(rgb(line), ground) for line in lines) >= (3 if theme == "dark" else 2.2)
    assert min(contrast(rgb(word), ground) for word in words) >= 4.5
    colors = "part => ['color', 'backgroundColor'].map(kind => getComputedStyle(part)[kind])"
    for part in (".vg-tip", ".vg-error"):
        assert contrast(*map(rgb, found.locator(part).evaluate(colors))) >= 4.5


def test_slides_answer(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "text")
    made = {"line": explore(draw_line, slope=(1, 4)).figure}
    monkeypatch.setattr(slides.notebooks, "figures", lambda slug: SimpleNamespace(made=made))
    path = tmp_path / "slides.html"
    path.write_text(slides.slides("problem"), "utf8")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    assert (tab.evaluate("document.documentElement.lang"), tab.title()) == ("en", tab.locator("h1").inner_text())
    counted = tab.locator("section").first.inner_text(), tab.locator("section vg-explore").count()
    assert "\n1 figure." in counted[0].replace("\n\n", "\n") and counted[1] == 1
    found = figure_in(tab, "line")
    found.locator("input").press("ArrowRight")
    tab.wait_for_function("document.querySelector('#line figcaption').innerText.startsWith('The slope is 3')")
    assert read(found, 0.25, 0.25) == ["rising", "layer l: 1", "size: 3"]
    tab.close()


def test_no_picture_and_no_caption_moves_what_stands_below(tab):
    found = figure_in(tab, "line")
    heights = set()
    for value in (0, 3, 1):
        found.locator("input").first.evaluate(
            "(i, v) => { i.value = v; i.dispatchEvent(new Event('input', { bubbles: true })); }", value)
        tab.wait_for_function("v => document.querySelector('#line figcaption').innerText.includes(`is ${v + 1},`)",
                              arg=value)
        heights.add(found.bounding_box()["height"])
    assert len(heights) == 1


def draw_pair(left, right, a=1, b=2, how="short"):
    for ax in (left, right):
        ax.plot([0, 1], [a, b])
        ax.set(xlim=(0, 1), ylim=(0, 9), xlabel="x", ylabel="y", title="one of two")
    return f"{a} and {b}."


def draw_squares(left, right, a=1, b=2, how="short"):
    draw_pair(left, right, a, b)
    for ax in (left, right):
        ax.set_box_aspect(1)
    return f"{a} and {b}, square."


def draw_three(top, middle, foot, a=1, b=2):
    draw_pair(top, middle, a, b)
    return draw_pair(middle, foot, a, b)


@pytest.mark.parametrize("draw", [draw_pair, draw_squares, draw_three])
def test_on_a_phone_all_panels_and_the_controls_are_in_view_at_once(browser, tmp_path, monkeypatch, draw):
    monkeypatch.setenv("VGTEXT_EXPLORE", "text")
    more = {} if draw is draw_three else {"how": [*TALK]}
    body = page_element(explore(draw, a=(0, 4), b=(0, 4), **more).figure)
    path = tmp_path / "phone.html"
    style = STYLE.format(source("css")).replace("width: 640px", "width: auto")
    path.write_text(f"<!doctype html><meta name=viewport content='width=device-width'>{style}{body}"
                    f"<script>{source('js')}</script>")
    heights = []
    for wide, high in ((375, 667), (375, 812), (1280, 667)):
        tab = browser.new_page(viewport={"width": wide, "height": high})
        tab.goto(path.as_uri())
        found = figure_in(tab, draw.__name__.removeprefix("draw_"))
        top, foot = (found.locator(part).bounding_box() for part in (".vg-picture", ".vg-controls"))
        heights.append(top["height"])
        assert foot["y"] + foot["height"] - top["y"] <= high - 40
        panels = [[float(v) for v in rect] for rect in found.locator("clipPath rect").evaluate_all(
            "all => all.map(r => ['y', 'height', 'x', 'width'].map(k => r.getAttribute(k)))")]
        assert min(h for _, h, *_ in panels) >= 80
        first, size = (0, 1) if wide < 600 else (2, 3)  # one below the other, or beside it
        assert all(one[first] + one[size] + 20 < other[first] for one, other in pairwise(panels))
        assert draw is not draw_squares or all(h == pytest.approx(w, abs=1) for _, h, _, w in panels)
        tab.close()
    assert heights[0] < heights[1]  # a taller phone has taller panels


@pytest.mark.parametrize("width", [640, 375])
def test_the_longest_caption_has_its_room_from_the_start(tab, width):
    tab.evaluate("width => (document.body.style.width = `${width}px`)", width)
    found, heights, lines = figure_in(tab, "talk"), set(), set()
    for how, words in TALK.items():
        found.locator("select").select_option(how)
        tab.wait_for_function("n => document.querySelector('#talk figcaption').innerText.split(' ').length === n + 1",
                              arg=words)
        heights.add(found.bounding_box()["height"])
        lines.add(found.locator("figcaption").evaluate("""caption => {
          const range = document.createRange();
          range.selectNodeContents(caption);
          return range.getBoundingClientRect().height;
        }"""))
    assert len(heights) == 1 and len(lines) >= 3


def draw_widening(ax, power=0):
    ax.plot([0, 1], [0, 10**power])
    ax.set(xlim=(0, 1), ylim=(0, 10**power), title="large" if power else "")
    ax.ticklabel_format(style="plain")
    return "A number " + "of many digits " * 20 * (power > 3) + f"up to 10 to the power {power}."


KERNEL = """([traits, answers, room]) => {
  const heard = new Set();
  const model = {
    get: (name) => traits[name],
    set: (name, value) => {
      if (name === "want") traits.scene = { turn: value.turn, ...answers[value.state[0]] };
      else traits.room = room;
    },
    save_changes: () => setTimeout(() => {
      heard.forEach((hear) => hear());
      el.hasRoom = "states" in traits.room;
    }),
    on: (_, hear) => heard.add(hear),
    off: (_, hear) => heard.delete(hear),
  };
  const el = document.createElement("div");
  document.body.prepend(el);
  el.id = "alive";
  vgExplore.live({ model, el });
}"""


def test_a_live_figure_that_is_seen_has_room_for_the_ends_of_its_controls(tab, monkeypatch):
    monkeypatch.setenv("VGTEXT_EXPLORE", "live")
    widget = explore(draw_widening, power=(0, 6)).widget
    answers = [widget.figure.answer({"state": [k]}) for k in range(7)]
    traits = {name: getattr(widget, name) for name in ("spec", "scene", "want", "seen", "room")}
    assert traits["room"] == {}, "no other state is drawn before somebody sees the figure"
    widget.seen = True
    tab.evaluate(KERNEL, [traits, answers, widget.room])
    tab.wait_for_function("document.querySelector('#alive').hasRoom")  # a browser sees it a frame later, or more
    found, boxes = tab.locator("#alive"), set()
    for power in (0, 3, 6):
        found.locator("input").evaluate(
            "(i, v) => { i.value = v; i.dispatchEvent(new Event('input', { bubbles: true })); }", power)
        tab.wait_for_function("p => document.querySelector('#alive figcaption').innerText.endsWith(`power ${p}.`)",
                              arg=power)
        panel = found.locator("clipPath rect").evaluate("r => ['x', 'y', 'width'].map(k => r.getAttribute(k)).join()")
        boxes.add((panel, found.bounding_box()["height"]))
    assert len(boxes) == 1


def test_a_payload_that_cannot_be_read_says_so_and_can_be_tried_again(browser, file):
    html = file.read_text()
    name, data = "line", re.search(r'<vg-explore id="line".*?<script type="text/plain">([^<]*)', html, re.S)[1]
    external = html.replace(f">{data}<", f' data-name="{name}" data-src="states.js?v=1"><')
    (file.parent / "broken.html").write_text(external)
    states = file.parent / "states.js"
    whole = f'(globalThis.vgStates ||= {{}})["{name}"] = "{data}";'
    for broken in (None, whole[: len(whole) // 2], whole.replace(data, data[: len(data) // 2]),
                   whole.replace(data, "AAAA"), "globalThis.other = 1"):
        states.unlink(missing_ok=True)
        if broken is not None:
            states.write_text(broken)
        tab = browser.new_page()
        tab.goto((file.parent / "broken.html").as_uri())
        found = tab.locator("#line")
        notice = found.get_by_role("alert")
        notice.wait_for()
        assert "could not be loaded" in notice.inner_text() and found.locator("img.vg-print").is_visible()
        notice.evaluate("n => { n.old = true }")
        notice.get_by_role("button", name="Try again").click()
        tab.wait_for_function("(n => n && !n.old)(document.querySelector('#line .vg-notice'))")  # asked, and failed
        states.write_text(whole)
        found.get_by_role("button", name="Try again").click()
        found.locator("svg").wait_for()
        assert found.locator("input").count() == 1 and not notice.is_visible()
        asked = tab.evaluate("[...document.head.querySelectorAll('script[src]')].map(script => script.src)")
        assert len(asked) == len(set(asked)) == 3  # a browser may remember what an address gave
        tab.close()


def test_in_a_frame_the_link_is_shown(browser, file):
    tab = browser.new_page()
    tab.goto("about:blank")
    address = file.as_uri()
    (file.parent / "frame.html").write_text(f'<iframe sandbox="allow-scripts" width=700 height=700 src="{address}">')
    tab.goto((file.parent / "frame.html").as_uri())
    found = tab.frame_locator("iframe").locator("#line")
    for _ in range(2):
        found.get_by_role("button", name="Link to this state").click()
    field = found.locator(".vg-link")  # one, however often it is asked for
    assert field.input_value() == f"{address}#line?slope=2&kind=plain"
    assert field.evaluate("f => f.selectionEnd - f.selectionStart === f.value.length")
    assert found.locator("[aria-live]").inner_text(), "who does not see it is told"
    tab.close()


def test_a_link_that_comes_late_leaves_the_focus_where_its_reader_went(browser, file):
    """A browser may take its time over refusing to copy; the arrow key pressed meanwhile is the slider's."""
    with reader(browser, file) as tab:
        tab.evaluate("""Object.defineProperty(navigator, "clipboard", {
          value: { writeText: () => new Promise((_, fail) => { globalThis.refuse = fail; }) } })""")
        found = figure_in(tab, "line")
        found.get_by_role("button", name="Link to this state").click()
        slider = found.locator("input[type=range]")
        slider.focus()
        tab.evaluate("refuse()")
        found.locator(".vg-link").wait_for()
        assert slider.evaluate("s => s === document.activeElement")


def test_a_copied_link_says_so_for_a_while(browser, file):
    with reader(browser, file) as tab:
        stop_time(tab)
        tab.evaluate("""Object.defineProperty(navigator, "clipboard", {
          value: { writeText: async (text) => { globalThis.copied = text; } } })""")
        found = figure_in(tab, "line")
        button, voice = found.get_by_role("button", name="Link"), found.locator("[aria-live]")
        words, pages = button.inner_text(), tab.evaluate("history.length")
        button.click()
        expect(button).not_to_have_text(words)
        assert tab.evaluate("copied") == tab.url == f"{file.as_uri()}#line?slope=2&kind=plain"
        assert voice.inner_text() == button.inner_text()
        assert tab.evaluate("history.length") == pages, "the way back leads to the page before"
        tab.clock.run_for(6000)
        assert button.inner_text() == words and voice.inner_text() == ""


def test_subscripts_are_typeset_wherever_they_stand(tab):
    found = figure_in(tab, "line")
    assert found.locator("label").first.inner_html() == "slope σ<sub>w</sub>"
    assert "a<sup>[l]</sup>" in found.locator("figcaption").inner_html()
    assert found.locator("option").all_text_contents()[-1] == "σw"
