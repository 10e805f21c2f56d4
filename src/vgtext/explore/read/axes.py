"""Read what the page lays out itself: axes with their ticks, and color bars."""

import re
from itertools import zip_longest

import numpy as np
from matplotlib.category import StrCategoryFormatter

from . import Unreadable
from .ink import is_colored, opacity, rare, written_in
from .recorder import Recorder
from .texts import words, words_of
from .units import UNIT

SCALES = ("linear", "log", "symlog")
BANDS = 64  # of a color bar whose values are listed
NUMBER = re.compile(r"[-−]?\d+(\.\d+)?")
OPPOSITE = {"left": "right", "right": "left", "bottom": "top"}


def read_titles(ax):
    """Return the title of a panel, and the side on which it stands unless in the middle."""
    places = {"": ax.title, "left": ax._left_title, "right": ax._right_title}
    titles = [(side, title) for side, title in places.items() if words_of(title)]
    side, title = (titles or [("", ax.title)])[0]
    Unreadable.when(len(titles) > 1 or title.get_rotation(),
                    "two titles of one panel, or a turned one; put them into one, and leave rotation out")
    return {"title": words_of(title), **rare(titleAt=side, titleFill=written_in(title))}


def read_axis(axis, side):
    """Return an axis of a panel: its label, limits and scale, and its ticks as places across the panel and words."""
    if not (axis.get_visible() and axis.axes.axison):
        return {"label": "", **measure(axis, side), "places": [], "texts": []}
    params, label, other = axis.get_tick_params(), axis.get_label_text(), OPPOSITE[side]
    across = params.get(f"label{other}") or (label and axis.get_label_position() == other)
    Unreadable.when(across, f"tick labels or an axis label at the {other}; put them at the {side} "
                            f"(ax.{axis.axis_name}axis.tick_{side}(), imshow instead of matshow)")
    check_look(axis, side)
    label = words_of(axis.label, side != "bottom")  # upright there is room for one line
    frame = {"label": label, **measure(axis, side), **rare(labelFill=written_in(axis.label) if label else None)}
    return scaled(frame | read_ticks(axis, side, params), axis)


def check_look(axis, side):
    """Raise Unreadable for ticks, words and a grid of another look than a page gives them: level, in its own ink."""
    name, other, kinds = axis.axis_name, OPPOSITE[side], [axis.get_tick_params(which) for which in ("major", "minor")]
    numbers = [each for tick in axis.majorTicks + axis.minorTicks for each in (tick.label1, tick.label2)
               if each.get_visible()]
    colors = [each.get_color() for each in numbers] + [params.get("color") for params in kinds]
    grids = [params for params in kinds if params.get("gridOn")]
    Unreadable.when(any(map(is_colored, colors)), f"colored numbers or ticks of the {name} axis; leave their color "
                    "out, and color its label instead")
    Unreadable.when(any(each.get_rotation() for each in numbers), f"turned tick labels of the {name} axis, which a "
                    "page writes level; leave rotation out, and give long names to the y axis, as barh does")
    Unreadable.when(axis.label.get_text() and axis.label.get_rotation() % 180 != (0 if side == "bottom" else 90),
                    f"a turned label of the {name} axis, which a page writes along it; leave rotation out")
    Unreadable.when(any(is_dashed(params, other, False) for params in kinds),
                    f"ticks at the {other}; leave them out: ax.tick_params({other}=False, which=\"both\")")
    Unreadable.when(any(axis.axes.get_axisbelow() is not True or is_colored(grid.get("grid_color")) for grid in grids),
                    "a grid above what is drawn, or a colored grid; leave its color and set_axisbelow out, or draw its "
                    "lines: axhline, axvline")


def is_dashed(params, side, usual=True):
    """Say whether ticks have dashes at a side that can be seen."""
    return params.get(side, usual) and params.get("length", 1) and opacity(params.get("color")) > 0


def is_written(params, side):
    """Say whether ticks have words at a side that can be seen."""
    return params.get(f"label{side}", True) and opacity(params.get("labelcolor")) > 0


def measure(axis, side):
    """Return the limits and the scale of an axis; of a color bar on a scale that a page has not, its values."""
    (low, high), scale, transform = axis.get_view_interval(), axis.get_scale(), axis.get_transform()
    if scale not in SCALES and side == "right":
        low, high = transform.transform(np.array([low, high]))
        values = transform.inverted().transform(low + (np.arange(BANDS) + 0.5) / BANDS * (high - low))
        return {"values": [float(f"{v:.3g}") for v in values]}
    Unreadable.when(scale not in SCALES, f"the scale {scale!r} of the {axis.axis_name} axis; use {', '.join(SCALES)}, "
                                         "or draw transformed values and name their ticks")
    limits = {"limits": [float(low), float(high)], "scale": scale}
    if scale == "symlog":
        Unreadable.when((transform.base, transform.linscale) != (10, 1),
                        "a symlog scale with base or linscale; leave them at 10 and 1")
        limits["linear"] = float(transform.linthresh)
    return limits


