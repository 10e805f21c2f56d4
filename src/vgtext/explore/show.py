"""What a figure shows itself as: a widget in a kernel, an element of a page, a picture, or its text alone.

The environment variable ``VGTEXT_EXPLORE`` chooses: ``live`` (the default), a Jupyter widget that runs the function at
each move; ``static``, a page element that carries every state of the controls; ``page``, the opening state for a page
that runs Python itself (:mod:`vgtext.live`) and asks for the others; ``text``, the text alone.
"""

import base64
import io
import itertools
import os
import warnings
from html import escape
from urllib.parse import quote

import matplotlib
from matplotlib.collections import Collection, QuadMesh
from matplotlib.lines import Line2D

from .controls import FigureError, thin
from .figure import LOOK, Explorable
from .read.marks import Unreadable
from .read.pack import Packer, pack

MODES = ("live", "static", "page", "text")
PAGE_FIGURE = "application/vnd.vgtext.figure+json"
MOST_STATES = 400
MOST_BYTES = 400_000
MOST_SHAPES = 2000  # of one artist in the picture for print; more of them become pixels


def explore(draw, *, labels=None, **controls):
    """Make a figure of ``draw`` that a reader explores.

    Parameters
    ----------
    draw : callable
        ``draw(ax, ..., depth=20, ...)``. Parameters without a default are panels (matplotlib Axes, left to right),
        those with one are what a control may set. It draws, and returns the caption: a sentence that says what is seen.
    labels : dict, optional
        Words for the controls: ``{"sigma_w": "weight scale σ_w"}``.
    **controls
        A control for each parameter that moves, written as for :func:`ipywidgets.interact` (see ``controls.py``). A
        parameter without a control stays at its default; a figure without controls is a still picture.

    Raises
    ------
    FigureError
        If a control makes no sense or ``draw`` lacks its parameter; in a book's build also if any state fails, returns
        no caption, holds an artist that cannot be shown, or if the figure is over its budget.
    """
    figure = Explorable(draw, controls, labels or {})
    return {"live": Live, "static": Static, "page": Page, "text": Shown}[current_mode()](figure)


def current_mode():
    """Return what ``VGTEXT_EXPLORE`` says, "live" by default; FigureError for what is not in MODES."""
    mode = os.environ.get("VGTEXT_EXPLORE", "live")
    if mode not in MODES:
        raise FigureError(f"VGTEXT_EXPLORE={mode!r}: allowed are {', '.join(MODES)}")
    return mode


class Shown:
    """A figure's text: its name, its controls, its caption."""

    def __init__(self, figure):
        """Draw the opening state, so that a failure shows where the figure is made."""
        self.figure = figure
        self.mimebundle = {"text/plain": in_words(figure, figure.scene(figure.values(figure.start))[1])}

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Offer the outputs."""
        return self.mimebundle


class Live(Shown):
    """A figure's text and widget, and beside it picture and caption, which a living widget hides.

    They are what is left where no kernel is: a notebook that is opened again, an export, a host of code.
    """

    def __init__(self, figure):
        """Make the widget and draw the opening state."""
        from .widget import ExploreWidget

        super().__init__(figure)
        self.widget = ExploreWidget(figure)
        self.mimebundle = {**self.widget._repr_mimebundle_()[0], **self.mimebundle}
        image, caption = picture_file(figure, "png")
        self.picture = {"text/html": (
            f'<figure class="{self.widget.twin}"><img alt="{escape(caption)}" '
            f'src="data:image/png;base64,{base64.b64encode(image).decode()}">'
            f'<figcaption>{escape(caption)}</figcaption></figure>')}

    def _ipython_display_(self):
        """Show both."""
        from IPython.display import display

        display(self.mimebundle, raw=True)
        display(self.picture, raw=True)


class Static(Shown):
    """A figure's text, and the page element that carries all its states."""

    def __init__(self, figure):
        """Draw every state."""
        super().__init__(figure)
        self.mimebundle["text/html"] = page_element(figure)


