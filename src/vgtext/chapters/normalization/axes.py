"""Which numbers share a mean: batch norm looks along a row, layer and RMS norm down a column."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from vgtext.explore import handle
from vgtext.palette import COLORS

from .theory import NORM_NAMES

UNITS, EXAMPLES = 6, 8


def sharing(norm, unit, example):
    """Which entries of z (units, examples) decide the mean and variance that z[unit, example] is normalized with."""
    mask = np.zeros((UNITS, EXAMPLES), bool)
    mask[(unit, slice(None)) if norm == "batch" else (slice(None), example)] = True
    return mask


def draw_sharing(ax, norm="batch", unit=3, example=3):
    """The array z of a layer, and the numbers that share one mean and one variance with one of them."""
    mask, what = sharing(norm, unit - 1, example - 1), "mean square" if norm == "rms" else "mean and variance"
    ax.set_box_aspect(UNITS / EXAMPLES)
    ax.set(xlim=(0.3, EXAMPLES + 0.7), ylim=(UNITS + 0.7, 0.3), xlabel="example (a column each)",
           ylabel="unit (a row each)", xticks=range(1, EXAMPLES + 1), yticks=range(1, UNITS + 1))
    one = np.zeros_like(mask)
    one[unit - 1, example - 1] = True
    for cells, color, words in ((one, COLORS["forward"], "this one"), (mask & ~one, "#7FB7D8", f"shares its {what}"),
                                (~mask, "#DDDDDD", "shares nothing with it")):
        squares = [Rectangle((j + 0.58, i + 0.58), 0.84, 0.84) for i, j in np.argwhere(cells)]
        ax.add_collection(PatchCollection(squares, facecolor=color, edgecolor="none", label=words))
    handle(ax, lambda unit, example: (example, unit), "cell")
    along = f"row {unit}: one unit, all {EXAMPLES} examples" if norm == "batch" else (
        f"column {example}: one example, all {UNITS} units")
    rest = ("At test time these are replaced by running averages." if norm == "batch"
            else "No other example is looked at, in training or at test time.")
    name = NORM_NAMES[norm][0].upper() + NORM_NAMES[norm][1:]
    return (f"{name}: unit {unit} of example {example} (dark) shares its {what} with {along} (pale). "
            f"{rest}")
