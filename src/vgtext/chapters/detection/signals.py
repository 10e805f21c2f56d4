"""What the signals say before any training: the round trip, predicted and measured, and the dead units."""

from functools import cache
from itertools import product

import numpy as np

from vgtext import nn
from vgtext.diagnose.table import ALIVE
from vgtext.explore import handle
from vgtext.nn.theory import meanfield
from vgtext.palette import (
    ACTIVATION_NAMES,
    COLORS,
    MEASURED,
    REFERENCE,
    THEORY,
    backward_arrow,
    beyond,
    chosen,
    label_line,
    layer_axis,
    log_axis,
    number,
)

SCALES = tuple(round(0.4 + 0.2 * i, 1) for i in range(14))
ACTIVATIONS = ("sigmoid", "tanh", "relu")


@cache
def sizes(activation, sigma_w, depth, width=64, seeds=3):
    """Activation, error and weight gradient of layers 1 to L, geometric means over seeds: log10, three arrays (L,)."""
    runs = [nn.measure(depth, width, sigma_w, activation=activation, seed=seed) for seed in range(seeds)]
    per_unit = 0.5 * np.log10(width)
    wanted = (("log10_activation", per_unit), ("log10_error", per_unit), ("log10_gradient", 0.0))
    return tuple(np.mean([getattr(run, name)[1:] for run in runs], axis=0) - shift for name, shift in wanted)


def round_trip(activation, error):
    """log10 R = log10(|a[L-1]| / |a[1]|) + log10(|delta[2]| / |delta[L]|), from log10 sizes of layers 1 to L."""
    return float(activation[-2] - activation[0] + error[1] - error[-1])


@cache
def predicted(activation, sigma_w, depth):
    """Activation and error of layers 1 to L by mean-field theory for infinite width: log10, two arrays (L,)."""
    q, a, slope = sigma_w**2, [], []  # the input is N(0, 1)
    for _ in range(depth):
        after = meanfield.variance_map(q, activation, sigma_w)
        a.append(after / sigma_w**2)
        slope.append(meanfield.chi(activation, sigma_w, q=q))
        q = after
    error = np.cumsum(np.log10(slope[::-1]))[::-1] - 2 * np.log10(sigma_w)  # dL/da[L] is N(0, 1)
    return 0.5 * np.log10(a), 0.5 * error


def draw_round_trip(layers, scales, activation="sigmoid", sigma_w=1.0, depth=20):
    """Sizes per layer against theory, and the round trip against the weight scale."""
    measured, theory = sizes(activation, sigma_w, depth), predicted(activation, sigma_w, depth)
    l = np.arange(1, depth + 1)
    log_axis(layers, 1e-15, 1e15, "size, relative to where it starts")
    layer_axis(layers, depth)
    starts = (("forward", 0, "activation"), ("backward", -1, "error signal"), ("gradient", -1, "weight gradient"))
    for i, (values, (color, start, words)) in enumerate(zip(measured, starts, strict=True)):
        look = {**MEASURED, "color": COLORS[color], "marker": "osD"[i]}
        layers.plot(l, 10.0 ** (values - values[start]), **look, label=words, markevery=depth // 10)
    layers.legend()
    for values, (_, start, words) in zip(theory, starts, strict=False):
        layers.plot(l, 10.0 ** (values - values[start]), **THEORY, label=f"{words}, theory")
    backward_arrow(layers, at=0.42)
    trip, profile = round_trip(*measured[:2]), measured[2][0] - measured[2][-1]
    _draw_scales(scales, activation, sigma_w, depth)
    return (f"{ACTIVATION_NAMES[activation]}, σ_w = {chosen(sigma_w, 1)}, {depth} layers of 64: the round "
            f"trip multiplies a signal by {number(10.0**trip)} (theory {number(10.0 ** round_trip(*theory))}), "
            f"while layer 1 gets {number(10.0**profile)}{beyond(layers, 10.0**profile)} times the weight gradient of "
            f"layer {depth}.")


def _draw_scales(ax, activation, sigma_w, depth):
    log_axis(ax, 1e-45, 1e30, "round trip R")
    ax.set(xlim=(0.3, 3.1), xlabel="weight scale $\\sigma_w$")
    ax.axhline(1, **REFERENCE)
    trips = [round_trip(*sizes(activation, s, depth)[:2]) for s in SCALES]
    fine = np.linspace(0.4, 3.0, 53)
    ax.plot(fine, [10.0 ** round_trip(*predicted(activation, float(s), depth)) for s in fine], **THEORY)
    ax.plot(SCALES, 10.0 ** np.array(trips), **{**MEASURED, "color": COLORS["forward"], "linestyle": "none"})
    ax.plot([sigma_w], [10.0 ** round_trip(*sizes(activation, sigma_w, depth)[:2])], marker="o", markersize=10,
            markerfacecolor="none", color=COLORS["backward"])
    handle(ax, lambda sigma_w: (sigma_w, 10.0 ** round_trip(*predicted(activation, sigma_w, depth))))
    label_line(ax, 0.35, 1, "nothing lost", COLORS["reference"], xytext=(0, 10))


@cache
def dead_shares(bias, batch, depth=30, width=64, seeds=3):
    """Share of ReLU units that are 0 for the whole batch, in layers 1 to L of He networks with this bias: (L,)."""
    shares = []
    for seed in range(seeds):
        W, _ = nn.sample_weights(depth, width, seed, init="he_normal")
        b = np.full((depth, width, 1), bias, np.float32)
        shares.append(nn.propagate(W, b, *nn.sample_batch(width, batch, seed), "relu", statistics=True).dead[1:])
    return np.mean(shares, axis=0)


def draw_dead_units(ax, bias=0.0, batch=64, depth=30):
    """Dead units per layer of an untrained ReLU network, beside the rule of thumb "more than half"."""
    share = dead_shares(bias, batch, depth)
    ax.set(ylim=(0, 1.05), ylabel="share of dead units", yticks=[0, 0.25, 0.5, 0.75, 1])
    layer_axis(ax, depth)
    ax.axhline(0.5, **REFERENCE)
    ax.axhline(ALIVE, **REFERENCE)
    for limit, words, wide in ((0.5, "rule of thumb: half", 17), (ALIVE, "95%: blocked", 13)):
        parts = {"right": (depth, share[-wide:]), "left": (1, share[:wide])}  # as many layers as the words are wide
        up, side = max(product((7, -8), parts), key=lambda at: np.abs(parts[at[1]][1] - limit - at[0] / 160).min())
        label_line(ax, parts[side][0], limit, words, COLORS["reference"], xytext=(0, up), ha=side)
    ax.plot(np.arange(1, depth + 1), share, **{**MEASURED, "color": COLORS["forward"]})
    height = f"{bias:g}".replace("-", "−")
    return (f"He weights, width 64, bias {height}, {batch} random inputs, mean of 3 networks: {share.mean():.0%} of "
            f"the ReLU units are dead, from {share[0]:.0%} in layer 1 to {share.max():.0%} at most; in "
            f"{(share > ALIVE).sum()} of {depth} layers it is more than {ALIVE:.0%}.")
