"""Follow the forward and the backward signal through a deep network of equal widths, fast and without underflow.

The same four equations as :mod:`vgtext.nn.backprop`, on stacked arrays ``[layer, group, feature, example]``: one array
holds ``z``, then ``phi'(z)``, then ``delta``. A group is one pair of scales (sigma_w, sigma_b) applied to the same
sampled weights. Whatever leaves the comfortable range of floats is kept as ``m * 2**e`` (:mod:`vgtext.nn.scale`).
"""

import threading
from dataclasses import dataclass

import numpy as np

from . import checks
from .activations import get_activation
from .initializers import get_initializer
from .scale import FAR, log2_norm, log2_sqrt, rescale

_memory = threading.local()


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


def measure(depth, width=64, sigma_w=1.0, sigma_b=0.0, activation="tanh", *, batch=64, seed=0, init=None,
            dtype="float32", x=None, output_gradient=None, statistics=False):
    """Return the :class:`Signals` of a random network with ``depth`` layers of ``width`` units.

    W[l] ~ N(0, sigma_w^2 / width), or ``init`` (a name or function of :mod:`vgtext.nn.initializers`) times sigma_w;
    b[l] ~ N(0, sigma_b^2). The input ``x`` and dL/da[L] are (width, batch), independent N(0, 1) unless given. The
    first layers of a deeper network with the same seed have the same weights.
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
    W *= dtype.type(sigma_w)
    b = b if b is None else b * dtype.type(sigma_b)
    return propagate(W, b, data if x is None else x, g, activation, statistics=statistics)


def sample_weights(depth, width, seed=0, *, init=None, bias=False, dtype="float32"):
    """Return W (depth, width, width) of variance 1/width, or by ``init``, and b (depth, width, 1) ~ N(0, 1) or None."""
    dtype = checks.float_type(dtype)
    rng = np.random.default_rng([seed, 0])
    if init is None:
        W = _normal(rng, (depth, width, width), dtype)
        W /= dtype.type(np.sqrt(width))
    else:
        init = get_initializer(init)
        W = np.stack([init(width, width, rng) for _ in range(depth)]).astype(dtype)
    return W, _normal(np.random.default_rng([seed, 1]), (depth, width, 1), dtype) if bias else None


def sample_batch(width, batch, seed=0, dtype="float32"):
    """Return the input and the gradient at the output, both N(0, 1), shape (width, batch)."""
    return _normal(np.random.default_rng([seed, 2]), (2, width, batch), np.dtype(dtype))


def _normal(rng, shape, dtype):
    """N(0, 1) numbers drawn in float32, so that a network is the same in float32 and in float64."""
    return rng.standard_normal(shape, dtype=np.float32).astype(dtype, copy=False)


def propagate(W, b, x, output_gradient, activation="tanh", *, sigma_w=None, sigma_b=None, statistics=False):
    """Return the :class:`Signals` of the network ``z[l] = sigma_w W[l] a[l-1] + sigma_b b[l]``.

    W: (L, n, n). b: (L, n, 1) or None. x and ``output_gradient`` = dL/da[L] of each example: (n, examples).
    ``sigma_w``, ``sigma_b``: None, or arrays (G,): all G networks are followed at once and the results are
    (G, L + 1). Raises OverflowError if a signal overflows within a single layer.
    """
    W, phi = checks.array("W", W, (None, None, None)), get_activation(activation)
    L, n, _ = W.shape
    x = checks.array("x", x, (n, None), W.dtype)
    g = checks.array("output_gradient", output_gradient, x.shape, W.dtype)
    b = b if b is None else checks.array("b", b, (L, n, 1), W.dtype)
    run = _Run(W, b, phi, sigma_w, sigma_b, x.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is found in the norms, and raised below
        run.forward(x)
        slope = run.slopes()
        stats = run.statistics(slope) if statistics else {}
        run.backward(g)
    return run.signals(stats, squeeze=sigma_w is None)


class _Run:
    """One pass forward and back: the stacked arrays ``a`` and ``z``, the exponents, and the squared norms."""

    def __init__(self, W, b, phi, sigma_w, sigma_b, B):
        L, n, _ = W.shape
        self.W, self.phi, self.dtype = W, phi, W.dtype
        self.gain = None if sigma_w is None else np.asarray(sigma_w, W.dtype)[:, None, None]
        G = 1 if self.gain is None else len(self.gain)
        self.b = None if b is None else b[:, None] * (1 if sigma_b is None else np.asarray(sigma_b, W.dtype)[:, None, None])
        self.far = FAR[W.dtype.name]
        self.low, self.high = 4.0**-self.far, 4.0**self.far
        self.a, self.z = _arena("a", (L + 1, G, n, B), W.dtype), _arena("z", (L + 1, G, n, B), W.dtype)
        self.work = _arena("work", (G, n, B), W.dtype)
        self.flat_a, self.flat_z = self.a.reshape(L + 1, G, n * B), self.z.reshape(L + 1, G, n * B)
        self.square_a, self.square_z = np.empty((2, L + 1, G), W.dtype)
        self.exponent_a, self.exponent_z = np.zeros((2, L + 1, G), int)
        self.straight = {}  # (l, g): the two slopes, where phi has become straight lines

    def forward(self, x):
        a, z, phi, scaled = self.a, self.z, self.phi, False
        a[0] = x
        scaled = self._keep_in_range(self.flat_a, self.square_a, self.exponent_a, 0)
        for l in range(1, len(a)):
            np.matmul(self.W[l - 1], a[l - 1], out=z[l])  # (G, n, B)
            if self.gain is not None:
                z[l] *= self.gain
            if scaled:
                self._far_layer(l)
            else:
                if self.b is not None:
                    z[l] += self.b[l - 1]
                phi.value(z[l], out=a[l])  # (G, n, B)
            scaled = self._keep_in_range(self.flat_a, self.square_a, self.exponent_a, l) or self.exponent_a[l].any()

    def slopes(self):
        """Turn z into phi'(z) in place, for all layers in one call."""
        self.phi.slope(self.z[1:], self.a[1:], out=self.z[1:])
        for (l, g), (left, right) in self.straight.items():
            a = self.a[l, g]  # a has the sign of z where the slope is not 0
            self.z[l, g] = np.where(a > 0, right, left)
        return self.z

    def backward(self, output_gradient):
        delta, slope, L = self.z, self.z, len(self.z) - 1
        back = np.broadcast_to(output_gradient, self.work.shape)  # dL/da[L]
        for l in range(L, 0, -1):
            np.multiply(back, slope[l], out=delta[l])  # (G, n, B)
            self._keep_in_range(self.flat_z, self.square_z, self.exponent_z, l)
            back = np.matmul(self.W[l - 1].T, delta[l], out=self.work)  # dL/da[l-1], (G, n, B)
            if self.gain is not None:
                back *= self.gain
        # every delta[l] carries the exponents taken out of the layers above it, too
        self.exponent_z[1:] = np.cumsum(self.exponent_z[:0:-1], axis=0)[::-1]
        self.square_dW = np.empty_like(self.square_z)
        dW = _arena("dW", self.W.shape[:1] + self.z.shape[1:2] + self.W.shape[1:], self.dtype)
        np.matmul(delta[1:], self.a[:-1].swapaxes(-1, -2), out=dW)  # (L, G, n, n)
        dW = dW.reshape(*dW.shape[:2], -1)
        np.vecdot(dW, dW, out=self.square_dW[1:])

    def _keep_in_range(self, flat, square, exponent, l):
        """Record the squared norms of layer l; take a power of two out of the groups that leave the range."""
        x, s = flat[l], square[l]
        if len(x) == 1:
            s[0] = total = x[0].dot(x[0])
            if self.low < total < self.high:
                return False
        else:
            np.vecdot(x, x, out=s)
            if self.low < s.min() and s.max() < self.high:
                return False
        for i in range(len(x)):
            if not self.low < s[i] < self.high:
                exponent[l, i] += rescale(x[i])
                s[i] = x[i].dot(x[i])
        return True

    def _far_layer(self, l):
        """phi for groups that carry an exponent: straight lines where the signal is tiny or huge."""
        for g in range(self.z.shape[1]):
            z, e = self.z[l, g], int(self.exponent_a[l - 1, g])
            if self.b is not None:
                z += np.ldexp(self.b[l - 1, g], -e)
            size = log2_norm(z, e)
            lines = self.phi.small if size < -self.far else self.phi.large if size > self.far else None
            if lines is None or e == 0:
                self.phi.value(np.ldexp(z, e, out=z), out=self.a[l, g])
            else:
                self.a[l, g] = np.where(z > 0, lines[1] * z, lines[0] * z)
                self.exponent_a[l, g] = e
                self.straight[l, g] = lines

    def statistics(self, slope):
        """Mean and variance of a, share of saturated pairs and dead units, each (L + 1, G)."""
        a, flat = self.a, self.flat_a
        scale = np.exp2(self.exponent_a.astype(float))
        mean = flat.mean(axis=2, dtype=np.float64)
        variance = np.maximum(self.square_a / flat.shape[2] - mean**2, 0)
        flatline = np.abs(slope[1:]) < 0.01 * self.phi.steepest  # (L, G, n, B)
        nan = np.full((1, a.shape[1]), np.nan)
        return {
            "mean": mean * scale, "variance": variance * scale**2,
            "saturation": np.concatenate([nan, flatline.mean(axis=(2, 3))]),
            "dead": np.concatenate([nan, flatline.all(axis=3).mean(axis=2)]),
        }

    def signals(self, stats, squeeze):
        B = self.a.shape[3]
        activation = log2_sqrt(self.square_a, self.exponent_a) - 0.5 * np.log2(B)
        error = log2_sqrt(self.square_z, self.exponent_z) - 0.5 * np.log2(B)
        gradient = np.full_like(error, np.nan)
        gradient[1:] = log2_sqrt(self.square_dW[1:], self.exponent_z[1:] + self.exponent_a[:-1]) - np.log2(B)
        error[0] = np.nan
        for name, values in (("forward", activation), ("backward", error[1:]), ("backward", gradient[1:])):
            if not (values < np.inf).all():
                raise OverflowError(f"the {name} signal overflows {self.dtype} within one layer: use smaller weights")
        arrays = {"log2_activation": activation, "log2_error": error, "log2_gradient": gradient, **stats}
        return Signals(**{k: v[:, 0] if squeeze else v.T for k, v in arrays.items()})


def _arena(name, shape, dtype):
    """Return an uninitialized array from a buffer of this thread that only grows: fresh pages are the slow part."""
    size = int(np.prod(shape)) * dtype.itemsize
    buffers = _memory.__dict__.setdefault("buffers", {})
    if name not in buffers or buffers[name].nbytes < size:
        buffers[name] = np.empty(size, np.uint8)
    return buffers[name][:size].view(dtype).reshape(shape)
