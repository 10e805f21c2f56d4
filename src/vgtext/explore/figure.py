"""A drawing function and its controls: which states there are, and how one of them is drawn."""

import inspect
import sys
from contextlib import suppress
from copy import copy
from functools import cached_property
from itertools import product
from pathlib import Path

import matplotlib

from .controls import check_words, make_control
from .handles import follow, read_handles
from .read import FigureError
from .read.pack import Packer
from .read.scene import read_scene
from .sheet import SPARE, spare_sheet

#: matplotlib's settings of every figure: none is a reader's, but for the backend, which is no matter of looks.
LOOK = {**matplotlib.rc_params_from_file(Path(__file__).parents[1] / "data" / "look.mplstyle")}
del LOOK["backend"]


def pyplot_state():
    """Return what drawing with pyplot changes: its figures, and the artists of the current one; None without it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    numbers = pyplot.get_fignums() if pyplot else []
    return (numbers, [*map(id, pyplot.gcf().findobj())]) if numbers else None


class Explorable:
    """A drawing function with its controls. Its states are tuples of indices into the controls' values."""

    def __init__(self, draw, controls, labels):
        """Read the signature of ``draw``, and make its controls; raises FigureError."""
        FigureError.when(not inspect.isfunction(draw) or not draw.__name__.isidentifier(),
                         f"explore takes a function that was defined with def, not {draw!r}; wrap it in one")
        FigureError.when(not isinstance(labels, dict), f"explore: labels are a dict of names, not {labels!r}")
        self.draw, self.name, signature = draw, draw.__name__.removeprefix("draw_"), inspect.signature(draw)
        parameters = signature.parameters.values()
        self.panels = [p.name for p in parameters if p.default is p.empty]
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        several = any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)
        FigureError.when(several or not 1 <= len(self.panels) <= 3,
                         f"figure {self.name}: draw takes one to three panels (parameters without a default), then "
                         f"parameters with a default; not {signature}")
        unknown = [f"{word} {name!r}" for word, given in (("control", controls), ("label", labels))
                   for name in given if name not in self.defaults]
        FigureError.when(unknown, f"figure {self.name}: {' and '.join(unknown)} names no parameter of {draw.__name__}; "
                                  f"it has {', '.join(self.defaults) or 'none with a default'}")
        FigureError.when(len(controls) > 3,
                         f"figure {self.name}: {len(controls)} controls; a reader can follow at most three")
        self.controls = [make_control(self.name, name, given, self.defaults[name], labels.get(name))
                         for name, given in controls.items()]
        self.start = tuple(control.start for control in self.controls)
        self.sheet = None  # with the picture drawn last

    @cached_property
    def opening(self):
        """The scene and the caption of the opening state."""
        return self.scene(self.values(self.start))

    def spec(self, controls):
        """Return what the page needs to build ``controls``, ready for JSON."""
        return {"name": self.name, "controls": [control.spec() for control in controls]}

    def values(self, state, controls=None):
        """Return the parameters of a state as a dict."""
        return {c.name: c.value(at) for c, at in zip(controls or self.controls, state)}

    def where(self, parameters):
        """Name the figure and a state of it, for a message."""
        state = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        return f"figure {self.name}" + (f" at {state}" if state else "")

    def picture(self, parameters):
        """Draw one state, under LOOK; return (sheet, caption). FigureError names the state and the cause."""
        sheet = spare_sheet(len(self.panels))  # not its own, which keeps what a reader sees if this fails
        before, where = pyplot_state(), self.where(parameters)
        try:
            caption = self.draw(*sheet.panels, **parameters)
        except Exception as error:
            at = error.__traceback__.tb_next  # where draw was when it failed; none if it could not be called
            line = f" (line {at.tb_lineno} of {at.tb_frame.f_globals['__name__']})" if at else ""
            raise FigureError(f"{where}: {type(error).__name__}: {error}{line}") from error
        FigureError.when(pyplot_state() != before,
                         f"{where}: draw used pyplot's own figure; draw on the Axes that it is given "
                         f"({', '.join(self.panels)}): ax.plot instead of plt.plot")
        FigureError.when(not isinstance(caption, str) or not caption.strip(),
                         f"{where}: draw returned no caption (a sentence that says what is seen) but {caption!r}")
        check_words(f"{where}, caption", caption)
        sheet.show_marks_whole()
        SPARE.remove(sheet)
        self.close()
        self.sheet = sheet
        return sheet, " ".join(caption.split())

    def close(self):
        """Let other figures draw on the sheet of this one, which then draws on another."""
        SPARE.extend([self.sheet] if self.sheet else [])
        self.sheet = None

    @matplotlib.rc_context(LOOK)
    def scene(self, parameters):
        """Draw one state; return (scene, caption). Raises FigureError, which names the state and the cause."""
        sheet, caption = self.picture(parameters)
        try:
            scene = read_scene(self.panels, sheet.panels, sheet.figure)
            given = self.defaults | parameters
            return [panel._replace(handles=read_handles(ax, self.controls, given))
                    for panel, ax in zip(scene, sheet.panels)], caption
        except Exception as error:
            cause = error if isinstance(error, FigureError) else f"this ({type(error).__name__}: {error})"
            told = cause if type(error) is FigureError else f"the page cannot show {cause}"
            raise FigureError(f"{self.where(parameters)}: {told}") from error

    def room(self):
        """Return what needs room around the panels in the states at the ends of all controls, as a page has of all."""
        beside, packer = copy(self), Packer()
        beside.sheet = None  # its own stays: the picture that a reader sees, and whose handles are dragged
        for state in product(*({0, len(control.values) - 1} for control in self.controls)):
            with suppress(FigureError):  # it is told when a reader comes there
                scene, caption = beside.scene(self.values(state))
                packer.add([panel._replace(marks=[mark for mark in panel.marks if mark["kind"] == "text"], handles=())
                            for panel in scene], caption)
        beside.close()
        return packer.payload()

    def answer(self, want):
        """Return the wanted state, its values in words and what the page draws; raises FigureError.

        ``want``: a ``state``; a ``drag``, the number of a handle and where it was moved to, for the state near that;
        and ``exact``, {name: value} of values that no control lists.
        """
        state, exact = tuple(want["state"]), want.get("exact") or {}
        if want.get("drag"):
            state = follow(self.sheet.panels, self.controls, self.defaults, state, *want["drag"])
        payload = Packer().add(*self.scene(self.values(state) | exact)).payload()
        texts = [f"{exact[c.name]:g}" if c.name in exact else c.text(at) for c, at in zip(self.controls, state)]
        return {"state": list(state), "texts": texts, "payload": payload}
