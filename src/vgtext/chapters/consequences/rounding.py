"""Updates that rounding takes away: when w - ηg is w itself."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.floats import FORMATS, round_to
from vgtext.palette import COLORS, MEASURED, label_line, layer_axis, log_axis, number

from . import flat
from .rates import bisect
from .runs import digits


def moved(w, update, name):
    """Whether w - update, rounded to the format ``name``, differs from w; both are rounded to it first."""
    w, update = round_to(w, name), round_to(update, name)
    return round_to(w - update, name) != w


def gap(w, name):
    """From w to the next larger float of the format ``name``: 2^(k + 1 - p) where 2^k ≤ |w| < 2^(k + 1)."""
    form = FORMATS[name]
    return 2.0 ** np.maximum(np.frexp(w)[1] - form.p, form.emin - form.p + 1)


@cache
def share_measured(ratio, name, weights=4000, seed=0):
    """The share of N(0, 1) weights that an update of ``ratio`` times their size moves."""
    w = np.random.default_rng(seed).standard_normal(weights)
    return float(moved(w, ratio * w, name).mean())


@cache
def first_step(depth, seed=0):
    """Per layer, W and dL/dW of a sigmoid network at its initial weights, float64: two lists of ``depth`` arrays."""
    d = digits()
    net = nn.mlp(64, 64, 10, depth=depth, activation="sigmoid", seed=seed, dtype="float64")
    net.loss_and_gradient(d.x[:, :64], d.y[:64])
    return [k.W.copy() for k in net.layers[1:]], [k.W_gradient.copy() for k in net.layers[1:]]


@cache
def layer_moves(depth, rate, name):
    """Per layer: the median of |ηg| / |w|, and the share of weights that one step moves in the format: two (depth,)."""
    W, g = first_step(depth)
    ratio = [np.median(np.abs(rate * d / w)) for w, d in zip(W, g, strict=True)]
    return np.array(ratio), np.array([moved(w, rate * d, name).mean() for w, d in zip(W, g, strict=True)])


@cache
def in_gaps(depth, rate, name):
    """Per layer: ηg of the typical weight, the one of median size and median |ηg| / |w|, in gaps of the format."""
    w = np.array([np.median(np.abs(w)) for w in first_step(depth)[0]])
    return layer_moves(depth, rate, name)[0] * w / gap(w, name)


def draw_ruler(ax, height, update, title):
    """Draw the floats around a weight as ticks, and its update as an arrow, in gaps between two floats."""
    ax.plot([-3.4, 3.4], [height] * 2, color=COLORS["seed"], linewidth=1)
    ax.plot(np.arange(-3, 4), [height] * 7, "|", color=COLORS["seed"], markersize=14)
    ax.fill_between([-0.5, 0.5], height - 0.09, height + 0.09, color=COLORS["reference"], alpha=0.2, linewidth=0)
    ax.plot([0], [height], "|", color=COLORS["weight"], markersize=22, markeredgewidth=2.5)
    ax.annotate("", xy=(max(-update, -3.4), height + 0.05), xytext=(0, height + 0.05),
                arrowprops={"arrowstyle": "-|>", "color": COLORS["gradient"], "linewidth": 2, "shrinkA": 0,
                            "shrinkB": 0})
    ax.text(-3.4, height + 0.21, f"{title}: ηg is {number(update)} gaps", color=COLORS["gradient"], fontsize=9)
    label_line(ax, 0, height - 0.09, "w", COLORS["weight"], xytext=(0, -8), ha="center")


def draw_rounded_away(ruler, layers, name="float32", depth=10, rate=0.1):
    """The typical weight of the last and of the first layer between its neighbors, and one step, layer by layer."""
    form, (ratio, moves), update = FORMATS[name], layer_moves(depth, rate, name), in_gaps(depth, rate, name)
    ruler.set(xlim=(-3.6, 3.6), ylim=(0, 1.2), yticks=[], xticks=range(-3, 4), title="w is pushed by −ηg",
              xlabel=f"gaps between {name} numbers")
    draw_ruler(ruler, 0.83, update[-1], f"layer {depth}")
    draw_ruler(ruler, 0.3, update[0], "layer 1")
    label_line(ruler, 0.5, 0.3, "rounds back to w", COLORS["reference"], xytext=(2, -13))
    log_axis(layers, 1e-22, 1, "median of |ηg| / |w|")
    layer_axis(layers, depth)
    layers.axhspan(1e-22, 2.0 ** -(form.p + 1), color=COLORS["reference"], alpha=0.2, linewidth=0)
    layers.text(0.98, 0.02, f"{name}: no weight moves", transform=layers.transAxes, ha="right", va="bottom", fontsize=9,
                color=COLORS["reference"])
    layers.plot(range(1, depth + 1), ratio, color=COLORS["gradient"], **MEASURED)
    lost = int((moves < 0.01).sum())
    few = f"In {lost} of the layers fewer than 1%" if lost else "In every layer at least 1%"
    return (f"{depth} sigmoid layers, η = {rate:g}: in {name} one step moves {number(100 * moves[0])}% of the weights "
            f"of layer 1 and {number(100 * moves[-1])}% of those of layer {depth}. {few} "
            f"move. An update of at most {number(2.0 ** -(form.p + 1))} of its weight never moves it.")


def largest_lost(name):
    """The largest |ηg| / |w| at which no weight moves at all, by bisection on N(0, 1) weights."""
    return bisect(lambda ratio: share_measured(ratio, name, 100_000) == 0, 2.0**-60, 1.0, halvings=60)


CLAIMS = (
    Claim(
        "S2.2", "Factors like 0.5, 0.2, 0.1, 0.001 multiply to about 10⁻¹⁰, as good as zero, so learning stops as if a "
        "minimum had been reached.", "holds if",
        "The updates fall below the rounding of the weights, or below what the budget can wait for. A tiny gradient is "
        "no sign of a minimum. (The text goes on, “and so on”: four factors make 1e-5, eight of this size 1e-10.)",
        (
            Evidence("product of the four factors", lambda: float(np.prod([0.5, 0.2, 0.1, 0.001])), 1e-5, 1e-15),
            Evidence("share of float32 weights that updates of 1e-10 of their size move",
                     lambda: share_measured(1e-10, "float32"), 0.0, 0.0),
            Evidence("largest relative update that moves no float32 weight", lambda: largest_lost("float32"),
                     2.0**-25, 2.0**-30),
            Evidence("gradient on a plateau of 6 sigmoid layers over that in a valley of 3",
                     lambda: float(flat.surroundings(6, 300)[1] / flat.surroundings(3, 3000)[1]), 0.63, 0.15),
            Evidence("loss on that plateau", lambda: flat.surroundings(6, 300)[0], 2.295, 0.01),
            Evidence("loss in that valley", lambda: flat.surroundings(3, 3000)[0], 0.006, 0.002),
            Evidence("smallest curvature on that plateau", lambda: float(flat.surroundings(6, 300)[2]), -0.003, 0.0005),
        ), "stillness",
        setting="float32 weights one by one; and 16 sigmoid units a layer, full batch of 200 digits, one seed: plateau "
        "at step 300, valley at step 3,000.",
    ),
)
