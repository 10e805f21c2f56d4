"""Glorot and Bengio's five layers: how the back-propagated variance shrinks under two initializations."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence


@cache
def backward_variances(init, L=5, width=1000, seeds=2):
    """The variance of delta[l] over that of delta[L], N(0, 1) input and output error, tanh: (L+1,), nan at index 0."""
    runs = [nn.measure(L, width, init=init, batch=32, seed=seed).log10_error for seed in range(seeds)]
    return 10 ** (2 * np.mean([run - run[L] for run in runs], axis=0))


def ratios(init, L=5):
    """The factor of the variance from one layer to the one before, top layers first: (L-1,)."""
    v = backward_variances(init, L)[1:]
    return (v[:-1] / v[1:])[::-1]


CLAIMS = (
    Claim(
        "R.3", "Glorot and Bengio 2010, figure 7: under the usual start of the time, today's PyTorch default, the "
        "variance of the back-propagated gradient falls from layer to layer.",
        "holds", "Five tanh layers of 1,000 units. With Glorot's weights, where they saw no fall, it falls too, but "
        "much less.",
        (
            Evidence("default: the factor from layer 5 to 4", lambda: ratios("standard_uniform")[0], 1 / 3, 0.03),
            Evidence("default: from layer 4 to 3", lambda: ratios("standard_uniform")[1], 1 / 3, 0.03),
            Evidence("Glorot: from layer 5 to 4", lambda: ratios("glorot_uniform")[0], 0.78, 0.03),
            Evidence("Glorot: from layer 2 to 1", lambda: ratios("glorot_uniform")[-1], 0.46, 0.03),
        ), "rates?sigma_w=1.000&sigma_b=none, σ_b = 0",
        setting="Five layers of 1,000 units, two seeds, before the first step.",
    ),
)
