"""What a normalized layer does to the error signal, by theory: one number, for any activation and any norm."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import ACTIVATION_NAMES

NAMES = {name: ACTIVATION_NAMES[name] for name in ("relu", "tanh", "sigmoid", "selu", "gelu", "identity")}
NORM_NAMES = {None: "no normalization", "batch": "batch norm", "layer": "layer norm", "rms": "RMS norm"}


@cache
def moments(activation, gamma=1.0, beta=0.0):
    """Return (E φ, E φ², E (dφ/dx)²) for φ(γ x + β), x ~ N(0, 1)."""
    x = np.linspace(-10, 10, 100_001)  # 0 is a node, the kink of ReLU lies elsewhere: the error is below 1e-4
    w, phi = np.exp(-x * x / 2), nn.get_activation(activation)
    value, slope = phi(gamma * x + beta), gamma * phi.derivative(gamma * x + beta)
    return tuple(float(w @ f / w.sum()) for f in (value, value**2, slope**2))


@cache
def chi(activation, norm="batch", gamma=1.0, beta=0.0):
    """The factor of ‖δ‖² per layer, deep in a wide network with normalization before each activation.

    E (dφ/dx)² / Var φ under batch norm with many examples; E (dφ/dx)² / E φ² under layer and RMS norm.
    """
    mean, square, slope = moments(activation, gamma, beta)
    return slope / (square - mean**2 * (norm == "batch"))


def residual_growth(activation, depth, norm="batch"):
    """The factor of ‖dL/da‖² from a[L] down to a[1], layers 2 ... L each a[l] = a[l-1] + φ(norm(W a[l-1])).

    The shortcut lets the variance grow by the same amount in every block, so block l has the factor 1 + χ/(l - 1).
    Exact for batch norm, and for layer norm where E φ = 0: elsewhere the means add up as well.
    """
    return float(np.prod(1 + chi(activation, norm) / np.arange(1, depth)))
