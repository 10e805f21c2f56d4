"""A drawing function and its controls: which states there are, and how one of them is drawn."""

import inspect
import sys
from contextlib import suppress
from itertools import product

import matplotlib

from .controls import FigureError, check_words, make_control
from .handles import follow, handles_of, read_handles
from .read.marks import Unreadable
from .read.pack import Packer
from .read.scene import read_scene
from .sheet import Sheet

GRAY, INK = "#555555", "#333333"
LOOK = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": 11,
    "axes.titleweight": "normal",
    "axes.labelsize": 10,
    "axes.edgecolor": GRAY,
    "xtick.color": GRAY,
    "ytick.color": GRAY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
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


def pyplot_state():
    """Return what drawing with pyplot changes: its figures, and the artists of the current one; None without it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    numbers = pyplot.get_fignums() if pyplot else []
    return (numbers, [*map(id, pyplot.gcf().findobj())]) if numbers else None


class Explorable:
    """A drawing function with its controls. Its states are tuples of indices into the controls' values."""

    def __init__(self, draw, controls, labels):
        """Read the signature of ``draw``, and make its controls; raises FigureError."""
        if not inspect.isfunction(draw):
            raise FigureError(f"explore takes a function that was defined with def, not {draw!r}; wrap it in one")
        for word, given in (("controls", controls), ("labels", labels)):
            if not isinstance(given, dict):
                raise FigureError(f"explore: {word} are a dict of names, not {given!r}")
        self.draw, self.name = draw, draw.__name__.removeprefix("draw_")
        parameters = inspect.signature(draw).parameters.values()
        self.panels = [p.name for p in parameters if p.default is p.empty]
        self.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        if not 1 <= len(self.panels) <= 3 or any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
            raise FigureError(
                f"figure {self.name}: draw takes one to three panels (parameters without a default), then "
                f"parameters with a default; not {inspect.signature(draw)}"
            )
        if not draw.__name__.isidentifier():
            raise FigureError(f"explore takes a function with a name, for its address in the page, not {draw.__name__}")
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
        self.sheet = self.spare = None  # with the picture drawn last, and for the next one, which may fail

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
        """Draw one state, and return (sheet, caption); to be called under LOOK.

        Raises FigureError, which names the state and the cause, if ``draw`` fails or returns no caption.
        """
        self.spare = sheet = Sheet.cleaned(self.spare, len(self.panels))
        before = pyplot_state()
        try:
            caption = self.draw(*sheet.panels, **parameters)
        except Exception as error:
            raise FigureError(f"{self.where(parameters)}: {type(error).__name__}: {error}") from error
        if pyplot_state() != before:
            raise FigureError(f"{self.where(parameters)}: draw used pyplot's own figure; draw on the Axes that it "
                              f"is given ({', '.join(self.panels)}): ax.plot instead of plt.plot")
        if not isinstance(caption, str) or not caption.strip():
            raise FigureError(
                f"{self.where(parameters)}: draw returned no caption (a sentence that says what is seen) "
                f"but {caption!r}"
            )
        check_words(f"{self.where(parameters)}, caption", caption)
        self.sheet, self.spare = sheet, self.sheet
        return sheet, " ".join(caption.split())

    @matplotlib.rc_context(LOOK)
    def scene(self, parameters):
        """Draw one state; return (scene, caption). Raises FigureError, which names the state and the cause."""
        sheet, caption = self.picture(parameters)
        try:
            scene = read_scene(self.panels, sheet.panels, sheet.figure)
            given = self.defaults | parameters
            return [panel._replace(handles=read_handles(ax, self.controls, given))
                    for panel, ax in zip(scene, sheet.panels)], caption
        except FigureError as error:
            raise FigureError(f"{self.where(parameters)}: {error}") from error
        except Exception as error:
            cause = error if isinstance(error, Unreadable) else f"this ({type(error).__name__}: {error})"
            raise FigureError(f"{self.where(parameters)}: the page cannot show {cause}") from error

    def payload(self, state):
        """Return what the page draws for one state, as :meth:`Packer.payload` does for many."""
        return self.answer({"state": state})["payload"]

    def room(self):
        """Return what needs room around the panels in the states at the ends of all controls, as a page has of all."""
        packer = Packer()
        for state in product(*({0, len(control.values) - 1} for control in self.controls)):
            with suppress(FigureError):  # it is told when a reader comes there
                scene, caption = self.scene(self.values(state))
                texts = ([mark for mark in panel.marks if mark["kind"] == "text"] for panel in scene)
                packer.add([panel._replace(marks=marks, handles=()) for panel, marks in zip(scene, texts)], caption)
        return packer.payload()

    def answer(self, want):
        """Return the wanted state, its values in words and what the page draws; raises FigureError.

        ``want``: a ``state``; a ``drag``, the number of a handle and where it was moved to, for the state near that;
        and ``exact``, {name: value} of values that no control lists.
        """
        state, exact, packer = tuple(want["state"]), want.get("exact") or {}, Packer()
        if want.get("drag"):
            state = self.follow(state, *want["drag"])
        packer.add(*self.scene(self.values(state) | exact))
        texts = [f"{exact[c.name]:g}" if c.name in exact else c.text(at) for c, at in zip(self.controls, state)]
        return {"state": list(state), "texts": texts, "payload": packer.payload()}

    def follow(self, state, number, target):
        """Return the state in which handle ``number`` of the picture drawn last is nearest to ``target``, in units."""
        handles = [each for ax in self.sheet.panels for each in handles_of(ax)
                   if {control.name for control in self.controls} & {*each.names}]
        return follow(handles[number], target, state, self.controls, self.defaults)
