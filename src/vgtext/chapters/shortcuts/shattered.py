"""Shattered gradients: how alike the gradients of two unrelated inputs are, against depth."""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, THEORY, log_axis, positive

DEPTHS, DRAWS = (1, 2, 3, 5, 7, 10, 15), 4
KINDS = {"plain": (False, False), "plain + batch norm": (False, True), "shortcut": (True, False),
         "shortcut + batch norm": (True, True)}


@cache
def correlation(kind, L, n=300, m=60, draws=DRAWS, sigma_b=0.0):
    """Mean cosine of the gradients (dz[L] along one random direction) of ``m`` independent inputs, ReLU, He.

    With batch norm the statistics are those of the m inputs, taken as constants on the way back.
    """
    skip, norm = KINDS[kind]
    found = []
    for seed in range(draws):
        rng, slopes = np.random.default_rng([seed, L]), []
        z = rng.standard_normal((n, m))
        for _ in range(L):
            W = np.sqrt(2 / n) * rng.standard_normal((n, n))
            std = z.std(axis=1, keepdims=True) if norm else 1.0
            u = (z - z.mean(axis=1, keepdims=True)) / std if norm else z
            slopes.append((W, (u > 0) / std))
            z = skip * z + W @ np.maximum(u, 0)
            if sigma_b:
                z = z + sigma_b * rng.standard_normal((n, 1))
        g = np.repeat(rng.standard_normal((n, 1)), m, axis=1)
        for W, slope in reversed(slopes):
            g = skip * g + slope * (W.T @ g)
        g = g / np.linalg.norm(g, axis=0)
        found.append(((g.T @ g).sum() - m) / (m * (m - 1)))
    return float(np.mean(found))


def published(kind, L):
    """Balduzzi and others: 1/2^L, (3/4)^L, and about 1/√L for a shortcut with batch norm."""
    return {"plain": 0.5**L, "plain + batch norm": 0.5**L, "shortcut": 0.75**L, "shortcut + batch norm": L**-0.5}[kind]


def corrected(kind, L):
    """With the inputs' own correlation kappa followed through the layers: product of 1 - arccos(kappa)/pi.

    For a shortcut the mean of that and 1. With batch norm kappa stays 0, and the variance of z gains 1 - 1/pi a block.
    """
    skip, norm = KINDS[kind]
    kappa, product, variance = 0.0, 1.0, 1.0
    for _ in range(L):
        together = 1 - np.arccos(min(kappa, 1.0)) / np.pi
        product *= (variance + together) / (variance + 1) if skip else together
        if norm:
            variance += 1 - 1 / np.pi
            continue
        after = (np.sqrt(1 - kappa**2) + kappa * (np.pi - np.arccos(kappa))) / np.pi
        kappa = (kappa + after) / 2 if skip else after
    return float(product)


def draw_shattered(ax, kind="plain"):
    """Gradient correlation against depth: measured, published, and with the inputs' correlation followed."""
    log_axis(ax, 1e-5, 2, "correlation of two gradients")
    ax.set(xlim=(0, 16), xlabel="number of blocks L")
    ax.plot(DEPTHS, [published(kind, L) for L in DEPTHS], color=COLORS["reference"], linewidth=1, label="published law")
    ax.plot(DEPTHS, [corrected(kind, L) for L in DEPTHS], **THEORY, label="inputs' correlation followed")
    sizes = np.array([correlation(kind, L) for L in DEPTHS])
    ax.plot(DEPTHS, positive(sizes), "o", color=COLORS["backward"], label="measured")
    ax.legend(loc="lower left", fontsize=8)
    lost = [f"{L} blocks" for L, size in zip(DEPTHS, sizes) if size <= 0]
    below = f" At {' and '.join(lost)} the mean is below 0, and no dot is drawn." if lost else ""
    return (f"{kind[0].upper() + kind[1:]}, ReLU, width 300, unrelated inputs, mean of {DRAWS} draws: two gradients "
            f"have a correlation of {sizes[0]:.2f} after one block and {sizes[3]:.2f} after five; the published law "
            f"says {published(kind, 5):.3f}, and following the inputs' correlation gives {corrected(kind, 5):.3f}."
            + below)


def _evidence(words, kind, L, expected, tolerance):
    return Evidence(f"{words}, {L} block{'s' * (L > 1)}", lambda: correlation(kind, L), float(expected), tolerance)


CLAIMS = (
    Claim(
        "R.10", "Balduzzi and others 2017: the gradients of two inputs have a correlation of 1/2ᴸ in a plain ReLU "
        "network and of (3/4)ᴸ with shortcuts.",
        "holds if", "Inputs stay unlike from layer to layer, as they do in the plain network under batch norm: 1/2ᴸ. "
        "Without it, and so with shortcuts alone, they grow alike, and the correlation falls more slowly: in the plain "
        "network as the product of 1 − arccos(κ)/π, κ being the two pre-activations' correlation.",
        (
            _evidence("plain", "plain", 1, published("plain", 1), 0.03),
            _evidence("plain with batch norm, published 1/32", "plain + batch norm", 5, published("plain", 5), 0.012),
            _evidence("plain, published 1/32", "plain", 5, corrected("plain", 5), 0.03),
            _evidence("shortcut", "shortcut", 1, published("shortcut", 1), 0.03),
            _evidence(f"shortcut, published {published('shortcut', 5):.3f}", "shortcut", 5, corrected("shortcut", 5),
                      0.03),
        ), "shattered?kind=plain",
        setting="300 ReLU units, 60 independent inputs, four draws, He weights.",
    ),
)
