"""A circle of inputs on its way through random networks: it shrinks to a point, keeps its size, or gets tangled."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.style import COLORS, REFERENCE, number

from .theory import CRITICAL, SIGMA_B, factor

DEPTH = 20
#: The three networks of the opening figure differ in the scale of their weights only.
SCALES = {"too small": 0.9, "critical": CRITICAL, "too large": 2.0}


@cache
def circle(sigma_w, sigma_b=SIGMA_B, n=400, points=481, seed=0):
    """Send a circle of inputs through DEPTH tanh layers of n units; follow its pre-activations z[l].

    The circle lies in a plane of the n dimensions and starts at layer 0 with the variance that the depth settles at.
    Returns its shadow on the plane where it is widest, (DEPTH+1, 2, points), the starting radius being 1, and its
    length over that of the start, (DEPTH+1,).
    """
    W, b = nn.sample_weights(DEPTH, n, seed, bias=True, dtype="float64")
    angle = np.linspace(0, 2 * np.pi, points)
    ring = np.array([np.cos(angle), np.sin(angle)])
    plane = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, 2)))[0]
    z = [plane @ ring]
    radius = np.sqrt(n * nn.meanfield.fixed_point("tanh", sigma_w, sigma_b))
    for l in range(DEPTH):
        z.append((sigma_w * W[l] @ np.tanh(radius * z[-1]) + sigma_b * b[l]) / radius)  # (n, points)
    length = np.array([np.linalg.norm(np.diff(layer), axis=0).sum() for layer in z])
    return np.array([shadow(layer, ring) for layer in z]), length / length[0]


def shadow(z, ring):
    """Project the columns of z (n, points) on their two principal axes, turned to lie as the ring does: (2, points)."""
    _, s, axes = np.linalg.svd(z - z.mean(axis=1, keepdims=True), full_matrices=False)
    flat = s[:2, None] * axes[:2]
    u, _, v = np.linalg.svd(ring @ flat.T)
    return u @ v @ flat


def draw_circle(small, critical, large, l=10):
    """The shadow of a circle of inputs in layer l of three tanh networks that differ in σ_w only."""
    lengths = []
    for ax, (words, sigma_w) in zip((small, critical, large), SCALES.items(), strict=True):
        shapes, length = circle(sigma_w)
        ax.set_box_aspect(1)
        ax.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), xticks=[], yticks=[])
        ax.set_title(f"$\\sigma_w$ = {sigma_w:.2f}, {words}")
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.plot(*shapes[0], **REFERENCE)
        ax.plot(*shapes[l], color=COLORS["forward"], linewidth=1.4)
        ax.text(0, -1.22, f"length × {number(length[l])}", ha="center", va="bottom", fontsize=9,
                color=COLORS["forward"])
        lengths.append(number(length[l]))
    return (f"A circle of inputs (dotted) and what is left of it in layer {l}: its length has changed by factors of "
            f"{lengths[0]}, {lengths[1]} and {lengths[2]}. Only the scale of the random weights differs.")


def stretch(sigma_w, first=3, last=15, seeds=3):
    """The factor per layer by which the circle's length changes, (measured, predicted √chi_1)."""
    logs = [np.log(circle(sigma_w, seed=seed)[1]) for seed in range(seeds)]
    measured = np.exp(np.mean([(s[last] - s[first]) / (last - first) for s in logs]))
    return float(measured), factor("tanh", sigma_w, SIGMA_B)
