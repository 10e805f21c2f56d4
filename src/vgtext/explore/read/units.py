"""Geometry for the page: points of the display become whole numbers across the panel, paths become letters of SVG."""

import numpy as np
from matplotlib.path import Path

UNIT = 8192  # whole numbers from 0 to UNIT span a panel, left to right and bottom to top
FAR = 4  # panels from the corner of one; what reaches further out is cut
DPI = 96  # of the figures that are read: a pixel of the display is one of CSS
PX = DPI / 72  # pixels in a point
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z", Path.STOP: ""}


def to_units(points, box):
    """Turn display points (n, 2) into whole numbers across the panel ``box``; nan stays out of the way at 0."""
    units = (np.asarray(points, float).reshape(-1, 2) - box.p0) * (UNIT / box.size)
    units[np.isnan(units)] = 0
    return np.clip(units, -FAR * UNIT, FAR * UNIT).round().astype(int)


def rectangle(x0, y0, x1, y1):
    """Return the outline of a rectangle between two corners."""
    return Path([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])


def letters_of(path, **cleaning):
    """Return the points of a path, cleaned, and SVG's letter for each: a blank for the further points of a curve."""
    clean = path.cleaned(remove_nans=True, **cleaning)
    letters = "".join([LETTERS[code] for code in clean.codes.tolist()]).replace("CCC", "C  ").replace("QQ", "Q ")
    return clean.vertices[: len(letters)], letters


def outline(paths, box, filled):
    """Return {x, y, commands} of display ``paths`` joined: points, and SVG's letter for each (none for one open line).

    Lines are clipped a little outside the panel and simplified as matplotlib does; areas are left whole.
    """
    clip = None if filled else box.expanded(1.04, 1.04).extents
    vertices, codes = [np.empty((0, 2))], ""
    for path in paths:
        ends = path.vertices[np.isfinite(path.vertices).all(axis=1)]
        far = (np.abs(ends - box.p0) > FAR * box.size).any()  # what is cut there has the slope that it had
        if far and filled:
            path = path.cleaned(remove_nans=True).clip_to_bbox(box.expanded(3, 3))
        points, letters = letters_of(path, clip=clip, simplify=None, curves=not far)
        vertices.append(points)
        codes += letters
    x, y = to_units(np.concatenate(vertices), box).T.tolist()
    return {"x": x, "y": y} if codes == "M" + "L" * (len(codes) - 1) else {"x": x, "y": y, "commands": codes}


def svg_shape(path):
    """Write a small path in pixels (a marker, a glyph) as SVG path data, y down."""
    pairs = zip(*letters_of(path, simplify=False, curves=True))
    return "".join(["Z" if letter == "Z" else f"{letter}{x:.2f},{-y:.2f}" for (x, y), letter in pairs])
