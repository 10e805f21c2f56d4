"""What marks are drawn with: strokes, fills and hatches, in one color for a light page and one for a dark page.

Greys are mirrored (black becomes white, white the page's ground). Other colors are moved toward black or white until
they stand out from the ground: 3:1 for lines, 4.5:1 for text (WCAG 2.2, success criteria 1.4.11 and 1.4.3); areas are
left as they are.
"""

from functools import cache

import numpy as np
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from .units import DPI, PX, outline

LIGHT, DARK = (1.0, 1.0, 1.0), (0.083, 0.095, 0.111)  # the grounds of the page, #15181c in the dark
CAPS = {"butt": (None, 0), "round": ("round", 2), "projecting": ("square", 4)}  # in a page, of lines wider than that


def luminance(rgb):
    """Return the relative luminance of an sRGB color, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return np.dot((0.2126, 0.7152, 0.0722), linear)


def stand_out(rgb, ground, ratio):
    """Move ``rgb`` away from ``ground`` in steps of 4 % until their contrast ratio, 1 to 21, is at least ``ratio``."""
    goal = 0.0 if luminance(ground) > 0.5 else 1.0
    for step in range(26):
        moved = tuple(c + (goal - c) * step / 25 for c in rgb)
        low, high = sorted((luminance(moved), luminance(ground)))
        if (high + 0.05) / (low + 0.05) >= ratio:
            break
    return moved


def is_gray(color):
    """Say whether a matplotlib color has (nearly) no hue."""
    return np.ptp(to_rgb(color)) < 0.06


@cache
def themed(color, ratio, paper=False):
    """Return "light,dark", the two opaque hex colors of the page for a matplotlib ``color``; one where they are alike.

    ``ratio`` is the contrast with the ground that the color is moved to, if it is no gray; grays only for text (4.5).
    On ``paper`` (a picture, a ground that a panel has, colors that stand for numbers) a color is left as it is.
    """
    rgb = to_rgb(color)
    if paper:
        return to_hex(rgb)
    gray = is_gray(rgb)
    mirrored = tuple(DARK[i] + (1 - DARK[i]) * (1 - c) for i, c in enumerate(rgb)) if gray else rgb
    ratio = 1.0 if gray and ratio < 4.5 else ratio
    on_dark = 1.0 if ratio == 1.0 else 4.5  # thin lines need more of it on a dark ground
    light, dark = to_hex(stand_out(rgb, LIGHT, ratio)), to_hex(stand_out(mirrored, DARK, on_dark))
    return light if light == dark else f"{light},{dark}"


def is_colored(color):
    """Say whether a matplotlib color is seen, and no gray."""
    return color is not None and opacity(color) > 0 and not is_gray(color)


def opacity(color):
    """Return the opacity of a matplotlib color, 0 to 1, rounded; 1 where None stands for the usual."""
    return 1.0 if color is None else round(to_rgba(color)[3], 4)


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
    start, *pattern = (round(float(v) * PX, 2) for v in (dashes[0], *(() if dashes[1] is None else dashes[1])))
    return {**ink("stroke", color, 3.0, paper), "width": round(float(width) * PX, 2),
            **rare(dashes=pattern, dashStart=pattern and start)}


def brush(color, paper=False):
    """Return the fill of a mark: color and opacity; {} where nothing would be seen."""
    return {} if color is None or opacity(color) == 0 else ink("fill", color, 1.0, paper)


def look_of(gc, face, paper=False):
    """Return the stroke and the fill of a mark: what ``gc`` says, and the color ``face`` of its area."""
    if face is not None and gc.get_forced_alpha():
        face = (*face[:3], gc.get_alpha())
    stroke, fill = pen(gc.get_rgb(), gc.get_linewidth(), gc.get_dashes(), paper), brush(face, paper)
    (cap, least), corner, width = CAPS[gc.get_capstyle()], gc.get_joinstyle(), stroke.get("width", 0)
    return {**stroke, **fill, **rare(
        corner=width > 2 and corner != "round" and corner, cap=width > least and cap,
        crisp="crispEdges" if fill and not stroke and not gc.get_antialiased() else "")}


def written_in(text):
    """Return the fill of a title or a label that has a color; None of one in the page's own ink."""
    return themed(text.get_color(), 4.5) if is_colored(text.get_color()) else None


def only(look, *starts):
    """Return the entries of a mark's look whose keys start with one of ``starts``."""
    return {key: value for key, value in look.items() if key.startswith(starts)}


def keeps_colors(fill):
    """Say whether a fill is opaque enough, and the same on a dark page, so that words on it must stay the same, too."""
    return "fill" in fill and "," not in fill["fill"] and fill.get("fillOpacity", 1) > 0.6


def hatch(gc, paths, box, canvas, paper=False):
    """Return the mark of a hatch: tiles of one inch wherever display ``paths`` lie on the figure's ``canvas``."""
    extents, tile = Path.make_compound_path(*paths).get_extents().extents, gc.get_hatch_path()
    x0, y0, x1, y1 = np.clip(extents, 0, [*canvas, *canvas]) // DPI
    places = [(x, y) for x in np.arange(x0, x1 + 1) for y in np.arange(y0, y1 + 1)]
    tiles = [Affine2D().translate(*place).scale(DPI).transform_path(tile) for place in places]
    color = gc.get_hatch_color()
    dots = brush(color, paper) if np.isin(tile.codes, (Path.CURVE4, Path.CLOSEPOLY)).any() else {}
    return {"kind": "path", **outline(tiles, box, True), **pen(color, gc.get_hatch_linewidth(), paper=paper), **dots}
