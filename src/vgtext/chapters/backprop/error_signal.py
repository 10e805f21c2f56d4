"""Backpropagation through a deep network: the error signal as a product of Jacobians, and what bounds its size."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import (
    ACTIVATION_NAMES,
    COLORS,
    REFERENCE,
    SEED,
    THEORY,
    backward_arrow,
    layer_axis,
    log_axis,
    number,
)

L, WIDTH, RUNS = 20, 64, 20


@cache
def deep_pass(activation, sigma_w, seed=0):
    """The weights and pre-activations (W, z) of a deep random network with one N(0, 1) input, biases 0.1 N(0, 1)."""
    W, b = nn.random_network([WIDTH] * (L + 1), nn.initializers.scaled_normal(sigma_w), sigma_b=0.1, seed=seed)
    x = np.random.default_rng(seed + 1).standard_normal((WIDTH, 1))
    return W, nn.forward(W, b, x, activation)[0]


@cache
def jacobians(activation, sigma_w, seed=0):
    """dz[l]/dz[l-1] = W[l] diag(phi'(z[l-1])) for l = 2..L, in a list indexed by l; each (n_l, n_(l-1))."""
    W, z = deep_pass(activation, sigma_w, seed)
    phi = nn.get_activation(activation)
    return [None, None, *(W[l] * phi.derivative(z[l - 1]).T for l in range(2, L + 1))]


@cache
def output_errors(seed=0):
    """The error signals delta[L] that are sent back: RUNS random unit vectors, (n_L, RUNS)."""
    delta = np.random.default_rng(seed + 2).standard_normal((WIDTH, RUNS))
    return delta / np.linalg.norm(delta, axis=0)


@cache
def error_sizes(activation, sigma_w, seed=0):
    """The size of delta[l] for l = 1..L, by equation (BP2), layer by layer: (L, RUNS)."""
    W, z = deep_pass(activation, sigma_w, seed)
    phi, delta = nn.get_activation(activation), output_errors(seed)
    sizes = [np.linalg.norm(delta, axis=0)]
    for l in range(L - 1, 0, -1):
        delta = (W[l + 1].T @ delta) * phi.derivative(z[l])  # (n_l, RUNS)                    (BP2)
        sizes.insert(0, np.linalg.norm(delta, axis=0))
    return np.array(sizes)


@cache
def theory_sizes(activation, sigma_w, seed=0):
    """From the product dz[L]/dz[l], for l = 1..L: its root mean square stretch, its largest, and its factors' largest.

    The first is ‖dz[L]/dz[l]‖_F / sqrt(n), the size of delta[l] for a delta[L] of unit size and random direction. The
    second is the product's largest singular value, the third the product of the largest singular values of its factors.
    """
    J, P = jacobians(activation, sigma_w, seed), np.eye(WIDTH)
    typical, largest, bound = [1.0], [1.0], [1.0]
    for l in range(L - 1, 0, -1):
        P = P @ J[l + 1]  # dz[L]/dz[l]
        typical.insert(0, np.linalg.norm(P) / np.sqrt(WIDTH))
        largest.insert(0, np.linalg.norm(P, 2))
        bound.insert(0, bound[0] * np.linalg.norm(J[l + 1], 2))
    return np.array(typical), np.array(largest), np.array(bound)


#: The sizes that an activation's figure spans, for σ_w from 0.5 to 2, and below them room for words.
RANGES = {"sigmoid": (1e-22, 1e2), "tanh": (1e-10, 1e10), "relu": (1e-13, 1e11)}


def draw_error_signal(ax, activation="tanh", sigma_w=1.0):
    """The error signal of every layer, measured by backpropagation, and what the product of Jacobians predicts."""
    l, sizes = np.arange(1, L + 1), error_sizes(activation, sigma_w)
    typical, largest, bound = theory_sizes(activation, sigma_w)
    mean = np.exp(np.log(sizes).mean(axis=1))
    log_axis(ax, *RANGES[activation], "‖δ[l]‖, with ‖δ[L]‖ = 1")
    layer_axis(ax, L)
    ax.axhline(1, **REFERENCE)
    backward_arrow(ax)
    ax.plot(l, sizes, **SEED)
    ax.plot(l, mean, color=COLORS["backward"], label="measured")
    ax.plot(l, typical, **THEORY, label="predicted")
    ax.plot(l, largest, **{**THEORY, "linestyle": "-."}, label="bound, whole product")
    ax.plot(l, bound, **{**THEORY, "linestyle": ":"}, label="bound, layer by layer")
    ax.legend()  # above the panel: on a phone a label is so long that it would lie across its own line and the next
    return (f"{ACTIVATION_NAMES[activation]}, σ_w = {sigma_w:.2f}: layer 1 gets {number(mean[0])} times "
            f"the error signal of layer {L} (geometric mean of {RUNS} directions); the product of Jacobians predicts "
            f"a root mean square of {number(typical[0])} and at most {number(largest[0])}, "
            f"while the layers' largest stretches multiply to {number(bound[0])}.")
