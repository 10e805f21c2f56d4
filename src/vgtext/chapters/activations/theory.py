"""The activations of this chapter, the weight scale that suits each one, and the moments of a layer."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.nn.theory.roots import root_of
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import ACTIVATION_NAMES

mf = nn.meanfield
DEPTH = 50
#: The activations of this chapter, and how they are written.
NAMES = {name: ACTIVATION_NAMES[name]
         for name in ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu")}
CHOICES = {words: name for name, words in NAMES.items()}
HE = float(np.sqrt(2))


@cache
def own_scale(activation, L=DEPTH):
    """The σ_w at which layer 1 gets as much of the error signal as layer L, without biases."""
    phi = nn.get_activation(activation)
    if phi.small and phi.small == phi.large:  # two straight lines: one scale for every depth
        return mf.critical_sigma_w(phi)
    return root_of(lambda sigma_w: backward_sizes(activation, sigma_w, 0.0, L)[1], 0.4, 14, 1e-6)


def moments(activation, q=1.0):
    """E φ, E φ², E φ'² for z ~ N(0, q), and the share of z whose slope is exactly 0."""
    phi, root = nn.get_activation(activation), np.sqrt(q)
    mean = mf.gaussian_mean(lambda u: phi(root * u))
    dead = mf.gaussian_mean(lambda u: (phi.derivative(root * u) == 0).astype(float)) if phi.name == "relu" else 0.0
    return mean, mf.variance_map(q, phi), mf.chi(phi, 1.0, q=q), dead
