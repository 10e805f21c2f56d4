"""Geometry for the page: places become whole numbers across the panel, paths letters of SVG, pixels a PNG in a box."""

import base64
import io

import numpy as np
from matplotlib.path import Path
from PIL import Image

UNIT = 8192  # whole numbers from 0 to UNIT span a panel, left to right and bottom to top
FAR = 4  # panels from the corner of one; what reaches further out is cut
SHEET = (7.2, 3.4)  # inches, of the picture that is printed
DPI = 96  # of the figures that are read: a pixel of the display is one of CSS
PX = DPI / 72  # pixels in a point
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z", Path.STOP: ""}
LEAST, MOST = 256, 2048  # pixels a side of an image of uneven cells: one that is narrower than a pixel is not seen


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


def is_upright(path):
    """Say whether a display path has level and upright edges alone, and no side that on a phone is under a pixel."""
    return (np.abs(np.diff(path.vertices, axis=0)) < 0.01).any(axis=1).all() and min(path.get_extents().size) > 2


def outline(paths, box, filled):
    """Return {x, y, commands} of display ``paths`` joined: points, an SVG letter for each (none for one open line)."""
    clip = None if filled else box.expanded(1.04, 1.04).extents  # lines are cut a little outside the panel
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


def png(rgba):
    """Return an array (rows, columns, 4) of bytes as the address of a PNG that carries its data."""
    stream, image = io.BytesIO(), Image.fromarray(np.ascontiguousarray(rgba, dtype=np.uint8))
    if image.getcolors(256) and image.getextrema()[3] == (255, 255):
        image = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(stream, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def picture(pixels, x, y, box):
    """Return the mark of an image whose columns lie between the display positions ``x``, and its rows between ``y``."""
    x, y = nearby(x, *box.intervalx), nearby(y, *box.intervaly)
    (x0, y0), (x1, y1) = to_units(list(zip(sorted(x[[0, -1]]), sorted(y[[0, -1]]))), box).tolist()
    return {"kind": "image", "box": [x0, y0, x1 - x0, y1 - y0], "source": png(mesh_pixels(x, y, pixels))}


def cells_of(mesh, box):
    """Return the middles of a mesh's columns and rows across a panel, if its cells are not evenly spaced; else {}."""
    edges, to_pixels, ways, even = mesh.get_coordinates().astype(float), mesh.get_transform().transform, [], True
    for i, along in enumerate(map(np.ma.getdata, (edges[0], edges[:, 0]))):
        places = along[1:].copy()
        places[:, i] = middles_of(along[:, i])
        ways.append(sorted(to_units(to_pixels(places), box)[:, i].tolist()))
        even &= is_even(to_pixels(along)[:, i])
    return {} if even else {"cells": ways}


def middles_of(edges):
    """Return the values between which the edges of cells lie halfway, as with shading="nearest", else their middles."""
    found = [(edges[0] + edges[1]) / 2]
    for edge in edges[1:-1]:
        found.append(2 * edge - found[-1])
    steps = np.diff([*found, 2 * edges[-1] - found[-1]])
    halfway = len(found) > 1 and (steps * steps[0] > 0).all() and np.isclose(steps[-1], steps[-2])
    return np.array(found) if halfway else (edges[1:] + edges[:-1]) / 2


def is_even(edges):
    """Say whether cells between ``edges`` are evenly spaced."""
    widths = np.diff(edges)
    return np.allclose(widths, widths[0], rtol=1e-3)


def nearby(edges, low, high):
    """Return the edges of cells along a panel; where they reach far out of it, as if it cut them a little outside."""
    size = high - low
    return np.clip(edges, low - size / 10, high + size / 10) if np.abs(edges - low).max() > 4 * size else edges


def mesh_pixels(x, y, colors):
    """Return the pixels (rows from the top) of a mesh: one a cell, or LEAST a side or more if cells are uneven."""
    return colors[cells_along(y)[::-1]][:, cells_along(x)]


def cells_along(edges):
    """Return the number of the cell at each pixel, from the lowest edge on."""
    if edges[-1] < edges[0]:
        return len(edges) - 2 - cells_along(edges[::-1])
    widths, size = np.diff(edges), len(edges) - 1
    if not is_even(edges):
        size = max(LEAST, int(min(MOST, np.ceil(np.ptp(edges) / widths[widths > 0].min()))))
    middles = edges[0] + (np.arange(size) + 0.5) / size * np.ptp(edges)
    return np.clip(np.searchsorted(edges, middles) - 1, 0, len(widths) - 1)


def pixels_of(image):
    """Return an AxesImage as its own pixels, and the display positions between which its columns and its rows lie."""
    left, right, *ends = image.get_extent()
    corners = zip((left, right), ends if image.origin == "lower" else ends[::-1])
    (x0, y0), (x1, y1) = image.get_transform().transform([*corners])
    alpha = 1.0 if image.get_alpha() is None else np.asarray(image.get_alpha())
    pixels = image.to_rgba(image.get_array(), bytes=True).copy()
    pixels[..., 3] = (pixels[..., 3] * alpha).round()
    rows, columns = pixels.shape[:2]
    return pixels, np.linspace(x0, x1, columns + 1), np.linspace(y0, y1, rows + 1)


def draws_pixels(image, box):
    """Say whether an image is drawn pixel by pixel, upright, and has fewer of them than its panel on the screen."""
    transform, (rows, columns) = image.get_transform(), image.get_size()
    upright = transform.is_affine and np.abs(transform.get_matrix()[[0, 1], [1, 0]]).max() < 1e-9  # a log axis is not
    plain = image.get_interpolation() in ("none", "nearest", "auto", "antialiased")
    return plain and upright and rows <= 2 * box.height and columns <= 2 * box.width
