"""What a wide random network does to both signals, for each activation; and the weight scale that suits each one.

z[l] = W[l] a[l-1] + b[l], W ~ N(0, σ_w²/n), b ~ N(0, σ_b²), an input with components N(0, 1). With u ~ N(0, 1):

    q[l] = σ_w² E φ(√q[l-1] u)² + σ_b²,   q[1] = σ_w² + σ_b²       the variance of z[l]
    ‖delta[l]‖²/‖delta[l+1]‖² = σ_w² E φ'(√q[l] u)²                on the way back

Sources: He et al. 2015 for ReLU; Poole et al. 2016 and Schoenholz et al. 2017 for any φ.
"""

from functools import cache

import numpy as np
from scipy.optimize import brentq

from vgtext import nn
from vgtext.style import ACTIVATION_NAMES

mf = nn.meanfield
DEPTH = 50
#: The activations of this chapter, and how they are written.
NAMES = {name: words for name, words in ACTIVATION_NAMES.items() if name not in ("softplus", "identity")}
CHOICES = {words: name for name, words in NAMES.items()}
HE = float(np.sqrt(2))


@cache
def variances(activation, sigma_w, sigma_b=0.0, L=DEPTH):
    """The variance q[l] of the pre-activations of layers l = 1 … L: (L+1,), nan at index 0."""
    q = [np.nan, sigma_w**2 + sigma_b**2]
    while len(q) <= L:
        q.append(mf.variance_map(q[-1], activation, sigma_w, sigma_b))
    return np.array(q)


@cache
def backward_sizes(activation, sigma_w, L=DEPTH):
    """log10 of ‖delta[l]‖/‖delta[L]‖ for l = 1 … L: (L+1,), nan at index 0."""
    q = variances(activation, sigma_w, L=L)
    log10_chi = [np.log10(mf.chi(activation, sigma_w, q=q[l])) / 2 for l in range(1, L)]
    return np.concatenate([[np.nan], np.cumsum(log10_chi[::-1])[::-1], [0.0]])


@cache
def forward_sizes(activation, sigma_w, L=DEPTH):
    """log10 of the root mean square of a[l], l = 1 … L: (L+1,), 0 at index 0."""
    q = variances(activation, sigma_w, L=L)
    return np.array([0.0, *(np.log10(mf.variance_map(v, activation)) / 2 for v in q[1:])])


@cache
def own_scale(activation, L=DEPTH):
    """The σ_w at which layer 1 gets as much of the error signal as layer L, without biases."""
    phi = nn.get_activation(activation)
    if phi.small and phi.small == phi.large:  # two straight lines: one scale for every depth
        return mf.critical_sigma_w(phi)
    return float(brentq(lambda sigma_w: backward_sizes(activation, sigma_w, L)[1], 0.4, 14, xtol=1e-4))


def moments(activation, q=1.0):
    """E φ, E φ², E φ'² for z ~ N(0, q), and the share of z whose slope is exactly 0."""
    phi, root = nn.get_activation(activation), np.sqrt(q)
    mean = mf.gaussian_mean(lambda u: phi(root * u))
    dead = mf.gaussian_mean(lambda u: (phi.derivative(root * u) == 0).astype(float)) if phi.name == "relu" else 0.0
    return mean, mf.variance_map(q, phi), mf.chi(phi, 1.0, q=q), dead
