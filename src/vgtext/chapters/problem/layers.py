"""One network, of which one thing is changed at a time: the sizes that each of its layers sees in a backward pass."""

from functools import cache, partial

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.initializers import scaled_normal
from vgtext.palette import COLORS, MEASURED, REFERENCE, backward_arrow, label_line, layer_axis, log_axis, number

#: The network as it is, and three with one change: activation, and weight scale σ_w = std √n.
NETWORKS = {
    "as it is": ("tanh", 1.0),
    "sigmoid units": ("sigmoid", 1.0),
    "weights × 4": ("tanh", 4.0),
    "weights × ½": ("tanh", 0.5),
}
DEEPEST, EXAMPLES = 50, 100


@cache
def digits():
    """The first 100 training images of the handwritten digits, x (64, 100), and what they show, y (100,)."""
    data = nn.data.digits("float64")
    return data.x[:, :EXAMPLES], data.y[:EXAMPLES]


def network(change, L, seed=0):
    """Return the network with L layers of 64 units (10 in the last) after one backward pass on 100 digits.

    All ``NETWORKS`` with the same seed are made from the same random numbers. Raises KeyError for another name.
    """
    activation, sigma_w = NETWORKS[change]
    net = nn.mlp(64, 64, 10, L, activation=activation, init=scaled_normal(sigma_w), seed=seed, dtype="float64")
    net.loss_and_gradient(*digits(), measure=True)
    return net


@cache
def layer_sizes(change, L, seed=0):
    """Return :class:`vgtext.nn.Signals` of the network: ``activation[l]``, ``error[l]``, ``gradient[l]``, l = 0 … L."""
    return network(change, L, seed).signals()


def round_trip(change, L, seeds=5):
    """Return R = (‖a[L-1]‖ / ‖a[1]‖) (‖δ[2]‖ / ‖δ[L]‖), the hidden layers there and back: geometric mean of seeds."""
    runs = [layer_sizes(change, L, seed) for seed in range(seeds)]
    logs = [s.log10_activation[L - 1] - s.log10_activation[1] + s.log10_error[2] - s.log10_error[L] for s in runs]
    return float(10 ** np.mean(logs))


def described(change):
    """Return the words for a network of ``NETWORKS`` at the start of a sentence."""
    return f"The network {change}" if change == "as it is" else f"The network with {change}"


def draw_first_layers(ax, L=30):
    """The weight gradient of every layer: a network as it is, with sigmoid units, and with weights times four."""
    log_axis(ax, 1e-36, 1e12, "weight gradient ‖∂ℒ/∂W[l]‖")
    layer_axis(ax, DEEPEST)
    backward_arrow(ax)
    ax.axhline(1, **REFERENCE)
    l, first = np.arange(1, L + 1), {}
    for change, marker, words, where, shift in (
        ("weights × 4", "^", "it blows up", round(0.3 * L), (6, 12)),
        ("as it is", "o", "", *((L, (10, -10)) if L < 38 else (round(0.3 * L), (6, -11)))),
        ("sigmoid units", "v", "it fades", round(0.4 * L), (8, -12 if L > 8 else -24)),
    ):
        sizes = layer_sizes(change, L).gradient[1:]
        ax.plot(l, sizes, **{**MEASURED, "marker": marker, "markersize": 5, "markevery": [0, L - 1]},
                color=COLORS["gradient"])
        first[change] = sizes[0] / sizes[-1]
        seen = words and abs(np.log10(first[change])) > 1  # two layers hardly differ
        label_line(ax, max(1, where), sizes[max(1, where) - 1], f"{change}: {words}" if seen else change,
                   COLORS["gradient"], xytext=shift)
    handle(ax, lambda L: (L, layer_sizes("as it is", L).gradient[L]))
    fade, blow = first["sigmoid units"], first["weights × 4"]
    return (f"{L} layers, one backward pass. With sigmoid units, layer 1 gets {number(fade)} of the gradient of layer "
            f"{L}; with weights four times as large it gets {number(blow)} times as much as the last.")


