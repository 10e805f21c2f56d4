"""Pre-norm and post-norm: the last layer's gradient at the start, post- and pre-norm, against depth."""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, REFERENCE, THEORY, log_axis, number

DEPTHS, SEEDS, WIDTH = (2, 4, 8, 16, 32, 64), 8, 128


def layer_norm(z):
    """Return z with mean 0 and variance 1 over the units, and the standard deviation taken out."""
    z = z - z.mean(axis=0)
    std = z.std(axis=0)
    return z / std, std


def norm_back(g, u, std):
    """The gradient before a layer norm, from that after it."""
    return (g - g.mean(axis=0) - u * (g * u).mean(axis=0)) / std


@cache
def gradients(place, L, seed=0, m=16, d=WIDTH):
    """Norm of dL/dW_2 of every block z + W_2 relu(W_1 z), cross-entropy with ten classes, Xavier: (L,)."""
    rng, kept, post = np.random.default_rng(seed), [], place == "post"
    z = rng.standard_normal((d, m))
    for _ in range(L):
        W1, W2 = rng.standard_normal((2, d, d)) / np.sqrt(d)
        u, std = (z, None) if post else layer_norm(z)
        a = np.maximum(W1 @ u, 0)
        z = z + W2 @ a
        if post:
            z, std = layer_norm(z)
            u = z
        kept.append((W1, W2, a, u, std))
    y, last = (z, None) if post else layer_norm(z)
    V = rng.standard_normal((10, d)) / np.sqrt(d)
    p = np.exp(V @ y)
    p /= p.sum(axis=0)
    p[rng.integers(10, size=m), np.arange(m)] -= 1
    g = V.T @ p / m
    g, found = (g if post else norm_back(g, y, last)), []
    for W1, W2, a, u, std in reversed(kept):
        g = norm_back(g, u, std) if post else g
        found.append(np.linalg.norm(g @ a.T))
        back = W1.T @ ((a > 0) * (W2.T @ g))
        g = g + (back if post else norm_back(back, u, std))
    return np.array(found[::-1])


@cache
def last_layer(place, m=16):
    """The last block's gradient over m examples, geometric mean of the seeds, per depth."""
    return np.exp([np.mean([np.log(gradients(place, L, seed, m)[-1]) for seed in range(SEEDS)]) for L in DEPTHS])


def slope(sizes, first=0):
    """The power of L that fits sizes at DEPTHS[first:]."""
    return float(np.polyfit(np.log(DEPTHS[first:]), np.log(sizes[first:]), 1)[0])


def predicted():
    """Pre-norm: the stream's variance is 1 + L/2, and the last norm divides by its root; relative to L = 2."""
    return np.sqrt(2 / (1 + np.array(DEPTHS) / 2))


def draw_norms(ax, place="pre"):
    """The last layer's gradient against depth, one place of the norm."""
    ax.set_xscale("log")
    log_axis(ax, 0.1, 5, "gradient of the last block's W₂")
    ax.set(xlim=(1.7, 75), xlabel="number of blocks L")
    ax.set_xticks(DEPTHS, [str(L) for L in DEPTHS])
    ax.set_yticks([0.1, 0.2, 0.5, 1, 2, 5], ["0.1", "0.2", "0.5", "1", "2", "5"])
    ax.minorticks_off()
    sizes = last_layer(place)
    for seed in range(SEEDS):
        ax.plot(DEPTHS, [gradients(place, L, seed)[-1] for L in DEPTHS], color=COLORS["seed"], linewidth=0.7)
    ax.plot(DEPTHS, sizes, "o", color=COLORS["gradient"])
    ax.plot(DEPTHS, sizes[0] * (predicted() if place == "pre" else np.ones(6)), **THEORY)
    ax.axhline(1, **REFERENCE)
    return (f"{place.title()}-norm, feed-forward blocks, width {WIDTH}, geometric mean of {SEEDS} seeds (gray), at the "
            f"start: the last block's gradient goes as L to the power {number(slope(sizes))} from 2 to 64 blocks, "
            f"{number(slope(sizes, 3))} from 16 on. Dashed: theory, through the first dot.")


CLAIMS = (
    Claim(
        "R.12", "Xiong and others 2020: before training, the last layer's gradient is of order 1 with the norm after "
        "the sum, and of order 1/√L with the norm before the branch.",
        "holds", f"Feed-forward blocks only, width {WIDTH}, {SEEDS} seeds, 2 to 64 blocks; the second from 16 blocks "
        f"on.",
        (
            Evidence("post-norm: the power of L", lambda: slope(last_layer("post")), 0.0, 0.12),
            Evidence("post-norm, 16 to 64 blocks: the power of L", lambda: slope(last_layer("post"), 3), 0.0, 0.2),
            Evidence("post-norm, one example: the power of L", lambda: slope(last_layer("post", 1)), 0.0, 0.05),
            Evidence("pre-norm: the power of L", lambda: slope(last_layer("pre")), -0.5, 0.12),
            Evidence("pre-norm, 16 to 64 blocks: the power of L", lambda: slope(last_layer("pre"), 3), -0.5, 0.06),
        ), "norms?place=pre",
        setting="Before the first step.",
    ),
)
