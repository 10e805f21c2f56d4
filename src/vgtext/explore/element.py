"""The element of a page: a figure's picture, its caption, and every state of its controls, packed."""

import io
import itertools
import math
import warnings
from html import escape
from urllib.parse import quote

import matplotlib
from matplotlib.collections import Collection, QuadMesh
from matplotlib.lines import Line2D

from vgtext.words import typeset

from .figure import LOOK
from .read import FigureError
from .read.pack import Packer, pack

MOST_STATES = 400
MOST_BYTES = 400_000
MOST_SHAPES = 2000  # of one artist in the picture for print; more of them become pixels


def is_heavy(artist):
    """Say whether an artist has so many parts that a picture of them is smaller as pixels."""
    if isinstance(artist, Collection):
        return isinstance(artist, QuadMesh) or max(len(artist.get_offsets()), len(artist.get_paths())) > MOST_SHAPES
    return isinstance(artist, Line2D) and artist.get_marker() != "None" and len(artist.get_xdata()) > MOST_SHAPES


@matplotlib.rc_context(LOOK)
def picture_file(figure, kind, parameters=None):
    """Return the picture of a state (by default the opening one) as bytes of an "svg" or "png", and its caption."""
    sheet, caption = figure.picture(parameters or figure.values(figure.start))
    for artist in (artist for ax in sheet.panels for artist in ax.get_children() if is_heavy(artist)):
        artist.set_rasterized(True)
    return file_of(sheet.figure, kind), caption


def file_of(figure, kind):
    """Return a figure of matplotlib as bytes of an "svg" or "png"."""
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
    return stream.getvalue()


def address_of(svg):
    """Return the address of an SVG, given as bytes, that carries its data."""
    return "data:image/svg+xml," + quote(svg.decode(), safe=" /:=;,<>()@!*+?$|")


def thin(figure):
    """Return a figure's controls for a page, of at most MOST_STATES states, or raise FigureError.

    The longest sliders are thinned to one length.
    """
    for length in range(MOST_STATES, 3, -1):
        grid = [c.thinned(length) if c.kind == "slider" and len(c.values) > length else c for c in figure.controls]
        if math.prod(len(c.values) for c in grid) <= MOST_STATES:
            return grid
    sizes = " x ".join(f"{len(c.values)} {c.name}" for c in figure.controls)
    raise FigureError(f"figure {figure.name}: a grid of {sizes} states is over the budget of {MOST_STATES} for a page, "
                      "and its sliders cannot be thinned further; use fewer or shorter controls")


def count_states(figure):
    """Return how many states of a figure a page holds."""
    return math.prod(len(control.values) for control in thin(figure))


def pack_states(figure, drawn=lambda: None):
    """Draw each state of the (thinned) controls, then call ``drawn``; return (controls, payload). Warnings fail."""
    controls, packer, limits = thin(figure), Packer(), {}
    with warnings.catch_warnings(action="error"):
        opening, start = figure.opening, tuple(control.start for control in controls)
        for state in itertools.product(*(range(len(control.values)) for control in controls)):
            scene, caption = figure.scene(figure.values(state, controls))
            FigureError.when(state == start and (scene, caption) != opening,
                             f"figure {figure.name}: drawn twice at its opening state it differs; draw may depend on "
                             "its parameters only: give random numbers a fixed seed")
            check_steady(figure, scene, limits)
            packer.add(scene, caption)
            drawn()
    return controls, packer.payload()


def check_steady(figure, scene, first):
    """Raise FigureError if, since the ``first`` scene, handles changed or limits that were left to matplotlib."""
    for panel, (frame, _, free, handles) in zip(figure.panels, scene):
        for way in free:
            now = frame[way]["limits"]
            before = first.setdefault((panel, way), now)
            FigureError.when(before != now, f"figure {figure.name}: the {way} axis of panel {panel!r} jumps, from "
                             f"{before} to {now}; set its limits in draw: {panel}.set_{way}lim(low, high)")
        held = [(each["moves"], each["kind"]) for each in handles]
        FigureError.when(held != first.setdefault(panel, held), f"figure {figure.name}: handles of panel {panel!r} "
                         "come and go with the state; declare the same ones in all")


def page_element(figure, drawn=lambda: None):
    """Return the page element: picture, caption, and every state, packed; ``drawn`` is called after each state."""
    picture, caption = picture_file(figure, "svg")
    controls, payload = pack_states(figure, drawn)
    data = pack({**figure.spec(controls), **payload})
    states, print_size = len(data) * 3 // 4, len(picture)
    FigureError.when(states + print_size > MOST_BYTES,
                     f"figure {figure.name}: {len(payload['states'])} states take {states:,} bytes and the picture for "
                     f"print {print_size:,}, over the budget of {MOST_BYTES:,}; use fewer states or fewer points")
    return (
        f'<vg-explore id="{figure.name.replace("_", "-")}" class="vg-explore" style="--controls:{len(controls)}">'
        f'<figure><div class="vg-picture"><img class="vg-print" width="720" height="340" alt="{escape(caption)}" '
        f'src="{address_of(picture)}"></div><div class="vg-controls"></div>'
        f'<figcaption>{typeset(caption)}</figcaption></figure>'
        f'<script type="text/plain">{data}</script></vg-explore>'
    )
