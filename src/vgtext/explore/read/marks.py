"""What marks share: the stroke, the fill and the hatch."""

import numpy as np
from matplotlib.collections import Collection, LineCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.quiver import QuiverKey
from matplotlib.transforms import Affine2D, IdentityTransform

from .colors import is_colored, opacity, themed
from .units import DPI, PX, outline


def rare(**entries):
    """Return the entries that a mark or a frame must have: those that are None, False, 0 or empty are usual."""
    return {key: value for key, value in entries.items() if value}


def ink(kind, color, contrast, paper=False):
    """Return the color of a "stroke" or "fill" and, of one that can be seen through, its opacity."""
    alpha = opacity(color)
    return {kind: themed(tuple(color[:3]), contrast, paper), **({f"{kind}Opacity": alpha} if alpha < 1 else {})}


def pen(color, width, dashes=(0, None), paper=False):
    """Return the stroke of a mark: color, width and dashes in pixels, opacity; {} where nothing would be seen."""
    if not width or opacity(color) == 0:
        return {}
    start, pattern = dashes
    stroke = {**ink("stroke", color, 3.0, paper), "width": round(float(width) * PX, 2)}
    if pattern is not None and len(pattern):
        stroke["dashes"] = [round(float(v) * PX, 2) for v in pattern]
        stroke |= rare(dashStart=round(float(start) * PX, 2))
    return stroke


def brush(color, paper=False):
    """Return the fill of a mark: color and opacity; {} where nothing would be seen."""
    return {} if color is None or opacity(color) == 0 else ink("fill", color, 1.0, paper)


def written_in(text):
    """Return the fill of a title or a label that has a color; None of one in the page's own ink."""
    return themed(text.get_color(), 4.5) if is_colored(text.get_color()) else None


def only(look, *starts):
    """Return the entries of a mark's look whose keys start with one of ``starts``."""
    return {key: value for key, value in look.items() if key.startswith(starts)}


def keeps_colors(fill):
    """Say whether a fill is opaque enough, and the same on a dark page, so that words on it must stay the same, too."""
    return "fill" in fill and "," not in fill["fill"] and fill.get("fillOpacity", 1) > 0.6


def scale_of(artists):
    """Return the colors of lines that stand for numbers, as those of a streamplot may."""
    found = set()
    for lines in artists:
        if isinstance(lines, LineCollection) and lines.get_array() is not None:
            lines.update_scalarmappable()
            found |= {*map(tuple, lines.get_edgecolor())}
    return found


def hatch(gc, paths, box, canvas, paper=False):
    """Return the mark of a hatch: tiles of one inch wherever display ``paths`` lie on the figure's ``canvas``."""
    extents, tile = Path.make_compound_path(*paths).get_extents().extents, gc.get_hatch_path()
    x0, y0, x1, y1 = np.clip(extents, 0, [*canvas, *canvas]) // DPI
    places = [(x, y) for x in np.arange(x0, x1 + 1) for y in np.arange(y0, y1 + 1)]
    tiles = [Affine2D().translate(*place).scale(DPI).transform_path(tile) for place in places]
    color = gc.get_hatch_color()
    dots = brush(color, paper) if np.isin(tile.codes, (Path.CURVE4, Path.CLOSEPOLY)).any() else {}
    return {"kind": "path", **outline(tiles, box, True), **pen(color, gc.get_hatch_linewidth(), paper=paper), **dots}


def stamps(artist):
    """Return the paths that an artist draws at points, of the size in pixels that they have."""
    if isinstance(artist, Line2D):
        return artist._marker.get_path(), artist._marker.get_alt_path()
    return artist.get_paths() if isinstance(artist, Collection) and keeps_pixels(artist) else ()


def keeps_pixels(artist):
    """Say whether an artist's shapes keep their size in pixels (markers), instead of stretching with the panel."""
    if not isinstance(artist, Collection):
        return not isinstance(artist, QuiverKey)  # as long as the arrows that it explains
    return hasattr(artist, "get_sizes") and isinstance(artist.get_transform(), IdentityTransform)
