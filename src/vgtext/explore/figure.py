"""The interactive figure: one matplotlib drawing function, alive in a kernel, in a page without one, and in print.

``VGTEXT_EXPLORE`` chooses what a figure shows itself as: ``live`` (the default), a Jupyter widget that runs the function
at each move; ``static``, a page element that carries every state of the controls; ``text``, its text alone.
"""

import base64
import inspect
import io
import itertools
import os
import warnings
from html import escape
from urllib.parse import quote

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from .controls import FigureError, make_control, thin
from .marks import Unreadable
from .scene import Packer, pack, read_scene

MODES = ("live", "static", "text")
MOST_STATES = 400
MOST_BYTES = 400_000
LOOK = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": 11,
    "axes.titleweight": "normal",
    "axes.labelsize": 10,
    "axes.edgecolor": "#555555",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelcolor": "#333333",
    "ytick.labelcolor": "#333333",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "svg.fonttype": "path",
    "svg.hashsalt": "vgtext",
    "image.cmap": "cividis",
}


def explore(draw, *, labels=None, **controls):
    """Make a figure of ``draw`` that a reader explores.

    Parameters
    ----------
    draw : callable
        ``draw(ax, ..., depth=20, ...)``. Parameters without a default are panels (matplotlib Axes, left to right), those
        with one are what a control may set. It draws, and returns the caption: a sentence that says what is seen.
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
    mode = os.environ.get("VGTEXT_EXPLORE", "live")
    if mode not in MODES:
        raise FigureError(f"VGTEXT_EXPLORE={mode!r}: allowed are {', '.join(MODES)}")
    figure = Explorable(draw, controls, labels or {})
    figure.show_as(mode)
    return figure


class Explorable:
    """A drawing function with its controls. Its states are tuples of indices into the controls' values."""

    def __init__(self, draw, controls, labels):
        """Read the signature of ``draw``, and make its controls; raises FigureError."""
        self.draw, self.name = draw, draw.__name__.removeprefix("draw_")
        parameters = inspect.signature(draw).parameters.values()
        self.panels = [p.name for p in parameters if p.default is p.empty]
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        if not 1 <= len(self.panels) <= 3 or any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
            raise FigureError(
                f"figure {self.name}: draw takes one to three panels (parameters without a default), then "
                f"parameters with a default; not {inspect.signature(draw)}"
            )
        for word, given in (("control", controls), ("label", labels)):
            for name in set(given) - set(self.defaults):
                raise FigureError(
                    f"figure {self.name}: {word} {name!r} names no parameter of {draw.__name__}; it has "
                    f"{', '.join(self.defaults) or 'none with a default'}"
                )
        if len(controls) > 3:
            raise FigureError(f"figure {self.name}: {len(controls)} controls; a reader can follow at most three")
        self.controls = [
            make_control(self.name, name, given, self.defaults[name], labels.get(name))
            for name, given in controls.items()
        ]
        self.start = tuple(control.start for control in self.controls)
        self.mimebundle = None

    def values(self, state, controls=None):
        """Return the parameters of a state as a dict."""
        return {c.name: c.values[i] for c, i in zip(controls or self.controls, state)}

    def picture(self, parameters):
        """Draw one state on a fresh matplotlib figure and return (figure, panels, caption).

        Raises FigureError, which names the state and the cause, if ``draw`` fails or returns no caption.
        """
        with matplotlib.rc_context(LOOK):
            figure = Figure(figsize=(7.2, 3.4), layout="constrained")
            FigureCanvasAgg(figure)
            panels = list(figure.subplots(1, len(self.panels), squeeze=False)[0])
            try:
                caption = self.draw(*panels, **parameters)
            except Exception as error:
                raise FigureError(f"{self.where(parameters)}: {type(error).__name__}: {error}") from error
        if not isinstance(caption, str) or not caption.strip():
            raise FigureError(
                f"{self.where(parameters)}: draw returned no caption (a sentence that says what is seen), "
                f"but {caption!r}"
            )
        return figure, panels, " ".join(caption.split())

    def where(self, parameters):
        """Name the figure and a state of it, for a message."""
        state = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        return f"figure {self.name}" + (f" at {state}" if state else "")

    def scene(self, parameters):
        """Draw one state; return (scene, caption). Raises FigureError, which names the state and the cause."""
        _, panels, caption = self.picture(parameters)
        try:
            with matplotlib.rc_context(LOOK):
                return read_scene(panels), caption
        except Exception as error:
            cause = error if isinstance(error, Unreadable) else f"this ({type(error).__name__}: {error})"
            raise FigureError(f"{self.where(parameters)}: the page cannot show {cause}") from error

    def payload(self, state):
        """Return what the page draws for one state, as :meth:`Packer.payload` does for all of them."""
        packer = Packer()
        packer.add(*self.scene(self.values(state)))
        return packer.payload()

    def packed(self):
        """Draw every state of the (thinned) controls; return (controls, payload). Warnings count as failures."""
        controls = thin(self.name, self.controls, MOST_STATES)
        packer, limits = Packer(), {}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            opening = self.scene(self.values(self.start))
            for state in itertools.product(*(range(len(c.values)) for c in controls)):
                scene, caption = self.scene(self.values(state, controls))
                if state == tuple(c.start for c in controls) and (scene, caption) != opening:
                    raise FigureError(
                        f"figure {self.name}: drawn twice at its opening state it differs; draw may depend "
                        "on its parameters only: give random numbers a fixed seed"
                    )
                self.check_limits(scene, limits)
                packer.add(scene, caption)
        return controls, packer.payload()

    def check_limits(self, scene, limits):
        """Raise FigureError if an axis whose limits were left to matplotlib has jumped since an earlier scene."""
        for panel, (frame, _) in zip(self.panels, scene):
            for way in frame["au"]:
                first = limits.setdefault((panel, way), frame[way]["lim"])
                if first != frame[way]["lim"]:
                    raise FigureError(
                        f"figure {self.name}: the {way} axis of panel {panel!r} jumps, from {first} to "
                        f"{frame[way]['lim']}; set its limits in draw: {panel}.set_{way}lim(low, high)"
                    )

    def spec(self, controls):
        """Return what the page needs to build the controls, ready for JSON."""
        return {"name": self.name, "controls": [c.spec() for c in controls]}

    def file(self, kind, parameters=None):
        """Return the picture of a state (the opening one) as the bytes of an "svg" or "png" file, and its caption."""
        figure, panels, caption = self.picture(parameters or self.values(self.start))
        for mesh in (a for ax in panels for a in ax.get_children() if isinstance(a, QuadMesh)):
            mesh.set_rasterized(True)
        stream = io.BytesIO()
        with matplotlib.rc_context(LOOK):
            figure.savefig(stream, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
        return stream.getvalue(), caption

    def text(self, caption):
        """Return the figure in words: its name, its controls, its caption."""
        grid = ", ".join(
            f"{c.name} {c.texts[0]}" + ("…" if len(c.texts) > 2 else "/") + f"{c.texts[-1]} ({c.texts[c.start]})"
            for c in self.controls
        )
        return f"[figure] {self.name}" + (f"({grid})" if grid else "") + f": {caption}"

    def html(self):
        """Return the page element: the picture of the opening state, its caption, and every state, packed."""
        controls, payload = self.packed()
        data = pack({**self.spec(controls), **payload})
        if len(data) * 3 // 4 > MOST_BYTES:
            raise FigureError(
                f"figure {self.name}: {len(payload['states'])} states take {len(data) * 3 // 4:,} bytes, over "
                f"the budget of {MOST_BYTES:,}; use fewer states or fewer points"
            )
        picture, caption = self.file("svg")
        identity, says = self.name.replace("_", "-"), escape(caption, quote=True)
        return (
            f'<vg-explore id="{identity}" class="vg-explore" style="--controls:{len(controls)}"><figure>'
            f'<div class="vg-picture"><img class="vg-print" alt="{says}" '
            f'src="data:image/svg+xml,{quote(picture.decode(), safe=" /:=;,<>()@!*+?$|")}"></div>'
            f'<div class="vg-controls"></div><figcaption>{escape(caption)}</figcaption></figure>'
            f'<script type="text/plain">{data}</script></vg-explore>'.replace("\n", "")
        ), caption

    def show_as(self, mode):
        """Make the outputs of a mode, so that a failure shows where the figure is made."""
        if mode == "static":
            html, caption = self.html()
            self.mimebundle = {"text/plain": self.text(caption), "text/html": html}
        elif mode == "text":
            self.mimebundle = {"text/plain": self.text(self.scene(self.values(self.start))[1])}
        else:
            from .widget import ExploreWidget

            image, caption = self.file("png")
            self.widget = ExploreWidget(self)
            self.mimebundle = {
                **self.widget._repr_mimebundle_()[0],
                "text/plain": self.text(caption),
                "image/png": base64.b64encode(image).decode(),
            }

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Offer the outputs that the mode chose."""
        return self.mimebundle
