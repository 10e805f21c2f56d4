"""Why the best rate moves: how far a step moves the pre-activations, and the singular value behind it."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.nn.theory.width import GROWTH, spectral_scale
from vgtext.palette import COLORS, THEORY, apart, label_line, log_axis, number

from .rates import MARKS, WRITTEN, power, size_axis
from .runs import BASE, WIDTHS, digits, network

TIMES = (1, 3, 10)  # steps after which the change is looked at
RATE = {"adam": 2.0**-8, "sgd": 2.0**-5}
OPTIMIZERS = {"Adam": "adam", "SGD": "sgd"}
KINDS = {"input": 0.45, "hidden": 1.0, "output": 0.7}  # which weights, and how dark their line is


@cache
def changes(optimizer, rule, n, seed=0):
    """What the first steps do to a network: (time, layer, 2).

    The root mean square of the change of z[l] on 256 digits; sigma_1 of the change of W[l] over sqrt(n_l / n_(l-1)).
    """
    d = digits()
    net, how = network(rule, n, optimizer, seed=seed)
    x, layers, found = d.x[:, :256], net.layers[1:], []
    net.forward(x)
    start = [(layer.z.copy(), layer.W.copy()) for layer in layers]
    for before, now in zip((0, *TIMES), TIMES):
        nn.train(net, d.x, d.y, steps=now - before, optimizer=how, learning_rate=RATE[optimizer], seed=now)
        net.forward(x)
        found.append([(float(np.sqrt(np.mean((k.z - z) ** 2))),
                       float(np.linalg.norm(k.W - W, 2)) / spectral_scale(k.n_out, k.n_in))
                      for k, (z, W) in zip(layers, start)])
    return np.array(found)


def moved(optimizer, rule, t):
    """The changes after t steps at every width, geometric means of three seeds: {kind of layer: (width, 2)}."""
    logs = [np.log([changes(optimizer, rule, n, seed)[TIMES.index(t)] for n in WIDTHS]) for seed in range(3)]
    logs = np.mean(logs, axis=0)  # (width, layer, 2)
    return {"input": np.exp(logs[:, 0]), "hidden": np.exp(logs[:, 1:-1].mean(axis=1)), "output": np.exp(logs[:, -1])}


def growth(optimizer, rule, t, kind, which=0):
    """The exponent p of a fit, change proportional to n^p: of z (0), or of sigma_1 (1)."""
    return float(np.polyfit(np.log(WIDTHS), np.log(moved(optimizer, rule, t)[kind][:, which]), 1)[0])


def draw_coordinate_check(change, norm, optimizer="Adam", rule="standard", t=1):
    """The change of the pre-activations, and of the weights' largest singular value, against the width."""
    way, (_, marker, dashes) = OPTIMIZERS[optimizer], MARKS[rule]
    for which, ax, color, words in ((0, change, COLORS["forward"], "change of z[l], root mean square"),
                                    (1, norm, COLORS["weight"], "σ₁(ΔW[l]) over √(outputs/inputs)")):
        size_axis(ax, WIDTHS, "width n")
        log_axis(ax, 0.003, 30, "")
        ax.set_title(words, fontsize=10)
        for kind, shade in KINDS.items():
            y = moved(way, rule, t)[kind][:, which]
            ax.plot(WIDTHS, y, color=color, marker=marker, markersize=4, linestyle=dashes, alpha=shade, label=kind)
            if which:
                p, middle = GROWTH[way, rule][kind], WIDTHS.index(BASE)
                ax.plot(WIDTHS, y[middle] * (np.array(WIDTHS) / BASE) ** p, **THEORY, label=f"theory, {kind}")
        ax.set_xlim(WIDTHS[0] / 1.25, 4 * WIDTHS[-1])
        ends = [np.log10(moved(way, rule, t)[kind][-1, which]) for kind in KINDS]
        for kind, y in zip(KINDS, apart(ends, 0.3)):
            label_line(ax, WIDTHS[-1], 10.0**y, kind, color)
    z, s = (moved(way, rule, t)["hidden"][:, which] for which in (0, 1))
    limit = 16 ** GROWTH[way, rule]["hidden"]
    return (f"{optimizer}, {WRITTEN[rule]}, rate {power(int(np.log2(RATE[way])))}, after {t} step{'s' * (t > 1)}: "
            f"from width {WIDTHS[0]} to {WIDTHS[-1]}, between hidden layers, σ₁(ΔW) over √(outputs/inputs) changes by "
            f"a factor of {number(s[-1] / s[0])} (thin dashes, first step in the limit: {number(limit)}), and the "
            f"change of z by {number(z[-1] / z[0])}.")
