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
from dataclasses import dataclass, replace
from itertools import pairwise
from numbers import Integral, Real

import numpy as np


class FigureError(ValueError):
    """A figure that cannot be made; the message names the figure, the control or state, and the cause."""


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

    def spec(self):
        """Return what the page needs to know of the control, ready for JSON."""
        return {key: value for key, value in vars(self).items() if key not in ("values", "between")}

    def thinned(self, count):
        """Return the control with about ``count`` of its values: both ends and the opening value are kept."""
        spread = np.linspace(0, len(self.values) - 1, max(count, 2)).round().astype(int)
        keep = sorted({*spread.tolist(), self.start})
        return replace(
            self,
            values=tuple(self.values[i] for i in keep),
            texts=tuple(self.texts[i] for i in keep),
            start=keep.index(self.start),
        )


def is_number(value):
    """Say whether ``value`` is a real number and no bool."""
    return isinstance(value, Real) and not isinstance(value, bool)


def decimals(values):
    """Return how many decimals the finest of some numbers needs."""
    return max(len(np.format_float_positional(float(v), trim="-").partition(".")[2]) for v in values)


def slider_values(where, low, high, step=None):
    """Return ``low, low + step, ... <= high`` as ints, or as floats rounded to the decimals that they are written with.

    Raises FigureError where the range is empty, not finite, or the step is not positive.
    """
    given = (low, high) if step is None else (low, high, step)
    if not all(is_number(v) and math.isfinite(v) for v in given):
        raise FigureError(f"{where}: a slider takes finite numbers, not {given!r}")
    whole = all(isinstance(v, Integral) for v in given)
    step = (1 if whole else 0.1) if step is None else step
    if not low < high or step <= 0:
        raise FigureError(f"{where}: a slider takes min < max and step > 0, not min={low}, max={high}, step={step}")
    count = math.floor((high - low) / step + 1e-9) + 1
    if count < 2:
        raise FigureError(f"{where}: step {step} is longer than the range from {low} to {high}")
    values = [low + i * step for i in range(count)]
    return tuple(values if whole else (round(value, decimals((low, step))) for value in values))


def write(values):
    """Write numbers with as many decimals as the finest of them needs; anything else with ``str``."""
    if not all(is_number(v) for v in values):
        return tuple(str(v) for v in values)
    if all(isinstance(v, Integral) for v in values):
        return tuple(str(int(v)) for v in values)
    if any(v != 0 and not 1e-3 <= abs(v) < 1e5 for v in values):
        return tuple(f"{v:.6g}" for v in values)
    return tuple(f"{v:.{decimals(values)}f}" for v in values)


def read_abbreviation(where, given):
    """Return (kind, values, texts, interval) of an abbreviation; FigureError where it makes no sense."""
    if isinstance(given, bool):
        return "switch", (False, True), ("off", "on"), 0
    if isinstance(given, Play):
        values = slider_values(where, given.min, given.max, given.step)
        if not all(isinstance(v, Integral) for v in values):
            raise FigureError(f"{where}: Play runs over whole numbers, not over {given}")
        return "slider", values, write(values), int(given.interval)
    if isinstance(given, tuple) and len(given) in (2, 3):
        values = slider_values(where, *given)
        return "slider", values, write(values), 0
    if isinstance(given, dict) and len(given) > 1:
        return "choice", tuple(given.values()), tuple(str(name) for name in given), 0
    if isinstance(given, list) and len(given) > 1:
        rising = len(given) >= 4 and all(map(is_number, given)) and all(a < b for a, b in pairwise(given))
        return "slider" if rising else "choice", tuple(given), write(given), 0
    raise FigureError(
        f"{where}: cannot make a control of {given!r}; allowed are (min, max), (min, max, step), a list or "
        "a dict of two or more values, True or False, Play(min, max, step)"
    )


def make_control(figure, name, given, default, label=None):
    """Make the control of parameter ``name`` of ``figure``, which opens at ``default``.

    Raises FigureError if the abbreviation makes no sense, or ``default`` is not one of its values.
    """
    where = f"figure {figure}, control {name!r}"
    kind, values, texts, interval = read_abbreviation(where, given)
    if len(set(texts)) < len(texts):
        raise FigureError(f"{where}: two of its values are written alike, in {texts}")
    default = given if isinstance(given, bool) else default

    def opens(value):
        if is_number(value) and is_number(default):
            return math.isclose(value, default, rel_tol=1e-9)
        return type(value) is type(default) and value == default

    matches = [i for i, value in enumerate(values) if opens(value)]
    if not matches:
        raise FigureError(
            f"{where}: it opens at {default!r}, the parameter's default, which is not among its values "
            f"{', '.join(texts[:3])}{', ...' if len(texts) > 3 else ''} to {texts[-1]}"
        )
    between = isinstance(given, tuple) and not isinstance(values[0], Integral)
    return Control(name, label or name.replace("_", " "), kind, values, texts, matches[0], interval, between)


def thin(figure, controls, most):
    """Return controls whose grid has at most ``most`` states: the longest sliders are thinned to one length.

    Choices and switches are never thinned. Raises FigureError if five values a slider are still too many.
    """
    for length in range(max([4, *(len(c.values) for c in controls)]), 3, -1):
        grid = [c.thinned(length) if c.kind == "slider" and len(c.values) > length else c for c in controls]
        if math.prod(len(c.values) for c in grid) <= most:
            return grid
    sizes = " x ".join(f"{len(c.values)} {c.name}" for c in controls)
    raise FigureError(
        f"figure {figure}: a grid of {sizes} states is over the budget of {most} for a page, and its sliders cannot be "
        "thinned further; use fewer or shorter controls"
    )
