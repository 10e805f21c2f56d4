"""Read a drawn matplotlib figure, panel by panel: the frame, which the page lays out itself, and the marks in it."""

from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection, LineCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.transforms import Bbox, IdentityTransform

from . import Unreadable
from .axes import read_axis, read_colorbar, read_titles
from .ink import brush, is_colored, is_gray, keeps_colors, only, opacity, rare
from .recorder import Recorder
from .texts import words, words_of
from .units import DPI, SHEET, UNIT, outline, rectangle


class Panel(NamedTuple):
    """What the page shows of one Axes, which limits ("x", "y") the author left to matplotlib, and its handles."""

    frame: dict
    marks: list
    free: str
    handles: tuple = ()


def read_scene(names, panels, figure):
    """Return the Panels of a figure's Axes ``panels``, called ``names``; Unreadable where the page cannot show it."""
    for name, ax in zip(names, panels):
        Unreadable.when(ax.figure is None or not ax.get_visible(),
                        f"panel {name!r}, which draw removed or hid; draw on it")
        ax.get_xlim(), ax.get_ylim()  # autoscaling is lazy: asking for the limits brings them up to date
    ratios = {ratio for ax in panels for ratio in ax.get_gridspec().get_width_ratios()}
    Unreadable.when(len(ratios) > 1 or figure.dpi != DPI or tuple(figure.get_size_inches()) != SHEET
                    or not all(ax.get_in_layout() for ax in panels),
                    "panels that are moved or of unequal width, or another size or dpi; each gets the same room")
    bars = [[a.colorbar for a in ax.get_children() if a.get_visible() and getattr(a, "colorbar", None)]
            for ax in panels]
    Unreadable.when(any(bar.ax in panels or getattr(bar.ax, "_colorbar_info", {"parents": [ax]})["parents"] != [ax]
                        or len(found) > 1 for ax, found in zip(panels, bars) for bar in found),
                    "a second color bar of one panel, or a color bar in a panel of its own, or of several; leave out "
                    "cax, and give each panel one bar of its own")
    extra = {*figure.axes} - {*panels} - {bar.ax for found in bars for bar in found}
    kinds = ", ".join(sorted({ax.name for ax in extra}))
    Unreadable.when(extra, f"the further axes ({kinds}): twin axes, a grid, or a color bar of nothing in a panel; "
                           "draw on the panels that are given: each parameter of draw without a default is one")
    Unreadable.when(to_rgb(figure.get_facecolor()) != (1, 1, 1),
                    "a background of the whole figure, where the page has its own; use ax.set_facecolor")
    whole = [type(each).__name__ for each in figure.get_children() if each not in figure.axes]
    Unreadable.when(len(whole) > 1, f"a {whole[-1]} of the whole figure; give it to a panel")  # the first is its ground
    return [read_panel(name, ax, found) for name, ax, found in zip(names, panels, bars)]


def read_panel(name, ax, bars):
    """Return one Axes, called ``name``, as a Panel; Unreadable where the page could not show it."""
    Unreadable.when(ax.child_axes, "an inset, or a secondary axis; say a second unit in the label, and give an inset a "
                                   "panel of its own")
    Unreadable.when(ax.patch.get_hatch(), "a hatched background; hatch an area with axvspan")
    free = ("x" if ax.get_autoscalex_on() else "") + ("y" if ax.get_autoscaley_on() else "")
    ax.apply_aspect()
    frame = read_frame(ax, bars)
    foot = 26 if frame["x"]["texts"] or frame["x"]["label"] else 10
    recorder = Recorder(ax.bbox.frozen(), ax.figure.bbox.size, foot)
    recorder.paper = keeps_colors(frame.get("ground", {}))
    recorder.areas += [rectangle(*ax.bbox.extents)] * recorder.paper
    artists = [artist for artist in ax._children if artist.get_visible() and artist is not ax.get_legend()]
    below = any(artist.get_zorder() < 0.5 for artist in artists)
    Unreadable.when(below and (frame["x"].get("grid") or frame["y"].get("grid")),
                    "a grid over a picture, or over a zorder below 0.5; draw its lines: ax.axhline, ax.axvline")
    Unreadable.when(not artists and "legend" not in frame,
                    f"panel {name!r}, on which draw drew nothing; draw on the Axes that it is given")
    return Panel(frame, read_marks(ax, artists, recorder), free)


def read_frame(ax, bars):
    """Return what the page lays out of a panel, its color bar included."""
    spines = {side: s for side, s in ax.spines.items() if s.get_visible() and opacity(s.get_edgecolor())}
    Unreadable.when(ax.axison and any(s.get_position() != ("outward", 0.0) or s.get_bounds()
                                      or is_colored(s.get_edgecolor()) for s in spines.values()),
                    "a spine that is moved, cut or colored; leave it as it is, and draw a line with axhline or axvline")
    Unreadable.when(ax.patch.get_linewidth() and opacity(ax.patch.get_edgecolor()) and ax.axison,
                    "an edge of the background; show all four spines: ax.spines[:].set_visible(True)")
    framed, legend = ax.axison and ax.get_frame_on(), ax.get_legend()
    face = ax.get_facecolor()  # a pale gray one is turned round on a dark page, with all that is on it
    colored, pale = framed and ax.patch.get_visible() and set(face) != {1.0}, is_gray(face) and face[0] > 0.5
    fixed = ax.get_box_aspect() is not None or ax.get_aspect() != "auto"
    return {
        **read_titles(ax),
        "x": read_axis(ax.xaxis, "bottom"), "y": read_axis(ax.yaxis, "left"),
        "spines": "".join(side[0] for side in spines) if framed else "",
        **rare(ground=brush(face, not pale) if colored else None,
               aspect=round(ax.bbox.height / ax.bbox.width, 4) if fixed else None,
               legend=read_legend(legend) if legend and legend.get_visible() else None,
               bar=read_colorbar(bars[0]) if bars else None),
    }


