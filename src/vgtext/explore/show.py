"""What a figure shows itself as: a widget in a kernel, an element of a page, a picture, or its text alone.

The environment variable ``VGTEXT_EXPLORE`` chooses: ``live`` (the default), a Jupyter widget that runs the function at
each move; ``static``, a page element that carries every state of the controls; ``page``, the opening state for a page
that runs Python itself (:mod:`vgtext.live`) and asks for the others; ``text``, the text alone.
"""

import base64
import os
from html import escape

from vgtext.keeping import kept_or_made
from vgtext.words import typeset

from .element import page_element, picture_file
from .figure import Explorable
from .read import FigureError
from .read.pack import Packer

MODES = ("live", "static", "page", "text")
PAGE_FIGURE = "application/vnd.vgtext.figure+json"


def explore(draw, *, labels=None, **controls):
    """Make a figure of ``draw`` that a reader explores.

    Parameters
    ----------
    draw : callable
        ``draw(ax, ..., depth=20, ...)``. Parameters without a default are panels (matplotlib Axes, left to right),
        those with one are what a control may set. It draws, and returns the caption: a sentence that says what is seen.
        What it draws on a panel is shown as matplotlib draws it, or refused; titles, labels, spines, ticks, grids and
        legends keep their words, and get the page's own look (size, width, place, frame) instead of one that is given.
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
    figure, mode = Explorable(draw, controls, labels or {}), current_mode()
    return Live(figure) if mode == "live" else Shown(figure, mode)


def current_mode():
    """Return what ``VGTEXT_EXPLORE`` says, "live" by default; FigureError for what is not in MODES."""
    mode = os.environ.get("VGTEXT_EXPLORE", "live")
    FigureError.when(mode not in MODES, f"VGTEXT_EXPLORE={mode!r}: allowed are {', '.join(MODES)}")
    return mode


class Shown:
    """A figure's outputs: its text, and what a page needs, with all its states or to ask for them."""

    def __init__(self, figure, mode):
        """Draw what is shown at once, so that a failure shows where the figure is made; a build may have kept it."""
        self.figure = figure
        if mode == "static":
            from IPython import get_ipython

            name, kernel = f"{figure.draw.__module__}.{figure.draw.__qualname__}", get_ipython()
            cells = kernel and kernel.user_ns["In"]  # those that have run may change what is drawn
            self.mimebundle = kept_or_made(name, (figure.controls, cells), lambda: outputs(figure, mode))
        else:
            self.mimebundle = outputs(figure, mode)
        if mode in ("static", "text"):  # nobody moves it
            figure.close()

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Offer the outputs."""
        return self.mimebundle


class Live(Shown):
    """A figure's text and widget, which hides the picture and caption that are left where no kernel is."""

    def __init__(self, figure):
        """Make the widget and draw the opening state."""
        from .widget import ExploreWidget

        super().__init__(figure, "live")
        self.widget = ExploreWidget(figure)
        self.mimebundle = self.widget._repr_mimebundle_()[0] | self.mimebundle
        image, caption = picture_file(figure, "png")
        self.picture = {"text/html": (
            f'<figure class="{self.widget.twin}"><img alt="{escape(caption)}" '
            f'src="data:image/png;base64,{base64.b64encode(image).decode()}">'
            f'<figcaption>{typeset(caption)}</figcaption></figure>')}

    def _ipython_display_(self):
        """Show both."""
        from IPython.display import display

        display(self.mimebundle, raw=True)
        display(self.picture, raw=True)


def outputs(figure, mode):
    """Return a figure in words (name, controls, caption), and its element or opening state for a page of ``mode``."""
    grid = ", ".join(f"{c.name} {c.texts[0]}{'…' if len(c.texts) > 2 else '/'}{c.texts[-1]} ({c.texts[c.start]})"
                     for c in figure.controls)
    found = {"text/plain": f"[figure] {figure.name}{grid and f'({grid})'}: {figure.opening[1]}"}
    if mode == "static":
        found["text/html"] = page_element(figure)
    if mode == "page":
        found[PAGE_FIGURE] = {"id": figure.name.replace("_", "-"), "spec": figure.spec(figure.controls),
                              "payload": Packer().add(*figure.opening).payload()}
    return found
