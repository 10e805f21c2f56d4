"""Normalization: subtract a mean, divide by a standard deviation, then scale and shift by learned numbers.

    x = (z - mean) / sqrt(variance + eps)         u = gamma * x + beta

Batch norm takes mean and variance of each unit over the examples (Ioffe and Szegedy 2015), layer norm of each example
over the units (Ba et al. 2016); RMS norm is layer norm with no mean and no beta (Zhang and Sennrich 2019).
"""

import numpy as np

from . import checks


class Norm:
    """One normalization of (n, examples) arrays: ``forward`` gives u, ``backward`` takes dL/du and gives dL/dz.

    ``axis`` is 1 for statistics over the examples, 0 over the units. Batch norm keeps running averages of its
    statistics in training and uses them when ``training`` is False.
    """

    def __init__(self, n, axis, center=True, running=False, eps=1e-5, momentum=0.1):
        """Take the number of units; use the three named functions below."""
        self.n = self.n_in = self.n_out = checks.whole("n", n)
        self.axis, self.center, self.running = axis, center, running
        self.dense = []  # a norm can stand in a network as a block of its own, with no dense layer inside
        self.eps = checks.number("eps", eps, least=0)
        self.momentum = checks.number("momentum", momentum, above=0, below=1)
        self.x = None
        self.running_mean, self.running_variance = np.zeros((n, 1)), np.ones((n, 1))

    @property
    def shapes(self):
        """The learned parameters and their shapes."""
        return {"gamma": (self.n, 1), **({"beta": (self.n, 1)} if self.center else {})}

    def initialize(self, rng):
        """Start as the plain normalization: gamma = 1, beta = 0."""
        self.gamma[...] = 1
        if self.center:
            self.beta[...] = 0

    def forward(self, z, training=True):
        """Return u, shape (n, examples)."""
        if self.x is None or self.x.shape != z.shape or self.x.dtype != z.dtype:
            self.x, self.u, self._weights = np.empty_like(z), np.empty_like(z), None
        x, self.frozen = self.x, self.running and not training
        if self.frozen:
            variance = self.running_variance.astype(z.dtype)
            np.subtract(z, self.running_mean.astype(z.dtype), out=x)
        else:
            variance = self._center(z, x)
        self.inverse = 1 / np.sqrt(variance + z.dtype.type(self.eps))  # (n, 1) or (1, examples)
        x *= self.inverse  # (n, examples)
        u = np.multiply(x, self.gamma, out=self.u)
        return np.add(u, self.beta, out=u) if self.center else u

    def _center(self, z, x):
        """Set x to z less its mean; return its variance, (n, 1) or (1, examples)."""
        mean = self._mean(z) if self.center else z.dtype.type(0)
        np.subtract(z, mean, out=x)
        variance = self._mean_product(x, x)
        if self.running:
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_variance += self.momentum * (variance - self.running_variance)
        return variance

    def backward(self, du, out=None):
        """Return dL/dz, shape (n, examples), in ``out``, which may be ``du``; set the gradients of gamma and beta.

        With g = gamma du:  dL/dz = (g - mean(g) - x mean(g x)) / sqrt(variance + eps).
        """
        np.vecdot(du, self.x, out=self.gamma_gradient[:, 0])  # (n,)
        if self.center:
            np.matmul(du, np.ones(du.shape[1], du.dtype), out=self.beta_gradient[:, 0])  # (n,)
        g = np.multiply(du, self.gamma, out=out)  # (n, examples)
        if not self.frozen:
            mean, along = self._mean(g) if self.center else None, self._mean_product(g, self.x)
            g -= np.multiply(self.x, along, out=self.u)
            if self.center:
                g -= mean
        g *= self.inverse
        return g

    def _mean(self, x):
        if self._weights is None:
            self._weights = np.full(x.shape[self.axis], 1 / x.shape[self.axis], x.dtype)
        return (x @ self._weights)[:, None] if self.axis else (self._weights @ x)[None, :]

    def _mean_product(self, x, y):
        if self.axis:
            return (np.vecdot(x, y) / x.dtype.type(x.shape[1]))[:, None]
        return self._mean(np.multiply(x, y, out=self.u))


def batch_norm(n, eps=1e-5, momentum=0.1):
    """Return batch normalization of n units."""
    return Norm(n, axis=1, running=True, eps=eps, momentum=momentum)


def layer_norm(n, eps=1e-5):
    """Return layer normalization of n units."""
    return Norm(n, axis=0, eps=eps)


def rms_norm(n, eps=1e-5):
    """Return root-mean-square normalization of n units."""
    return Norm(n, axis=0, center=False, eps=eps)


#: Every normalization by name; None is no normalization.
NORMS = {"batch": batch_norm, "layer": layer_norm, "rms": rms_norm}


def get_norm(norm, n):
    """Return a new normalization of n units by name, None for None; raise ValueError with the list of names."""
    return None if norm is None else NORMS[checks.choice("norm", norm, NORMS)](n)
