"""Normalizations whose arrays are made once, and whose means and sums are products with a vector."""

import numpy as np

from ..norms import BatchNorm, LayerNorm, RMSNorm


class FastBatchNorm(BatchNorm):
    """The passes of :class:`~vgtext.nn.norms.BatchNorm`."""

    _work = None

    def forward(self, z, training=True):
        """Return u, shape (n, examples)."""
        if self._work is None or self._work.shape != z.shape or self._work.dtype != z.dtype:
            self._allocate(z)
        (mean, variance), c, self.frozen = self._statistics if training else self.running, self._c, not training
        if training:
            np.dot(z, self._weights, out=mean[:, 0])  # (n, 1)
        np.subtract(z, mean, out=c)  # (n, examples)
        if training:
            np.vecdot(c, c, out=variance[:, 0])  # (n, 1)
            variance *= self._weights[0]
            self.running *= 1 - self.momentum
            self.running += np.multiply(self._statistics, self._shares, out=self._change)
        std = np.sqrt(np.add(variance, self.eps, out=self._square), out=self.std)  # (n, 1)
        if self.may_vanish:
            self._square[std == 0] = std[std == 0] = 1
        u = np.multiply(c, np.divide(self.gamma, std, out=self._scale), out=self._u)
        u += self.beta
        return u

    def backward(self, du, out=None):
        """Return dL/dz, shape (n, examples), in ``out``, which may be ``du``; set the gradients of gamma and beta.

        dL/dz = gamma / std (du - mean(du) - c mean(du c) / std^2); in inference it is gamma / std du, std a constant.
        """
        (mean, along), total = self._means, self._means[1, :, 0]
        np.vecdot(du, self._c, out=total)  # (n,)
        np.divide(along, self.std, out=self.gamma_gradient)
        np.dot(du, self._ones, out=self.beta_gradient[:, 0])
        if self.frozen:
            return np.multiply(du, self._scale, out=out)
        along /= self._square
        along *= self._weights[0]  # mean(du c) / std^2, (n, 1)
        np.multiply(self.beta_gradient, self._weights[0], out=mean)  # (n, 1)
        dz = np.subtract(du, np.multiply(self._c, along, out=self._work), out=out)
        dz -= mean
        dz *= self._scale
        return dz

    def _allocate(self, z):
        examples = z.shape[1]
        self._u, self._work, self._c = np.empty((3, *z.shape), z.dtype)
        self._ones, self.running = np.ones(examples, z.dtype), self.running.astype(z.dtype)
        self._statistics, self._means, self._change = np.zeros((3, 2, self.n, 1), z.dtype)
        self._square, self.std, self._scale = np.empty((3, self.n, 1), z.dtype)
        self._weights = np.full(examples, 1 / examples, z.dtype)  # z @ weights is a mean
        unbiased = examples / max(examples - 1, 1)
        self._shares = self.momentum * np.array([1, unbiased], z.dtype)[:, None, None]  # of mean, variance


class FastLayerNorm(LayerNorm):
    """The passes of :class:`~vgtext.nn.norms.LayerNorm`."""

    _work = None

    def forward(self, z, training=True):
        """Return u, shape (n, examples)."""
        if self._work is None or self._work.shape != z.shape or self._work.dtype != z.dtype:
            self._allocate(z)
        x = np.subtract(z, self._mean(z), out=self.x) if self.center else self.x
        c = x if self.center else z
        np.sqrt(np.add(self._mean(np.multiply(c, c, out=self._work)), self.eps, out=self.std), out=self.std)
        if self.may_vanish:
            self.std[self.std == 0] = 1
        np.divide(c, self.std, out=x)  # (n, examples)
        u = np.multiply(x, self.gamma, out=self._u)
        return np.add(u, self.beta, out=u) if self.center else u

    def backward(self, du, out=None):
        """Return dL/dz, shape (n, examples), in ``out``, which may be ``du``; set the gradients of gamma and beta."""
        np.vecdot(du, self.x, out=self.gamma_gradient[:, 0])  # (n,)
        if self.center:
            np.dot(du, self._ones, out=self.beta_gradient[:, 0])  # (n,)
        g = np.multiply(du, self.gamma, out=out)  # (n, examples)
        mean = self._mean(g).copy() if self.center else None  # (1, examples)
        along = self._mean(np.multiply(g, self.x, out=self._work))  # (1, examples)
        dz = np.subtract(g, np.multiply(self.x, along, out=self._work), out=out)
        if self.center:
            dz -= mean
        dz /= self.std
        return dz

    def _allocate(self, z):
        self._u, self._work, self.x = np.empty((3, *z.shape), z.dtype)
        self._ones = np.ones(z.shape[1], z.dtype)
        self._average, self.std = np.empty((2, 1, z.shape[1]), z.dtype)
        self._weights = np.full(self.n, 1 / self.n, z.dtype)  # weights @ z is a mean

    def _mean(self, z):
        np.matmul(self._weights, z, out=self._average[0])
        return self._average


class FastRMSNorm(FastLayerNorm, RMSNorm):
    """The passes of :class:`~vgtext.nn.norms.RMSNorm`."""
