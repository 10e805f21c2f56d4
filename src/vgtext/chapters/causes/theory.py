"""What a wide random network is expected to do, layer by layer: the variance of z, the size of the error signal.

z[l] = W[l] a[l-1] + b[l], with W ~ N(0, σ_w²/n), b ~ N(0, σ_b²) and an input with components N(0, 1). With u ~ N(0, 1):

    q[l]                    = σ_w² E φ(√q[l-1] u)² + σ_b²,   q[1] = σ_w² + σ_b²      the variance of z[l]
    ‖delta[l]‖²/‖delta[l+1]‖² = σ_w² E φ'(√q[l] u)²                                  on the way back

At large depth q[l] settles at q*, and the second line at chi_1. Sources: Poole et al. 2016, Schoenholz et al. 2017.
"""

from functools import cache

import numpy as np

from vgtext import nn

mf = nn.meanfield
#: The biases of the running example: σ_b² = 0.05, small but not nothing.
SIGMA_B = 0.05**0.5
#: The σ_w of tanh on the critical line with these biases, 1.327.
CRITICAL = mf.critical_sigma_w("tanh", SIGMA_B)


@cache
def variances(activation, sigma_w, sigma_b=0.0, L=50):
    """The variance q[l] of the pre-activations of layers l = 1 … L: (L+1,), nan at index 0."""
    q = [np.nan, sigma_w**2 + sigma_b**2]
    while len(q) <= L:
        q.append(mf.variance_map(q[-1], activation, sigma_w, sigma_b))
    return np.array(q)


@cache
def backward_sizes(activation, sigma_w, sigma_b=0.0, L=50):
    """log10 of ‖delta[l]‖/‖delta[L]‖ for l = 1 … L: (L+1,), nan at index 0."""
    q = variances(activation, sigma_w, sigma_b, L)
    log10_chi = [np.log10(mf.chi(activation, sigma_w, sigma_b, q[l])) / 2 for l in range(1, L)]
    return np.concatenate([[np.nan], np.cumsum(log10_chi[::-1])[::-1], [0.0]])


@cache
def factor(activation, sigma_w, sigma_b=0.0, l=None):
    """The factor √chi by which one layer changes ‖delta‖ on the way back: at layer l, or deep in the network."""
    q = variances(activation, sigma_w, sigma_b, l)[l] if l else None
    return float(np.sqrt(mf.chi(activation, sigma_w, sigma_b, q)))


def activation_mean(activation, q):
    """The mean E φ(√q u) of the activations of a layer whose pre-activations have variance q."""
    phi = nn.get_activation(activation)
    return mf.gaussian_mean(lambda u: phi(np.sqrt(q) * u))
