"""Rescue: what keeps batch norm's error signal from exploding with depth, side by side."""

import numpy as np

from vgtext.palette import COLORS, NORM_COLORS, REFERENCE, THEORY, label_line, log_axis, number

from .depth import BATCH, WIDTH, growth, predicted_growth
from .theory import NAMES

DEPTHS = (5, 10, 20, 40, 80)
#: Ways out: (norm, what is changed), and the mark of each in the figure.
RESCUES = {
    "batch norm": ("batch", {}, "o", NORM_COLORS["batch"]),
    "+ shift β = 1": ("batch", {"beta": 1.0}, "D", COLORS["gradient"]),
    "+ residual": ("batch", {"residual": True}, "s", COLORS["forward"]),
    "layer norm": ("layer", {}, "^", NORM_COLORS["layer"]),
}


def draw_rescue(ax, activation="relu"):
    """Growth of the gradient at the layers' outputs, last to first, against depth: batch norm, and three ways out."""
    ax.set_xscale("log")
    ax.set(xlim=(4, 330), xlabel="depth L, on a log axis")
    ax.set_xticks(DEPTHS, map(str, DEPTHS))
    ax.minorticks_off()
    log_axis(ax, 0.1, 1e7, "‖∂ℒ/∂a[1]‖ / ‖∂ℒ/∂a[L]‖")
    ax.axhline(1, **REFERENCE)
    ends, L = {}, np.unique(np.geomspace(5, 80, 30).astype(int))
    for name, (norm, how, marker, color) in RESCUES.items():
        dots = [10 ** growth(norm, depth, activation, **how) for depth in DEPTHS]
        ax.plot(DEPTHS, dots, marker, color=color, markersize=6, label=name)
        law = [10 ** predicted_growth(activation, norm, d, **how) for d in L]
        ax.plot(L, law, **THEORY, label=f"theory, {name}")
        ends[name] = dots[-1]
    height = -9.0
    for name in sorted(ends, key=ends.get):  # labels one above the other, never across
        height = max(np.log10(ends[name]), height + 0.55)
        label_line(ax, 80, 10**height, name, RESCUES[name][3], xytext=(8, 0))
    alone, shift, residual, layer = (number(ends[name]) for name in RESCUES)
    return (f"{NAMES[activation]}, width {WIDTH}, {BATCH} examples, 80 layers, geometric mean of 2 seeds: under batch "
            f"norm the gradient at the layers' outputs, from the last to the first, changes by a factor of {alone}; "
            f"with a shift of 1 before the activation by {shift}, with shortcuts by {residual}, under layer norm by "
            f"{layer}. Dashed: theory.")
