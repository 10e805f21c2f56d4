"""Glorot and Bengio's five layers: how the back-propagated variance shrinks under two initializations (RESULTS 2)."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.ledger import Claim, Evidence
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import COLORS, THEORY, backward_arrow, label_line, layer_axis, log_axis, number

#: The scheme, and the weight scale that it stands for if all layers have the same width.
SCHEMES = {"standard_uniform": 3**-0.5, "glorot_uniform": 1.0}
WORDS = {"standard_uniform": "standard, $\\sigma_w$ = 0.577", "glorot_uniform": "normalized, $\\sigma_w$ = 1"}


@cache
def backward_variances(init, L=5, width=1000, seeds=2):
    """The variance of delta[l] over that of delta[L], N(0, 1) input and output error, tanh: (L+1,), nan at index 0."""
    runs = [nn.measure(L, width, init=init, batch=32, seed=seed).log10_error for seed in range(seeds)]
    return 10 ** (2 * np.mean([run - run[L] for run in runs], axis=0))


def ratios(init, L=5):
    """The factor of the variance from one layer to the one before, top layers first: (L-1,)."""
    v = backward_variances(init, L)[1:]
    return (v[:-1] / v[1:])[::-1]


def draw_two_schemes(ax, L=5):
    """The variance of the error signal per layer under the standard and the normalized initialization."""
    layer_axis(ax, L)
    log_axis(ax, 1e-10, 10, "variance of δ[l], over layer L")
    backward_arrow(ax)
    for (init, sigma_w), marker in zip(SCHEMES.items(), "so", strict=True):
        v, l = backward_variances(init, L), np.arange(L + 1)
        ax.plot(l[1:], v[1:], linestyle="none", marker=marker, markersize=5, color=COLORS["backward"])
        ax.plot(l[1:], 10 ** (2 * backward_sizes("tanh", sigma_w, 0.0, L)[1:]), **THEORY)
        at = L // 2 + 1 if marker == "o" else 1 + L // 5
        label_line(ax, at, v[at], WORDS[init], COLORS["backward"], ha="center" if marker == "o" else "left",
                   xytext=(0, 13) if marker == "o" else (10, -12))
    standard, normalized = (backward_variances(init, L)[1] for init in SCHEMES)
    return (f"tanh, {L} layers of 1,000 units: under the standard initialization layer 1 gets {number(standard)} of "
            f"the error variance of layer {L}, under the normalized one {number(normalized)}.")


CLAIMS = (
    Claim(
        "R.3", "Glorot and Bengio 2010, figure 7: under the standard initialization the variance of the "
        "back-propagated gradient falls from layer to layer.",
        "holds", "Five tanh layers of 1,000 units. Under the normalized one it falls too, but much less.",
        (
            Evidence("standard: the factor from layer 5 to 4", lambda: ratios("standard_uniform")[0], 1 / 3, 0.03),
            Evidence("standard: from layer 4 to 3", lambda: ratios("standard_uniform")[1], 1 / 3, 0.03),
            Evidence("normalized: from layer 5 to 4", lambda: ratios("glorot_uniform")[0], 0.78, 0.03),
            Evidence("normalized: from layer 2 to 1", lambda: ratios("glorot_uniform")[-1], 0.46, 0.03),
        ), "two-schemes?L=5",
        setting="Five layers of 1,000 units, two seeds, before the first step.",
    ),
)
