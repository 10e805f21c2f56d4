"""What marks share: the stroke, the fill, and the error for what the page cannot draw."""

from .colors import opacity, themed
from .units import PX


class Unreadable(TypeError):
    """An artist, or a setting of one, that the page cannot draw; the message says what to do instead."""


def pen(color, width, dashes=(0, None), paper=False):
    """Return the stroke of a mark: colour, width and dashes in pixels, opacity; {} where nothing would be seen."""
    if not width or opacity(color) == 0:
        return {}
    start, pattern = dashes
    stroke = {"stroke": themed(tuple(color[:3]), 3.0, paper), "width": round(float(width) * PX, 2)}
    if pattern is not None and len(pattern):
        stroke["dashes"] = [round(float(v) * PX, 2) for v in pattern]
        stroke |= {"dashStart": round(float(start) * PX, 2)} if start else {}
    return stroke | ({"strokeOpacity": opacity(color)} if opacity(color) < 1 else {})


def brush(color, paper=False):
    """Return the fill of a mark: colour and opacity; {} where nothing would be seen."""
    if color is None or opacity(color) == 0:
        return {}
    fill = {"fill": themed(tuple(color[:3]), 1.0, paper)}
    return fill | ({"fillOpacity": opacity(color)} if opacity(color) < 1 else {})


def only(look, *starts):
    """Return the entries of a mark's look whose keys start with one of ``starts``."""
    return {key: value for key, value in look.items() if key.startswith(starts)}


def keeps_colors(fill):
    """Say whether a fill is opaque enough, and the same on a dark page, so that words on it must stay the same, too."""
    return "fill" in fill and "," not in fill["fill"] and fill.get("fillOpacity", 1) >= 0.6


def cycle(values, index, empty=None):
    """Return the value of a collection's property for its element ``index``; properties repeat in a circle."""
    return values[index % len(values)] if len(values) else empty
