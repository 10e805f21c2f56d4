"""One matrix for all steps, or a fresh one each: the luck of one draw is raised to a power, or averaged."""

from functools import cache

import numpy as np

from vgtext.explore import handle
from vgtext.nn.theory.products import gaussian_lyapunov_exponents, spectral_radius
from vgtext.palette import COLORS, REFERENCE, THEORY, beyond, log_axis, number

from .passes import MATRICES

STEPS, DRAWS = 100, 20
SCALES, WIDTHS = (0.9, 0.95, 1.0, 1.05, 1.1), (4, 16, 64)


def signals(matrix, scale, n, fresh):
    """Sizes of a vector behind k = 0 … 100 steps, W[k] … W[1] v, twenty draws: (20, 101)."""
    return unscaled_signals(matrix, n, fresh) * scale ** np.arange(STEPS + 1)  # each of k matrices has the factor


@cache
def unscaled_signals(matrix, n, fresh):
    """The sizes at scale 1."""
    draw, sizes = MATRICES[matrix](1.0), np.ones((DRAWS, STEPS + 1))
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        v, W = rng.standard_normal(n), draw(n, n, rng)
        v /= np.linalg.norm(v)
        for k in range(1, STEPS + 1):
            W = draw(n, n, rng) if fresh and k > 1 else W
            v = W @ v
            sizes[seed, k] = np.linalg.norm(v)
    return sizes


@cache
def radii(matrix, scale, n):
    """The spectral radii of the twenty matrices that are used for all steps: (20,)."""
    return spectral_radius(np.stack([draw_first(matrix, scale, n, seed) for seed in range(DRAWS)]))


def draw_first(matrix, scale, n, seed):
    """The matrix of a draw, behind its vector as in :func:`signals`."""
    rng = np.random.default_rng(seed)
    rng.standard_normal(n)
    return MATRICES[matrix](scale)(n, n, rng)


def spread(sizes):
    """The largest of the draws after the last step over the smallest."""
    return float(sizes[:, -1].max() / sizes[:, -1].min())


def growth(matrix, scale, n):
    """The factor per step of a product of independent matrices."""
    if matrix == "orthogonal":
        return scale
    return float(np.exp(gaussian_lyapunov_exponents(n, scale / np.sqrt(n))[0]))


def draw_same_or_fresh(same, fresh, matrix="Gaussian", scale=1.0, n=16):
    """A vector through a hundred steps: one matrix throughout, and a fresh one at every step; twenty draws each."""
    k, found = np.arange(STEPS + 1), [signals(matrix, scale, n, other) for other in (False, True)]
    for ax, sizes, words in zip((same, fresh), found, ("the same W at every step", "a fresh W at every step")):
        ax.set(xlim=(0, STEPS), xlabel="steps k", xticks=range(0, 101, 25))
        log_axis(ax, 1e-16, 1e12, f"size, {words}")
        ax.axhline(1, **REFERENCE)
        for line in sizes:
            ax.plot(k, line, color=COLORS["seed"], linewidth=0.7)
    same.plot(k, np.exp(np.mean(np.log(found[0]), axis=0)), color=COLORS["backward"], linewidth=2)
    fresh.plot(k, np.exp(np.mean(np.log(found[1]), axis=0)), color=COLORS["backward"], linewidth=2)
    fresh.plot(k, growth(matrix, scale, n) ** k, **THEORY)
    handle(fresh, lambda scale: (50, growth(matrix, scale, n) ** 50))
    start = f"{matrix.capitalize()} W, n = {n}, σ_w = {scale:g}, 20 draws. After {STEPS} steps"
    if matrix == "orthogonal":
        return (f"{start} all have the size {number(found[0][0, -1])}, with one W throughout and with a fresh W at "
                "every step.")
    low, high = radii(matrix, scale, n).min(), radii(matrix, scale, n).max()
    off = " Some end beyond the panel." if beyond(fresh, *np.concatenate(found)[:, -1]) else ""
    return (f"{start} the largest is {number(spread(found[0]), 1)} times the smallest with one W throughout "
            f"(spectral radii {low:.2f} to {high:.2f}), and {number(spread(found[1]), 1)} times with a fresh W at "
            f"every step.{off}")
