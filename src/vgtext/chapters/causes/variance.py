"""Mean and variance of the activations through depth, measured and predicted; and what Xavier's init does to tanh."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.signal_propagation import variances
from vgtext.palette import (
    ACTIVATION_COLORS,
    COLORS,
    REFERENCE,
    THEORY,
    beyond,
    label_line,
    layer_axis,
    log_axis,
    number,
)

from .slopes import NAMES
from .theory import activation_mean

DEPTH = 50
SHOWN = [1, 10, 20, 30, 40, 50]  # the layers whose histograms are drawn


@cache
def activation_statistics(activation, sigma_w, sigma_b=0.0, width=200, seeds=3):
    """The measured mean and variance of a[l] over units and examples, averaged over seeds, each (DEPTH+1,)."""
    runs = [nn.measure(DEPTH, width, sigma_w, sigma_b, activation, batch=32, seed=seed, statistics=True)
            for seed in range(seeds)]
    return np.mean([r.mean for r in runs], axis=0), np.exp(np.mean([np.log(r.variance) for r in runs], axis=0))


@cache
def predicted_statistics(activation, sigma_w, sigma_b=0.0, L=DEPTH):
    """The same in a network of infinite width, from q[l]; nan at index 0."""
    q, phi = variances(activation, sigma_w, sigma_b, L)[1:], nn.get_activation(activation)
    mean = np.array([activation_mean(activation, v) for v in q])
    square = np.array([nn.meanfield.variance_map(v, phi) for v in q])  # E φ²
    return np.append(np.nan, mean), np.append(np.nan, square - mean**2)


def relative_mean(statistics):
    """The mean over the standard deviation: how much of an activation is the same for every unit."""
    return statistics[0] / np.sqrt(statistics[1])


@cache
def samples(activation, sigma_w, width=200, batch=32, seed=0):
    """The activations of every unit and example in the layers ``SHOWN`` of one network: a list of arrays."""
    W, phi = nn.sample_weights(DEPTH, width, seed), nn.get_activation(activation)
    a, found = nn.sample_batch(width, batch, seed)[0], []
    for l in range(1, DEPTH + 1):
        a = phi(np.float32(sigma_w) * W[0][l - 1] @ a)  # (width, batch)
        if l in SHOWN:
            found.append(a.ravel())
    return found


def draw_mean_and_variance(units, variance, activation="tanh", sigma_w=1.0):
    """Histograms of the activations, layer by layer; and their variance, measured (dots) and predicted (dashed)."""
    measured, predicted = activation_statistics(activation, sigma_w), predicted_statistics(activation, sigma_w)
    l, color, some = np.arange(DEPTH + 1), ACTIVATION_COLORS[activation], slice(1, None, 3)
    low, high = (-0.6, 3.6) if activation == "relu" else (-1.1, 1.1)
    edges = np.linspace(low, high, 61)
    units.set(xlim=(-4, 56), ylim=(low, high), xticks=SHOWN, xlabel="layer l", title="activations of the units")
    units.set_yticks([-1, -0.5, 0, 0.5, 1] if high < 2 else [0, 1, 2, 3])
    units.axhline(0, **REFERENCE)
    for at, values in zip(SHOWN, samples(activation, sigma_w), strict=True):
        counts = np.histogram(values[values != 0], edges)[0]
        half = 4.5 * counts / max(1, counts.max())
        middle = (edges[1:] + edges[:-1]) / 2
        units.fill(np.append(at - half, (at + half)[::-1]), np.append(middle, middle[::-1]), color=color, alpha=0.45,
                   linewidth=0)
    if activation == "relu":
        label_line(units, 56, -0.35, "and half of the units at 0", color, ha="right", xytext=(0, 0))
        over = [at for at, values in zip(SHOWN, samples(activation, sigma_w), strict=True)
                if np.median(values[values != 0]) > high]
        if over:  # layers of which the panel shows little or nothing
            label_line(units, 56, 3.3, f"from layer {over[0]} on,\nmost are larger", color, ha="right", xytext=(0, 0))
    layer_axis(variance, DEPTH, "layer l")
    log_axis(variance, 1e-8, 1e4, "")
    variance.set_title("variance of a[l]")
    variance.plot(l[some], measured[1][some], linestyle="none", marker="o", markersize=4, color=color)
    variance.plot(l[1:], predicted[1][1:], **THEORY)
    if activation == "tanh" and sigma_w == 1:
        variance.axhline(0.25, **REFERENCE)
        label_line(variance, 50, 0.25, "0.25, as often claimed", COLORS["reference"], ha="right", xytext=(0, 9))
    return (f"{NAMES[activation]}, σ_w = {sigma_w:g}, no biases, width 200, geometric mean of 3 seeds: the variance of "
            f"the activations is "
            f"{number(measured[1][1])} in layer 1, {number(measured[1][10])} in layer 10 and {number(measured[1][50])}"
            f"{beyond(variance, measured[1][50])} in layer 50 (predicted {number(predicted[1][50])}); in layer 10 the "
            f"mean is {abs(relative_mean(measured)[10]):.1f} standard deviations from 0.")


CLAIMS = (
    Claim(
        "P.2", "Under Xavier's initialization the variance of tanh activations settles near 0.25.",
        "wrong", "Without biases, at σ_w = 1, it goes on falling, as 1/(2l): tanh shrinks its input a little in every "
        "layer.",
        (
            Evidence("variance of the activations in layer 10, width 200",
                     lambda: activation_statistics("tanh", 1.0)[1][10],
                     float(predicted_statistics("tanh", 1.0)[1][10]), 0.01),
            Evidence("in layer 50", lambda: activation_statistics("tanh", 1.0)[1][50],
                     float(predicted_statistics("tanh", 1.0)[1][50]), 0.003),
        ), "mean-and-variance?activation=tanh",
        setting="200 tanh units, no biases, three seeds, before the first step; theory: infinite width.",
    ),
)
