"""A circle of inputs on its way through random networks: it shrinks to a point, keeps its size, or gets tangled."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, REFERENCE, number

from .theory import CRITICAL, SIGMA_B, factor

DEPTH = 20
#: The three networks of the opening figure differ in the scale of their weights only.
SCALES = {"too small": 0.9, "critical": CRITICAL, "too large": 2.0}


RING = np.array([f(np.linspace(0, 2 * np.pi, 481)) for f in (np.cos, np.sin)])  # (2, points)


@cache
def circle(sigma_w, sigma_b=SIGMA_B, n=300, seed=0):
    """Send a circle of inputs through DEPTH tanh layers of n units: pre-activations z[l], (DEPTH+1, n, points).

    The circle lies in a plane of the n dimensions and starts with the variance that the depth settles at; lengths are
    given in units of its radius there.
    """
    W, b = nn.sample_weights(DEPTH, n, seed, bias=True, dtype="float64")
    plane = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, 2)))[0]
    z = [plane @ RING]
    radius = np.sqrt(n * nn.meanfield.fixed_point("tanh", sigma_w, sigma_b))
    for l in range(DEPTH):
        z.append((sigma_w * W[l] @ np.tanh(radius * z[-1]) + sigma_b * b[l]) / radius)  # (n, points)
    return np.array(z)


@cache
def lengths(sigma_w, seed=0):
    """The length of the closed curve in layers 0 … DEPTH, over that of the circle: (DEPTH+1,)."""
    length = np.linalg.norm(np.diff(circle(sigma_w, seed=seed), axis=2), axis=1).sum(axis=1)
    return length / length[0]


@cache
def shadow(sigma_w, l):
    """Project layer l on the plane in which the curve is widest, turned to lie as the circle did: (2, points)."""
    from scipy.linalg import eigh

    z = circle(sigma_w)[l]
    z = z - z.mean(axis=1, keepdims=True)
    _, axes = eigh(z @ z.T, subset_by_index=[len(z) - 2, len(z) - 1])
    flat = axes.T @ z
    u, _, v = np.linalg.svd(RING @ flat.T)
    return u @ v @ flat


def draw_circle(ax, l=10):
    """The shadow of a circle of inputs in layer l of three tanh networks that differ in σ_w only, side by side."""
    ax.set(xlim=(-1.25, 6.65), ylim=(-1.65, 1.85), xticks=[], yticks=[])
    ax.set_box_aspect(3.5 / 7.9)
    ax.spines[["left", "bottom"]].set_visible(False)
    factors = []
    for x, (words, sigma_w) in zip((0, 2.7, 5.4), SCALES.items(), strict=True):
        length, (across, up) = number(lengths(sigma_w)[l]), shadow(sigma_w, l)
        ax.plot(RING[0] + x, RING[1], **REFERENCE)
        ax.plot(across + x, up, color=COLORS["forward"], linewidth=1.4)
        ax.text(x, 1.45, f"$\\sigma_w$ = {sigma_w:.2f}", ha="center", va="bottom", fontsize=9)
        ax.text(x, 1.1, words, ha="center", va="bottom", fontsize=9)
        ax.text(x, -1.15, f"length × {length}", ha="center", va="top", fontsize=9, color=COLORS["forward"])
        factors.append(length)
    return (f"A circle of inputs (dotted) and its shadow in layer {l} of three tanh networks, width 300, on the plane "
            f"where it is widest. In all directions together its length has changed by factors of {factors[0]}, "
            f"{factors[1]} and {factors[2]}.")


def stretch(sigma_w, first=3, last=15, seeds=3):
    """The factor per layer by which the circle's length changes, (measured, predicted √chi_1)."""
    logs = [np.log(lengths(sigma_w, seed)) for seed in range(seeds)]
    measured = np.exp(np.mean([(s[last] - s[first]) / (last - first) for s in logs]))
    return float(measured), factor("tanh", sigma_w, SIGMA_B)
