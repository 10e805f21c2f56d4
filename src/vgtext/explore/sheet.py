"""A sheet to draw on, again and again: a figure with its panels, as empty each time as the first time.

To make axes takes longer than to draw on them. So a copy is kept of what every object of a new figure holds, and put
back before the next drawing: whatever a drawing has added, changed or taken away is undone.
"""

from types import FunctionType, MethodType, ModuleType

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure

from .read.units import DPI, SHEET

TICKS = 6  # of an axis, made ahead: a drawing that places its ticks makes an artist of each
SPARE = []  # sheets that no figure shows


def spare_sheet(count):
    """Return an empty sheet of ``count`` panels, which stays in SPARE until it is shown: a drawing may fail."""
    for sheet in [each for each in SPARE if len(each.panels) == count]:
        if sheet.clean():
            return sheet
        SPARE.remove(sheet)
    SPARE.append(Sheet(count))
    return SPARE[-1]


class Sheet:
    """A ``figure`` with ``panels`` in a row."""

    def __init__(self, count):
        """Make a sheet of ``count`` panels."""
        self.figure = Figure(figsize=SHEET, dpi=DPI, layout="constrained")
        FigureCanvasAgg(self.figure)
        self.panels = list(self.figure.subplots(1, count, squeeze=False)[0])
        for axis in (axis for ax in self.panels for axis in (ax.xaxis, ax.yaxis)):
            axis.get_major_ticks(TICKS)
            axis.get_minor_ticks(1)  # to read an axis makes one
        self.first = [(each, each.copy()) for each in contents(self.figure)]

    def clean(self):
        """Undo all that was drawn; say whether that was all: a panel may be tied to another, as its class remembers."""
        for each, copy in self.first:
            if isinstance(each, np.ndarray):
                each[...] = copy
            elif isinstance(each, list):
                each[:] = copy
            else:
                each.clear()
                each.update(copy)
        groups = [(ax, group) for ax in self.panels for group in (ax.get_shared_x_axes(), ax.get_shared_y_axes())]
        return all(len(group.get_siblings(ax)) == 1 for ax, group in groups)

    def show_marks_whole(self):
        """Let no panel cut a mark at its rim in half: lines and dots that lie in it need not be cut."""
        for ax in self.panels:
            found = [(line, line.get_xydata()) for line in ax.lines
                     if line.get_marker() != "None" and line.get_transform() is ax.transData]
            found += [(dots, dots.get_offsets()) for dots in ax.collections
                      if isinstance(dots, PathCollection) and dots.get_offset_transform() is ax.transData]
            # on a picture, what is not cut counts as lying beside it
            pictured = ax.images or any(isinstance(each, QuadMesh) for each in ax.collections)
            for each, points in () if pictured else found:
                box, own = each.get_clip_box(), each.get_clip_path()  # where its author says what it shows in
                at = ax.transAxes.inverted().transform(ax.transData.transform(np.ma.filled(points, np.nan)))
                if box and not own and np.allclose(box.extents, ax.bbox.extents) and (
                        np.abs(at[np.isfinite(at).all(axis=1)] - 0.5) < 0.501).all():
                    each.set_clip_on(False)


def contents(root):
    """Return the attributes, dicts, lists, sets and arrays of which an object consists, and the objects in it."""
    found, todo = {}, [root]
    while todo:
        each = todo.pop()
        if isinstance(each, tuple):
            todo += each
        elif isinstance(each, (dict, list, set, np.ndarray)) and id(each) not in found:
            found[id(each)] = each
            todo += each.values() if isinstance(each, dict) else () if isinstance(each, np.ndarray) else each
        if hasattr(each, "__dict__") and not isinstance(each, (type, FunctionType, MethodType, ModuleType)):
            todo.append(vars(each))
    return found.values()
