"""Read matplotlib's artists into marks: plain dicts that the page's script draws (``page/format.js`` lists them).

Matplotlib does the geometry: scales, transforms, steps and contours arrive here as display points. What is not
understood raises :class:`Unreadable` and is named: nothing is dropped in silence.
"""

import numpy as np
from matplotlib import cbook
from matplotlib.collections import Collection, PathCollection, QuadMesh
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.text import Text

from .marks import Unreadable, brush, dash_pattern, pen
from .paths import PX, mesh_pixels, path_mark, png, steps, svg_shape, to_units
from .texts import read_text


def unclipped(artist):
    """Return {"nc": 1} for an artist that may be drawn outside its panel."""
    return {} if artist.get_clip_on() else {"nc": 1}


def name_of(artist):
    """Return the label that the author gave an artist, as {"n": label}; {} for one that matplotlib made up."""
    label = str(artist.get_label() or "")
    return {"n": label} if label and not label.startswith("_") else {}


def marked_points(points, every):
    """Return the points that carry a marker under a ``markevery`` of whole numbers, a slice, a list or a mask."""
    if every is None:
        return points
    if isinstance(every, float) or (isinstance(every, tuple) and any(isinstance(v, float) for v in every)):
        raise Unreadable("markevery as a fraction of the picture; write it in points: markevery=5")
    if isinstance(every, tuple):
        every = slice(every[0], None, every[1])
    return points[slice(0, None, every) if isinstance(every, int) else every]


def read_line(line, bbox):
    """Read a Line2D: a path where it has a line style, markers where it has a marker."""
    transform, alpha = line.get_transform(), line.get_alpha()
    data = line.get_path().vertices
    marks = []
    if line.get_linestyle() not in ("None", "", " ", None) and len(data):
        to_steps = cbook.STEP_LOOKUP_MAP[line.get_drawstyle()]
        stroke = pen(line.get_color(), line.get_linewidth(), dash_pattern(line), alpha)
        path = transform.transform_path(Path(np.column_stack(to_steps(*data.T))))
        marks += [{"k": "p", **path_mark([path], bbox, False), **stroke}] if stroke else []
    if line.get_marker() not in ("None", "", " ", None) and len(data):
        points = marked_points(transform.transform(data), line.get_markevery())
        points = points[np.isfinite(points).all(1)]
        style = MarkerStyle(line.get_marker(), line.get_fillstyle())
        marks.append(
            marker_mark(
                to_units(points, bbox),
                style.get_path().transformed(style.get_transform()),
                line.get_markersize(),
                brush(line.get_markerfacecolor(), alpha) if style.is_filled() else {},
                pen(line.get_markeredgecolor(), line.get_markeredgewidth(), None, alpha),
            )
        )
    return [{**mark, **name_of(line), **unclipped(line)} for mark in marks]


def marker_mark(units, shape, size, fill, edge):
    """Return markers of one ``shape`` (in units of ``size`` points) at whole-number points."""
    return {
        "k": "m",
        "x": steps(units[:, 0]),
        "y": steps(units[:, 1]),
        "sh": svg_shape(shape, size * PX),
        **fill,
        **edge,
    }


def read_patch(patch, bbox):
    """Read a patch of any shape as one closed path."""
    if patch.get_hatch():
        raise Unreadable(f"a hatch on {type(patch).__name__}; use a colour or a label")
    path = patch.get_transform().transform_path(patch.get_path())
    stroke = pen(patch.get_edgecolor(), patch.get_linewidth(), dash_pattern(patch))
    fill = brush(patch.get_facecolor()) if patch.get_fill() else {}
    return [{"k": "p", **path_mark([path], bbox, True), **fill, **stroke, **name_of(patch), **unclipped(patch)}]


def cycle(values, index, empty=None):
    """Return the value of a collection's property for its element ``index``; properties repeat in a circle."""
    return values[index % len(values)] if len(values) else empty


