"""What a reader reads back from a picture is what was drawn: values of every size, names of lines, the right point."""

import datetime

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm, LogNorm
from matplotlib.dates import AutoDateLocator, DateFormatter, MonthLocator
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from playwright.sync_api import expect

from vgtext.explore import explore

from .reader import await_cells, elements, figure_in, place, read, walk, write_page

SIZES = {3e-9: "3 × 10⁻⁹", 1e-7: "1 × 10⁻⁷", 2e-5: "2 × 10⁻⁵", 3e-4: "0.0003", 0.04: "0.04", 1.5: "1.5",
         700.0: "700", 2e6: "2000000", 2.5e9: "2.5 × 10⁹", 4e21: "4 × 10²¹"}
PLAIN = {-7.25: "−7.25", -1.0: "−1", 0.0: "0", 0.5: "0.5", 3.75: "3.75", 8.0: "8"}
COUNTS = {1438: "1438", -359: "−359", 0: "0", 1797: "1797"}
DAYS = ["2023-12-31", "2024-01-31", "2024-03-01"]
TIMES = {"hour": ["2024-02-29 19:00:00", "2024-03-01", "2024-03-01 05:00:00"],
         "minute": ["2023-12-31 23:59:00", "2024-01-01", "2024-01-01 00:08:00"],
         "second": ["2024-01-01 09:30:07", "2024-01-01 09:30:14", "2024-01-01 09:31:00"]}
HIGH = {100000.25: "100000.25", 100000.5: "100000.5", 100001.0: "100001"}
NAMES = ["ReLU", "tanh", "GELU"]


def draw_sizes(ax):
    ax.plot(range(len(SIZES)), list(SIZES))
    ax.set(yscale="log", xlim=(-1, 10), ylim=(1e-10, 1e22), xlabel="k", ylabel="size")
    return "Sizes."


def draw_plain(ax):
    ax.plot([-0.5, *range(len(PLAIN))], [30, *PLAIN])  # the first lies outside: it is not read
    ax.set(xlim=(-1, 6), ylim=(-8, 9), xlabel="k", ylabel="value")
    return "Values."


def draw_counts(ax):
    ax.plot(range(len(COUNTS)), list(COUNTS))
    ax.set(xlim=(-1, 4), ylim=(-400, 2000), xlabel="k", ylabel="count")
    return "Counts."


def draw_days(ax):
    ax.plot(np.array(DAYS, "datetime64[D]"), [1, 2, 3])
    ax.set(xlabel="day", ylabel="size", xlim=(datetime.date(2023, 12, 1), datetime.date(2024, 4, 1)), ylim=(0, 4))
    return "Days."


class OwnDates(AutoDateLocator):
    """As other packages derive theirs, pandas among them."""

    __module__ = "pandas.plotting._matplotlib.converter"


def draw_weeks(ax):
    draw_days(ax)
    ax.xaxis.set_major_locator(OwnDates())
    ax.xaxis.set_major_formatter(lambda value, k: f"{value // 7:.0f} weeks")
    return "Days, whose ticks say something else."


def draw_times(one, other, third):
    for ax, (unit, times) in zip((one, other, third), TIMES.items()):
        ax.plot(np.array(times, "datetime64[s]"), [1, 2, 3])
        ax.set(xlabel=unit, ylabel="size", ylim=(0, 4), xticks=ax.get_xticks()[:1])
    other.invert_xaxis()
    return "Times of three kinds, those of the second panel from the right."


def draw_high(ax):
    ax.plot([1, 2, 3], list(HIGH))
    ax.ticklabel_format(useOffset=False)
    ax.set(xlabel="k", ylabel="size", xlim=(0, 4), ylim=(1e5, 1e5 + 2))
    return "Large values that lie close together."


def draw_names(ax):
    ax.plot(NAMES, [1, 3, 2], "o")
    ax.set(xlabel="activation", ylabel="size", ylim=(0, 4), xlim=(-0.5, 2.5))
    return "Names."


