"""Sizes beyond the range of floats: log2 norms, and rescaling by powers of two, which is exact.

An array x is kept as ``m * 2**e`` with ``m`` of moderate size; multiplying ``m`` by a power of two moves the exponent
only, so not one digit of x is lost (Higham, Accuracy and Stability of Numerical Algorithms, section 2.1).
"""

from math import frexp

import numpy as np

from . import checks

#: Norms within 2**-FAR to 2**FAR need no rescaling: squares of products of two such norms are floats still. Beyond,
#: every activation is a pair of straight lines, or a constant, to within rounding.
FAR = {"float32": 24, "float64": 60}


def log2_norm(x, exponent=0):
    """Return log2 of the Euclidean norm of ``x * 2**exponent``; -inf if x is all zeros.

    Neither underflows nor overflows: the largest entry is brought to [1/2, 1) before it is squared. Raises TypeError or
    ValueError for what is no array of real numbers.
    """
    x = checks.reals("x", x)
    largest = float(np.abs(x).max(initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return float(np.log2(largest)) if largest else -np.inf
    shift = frexp(largest)[1]
    flat = np.ldexp(x.astype(np.float64), -shift).ravel()
    return 0.5 * float(np.log2(flat @ flat)) + shift + exponent


def log2_sqrt(square, exponent=0):
    """Return ``log2(sqrt(square)) + exponent``, elementwise in float64, with -inf for 0 and no warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 0.5 * np.log2(np.asarray(square, np.float64)) + exponent


def rescale(x):
    """Scale ``x`` in place by the power of two that brings its norm near 1; return the exponent taken out.

    The old x is ``x * 2**exponent``. Zeros, nan and inf are left alone, exponent 0.
    """
    size = log2_norm(x)
    if not np.isfinite(size):
        return 0
    exponent = round(size)
    np.ldexp(x, -exponent, out=x)
    return exponent