def read_legend(legend):
    """Return the entries of a legend: their words, and the marks of their keys across a small box."""
    entries = [[title, []] for title in [words_of(legend.get_title(), True)] if title]
    Unreadable.when(any(is_colored(text.get_color()) for text in (legend.get_title(), *legend.get_texts())),
                    "colored words of a legend; leave labelcolor out: its keys have the colors")
    for area, text in zip(legend.findobj(DrawingArea), legend.get_texts()):
        Unreadable.when(not area.width or not area.height, "a legend without keys; leave out handlelength and "
                        "handleheight, or write the words beside their lines: ax.text")
        recorder = Recorder(Bbox.from_bounds(0, 0, area.width, area.height), legend.figure.bbox.size)
        for artist in area.get_children():
            recorder.record(artist)
        marks = [{key: value for key, value in mark.items() if key != "unclipped"} for mark in recorder.marks]
        entries.append([words_of(text, True), marks])
    return entries


def read_marks(ax, artists, recorder):
    """Record ``artists`` as matplotlib orders them; name the marks, flag guide lines."""
    names = {child: box.get_label() for box in ax.containers for child in box.get_children()}
    marks, pictured = [], 0
    scales = [lines for lines in artists if isinstance(lines, LineCollection) and lines.get_array() is not None]
    recorder.scale = {tuple(color) for lines in scales for color in lines.to_rgba(lines.get_array())}
    for artist in sorted(artists, key=Artist.get_zorder):
        found = recorder.record(artist)
        Unreadable.when(is_of_figure(artist, ax.figure),
                        f"{type(artist).__name__}: a place in the whole figure, which a page lays out anew; give it in "
                        'the panel, with transform=ax.transAxes or "axes fraction"')
        Unreadable.when(any(map(is_outside, found)), f"{type(artist).__name__}: it leaves its panel, where a page has "
                        "no room; keep it inside, or let the panel cut it: clip_on=True")
        found += steps(artist, found, recorder.box)
        label = next((str(n) for n in (artist.get_label(), names.get(artist)) if n and str(n)[0] != "_"), "")
        known = rare(name=words(label), guide=not label and is_guide(artist, ax))
        marks += [mark | known for mark in found]
        scaled = recorder.mapped and isinstance(artist, ScalarMappable) and not isinstance(artist, Quiver)
        pictured += sum(share(mark["box"]) if mark["kind"] == "image" else
                        scaled and mark["kind"] == "path" and "fill" in mark for mark in found)
    for mark in marks if pictured >= 0.5 else ():  # a picture looks the same on a dark page, and so must what is on it
        if "unclipped" not in mark:
            mark |= {key: mark[key].split(",")[0] for key in ("stroke", "fill") if key in mark}
    return marks


def share(box):
    """Return how much of its panel the box of an image takes, at most 1."""
    low, high = np.clip([box[:2], np.add(box[:2], box[2:])], 0, UNIT) / UNIT
    return np.prod(high - low)


def steps(artist, marks, box):
    """Return what is read of a line in steps: its points, as a line that is not seen. Its corners are none of them."""
    if not isinstance(artist, Line2D) or not artist.get_drawstyle().startswith("steps"):
        return []
    places = outline([artist.get_transform().transform_path(Path(artist.get_xydata()))], box, False)
    lines = [mark for mark in marks if mark["kind"] == "path"]
    for mark in lines:
        mark["guide"] = True
    return [only(mark, "kind", "stroke", "width", "dash") | {"strokeOpacity": 0.001} | places for mark in lines[:1]]


def is_of_figure(artist, figure):
    """Say whether an artist has its place in the whole figure: in parts of it, in inches or in pixels."""
    named = "".join(str(getattr(artist, key, "")) for key in ("xycoords", "anncoords", "coords1", "coords2"))
    ways = [Artist.get_transform(artist), *([artist.get_offset_transform()] if isinstance(artist, Collection) else [])]
    still = (figure.dpi_scale_trans, *([] if named else [IdentityTransform()]))
    partly = any(any(way.contains_branch_seperately(figure.transFigure)) for way in ways)
    return partly or all(way in still for way in ways) or "figure" in named


def is_outside(mark):
    """Say whether a mark that nothing cuts lies further outside its panel than the margins of a page reach."""
    if "unclipped" not in mark or "clip" in mark:
        return False
    points = [mark["from"], mark["to"]] if mark["kind"] == "arrow" else [*zip(mark.get("x", []), mark.get("y", []))]
    letters = mark.get("commands", "L" * len(points))  # where a path is closed, or bends, it does not go
    return any(abs(x / UNIT - 0.5) > 0.52 or not -0.08 < y / UNIT < 1.03  # below, there are the numbers of an axis
               for (x, y), each in zip(points, letters) if each not in "ZQC")


def is_guide(artist, ax):
    """Say whether an artist is no data: a line that is tied to the panel, or dotted in gray; words, arrows, keys."""
    if not isinstance(artist, Line2D):
        return not isinstance(artist, (Patch, ScalarMappable))
    tied, rgb = not all(artist.get_transform().contains_branch_seperately(ax.transData)), to_rgb(artist.get_color())
    return tied or (artist.get_linestyle() == ":" and is_gray(rgb) and max(rgb) > 0.2)
