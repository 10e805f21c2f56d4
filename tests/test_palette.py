"""What all figures share: numbers in sentences are rounded, ticks few and whole, what floats lose is shaded."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from vgtext import palette
from vgtext.nn import ACTIVATIONS, NORMS
from vgtext.palette import (
    apart,
    backward_arrow,
    beyond,
    chosen,
    depth_axis,
    float_limits,
    layer_axis,
    log_axis,
    number,
    positive,
)

EXPONENT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-", ",")


def test_every_normalization_has_a_color():
    assert set(palette.NORM_COLORS) == {None, *NORMS}, "NORM_COLORS of vgtext.palette and NORMS differ"


@given(st.builds(lambda m, e: m * 10.0**e, st.floats(-10, 10), st.integers(-7, 7)), st.integers(1, 4))
@example(0.00125, 2)
@example(9996.0, 3)
def test_a_number_in_a_sentence_is_rounded_to_its_digits_and_has_a_true_minus(x, digits):
    words = number(x, digits)
    mantissa, _, power = words.translate(EXPONENT).partition(" × 10")
    assert float(f"{mantissa}e{power or 0}") == pytest.approx(float(f"{x:.{digits - 1}e}"), rel=1e-12)
    assert "-" not in words and ("−" in mantissa.replace("-", "−")) == (x < 0)
    rounded = abs(float(f"{x:.{digits - 1}e}"))
    assert bool(power) == bool(x and not 1e-3 <= rounded < 1e4)
    if power or 1e-3 <= rounded < 10 ** (digits - 1):
        assert len(re.sub(r"^-?0\.0*|\D", "", mantissa)) == digits  # a last 0 says how sure it is


def test_a_chosen_value_has_the_decimals_of_its_slider_and_more_where_it_lies_between_two():
    assert [chosen(x, 2) for x in (1, 0.6, 1.15, -0.05, 0.1 + 0.2)] == ["1.00", "0.60", "1.15", "−0.05", "0.3"]
    assert [chosen(x, 1) for x in (2.0, 2.04, 0.95, 1.125)] == ["2.0", "2.04", "0.95", "1.125"]


def test_what_is_no_finite_number_is_said_as_such():
    assert [number(x) for x in (0, -0.0, np.inf, np.nan)] == ["0", "0", "inf", "nan"]


@given(st.integers(-300, 290), st.integers(1, 300))
@settings(max_examples=40)
def test_sizes_have_few_ticks_at_whole_powers_of_ten(low, decades):
    ax, high = Figure().add_subplot(), min(low + decades, 300)
    log_axis(ax, 10.0**low, 10.0**high, "size")
    powers = np.log10(ax.get_yticks())
    np.testing.assert_allclose(powers, powers.round(), atol=1e-9)
    assert low - 1e-9 <= powers.min() and powers.max() <= high + 1e-9
    assert len(powers) <= 8 and (decades < 14 or len(powers) > 3)
    assert len(powers) < 2 or high - powers.max() < np.diff(powers).min() - 1e-9  # the last that fits is there
    assert ax.get_ylim() == (10.0**low, 10.0**high) and ax.get_yscale() == "log"


@given(st.integers(1, 3000))
@settings(max_examples=40)
def test_layers_have_few_whole_numbers_from_1_to_the_last(depth):
    ax = Figure().add_subplot()
    layer_axis(ax, depth)
    ticks = ax.get_xticks()
    assert ticks[0] == 1 and ticks[-1] <= depth and len(ticks) <= 9 and (depth < 3 or len(ticks) > 2)
    assert len(ticks) < 3 or depth - ticks[-1] < np.diff(ticks)[1:].min()
    assert (np.diff(ticks) > 0).all() and all(int(tick) == tick for tick in ticks)
    assert ax.get_xlim()[0] < 1 and ax.get_xlim()[1] > depth


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=4), st.floats(0.1, 2))
@settings(max_examples=40)
def test_labels_that_are_moved_apart_stay_beside_their_lines_in_order(heights, least):
    placed = apart(heights, least)
    assert np.mean(placed) == pytest.approx(np.mean(heights), abs=1e-9)
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    assert (np.diff([placed[k] for k in order]) > 0.99 * least).all()
    far = [10.0 * least * k for k in (2, 0, 1)]
    assert apart(far, least) == far


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_lies_beyond_the_floats_is_shaded_and_what_is_a_float_is_not(dtype):
    ax, info = Figure().add_subplot(), np.finfo(dtype)
    if dtype != "float64":
        ax.set(yscale="log", ylim=(1e-60, 1e60))
        float_limits(ax, dtype)
        spans = sorted(sorted(patch.get_window_extent().transformed(ax.transData.inverted()).intervaly)
                       for patch in ax.patches)
        edges = [1e-60, float(info.smallest_subnormal), float(info.max), 1e60]
        np.testing.assert_allclose(np.ravel(spans), edges, rtol=1e-6)
        heights = {text.get_text().split(": ")[1].split()[0]: text.get_position()[1] for text in ax.texts}
        middles = 10 ** np.mean(np.log10(spans), axis=1)  # of a log axis
        assert heights == pytest.approx(dict(zip(("underflow", "overflow"), middles, strict=True)))
    inside = Figure().add_subplot()
    inside.set(yscale="log", ylim=(1e-7, 1e4))
    float_limits(inside, dtype)
    assert not inside.patches and not inside.texts


def test_what_lies_beyond_its_panel_is_told():
    ax = Figure().subplots()
    ax.set_ylim(1, 10)
    assert beyond(ax, 1, 10) == ""
    assert beyond(ax, 5, 11) == beyond(ax, 0.5) == " (beyond the panel)"


def test_an_activation_that_has_a_name_in_words_has_a_color_and_a_line_style():
    tables = {name: set(getattr(palette, f"ACTIVATION_{name}")) for name in ("NAMES", "COLORS", "DASHES")}
    every = set.union(*tables.values())
    assert not {name: every - has for name, has in tables.items() if every - has}, "missing in palette.py"
    assert every <= set(ACTIVATIONS), f"no activation of this name: {every - set(ACTIVATIONS)}"


@pytest.mark.parametrize(("at", "up"), [(0.05, 0.06), (0.4, 0.9)])
def test_the_arrow_of_the_backward_pass_points_to_the_left_and_its_words_follow(at, up):
    ax = Figure().subplots()
    backward_arrow(ax, at=at, up=up)
    arrow, words = ax.texts
    (head, height), (tail, level) = arrow.xy, arrow.xyann
    assert (head, height, level) == (at, up, up) and arrow.arrowprops["arrowstyle"] == "->"
    assert head < tail < words.get_position()[0] < 1


@pytest.mark.parametrize("depth", [5, 20, 30, 50, 100])
def test_a_depth_is_marked_at_both_its_ends_and_sizes_of_0_are_not_drawn(depth):
    ax = Figure().subplots()
    depth_axis(ax, depth)
    ticks = ax.get_xticks()
    assert (ticks[0], ticks[-1]) == (0, depth) == ax.get_xlim() and len(ticks) <= 7
    assert [{*line.get_ydata()} for line in ax.lines] == [{1}], "the size that neither fades nor grows"
    assert np.array_equal(positive([0, 1e-300, -1]), [np.nan, 1e-300, np.nan], equal_nan=True)
