"""Read a drawn matplotlib figure, panel by panel, and pack the scenes of many states into one small payload.

A panel is a frame (titles, axes, legend, colour bar) and a list of marks (``artists.py``). What repeats from state to
state, a frame, a mark, or the coordinates of one, is stored once and referred to by number.
"""

import base64
import gzip
import json

import numpy as np
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.spines import Spine

from .artists import read_artist, read_collection, read_line, read_patch
from .marks import Unreadable
from .mathtext import words
from .paths import UNIT, png

SCALES = ("linear", "log", "symlog")


def read_axis(axis, bbox, side):
    """Return an axis of a panel: its label, limits and scale, and its ticks as places across the panel and words."""
    shown, params = axis.get_visible() and axis.axes.axison, axis.get_tick_params()
    low, high = axis.get_view_interval()
    if axis.get_scale() not in SCALES:
        raise Unreadable(f"the scale {axis.get_scale()!r} of an axis; use {', '.join(SCALES)}")
    frame = {
        "l": words(axis.get_label_text()) if shown else "",
        "lim": [float(low), float(high)],
        "sc": axis.get_scale(),
    }
    if axis.get_scale() == "symlog":
        frame["lin"] = float(axis.get_transform().linthresh)
    if not shown:
        return {**frame, "at": [], "tx": []}
    at, texts = ticks(axis, bbox, axis.get_majorticklocs())
    frame |= {"at": at, "tx": texts if params.get(f"label{side}") else []}
    frame |= {"mi": ticks(axis, bbox, axis.get_minorticklocs(), False)[0]} if len(axis.get_minorticklocs()) else {}
    offset = axis.get_major_formatter().get_offset()
    return frame | ({"of": words(offset)} if offset else {}) | ({"g": 1} if params.get("gridOn") else {})


def ticks(axis, bbox, places, labelled=True):
    """Return the places (0 to UNIT) and the words of the ticks that lie within an axis' limits."""
    low, high = sorted(axis.get_view_interval())
    where = axis.get_transform().transform(np.asarray(places, float))
    ends = axis.get_transform().transform(np.array([low, high]))
    slack = 1e-9 * abs(ends[1] - ends[0])
    keep = (where >= ends[0] - slack) & (where <= ends[1] + slack)
    fraction = (where - ends[0]) / (ends[1] - ends[0])
    fraction = 1 - fraction if axis.get_inverted() else fraction
    texts = axis.get_major_formatter().format_ticks(places) if labelled else []
    return ((fraction[keep] * UNIT).round().astype(int).tolist(), [words(t) for t, k in zip(texts, keep) if k])


def read_legend(ax, bbox):
    """Return the entries of a panel's legend: words, and the look of the line, marker or area that they name."""
    legend = ax.get_legend()
    entries = []
    for handle, text in zip(legend.legend_handles, legend.get_texts()) if legend else ():
        read = (
            read_line
            if isinstance(handle, Line2D)
            else read_collection
            if isinstance(handle, Collection)
            else read_patch
        )
        marks = [
            {key: mark[key] for key in ("k", "s", "so", "w", "d", "f", "fo", "sh") if key in mark}
            for mark in read(handle, bbox)
        ]
        entries.append([words(text.get_text()), marks])
    return entries


def read_colorbar(bar):
    """Return a panel's vertical colour bar: its strip of colours, top first, and its axis."""
    if bar.orientation != "vertical":
        raise Unreadable("a horizontal colour bar; leave out orientation")
    axis = bar.ax.yaxis
    low, high = axis.get_transform().transform(np.array(bar.ax.get_ylim()))
    values = axis.get_transform().inverted().transform(np.linspace(high, low, 128))
    colors = bar.mappable.to_rgba(np.ma.array(values), bytes=True)[:, None, :]
    return {
        **read_axis(axis, bar.ax.bbox, "right"),
        "tx": ticks(axis, None, axis.get_majorticklocs())[1],
        "src": png(colors),
    }


