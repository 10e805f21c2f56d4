"""A matplotlib renderer that draws nothing: it writes down, as marks for the page, what each artist asks it to draw.

An artist's :meth:`draw` calls the methods below, so that every kind of artist is read by what it draws, whether or not
anybody thought of it here. ``FORMAT.md`` lists the marks. What a page cannot draw raises :class:`Unreadable`.
"""

from itertools import groupby
from operator import itemgetter

import matplotlib
import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.offsetbox import TextArea
from matplotlib.patches import FancyArrowPatch
from matplotlib.quiver import QuiverKey
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, IdentityTransform

from . import Unreadable
from .ink import hatch, keeps_colors, look_of, only
from .texts import block, record_text
from .units import PX, cells_of, draws_pixels, is_upright, outline, picture, pixels_of, rectangle, svg_shape, to_units

HATCHES = {"hatchcolors": []} if matplotlib.__version_info__ >= (3, 11) else {}  # a page that runs Python has 3.8


class Recorder(RendererBase):
    """Collects the ``marks`` of the artists of one panel that fills ``box`` of the display."""

    def __init__(self, box, canvas, foot=26):
        """Start with no marks, on a figure of ``canvas`` (width, height) pixels; ``foot`` of them are free below."""
        super().__init__()
        self.box, self.canvas, self.foot, self.marks = box, canvas, foot, []
        self.areas = []  # outlines of what keeps its colors on a dark page, and so do the words on it
        self.mapped, self.in_pixels, self.stamps, self.scale, self.paper = False, True, (), set(), False

    def record(self, artist):
        """Let an artist draw itself, and return its marks; Unreadable, which names the artist, where that fails."""
        first = len(self.marks)
        # markers keep their size in pixels; other shapes, as a key's, which is as long as its arrows, stretch
        sized = hasattr(artist, "get_sizes") or getattr(artist, "_units", "") in ("points", "inches", "dots")
        sized &= isinstance(artist.get_transform(), IdentityTransform)
        self.in_pixels = sized if isinstance(artist, Collection) else not isinstance(artist, QuiverKey)
        effects, marker = artist.get_path_effects(), getattr(artist, "_marker", None)  # which may draw each by itself
        own = marker and (marker.get_path(), marker.get_alt_path())
        self.artist, self.stamps = artist, (own or getattr(artist, "get_paths", tuple)()) if effects else ()
        # a color that stands for a number stays that of its color bar; a contour of one color stands for none
        mapped = getattr(artist, "get_array", lambda: None)() is not None
        self.mapped = self.paper or (mapped and getattr(artist, "colors", None) is None)
        self.mapped |= isinstance(artist, FancyArrowPatch) and artist.get_facecolor() in self.scale  # heads of streams
        try:
            Unreadable.when(artist.findobj(TextArea), "words in a frame, which on a phone is too small for them; "
                            'use ax.text(..., transform=ax.transAxes, bbox={"fc": "white"}), and one legend')
            if isinstance(artist, Text):
                record_text(artist, self)
            elif type(artist) is AxesImage and draws_pixels(artist, self.box):
                self.add_image(self.clip_of(artist), *pixels_of(artist))
            else:
                artist.draw(self)
            # on a narrow screen, words of a table reach into the cell beside theirs
            self.marks[first:] = sorted(self.marks[first:], key=lambda mark: mark["kind"] == "text")
        except Exception as error:
            cause = error if isinstance(error, Unreadable) else f"{type(error).__name__}: {error}"
            label = str(artist.get_label())
            named = f" {label!r}" if label and label[0] != "_" else ""
            raise Unreadable(f"{type(artist).__name__}{named}: {cause}") from error
        return self.marks[first:]

    def put(self, mark, gc):
        """Add a mark, clipped as ``gc`` says."""
        Unreadable.when(gc.get_sketch_params() is not None, "a sketched (xkcd) line; draw it plain")
        (path, affine), inside = gc.get_clip_path(), gc.get_clip_rectangle()
        if path is not None:
            mark["clip"] = outline([affine.transform_path(path)], self.box, True)
        elif inside is None:
            mark["unclipped"] = True
        elif max(abs(inside.extents - self.box.extents)) > 0.5:
            mark["clip"] = outline([rectangle(*inside.extents)], self.box, True)
        self.marks.append(mark)

    def clip_of(self, artist):
        """Return a graphics context that clips as an artist asks for."""
        gc = self.new_gc()
        if artist.get_clip_on():
            gc.set_clip_rectangle(artist.get_clip_box() or self.box)
            gc.set_clip_path(artist.get_clip_path())
        return gc

    def add_paths(self, gc, paths, look):
        """Add display ``paths`` of one look as a path mark; remember areas on which words keep their color."""
        if gc.get_hatch():
            self.put({"kind": "path", **outline(paths, self.box, True), **only(look, "fill", "crisp")}, gc)
            self.put(hatch(gc, paths, self.box, self.canvas, self.mapped), gc)
            self.marks[-1] |= {"clip": outline(paths, self.box, True), "guide": True}
            look = only(look, "stroke", "width", "dash")
        if "fill" in look and "stroke" not in look and all(map(is_upright, paths)):
            look = look | {"crisp": "crispEdges"}  # bars side by side leave no seam, as on matplotlib's whole pixels
        if look:
            loose = gc.get_clip_rectangle() is None and gc.get_clip_path()[0] is None
            self.put({"kind": "path", **outline(paths, self.box, loose or "fill" in look), **look}, gc)
        self.areas += paths if keeps_colors(look) else []

    def add_shapes(self, gc, shapes, points, look):
        """Add a shape at each display point; those that keep their size in pixels are all alike."""
        if not self.in_pixels:
            moves = (Affine2D().translate(*point) for point in points)
            self.add_paths(gc, [move.transform_path(shape) for move, shape in zip(moves, shapes)], look)
        elif look and len(points):
            Unreadable.when(gc.get_hatch(), "hatched points; leave out hatch, or draw patches")
            x, y = to_units(points, self.box).T.tolist()
            shape = svg_shape(shapes[0])
            self.put({"kind": "markers", "x": x, "y": y, "shape": shape, **look}, gc)
            if keeps_colors(look) and "Z" in shape and min(shapes[0].get_extents().size) > 16:  # words may stand on it
                self.areas += [Affine2D().translate(*point).transform_path(shapes[0]) for point in points]

    # what matplotlib's artists call

    def draw_path(self, gc, path, transform, rgbFace=None):
        """Record a path: a line, the outline of an area, or one of the ``stamps``."""
        look, shape = look_of(gc, rgbFace, self.mapped), transform.transform_path(path)
        if any(path is each for each in self.stamps):
            point = transform.transform((0, 0))
            self.add_shapes(gc, [Affine2D().translate(*-point).transform_path(shape)], [point], look)
        else:
            self.add_paths(gc, [shape], look)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        """Record one shape at each point of a path."""
        points = trans.transform(path.vertices)
        points = points[np.isfinite(points).all(1)]
        look, shape = look_of(gc, rgbFace, self.mapped), marker_trans.transform_path(marker_path)
        self.add_shapes(gc, [shape] * len(points), points, look)

    def draw_path_collection(self, gc, master_transform, paths, all_transforms, *offsets_and_looks, **hatches):
        """Record many paths; neighbors of one look, and of one shape if that keeps its size, become one mark."""
        shapes = [own.transform_path(path)
                  for path, own in self._iter_collection_raw_paths(master_transform, paths, all_transforms)]
        parts = self._iter_collection(gc, range(len(shapes)), *offsets_and_looks, **HATCHES | hatches)
        found = [((look_of(own, face, self.mapped), own.get_hatch_color(), self.in_pixels and number), number, (x, y))
                 for x, y, number, own, face in parts]
        for (look, color, _), group in groupby(found, key=itemgetter(0)):
            _, numbers, points = zip(*group)
            if gc.get_hatch():
                gc.set_hatch_color(color)
            self.add_shapes(gc, [shapes[number] for number in numbers], np.array(points), look)

    def draw_quad_mesh(self, gc, master_transform, columns, rows, coordinates, *offsets_and_looks):
        """Record a mesh: one image where its cells are rectangles without edges of their own, else a path each."""
        _, _, colors, _, edges = offsets_and_looks
        places = np.ma.getdata(master_transform.transform(coordinates.reshape(-1, 2))).reshape(coordinates.shape)
        straight = np.allclose(places[..., 0], places[0, :, 0]) and np.allclose(places[..., 1], places[:, :1, 1])
        if straight and (not len(edges) or np.array_equal(edges, colors)):
            pixels = (np.broadcast_to(colors, (columns * rows, 4)) * 255).round().reshape(rows, columns, 4)
            self.add_image(gc, pixels, places[0, :, 0], places[:, 0, 1], **cells_of(self.artist, self.box))
        else:
            super().draw_quad_mesh(gc, master_transform, columns, rows, coordinates, *offsets_and_looks)

    def draw_image(self, gc, x, y, im, transform=None):
        """Record an image that matplotlib has resampled for the display; its rows run from the bottom."""
        height, width = im.shape[:2]
        self.add_image(gc, np.asarray(im), x + np.arange(width + 1), y + np.arange(height + 1), smooth=True)

    def add_image(self, gc, pixels, x, y, **extra):
        """Add an image whose columns lie between the display positions ``x``, and its rows between ``y``."""
        self.put({**picture(pixels, x, y, self.box), **extra}, gc)
        self.areas.append(rectangle(x[0], y[0], x[-1], y[-1]))

    def draw_gouraud_triangles(self, gc, triangles_array, colors_array, transform):
        """Refuse colors that run over a triangle."""
        raise Unreadable('gouraud shading; use shading="flat" or "nearest"')

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Record words that are part of a larger artist (a table, a key); a line of several from its left end."""
        if mtext:
            return record_text(mtext, self)
        line = Text(text=s, color=gc.get_rgb(), fontproperties=prop, rotation=angle, rotation_mode="anchor")
        self.put(block(line, self, np.array([x, self.canvas[1] - y]), np.zeros(2)), gc)

    def start_filter(self):
        """Refuse a filter of pixels."""
        raise Unreadable("an agg filter; leave it out")

    def get_canvas_width_height(self):
        """Return the size of the figure in pixels."""
        return self.canvas

    def points_to_pixels(self, points):
        """Return points in pixels."""
        return points * PX