def draw_guides(ax):
    ax.plot([0, 4], [2, 2], color="#999999")
    ax.plot([3, 3], [0, 8], color="#b34400")
    ax.axhline(6, color="#0b5cad")
    ax.axvline(1, color="#0b5cad")
    ax.plot([0, 1, 2, 3, 4], [7, 7, 6, 7, 7], ":", color="#767676")
    ax.add_artist(ax.legend([Line2D([], [])], ["a legend"], loc="lower right"))
    ax.annotate("", (2, 3), (1, 1), arrowprops={"arrowstyle": "-[", "connectionstyle": "bar"})
    ax.fill_between([0, 4], 7.5, 8, hatch="/")
    ax.add_patch(PathPatch(Path([(0, 2), (2, 7), (4, 2)], [Path.MOVETO, Path.CURVE3, Path.CURVE3]), fill=False))
    ax.plot([0, 2, 4], [1, 5, 3], color="#00684a", label="the line")
    ax.set(xlim=(0, 4), ylim=(0, 8), xlabel="x", ylabel="y")
    return "One line to read; a legend, an arrow, a hatch, a bow and five lines that guide."


def draw_keys(ax):
    look = {"color": "#0b5cad"}
    for height, dashes in ((1, "-"), (2, "--"), (3, ":")):
        ax.plot([0, 1, 2], [height, height + 1, height], dashes, **look)
    ax.legend(handles=[Line2D([], [], linestyle=dashes, **look) for dashes in "- -- :".split()],
              labels=["whole", "dashed", "dotted"])
    ax.set(xlim=(0, 2), ylim=(0, 5), xlabel="x", ylabel="y")
    return "Three lines of one color, named by a legend."


def draw_dots(ax):
    look = {"marker": "o", "linestyle": "", "markeredgecolor": "none"}
    for height, color in ((1, "#0b5cad"), (3, "#b34400")):
        ax.plot([0.5, 1, 1.5], [height, height + 1, height], color=color, **look)
    ax.legend(handles=[Line2D([], [], color=color, **look) for color in ("#0b5cad", "#b34400")],
              labels=["blue ones", "others"])
    ax.set(xlim=(0, 2), ylim=(0, 5), xlabel="x", ylabel="y")
    return "Two sets of dots without a rim, named by a legend."


def draw_labels(ax):
    for height, words in ((1, "low"), (4, "high")):
        ax.plot([0, 1, 2], [height, height, height + 0.5], color="#b34400")
        ax.text(1, height + 0.1, words, color="#b34400")
    ax.set(xlim=(0, 2), ylim=(0, 5), xlabel="x", ylabel="y")
    return "Two lines of one color, named beside them."


def draw_stretched(ax):
    for height, end, words in ((1, 10, "long"), (4, 1, "short")):
        ax.plot([0, end / 2, end], [height, height + 0.5, height], color="#b34400")
        ax.text(0.3, height + 0.1, words, color="#b34400")
    ax.set(xlim=(0, 10), ylim=(0, 5), xlabel="x", ylabel="y")
    return "Two lines of one color, named at their beginnings."


def draw_moving(ax, slope=1):
    ax.plot([0, 1, 2], [0, slope, 2 * slope], label=f"slope {slope}")
    ax.set(xlim=(0, 2), ylim=(0, 8), xlabel="x", ylabel="y")
    return f"Slope {slope}."


def draw_marked(ax):
    image = ax.imshow(np.arange(4).reshape(2, 2), origin="lower", extent=(0, 2, 0, 2), aspect="auto")
    ax.figure.colorbar(image, label="height")
    ax.plot([0.5], [0.5], "o", color="#ffffff", label="chosen")
    ax.set(xlim=(0, 2), ylim=(0, 2), xlabel="x", ylabel="y")
    return "A point on a picture."


