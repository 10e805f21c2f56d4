"""The sizes of the signals in a deep network, layer by layer, and random networks of equal widths to ask for them.

:func:`measure` follows them through a random network, :func:`propagate` through weights of your own, at any depth, fast
and without underflow (:mod:`vgtext.nn.fast.signals`).
"""

from dataclasses import dataclass

import numpy as np

from . import checks
from .initializers import get_initializer


@dataclass(frozen=True)
class Signals:
    """Sizes per layer: ``array[..., l]`` belongs to layer l = 0..L (0 is the input; nan where it has no value).

    ``log2_activation``: root mean square over examples of |a[l]|; ``log2_error``: the same of |delta[l]|, where delta
    is the gradient of one example's loss with respect to z[l]; ``log2_gradient``: |dL/dW[l]|, Frobenius, L the mean
    loss. With ``statistics``: ``mean`` and ``variance`` of a[l] over units and examples, ``saturation``, the share of
    (unit, example) pairs whose slope phi'(z) is below 1 % of the steepest, and ``dead``, the share of units for which
    that is so for every example.
    """

    log2_activation: np.ndarray
    log2_error: np.ndarray
    log2_gradient: np.ndarray
    mean: np.ndarray | None = None
    variance: np.ndarray | None = None
    saturation: np.ndarray | None = None
    dead: np.ndarray | None = None

    @property
    def layers(self):
        """The layer numbers 1..L."""
        return np.arange(1, self.log2_error.shape[-1])

    def __getattr__(self, name):
        """Give ``activation``, ``error``, ``gradient`` (float64) and their ``log10_`` from the log2 arrays."""
        base, quantity = name.rpartition("_")[::2]
        if quantity not in ("activation", "error", "gradient") or base not in ("", "log10"):
            raise AttributeError(f"Signals has no attribute {name!r}")
        log2 = getattr(self, f"log2_{quantity}")
        with np.errstate(over="ignore", under="ignore"):
            return log2 * np.log10(2.0) if base else np.exp2(log2)


def sample_weights(depth, width, seed=0, *, init=None, bias=False, dtype="float32"):
    """Return W (depth, width, width) of variance 1/width, or by ``init``, and b (depth, width, 1) ~ N(0, 1) or None.

    Raises TypeError or ValueError for sizes below 1, or unknown names.
    """
    checks.whole("depth", depth), checks.whole("width", width)
    dtype, rng = checks.float_type(dtype), _rng(seed, 0)
    if init is None:
        W = _normal(rng, (depth, width, width), dtype)
        W /= dtype.type(np.sqrt(width))
    else:
        init = get_initializer(init)
        W = np.stack([init(width, width, rng) for _ in range(depth)]).astype(dtype)
    return W, _normal(_rng(seed, 1), (depth, width, 1), dtype) if bias else None


def sample_batch(width, batch, seed=0, dtype="float32"):
    """Return the input and the gradient at the output, both N(0, 1), shape (width, batch); raise for sizes below 1."""
    checks.whole("width", width), checks.whole("batch", batch)
    return _normal(_rng(seed, 2), (2, width, batch), checks.float_type(dtype))


def _rng(seed, stream):
    """Return the generator of one of the streams of a seed: weights, biases, data."""
    return np.random.default_rng([checks.whole("seed", seed, 0, None), stream])


def _normal(rng, shape, dtype):
    """N(0, 1) numbers drawn in float32, so that a network is the same in float32 and in float64."""
    return rng.standard_normal(shape, dtype=np.float32).astype(dtype, copy=False)
