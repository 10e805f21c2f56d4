"""Handles: places of a picture that a reader drags or clicks, and the controls that follow.

A handle repeats what sliders and menus do, for hands: it is no stop of the keyboard and unknown to a screen reader,
which have the control itself, with its name and its value in words. (No role says "a point with two values", and two
stops for one value would be read twice.) While a control has the focus, the handles that it moves show a ring.
"""

import inspect
import itertools

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from .read import FigureError
from .read.units import UNIT, to_units

KINDS = ("point", "cell")
HALVINGS = 8  # of a slider's step, down to what a hand can tell apart


class Handle(Artist):
    """An artist that draws nothing, and knows where in its axes a reader takes hold."""

    def __init__(self, place, kind):
        """Take what :func:`handle` is given."""
        super().__init__()
        parameters = inspect.signature(place).parameters.values()
        self.place, self.kind = place, kind
        self.names = tuple(p.name for p in parameters if p.default is p.empty)  # k in lambda a, k=k is no control
        self.set_in_layout(False)

    def units(self, values):
        """Return the places (n, 2) for a list of dicts of parameters, across the panel; nan where a line crosses it."""
        data = [self.place(**{name: each[name] for name in self.names}) for each in values]
        try:
            xy = np.array(data, float).reshape(len(data), 2)
        except (TypeError, ValueError):
            xy = np.full((1, 2), np.nan)
        free = np.isnan(xy)
        FigureError.when(free.all(axis=1).any() or np.isinf(xy).any(),
                         f"a handle's place is (x, y), two numbers, None for one of them; not {data[0]!r}")
        inside = np.where(free, self.axes.viewLim.p0, xy)
        return np.where(free, np.nan, to_units(self.axes.transData.transform(inside), self.axes.bbox))


def handle(ax, place, kind="point"):
    """Let readers take hold of a panel: what they drag or click sets the controls that ``place`` names.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The panel, whose limits do not depend on these controls.
    place : callable
        ``lambda a, b: (x, y)``: where the handle is, in data coordinates, for any values of some parameters of the
        drawing function. With None for x or y it is a line across the panel.
    kind : str
        "point", which is dragged; "cell", one of many, which is clicked.

    Raises
    ------
    FigureError
        For what is no panel, no function or another kind; and, when the figure is made, for a place that is none.
    """
    FigureError.when(not isinstance(ax, Axes) or not callable(place) or kind not in KINDS,
                     f"a handle takes a panel, a function and {' or '.join(map(repr, KINDS))}; not {ax!r}, {place!r} "
                     f"and {kind!r}")
    ax.add_artist(Handle(place, kind))


def handles_of(ax):
    """Return the handles of a panel."""
    return [child for child in ax.get_children() if isinstance(child, Handle)]


def read_handles(ax, controls, parameters):
    """Return [{moves, kind, at}] of a panel's handles: numbers of controls, and the place, None across a line."""
    found = []
    for each in handles_of(ax):
        unknown = sorted({*each.names} - {*parameters})
        FigureError.when(unknown or not each.names,
                         f"a handle follows {unknown or 'nothing'}, no parameter of draw; it has {sorted(parameters)}")
        moves = [i for i, control in enumerate(controls) if control.name in each.names]
        at = [None if np.isnan(u) else int(u) for u in each.units([parameters])[0]]
        found += [{"moves": moves, "kind": each.kind, "at": at}] if moves else []
    return found


def follow(panels, controls, defaults, state, number, target):
    """Return the state, fractions included, in which handle ``number`` of some panels comes nearest to a place.

    ``target`` is in units; controls that the handle does not name stay.
    """
    names, held = {control.name for control in controls}, [each for ax in panels for each in handles_of(ax)]
    handle = [each for each in held if names & {*each.names}][number]
    size, target = handle.axes.bbox.size / UNIT, np.array(target, float)
    for halvings in range(HALVINGS):
        ways = [c.ways(at, halvings) if c.name in handle.names else [at] for c, at in zip(controls, state)]
        states = [tuple(state), *itertools.product(*ways)]
        values = [defaults | {c.name: c.value(at) for c, at in zip(controls, each)} for each in states]
        far = np.nansum(((handle.units(values) - target) * size) ** 2, axis=1)
        state = states[int(far.argmin())]
    return state
