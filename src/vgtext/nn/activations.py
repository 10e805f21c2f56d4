"""Activation functions phi and their derivatives phi', side by side, found by name.

Every derivative is taken at the pre-activation ``z``. ``Activation.slope`` is the same derivative for a training
step: it is handed ``z`` and the value ``a = phi(z)`` that the forward pass already has, and uses the cheaper one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import checks
from .gelu import gelu_slope, gelu_tanh_derivative, gelu_tanh_parts, normal_cdf, normal_pdf

SELU_LAMBDA, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017, equation 14
_PIECE = 2**14  # numbers in a piece: what is computed on the way needs no fresh memory


@dataclass(frozen=True)
class Activation:
    """A function phi with its derivative, elementwise on arrays of any shape, float32 or float64.

    ``phi(z)`` and ``phi.derivative(z)`` take numbers, lists or arrays and are precise for any finite z. In a network's
    passes ``value(z, out=None)`` is phi(z) and ``slope(z, a, out=None)`` is phi'(z) with a = phi(z) at hand, to within
    rounding of the largest slope.
    ``small`` and ``large`` are the slopes (left of 0, right of 0) of the straight lines that phi becomes for
    tiny and for huge signals, or None where it becomes none: the way to follow a signal beyond the range of floats.
    """

    name: str
    value: Callable
    prime: Callable
    slope: Callable
    small: tuple[float, float] | None = None
    large: tuple[float, float] | None = None

    def __call__(self, z):
        """Return phi(z), in the float type of z."""
        return _on_floats(self.value, z)

    def derivative(self, z):
        """Return phi'(z), in the float type of z."""
        return _on_floats(self.prime, z)

    @cached_property
    def steepest(self):
        """The largest slope on a grid of z in [-12, 12]: 1/4 for sigmoid, 1 for tanh and ReLU, 1.13 for GELU."""
        return float(np.abs(self.derivative(np.linspace(-12.0, 12.0, 4801))).max())


def _on_floats(f, z):
    """Apply ``f`` to numbers, lists or arrays; float32 and float64 stay what they are, whole numbers become float64."""
    z = checks.reals("z", z)
    z = z if z.dtype.kind == "f" else z.astype(np.float64)
    return f(np.atleast_1d(z)).reshape(z.shape)[()]


def _sigmoid(z, out=None):
    with np.errstate(over="ignore"):  # exp(-z) may reach inf: 1/inf is the right 0
        out = np.exp(np.negative(z, out=out), out=out)
    return np.divide(1, np.add(out, 1, out=out), out=out)


def _sigmoid_derivative(z):
    t = np.exp(-np.abs(z))  # sigmoid' is even; this form keeps its digits in both tails
    return t / (1 + t) ** 2


def _tanh_derivative(z):
    t = np.exp(-2 * np.abs(z))
    return 4 * t / (1 + t) ** 2


def _softplus(z, out=None):
    return np.add(np.log1p(np.exp(-np.abs(z))), np.maximum(z, 0), out=out)


def _one_minus_square(z, a, out=None):
    return np.subtract(1, np.multiply(a, a, out=out), out=out)


def _in_pieces(f):
    """Give a plain expression ``f(z, ...)`` the ``out`` argument; it is computed in pieces that stay in the cache."""

    def pieces(z, *a, out=None):
        out, rows = np.empty_like(z) if out is None else out, 1 + _PIECE * len(z) // max(z.size, 1)
        for k in range(0, len(z), rows):
            out[k : k + rows] = f(*(array[k : k + rows] for array in (z, *a)))
        return out

    return pieces


def _smooth(name, value, derivative, slope=None, **tails):
    """An activation from plain expressions; ``slope(z, a)`` is the derivative where a = phi(z) makes it cheaper."""
    return Activation(name, _in_pieces(value), derivative, _in_pieces(slope or (lambda z, a: derivative(z))), **tails)


def leaky_relu(alpha=0.01, name="leaky_relu"):
    """Return phi(z) = z for z > 0, else alpha z; phi'(0) = alpha (Maas et al. 2013); raise unless 0 <= alpha < 1."""
    checks.number("alpha", alpha, least=0, below=1)

    def value(z, out=None):
        return np.maximum(z, np.multiply(z, alpha, out=out if out is not z else None), out=out)

    def derivative(z):
        return np.maximum(_step(z), alpha)

    def slope(z, a, out=None):
        out = _step_slope(z, a, out)
        return np.maximum(out, alpha, out=out)

    return Activation(name, value, derivative, slope, (alpha, 1.0), (alpha, 1.0))


def elu(alpha=1.0, scale=1.0, name="elu"):
    """Return phi(z) = scale z for z > 0, else scale alpha (e^z - 1) (Clevert et al. 2016); raise unless both > 0."""
    checks.number("alpha", alpha, above=0), checks.number("scale", scale, above=0)

    def value(z):
        return scale * (np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0)))

    def derivative(z):
        return scale * np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))

    return _smooth(name, value, derivative, small=(scale * alpha, scale), large=(0.0, scale))


def _step(z):
    return np.greater(z, 0).astype(z.dtype)


def _step_slope(z, a, out=None):
    return np.greater(z, 0, out=np.empty_like(z) if out is None else out)


def _ones(z, a=None, out=None):
    out = np.empty_like(z) if out is None else out
    out[...] = 1
    return out


def _silu_derivative(z):
    return _sigmoid(z) + z * _sigmoid_derivative(z)


#: Every activation by name; leaky ReLU and ELU with other parameters come from :func:`leaky_relu` and :func:`elu`.
ACTIVATIONS = {
    phi.name: phi
    for phi in (
        Activation("sigmoid", _sigmoid, _sigmoid_derivative, lambda z, a, out=None: np.subtract(a, a * a, out=out)),
        Activation("tanh", np.tanh, _tanh_derivative, _one_minus_square, small=(1.0, 1.0)),
        Activation("relu", lambda z, out=None: np.maximum(z, 0, out=out), _step, _step_slope, (0.0, 1.0), (0.0, 1.0)),
        leaky_relu(),
        elu(),
        elu(SELU_ALPHA, SELU_LAMBDA, "selu"),
        _smooth("gelu", lambda z: z * normal_cdf(z), lambda z: normal_cdf(z) + z * normal_pdf(z), gelu_slope,
                small=(0.5, 0.5), large=(0.0, 1.0)),
        _smooth("gelu_tanh", lambda z: 0.5 * z * (1 + gelu_tanh_parts(z)[0]), gelu_tanh_derivative,
                small=(0.5, 0.5), large=(0.0, 1.0)),
        _smooth("silu", lambda z: z * _sigmoid(z), _silu_derivative, small=(0.5, 0.5), large=(0.0, 1.0)),
        Activation("softplus", _softplus, _sigmoid, lambda z, a, out=None: _sigmoid(z, out=out), large=(0.0, 1.0)),
        Activation("identity", lambda z, out=None: np.add(z, 0, out=out), _ones, _ones, (1.0, 1.0), (1.0, 1.0)),
    )
}


def get_activation(activation):
    """Return the :class:`Activation` of that name, or the object itself; raise ValueError with the list of names."""
    if isinstance(activation, Activation):
        return activation
    return ACTIVATIONS[checks.choice("activation", activation, ACTIVATIONS)]