def read_collection(collection, bbox):
    """Read lines, areas, contours and scattered points; elements of one look become one mark."""
    if collection.get_hatch():
        raise Unreadable(f"a hatch on {type(collection).__name__}; use a colour or a label")
    collection.update_scalarmappable()
    paths, count = collection.get_paths(), max(len(collection.get_paths()), len(collection.get_offsets()))
    scattered = isinstance(collection, PathCollection)
    if scattered:
        units = to_units(
            collection.get_offset_transform().transform(np.ma.filled(collection.get_offsets(), np.nan)), bbox
        )
    groups = {}
    for i in range(count if paths else 0):
        width = float(cycle(collection.get_linewidths(), i, 0))
        look = (
            tuple(cycle(collection.get_facecolor(), i, (0, 0, 0, 0))),
            tuple(cycle(collection.get_edgecolor(), i, (0, 0, 0, 0))),
            width,
            tuple(cycle(collection.get_linestyles(), i, (0, None))[1] or ()),
            (i % len(paths), float(cycle(collection.get_sizes(), i, 20))) if scattered else None,
        )
        groups.setdefault(look, []).append(i)
    marks = []
    for (face, edge, width, dashes, kind), members in groups.items():
        stroke, fill = pen(edge, width, dashes), brush(face)
        if scattered:
            mark = marker_mark(units[members], paths[kind[0]], np.sqrt(kind[1]), fill, stroke)
        else:
            drawn = [collection.get_transform().transform_path(paths[i % len(paths)]) for i in members]
            mark = {"k": "p", **path_mark(drawn, bbox, bool(fill)), **fill, **stroke}
        marks.append({**mark, **name_of(collection), **unclipped(collection)})
    return [mark for mark in marks if "s" in mark or "f" in mark]


def read_image(image, bbox):
    """Read an image (``imshow``): its pixels, and the rectangle that they fill."""
    left, right, bottom, top = image.get_extent()
    pixels = image.to_rgba(image.get_array(), bytes=True)
    (x0, y0), (x1, y1) = to_units(image.get_transform().transform([(left, bottom), (right, top)]), bbox)
    pixels = pixels[::-1] if (y1 > y0) == (image.origin == "lower") else pixels
    return [picture(pixels if x1 > x0 else pixels[:, ::-1], x0, y0, x1, y1)]


def read_mesh(mesh, bbox):
    """Read a rectilinear ``pcolormesh``."""
    mesh.update_scalarmappable()
    corners = (
        mesh.get_transform().transform(mesh.get_coordinates().reshape(-1, 2)).reshape(mesh.get_coordinates().shape)
    )
    edges_x, edges_y = corners[0, :, 0], corners[:, 0, 1]
    if not (np.allclose(corners[..., 0], edges_x) and np.allclose(corners[..., 1], edges_y[:, None])):
        raise Unreadable("a pcolormesh whose cells are no rectangles")
    shape = (len(edges_y) - 1, len(edges_x) - 1, 4)
    colors = (mesh.get_facecolor().reshape(shape) * 255).round().astype(np.uint8)
    (x0, y0), (x1, y1) = to_units([(edges_x[0], edges_y[0]), (edges_x[-1], edges_y[-1])], bbox)
    return [picture(mesh_pixels(edges_x, edges_y, colors), x0, y0, x1, y1)]


def picture(pixels, x0, y0, x1, y1):
    """Return an image mark between two corners."""
    return {
        "k": "i",
        "box": [int(min(x0, x1)), int(min(y0, y1)), int(abs(x1 - x0)), int(abs(y1 - y0))],
        "src": png(pixels),
    }


def read_quiver(quiver, bbox):
    """Read a quiver drawn in data units as arrows from (x, y) to (x + u, y + v)."""
    if (quiver.angles, quiver.scale_units, quiver.scale) != ("xy", "xy", 1):
        raise Unreadable('a quiver other than quiver(..., angles="xy", scale_units="xy", scale=1)')
    tails = np.column_stack([quiver.X, quiver.Y])
    heads = tails + np.column_stack([np.ma.filled(quiver.U, np.nan), np.ma.filled(quiver.V, np.nan)])
    ends = [to_units(quiver.axes.transData.transform(points), bbox).tolist() for points in (tails, heads)]
    colors = quiver.get_facecolor()
    return [
        {"k": "a", "a": tail, "b": head, "h": "01", **pen(tuple(cycle(colors, i)), 1.4), **name_of(quiver)}
        for i, (tail, head) in enumerate(zip(*ends))
    ]


READERS = (
    (Line2D, read_line),
    (Quiver, read_quiver),
    (QuadMesh, read_mesh),
    (AxesImage, read_image),
    (Collection, read_collection),
    (Text, read_text),
    (Patch, read_patch),
)


def read_artist(artist, bbox):
    """Return the marks of one artist of a panel that fills ``bbox`` of the display.

    Raises Unreadable, which names the artist, where the page could not draw it as matplotlib does.
    """
    for kind, read in READERS:
        if isinstance(artist, kind):
            return read(artist, bbox)
    raise Unreadable(f"the artist {type(artist).__name__}")