def draw_banded(ax):
    bands = BoundaryNorm([0, 1, 10, 100], 256)
    ax.figure.colorbar(ax.imshow([[0.5, 5], [50, 5]], norm=bands, extent=(0, 2, 0, 2), aspect="auto"), label="size")
    ax.set(xlabel="x", ylabel="y")
    return "Four cells of three colors."


def draw_logged(ax):
    image = ax.imshow([[1e-3, 1.0], [14.0, 1e3]], norm=LogNorm(1e-4, 1e4), extent=(0, 2, 0, 2), aspect="auto")
    ax.figure.colorbar(image, label="size")
    ax.set(xlabel="x", ylabel="y")
    return "Four cells, and colors for powers of ten."


def draw_holes(ax):
    colors = colormaps["gray"].with_extremes(under="#ff0000")
    image = ax.imshow([[np.nan, 0], [1, -5]], vmin=-1, vmax=1, cmap=colors, extent=(0, 2, 0, 2), aspect="auto")
    ax.figure.colorbar(image, label="size")
    ax.set(xlabel="x", ylabel="y")
    return "Four cells, of which 2 have no color of the bar."


def draw_steep(ax):
    ax.bar(["a", "b", "c"], [-2.5, 4, 0.5])
    ax.set(xlim=(-0.5, 2.5), ylim=(-3, 5), xlabel="which", ylabel="height")
    return "Bars up and down."


def draw_lying(ax):
    ax.barh(["a", "b", "c"], [-2.5, 4, 0.5])
    ax.set(ylim=(-0.5, 2.5), xlim=(-3, 5), xlabel="length", ylabel="which")
    return "Bars to the left and right."


def draw_scattered(ax):
    ax.plot([1, 2, 3], [-0.3, 0.1, 1.4], "o")
    ax.set(xlim=(0, 4), ylim=(-0.5, 1.5), xlabel="size")
    ax.set_yticks([0, 1], ["one", "two"])
    return "Three points beside two names."


def draw_beside(ax):
    ax.bar([1, 2], [3, 2], width=-0.8, align="edge")
    ax.set(xlim=(0, 2), ylim=(0, 4), xticks=[0, 0.5, 1, 1.5, 2], xlabel="x", ylabel="y")
    return "Bars whose middles lie beside ticks."


def draw_stand_ins(ax):
    ax.plot([1, 2, 3], [1e-6, 1e-3, 1e2], "o")
    ax.set(xlim=(0, 4), yscale="log", ylim=(1e-6, 1e4), xlabel="run", ylabel="size")
    ax.set_yticks([1e-6, 1e-3, 1, 1e4], ["0", "1/1000", "1", "inf"])
    ax.set_xticks([1, 2, 3], ["1", "½", "never"])
    return "Points, two of which stand where their value cannot."


DEPTHS, SCALES = [2, 5, 20, 100], [0.6, 1.5, 3]


def draw_uneven(ax, pale):
    sizes = np.arange(12).reshape(4, 3) - 6
    for panel in (pale, ax):
        mesh = panel.pcolormesh(SCALES, DEPTHS, sizes.clip(-4, 4), vmin=-4, vmax=4, shading="nearest")
        panel.set(xscale="log", xlim=(0.4, 5), ylim=(2, 100), xlabel="scale", ylabel="depth")
        panel.minorticks_off()
    ax.figure.colorbar(mesh, ax=ax, label="size").set_ticks([-4, 0, 4], labels=["≤ −4", "0", "≥ 4"])
    return "Cells of uneven sizes, whose last colors stand for more; and a picture whose colors nothing explains."


def draw_lost(ax):
    ax.plot([0, 1, 2], [1, 2, 1], ":", color="#767676", label="nothing")
    ax.plot([0.5], [3], marker="x", color="#b34400")
    ax.set(xlim=(0, 2), ylim=(0, 4), xlabel="x", ylabel="y")
    return "A gray dotted line with a name, and a point."


