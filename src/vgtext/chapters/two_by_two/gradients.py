"""Which layers starve: the activation, the error signal and the weight gradient of every layer."""

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, MEASURED, REFERENCE, backward_arrow, chosen, layer_axis, log_axis, number

NETWORKS = ("the pure product", "with a bias that keeps activations", "with sigmoid units")


def layer_sizes(network, a=0.2, L=10):
    """Forward and backward through L layers W = a I: ‖a[l-1]‖, ‖delta[l]‖, ‖dL/dW[l]‖ for l = 1 … L, each (L,)."""
    W, x = a * np.eye(2), np.array([0.6, 0.8])
    b = x - W @ x if network == NETWORKS[1] else np.zeros(2)  # W x + b = x: the activation stays what it is
    sigmoid = network == NETWORKS[2]
    signal, slope = [x], [None]
    for _ in range(L):
        z = W @ signal[-1] + b
        signal.append(1 / (1 + np.exp(-z)) if sigmoid else z)
        slope.append(signal[-1] * (1 - signal[-1]) if sigmoid else np.ones(2))
    delta = [x * slope[L]]  # the loss is x · a[L]
    for l in range(L - 1, 0, -1):
        delta.insert(0, (W.T @ delta[0]) * slope[l])
    gradient = [np.outer(d, s) for d, s in zip(delta, signal[:L], strict=True)]
    return tuple(np.array([np.linalg.norm(v) for v in vs]) for vs in (signal[:L], delta, gradient))


def draw_layer_gradients(ax, a=0.2, network="the pure product"):
    """Per layer: the activation that enters, the error signal that comes back, and the weight gradient."""
    L = 10
    signal, delta, gradient = layer_sizes(network, a, L)
    l = np.arange(1, L + 1)
    log_axis(ax, 1e-16, 1e4, "size")
    layer_axis(ax, L)
    backward_arrow(ax)
    ax.axhline(1, **REFERENCE)
    for sizes, key, marker, words in ((signal, "forward", "o", "activation that enters, ‖a[l−1]‖"),
                                      (delta, "backward", "s", "error signal, ‖δ[l]‖"),
                                      (gradient, "gradient", "D", "weight gradient, ‖∂ℒ/∂W[l]‖")):
        ax.plot(l, sizes, color=COLORS[key], label=words, **{**MEASURED, "marker": marker})
    ax.legend(loc="lower right")
    handle(ax, lambda a: (1, layer_sizes(network, a, L)[1][0]))
    ratio = gradient[0] / gradient[-1]
    return (f"a = {chosen(a, 1)}, {network}: layer 1 gets a weight gradient of {number(gradient[0], 3)}, layer {L} one "
            f"of {number(gradient[-1], 3)}; the first layer's is {number(ratio, 3)} times the last one's.")


def first_to_last(network):
    """The weight gradient of layer 1 over that of layer 10, at a = 0.2."""
    gradient = layer_sizes(network)[2]
    return float(gradient[0] / gradient[-1])


CLAIMS = (
    Claim(
        "S0.7", "In the product with W = a I, the weights of the earlier layers suffer most.",
        "wrong", "All layers get the same gradient, aᴸ⁻¹. It is true once activations keep their size.",
        (
            Evidence("gradient of layer 1 over that of layer 10", lambda: first_to_last(NETWORKS[0]), 1.0, 1e-9),
            Evidence("the same with a bias that keeps activations", lambda: first_to_last(NETWORKS[1]), 0.2**9, 1e-12),
        ), "layer-gradients",
        setting="2 × 2 matrices, ten layers, a = 0.2.",
    ),
)
