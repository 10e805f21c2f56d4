"""Let the data set the scale: LSUV measures each layer and divides its weights by what it finds."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, REFERENCE, THEORY, layer_axis, log_axis, number

from .runs import digits
from .theory import NAMES, mf

DEPTH, WIDTH, BATCH = 30, 64, 128
STARTS = {"orthogonal": nn.initializers.orthogonal(), "σ_w = 0.1": nn.initializers.scaled_normal(0.1),
          "σ_w = 3": nn.initializers.scaled_normal(3.0)}


@cache
def before_and_after(activation, start, seeds=1):
    """Variance of z[l] and log10 of ‖delta[l]‖/‖delta[L-1]‖ before and after LSUV, digits: (2, 2, L+1).

    The first axis is before and after, the second variance (as log10) and error; nan at index 0.
    """
    d, found = digits(), []
    for seed in range(seeds):
        net = nn.mlp(64, WIDTH, 10, depth=DEPTH, activation=activation, init=STARTS[start], seed=seed)
        found.append([look(net, d)])
        nn.lsuv(net, d.x[:, :BATCH])
        found[-1].append(look(net, d))
    return np.mean(found, axis=0)


def look(net, d):
    """log10 of the variance of z[l] on a second batch, and of the relative size of delta[l]: (2, L+1)."""
    net.loss_and_gradient(d.x[:, BATCH : 2 * BATCH], d.y[BATCH : 2 * BATCH], measure=True)
    variance = [np.log10(max(float(layer.z.var(dtype=np.float64)), 1e-300)) for layer in net.layers[1:]]
    error = net.signals().log10_error
    return np.array([[np.nan, *variance], error - error[DEPTH - 1]])


def settled_factor(activation):
    """The law: z has variance 1 everywhere, so σ_w² = 1/E φ², and the error's factor is √(E φ'²/E φ²)."""
    return float(np.sqrt(mf.chi(activation, q=1.0) / mf.variance_map(1.0, activation)))


def draw_lsuv(forward, backward, activation="relu", start="σ_w = 0.1"):
    """Variance of the pre-activations and size of the error signal, before (rings) and after LSUV."""
    (before, back_before), (after, back_after) = before_and_after(activation, start)
    l, L = np.arange(DEPTH + 1), DEPTH - 1
    limits = (1e-72, 1e34), (1e-47, 1e16)
    for ax, one, two, color, (low, high), words in (
        (forward, before, after, COLORS["forward"], limits[0], "variance of z[l]"),
        (backward, back_before, back_after, COLORS["backward"], limits[1], f"‖δ[l]‖ / ‖δ[{L}]‖"),
    ):
        layer_axis(ax, DEPTH)
        log_axis(ax, low, high, words)
        ax.axhline(1, **REFERENCE)
        ax.plot(l[1:], 10 ** one[1:], linestyle="none", marker="o", markersize=4, markerfacecolor="none",
                color=COLORS["seed"], label="before")
        ax.plot(l[1:], 10 ** two[1:], linestyle="none", marker="o", markersize=4, color=color, label="after")
    backward.plot(l[1:DEPTH], settled_factor(activation) ** (L - l[1:DEPTH]), **THEORY)
    forward.text(0.04, 0.05, "rings: before, dots: after", fontsize=9, transform=forward.transAxes)
    return (f"{NAMES[activation]}, {DEPTH} layers of {WIDTH}, one network, start {start}: before LSUV z has a variance "
            f"of {number(10 ** before[DEPTH - 1])} in layer {L}, afterward {number(10 ** after[DEPTH - 1])}. Layer "
            f"1 then gets {number(10 ** back_after[1])} times the error signal of layer {L} (the law: "
            f"{number(settled_factor(activation) ** (L - 1))}).")
