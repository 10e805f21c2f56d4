"""Images for the page: pixels become a PNG, and the rectangle that they fill."""

import base64
import io

import numpy as np
from PIL import Image

from .units import to_units


def png(rgba):
    """Return an array (rows, columns, 4) of bytes as the address of a PNG that carries its data."""
    stream = io.BytesIO()
    rgba = np.ascontiguousarray(rgba, dtype=np.uint8)
    image = Image.fromarray(rgba)
    if (rgba[..., 3] == 255).all() and len(np.unique(rgba.view(np.uint32))) <= 256:
        image = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(stream, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def picture(pixels, box, corner, opposite):
    """Return the mark of an image whose rows run from the top, between two display points of the panel ``box``."""
    (left, right), (foot, top) = (sorted(ends) for ends in zip(corner, opposite))
    rows, columns = pixels.shape[:2]
    x = nearby(np.linspace(left, right, columns + 1), *box.intervalx)
    y = nearby(np.linspace(top, foot, rows + 1), *box.intervaly)
    if (x[0], x[-1], y[-1], y[0]) != (left, right, foot, top):
        pixels = mesh_pixels(x, y, pixels)
    (x0, y0), (x1, y1) = to_units([(x[0], y[-1]), (x[-1], y[0])], box).tolist()
    return {"kind": "image", "box": [x0, y0, x1 - x0, y1 - y0], "source": png(pixels)}


def nearby(edges, low, high):
    """Return the edges of cells along a panel; where they reach far out of it, as if it cut them a little outside."""
    size = high - low
    return np.clip(edges, low - size / 10, high + size / 10) if np.abs(edges - low).max() > 4 * size else edges


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


def pixels_of(image):
    """Return an AxesImage as its own pixels, rows from the top, and the display points of two corners."""
    left, right, bottom, top = image.get_extent()
    alpha = 1.0 if image.get_alpha() is None else np.asarray(image.get_alpha())
    pixels = image.to_rgba(image.get_array(), bytes=True).copy()
    pixels[..., 3] = (pixels[..., 3] * alpha).round()
    (x0, y0), (x1, y1) = image.get_transform().transform([(left, bottom), (right, top)])
    pixels = pixels[::-1] if (y1 > y0) == (image.origin == "lower") else pixels
    return pixels if x1 > x0 else pixels[:, ::-1], (x0, y0), (x1, y1)


def draws_pixels(image, box):
    """Say whether an image is drawn pixel by pixel, upright, and has fewer of them than its panel on the screen."""
    left, right, bottom, top = image.get_extent()
    (x0, y0), (_, y1), (x2, _) = image.get_transform().transform([(left, bottom), (right, bottom), (left, top)])
    upright = abs(y1 - y0) < 1e-6 and abs(x2 - x0) < 1e-6
    rows, columns = image.get_array().shape[:2]
    plain = image.get_interpolation() in ("none", "nearest", "auto", "antialiased")
    upright = upright and image.get_transform().is_affine  # on a log axis pixels have many widths
    return plain and upright and rows <= 2 * box.height and columns <= 2 * box.width