def draw_quantities(ax, change="sigmoid units", L=30):
    """Three sizes per layer: the activation that enters it, its error signal, its weight gradient."""
    signals, l = layer_sizes(change, L), np.arange(1, L + 1)
    log_axis(ax, 1e-36, 1e12, "size")
    layer_axis(ax, DEEPEST)
    backward_arrow(ax)
    ax.axhline(1, **REFERENCE)
    for sizes, key, marker, words in ((signals.activation[:-1], "forward", "o", "activation that enters, ‖a[l−1]‖"),
                                      (signals.error[1:], "backward", "s", "error signal, ‖δ[l]‖"),
                                      (signals.gradient[1:], "gradient", "D", "weight gradient, ‖∂ℒ/∂W[l]‖")):
        ax.plot(l, sizes, color=COLORS[key], label=words, **{**MEASURED, "marker": marker, "markevery": 3})
    ax.legend(loc="lower right")
    handle(ax, lambda L: (L, layer_sizes(change, L).error[L]))
    error, gradient = (sizes[1] / sizes[L] for sizes in (signals.error, signals.gradient))
    return (f"{described(change)}, {L} layers: from layer {L} back to layer 1 the error signal changes by a factor of "
            f"{number(error)}, the weight gradient by a factor of {number(gradient)}.")


def back_per_layer(change, quantity="error", L=30, seeds=5):
    """By what factor the size changes per layer on the way back from layer L-1 to layer 2: geometric mean of seeds."""
    log = [getattr(layer_sizes(change, L, seed), f"log10_{quantity}") for seed in range(seeds)]
    return float(10 ** np.mean([(s[2] - s[L - 1]) / (L - 3) for s in log]))


def step_ratio(l, change="sigmoid units", L=30, eta=0.1):
    """log10 of the update-to-weight ratio that plain gradient descent gives layer l in its first step."""
    net = network(change, L)
    return float(net.signals().log10_gradient[l] + np.log10(eta / np.linalg.norm(net.layers[l].W)))


def _evidence(change, quantity, tolerance):
    activation, sigma_w = NETWORKS[change]
    c = float(np.sqrt(nn.meanfield.chi(activation, sigma_w)))
    words = {"error": "error signal", "gradient": "weight gradient"}[quantity]
    return Evidence(f"{change}: factor of the {words} per layer on the way back",
                    partial(back_per_layer, change, quantity), c, tolerance)


CLAIMS = (
    Claim(
        "S0.1", "The gradient of the loss gets very small (vanishing) or very large (exploding) on its way back "
        "through the layers.", "holds",
        "In networks whose weights do not match their activation: by a nearly constant factor per layer.",
        (
            _evidence("sigmoid units", "error", 0.01),
            _evidence("sigmoid units", "gradient", 0.01),
            _evidence("weights × 4", "error", 0.05),
            _evidence("weights × 4", "gradient", 0.05),
        ), "first-layers",
        setting="30 layers of 64 units (tanh, or sigmoid), σ_w = 1 and 4, 100 digits, five seeds, before the first "
        "step; theory: infinite width.",
    ),
    Claim(
        "S3.13", "With vanishing gradients the network's learning rate becomes negligible.",
        "garbled", "The learning rate is a number that one sets; it does not shrink. What becomes negligible is the "
        "update, and with it the speed at which the early layers learn. No single rate serves all layers then.",
        (
            Evidence("η = 0.1, layer 30: power of ten of the first update over the weights", lambda: step_ratio(30),
                     -1.5, 0.3),
            Evidence("η = 0.1, layer 1: the same", lambda: step_ratio(1), -20.0, 1.0),
        ), "quantities?change=sigmoid units&L=30",
        setting="30 sigmoid layers of 64 units, σ_w = 1, 100 digits, plain gradient descent, one seed.",
    ),
)
