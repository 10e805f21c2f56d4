"""The running example of this chapter, and what one layer does to the error signal and to a mean."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.nn.theory.signal_propagation import variances

mf = nn.meanfield
#: The biases of the running example: σ_b² = 0.05, small but not nothing.
SIGMA_B = 0.05**0.5
#: The σ_w of tanh on the critical line with these biases, 1.327.
CRITICAL = mf.critical_sigma_w("tanh", SIGMA_B)


@cache
def factor(activation, sigma_w, sigma_b=0.0, l=None):
    """The factor √chi by which one layer changes ‖delta‖ on the way back: at layer l, or deep in the network."""
    q = variances(activation, sigma_w, sigma_b, l)[l] if l else None
    return float(np.sqrt(mf.chi(activation, sigma_w, sigma_b, q)))


def activation_mean(activation, q):
    """The mean E φ(√q u) of the activations of a layer whose pre-activations have variance q."""
    phi = nn.get_activation(activation)
    return mf.gaussian_mean(lambda u: phi(np.sqrt(q) * u))