def draw_units(ax):
    ax.plot([1, 1.4, 2.25], [1, 2, 3], "o")
    ax.set(xlim=(0, 4), ylim=(0, 4), xlabel="memory", ylabel="k")
    ax.set_xticks([1, 2, 3], ["1 MB", "2 MB", "3 MB"])
    ax.set_yticks([1, 2, 3], ["10 layers", "20 layers", "30 layers"])
    return "Points between ticks with units, at names that begin with a number."


def draw_diagram(ax):
    ax.text(0.2, 0.5, "a[0]")
    ax.annotate("a[1]", (0.3, 0.5), (0.7, 0.5), arrowprops={"arrowstyle": "<-"})
    ax.set_axis_off()
    return "Words and an arrow."


def draw_rings(ax):
    ax.plot([0, 1, 2], [1, 2, 1], "o-", label="all")
    ax.plot([1], [2], "o", markersize=12, fillstyle="none", label="chosen")
    ax.set(xlim=(0, 2), ylim=(0, 4), xlabel="x", ylabel="y")
    return "A ring around one of three dots on a line."


def put_entries(ax):
    for i in range(2):
        for j in range(2):
            ax.text(j, i, f"{i}{j}", ha="center", va="center")


def draw_table(ax):
    put_entries(ax)
    ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), xticks=[0, 1], yticks=[0, 1])
    ax.set(xticklabels=["dog", "cat"], yticklabels=["one", "two"])
    return "Four entries of named rows and columns."


STACKS = {"a": (3, 0, 0), "b": (2, 1, 4), "c": (0, 5, 0.5)}


def draw_stacks(ax):
    left = np.zeros(3)
    for parts, color in zip(np.array([*STACKS.values()]).T, ("C0", "C1", "C2")):
        ax.barh([*STACKS], parts, left=left, color=color)
        left += parts
    ax.set(ylim=(-0.5, 2.5), xlim=(0, 8), xlabel="runs")
    return "Bars in a row, of three colors."


def draw_equal(ax):
    ax.barh(["a", "b", "c"], [3, 3, 3])
    ax.set(ylim=(-0.5, 2.5), xlim=(0, 8), title="how long")
    return "Three bars of one length."


def draw_heap(ax):
    ax.bar([1, 10, 100], [2, 5, 1], width=[1, 10, 100], align="edge")
    ax.set(xscale="log", xlim=(0.1, 1000), ylim=(0, 8), yticks=[], xlabel="size")
    return "A histogram, of which only the shape counts."


