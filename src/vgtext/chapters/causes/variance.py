"""Mean and variance of the activations through depth, measured and predicted; and what Xavier's init does to tanh."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.ledger import Claim, Evidence
from vgtext.nn.theory.signal_propagation import variances
from vgtext.palette import ACTIVATION_COLORS, COLORS, REFERENCE, THEORY, label_line, layer_axis, log_axis, number

from .slopes import NAMES
from .theory import activation_mean

DEPTH = 50


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


def draw_mean_and_variance(mean, variance, activation="tanh", sigma_w=1.0):
    """The relative mean and the variance of the activations in every layer, measured (dots) and predicted (dashed)."""
    measured, predicted = activation_statistics(activation, sigma_w), predicted_statistics(activation, sigma_w)
    l, color, some = np.arange(DEPTH + 1), ACTIVATION_COLORS[activation], slice(1, None, 3)
    for ax, dots, dashes in ((variance, measured[1], predicted[1]), (mean, *map(relative_mean, (measured, predicted)))):
        layer_axis(ax, DEPTH, "layer l")
        ax.plot(l[some], dots[some], linestyle="none", marker="o", markersize=4, color=color)
        ax.plot(l[1:], dashes[1:], **THEORY)
    mean.set(ylim=(-1, 9), ylabel="mean over standard deviation")
    mean.axhline(0, **REFERENCE)
    log_axis(variance, 1e-8, 1e4, "variance of a[l]")
    if activation == "tanh" and sigma_w == 1:
        variance.axhline(0.25, **REFERENCE)
        label_line(variance, 50, 0.25, "0.25, as often claimed", COLORS["reference"], ha="right", xytext=(0, 9))
    return (f"{NAMES[activation]}, σ_w = {sigma_w:g}, no biases, width 200: the variance of the activations is "
            f"{number(measured[1][1])} in layer 1, {number(measured[1][10])} in layer 10 and {number(measured[1][50])} "
            f"in layer 50 (predicted {number(predicted[1][50])}); in layer 10 the mean is "
            f"{abs(relative_mean(measured)[10]):.1f} standard deviations from 0.")


CLAIMS = (
    Claim(
        "P.2", "Under Xavier's initialization the variance of tanh activations settles near 0.25.",
        "wrong", "It goes on falling, as 1/(2l): on the edge tanh shrinks its input a little in every layer.",
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
