"""The figure in a live kernel: an anywidget whose state lives in traits, so that any view can be made again."""

import secrets

import anywidget
import traitlets

from .page import source
from .read import FigureError


class ExploreWidget(anywidget.AnyWidget):
    """Draws the state that the page wants, and echoes the number of the wish, so that no view waits in vain."""

    _esm = source("js") + "\nexport default { render: globalThis.vgExplore.live };\n"
    _css = source("css")
    spec = traitlets.Dict().tag(sync=True)
    want = traitlets.Dict().tag(sync=True)  # {"state": [indices], "turn": n, "drag": [number, place]}, by the page
    scene = traitlets.Dict().tag(sync=True)  # {"turn": n, "state", "texts", "payload"} or {"turn": n, "error": words}
    seen = traitlets.Bool().tag(sync=True)  # whether a reader has come to the figure
    room = traitlets.Dict().tag(sync=True)  # then the payload of what needs room in some states, so that nothing jumps
    twin = traitlets.Unicode().tag(sync=True)  # the class of the picture that stands beside it

    def __init__(self, figure):
        """Open ``figure`` at its opening state."""
        self.figure = figure
        start = {"state": list(figure.start), "turn": 0}
        super().__init__(spec=figure.spec(figure.controls), want=start, scene=self.answer(start),
                         twin=f"vg-twin-{secrets.token_hex(8)}")
        self.observe(lambda change: self.set_trait("scene", self.answer(change.new)), "want")
        self.observe(lambda change: self.set_trait("room", figure.room()), "seen")

    def answer(self, want):
        """Return the scene of the wanted state; a failure is told in its place, and the figure goes on answering."""
        try:
            return {"turn": want["turn"], **self.figure.answer(want)}
        except FigureError as error:
            return {"turn": want["turn"], "error": str(error)}
