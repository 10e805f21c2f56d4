"""Geometry for the page: points of the display become whole numbers across the panel, paths become letters of SVG."""

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Bbox

UNIT = 8192  # whole numbers from 0 to UNIT span a panel, left to right and bottom to top
FAR = 4  # panels from the corner of one; what reaches further out is cut
REACH = FAR * UNIT
DPI = 96  # of the figures that are read: a pixel of the display is one of CSS
PX = DPI / 72  # pixels in a point
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z", Path.STOP: ""}


def to_units(points, box):
    """Turn display points (n, 2) into whole numbers across the panel ``box``; nan stays out of the way at 0."""
    units = (np.asarray(points, float).reshape(-1, 2) - box.p0) * (UNIT / box.size)
    units[np.isnan(units)] = 0
    return np.clip(units, -REACH, REACH).round().astype(int)


def rectangle(x0, y0, x1, y1):
    """Return the outline of a rectangle between two corners."""
    return Path([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])


def letters_of(path):
    """Return SVG's letter for each point of a path, a blank for the further points of a curve."""
    letters = "".join([LETTERS[code] for code in path.codes.tolist()])
    return letters.replace("CCC", "C  ").replace("QQ", "Q ")


def outline(paths, box, filled):
    """Return {x, y, commands} of display ``paths`` joined: points, and SVG's letter for each (none for one open line).

    Lines are clipped a little outside the panel and simplified as matplotlib does; areas are left whole.
    """
    clip = None if filled else Bbox.from_bounds(*(box.p0 - 0.02 * box.size), *(1.04 * box.size)).extents
    vertices, codes = [np.empty((0, 2))], ""
    for path in paths:
        far = (np.abs(path.vertices - box.p0) > FAR * box.size).any()  # what is cut there has the slope that it had
        if far and filled:
            path = path.cleaned(remove_nans=True).clip_to_bbox(Bbox([box.p0 - box.size, box.p1 + box.size]))
        clean = path.cleaned(remove_nans=True, clip=clip, simplify=None, curves=not far)
        letters = letters_of(clean)
        vertices.append(clean.vertices[: len(letters)])
        codes += letters
    points = to_units(np.concatenate(vertices), box)
    mark = {"x": points[:, 0].tolist(), "y": points[:, 1].tolist()}
    return mark if codes == "M" + "L" * (len(codes) - 1) else {**mark, "commands": codes}


def svg_shape(path, scale=1.0):
    """Write a small path (a marker, a glyph) as SVG path data, ``scale`` pixels to its unit, y down."""
    out = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        pairs = np.asarray(points, float).reshape(-1, 2) * (scale, -scale)
        out.append("Z" if code == Path.CLOSEPOLY else LETTERS[code] + " ".join(f"{x:.2f},{y:.2f}" for x, y in pairs))
    return "".join(out)
