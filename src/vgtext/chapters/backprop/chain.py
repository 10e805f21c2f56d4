"""The chain rule at the last layer: what it says, what the lecture notes print, and what differences measure."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import ACTIVATION_COLORS, COLORS, THEORY, label_line, log_axis, number, positive

LAST_LAYERS = ["sigmoid", "tanh", "softplus"]
Y, B = 1.5, -1.0  # target and bias of the last layer's one unit
WEIGHTS = np.round(np.linspace(-8, 8, 161), 1)


def last_layer_loss(w, a, activation):
    """L = 1/2 (phi(w a + B) - Y)^2 of one unit with weight w and input a."""
    return 0.5 * (nn.get_activation(activation)(w * a + B) - Y) ** 2


def chain_rule(w, a, activation):
    """dL/dw = dL/da[L] phi'(z) a: three local derivatives, with z = w a + B and a the activation that comes in."""
    phi, z = nn.get_activation(activation), w * a + B
    return (phi(z) - Y) * phi.derivative(z) * a


def as_printed(w, a, activation):
    """dL/dw as the notes have it: their dL/da[L] = phi'(a[L-1]) dL/dw, solved for dL/dw, a = a[L-1]."""
    phi = nn.get_activation(activation)
    return (phi(w * a + B) - Y) / phi.derivative(a)


def by_differences(w, a, activation, h=1e-5):
    """dL/dw measured: (L(w + h) - L(w - h)) / 2h."""
    return (last_layer_loss(w + h, a, activation) - last_layer_loss(w - h, a, activation)) / (2 * h)


def draw_last_layer(ax, activation="sigmoid", a=0.5):
    """The size of dL/dw against the weight w: measured, by the chain rule, and as printed."""
    w, color = WEIGHTS, ACTIVATION_COLORS[activation]
    log_axis(ax, 1e-8, 1e3, "size of ∂ℒ/∂w")
    ax.set(xlim=(-8, 8), xlabel="weight w of the last layer")
    ax.plot(w[::5], positive(abs(by_differences(w, a, activation)[::5])), marker="o", markersize=5, linestyle="none",
            color=COLORS["gradient"])
    ax.plot(w, positive(abs(chain_rule(w, a, activation))), **THEORY)
    printed = abs(as_printed(w, a, activation))
    ax.plot(w, positive(printed), color=COLORS["reference"], linewidth=1.4)
    label_line(ax, -7.9, printed[0], "as printed", COLORS["reference"], xytext=(0, 10))
    ax.text(7.8, 2e-8, "dots: measured by differences\ndashed: the chain rule", ha="right", va="bottom", fontsize=9)
    ax.set_title(f"last layer: {activation}", color=color)
    right, wrong = chain_rule(2.0, a, activation), as_printed(2.0, a, activation)
    return (f"{activation}, incoming activation {a:.1f}: at w = 2 differences measure ∂ℒ/∂w = "
            f"{number(by_differences(2.0, a, activation), 3)}, the chain rule says {number(right, 3)}, the printed "
            f"formula {number(wrong, 3)}, which is {number(wrong / right, 3)} times as much.")


@cache
def chain_error():
    """The largest difference between chain rule and differences over all weights, activations and inputs here."""
    return float(max(abs(chain_rule(WEIGHTS, a, phi) - by_differences(WEIGHTS, a, phi)).max()
                     for phi in LAST_LAYERS for a in (0.1, 0.5, 1.0)))


def sigmoid_slope(x):
    """sigmoid'(x) = 1 / (2 + e^x + e^-x)."""
    return 1 / (2 + np.exp(x) + np.exp(-x))


CLAIMS = (
    Claim(
        "S3.5", "The derivative of the loss in the last activation is g'(a[L−1]) times its derivative in the weights.",
        "wrong", "The right rule is ∂ℒ/∂W[L] = (∂ℒ/∂a[L] ⊙ g'(z[L])) a[L−1]ᵀ: g' at z[L], and times a[L−1].",
        (
            Evidence("largest difference between the right rule and differences", chain_error, 0.0, 1e-9),
            Evidence("the printed ∂ℒ/∂w over the measured one, sigmoid, w = 2, b = −1, a = 0.5",
                     lambda: as_printed(2.0, 0.5, "sigmoid") / by_differences(2.0, 0.5, "sigmoid"),
                     8 / sigmoid_slope(0.5), 1e-6),
        ), "last-layer",
        setting="A last layer of one unit with bias −1 and target 1.5; weights from −8 to 8, three activation "
        "functions, three inputs.",
    ),
)
