"""The forward and backward pass on stacked arrays: the four equations of backpropagation for all layers at speed.

Arrays are ``[layer, group, feature, example]``; a group is one pair of scales (sigma_w, sigma_b) applied to the same
sampled weights. One array holds z, then phi'(z), then delta. A signal that leaves the comfortable range of floats is
kept as ``m * 2**e`` (:mod:`vgtext.nn.scale`). ``tests/nn/test_signals.py`` shows that the result is that of
:mod:`vgtext.nn.backprop`.
"""

from math import log2

import numpy as np

from ..scale import FAR, log2_norm, log2_sqrt, rescale
from .memory import arrays


class StackedPass:
    """One pass forward and back: the stacked arrays ``a`` and ``z``, their exponents, and the squared norms.

    ``every``: norms are looked at, and powers of two taken out, at every such layer. A plain network (no scales) that
    is not wide has b as one more column of W, for a row of ones below a: ``[W b] @ [a; 1]``, one call instead of two.
    """

    def __init__(self, W, b, phi, sigma_w, sigma_b, B, every=1):
        """Take the weights, phi, the scales and the number of examples."""
        L, n, _ = W.shape
        self.W, self.phi, self.dtype, self.every = W, phi, W.dtype, every
        self.gain = None if sigma_w is None else np.asarray(sigma_w, W.dtype)[:, None, None]
        plain = self.gain is None
        G, joined = 1 if plain else len(self.gain), plain and b is not None and n <= B
        self.b = b if b is None else b[:, None]  # (L, G or 1, n, 1)
        if self.b is not None and sigma_b is not None:
            self.b = self.b * np.asarray(sigma_b, W.dtype)[:, None, None]
        self.far = FAR[W.dtype.name]
        self.low, self.high = 4.0**-self.far, 4.0**self.far
        m = self.memory = arrays(L, G, n, B, W.dtype, plain, joined)
        self.a, self.z, self.work, self.dW, self.some, self.ones = m.a, m.z, m.work, m.dW, len(m.dW), m.ones
        if joined:
            m.A[:, :, :n], m.A[:, :, n:], self.ones[...], m.z_rows[:, :, n] = W, b, 1, 0
        self.exponent = self.exponent_a, self.exponent_z, _ = np.zeros((3, L + 1, G), int)  # of a, delta and dL/dW
        self.square = np.ones((3, L + 1, G), W.dtype)  # of the same three, as stored, without their exponents
        self.rescaled = False  # whether any exponent is not 0
        self.kept = {}  # l: {g: phi'(z), a number or (n, B)} where the stored z and a are scaled

    def forward(self, x):
        """Fill ``a`` from the input x, (n, B), and ``z`` on the way."""
        self.a[0] = x
        m, value, gain, every = self.memory, self.phi.value, self.gain, self.every
        A, rows, a, z = m.A_list or list(self.W), m.a_rows_list, m.a_list, m.z_list
        b = None if self.b is None or self.ones is not None else self.b[:, 0] if gain is None else self.b
        scaled = self._keep_in_range(self.a, self.exponent_a, 0)
        for l in range(1, len(a)):
            z_l = m.times(A[l - 1], rows[l - 1], out=z[l])  # (G, n, B)
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
        if self.rescaled:
            self.exponent_z[1:] = np.cumsum(self.exponent_z[:0:-1], axis=0)[::-1]
            np.add(self.exponent_z[1:], self.exponent_a[:-1], out=self.exponent[2, 1:])

    def _slopes(self, layers):
        """Turn z into phi'(z) in place."""
        z, a = self.memory.z_rows[layers], self.memory.a_rows[layers]  # without gaps, which is fastest
        self.phi.slope(z, a, out=z)
        for l in range(layers.start, layers.stop) if self.kept else ():
            for g, slope in self.kept.get(l, {}).items():
                self.z[l, g] = slope

    def _errors(self, layers):
        """Turn phi'(z) into delta in place, from the last of the layers to the first."""
        m, delta, work = self.memory, self.memory.z_list, self.work[0] if self.gain is None else self.work
        gain, every, multiply, W_back = self.gain, self.every, np.multiply, self.W.swapaxes(1, 2)
        for l in range(layers.stop - 1, layers.start - 1, -1):
            delta_l = multiply(work, delta[l], out=delta[l])  # (G, n, B)
            if l % every == 0:
                self._keep_in_range(self.z, self.exponent_z, l)
            if l > 1:
                m.times_back(W_back[l - 1], delta_l, out=work)  # dL/da[l-1], (G, n, B)
                if gain is not None:
                    work *= gain

    def _gradients(self, layers):
        """Make dL/dW, and take the sums of squares of the layers' inputs, delta and dL/dW."""
        below = slice(layers.start - 1, layers.stop - 1)
        a, delta, dW = self.a[below], self.z[layers], self.dW[: layers.stop - layers.start]
        self.memory.times_transpose(delta, a, out=dW)  # delta a.T, (some, G, n, n)
        for x, square in ((a, self.square[0, below]), (delta, self.square[1, layers]), (dW, self.square[2, layers])):
            flat = self._flat(x)
            np.vecdot(flat, flat, out=square)

    def log2_sizes(self):
        """Root mean squares over examples of a and delta, and Frobenius norms of dL/dW, log2, each (L + 1, G).

        Raises OverflowError if a norm left the range of floats between two looks at it. Zero is a fair value (all units
        dead) if every layer was looked at.
        """
        square, low, high = self.square[:2], self.low / 2.0**20, self.high * 2.0**20
        if not low < square.min() <= square.max() < high:  # nan is in no range
            fair = (low < square) & (square < high)
            if not (self.every == 1 and (fair | (square == 0)).all()):
                raise OverflowError(f"the signal leaves the range of {self.dtype} within {self.every} layer(s)")
        sizes, examples = log2_sqrt(self.square, self.exponent), log2(self.a.shape[3])
        sizes[:2] -= 0.5 * examples
        sizes[2] -= examples
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
                self.rescaled = True
                if x is self.a and self.ones is not None:
                    self.ones[l] = exponent[l, g] == 0
        return self.rescaled and bool(exponent[l].any())

    def _far_layer(self, l):
        """phi for groups that carry an exponent: straight lines where the signal is tiny or huge."""
        for g in range(self.z.shape[1]):
            z, e = self.z[l, g], int(self.exponent_a[l - 1, g])
            if self.b is not None and (e or self.ones is None):
                z += np.ldexp(self.b[l - 1, g % self.b.shape[1]], -e)  # (n, B)
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
            if self.ones is not None:
                self.ones[l] = self.exponent_a[l, g] == 0

    def _keep(self, l, g, slope):
        self.kept.setdefault(l, {})[g] = slope
