"""Clipping: three ways to bound a gradient before an optimizer takes its step."""

from math import log2

import numpy as np

from . import checks
from .scale import log2_norm


def clip_by_value(gradients, limit):
    """Clip each entry to [-limit, limit], in place: this changes the direction. Return True if any entry changed.

    The list and the limit as for :func:`clip_by_global_norm`, and what it raises.
    """
    limit, clipped = checks.number("limit", limit, above=0), False
    for g in _in_place(gradients):
        clipped = clipped or bool((np.abs(g) > limit).any())  # nan is not
        np.clip(g, -limit, limit, out=g)
    return clipped


def clip_by_norm(gradients, limit):
    """Scale each array of a norm above ``limit`` down to it, in place: each keeps its direction, the whole does not.

    Return True if anything changed. Raises as :func:`clip_by_global_norm` does.
    """
    return any([clip_by_global_norm([g], limit) for g in _in_place(gradients)])


def clip_by_global_norm(gradients, limit):
    """Scale all arrays by one factor so that their joint norm is at most ``limit``, in place (Pascanu et al. 2013).

    The direction is kept, even where the squared norm overflows. Return True if anything changed. A gradient that holds
    nan or inf has no direction and is left alone. Raises TypeError or ValueError if ``gradients`` is no list of arrays
    of floats, or the limit not above 0.
    """
    log_limit, gradients = log2(checks.number("limit", limit, above=0)), _in_place(gradients)
    sizes = np.array([log2_norm(g) for g in gradients])
    largest = sizes.max(initial=-np.inf)
    if not np.isfinite(largest):
        return False
    log_norm = largest + 0.5 * float(np.log2(np.sum(np.exp2(2 * (sizes - largest)))))
    if log_norm <= log_limit:
        return False
    for g in gradients:
        g *= g.dtype.type(2.0 ** (log_limit - log_norm))
    return True


def _in_place(gradients):
    return [checks.writable("gradients", g) for g in checks.sequence("gradients", gradients, "arrays")]


#: Every way of clipping by name.
CLIPPINGS = {"value": clip_by_value, "norm": clip_by_norm, "global_norm": clip_by_global_norm}
