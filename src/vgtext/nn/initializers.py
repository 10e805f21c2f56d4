"""Initial weights: one variance-scaling rule, the named schemes as one call each, and the exceptions.

An initializer is a function ``init(n_out, n_in, rng)`` that returns a float64 matrix (n_out, n_in). ``rng`` is a NumPy
Generator or a seed. Raises TypeError or ValueError for sizes that are no whole numbers of 1 or more.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np

from . import checks

#: The standard deviation of N(0, 1) cut off at -2 and 2: sqrt(1 - 4 pdf(2) / (cdf(2) - cdf(-2))).
TRUNCATED_STD = 0.8796256610342398


def _checked(draw):
    """Give a function that draws a matrix the checks of an initializer, and seeds for an rng."""

    def init(n_out, n_in, rng):
        return draw(checks.whole("n_out", n_out), checks.whole("n_in", n_in), checks.generator("rng", rng))

    return init


def variance_scaling(scale, mode, distribution):
    """Return the initializer with entries of mean 0 and variance ``scale / n``.

    n is n_in, n_out or their mean, for ``mode`` "fan_in", "fan_out", "fan_avg"; ``distribution`` is "normal", "uniform"
    on (-limit, limit) with limit = sqrt(3 scale / n), or "truncated_normal": drawn anew beyond two standard
    deviations, then widened by 1 / TRUNCATED_STD so that the variance is what was asked for, as Keras and JAX do.
    """
    checks.number("scale", scale, least=0)
    checks.choice("mode", mode, ("fan_in", "fan_out", "fan_avg"))
    checks.choice("distribution", distribution, ("normal", "uniform", "truncated_normal"))

    def draw(n_out, n_in, rng):
        n = {"fan_in": n_in, "fan_out": n_out, "fan_avg": (n_in + n_out) / 2}[mode]
        std = sqrt(scale / n)
        if distribution == "normal":
            return std * rng.standard_normal((n_out, n_in))
        if distribution == "truncated_normal":
            return std / TRUNCATED_STD * _within_two(rng, (n_out, n_in))
        return rng.uniform(-sqrt(3) * std, sqrt(3) * std, (n_out, n_in))

    return _checked(draw)


def _within_two(rng, shape):
    """Return N(0, 1) numbers, those beyond -2 and 2 drawn anew."""
    x = rng.standard_normal(shape)
    while (far := np.abs(x) > 2).any():
        x[far] = rng.standard_normal(far.sum())
    return x


def scaled_normal(sigma_w):
    """Return the initializer W ~ N(0, sigma_w^2 / n_in): the convention of mean-field theory (Poole et al. 2016)."""
    return variance_scaling(checks.number("sigma_w", sigma_w, least=0) ** 2, "fan_in", "normal")


def normal(std):
    """Return the initializer W ~ N(0, std^2), whatever the shape (Krizhevsky et al. 2012 took std = 0.01)."""
    checks.number("std", std, least=0)
    return _checked(lambda n_out, n_in, rng: std * rng.standard_normal((n_out, n_in)))


def uniform(limit):
    """Return the initializer with entries uniform on (-limit, limit), whatever the shape."""
    checks.number("limit", limit, least=0)
    return _checked(lambda n_out, n_in, rng: rng.uniform(-limit, limit, (n_out, n_in)))


def scaled_by(gain, init):
    """Return the initializer ``gain`` times ``init``, a name or an initializer."""
    checks.number("gain", gain)
    init = get_initializer(init)
    return init if gain == 1 else lambda n_out, n_in, rng: gain * init(n_out, n_in, rng)


def constant(value):
    """Return the initializer that sets every entry to ``value``."""
    checks.number("value", value)
    return _checked(lambda n_out, n_in, rng: np.full((n_out, n_in), float(value)))


def orthogonal(gain=1.0):
    """Return the initializer ``gain`` times a random matrix with orthonormal rows or columns (Saxe et al. 2014).

    The Q of a Gaussian matrix's QR decomposition, with R's diagonal made positive so that Q is uniform (Mezzadri 2007).
    """
    checks.number("gain", gain, least=0)

    def draw(n_out, n_in, rng):
        q, r = np.linalg.qr(rng.standard_normal((max(n_out, n_in), min(n_out, n_in))))
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return gain * (q if n_out >= n_in else q.T)

    return _checked(draw)


#: The schemes by name. "standard_uniform" is the old rule of thumb U(-1/sqrt(n_in), 1/sqrt(n_in)).
INITIALIZERS: dict[str, Callable] = {
    "glorot_normal": variance_scaling(1, "fan_avg", "normal"),  # Glorot and Bengio 2010, equation 12
    "glorot_uniform": variance_scaling(1, "fan_avg", "uniform"),  # the same, equation 16
    "he_normal": variance_scaling(2, "fan_in", "normal"),  # He et al. 2015, equation 10
    "he_uniform": variance_scaling(2, "fan_in", "uniform"),
    "lecun_normal": variance_scaling(1, "fan_in", "normal"),  # LeCun et al. 1998, Efficient BackProp, equation 16
    "lecun_uniform": variance_scaling(1, "fan_in", "uniform"),
    "standard_uniform": variance_scaling(1 / 3, "fan_in", "uniform"),  # Glorot and Bengio 2010, equation 1
    "orthogonal": orthogonal(),
    "zeros": constant(0.0),
}


def get_initializer(init, name="init"):
    """Return the initializer of that name, or the function itself; raise ValueError with the list of names."""
    if callable(init):
        return init
    return INITIALIZERS[checks.choice(name, init, INITIALIZERS)]