def read_ticks(axis, side, params):
    """Return the places and the words of an axis' ticks, its grid lines, and what the words share."""
    formatter, fine = axis.get_major_formatter(), axis.get_tick_params("minor")
    major, texts = ticks(axis, axis.get_majorticklocs(), formatter, axis.majorTicks, side)
    Unreadable.when(getattr(formatter, "offset", 0), f"{formatter.get_offset()} beside the {axis.axis_name} axis, to "
                    "be added to its ticks; draw the differences, and say in its label from what")
    minor, named = ticks(axis, axis.get_minorticklocs(), axis.get_minor_formatter(), axis.minorTicks, side)
    shown = is_written(params, side)
    extra = rare(
        kind=kind_of(axis, texts), minor=minor if is_dashed(fine, side) else [], bare=not is_dashed(params, side),
        offset=words(formatter.get_offset()) if shown and axis.offsetText.get_visible() else "",
        grid=(major if params.get("gridOn") else []) + (minor if fine.get("gridOn") else []))
    if any(named) and is_written(fine, side):  # a log axis of less than a decade has its words there
        major, texts = major + minor, texts + named
    return {"places": major, "texts": [words(text) for text in texts] if shown else [], **extra}


def scaled(frame, axis):
    """Return the frame of an axis in the unit of its ticks, a power of ten of its values; other numbers are names."""
    start, end = axis.get_transform().transform(axis.get_view_interval())
    values = axis.get_transform().inverted().transform(start + np.array(frame["places"]) / UNIT * (end - start))
    pairs = [(str(text).replace("−", "-"), float(value)) for text, value in zip(frame["texts"], values) if text]
    if "kind" in frame or "offset" in frame or not all(NUMBER.fullmatch(text) for text, _ in pairs):  # or has units
        return frame
    text, largest = max(pairs, key=lambda pair: abs(pair[1]), default=("1", 1))
    power = 10.0 ** np.round(np.log10(max(abs(float(text) / largest), 1e-99)))
    if any(abs(float(text) - value * power) > 0.6 * 0.1 ** len(text.partition(".")[2]) for text, value in pairs):
        return frame | {"kind": "category"}  # as layers 16, 64 and 256 that stand one apart
    found = {key: np.multiply(frame[key], power).tolist() for key in ("limits", "linear", "values") if key in frame}
    return frame | found if power != 1 else frame


def kind_of(axis, texts):
    """Return "date" or "category" of an axis whose values are no plain numbers; else None, as of "1 MB" at 1."""
    formatter, values, texts = axis.get_major_formatter(), axis.get_majorticklocs(), [*filter(None, texts)]
    makers = {each.__module__ for own in (formatter, axis.get_major_locator()) for each in type(own).__mro__}
    if "matplotlib.dates" in makers:
        zone = getattr(axis.get_major_locator(), "tz", None)
        Unreadable.when(zone and zone.tzname(None) != "UTC", f"times of another zone than UTC on the {axis.axis_name} "
                        "axis, which a page reads in UTC; give times without a zone")
        return "date"
    Unreadable.when(any(each.startswith("pandas.") for each in makers),
                    f"times of pandas on the {axis.axis_name} axis; plot them with x_compat=True, as dates")
    named = [any(c.isalpha() for c in text) and "$" not in text for text in texts]
    measured = all((found := NUMBER.match(text)) and float(found[0].replace("−", "-")) in values for text in texts)
    return "category" if isinstance(formatter, StrCategoryFormatter) or (all(named) and not measured) else None


def ticks(axis, places, formatter, drawn, side):
    """Return the places (0 to UNIT) and the words, "" where none are ``drawn``, of the ticks within an axis' limits."""
    where, (start, end) = map(axis.get_transform().transform, (np.asarray(places, float), axis.get_view_interval()))
    share = (where - start) / (end - start)
    keep = np.abs(share - 0.5) <= 0.5 + 1e-9
    seen = [tick.get_visible() and (tick.label2 if side == "right" else tick.label1).get_visible() for tick in drawn]
    named = zip_longest(formatter.format_ticks(places), keep, seen[:len(places)], fillvalue=True)
    texts = [str(text) if on else "" for text, k, on in named if k]
    return (share[keep] * UNIT).round().astype(int).tolist(), texts


def read_colorbar(bar):
    """Return a panel's color bar, upright at its right: its strip of colors, top first, and its axis."""
    Unreadable.when((bar.orientation, bar.extend, bar.ticklocation) != ("vertical", "neither", "right"),
                    "a horizontal color bar, one with its numbers at the left, or one with extend; leave "
                    "out orientation, location and extend")
    extra = [type(each).__name__ for each in (*bar.ax._children, *bar.ax.child_axes, bar.ax.get_legend())
             if each not in (bar.solids, bar.dividers, None) and each.get_visible()]
    what, named = f" ({', '.join(extra)})" if extra else "", bar.ax.get_xlabel() or read_titles(bar.ax)["title"]
    Unreadable.when(bar.solids is None or extra or bar.dividers.get_segments() or named,
                    "a color bar of lines, hatches or edges, or with a title or marks on it"
                    f"{what}; leave them out, and say in its label what it shows")
    [strip] = Recorder(bar.ax.bbox.frozen(), bar.ax.figure.bbox.size).record(bar.solids)
    Unreadable.when(strip["box"] != [0, 0, UNIT, UNIT],
                    "a color bar with limits of its own; set vmin and vmax of what it explains")
    axis = read_axis(bar.ax.yaxis, "right")
    Unreadable.when("offset" in axis, f"{axis.get('offset')} at a color bar, a factor of its numbers; "
                    "draw the numbers, and say in its label of what")
    return {**axis, "source": strip["source"]}
