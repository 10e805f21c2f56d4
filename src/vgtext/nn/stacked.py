"""The forward and backward pass on stacked arrays: the four equations of backpropagation for all layers at speed.

Arrays are ``[layer, group, feature, example]``; a group is one pair of scales (sigma_w, sigma_b) applied to the same
sampled weights. One array holds z, then phi'(z), then delta. A signal that leaves the comfortable range of floats is
kept as ``m * 2**e`` (:mod:`vgtext.nn.scale`). ``tests/nn/test_signals.py`` shows that the result is that of
:mod:`vgtext.nn.backprop`.
"""

import threading

import numpy as np

from .scale import FAR, log2_norm, log2_sqrt, rescale

_memory = threading.local()


_DW_BYTES = 2**20  # weight gradients are made a cacheful of layers at a time: only their norms are kept


class StackedPass:
    """One pass forward and back: the stacked arrays ``a`` and ``z``, the exponents, and the squared norms.

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
        self.work = _arena("work", (G, n, B), W.dtype)
        self.exponent_a, self.exponent_z = np.zeros((2, L + 1, G), int)
        self.kept = {}  # (l, g): phi'(z), (n, B), where the stored z and a are scaled

    def forward(self, x):
        """Fill ``a`` from the input x, (n, B), and ``z`` on the way."""
        self.a[0] = x
        W, a, z, b = list(self.W), self._by_layer(self.a), self._by_layer(self.z), self.b
        value, gain, every, matmul = self.phi.value, self.gain, self.every, np.matmul
        scaled = self._keep_in_range(self.a, self.exponent_a, 0)
        for l in range(1, len(a)):
            z_l = matmul(W[l - 1], a[l - 1], out=z[l])  # (G, n, B)
            if gain is not None:
                z_l *= gain
            if scaled:
                self._far_layer(l)
            else:
                if b is not None:
                    z_l += b[l - 1]
                value(z_l, out=a[l])  # (G, n, B)
            if scaled or l % every == 0:
                scaled = self._keep_in_range(self.a, self.exponent_a, l)

    def slopes(self):
        """Turn z into phi'(z) in place, for all layers in one call."""
        self.phi.slope(self.z[1:], self.a[1:], out=self.z[1:])
        for (l, g), slope in self.kept.items():
            self.z[l, g] = slope
        return self.z

    def backward(self, output_gradient):
        """Turn phi'(z) into delta in place, from dL/da[L], (n, B), down to layer 1."""
        delta, work, W_back = self._by_layer(self.z), self._by_layer(self.work[None])[0], list(self.W.swapaxes(1, 2))
        gain, every, multiply, matmul = self.gain, self.every, np.multiply, np.matmul
        work[...] = output_gradient  # dL/da[L]
        for l in range(len(delta) - 1, 0, -1):
            delta_l = multiply(work, delta[l], out=delta[l])  # (G, n, B)
            if l % every == 0:
                self._keep_in_range(self.z, self.exponent_z, l)
            matmul(W_back[l - 1], delta_l, out=work)  # dL/da[l-1], (G, n, B)
            if gain is not None:
                work *= gain
        # every delta[l] carries the exponents taken out of the layers above it, too
        self.exponent_z[1:] = np.cumsum(self.exponent_z[:0:-1], axis=0)[::-1]

    def squares(self):
        """Return the sums of squares of a, delta and dL/dW as stored, without their exponents, (3, L + 1, G)."""
        (L, n, _), G = self.W.shape, self.z.shape[1]
        some = min(L, max(1, _DW_BYTES // (G * n * n * self.dtype.itemsize)))  # layers at a time
        dW, delta, a_back = _arena("dW", (some, G, n, n), self.dtype), self.z[1:], self.a[:-1].swapaxes(-1, -2)
        square, flat_a, flat_z = np.ones((3, L + 1, G), self.dtype), self._flat(self.a), self._flat(delta)
        np.vecdot(flat_a, flat_a, out=square[0])
        np.vecdot(flat_z, flat_z, out=square[1, 1:])
        for l in range(0, L, some):
            part = np.matmul(delta[l : l + some], a_back[l : l + some], out=dW[: min(some, L - l)])  # (some, G, n, n)
            part = self._flat(part)
            np.vecdot(part, part, out=square[2, l + 1 : l + 1 + some])
        return square

    def log2_sizes(self):
        """Root mean squares over examples of a and delta, and Frobenius norms of dL/dW, log2, each (L + 1, G).

        Raises OverflowError if a norm left the range of floats between two looks at it. Zero is a fair value (all units
        dead) if every layer was looked at.
        """
        square, margin = self.squares(), 2.0**20
        fair = (self.low / margin < square[:2]) & (square[:2] < self.high * margin)
        if not fair.all() and not (self.every == 1 and (fair | (square[:2] == 0)).all()):
            raise OverflowError(f"the signal leaves the range of {self.dtype} within {self.every} layer(s)")
        exponent = np.stack([self.exponent_a, self.exponent_z, self.exponent_z])
        exponent[2, 1:] += self.exponent_a[:-1]
        half = 0.5 * np.log2(self.a.shape[3])
        sizes = log2_sqrt(square, exponent) - np.array([half, half, 2 * half])[:, None, None]
        sizes[1:, 0] = np.nan  # the input has no error signal and no weights
        return dict(zip(("log2_activation", "log2_error", "log2_gradient"), sizes))

    def statistics(self, slope):
        """Mean and variance of a, share of saturated pairs and dead units, each (L + 1, G)."""
        scale, flat = np.exp2(self.exponent_a.astype(float)), self._flat(self.a)
        level = np.abs(slope[1:]) < 0.01 * self.phi.steepest  # (L, G, n, B)
        nan = np.full((1, self.a.shape[1]), np.nan)
        return {
            "mean": flat.mean(axis=2, dtype=np.float64) * scale,
            "variance": flat.var(axis=2, dtype=np.float64) * scale**2,
            "saturation": np.concatenate([nan, level.mean(axis=(2, 3))]),
            "dead": np.concatenate([nan, level.all(axis=3).mean(axis=2)]),
        }

    def _by_layer(self, x):
        """The layers of a stacked array as a list, cheap to index: (n, B) for a plain network, else (G, n, B)."""
        return list(x[:, 0] if self.gain is None else x)

    @staticmethod
    def _flat(x):
        return x.reshape(*x.shape[:2], -1)

    def _keep_in_range(self, x, exponent, l):
        """Take a power of two out of the groups of layer l whose norm leaves the range; say if any carries one."""
        flat = x[l].reshape(len(x[l]), -1)
        for g, square in enumerate(np.vecdot(flat, flat).tolist()):
            if not self.low < square < self.high:
                if x is self.a and l and (l, g) not in self.kept:
                    self.kept[l, g] = self.phi.derivative(self.z[l, g])  # before a is no longer phi(z)
                exponent[l, g] += rescale(flat[g])
        return bool(exponent[l].any())

    def _far_layer(self, l):
        """phi for groups that carry an exponent: straight lines where the signal is tiny or huge."""
        for g in range(self.z.shape[1]):
            z, e = self.z[l, g], int(self.exponent_a[l - 1, g])
            if self.b is not None:
                z += np.ldexp(self.b[l - 1] if self.b.ndim == 3 else self.b[l - 1, g], -e)  # (n, B)
            size = log2_norm(z, e)
            lines = self.phi.small if size < -self.far else self.phi.large if size > self.far else None
            if lines is None or e == 0:
                self.phi.value(np.ldexp(z, e, out=z), out=self.a[l, g])
            else:
                self.kept[l, g] = np.where(z > 0, lines[1], lines[0]).astype(self.dtype)
                np.multiply(z, self.kept[l, g], out=self.a[l, g])
                self.exponent_a[l, g] = e


def _arena(name, shape, dtype):
    """Return an uninitialized array from a buffer of this thread that only grows: fresh pages are the slow part."""
    size = int(np.prod(shape)) * dtype.itemsize
    buffers = _memory.__dict__.setdefault("buffers", {})
    if name not in buffers or buffers[name].nbytes < size:
        buffers[name] = np.empty(size, np.uint8)
    return buffers[name][:size].view(dtype).reshape(shape)
