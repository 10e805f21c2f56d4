"""Axes and titles are called what they are."""

import re
from functools import cache

import numpy as np
from matplotlib.ticker import FixedFormatter, FuncFormatter

from vgtext.palette import COLORS
from vgtext.tools.notebooks import read_notebook, slugs

from .lines import in_data, signs_of

#: Words of which a caption has none whose opposite alone stands in the figure.
OPPOSITES = (("nats", "bits"), ("°|degrees?", "radians?"), ("right", "wrong"), ("before training", "after training"),
             ("variance", "standard deviation"), (r"‖δ‖(?!²)", "‖δ‖²"), ("smallest", "largest"), ("mean", "median"),
             ("norm", "largest"), ("first", "last"), ("outputs/inputs", "inputs/outputs"), ("step", "epoch"),
             ("forward", "backward"))
#: The same, also of what the drawing function, and the prose beside the figure, say that it shows.
KINDS = (*((f"training {words}", f"test {words}") for words in ("loss(?:es)?", "accuracy", "errors?", "digits")),
         ("in training(?! mode)", "in the test"), ("steps", "epochs"), ("nats", "bits"), ("dead", "saturated"),
         ("before clipping", "after clipping"), ("degrees?", "radians?"), ("before training", "after training"),
         ("cell", "hidden"))
#: The size that an axis, or a line, is relative to.
RELATIVE = re.compile(r"\[[lt]\]‖? / .*\[(\d+|[LT])\]")
OVER = re.compile(r"over the (first|last) of the (\w+)")
#: What is counted, a share, or a size; what the first two hold of the values on an axis of this name, the last of its
#: limits.
COUNTED = re.compile(r"\b(layer|block|epoch|depth|width|number|blocks) [a-zA-Z]\b|^epoch$|number of|tasks|, k$|"
                     r"^(training |time )?steps?( [tk])?\b(?! h| of)")
SHARE = re.compile(r"accuracy|^right\b|\bshare\b|correlation|cosine|probability|attention weight")
#: Numbers at ticks: 0.5, 1,000, ½, −6, also behind ≤, 50%, 10⁻⁵ and 2^{-5}.
TICK = re.compile(r"[≤≥]? ?\$?(-?\d+(?:\.\d+)?|½)(?:\^\{(-?\d+)\})?\$?(%?)")
PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789", ",")
SIZE = re.compile(r"‖|\b(?<!change of the )(size|norm|variance|loss|error|factor|product|round trip|stretch|entropy)\b")


def axes(ax):
    """Counts are whole numbers and called so, shares lie between −1 and 1, sizes are not negative."""
    for side, axis in enumerate((ax.xaxis, ax.yaxis)):
        name = axis.get_label_text()
        low, high = sorted(axis.get_view_interval())
        drawn = [np.asarray(line.get_data()[side], float) for line in ax.lines if in_data(line)]
        values = np.concatenate([[0], *drawn])
        values = values[np.isfinite(values)]
        if COUNTED.search(name) and np.abs(values - values.round()).max() > 1e-9:
            yield f"“{name}” is counted, and not whole"
        steps = [np.diff(values) for values in drawn if len(values) > 7]
        if not (side or COUNTED.search(name)) and any((step == 1).all() for step in steps):
            yield f"“{name}” is not said to be counted, and is"
        if SHARE.search(name) and (low < -1.1 or high > 2):
            yield f"“{name}” is a share, from {low} to {high}"
        if SIZE.search(name) and not COUNTED.search(name) and axis.get_scale() == "linear" and low < -high / 10:
            yield f"“{name}” is a size, from {low} to {high}"


def ticks(ax):
    """Numbers that are written at ticks are the values there; else they are names, one step from each other."""
    bars = [group.colorbar.ax.yaxis for group in ax.collections if group.colorbar]
    for axis in (ax.xaxis, ax.yaxis, *bars):
        if not isinstance(axis.get_major_formatter(), (FixedFormatter, FuncFormatter)):
            continue
        places = axis.get_majorticklocs()
        words = axis.get_major_formatter().format_ticks(places)
        known = [(place, value) for place, text in zip(places, words) if (value := number_at(text)) is not None]
        if not all(np.isclose(*pair, rtol=0.01) for pair in known) and set(np.diff(places)) != {1}:
            yield f"“{axis.get_label_text()}”: at {[*places]} stand {words}"


def number_at(words):
    """Return the number that the words of a tick are, None where they are none."""
    found = TICK.fullmatch(re.sub("10([⁻⁰-⁹¹²³]+)", r"10^{\1}", words).translate(PLAIN))
    if not found:
        return None
    base = 0.5 if found[1] == "½" else float(found[1])
    return base ** int(found[2] or 1) / (100 if found[3] else 1)


