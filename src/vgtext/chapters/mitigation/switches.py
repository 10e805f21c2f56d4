"""The hook: one network of ReLU layers, and three switches."""

import numpy as np

from vgtext.palette import COLORS, REFERENCE, label_line, layer_axis, log_axis, number

from .journey import journey
from .runs import DEPTHS, Recipe, accuracy

DEPTH = 100
START = Recipe("relu", "PyTorch default")


def draw_switches(layers, depths, init="PyTorch default", norm="none", residual=False):
    """The error signal in 100 untrained layers, and accuracy after training against depth, for ReLU networks."""
    recipe = Recipe("relu", init, norm, "residual" if residual else "plain")
    log_axis(layers, 1e-40, 1e40, "error signal, relative to layer 99")
    layer_axis(layers, DEPTH, "layer l of 100")
    layers.axhline(1, **REFERENCE)
    depths.set(xlim=(0, 104), ylim=(-0.08, 1.02), xlabel="depth L", ylabel="test accuracy after 300 steps",
               xticks=[2, 20, 50, 100])
    depths.axhline(0.1, **REFERENCE)
    label_line(depths, 103, 0.1, "guessing", COLORS["reference"], xytext=(0, -11), ha="right")
    for shown, color, width, words in ((START, COLORS["seed"], 1.2, "no remedy"),
                                       (recipe, COLORS["backward"], 2.2, "as switched")):
        back = journey(shown, DEPTH).backward
        layers.plot(range(1, DEPTH), 10.0 ** np.clip(back, -40, 40), color=color, linewidth=width, label=words)
        depths.plot(DEPTHS, accuracy(shown), color=color if shown != recipe else COLORS["forward"], marker="o",
                    markersize=4, linewidth=width, label=words)
    first, last = journey(recipe, DEPTH).backward[0], accuracy(recipe)[-1]
    return (f"ReLU, {init} initialization, {'no normalization' if norm == 'none' else norm + ' norm'}, "
            f"{'shortcuts' if residual else 'no shortcuts'}, width 32: layer 1 of 100 gets {number(10.0**first, 1)} "
            f"times the error signal of layer 99. After training {last:.0%} of the test digits are right."
            f"{' Gray: no remedy.' * (recipe != START)}")
