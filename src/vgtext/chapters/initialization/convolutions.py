"""Convolutions: how many terms a unit adds up, and the start that keeps every direction (delta-orthogonal)."""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.nn.initializers import orthogonal

CHANNELS, KERNEL, PIXELS = 32, 3, 8


def kernel(kind, rng):
    """A kernel (KERNEL, c_out, c_in): Gaussian of variance 1/(k c_in), or delta-orthogonal, 0 but at its center."""
    if kind == "Gaussian":
        return rng.standard_normal((KERNEL, CHANNELS, CHANNELS)) / np.sqrt(KERNEL * CHANNELS)
    W = np.zeros((KERNEL, CHANNELS, CHANNELS))
    W[KERNEL // 2] = orthogonal()(CHANNELS, CHANNELS, rng)
    return W


def at_frequencies(W):
    """What a convolution over a ring of PIXELS does to each frequency: (PIXELS, c_out, c_in), complex.

    Its singular values, of all frequencies together, are those of the whole convolution.
    """
    shift = np.exp(-2j * np.pi * np.outer(np.arange(PIXELS), np.arange(len(W)) - len(W) // 2) / PIXELS)
    return np.einsum("fk,koi->foi", shift, W)


@cache
def spread(kind, L, seed=0):
    """All singular values of L linear convolutions in a row, largest first."""
    rng, product = np.random.default_rng(seed), np.eye(CHANNELS)
    for _ in range(L):
        product = at_frequencies(kernel(kind, rng)) @ product
    return np.sort(np.linalg.svd(product, compute_uv=False).ravel())[::-1]


CLAIMS = (
    Claim(
        "R.23", "Xiao and others 2018: convolutions that start delta-orthogonal keep all singular values at 1 at any "
        "depth, and trained 10,000 layers of tanh.", "holds if",
        "The units are linear, which is what this measures; tanh is nearly so for small inputs. We trained none.",
        (
            Evidence("delta-orthogonal, 1,000 layers: largest over smallest singular value",
                     lambda: float(spread("delta", 1000)[0] / spread("delta", 1000)[-1]), 1.0, 1e-9),
            Evidence("Gaussian kernels, 10 layers: the largest, squared", lambda: float(spread("Gaussian", 10)[0] ** 2),
                     11**11 / 10**10, 8.0),
            Evidence("and the median", lambda: float(np.median(spread("Gaussian", 10))), 0.03, 0.015),
        ), "spectrum",
        setting=f"{CHANNELS} channels, kernels of {KERNEL}, a ring of {PIXELS} pixels, linear units, one seed.",
    ),
)
