"""Shattering seen on a line of inputs: the gradient as a function of one number, from a smooth curve to white noise."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, REFERENCE, SEED

DEPTHS, SEEDS, POINTS, WIDTH = (1, 2, 5, 10, 20, 50), 10, 256, 200
#: skip, sigma_w, sigma_b; PyTorch's default draws weights and biases uniformly within 1/√n
LINES = {"plain": (0.0, 2**0.5, 0.0), "shortcut, s = 1/√L": (1.0, 2**0.5, 0.0),
         "plain, PyTorch default": (0.0, 3**-0.5, (3 * WIDTH) ** -0.5)}
LAGS = np.arange(0, 97, 4)  # in grid points; the grid runs from -2 to 2


@cache
def along_line(kind, L, seed=0):
    """df/dx at POINTS inputs x from -2 to 2 of a random ReLU network f, divided by its root mean square: (POINTS,)."""
    skip, sigma_w, sigma_b = LINES[kind]
    s = L**-0.5 if skip else 1.0
    rng, x = np.random.default_rng([seed, L]), np.linspace(-2, 2, POINTS)
    w, b, v = rng.standard_normal((3, WIDTH, 1))
    z, dz = w * x + b, np.repeat(w, POINTS, axis=1)  # the first layer, and its derivative with respect to x
    for _ in range(L):
        W = sigma_w / np.sqrt(WIDTH) * rng.standard_normal((WIDTH, WIDTH))
        dz = skip * dz + s * W @ ((z > 0) * dz)
        z = skip * z + s * W @ np.maximum(z, 0) + sigma_b * rng.standard_normal((WIDTH, 1))
    g = (v.T @ dz)[0]
    return g / np.sqrt(np.mean(g**2))


@cache
def autocorrelation(kind, L):
    """Mean product of two gradients that are LAGS grid points apart, over the grid and SEEDS networks: (len(LAGS),)."""
    lines = [along_line(kind, L, seed) for seed in range(SEEDS)]
    return np.array([np.mean([g[lag:] @ g[: POINTS - lag] / (POINTS - lag) for g in lines]) for lag in LAGS])


def named(kind, L):
    """Name a network: its kind, and how many blocks it has."""
    return f"{kind}, {L} block{'s' * (L > 1)}"


def draw_noise(line, lags, L=20, kind="plain"):
    """The gradient along a line of inputs, and how alike two of them are, against their distance."""
    line.set(xlim=(-2, 2), ylim=(-4, 4), xlabel="input x", ylabel="df/dx, over its rms")
    line.axhline(0, **REFERENCE)
    line.plot(np.linspace(-2, 2, POINTS), along_line(kind, L), color=COLORS["backward"], linewidth=1)
    away = LAGS * 4 / (POINTS - 1)
    lags.set(xlim=(0, 1.5), ylim=(-0.3, 1.1), xticks=[0, 0.5, 1, 1.5], xlabel="distance of two inputs",
             ylabel="autocorrelation")
    lags.axhline(0, **REFERENCE)
    for other in (1, 5, 50):
        lags.plot(away, autocorrelation("plain", other), **SEED, label=named("plain", other))
    lags.plot(away, autocorrelation(kind, L), "o-", color=COLORS["backward"], markersize=3, label=named(kind, L))
    lags.text(1.48, 1.04, "gray: plain, 1, 5 and 50 blocks", ha="right", va="center", fontsize=8,
              color=COLORS["reference"])
    return (f"{kind[0].upper() + kind[1:]}, ReLU, {L} block{'s' * (L > 1)} of {WIDTH}: gradients at inputs "
            f"{away[4]:.2f} apart have a correlation of {autocorrelation(kind, L)[4] + 0.0:.2f} (mean of {SEEDS} "
            f"networks); in a plain network of one block {autocorrelation('plain', 1)[4]:.2f}.")
