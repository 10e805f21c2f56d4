"""One cause at a time: what the activation, the initialization and the depth do, each alone and two together."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.nn.theory.signal_propagation import backward_sizes

#: Activation, σ_w and L (no biases): tanh at σ_w = 1 with 30 layers, and what changes.
CHANGES = {
    "as it is: tanh, σ_w = 1, 30 layers": ("tanh", 1.0, 30),
    "activation: sigmoid": ("sigmoid", 1.0, 30),
    "initialization: weights halved": ("tanh", 0.5, 30),
    "initialization: weights doubled": ("tanh", 2.0, 30),
    "depth: 200 layers": ("tanh", 1.0, 200),
    "depth and initialization: 200 layers, weights × 0.9": ("tanh", 0.9, 200),
    "activation and initialization: ReLU, weights doubled": ("relu", 2.0, 30),
}


@cache
def one_change(change, width=128, seeds=3):
    """log10 of ‖delta[1]‖/‖delta[L]‖ of a network of CHANGES: measured, predicted."""
    activation, sigma_w, L = CHANGES[change]
    runs = [nn.measure(L, width, sigma_w, 0.0, activation, batch=16, seed=seed).log10_error for seed in range(seeds)]
    return float(np.mean([run[1] - run[L] for run in runs])), predicted(change)


def predicted(change):
    """The same in a network of infinite width."""
    activation, sigma_w, L = CHANGES[change]
    return float(backward_sizes(activation, sigma_w, 0.0, L)[1])


def _evidence(change, tolerance):
    return Evidence(f"{change}: powers of ten that ‖δ‖ gains from layer L to layer 1", lambda: one_change(change)[0],
                    predicted(change), tolerance)


_EVIDENCE = [_evidence(*pair) for pair in zip(CHANGES, (0.3, 0.5, 0.5, 0.5, 0.5, 1.5, 0.7), strict=True)]

CLAIMS = (
    Claim(
        "S1.2", "Vanishing comes from the activation function, the architecture (depth), and the initialization.",
        "holds", "Each one alone does it. Together they meet in one factor per layer, √χ₁, raised to the depth.",
        (*_EVIDENCE[:3], *_EVIDENCE[4:6]), "plane",
        setting="128 units, depth as named, three seeds, before the first step; theory: infinite width.",
    ),
    Claim(
        "S0.3", "Exploding gradients have a list of causes, of consequences and of remedies.",
        "garbled", "The lists are announced but missing. The causes are weights too large for the activation, and "
        "depth; consequences and remedies have chapters of their own.",
        (_EVIDENCE[3], _EVIDENCE[6]), "plane?activation=ReLU",
        setting="30 layers of 128 units, three seeds, before the first step; theory: infinite width.",
    ),
)
