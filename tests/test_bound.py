"""Every figure's words are bound to data; a word or a line that is another one is found."""

from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from bound import bound, fits, is_drawn
from vgtext.tools.notebooks import figure_heads, figures, slugs


def wrong(slug, name, change=lambda panels: None):
    """What is wrong with the opening state of a figure, once a change was made to its panels."""
    figure = figures(slug).make(f"draw_{name}")[name]
    values = figure.values(figure.start)
    caption, panels = figure.scene(values)[1], figure.sheet.panels
    change(panels)
    return [*bound(figure, panels, values, caption)]


@pytest.mark.parametrize("slug", slugs())
def test_every_figure_is_bound(slug):
    heads = figure_heads(slug)
    assert not heads or find_spec(f"bound.{slug}"), f"tests/bound/{slug}.py is to compute what the figures' words name"
    for name in heads:
        assert hasattr(import_module(f"bound.{slug}"), name), name


def rename(label, other):
    """A change of the name of an axis or a line."""
    def change(panels):
        for ax in panels:
            ax.set(xlabel=ax.get_xlabel().replace(label, other), ylabel=ax.get_ylabel().replace(label, other))
            for line in ax.lines:
                line.set_label(line.get_label().replace(label, other))
    return change


def mean_for_median(panels):
    """A change of a line to the mean of others."""
    *_, line = panels[0].lines
    line.set_ydata(np.mean([one.get_ydata() for one in panels[0].lines if "one run" in one.get_label()], axis=0))


def upside_down(panels):
    """A change of every line to one over it."""
    for line in panels[0].lines:
        line.set_ydata(1 / np.asarray(line.get_ydata(), float))


def of_another_size(kind):
    """A change of all bars or lines without a name to ones 1.2 times as high."""
    def change(panels):
        for ax in panels:
            for bar in ax.patches if kind == "bars" else ():
                bar.set_height(1.2 * bar.get_height())
            for line in ax.lines if kind == "lines" else ():
                if line.get_label()[0] == "_":
                    line.set_ydata(1.2 * np.asarray(line.get_ydata(), float))
    return change


def upside_down_picture(panels):
    """A change of a picture to one whose rows are in the opposite order."""
    panels[0].images[0].set_array(panels[0].images[0].get_array()[::-1])


def one_place_on(panels):
    """A change of the last line to the same heights, each at the next place."""
    *_, line = panels[0].lines
    line.set_xdata(np.append(line.get_xdata()[1:], np.nan))


def one_layer_on(panels):
    """A change of the last line to the same heights, each in the next layer; the first one is none."""
    *_, line = panels[-1].lines
    line.set_ydata(np.append(np.nan, line.get_ydata()[:-1]))


def higher_steps(panels):
    """A change of a histogram to one 1.2 times as high."""
    steps = next(patch for patch in panels[0].patches if isinstance(patch, StepPatch))
    steps.set_data(1.2 * steps.get_data().values)


def other_levels(panels):
    """A change of the levels that contours are said to have."""
    next(group for group in panels[0].collections if isinstance(group, ContourSet)).levels = [-2, 2]


def swap_titles(panels):
    """A change of the titles of two panels to each other's."""
    first, second = (ax.get_title() for ax in panels)
    panels[0].set_title(second), panels[1].set_title(first)


def lower_dotted_lines(panels):
    """A change of dotted lines to heights nearer to 0."""
    for line in (line for ax in panels for line in ax.lines if line.get_linestyle() == ":"):
        line.set_ydata(0.8 * np.asarray(line.get_ydata(), float))


@pytest.mark.parametrize("slug, name, change, found", [
    ("problem", "growth", rename("product", "slope"), "nothing"),
    ("problem", "first_layers", rename("layer l", "depth L"), "nothing"),
    ("problem", "two_lists", of_another_size("lines"), "not computed again"),
    ("shortcuts", "paths", of_another_size("bars"), "not computed again"),
    ("causes", "depth_over_width", higher_steps, "not computed again"),
    ("recurrence", "memory", swap_titles, "stands in"),
    ("normalization", "accuracy", swap_titles, "stands in"),
    ("causes", "circle", lower_dotted_lines, "not computed again"),
    ("two_by_two", "columns", lower_dotted_lines, "not computed again"),
    ("clipping", "valley", other_levels, "not computed again"),
    ("clipping", "start", upside_down_picture, "not computed again"),
    ("normalization", "healed", one_layer_on, "not computed again"),
    ("normalization", "price", one_place_on, "other places"),
    ("consequences", "freezing", rename("test accuracy", "number k of frozen layers, from the input"), "drawn"),
    ("recurrence", "adding", rename("median", "mean"), "nothing"),
    ("recurrence", "adding", rename("step", "epoch"), "nothing"),
    ("recurrence", "adding", mean_for_median, "drawn"),
    ("recurrence", "through_time", rename("h[", "c["), "nothing"),
    ("recurrence", "through_time", upside_down, "drawn"),
    ("clipping", "thresholds", rename("before", "after"), "nothing"),
    ("normalization", "rescue", rename("a[", "W["), "nothing"),
    ("attention", "saturation", rename("theory, mean", "theory, median"), "drawn")])
def test_words_and_lines_of_something_else_are_found(slug, name, change, found):
    assert not wrong(slug, name)
    assert any(found in words for words in wrong(slug, name, change))


def test_one_of_many_that_is_expected_is_an_array_or_a_function():
    x, ax = np.arange(5.0), Figure().subplots()
    ax.plot(x, x**2, label="both")
    ax.plot(x, 2**x, label="both")
    both = [lambda x: x**2, 2**x]
    assert is_drawn(both, [ax], "both") and all(fits(both, *line.get_data()) for line in ax.lines)
    assert not is_drawn(both[:1], [ax], "both") and not is_drawn([*both, lambda x: x], [ax], "both")
    assert not fits(both, x, 3**x)
