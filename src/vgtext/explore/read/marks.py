"""What marks share: the stroke, the fill, the dashes, and the error for what the page cannot draw."""

from matplotlib.colors import to_rgba

from .colors import opacity, themed
from .paths import PX


class Unreadable(TypeError):
    """An artist, or a setting of one, that the page cannot draw."""


def pen(color, width, dashes=None, alpha=None):
    """Return the stroke of a mark: colour, width and dashes in pixels, opacity; {} where nothing would be seen."""
    if color is None or width == 0 or opacity(color, alpha) == 0:
        return {}
    stroke = {
        "s": themed(tuple(to_rgba(color)[:3]), 3.0),
        "w": round(float(width) * PX, 2),
        "so": opacity(color, alpha),
    }
    return {**stroke, "d": [round(float(v) * PX, 2) for v in dashes]} if dashes else stroke


def brush(color, alpha=None):
    """Return the fill of a mark: colour and opacity; {} where nothing would be seen."""
    if color is None or opacity(color, alpha) == 0:
        return {}
    return {"f": themed(tuple(to_rgba(color)[:3]), 1.0), "fo": opacity(color, alpha)}


def dash_pattern(artist):
    """Return the dashes in points of a line or a patch; None if solid. Matplotlib has no public getter for it."""
    return artist._dash_pattern[1]
