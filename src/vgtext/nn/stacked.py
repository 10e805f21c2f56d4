"""The forward and backward pass on stacked arrays: the four equations of backpropagation for all layers at speed.

Arrays are ``[layer, group, feature, example]``; a group is one pair of scales (sigma_w, sigma_b) applied to the same
sampled weights. One array holds z, then phi'(z), then delta. A signal that leaves the comfortable range of floats is
kept as ``m * 2**e`` (:mod:`vgtext.nn.scale`). ``tests/nn/test_signals.py`` shows that the result is that of
:mod:`vgtext.nn.backprop`.
"""

import threading
from math import log2, prod

import numpy as np

from .scale import FAR, log2_norm, log2_sqrt, rescale

_memory = threading.local()
_CACHE_BYTES = 2**20  # the backward pass goes a cacheful of layers at a time, while their arrays are at hand


class StackedPass:
    """One pass forward and back: the stacked arrays ``a`` and ``z``, their exponents, and the squared norms.

    ``every``: norms are looked at, and powers of two taken out, at every such layer.
    """

    def __init__(self, W, b, phi, sigma_w, sigma_b, B, every=1):
        """Take the weights, phi, the scales and the number of examples."""
        L, n, _ = W.shape
        self.W, self.phi, self.dtype, self.every = W, phi, W.dtype, every
        self.gain = None if sigma_w is None else np.asarray(sigma_w, W.dtype)[:, None, None]
        G = 1 if self.gain is None else len(self.gain)
        self.b = b if b is None or sigma_b is None else b[:, None] * np.asarray(sigma_b, W.dtype)[:, None, None]
        self.far = FAR[W.dtype.name]
        self.low, self.high = 4.0**-self.far, 4.0**self.far
        self.a, self.z = _arena("a", (L + 1, G, n, B), W.dtype), _arena("z", (L + 1, G, n, B), W.dtype)
        if b is not None and self.gain is None and sigma_b is None:
            self.b = _arena("b", (L, n, B), W.dtype)  # one for each example: twice as fast to add
            self.b[...] = b
        self.work = _arena("work", (G, n, B), W.dtype)
        layer_bytes = (2 * G * B * n + (G + 1) * n * n) * W.itemsize  # a, z, dW and W
        self.some = min(L, max(1, _CACHE_BYTES // layer_bytes))  # layers at a time
        self.dW = _arena("dW", (self.some, G, n, n), W.dtype)  # only its norms are kept
        self.exponent = self.exponent_a, self.exponent_z, _ = np.zeros((3, L + 1, G), int)  # of a, delta and dL/dW
        self.square = np.ones((3, L + 1, G), W.dtype)  # of the same three, as stored, without their exponents
        self.kept = {}  # l: {g: phi'(z), a number or (n, B)} where the stored z and a are scaled
        # a product of two matrices, and lists that are cheap to index: (n, B) for a plain network, else (G, n, B)
        self.product, plain = (np.dot, (slice(None), 0)) if self.gain is None else (np.matmul, slice(None))
        self.a_list, self.z_list, self.W_back = list(self.a[plain]), list(self.z[plain]), list(W.swapaxes(1, 2))

    def forward(self, x):
        """Fill ``a`` from the input x, (n, B), and ``z`` on the way."""
        self.a[0] = x
        W, a, z, b, product = list(self.W), self.a_list, self.z_list, self.b, self.product
        value, gain, every = self.phi.value, self.gain, self.every
        scaled = self._keep_in_range(self.a, self.exponent_a, 0)
        for l in range(1, len(a)):
            z_l = product(W[l - 1], a[l - 1], out=z[l])  # (G, n, B)
            if gain is not None:
                z_l *= gain
            if scaled:
                self._far_layer(l)
            else:
                if b is not None:
                    z_l += b[l - 1]
                value(z_l, out=a[l])  # (G, n, B)
            if l % every == 0:
                scaled = self._keep_in_range(self.a, self.exponent_a, l)

    def backward(self, output_gradient):
        """Turn z into delta in place, from dL/da[L], (n, B), down to layer 1, and take the squared norms."""
        L = len(self.W)
        self.work[...] = output_gradient  # dL/da[L]
        for top in range(L, 0, -self.some):
            layers = slice(max(top - self.some, 0) + 1, top + 1)
            self._slopes(layers)
            self._errors(layers)
            self._gradients(layers)
        np.vecdot(self._flat(self.a[L:]), self._flat(self.a[L:]), out=self.square[0, L:])
        # every delta[l] carries the exponents taken out of the layers above it, too; dL/dW[l] those of a[l-1] as well
        self.exponent_z[1:] = np.cumsum(self.exponent_z[:0:-1], axis=0)[::-1]
        np.add(self.exponent_z[1:], self.exponent_a[:-1], out=self.exponent[2, 1:])

    def _slopes(self, layers):
        """Turn z into phi'(z) in place."""
        self.phi.slope(self.z[layers], self.a[layers], out=self.z[layers])
        for l in range(layers.start, layers.stop) if self.kept else ():
            for g, slope in self.kept.get(l, {}).items():
                self.z[l, g] = slope

    def _errors(self, layers):
        """Turn phi'(z) into delta in place, from the last of the layers to the first."""
        delta, work, product = self.z_list, self.work[0] if self.gain is None else self.work, self.product
        gain, every, multiply, W_back = self.gain, self.every, np.multiply, self.W_back
        for l in range(layers.stop - 1, layers.start - 1, -1):
            delta_l = multiply(work, delta[l], out=delta[l])  # (G, n, B)
            if l % every == 0:
                self._keep_in_range(self.z, self.exponent_z, l)
            product(W_back[l - 1], delta_l, out=work)  # dL/da[l-1], (G, n, B)
            if gain is not None:
                work *= gain

    def _gradients(self, layers):
        """Make dL/dW, and take the sums of squares of the layers' inputs, delta and dL/dW."""
        below = slice(layers.start - 1, layers.stop - 1)
        a, delta, dW = self.a[below], self.z[layers], self.dW[: layers.stop - layers.start]
        np.matmul(delta, a.swapaxes(-1, -2), out=dW)  # (some, G, n, n)
        for x, square in ((a, self.square[0, below]), (delta, self.square[1, layers]), (dW, self.square[2, layers])):
            flat = self._flat(x)
            np.vecdot(flat, flat, out=square)

    def log2_sizes(self):
        """Root mean squares over examples of a and delta, and Frobenius norms of dL/dW, log2, each (L + 1, G).

        Raises OverflowError if a norm left the range of floats between two looks at it. Zero is a fair value (all units
        dead) if every layer was looked at.
        """
        square, margin = self.square[:2], 2.0**20
        fair = (self.low / margin < square) & (square < self.high * margin)
        if not fair.all() and not (self.every == 1 and (fair | (square == 0)).all()):
            raise OverflowError(f"the signal leaves the range of {self.dtype} within {self.every} layer(s)")
        sizes, half = log2_sqrt(self.square, self.exponent), 0.5 * log2(self.a.shape[3])
        sizes -= np.array([half, half, 2 * half])[:, None, None]
        sizes[1:, 0] = np.nan  # the input has no error signal and no weights
        return dict(zip(("log2_activation", "log2_error", "log2_gradient"), sizes))

    def statistics(self):
        """Mean and variance of a, share of saturated pairs and dead units, each (L + 1, G): before ``backward``."""
        scale, flat = np.exp2(self.exponent_a.astype(float)), self._flat(self.a)
        slope = self.phi.slope(self.z[1:], self.a[1:])
        for l, kept in self.kept.items():
            for g in kept:
                slope[l - 1, g] = kept[g]
        level = np.abs(slope) < 0.01 * self.phi.steepest  # (L, G, n, B)
        nan = np.full((1, self.a.shape[1]), np.nan)
        return {
            "mean": flat.mean(axis=2, dtype=np.float64) * scale,
            "variance": flat.var(axis=2, dtype=np.float64) * scale**2,
            "saturation": np.concatenate([nan, level.mean(axis=(2, 3))]),
            "dead": np.concatenate([nan, level.all(axis=3).mean(axis=2)]),
        }

    @staticmethod
    def _flat(x):
        return x.reshape(*x.shape[:2], -1)

    def _keep_in_range(self, x, exponent, l):
        """Take a power of two out of the groups of layer l whose norm leaves the range; say if any carries one."""
        flat = x[l].reshape(len(x[l]), -1)
        for g, square in enumerate(np.vecdot(flat, flat).tolist()):
            if not self.low < square < self.high:
                if x is self.a and l and g not in self.kept.get(l, ()):
                    self._keep(l, g, self.phi.derivative(self.z[l, g]))  # before a is no longer phi(z)
                exponent[l, g] += rescale(flat[g])
        return bool(exponent[l].any())

    def _far_layer(self, l):
        """phi for groups that carry an exponent: straight lines where the signal is tiny or huge."""
        for g in range(self.z.shape[1]):
            z, e = self.z[l, g], int(self.exponent_a[l - 1, g])
            if self.b is not None:
                z += np.ldexp(self.b[l - 1] if self.b.ndim == 3 else self.b[l - 1, g], -e)  # (n, B)
            square = float(np.vdot(z, z))
            size = 0.5 * log2(square) + e if self.low < square < self.high else log2_norm(z, e)
            lines = self.phi.small if size < -self.far else self.phi.large if size > self.far else None
            if lines is None or e == 0:
                self.phi.value(np.ldexp(z, e, out=z), out=self.a[l, g])
            else:
                left, right = lines
                slope = self.dtype.type(left) if left == right else np.where(z > 0, right, left).astype(self.dtype)
                self._keep(l, g, slope)
                np.multiply(z, slope, out=self.a[l, g])
                self.exponent_a[l, g] = e

    def _keep(self, l, g, slope):
        self.kept.setdefault(l, {})[g] = slope


def _arena(name, shape, dtype):
    """Return an uninitialized array from a buffer of this thread that only grows: fresh pages are the slow part."""
    size = prod(shape) * dtype.itemsize
    buffers = _memory.__dict__.setdefault("buffers", {})
    if name not in buffers or buffers[name].nbytes < size:
        buffers[name] = np.empty(size, np.uint8)
    return buffers[name][:size].view(dtype).reshape(shape)
