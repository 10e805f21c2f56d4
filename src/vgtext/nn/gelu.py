"""GELU, z Phi(z), and its form with a tanh (Hendrycks and Gimpel 2016): what their values and slopes are made of."""

from math import pi, sqrt

import numpy as np


def normal_pdf(z):
    """The density of the standard normal distribution."""
    z = np.clip(z, -50, 50)  # where the density is 0
    return np.exp(-z * z / 2) / sqrt(2 * pi)


def normal_cdf(z):
    """The share of the standard normal distribution below z."""
    from scipy.special import erf  # half a second and, in a page that runs Python, 13 MB: for GELU alone

    return 0.5 * (1 + erf(z / sqrt(2)))


def gelu_slope(z, a):
    """GELU's slope at z, where a = z Phi(z) is at hand: Phi(z) + z times the density."""
    return np.divide(a, z, out=np.full_like(z, 0.5), where=z != 0) + z * normal_pdf(z)


def gelu_tanh_parts(z):
    """The tanh that stands for 2 Phi(z) - 1, and the slope of what is inside it."""
    c, k = sqrt(2 / pi), 0.044715
    z = np.clip(z, -50, 50)  # where t is 1 or -1, and z^3 a float
    square = z * z
    return np.tanh(z * (c + c * k * square)), c + 3 * c * k * square


def gelu_tanh_derivative(z):
    """The slope of GELU's form with a tanh."""
    t, du = gelu_tanh_parts(z)
    return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * du
