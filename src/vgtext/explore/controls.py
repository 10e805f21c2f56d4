"""The controls of an interactive figure: what an author may write, and the grid of states that it spans.

The abbreviations are those of :func:`ipywidgets.interact`:

==========================  ==========================================================
written                     becomes
==========================  ==========================================================
``(min, max)``              a slider in steps of 1 (of 0.1 where a float is given)
``(min, max, step)``        a slider
``[a, b, c]``               a choice; of four or more rising numbers, a slider over them
``{"name": value, ...}``    a choice with names
``True`` or ``False``       a switch, that opens at this value
``Play(min, max, step)``    a slider that can run by itself
==========================  ==========================================================
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from numbers import Integral, Real

import numpy as np

from .read import FigureError

MOST_VALUES = 10_000  # of a slider
TEX = re.compile(r"\$[^$]*[\\^_{][^$]*\$")


@dataclass(frozen=True)
class Play:
    """A whole-number slider from ``min`` to ``max`` that runs by itself, one step each ``interval`` milliseconds."""

    min: int
    max: int
    step: int = 1
    interval: int = 250


@dataclass(frozen=True)
class Control:
    """One control: the values it can take, how each is written, and the index at which it opens."""

    name: str
    label: str
    kind: str  # "slider", "choice" or "switch"
    values: tuple
    texts: tuple[str, ...]
    start: int
    interval: int = 0  # milliseconds between two steps of an animation; 0: it does not run
    between: bool = False  # whether a handle in a kernel may stop between two values

    def value(self, at):
        """Return value number ``at``; of a fraction the value between two, with one decimal more than they have."""
        low = int(at)
        if low == at:
            return self.values[low]
        finer = len(self.texts[low].partition(".")[2]) + 1
        return round(self.values[low] + (at - low) * (self.values[low + 1] - self.values[low]), finer)

    def text(self, at):
        """Return how value number ``at`` is written."""
        return self.texts[int(at)] if at == int(at) else str(self.value(at))

    def ways(self, at, halvings):
        """Return where a handle may go from ``at``: to any value; then a part of a step, if it may stop between two."""
        if not halvings:
            return range(len(self.values))
        step, last = 0.5**halvings, len(self.values) - 1
        return [min(max(at + way, 0), last) for way in (-step, 0, step)] if self.between else [at]

    def spec(self):
        """Return what the page needs to know of the control, ready for JSON."""
        return {key: value for key, value in vars(self).items() if key not in ("values", "between")}

    def thinned(self, count):
        """Return the control with about ``count`` of its values: both ends and the opening value are kept."""
        spread = np.linspace(0, len(self.values) - 1, count).round().astype(int)
        keep = sorted({*spread.tolist(), self.start})
        values, texts = (tuple(each[i] for i in keep) for each in (self.values, self.texts))
        return replace(self, values=values, texts=texts, start=keep.index(self.start))


def is_number(value):
    """Say whether ``value`` is a real number and no bool."""
    return isinstance(value, Real) and not isinstance(value, bool)


def plain(value):
    """Return a scalar of NumPy as Python's own; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def check_words(where, text):
    """Raise FigureError for what a page cannot print as words: TeX, nothing, no str."""
    FigureError.when(not isinstance(text, str) or not text.strip() or TEX.search(text),
                     f"{where}: {text!r} are no words that a page prints; without TeX they are σ_w, x², 3 × 10⁻⁷")


def decimals(values):
    """Return how many decimals the finest of some numbers needs."""
    return max(len(np.format_float_positional(v, trim="-").partition(".")[2]) for v in values)


