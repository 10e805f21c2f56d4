"""Geometry for the page: points of the display become whole numbers across the panel, images become PNG."""

import base64
import io

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Bbox
from PIL import Image

UNIT = 8192  # whole numbers from 0 to UNIT span a panel, left to right and bottom to top
REACH = 4 * UNIT  # points further out than this are pulled in: nobody sees them
PX = 96 / 72  # CSS pixels in a point


def to_units(points, bbox):
    """Turn display points (n, 2) into whole numbers across the panel ``bbox``; nan stays out of the way at 0."""
    fraction = (np.asarray(points, float).reshape(-1, 2) - bbox.p0) / bbox.size
    return np.clip(np.nan_to_num(fraction * UNIT, posinf=REACH, neginf=-REACH), -REACH, REACH).round().astype(int)


def steps(values):
    """Return a list of whole numbers as its first value and the steps between neighbours, which pack better."""
    return np.diff(np.asarray(values, int), prepend=0).tolist()


LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}


def letters_of(path):
    """Return SVG's letter for each point of a path, a blank for the further points of a curve."""
    if not np.isin(path.codes, (Path.CURVE3, Path.CURVE4)).any():
        return [LETTERS[code] for code in path.codes]
    segments = path.iter_segments(simplify=False)
    return [letter for points, code in segments for letter in LETTERS[code] + " " * (len(points) // 2 - 1)]


def path_mark(paths, bbox, filled):
    """Return {x, y, c} of display ``paths`` joined: points, and SVG's letter for each (none if it is one open line).

    Lines are clipped a little outside the panel and simplified as matplotlib does; areas are left whole.
    """
    clip = None if filled else Bbox.from_bounds(*(bbox.p0 - 0.02 * bbox.size), *(1.04 * bbox.size)).extents
    vertices, letters = [np.empty((0, 2))], []
    for path in paths:
        clean = path.cleaned(remove_nans=True, clip=clip, simplify=None, curves=True)
        clean = Path(clean.vertices[clean.codes != Path.STOP], clean.codes[clean.codes != Path.STOP])
        vertices.append(clean.vertices)
        letters += letters_of(clean)
    points, code = to_units(np.concatenate(vertices), bbox), "".join(letters)
    mark = {"x": steps(points[:, 0]), "y": steps(points[:, 1])}
    return mark if code == "M" + "L" * (len(code) - 1) else {**mark, "c": code}


def svg_shape(path, scale):
    """Write a small path (a marker) as SVG path data, ``scale`` pixels to its unit, y down."""
    out = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        pairs = np.asarray(points, float).reshape(-1, 2) * (scale, -scale)
        out.append("Z" if code == Path.CLOSEPOLY else LETTERS[code] + " ".join(f"{x:.2f},{y:.2f}" for x, y in pairs))
    return "".join(out)


def png(rgba):
    """Return an array (rows, columns, 4) of bytes as the address of a PNG that carries its data."""
    stream = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(rgba, dtype=np.uint8))
    if (rgba[..., 3] == 255).all() and len(np.unique(rgba.reshape(-1, 4), axis=0)) <= 256:
        image = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(stream, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def mesh_pixels(edges_x, edges_y, colors, most=256):
    """Return the pixels (rows from the top) of a rectilinear mesh whose cell edges are display positions.

    Evenly spaced cells are one pixel each; others are sampled at ``most`` points a side.
    """

    def index(edges, size):
        middles = edges[0] + (np.arange(size) + 0.5) / size * (edges[-1] - edges[0])
        rising = edges if edges[-1] > edges[0] else -edges
        return np.clip(np.searchsorted(rising, middles if rising is edges else -middles) - 1, 0, len(edges) - 2)

    sizes = [len(e) - 1 if np.allclose(np.diff(e), np.diff(e)[0], rtol=1e-3) else most for e in (edges_y, edges_x)]
    rows, columns = (index(e, n) for e, n in zip((edges_y, edges_x), sizes))
    pixels = colors[rows][:, columns]
    pixels = pixels[::-1] if edges_y[-1] > edges_y[0] else pixels
    return pixels if edges_x[-1] > edges_x[0] else pixels[:, ::-1]
