"""What a wide random network is expected to do in every layer: the variance of z, the sizes of both signals.

z[l] = W[l] a[l-1] + b[l], W ~ N(0, sigma_w^2 / n), b ~ N(0, sigma_b^2), an input with components N(0, 1). With
u ~ N(0, 1):

    q[l] = sigma_w^2 E phi(sqrt(q[l-1]) u)^2 + sigma_b^2,  q[1] = sigma_w^2 + sigma_b^2      the variance of z[l]
    |delta[l]|^2 / |delta[l+1]|^2 = sigma_w^2 E phi'(sqrt(q[l]) u)^2                         on the way back

At large depth q[l] settles at q*, and the second line at chi_1 (:mod:`vgtext.nn.theory.meanfield`, which
checks the scales and the activation: TypeError or ValueError). Results are kept, and cannot be written to.
Sources: Poole et al. 2016, Schoenholz et al. 2017.
"""

from functools import cache

import numpy as np

from .. import checks
from ..activations import get_activation
from .meanfield import chi, variance_map


def variances(activation, sigma_w, sigma_b=0.0, L=50):
    """Return the variance q[l] of z[l], l = 1..L: (L + 1,), nan at index 0. Raises TypeError or ValueError if L < 1."""
    return _variances(*_checked(activation, sigma_w, sigma_b, L))


def backward_sizes(activation, sigma_w, sigma_b=0.0, L=50):
    """Return log10 of |delta[l]| / |delta[L]|, l = 1..L: (L + 1,), nan at index 0, -inf for 0."""
    return _backward_sizes(*_checked(activation, sigma_w, sigma_b, L))


def forward_sizes(activation, sigma_w, sigma_b=0.0, L=50):
    """Return log10 of the root mean square of a[l], l = 0..L: (L + 1,), 0 at index 0, -inf for 0."""
    return _forward_sizes(*_checked(activation, sigma_w, sigma_b, L))


def _checked(activation, sigma_w, sigma_b, L):
    phi, scales = get_activation(activation), (("sigma_w", sigma_w), ("sigma_b", sigma_b))
    return phi, *(checks.number(*k, least=0) for k in scales), checks.whole("L", L, most=10**6)


@cache
def _variances(activation, sigma_w, sigma_b, L):
    q = [np.nan, sigma_w**2 + sigma_b**2]
    while len(q) <= L:
        q.append(variance_map(q[-1], activation, sigma_w, sigma_b))
    return _read_only(np.array(q))


@cache
def _backward_sizes(activation, sigma_w, sigma_b, L):
    q = _variances(activation, sigma_w, sigma_b, L)
    log10 = [_log10(chi(activation, sigma_w, sigma_b, q[l])) / 2 for l in range(1, L)]
    return _read_only(np.concatenate([[np.nan], np.cumsum(log10[::-1])[::-1], [0.0]]))


@cache
def _forward_sizes(activation, sigma_w, sigma_b, L):
    q = _variances(activation, sigma_w, sigma_b, L)[1:]
    return _read_only(np.append(0.0, [_log10(variance_map(v, activation)) / 2 for v in q]))


def _log10(x):
    with np.errstate(divide="ignore"):
        return np.log10(x)


def _read_only(x):
    x.flags.writeable = False
    return x
