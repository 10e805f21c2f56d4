"""How fast: steps to a given loss against depth."""

import numpy as np

from vgtext.palette import COLORS, NORM_COLORS, log_axis

from .atlas import NAMES, ROWS
from .runs import DEPTHS, STEPS, Recipe, best

#: The normalization's color, marker and line of a remedy: full lines have shortcuts.
LOOKS = {"nothing": (NORM_COLORS[None], "s", ":"), "layer norm": (NORM_COLORS["layer"], "v", ":"),
         "batch norm": (NORM_COLORS["batch"], "^", ":"), "residual": (COLORS["forward"], "D", "-"),
         "residual, layer norm": (NORM_COLORS["layer"], "o", "-"),
         "residual, batch norm": (NORM_COLORS["batch"], "P", "-")}


def steps(activation, init, row):
    """Steps until the loss is below 0.5, at each depth's best rate; nan where it never is: (7,)."""
    return best()[Recipe(activation, init, *ROWS[row]).cell][:, 2]


def draw_speed(ax, activation="tanh", init="Glorot"):
    """Steps needed against depth, with nothing and with each remedy."""
    log_axis(ax, 8, 900, f"steps to a loss of 0.5 (of {STEPS})")
    ax.set_yticks([10, 30, 100, 300], ["10", "30", "100", "300"])
    ax.set_xscale("log")
    ax.set(xlim=(1.8, 115), xlabel="depth L")
    ax.set_xticks(DEPTHS, map(str, DEPTHS))
    ax.minorticks_off()
    ax.axhline(STEPS, color=COLORS["reference"], linewidth=0.8)
    for i, (row, (color, marker, dashes)) in enumerate(LOOKS.items()):
        needed = steps(activation, init, row)
        ax.plot(DEPTHS, needed, color=color, marker=marker, markersize=5, linestyle=dashes,
                label=row)
        lost = np.array(DEPTHS)[np.isnan(needed)]  # they have no number, and stand at heights of the panel
        ax.plot(lost, np.full(len(lost), 0.797 + 0.0333 * i), marker, markersize=5, color=color, markerfacecolor="none",
                transform=ax.get_xaxis_transform())
    ax.text(1.9, 860, "never (hollow)", fontsize=9, color=COLORS["reference"], va="top")
    ax.legend(loc="upper left", bbox_to_anchor=(0.0, 0.84), fontsize=8)
    plain, both = steps(activation, init, "nothing"), steps(activation, init, "residual, layer norm")
    last = [int(L) for L, needed in zip(DEPTHS, plain, strict=True) if needed > 0][-1]
    i = DEPTHS.index(last)
    same = f"{both[i]:.0f}" if both[i] > 0 else f"more than {STEPS}"
    return (f"{NAMES[activation]}, {init} initialization, width 32: with nothing else the deepest that gets to a loss "
            f"of 0.5 has {last} layers and needs {plain[i]:.0f} steps; residual with layer norm needs {same} there.")
