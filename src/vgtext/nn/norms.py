"""Normalization: subtract a mean, divide by a standard deviation, then scale and shift by learned numbers.

    u = gamma * c / std + beta,    c = z - mean(z),    std = sqrt(mean(c * c) + eps)

Batch norm takes mean and variance of each unit over the examples (Ioffe and Szegedy 2015), layer norm of each example
over the units (Ba et al. 2016); RMS norm is layer norm with no mean and no beta (Zhang and Sennrich 2019).
"""

import numpy as np

from . import checks


class Norm:
    """What the three share: a block of (n, examples) arrays, ``forward`` gives u, ``backward`` takes dL/du."""

    def __init__(self, n, eps=1e-5):
        """Take the number of units."""
        self.n = self.n_in = self.n_out = checks.whole("n", n)
        self.eps = checks.number("eps", eps, least=0)
        self.dense = []  # a norm can stand in a network as a block of its own, with no dense layer inside
        self.u = None

    @property
    def shapes(self):
        """The learned parameters and their shapes."""
        return {"gamma": (self.n, 1), "beta": (self.n, 1)}

    def initialize(self, rng):
        """Start as the plain normalization: gamma = 1, beta = 0."""
        self.gamma[...] = 1
        if "beta" in self.shapes:
            self.beta[...] = 0

    def _fit(self, z):
        """Make the arrays that a pass writes to, once for each number of examples."""
        if self.u is None or self.u.shape != z.shape or self.u.dtype != z.dtype:
            self.u, self.work = np.empty((2, *z.shape), z.dtype)
            self.ones = np.ones(z.shape[1], z.dtype)
            self._allocate(z)


class BatchNorm(Norm):
    """Batch normalization: mean and variance of each unit over the examples of the batch.

    In training it keeps running averages of both, ``running`` (2, n, 1), and uses them when ``training`` is False.
    ``momentum`` is the share of the newest batch in them.
    """

    axis, center = 1, True

    def __init__(self, n, eps=1e-5, momentum=0.1):
        """Take the number of units."""
        super().__init__(n, eps)
        self.momentum = checks.number("momentum", momentum, above=0, below=1)
        self.running = np.stack([np.zeros((n, 1)), np.ones((n, 1))])  # mean, variance

    def forward(self, z, training=True):
        """Return u, shape (n, examples)."""
        self._fit(z)
        (mean, variance), c, self.frozen = self.statistics if training else self.running, self.c, not training
        if training:
            np.dot(z, self.weights, out=mean[:, 0])  # (n, 1)
        np.subtract(z, mean, out=c)  # (n, examples)
        if training:
            np.vecdot(c, c, out=variance[:, 0])  # (n, 1)
            variance *= self.weights[0]
            change = np.subtract(self.statistics, self.running, out=self._change)
            change *= self.momentum
            self.running += change
        np.sqrt(np.add(variance, self.eps, out=self.square), out=self.std)  # (n, 1)
        u = np.multiply(c, np.divide(self.gamma, self.std, out=self.scale), out=self.u)
        u += self.beta
        return u

    def backward(self, du, out=None):
        """Return dL/dz, shape (n, examples), in ``out``, which may be ``du``; set the gradients of gamma and beta.

        dL/dz = gamma / std (du - mean(du) - c mean(du c) / std^2); in inference it is gamma / std du, std a constant.
        """
        (mean, along), total = self.means, self.means[1, :, 0]
        np.vecdot(du, self.c, out=total)  # (n,)
        np.divide(along, self.std, out=self.gamma_gradient)
        np.dot(du, self.ones, out=self.beta_gradient[:, 0])
        if self.frozen:
            return np.multiply(du, self.scale, out=out)
        along /= self.square
        along *= self.weights[0]  # mean(du c) / std^2, (n, 1)
        np.multiply(self.beta_gradient, self.weights[0], out=mean)  # (n, 1)
        dz = np.subtract(du, np.multiply(self.c, along, out=self.work), out=out)
        dz -= mean
        dz *= self.scale
        return dz

    def _allocate(self, z):
        self.c, self.running = np.empty_like(z), self.running.astype(z.dtype)
        self.statistics, self.means, self._change = np.zeros((3, 2, self.n, 1), z.dtype)
        self.square, self.std, self.scale = np.empty((3, self.n, 1), z.dtype)
        self.weights = np.full(z.shape[1], 1 / z.shape[1], z.dtype)  # z @ weights is a mean


class LayerNorm(Norm):
    """Layer normalization: mean and variance of each example over the units."""

    axis, center = 0, True

    def forward(self, z, training=True):
        """Return u, shape (n, examples)."""
        self._fit(z)
        x = np.subtract(z, self._mean(z), out=self.x) if self.center else self.x
        c = x if self.center else z
        np.sqrt(np.add(self._mean(np.multiply(c, c, out=self.work)), self.eps, out=self.std), out=self.std)
        np.divide(c, self.std, out=x)  # (n, examples)
        u = np.multiply(x, self.gamma, out=self.u)
        return np.add(u, self.beta, out=u) if self.center else u

    def backward(self, du, out=None):
        """Return dL/dz, shape (n, examples), in ``out``, which may be ``du``; set the gradients of gamma and beta.

        With x = c / std and g = gamma du:  dL/dz = (g - mean(g) - x mean(g x)) / std, the mean left out by RMS norm.
        """
        np.vecdot(du, self.x, out=self.gamma_gradient[:, 0])  # (n,)
        if self.center:
            np.dot(du, self.ones, out=self.beta_gradient[:, 0])  # (n,)
        g = np.multiply(du, self.gamma, out=out)  # (n, examples)
        mean = self._mean(g).copy() if self.center else None  # (1, examples)
        along = self._mean(np.multiply(g, self.x, out=self.work))  # (1, examples)
        dz = np.subtract(g, np.multiply(self.x, along, out=self.work), out=out)
        if self.center:
            dz -= mean
        dz /= self.std
        return dz

    def _allocate(self, z):
        self.x = np.empty_like(z)
        self.mean, self.std = np.empty((2, 1, z.shape[1]), z.dtype)
        self.weights = np.full(self.n, 1 / self.n, z.dtype)  # weights @ z is a mean

    def _mean(self, z):
        np.matmul(self.weights, z, out=self.mean[0])
        return self.mean


class RMSNorm(LayerNorm):
    """Root-mean-square normalization: layer norm with no mean and no beta."""

    center = False

    @property
    def shapes(self):
        """The learned parameters and their shapes."""
        return {"gamma": (self.n, 1)}


#: Every normalization by name; None is no normalization.
NORMS = {"batch": BatchNorm, "layer": LayerNorm, "rms": RMSNorm}


def get_norm(norm, n):
    """Return a new normalization of n units by name, None for None; raise ValueError with the list of names."""
    return None if norm is None else NORMS[checks.choice("norm", norm, NORMS)](n)
