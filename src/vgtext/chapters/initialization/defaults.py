"""What the frameworks' dense layers start from if nobody says otherwise, and what that leaves of a gradient."""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import nn
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import COLORS, REFERENCE, THEORY, apart, backward_arrow, label_line, layer_axis, log_axis, number

from .theory import NAMES

DEPTH, WIDTH = 30, 128


class Default(NamedTuple):
    """What a layer draws its weights from, and the limit of its uniform biases times √n_in (0: zero biases)."""

    init: object
    bias: float
    words: str


#: PyTorch nn.Linear calls kaiming_uniform_ with a = √5: limit √(6/((1 + 5) n_in)) = 1/√n_in, biases within the same.
DEFAULTS = {
    "PyTorch": Default(nn.get_initializer("standard_uniform"), 1.0, "U(±1/√n_in), biases too"),
    "Keras": Default(nn.get_initializer("glorot_uniform"), 0.0, "Glorot uniform, biases 0"),
    "Flax": Default(nn.initializers.variance_scaling(1, "fan_in", "truncated_normal"), 0.0,
                    "LeCun normal, truncated, biases 0"),
    "He": Default(nn.get_initializer("he_normal"), 0.0, "N(0, 2/n_in), biases 0"),
}
COLOR = dict(zip(DEFAULTS, (COLORS["backward"], COLORS["gradient"], COLORS["weight"], COLORS["forward"]), strict=True))


def kaiming_limit(n_in, a):
    """PyTorch's kaiming_uniform_: the limit √3 · gain/√n_in with the gain √(2/(1 + a²)) of a leaky ReLU of slope a."""
    return float(np.sqrt(3) * np.sqrt(2 / (1 + a * a)) / np.sqrt(n_in))


@cache
def scales(name, n=WIDTH, seed=0):
    """Measured in one layer of n to n units: the weight scale σ_w and the bias scale σ_b."""
    W = DEFAULTS[name].init(n, n, np.random.default_rng(seed))
    return float(W.std() * np.sqrt(n)), DEFAULTS[name].bias / np.sqrt(3 * n)


def exact_scale(name):
    """The weight scale σ_w that the framework's rule means for equal widths."""
    return {"PyTorch": 3**-0.5, "Keras": 1.0, "Flax": 1.0, "He": 2**0.5}[name]


@cache
def profile(name, activation, seeds=3):
    """log10 of ‖delta[l]‖/‖delta[L]‖, N(0, 1) input, mean over seeds: (L+1,), nan at index 0."""
    init, bias, _ = DEFAULTS[name]
    runs = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        W = np.stack([init(WIDTH, WIDTH, rng) for _ in range(DEPTH)])
        b = rng.uniform(-1, 1, (DEPTH, WIDTH, 1)) * bias / np.sqrt(WIDTH)
        x, g = rng.standard_normal((2, WIDTH, 32))
        log10 = nn.propagate(W, b, x, g, activation).log10_error
        runs.append(log10 - log10[DEPTH])
    return np.mean(runs, axis=0)


def left(name, activation):
    """What layer 1 gets of the error signal of layer 30."""
    return float(10 ** profile(name, activation)[1])


def draw_defaults(ax, activation="relu"):
    """The error signal through 30 layers under each framework's default, measured (dots) and predicted (dashed)."""
    layer_axis(ax, DEPTH)
    ax.set_xlim(-7, DEPTH + 0.5)
    log_axis(ax, 1e-32, 1e6, "‖δ[l]‖ / ‖δ[30]‖")
    backward_arrow(ax)
    ax.plot([1, DEPTH], [1, 1], **REFERENCE)
    l = np.arange(DEPTH + 1)
    for name in sorted(DEFAULTS, key=lambda name: profile(name, activation)[1]):
        log10 = profile(name, activation)
        law = backward_sizes(activation, exact_scale(name), DEFAULTS[name].bias / np.sqrt(3 * WIDTH), DEPTH)
        ax.plot(l[1:], 10 ** law[1:], **THEORY, label=f"theory, {name}")
        ax.plot(l[1:], 10 ** log10[1:], "o", markersize=3.5, color=COLOR[name], label=name)
    for name, height in zip(DEFAULTS, apart([profile(name, activation)[1] for name in DEFAULTS], 2.6), strict=True):
        label_line(ax, 0.6, 10**height, name, COLOR[name], ha="right", xytext=(-2, 0))
    told = ", ".join(f"{name} {number(left(name, activation), 1)}" for name in DEFAULTS)
    return (f"{NAMES[activation]}, 30 layers of {WIDTH}, geometric mean of 3 seeds. The error signal of layer 1 over "
            f"that of layer 30, with each default and with He's rule: {told}.")