class Page(Shown):
    """A figure's text, and what a page that runs Python needs to ask for its states: a name, controls, a scene."""

    def __init__(self, figure):
        """Draw the opening state, once."""
        self.figure, payload = figure, figure.payload(figure.start)
        shown = {"id": figure.name.replace("_", "-"), "spec": figure.spec(figure.controls), "payload": payload}
        self.mimebundle = {"text/plain": in_words(figure, payload["captions"][0]), PAGE_FIGURE: shown}


def in_words(figure, caption):
    """Return a figure in words: its name, its controls with first, last and opening value, its caption."""
    grid = ", ".join(
        f"{c.name} {c.texts[0]}{'…' if len(c.texts) > 2 else '/'}{c.texts[-1]} ({c.texts[c.start]})"
        for c in figure.controls
    )
    return f"[figure] {figure.name}" + (f"({grid})" if grid else "") + f": {caption}"


def is_heavy(artist):
    """Say whether an artist has so many parts that a picture of them is smaller as pixels."""
    if isinstance(artist, Line2D):
        return artist.get_marker() != "None" and len(artist.get_xdata()) > MOST_SHAPES
    many = isinstance(artist, Collection) and max(len(artist.get_offsets()), len(artist.get_paths())) > MOST_SHAPES
    return many or isinstance(artist, QuadMesh)


def picture_file(figure, kind, parameters=None):
    """Return the picture of a state (by default the opening one) as bytes of an "svg" or "png", and its caption."""
    drawn, panels, caption = figure.picture(parameters or figure.values(figure.start))
    for artist in (artist for ax in panels for artist in ax.get_children() if is_heavy(artist)):
        artist.set_rasterized(True)
    stream = io.BytesIO()
    with matplotlib.rc_context(LOOK):
        drawn.savefig(stream, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
    return stream.getvalue(), caption


def pack_states(figure):
    """Draw every state of the (thinned) controls; return (controls, payload). Warnings count as failures."""
    controls = thin(figure.name, figure.controls, MOST_STATES)
    packer, limits = Packer(), {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opening = figure.scene(figure.values(figure.start))
        for state in itertools.product(*(range(len(c.values)) for c in controls)):
            scene, caption = figure.scene(figure.values(state, controls))
            if state == tuple(c.start for c in controls) and (scene, caption) != opening:
                raise FigureError(
                    f"figure {figure.name}: drawn twice at its opening state it differs; draw may depend on its "
                    "parameters only: give random numbers a fixed seed"
                )
            check_limits(figure, scene, limits)
            try:
                packer.add(scene, caption)
            except Unreadable as error:
                raise FigureError(f"{figure.where(figure.values(state, controls))}: {error}") from None
    return controls, packer.payload()


def check_limits(figure, scene, limits):
    """Raise FigureError if an axis whose limits were left to matplotlib has jumped since an earlier scene."""
    for panel, (frame, _, free, _) in zip(figure.panels, scene):
        for way in free:
            now = frame[way]["limits"]
            first = limits.setdefault((panel, way), now)
            if first != now:
                raise FigureError(
                    f"figure {figure.name}: the {way} axis of panel {panel!r} jumps, from {first} to {now}; set its "
                    f"limits in draw: {panel}.set_{way}lim(low, high)"
                )


def page_element(figure):
    """Return the page element: the picture of the opening state, its caption, and every state, packed."""
    controls, payload = pack_states(figure)
    data = pack({**figure.spec(controls), **payload})
    picture, caption = picture_file(figure, "svg")
    states, print_size = len(data) * 3 // 4, len(picture)
    if states + print_size > MOST_BYTES:
        raise FigureError(
            f"figure {figure.name}: {len(payload['states'])} states take {states:,} bytes and the picture for print "
            f"{print_size:,}, over the budget of {MOST_BYTES:,}; use fewer states or fewer points"
        )
    source = "data:image/svg+xml," + quote(picture.decode(), safe=" /:=;,<>()@!*+?$|")
    return (
        f'<vg-explore id="{figure.name.replace("_", "-")}" class="vg-explore" style="--controls:{len(controls)}">'
        f'<figure><div class="vg-picture"><img class="vg-print" width="720" height="340" alt="{escape(caption)}" '
        f'src="{source}"></div>'
        f'<div class="vg-controls"></div><figcaption>{escape(caption)}</figcaption></figure>'
        f'<script type="text/plain">{data}</script></vg-explore>'
    )
