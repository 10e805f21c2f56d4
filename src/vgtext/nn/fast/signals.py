"""Follow the forward and the backward signal through a deep network of equal widths, on stacked arrays.

:func:`measure` for a random network, :func:`propagate` for weights of your own, forward and back, without underflow.
``tests/nn/test_signals.py`` shows that the result is that of :mod:`vgtext.nn.backprop`.
"""

import numpy as np

from .. import checks
from ..activations import get_activation
from ..signals import Signals, sample_batch, sample_weights
from .stacked import StackedPass


def measure(depth, width=64, sigma_w=1.0, sigma_b=0.0, activation="tanh", *, batch=64, seed=0, init=None,
            dtype="float32", x=None, output_gradient=None, statistics=False):
    """Return the :class:`Signals` of a random network with ``depth`` layers of ``width`` units.

    W[l] ~ N(0, sigma_w^2 / width), or ``init`` (a name or function of :mod:`vgtext.nn.initializers`) times sigma_w;
    b[l] ~ N(0, sigma_b^2). The input ``x`` and dL/da[L] are (width, batch), independent N(0, 1) unless given. The
    first layers of a deeper network with the same seed have the same weights. Raises TypeError or ValueError for what
    does not fit, OverflowError for scales beyond the floats of ``dtype``.
    """
    L, n, B = (checks.whole(*p) for p in (("depth", depth), ("width", width), ("batch", batch)))
    sigma_w, sigma_b = checks.number("sigma_w", sigma_w, least=0), checks.number("sigma_b", sigma_b, least=0)
    dtype = checks.float_type(dtype)
    W, b = sample_weights(L, n, seed, init=init, bias=sigma_b > 0, dtype=dtype)
    if x is not None:
        x = checks.array("x", x, (n, None), dtype)
        B = x.shape[1]
    data, back = sample_batch(n, B, seed, dtype)
    g = back if output_gradient is None else checks.array("output_gradient", output_gradient, (n, B), dtype)
    if max(sigma_w, sigma_b) > float(np.finfo(dtype).max) / 2**20:
        raise OverflowError(f"sigma_w and sigma_b must leave weights within {dtype}, got {sigma_w} and {sigma_b}")
    W *= dtype.type(sigma_w)
    b = b if b is None else b * dtype.type(sigma_b)
    return propagate(W, b, data if x is None else x, g, activation, statistics=statistics)


def propagate(W, b, x, output_gradient, activation="tanh", *, sigma_w=None, sigma_b=None, statistics=False):
    """Return the :class:`Signals` of the network ``z[l] = sigma_w W[l] a[l-1] + sigma_b b[l]``.

    W: (L, n, n). b: (L, n, 1) or None. x and ``output_gradient`` = dL/da[L] of each example: (n, examples).
    ``sigma_w``, ``sigma_b``: None, numbers of 0 or more, or arrays (G,) of them: then all G networks are followed at
    once and the results are (G, L + 1). Raises OverflowError if a signal overflows within a single layer, TypeError or
    ValueError for what does not fit.
    """
    L, n = (*checks.reals("W", W).shape, None, None)[:2]
    W, phi = checks.array("W", W, (L, n, n)), get_activation(activation)
    x = checks.array("x", x, (n, None), W.dtype)
    g = checks.array("output_gradient", output_gradient, x.shape, W.dtype)
    b = b if b is None else checks.array("b", b, (L, n, 1), W.dtype)
    if sigma_w is None and sigma_b is not None:
        raise ValueError("sigma_b needs sigma_w beside it, one pair of scales for each network; got sigma_w=None")
    one = sigma_w is None or checks.reals("sigma_w", sigma_w).ndim == 0
    sigma_w = None if sigma_w is None else _scales("sigma_w", sigma_w)
    sigma_b = None if sigma_b is None else _scales("sigma_b", sigma_b, len(sigma_w))
    try:
        arrays = _follow(StackedPass(W, b, phi, sigma_w, sigma_b, x.shape[1], every=8), x, g, statistics)
    except OverflowError:  # steep weights: look at the norms of every layer
        arrays = _follow(StackedPass(W, b, phi, sigma_w, sigma_b, x.shape[1]), x, g, statistics)
    return Signals(**{k: v[:, 0] if one else v.T for k, v in arrays.items()})


def _scales(name, values, networks=None):
    """Return scales of 0 or more, (networks,); a number alone is one network's."""
    values = checks.array(name, np.atleast_1d(checks.reals(name, values)), (networks,), np.float64)
    if values.min() < 0:
        raise ValueError(f"{name} must be at least 0, got {values.min()}")
    return values


def _follow(run, x, output_gradient, statistics):
    """Run a pass forward and back; return its arrays by name, each (L + 1, G)."""
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is found in the norms
        run.forward(x)
        found = run.statistics() if statistics else {}
        run.backward(output_gradient)
        return {**run.log2_sizes(), **found}
