"""Remedies that work only in pairs: two-by-two tables, and how much more two remedies do than one and the other."""

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS

from .atlas import heat, reached
from .runs import DEPTHS, INITS, Recipe, accuracy

#: Two remedies: the words down, the words across, and the four recipes.
PAIRS = {
    "ReLU, and He initialization": (("sigmoid", "ReLU"), ("Glorot", "He"), [
        [Recipe("sigmoid", "Glorot"), Recipe("sigmoid", "He")], [Recipe("relu", "Glorot"), Recipe("relu", "He")]]),
    "tanh, and orthogonal initialization": (("sigmoid", "tanh"), ("Glorot", "orthogonal"), [
        [Recipe("sigmoid", "Glorot"), Recipe("sigmoid", "orthogonal")],
        [Recipe("tanh", "Glorot"), Recipe("tanh", "orthogonal")]]),
    "residual, and batch norm (ReLU)": (("plain", "residual"), ("no batch norm", "batch norm"), [
        [Recipe("relu", "He", n, s) for n in ("none", "batch")] for s in ("plain", "residual")]),
    "residual, and layer norm (tanh)": (("plain", "residual"), ("no layer norm", "layer norm"), [
        [Recipe("tanh", "PyTorch default", n, s) for n in ("none", "layer")] for s in ("plain", "residual")]),
    "batch norm, and orthogonal (tanh)": (("no batch norm", "batch norm"), ("Glorot", "orthogonal"), [
        [Recipe("tanh", i, n) for i in ("Glorot", "orthogonal")] for n in ("none", "batch")]),
}


def square(pair, depth):
    """Test accuracy with neither, one, the other, and both of two remedies: (2, 2)."""
    return np.array([[accuracy(recipe)[DEPTHS.index(depth)] for recipe in row] for row in PAIRS[pair][2]])


def interaction(pair, depth):
    """What both remedies together add beyond the sum of what each adds alone: both - one - other + neither."""
    (neither, other), (one, both) = square(pair, depth)
    return float(both - one - other + neither)


def draw_pair(ax, curve, pair="residual, and batch norm (ReLU)", depth=50):
    """Test accuracy in percent with neither, either and both of two remedies; and the interaction against depth."""
    down, across, _ = PAIRS[pair]
    values = 100 * square(pair, depth)
    heat(ax, values, values)
    for text in ax.texts:
        text.set_fontsize(16)
    ax.set_box_aspect(1)
    ax.set_xticks([0, 1], across)
    ax.set_yticks([0, 1], down)
    ax.set_title(f"test accuracy in %, {depth} layers")
    curve.set(xlim=(0, 104), ylim=(-105, 105), xlabel="depth L", ylabel="more (+) or less (−) than the sum",
              xticks=[2, 20, 50, 100], title="interaction, points")
    curve.axhline(0, color=COLORS["reference"], linewidth=0.8)
    curve.plot(DEPTHS, [100 * interaction(pair, L) for L in DEPTHS], color=COLORS["forward"], marker="o", markersize=4)
    curve.plot([depth], [100 * interaction(pair, depth)], "o", color=COLORS["backward"], markersize=9)
    handle(curve, lambda depth: (depth, 100 * interaction(pair, depth)))
    (neither, other), (one, both) = values.round().astype(int).tolist()  # so that a reader who adds finds the same
    gain = both - neither
    return (f"{depth} layers: neither {neither}%, {down[1]} alone {one}%, {across[1]} alone {other}%, both {both}%. "
            f"Together they add {gain} point{'s' * (abs(gain) != 1)}; one by one they would add "
            f"{one - neither + other - neither}.".replace("-", "−"))


CLAIMS = (
    Claim(
        "S3.12", "Initialization and activation are to be chosen together.", "holds if",
        "The network is plain. With shortcuts and layer norm, ReLU and tanh train a hundred layers from each of four "
        "initializations.",
        (
            reached("ReLU with He", Recipe("relu", "He"), 10, 0.95),
            reached("ReLU with PyTorch default", Recipe("relu", "PyTorch default"), 10, 0.1),
            reached("sigmoid with He", Recipe("sigmoid", "He"), 10, 0.1),
            reached("tanh with Glorot", Recipe("tanh", "Glorot"), 10, 0.95),
            reached("tanh with orthogonal", Recipe("tanh", "orthogonal"), 100, 0.94),
            reached("ReLU with orthogonal", Recipe("relu", "orthogonal"), 100, 0.1),
            Evidence("points that ReLU and He add together, 10 layers, beyond the sum of their parts",
                     lambda: 100 * interaction("ReLU, and He initialization", 10), 24, 5, "points",
                     stored="mitigation_runs"),
            Evidence("test accuracy, 100 layers, shortcuts and layer norm: the lowest of ReLU and tanh from four "
                     "initializations", lambda: min(accuracy(Recipe(phi, init, "layer", "residual"))[-1]
                                                    for phi in ("relu", "tanh") for init in INITS),
                     0.91, 0.08, stored="mitigation_runs"),
        ), "pair?pair=ReLU, and He initialization&depth=10",
        setting="32 units, 300 steps of plain SGD with batches of 64, the best of four learning rates, one seed.",
    ),
)
