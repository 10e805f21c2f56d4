"""Fifty layers, eight activations: how much of both signals arrives, at one weight scale for all and at its own."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.signal_propagation import backward_sizes, forward_sizes
from vgtext.palette import (
    ACTIVATION_COLORS,
    REFERENCE,
    THEORY,
    backward_arrow,
    label_line,
    layer_axis,
    log_axis,
    number,
)

from .theory import DEPTH, HE, NAMES, own_scale

WIDTH, SEEDS = 200, 3
#: The weight scales of the opening figure; None is the activation's own.
SCALES = {"1 for all": 1.0, "√2 for all": round(HE, 6), "each its own": None}


def scale_of(activation, sigma_w):
    """The weight scale as given, or the activation's own where it is None."""
    return own_scale(activation) if sigma_w is None else sigma_w


@cache
def signals(activation, sigma_w=None):
    """log10 of the rms of a[l] and of ‖delta[l]‖/‖delta[L]‖, measured, means over seeds, each (DEPTH+1,)."""
    runs = [nn.measure(DEPTH, WIDTH, scale_of(activation, sigma_w), 0.0, activation, batch=32, seed=seed)
            for seed in range(SEEDS)]
    forward = np.mean([r.log10_activation for r in runs], axis=0) - np.log10(WIDTH) / 2
    back = np.mean([r.log10_error - r.log10_error[-1] for r in runs], axis=0)
    return forward, back


def reaches(activation, sigma_w=None):
    """log10 of ‖delta[1]‖/‖delta[L]‖, measured."""
    return float(signals(activation, sigma_w)[1][1])


def draw_chain(forward, backward, activation="sigmoid", sigma_w=SCALES["√2 for all"]):
    """Both signals through fifty layers: one activation (dots, theory dashed), the seven others thin and gray."""
    l, some = np.arange(DEPTH + 1), slice(1, None, 3)
    for ax, label, low, high in ((forward, "rms of the activations a[l]", 1e-16, 1e8),
                                 (backward, "error signal ‖δ[l]‖ / ‖δ[L]‖", 1e-36, 1e12)):
        layer_axis(ax, DEPTH, "layer l" if ax is forward else "layer l (backward: right to left)")
        log_axis(ax, low, high, label)
        ax.axhline(1, **REFERENCE)
    for name in NAMES:
        if name != activation:
            for ax, sizes in zip((forward, backward), signals(name, sigma_w), strict=True):
                ax.plot(l[1:], 10 ** sizes[1:], color="#BBBBBB", linewidth=0.9, zorder=1, label=NAMES[name])
    scale, color = scale_of(activation, sigma_w), ACTIVATION_COLORS[activation]
    sizes, theory = signals(activation, sigma_w), (forward_sizes, backward_sizes)
    for ax, measured, predicted in zip((forward, backward), sizes, theory, strict=True):
        ax.plot(l[1:], 10 ** predicted(activation, scale)[1:], **THEORY, label="theory")
        ax.plot(l[some], 10 ** measured[some], "o", markersize=4.5, color=color, zorder=5, label=NAMES[activation])
    backward_arrow(backward)
    label_line(forward, 2, 1e6, f"{NAMES[activation]}, $\\sigma_w$ = {scale:.2f}", color)
    label_line(forward, 2, 1e-13, "gray: the seven others", "#767676")
    first = 10 ** sizes[1][1]
    return (f"{NAMES[activation]}, {DEPTH} layers of width {WIDTH}, σ_w = {scale:.3g}, no biases, geometric mean of "
            f"{SEEDS} seeds: layer 1 gets {number(first)} times the error signal of layer {DEPTH}. {spread(sigma_w)}")


def spread(sigma_w):
    """How far apart the eight activations lie, in words."""
    logs = {name: reaches(name, sigma_w) for name in NAMES}
    least, most = min(logs, key=logs.get), max(logs, key=logs.get)
    return f"Least arrives with {NAMES[least]} ({number(10 ** logs[least])}), most with {NAMES[most]} " \
           f"({number(10 ** logs[most])})."


@cache
def passing(width=400, layer=10):
    """The share of (unit, example) pairs of a ReLU layer in a He network that pass their signal on."""
    run = nn.measure(layer, width, HE, 0.0, "relu", batch=64, statistics=True)
    return float(1 - run.saturation[layer])


CLAIMS = (
    Claim(
        "S1.11", "ReLU passes positive inputs on and zeroes negative ones, and so keeps larger gradients.",
        "holds if", "σ_w = √2, and “larger” means larger than a sigmoid's. Active units have slope 1, but half of the "
        "units pass nothing, which the √2 makes up for; and a unit can die. With σ_w = 1 a ReLU network of 50 layers "
        "loses its gradient as well. At both scales tanh passes on more.",
        (
            Evidence("slope of ReLU at z = 1", lambda: nn.get_activation("relu").derivative(1.0), 1.0, 0),
            Evidence("slope of ReLU at z = −1", lambda: nn.get_activation("relu").derivative(-1.0), 0.0, 0),
            Evidence("share of units and examples that pass, layer 10", passing, 0.5, 0.05),
            Evidence("50 layers, σ_w = √2, ReLU: log₁₀ ‖δ[1]‖/‖δ[50]‖", lambda: reaches("relu", SCALES["√2 for all"]),
                     0.0, 0.5),
            Evidence("the same, sigmoid", lambda: reaches("sigmoid", SCALES["√2 for all"]),
                     float(backward_sizes("sigmoid", HE)[1]), 0.6),
            Evidence("the same, tanh", lambda: reaches("tanh", SCALES["√2 for all"]),
                     float(backward_sizes("tanh", HE)[1]), 0.3),
            Evidence("the same, ReLU, σ_w = 1", lambda: reaches("relu", 1.0), -49 * float(np.log10(HE)), 0.5),
            Evidence("the same, tanh, σ_w = 1", lambda: reaches("tanh", 1.0), float(backward_sizes("tanh", 1.0)[1]),
                     0.3),
        ), "chain?activation=ReLU",
        setting="50 layers of 200 units, three seeds, no biases; the share that passes: 400 units, one seed. Before "
        "the first step.",
    ),
)