def slider_values(where, *given):
    """Return ``min, min + step, ... <= max`` as ints, or as floats that end where their written form does."""
    FigureError.when(not all(is_number(v) and math.isfinite(v) for v in given),
                     f"{where}: a slider takes finite numbers, not {given!r}")
    whole = all(isinstance(v, Integral) for v in given)
    low, high, step = given if len(given) == 3 else (*given, 1 if whole else 0.1)
    FigureError.when(not low < high or step <= 0,
                     f"{where}: a slider takes min < max and step > 0, not min={low}, max={high}, step={step}")
    count = math.floor((high - low) / step + 1e-9) + 1
    FigureError.when(not 2 <= count <= MOST_VALUES, f"{where}: from {low} to {high} in steps of {step} a slider has "
                                                    f"{count:,} values; it takes 2 to {MOST_VALUES:,}")
    values = [low + i * step for i in range(count)]
    return tuple(values if whole else (round(value, decimals((low, step))) for value in values))


def write(values):
    """Write numbers with as many decimals as the finest of them needs; anything else with ``str``."""
    if not all(map(is_number, values)) or all(isinstance(v, Integral) for v in values):
        return tuple(map(str, values))
    tries = [tuple(f"{float(v):.{digits}g}" for v in values) for digits in (6, 15)]
    short = tries[len({*tries[0]}) < len({*values})]  # more digits, if six write two of them alike
    if any(v != 0 and not 1e-3 <= abs(v) < 1e5 for v in values):
        return short
    if decimals(values) > 8:  # more than needed, as thirds have no end, and 3 * 0.1 is 0.30000000000000004
        values = [*map(float, short)]
    return tuple(f"{float(v):.{decimals(values)}f}" for v in values)


def read_abbreviation(where, given):
    """Return (kind, values, texts, interval) of an abbreviation; FigureError where it makes no sense."""
    if isinstance(given, bool):
        return "switch", (False, True), ("off", "on"), 0
    if isinstance(given, Play):
        values, wait = slider_values(where, given.min, given.max, given.step), given.interval
        whole = all(isinstance(v, Integral) for v in values)
        FigureError.when(not whole or not is_number(wait) or not 1 <= wait <= 60_000,
                         f"{where}: Play takes whole numbers and an interval of 1 to 60,000 milliseconds, not {given}")
        return "slider", values, write(values), int(wait)
    if isinstance(given, tuple) and len(given) in (2, 3):
        values = slider_values(where, *given)
        return "slider", values, write(values), 0
    if isinstance(given, dict) and len(given) > 1:
        return "choice", tuple(given.values()), tuple(str(name) for name in given), 0
    if isinstance(given, list) and len(given) > 1:
        rising = len(given) >= 4 and all(map(is_number, given)) and given == sorted({*given})
        return "slider" if rising else "choice", tuple(given), write(given), 0
    raise FigureError(f"{where}: cannot make a control of {given!r}; allowed are (min, max), (min, max, step), a list "
                      "or a dict of two or more values, True or False, Play(min, max, step)")


def make_control(figure, name, given, default, label=None):
    """Make the control of parameter ``name`` of ``figure``, which opens at ``default``; FigureError if it cannot."""
    where = f"figure {figure}, control {name!r}"
    given = plain(given)
    default = given if isinstance(given, bool) else plain(default)
    kind, values, texts, interval = read_abbreviation(where, given)
    texts, label = tuple(" ".join(text.split()) for text in texts), label or name.replace("_", " ")
    for text in (label, *texts):
        check_words(where, text)
    [(twin, times)] = Counter(texts).most_common(1)
    FigureError.when(times > 1, f"{where}: two of its values are written alike, as {twin!r}")

    def opens(value):
        if is_number(value) and is_number(default):
            return value is default or math.isclose(value, default, rel_tol=1e-9)
        if isinstance(value, np.ndarray):
            return np.array_equal(value, default)
        return type(value) is type(default) and value == default

    matches = [i for i, value in enumerate(map(plain, values)) if opens(value)]
    shown = ", ".join(texts) if len(texts) < 5 else f"{', '.join(texts[:3])}, ... to {texts[-1]}"
    FigureError.when(not matches, f"{where}: it opens at {default!r}, the parameter's default, which is not among its "
                                  f"values {shown}")
    between = isinstance(given, tuple) and not isinstance(values[0], Integral)
    return Control(name, label, kind, values, texts, matches[0], interval, between)
