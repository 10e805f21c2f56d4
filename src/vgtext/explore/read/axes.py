"""Read what the page lays out itself: axes with their ticks, and color bars."""

import numpy as np
from matplotlib.category import StrCategoryFormatter
from matplotlib.dates import AutoDateFormatter, ConciseDateFormatter, DateFormatter

from .images import png
from .marks import Unreadable
from .mathtext import words
from .units import UNIT

SCALES = ("linear", "log", "symlog")
OPPOSITE = {"left": "right", "right": "left", "bottom": "top"}


def read_axis(axis, side):
    """Return an axis of a panel: its label, limits and scale, and its ticks as places across the panel and words."""
    shown, params = axis.get_visible() and axis.axes.axison, axis.get_tick_params()
    other = OPPOSITE[side]
    if shown and (params.get(f"label{other}") or (axis.get_label_text() and axis.get_label_position() == other)):
        raise Unreadable(f"tick labels or an axis label at the {other}; put them at the {side} "
                         f"(ax.{axis.axis_name}axis.tick_{side}(), imshow instead of matshow)")
    low, high = axis.get_view_interval()
    scale, transform = axis.get_scale(), axis.get_transform()
    if scale not in SCALES:
        raise Unreadable(f"the scale {scale!r} of an axis; use {', '.join(SCALES)}")
    label = words(axis.get_label_text()) if shown else ""
    frame = {"label": label, "limits": [float(low), float(high)], "scale": scale}
    if scale == "symlog":
        if (transform.base, transform.linscale) != (10, 1):
            raise Unreadable("a symlog scale with base or linscale; leave them at 10 and 1")
        frame["linear"] = float(transform.linthresh)
    if not shown:
        return {**frame, "places": [], "texts": []}
    formatter, minor = axis.get_major_formatter(), axis.get_minorticklocs()
    at, texts = ticks(axis, axis.get_majorticklocs(), formatter)
    kind = kind_of(formatter, texts)
    frame |= {"kind": kind} if kind else {}
    if len(minor):
        frame["minor"], named = ticks(axis, minor, axis.get_minor_formatter())
        if any(named):  # a log axis of less than a decade has its words there
            at, texts = at + frame["minor"], texts + named
    frame |= {"places": at, "texts": [words(t) for t in texts] if params.get(f"label{side}") else []}
    frame |= {"bare": True} if not params.get(side) else {}
    offset = formatter.get_offset()
    return frame | ({"offset": words(offset)} if offset else {}) | ({"grid": True} if params.get("gridOn") else {})


def kind_of(formatter, texts):
    """Return "date" or "category" of an axis whose values are no plain numbers; else None."""
    if isinstance(formatter, (AutoDateFormatter, ConciseDateFormatter, DateFormatter)):
        return "date"
    named = [any(c.isalpha() for c in text) and "$" not in text for text in texts if text]
    return "category" if isinstance(formatter, StrCategoryFormatter) or (named and all(named)) else None


def ticks(axis, places, formatter):
    """Return the places (0 to UNIT) and the words of the ticks that lie within an axis' limits."""
    low, high = sorted(axis.get_view_interval())
    where = axis.get_transform().transform(np.asarray(places, float))
    ends = axis.get_transform().transform(np.array([low, high]))
    slack = 1e-9 * abs(ends[1] - ends[0])
    keep = (where >= ends[0] - slack) & (where <= ends[1] + slack)
    fraction = (where - ends[0]) / (ends[1] - ends[0])
    fraction = 1 - fraction if axis.get_inverted() else fraction
    texts = [str(text) for text, k in zip(formatter.format_ticks(places), keep) if k]
    return (fraction[keep] * UNIT).round().astype(int).tolist(), texts


def read_colorbar(bar):
    """Return a panel's color bar, upright at its right: its strip of colors, top first, and its axis."""
    if bar.orientation != "vertical" or bar.extend != "neither":
        raise Unreadable("a horizontal color bar, or one with extend; leave out orientation, location and extend")
    axis = bar.ax.yaxis
    low, high = axis.get_transform().transform(np.array(bar.ax.get_ylim()))
    values = axis.get_transform().inverted().transform(np.linspace(high, low, 128))
    colors = bar.mappable.to_rgba(np.ma.array(values), bytes=True)[:, None, :]
    return {**read_axis(axis, "right"), "source": png(colors)}