def draw_squares(ax):
    for k in range(6):
        ax.add_patch(Rectangle((k % 3, k // 3), 1, 1, facecolor=f"C{k}", label=f"number {k}"))
    ax.set(xlim=(0, 3), ylim=(0, 2), xlabel="x", ylabel="y")
    return "Six squares."


def draw_powers(ax):
    put_entries(ax)
    ax.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5), xticks=[0, 1], yticks=[0, 1], xlabel="rate", ylabel="$\\sigma_w$")
    ax.set(xticklabels=["$10^{-7}$", "$10^{2}$"], yticklabels=["one", "two"])
    return "Four entries."


def draw_rescaled(ax):
    ax.plot([1e6, 1.2e6, 4e6], [0.001, 0.00123, 0.003], "o-")
    ax.set(xlim=(0, 5e6), ylim=(0, 0.004), xlabel="parameters (millions)", ylabel="time (ms)")
    ax.xaxis.set_major_formatter(lambda value, k: f"{value / 1e6:g}")
    ax.yaxis.set_major_formatter(lambda value, k: f"{value * 1e3:.1f}")
    return "Ticks in another unit than what is drawn."


def draw_numbered(ax):
    ax.plot(range(4), [0.1, 0.2, 0.3, 0.4], "o-")
    ax.set_xticks(range(4), [16, 64, 256, 1024])
    ax.set(xlim=(-0.5, 3.5), ylim=(0, 0.5), xlabel="width")
    return "Numbers that name what stands one apart."


def draw_months(ax):
    ax.plot(np.array(["2024-02-01", "2024-02-20", "2024-03-01"], "datetime64[D]"), [1, 2, 3])
    ax.set(xlabel="day", ylabel="size", xlim=(datetime.date(2024, 1, 1), datetime.date(2024, 4, 1)), ylim=(0, 4))
    ax.xaxis.set_major_locator(MonthLocator())
    ax.xaxis.set_major_formatter(DateFormatter("%b"))
    return "Days, and ticks that name months."


def draw_stepped(ax):
    for where, height in (("mid", 4), ("post", 0)):
        ax.step([0, 1, 2], [height + 1, height + 3, height + 2], where=where, label=where)
    ax.step([0, 1, 2], [9, 9.5, 9], "--", color="#b34400")
    ax.set(xlim=(0, 2), ylim=(0, 10), xlabel="x", ylabel="y")
    ax.legend(handles=[*ax.lines[:2], Line2D([], [], ls="--", color="#b34400")], labels=["mid", "post", "third"])
    return "Lines in steps."


MADE = [draw_rescaled, draw_numbered, draw_months, draw_stepped, draw_sizes, draw_plain, draw_counts, draw_days,
        draw_weeks, draw_times, draw_high, draw_names, draw_beside, draw_guides, draw_keys, draw_dots, draw_labels,
        draw_stretched,
        draw_marked, draw_banded, draw_logged, draw_holes, draw_steep, draw_lying, draw_stacks, draw_equal,
        draw_heap, draw_squares, draw_powers, draw_scattered, draw_stand_ins, draw_uneven, draw_lost,
        draw_units, draw_diagram, draw_rings, draw_table]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with those figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VGTEXT_EXPLORE", "text")
        made = [*map(explore, MADE), explore(draw_moving, slope=(1, 4))]
    return write_page(tmp_path_factory.mktemp("reading"), elements(each.figure for each in made))


def along(found, count):
    """Walk along the first line to its end; return what each point says."""
    return [walk(found, "ArrowRight") for _ in range(count)]


@pytest.mark.parametrize(("name", "label", "values"), [
    ("sizes", "size", SIZES), ("plain", "value", PLAIN), ("counts", "count", COUNTS),
    ("high", "size", HIGH)])
def test_values_of_every_size_are_read_with_the_digits_that_they_have(tab, name, label, values):
    found = figure_in(tab, name)
    assert [lines[-1] for lines in along(found, len(values))] == [f"{label}: {text}" for text in values.values()]


def test_days_and_names_are_read_as_such(tab):
    assert along(figure_in(tab, "days"), 3) == [[f"day: {day}", f"size: {k}"] for k, day in enumerate(DAYS, 1)]
    assert [x for x, _ in along(figure_in(tab, "weeks"), 3)] == [f"day: {day}" for day in DAYS]
    assert along(figure_in(tab, "names"), 3) == [
        [f"activation: {name}", f"size: {k}"] for name, k in zip(NAMES, (1, 3, 2))]


def test_a_value_is_read_in_the_unit_of_its_ticks(tab):
    said = along(figure_in(tab, "rescaled"), 3)
    assert said == [[f"parameters (millions): {x}", f"time (ms): {y}"] for x, y in (("1", "1"), ("1.2", "1.23"),
                                                                                   ("4", "3"))]


def test_a_tick_that_is_no_value_is_a_name_though_it_is_a_number(tab):
    assert [x for x, _ in along(figure_in(tab, "numbered"), 4)] == [f"width: {n}" for n in (16, 64, 256, 1024)]


def test_a_day_is_read_also_where_its_tick_says_less(tab):
    assert [x for x, _ in along(figure_in(tab, "months"), 3)] == [
        f"day: 2024-{day}" for day in ("02-01", "02-20", "03-01")]


def test_of_steps_their_points_are_read_and_no_corners(tab):
    found = figure_in(tab, "stepped")
    assert along(found, 4)[:3] == [["mid", f"x: {x}", f"y: {y}"] for x, y in enumerate((5, 7, 6))]
    walk(found, "ArrowLeft", "ArrowLeft")
    assert [walk(found, "ArrowDown")[0] for _ in range(3)] == ["post", "third", "mid"]


def test_a_time_is_read_as_far_as_its_axis_shows_it(tab):
    found = figure_in(tab, "times")
    for unit, times in TIMES.items():
        seen = [walk(found, key)[-2:] for key in ("ArrowDown", "ArrowRight", "ArrowRight")]
        assert seen == [[f"{unit}: {time}", f"size: {k}"] for k, time in enumerate(times, 1)]
        walk(found, "ArrowLeft", "ArrowLeft")


def test_what_guides_the_eye_is_not_read(tab):
    assert [x for x, _ in along(figure_in(tab, "beside"), 2)] == ["x: 0.6", "x: 1.6"]
    found = figure_in(tab, "guides")
    for keys in (["ArrowRight"], ["ArrowDown"], ["ArrowDown"], ["ArrowRight"]):
        assert walk(found, *keys)[0] == "the line"
    assert [read(found, u, v) for u, v in ((0.75, 0.9), (0.1, 0.25), (0.9, 0.75))] == [[]] * 3
    assert read(found, 0.5, 5 / 8) == ["the line", "x: 2", "y: 5"]


def test_lines_of_one_color_are_named_by_their_dashes(tab):
    found, names = figure_in(tab, "keys"), ("whole", "dashed", "dotted")
    for height, name in enumerate(names, 1):
        assert read(found, 0.5, (height + 1) / 5) == [name, "x: 1", f"y: {height + 1}"]


def test_dots_are_named_by_the_color_of_their_key(tab):
    found = figure_in(tab, "dots")
    assert [walk(found, "ArrowDown")[0] for _ in range(2)] == ["blue ones", "others"]


def test_lines_of_one_color_are_named_by_the_words_beside_them(tab):
    found = figure_in(tab, "labels")
    assert read(found, 0.5, 1 / 5)[0] == "low" and read(found, 0.5, 4 / 5)[0] == "high"
    found = figure_in(tab, "stretched")
    assert [walk(found, "ArrowDown")[0] for _ in range(2)] == ["long", "short"], "the near end counts, not the far one"


def test_up_and_down_go_from_line_to_line_and_the_dot_shows_where(tab):
    found = figure_in(tab, "keys")
    seen = [walk(found, key)[0] for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp")]
    assert seen == ["whole", "dashed", "dotted", "dashed", "whole", "dotted"]
    walk(found, "ArrowRight")
    assert walk(found, "ArrowUp")[1:] == ["x: 1", "y: 3"]
    box = found.locator(".vg-dot").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert middle == pytest.approx(place(found, 0.5, 3 / 5), abs=1)


def test_another_state_is_read_anew(tab):
    found = figure_in(tab, "moving")
    assert read(found, 0.5, 1 / 8) == ["slope 1", "x: 1", "y: 1"]
    found.locator("input").press("End")
    tab.wait_for_function("document.querySelector('#moving figcaption').innerText === 'Slope 4.'")
    assert found.locator(".vg-tip").is_hidden() and found.locator(".vg-dot").count() == 0
    assert read(found, 0.5, 4 / 8) == ["slope 4", "x: 1", "y: 4"]
    assert read(found, 0.5, 1 / 8) == []


def test_a_tip_stays_within_its_picture_and_goes_with_the_hand_and_the_focus(tab):
    found = figure_in(tab, "moving")
    tip = found.locator(".vg-tip")
    found.locator("input").press("End")
    expect(found.locator("figcaption")).to_have_text("Slope 4.")
    assert walk(found, *["ArrowRight"] * 3)[1:] == ["x: 2", "y: 8"]  # in the corner
    box, picture = tip.bounding_box(), found.locator("svg").bounding_box()
    assert picture["x"] <= box["x"] and box["x"] + box["width"] <= picture["x"] + picture["width"]
    assert picture["y"] <= box["y"]
    found.locator("input").focus()
    expect(tip).to_be_hidden()
    assert read(found, 0.5, 4 / 8)
    tab.mouse.move(picture["x"] + picture["width"] + 30, picture["y"])
    expect(tip).to_be_hidden()


def test_a_point_on_a_picture_is_read_before_the_cell_below_it(tab):
    found = figure_in(tab, "marked")
    await_cells(found, 0.6, 0.6)
    assert read(found, 0.26, 0.26) == ["chosen", "x: 0.5", "y: 0.5"]
    assert read(found, 0.75, 0.25) == ["y: 0.50", "x: 1.50", "height: about 1"]  # the first row is the lower one
    assert read(found, 0.35, 0.45)[0] == "y: 0.50"  # as its tick says


def test_a_cell_of_a_band_of_colors_is_read_within_its_band(tab):
    found = figure_in(tab, "banded")
    await_cells(found, 0.3, 0.7)
    for u, v, low, high in ((0.25, 0.75, 0, 1), (0.75, 0.75, 1, 10), (0.25, 0.25, 10, 100), (0.75, 0.25, 1, 10)):
        value = read(found, u, v)[-1].removeprefix("size: about ")
        assert low < float(value) < high


def test_a_cell_is_read_by_a_color_bar_of_powers_of_ten(tab):
    found = figure_in(tab, "logged")
    await_cells(found, 0.3, 0.7)
    for u, v, value in ((0.25, 0.75, 1e-3), (0.75, 0.75, 1), (0.25, 0.25, 14), (0.75, 0.25, 1e3)):
        assert float(read(found, u, v)[-1].removeprefix("size: about ")) == pytest.approx(value, rel=0.1)


def test_a_cell_whose_color_is_not_on_the_bar_has_no_value(tab):
    found = figure_in(tab, "holes")
    await_cells(found, 0.3, 0.2)
    assert [read(found, u, v)[2:] for u, v in ((0.25, 0.75), (0.75, 0.25))] == [[], []]
    assert read(found, 0.25, 0.25)[2:] == ["size: about 1"]


def test_arrow_keys_do_not_scroll_the_page_and_others_are_left_alone(tab):
    found = figure_in(tab, "keys")
    tab.evaluate("addEventListener('keydown', event => { globalThis.taken = event.defaultPrevented })")
    for key, taken in (("ArrowDown", True), ("ArrowRight", True), ("PageDown", False), ("Tab", False)):
        found.locator(".vg-svg").focus()
        tab.keyboard.press(key)
        assert tab.evaluate("taken") == taken, key


def test_bars_are_read_where_they_end(tab):
    for name, value, at in (("a", "−2.5", 2), ("b", "4", 5), ("c", "0.5", 3.2)):
        k = ord(name) - ord("a")
        assert read(figure_in(tab, "steep"), (k + 0.5) / 3, at / 8) == [f"which: {name}", f"height: {value}"]
        assert read(figure_in(tab, "lying"), at / 8, (k + 0.5) / 3) == [f"which: {name}", f"length: {value}"]


def test_a_point_beside_a_name_is_read_by_that_name(tab):
    assert [lines[1] for lines in along(figure_in(tab, "scattered"), 3)] == ["one", "one", "two"]


def test_a_value_between_ticks_with_units_is_no_name(tab):
    said = along(figure_in(tab, "units"), 3)
    assert [x for x, _ in said] == ["memory: 1", "memory: 1.4", "memory: 2.25"]
    assert [y for _, y in said] == ["k: 10 layers", "k: 20 layers", "k: 30 layers"]


def test_where_a_tick_has_words_they_are_the_value(tab):
    said = along(figure_in(tab, "stand-ins"), 3)
    assert said == [["run: 1", "size: 0"], ["run: ½", "size: 0.001"], ["run: never", "size: 100"]]


def test_cells_of_uneven_sizes_are_read_at_their_middles_and_the_ends_of_their_colors_in_words(tab):
    found = figure_in(tab, "uneven")
    await_cells(found, 0.3, 0.5)
    told = [walk(found, key) for key in ["ArrowRight"] * 3 + ["ArrowDown"] * 3]
    assert [line[1] for line in told[:3]] == [f"scale: {scale:g}" for scale in SCALES]
    assert [line[0] for line in told[2:]] == [f"depth: {depth}" for depth in reversed(DEPTHS)]
    sizes = np.arange(12).reshape(4, 3) - 6
    for line, size in zip(told, [*sizes[3], *sizes[2::-1, 2]]):
        words = line[2].removeprefix("size: ")
        assert words == ("≤ −4" if size <= -4 else "≥ 4" if size >= 4 else words)
        assert abs(size) >= 4 or float(words.removeprefix("about ").replace("−", "-")) == pytest.approx(size, abs=0.1)
    assert walk(found, "ArrowDown")[0] == "depth: 100", "a picture whose colors nothing explains has none to read"


def test_a_line_with_dots_is_one_and_what_has_another_name_is_another(tab):
    found = figure_in(tab, "rings")
    assert [lines[0] for lines in along(found, 3)] == ["all"] * 3
    assert [walk(found, "ArrowDown")[0] for _ in range(2)] == ["chosen", "all"]


def test_a_name_of_a_row_says_enough(tab):
    assert along(figure_in(tab, "table"), 2) == [["two", "dog", "10"], ["two", "cat", "11"]]


def test_keys_are_promised_where_there_is_something_to_read(tab):
    for name, promised, axes in (("lost", True, "y over x"), ("diagram", False, "See its caption")):
        picture = figure_in(tab, name).locator(".vg-svg")
        picture.focus()
        keys = " Arrow keys read it: left and right along a line, up and down between lines."
        expect(picture).to_have_attribute("aria-label", f"Picture. {axes}.{keys * promised}")


def test_what_has_a_name_is_no_guide_and_a_point_is_read_however_it_is_drawn(tab):
    found = figure_in(tab, "lost")
    assert walk(found, "ArrowRight") == ["nothing", "x: 0", "y: 1"]
    assert walk(found, "ArrowDown")[1:] == ["x: 0.5", "y: 3"]


def test_a_bar_on_another_is_read_by_its_own_length(tab):
    found = figure_in(tab, "stacks")
    for k, (name, parts) in enumerate(STACKS.items()):
        for at, part in zip(np.cumsum(parts) - np.array(parts) / 2, parts):
            assert not part or read(found, at / 8, (k + 0.5) / 3) == [name, f"runs: {part:g}"]


def test_bars_of_one_length_are_no_table_and_the_title_says_what_has_no_label(tab):
    assert read(figure_in(tab, "equal"), 0.2, 0.5) == ["b", "how long: 3"]


def test_of_bars_whose_heights_have_no_numbers_the_place_alone_is_read(tab):
    [words] = read(figure_in(tab, "heap"), (1 + 1 + np.log10(1.5)) / 4, 0.3)
    assert words.startswith("size: ") and 10 < float(words[6:]) < 20


def test_squares_that_fill_a_panel_are_cells(tab):
    assert read(figure_in(tab, "squares"), 0.5, 0.75) == ["y: 1.50", "x: 1.5", "number 4"]


def test_formulas_at_ticks_are_read_with_their_signs(tab):
    found = figure_in(tab, "powers")
    for power, entry in (("10⁻⁷", "00"), ("10²", "01")):
        assert walk(found, "ArrowRight") == ["σw: one", f"rate: {power}", entry]
        assert found.locator("[aria-live]").inner_text() == f"σ_w: one, rate: {power}, {entry}"