def misnamed(panels, caption):
    """The error signal is ∂ℒ/∂z: what an axis calls ∂ℒ/∂a is none."""
    if "error signal" in caption and any("∂ℒ/∂a" in ax.get_ylabel() for ax in panels):
        yield "an axis has ∂ℒ/∂a, which the caption calls the error signal"


def relative(ax):
    """What is relative to a layer or a step is 1 there."""
    found = RELATIVE.search(ax.get_ylabel())
    lines = [line for line in ax.lines if found and in_data(line)]
    last = max((max(line.get_xdata(), default=0) for line in lines), default=0)
    for line in [line.get_xydata() for line in lines if line.get_color() != COLORS["theory"]]:
        line = line[np.isfinite(line[:, 1])]
        there = line[line[:, 0] == (float(found[1]) if found[1].isdigit() else last), 1]
        if len(line) > 2 and len(there) and abs(there[0] - 1) > 0.02:
            yield f"“{ax.get_ylabel()}” is {there[0]:.2g} there"
    for line in ax.lines:
        y = np.asarray(line.get_ydata(), float)
        if (over := OVER.search(ax.get_ylabel())) and over[2] in line.get_label():
            end = y[0 if over[1] == "first" else -1]
            if abs(end - 1) > 0.02:
                yield f"“{ax.get_ylabel()}” is {end:.2g} there"
        first = y[0] if re.search("first size|over its start|over the input's", ax.get_ylabel()) else 1
        if abs(first - 1) > 0.02 or ("over the largest" in line.get_label() and abs(np.nanmax(y) - 1) > 0.02):
            yield f"“{ax.get_ylabel()}”, “{line.get_label()}”: it is not 1 there"


def titles(figure):
    """A panel's title has no word of another panel's name in the code, unless it has more of its own."""
    names = [{*name.split("_")} for name in figure.panels]
    for ax, own in zip(figure.sheet.panels, names):
        words = {*re.findall(r"\w+", ax.get_title().lower())}
        if any(len(words & other) > len(words & own) for other in names):
            yield f"“{ax.get_title()}” is the title of {own}"


def opposites(figure, panels, caption):
    """Yield the words of a caption whose opposite stands in the figure, where it has not both."""
    shown = [words for ax in panels for words in (ax.get_xlabel(), ax.get_ylabel(), *signs_of(ax))]
    shown += [line.get_label() for ax in panels for line in ax.lines]
    shown = " ".join([*shown, *(control.label for control in figure.controls)])
    for pair in OPPOSITES:
        said, drawn = ([bool(re.search(rf"(?<!\w){word}(?!\w)", words)) for word in pair] for words in (caption, shown))
        if sum(said) == sum(drawn) == 1 and said != drawn:
            yield f"of {pair} the caption has one, the figure the other"


def kinds(figure, panels, caption):
    """Yield the words for a kind of quantity whose opposite alone is in the caption, the docstring or the prose.

    Of one panel they are compared with all three together, which tell of all panels.
    """
    told = {"caption": caption, "docstring": figure.draw.__doc__ or "", "prose": beside(figure)}
    shown = [" ".join(map(words_of, panels))]
    for who, words, parts in (*((who, words, shown) for who, words in told.items()),
                              ("text", " ".join(told.values()), [*map(words_of, panels)])):
        for pair in KINDS:
            said, *drawn = (has_words(pair, " ".join(text.split())) for text in (words, *parts))
            if sum(said) == 1 and [not word for word in said] in drawn:
                yield f"of {pair} the {who} has one, the figure the other"


def has_words(pair, text):
    """Say of each word of a pair whether a text has it."""
    return [bool(re.search(rf"(?<!\w)(?:{word})(?!\w)", text)) for word in pair]


def words_of(ax):
    """Return all words in and around a panel."""
    return " ".join([ax.get_xlabel(), ax.get_ylabel(), *signs_of(ax), *(line.get_label() for line in ax.lines)])


@cache
def beside(figure):
    """Return the prose before and after a figure of a chapter of the book; nothing of another figure."""
    slug = figure.draw.__module__.removeprefix("vgtext.chapters.").partition(".")[0]
    if slug not in slugs():
        return ""
    cells = read_notebook(slug).cells
    at = next((i for i, cell in enumerate(cells) if f"draw_{figure.name}" in cell.source), None)
    around = cells[at - 1 : at + 2 : 2] if at else []
    return " ".join(cell.source.partition("**What you will")[0] for cell in around if cell.cell_type == "markdown")
