"""Backpropagation as four equations: one forward and one backward pass that fit on a screen.

    error at the output       delta[L] = dL/da[L] * phi'(z[L])                           (1)
    error one layer earlier   delta[l] = (W[l+1].T @ delta[l+1]) * phi'(z[l])            (2)
    gradient of the biases    dL/db[l] = delta[l], summed over the examples              (3)
    gradient of the weights   dL/dW[l] = delta[l] @ a[l-1].T                             (4)

Columns are examples. Lists are indexed by the layer, 1 to L; index 0 is the input (``a[0] = x``) or None.
Source: Rumelhart, Hinton and Williams 1986; the numbering follows Nielsen 2015, chapter 2.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from . import checks
from .activations import get_activation
from .initializers import get_initializer


class Gradient(NamedTuple):
    """What a backward pass gives, per layer: error signals delta[l], and the gradients dW[l] and db[l]."""

    delta: list
    dW: list
    db: list


def forward(W, b, x, activation="tanh"):
    """Return (z, a): pre-activations z[l] and activations a[l], each (n_l, examples), for l = 1..L.

    ``x`` is (n_0, examples). ``activation`` is a name, or a list of L names, one a layer. Raises ValueError if
    shapes do not fit or x holds nan.
    """
    x = checks.array("x", x, (None, None))
    W, b = _lists(W=W, b=b)
    phi = _per_layer(activation, len(W) - 1)
    z, a = [None], [x]  # a[0]: (n_0, examples)
    for l in range(1, len(W)):
        _check_columns(l, W[l], a[l - 1])
        if b[l].shape != (len(W[l]), 1):
            raise ValueError(f"b[{l}] must have shape ({len(W[l])}, 1), got {b[l].shape}")
        z.append(W[l] @ a[l - 1] + b[l])  # (n_l, examples)
        a.append(phi[l].value(z[l]))  # (n_l, examples)
    return z, a


def backward(W, z, a, dL_da, activation="tanh"):
    """Return the :class:`Gradient` for the loss gradient ``dL_da`` = dL/da[L], shape (n_L, examples).

    ``z`` and ``a`` are what :func:`forward` gave. Raises TypeError or ValueError if lists or shapes do not fit.
    """
    W, z, a = _lists(W=W, z=z, a=a)
    L = len(W) - 1
    phi = _per_layer(activation, L)
    dL_da = checks.array("dL_da", dL_da, a[L].shape)
    a[0] = checks.array("a[0]", a[0], (None, *dL_da.shape[1:]), finite=False)
    for l in range(1, L + 1):
        _check_columns(l, W[l], a[l - 1])
        shape, found = (len(W[l]), *dL_da.shape[1:]), (z[l].shape, a[l].shape)
        if found != (shape, shape):
            raise ValueError(f"z[{l}] and a[{l}] must have shape {shape} to fit W[{l}], got {found}")
    delta, dW, db = [None] * (L + 1), [None] * (L + 1), [None] * (L + 1)
    delta[L] = dL_da * phi[L].derivative(z[L])  # (n_L, examples)                          (1)
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * phi[l].derivative(z[l])  # (n_l, examples)  (2)
    for l in range(1, L + 1):
        db[l] = delta[l].sum(axis=1, keepdims=True)  # (n_l, 1)                             (3)
        dW[l] = delta[l] @ a[l - 1].T  # (n_l, n_(l-1))                                     (4)
    return Gradient(delta, dW, db)


def random_network(sizes, init="glorot_normal", sigma_b=0.0, seed=0, dtype="float64"):
    """Return (W, b) for layer sizes [n_0, n_1, ..., n_L]: W[l] by ``init``, b[l] ~ N(0, sigma_b^2).

    W[l] is (n_l, n_(l-1)), b[l] (n_l, 1), index 0 None. Raises TypeError or ValueError for fewer than two sizes, or
    sizes below 1.
    """
    sizes = [checks.whole("sizes", n) for n in checks.sequence("sizes", sizes, "whole numbers")]
    if len(sizes) < 2:
        raise ValueError(f"sizes must name the input and at least one layer, got {sizes}")
    checks.number("sigma_b", sigma_b, least=0)
    init, dtype, rng = get_initializer(init), checks.float_type(dtype), checks.generator("seed", seed)
    W, b = [None], [None]
    for n_in, n_out in pairwise(sizes):
        W.append(init(n_out, n_in, rng).astype(dtype))
        b.append((sigma_b * rng.standard_normal((n_out, 1))).astype(dtype))
    return W, b


def numerical_gradient(loss, parameter, step=1e-5):
    """Return dL/dparameter by central differences, one entry at a time: (L(p + h) - L(p - h)) / 2h.

    ``loss()`` takes nothing and reads ``parameter``, which is changed in place and put back. The error is of
    order h^2 by truncation and 1e-16 / h by rounding. Raises TypeError or ValueError if ``parameter`` is no array of
    floats, ``loss`` no function or h not above 0.
    """
    checks.number("step", step, above=0)
    if not callable(loss):
        raise TypeError(f"loss must be a function of no arguments, got {loss!r}")
    gradient = np.zeros_like(checks.writable("parameter", parameter))
    for i in np.ndindex(parameter.shape):
        kept = parameter[i]
        parameter[i] = kept + step
        above = loss()
        parameter[i] = kept - step
        below = loss()
        parameter[i] = kept
        gradient[i] = (above - below) / (2 * step)
    return gradient


def _lists(**lists):
    """Return lists indexed by the layer, entries 1 to L as arrays, index 0 as it is; all must be of one length."""
    found = []
    for name, values in lists.items():
        values = checks.sequence(name, values, "arrays, index 0 aside, one for each layer")
        if found and len(values) != len(found[0]):
            raise ValueError(f"{', '.join(lists)} must have one length, got {len(found[0])} and {len(values)}")
        if len(values) < 2:
            raise ValueError(f"{name} must hold index 0 and at least one layer, got {len(values)} entries")
        found.append([values[0], *(checks.array(f"{name}[{l}]", k, finite=False) for l, k in enumerate(values[1:], 1))])
    return found


def _per_layer(activation, L):
    names = activation if isinstance(activation, (list, tuple)) else [activation] * L
    if L < 1 or len(names) != L:
        raise ValueError(f"activation must be one name or one for each of {L} layers, got {len(names)}")
    return [None, *map(get_activation, names)]


def _check_columns(l, W, a):
    if W.ndim != 2 or W.shape[1] != a.shape[0]:
        raise ValueError(f"W[{l}] must have {a.shape[0]} columns, one for each unit of layer {l - 1}, got {W.shape}")
