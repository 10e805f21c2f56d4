"""The numbers of a caption, and those that are chosen or drawn."""

import re

import numpy as np

from bound.drawn import boxes

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?%?(?![\d⁻⁰¹²³⁴⁵⁶⁷⁸⁹])")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
N = f"({NUMBER.pattern})"


def named_in(caption, values):
    """Return the numbers that are chosen, and those that a caption names: places on an axis, it may be."""
    chosen = [number for value in values.values() for number in chosen_numbers(value)]
    return [*chosen, *(value_of(number)[0] for number in NUMBER.findall(caption))]


def is_told(number, known):
    """Say whether a number as it is written is one of those known: with % a hundred times one, else one itself."""
    value, off = value_of(number)
    return bool((np.abs(np.asarray(known, float) * (100 if number[-1] == "%" else 1) - value) <= off).any())


def chosen_numbers(value):
    """Return the numbers in the value of a control."""
    if isinstance(value, str):
        return written_in(value)
    return [float(number) for number in np.ravel(value) if isinstance(number, (int, float, np.number))]


def written_in(words):
    """Return the numbers that are written in words; what is written with % also as the share that it is."""
    return [value_of(one)[0] / by for one in NUMBER.findall(words) for by in ((1, 100) if one[-1] == "%" else (1,))]


def value_of(number):
    """Return the value of a number as it is written, and how far what it was rounded from may lie from it."""
    mantissa, _, power = number.rstrip("%").replace(",", "").partition(" × 10")
    scale, whole = 10.0 ** int(power.translate(RAISED) or 0), "." not in mantissa and len(mantissa) > 2
    last = len(mantissa) - len(mantissa.rstrip("0")) if whole else -len(mantissa.partition(".")[2])
    return float(mantissa.translate(RAISED)) * scale, 0.5001 * 10.0**last * scale


def drawn_numbers(panels, named):
    """Return the numbers that panels show: in words, by bars, and by lines."""
    bars = [box for ax in panels for box in boxes(ax)]
    return [*(number for ax in panels for words in (ax.get_title(), *(text.get_text() for text in ax.texts))
              for one in written_in(words) for number in ((one, one / 100) if is_percent(ax) else (one,))),
            *(size for _, foot, width, height in bars for size in (width, height, foot + height)),
            *numbers_of([line for ax in panels for line in ax.lines], named)]


def numbers_of(lines, named):
    """Return the numbers that lines show at their ends, extremes and named places."""
    found = []
    for line in lines:
        x, y = (np.asarray(values, float) for values in line.get_data())
        x, y = x[np.isfinite(x + y)], y[np.isfinite(x + y)]
        if len(x):
            at = [0, -1, y.argmin(), y.argmax(), *np.flatnonzero(np.isclose(x[:, None], named, rtol=1e-6).any(1))]
            with np.errstate(all="ignore"):
                found += [*x[at], *y[at], y[0] / y[-1], y[-1] / y[0]]
                found += [*y[at] / 100] if is_percent(line.axes) else []
    return found


def is_percent(ax):
    """Say whether the title or the name of the y axis of a panel says that its numbers are in percent."""
    return any(re.search(r"(?<!\d)%", words) for words in (ax.get_title(), ax.get_ylabel()))
