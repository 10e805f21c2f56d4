"""What a wide random network is expected to do, layer by layer, with W ~ N(0, σ_w²/n_(l-1)), b ~ N(0, σ_b²).

With u ~ N(0, 1), q[l] = σ_w² E φ(√q[l-1] u)² + σ_b² is the variance of z[l], and σ_w² E φ'(√q[l] u)² the factor of
‖delta‖² from layer l + 1 to layer l. Sources: Poole et al. 2016, Schoenholz et al. 2017.
"""

from functools import cache

import numpy as np

from vgtext import nn

mf = nn.meanfield
#: Names of activations in words.
NAMES = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid", "identity": "linear"}


@cache
def variances(activation, sigma_w, sigma_b=0.0, L=30, q1=None):
    """The variance q[l] of z[l], l = 1 … L: (L+1,), nan at index 0; the input has mean square 1, or q[1] is given."""
    q = [np.nan, sigma_w**2 + sigma_b**2 if q1 is None else q1]
    while len(q) <= L:
        q.append(mf.variance_map(q[-1], activation, sigma_w, sigma_b))
    return np.array(q)


@cache
def backward_sizes(activation, sigma_w, sigma_b=0.0, L=30):
    """log10 of ‖delta[l]‖/‖delta[L]‖, l = 1 … L: (L+1,), nan at index 0."""
    q = variances(activation, sigma_w, sigma_b, L)
    log10 = [np.log10(mf.chi(activation, sigma_w, sigma_b, q[l])) / 2 for l in range(1, L)]
    return np.concatenate([[np.nan], np.cumsum(log10[::-1])[::-1], [0.0]])


@cache
def forward_sizes(activation, sigma_w, sigma_b=0.0, L=30):
    """log10 of the root mean square of a[l], l = 1 … L: (L+1,), nan at index 0."""
    q = variances(activation, sigma_w, sigma_b, L)[1:]
    return np.append(np.nan, [np.log10(mf.variance_map(v, activation)) / 2 for v in q])