def read_panel(ax):
    """Return (frame, marks) of one panel; Unreadable where the page could not show it."""
    if ax.child_axes:
        raise Unreadable("an inset; give it a panel of its own")
    ax.get_xlim(), ax.get_ylim()  # autoscaling is lazy: asking for the limits brings them up to date
    ax.apply_aspect()
    bbox, own = ax.bbox, {ax.title, ax._left_title, ax._right_title, ax.patch, ax.xaxis, ax.yaxis, ax.get_legend()}
    artists = [a for a in ax.get_children() if a.get_visible() and a not in own and not isinstance(a, Spine)]
    marks = [mark for artist in sorted(artists, key=lambda a: a.get_zorder()) for mark in read_artist(artist, bbox)]
    if any(mark["k"] == "i" for mark in marks):  # an image looks the same on a dark page, and so must what lies on it
        marks = [mark if "nc" in mark else on_paper(mark) for mark in marks]
    title = next((t for t in map(ax.get_title, ("center", "left", "right")) if t), "")
    auto = "".join(way for way, on in (("x", ax.get_autoscalex_on()), ("y", ax.get_autoscaley_on())) if on)
    frame = {
        "t": words(title),
        "au": auto,
        "x": read_axis(ax.xaxis, bbox, "bottom"),
        "y": read_axis(ax.yaxis, bbox, "left"),
        "sp": "".join(side[0] for side, spine in ax.spines.items() if spine.get_visible()) if ax.axison else "",
    }
    if any(s.get_visible() and s.get_position() != ("outward", 0.0) for s in ax.spines.values()):
        raise Unreadable("a spine that is moved; draw a line with axhline or axvline")
    if ax.get_box_aspect() is not None or ax.get_aspect() != "auto":
        frame["ar"] = round(bbox.height / bbox.width, 4)
    legend = read_legend(ax, bbox)
    bars = [a.colorbar for a in artists if getattr(a, "colorbar", None) is not None]
    return frame | ({"lg": legend} if legend else {}) | ({"cb": read_colorbar(bars[0])} if bars else {}), marks, bars


def on_paper(mark):
    """Return a mark whose colours stay those of a light page."""
    return {key: ",".join(value.split(",")[:1] * 2) if key in "sf" else value for key, value in mark.items()}


def read_scene(panels):
    """Return [(frame, marks), ...] of the panels of one figure; Unreadable where the page could not show it."""
    figure = panels[0].figure
    scene = [read_panel(ax) for ax in panels]
    bars = [bar.ax for *_, found in scene for bar in found]
    if any(ax not in panels and ax not in bars for ax in figure.axes):
        raise Unreadable(
            "twin axes, an inset, or the colour bar of something that no panel shows; use a panel for each"
        )
    if figure.texts or figure.get_suptitle() or figure.legends:
        raise Unreadable("text or a legend of the whole figure; give it to a panel")
    return [(frame, marks) for frame, marks, _ in scene]


class Packer:
    """Collects scenes; what they share is kept once. :meth:`payload` is what the page reads."""

    def __init__(self):
        """Start with nothing collected."""
        self.parts, self.index, self.states, self.captions = [], {}, [], []

    def part(self, value):
        """Return the number under which ``value`` is kept."""
        key = json.dumps(value, separators=(",", ":"))
        if key not in self.index:
            self.index[key] = len(self.parts)
            self.parts.append(value)
        return self.index[key]

    def add(self, scene, caption):
        """Add the scene of one state, with its caption."""
        state = []
        for frame, marks in scene:
            shared = [
                {
                    key: self.part(value)
                    if key in ("x", "y", "c", "sh") and key in mark and mark["k"] in "pm"
                    else value
                    for key, value in mark.items()
                }
                for mark in marks
            ]
            state.append([self.part(frame), *map(self.part, shared)])
        self.states.append(state)
        self.captions.append(caption)

    def payload(self):
        """Return the collected states, ready for JSON."""
        return {"unit": UNIT, "parts": self.parts, "states": self.states, "captions": self.captions}


def pack(payload):
    """Return a payload as gzipped JSON in base64, for a page."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
