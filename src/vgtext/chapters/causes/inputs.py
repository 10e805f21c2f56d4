"""What becomes of the input: two inputs' correlation through depth, and biases that drown a shrinking signal."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.signal_propagation import variances
from vgtext.palette import COLORS, REFERENCE, THEORY, beyond, log_axis, number

from .slopes import NAMES
from .theory import CRITICAL, SIGMA_B, mf

DEPTH = 30
START = (0.0, 0.6, 0.95)  # correlation of the pairs of inputs


weights = cache(nn.sample_weights)


@cache
def pair_signals(activation, sigma_w, sigma_b=0.0, width=250, pairs=6, seeds=4):
    """Send pairs of inputs of correlation START through networks; each result (len(START), DEPTH+1), index 0 the input.

    Returns the correlation of the two z[l] (without their units' mean taken off), the size of z[l] per unit, and the
    size per unit of what differs: the root mean squares of z[l], and of half the difference of the two times √2.
    """
    phi, c = nn.get_activation(activation), np.repeat(START, pairs)
    xx, xy, dd = np.zeros((3, DEPTH + 1, len(START)))
    for seed in range(seeds):
        W, b = weights(DEPTH, width, seed, bias=True)
        u, v = np.random.default_rng(seed).normal(size=(2, width, len(c)))
        z = np.hstack([u, c * u + np.sqrt(1 - c**2) * v])  # (width, 2 · examples): the input
        for l in range(DEPTH + 1):
            if l:
                z = sigma_w * W[l - 1] @ (phi(z) if l > 1 else z) + sigma_b * b[l - 1]
            x, y = np.split(z, 2, axis=1)
            for total, values in ((xx, (x * x + y * y) / 2), (xy, x * y), (dd, (x - y) ** 2 / 2)):
                total[l] += values.mean(axis=0).reshape(len(START), pairs).mean(axis=1) / seeds
    return (xy / xx).T, np.sqrt(xx).T, np.sqrt(dd).T


@cache
def predicted_correlation(activation, sigma_w, sigma_b, start):
    """The correlation in a network of infinite width, layers 0 … DEPTH: the correlation map, layer after layer."""
    q = variances(activation, sigma_w, sigma_b, DEPTH)
    c = [start, (sigma_w**2 * start + sigma_b**2) / q[1]]
    for l in range(1, DEPTH):
        c.append(mf.correlation_map(c[-1], activation, sigma_w, sigma_b, q[l]))
    return np.array(c)


@cache
def predicted_difference(activation, sigma_w, sigma_b, start=0.0):
    """The size per unit of what differs between two inputs, √(q (1 - c)), layers 0 … DEPTH.

    Where 1 - c would be lost to rounding, the difference is small, and changes by the factor √chi.
    """
    q, c = variances(activation, sigma_w, sigma_b, DEPTH), predicted_correlation(activation, sigma_w, sigma_b, start)
    size = np.sqrt(np.where(np.isnan(q), 1.0, q) * (1 - c))
    for l in range(2, DEPTH + 1):
        if 1 - c[l] < 1e-6:
            size[l] = size[l - 1] * np.sqrt(mf.chi(activation, sigma_w, sigma_b, q[l - 1]))
    return size


def final_correlation(sigma_w, sigma_b, start, activation="tanh"):
    """The measured correlation after DEPTH layers of two inputs that begin with correlation ``start``."""
    return float(pair_signals(activation, sigma_w, sigma_b)[0][START.index(start), -1])


def draw_two_inputs(sizes, correlation, activation="tanh", sigma_w=0.8, sigma_b=0.1):
    """The size of the signal and of what differs between two inputs, and their correlation, in every layer."""
    c, total, apart = pair_signals(activation, sigma_w, sigma_b)
    theory = np.round([predicted_correlation(activation, sigma_w, sigma_b, start) for start in START], 9)  # 0 is 0
    l = np.arange(DEPTH + 1)
    for ax in (sizes, correlation):
        ax.set(xlim=(0, DEPTH), xlabel="layer l", xticks=range(0, DEPTH + 1, 5))
    log_axis(sizes, 1e-10, 1e2, "size of z[l], per unit")
    sizes.plot(l[1:], total[0, 1:], color=COLORS["reference"], linewidth=2, label="the whole signal")
    sizes.plot(l[1:], apart[0, 1:], linestyle="none", marker="o", markersize=4, color=COLORS["forward"])
    sizes.plot(l[1:], predicted_difference(activation, sigma_w, sigma_b)[1:], **THEORY)
    sizes.text(29.5, 30, "line: the whole signal", color=COLORS["reference"], fontsize=9, ha="right", va="center")
    x, y, side = (29.5, 1e-6, "right") if apart[0, 8] < 1e-4 else (0.8, 3e-10, "left")  # beside the dots, if steep
    sizes.text(x, y, "dots: what differs\nbetween two inputs", color=COLORS["forward"], fontsize=9, va="bottom",
               ha=side)
    correlation.set(ylim=(-0.2, 1.05), ylabel="correlation of two inputs")
    correlation.axhline(0, **REFERENCE)
    for start, dots, dashes in zip(START, c, theory, strict=True):
        correlation.plot(l, dots, "o", markersize=4, color=COLORS["forward"], label=f"began at {start:g}")
        correlation.plot(l, dashes, **THEORY, label=f"theory, began at {start:g}")
    unrelated, twins = (f"{c[i, -1] + 0:.2f}".replace("-", "−") for i in (0, 2))
    lost = apart[0, -1] < 1e-14 * total[0, -1]  # two float64 numbers that agree in all their digits but one or two
    differs = " is lost to rounding" if lost else f", over √2, has {number(apart[0, -1])}{beyond(sizes, apart[0, -1])}"
    return (f"{NAMES[activation]}, σ_w = {sigma_w:g}, σ_b = {sigma_b:g}: in layer {DEPTH} two unrelated inputs have a "
            f"correlation of {unrelated}, two that began at 0.95 one of {twins}. The whole signal has size "
            f"{number(total[0, -1])}; the difference of unrelated inputs{differs}.")


def _correlation_evidence(words, sigma_w, sigma_b, start, tolerance):
    return Evidence(f"{words}: correlation after {DEPTH} layers of two inputs that begin at {start:g}",
                    lambda: final_correlation(sigma_w, sigma_b, start),
                    float(predicted_correlation("tanh", sigma_w, sigma_b, start)[-1]), tolerance)


CLAIMS = (
    Claim(
        "S3.4", "The weights matter more and more as they grow, until the input is insignificant.",
        "holds if", "“Significant” means whether two inputs were alike. With large weights near twins end up "
        "unrelated, so their similarity is lost. What makes all outputs the same is the opposite: small weights with "
        "biases.",
        (
            _correlation_evidence("tanh, σ_w = 2.5, σ_b = 0.1", 2.5, 0.1, 0.95, 0.05),
            _correlation_evidence("tanh, σ_w = 2.5, σ_b = 0.1", 2.5, 0.1, 0.0, 0.05),
            _correlation_evidence("tanh, σ_w = 0.8, σ_b = 0.1", 0.8, 0.1, 0.0, 0.001),
            _correlation_evidence("on the critical line", CRITICAL, SIGMA_B, 0.0, 0.08),
        ), "two-inputs?sigma_w=2.5&sigma_b=0.100",
        setting="250 tanh units, 30 layers, four seeds; theory: infinite width.",
    ),
)
