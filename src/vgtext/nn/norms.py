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
        self.axis, self.center = axis, center
        self.dense = []  # a norm can stand in a network as a block of its own, with no dense layer inside
        self.eps = checks.number("eps", eps, least=0)
        self.momentum = checks.number("momentum", momentum, above=0, below=1)
        self.x = None
        self.running = np.stack([np.zeros((n, 1)), np.ones((n, 1))]) if running else None  # mean, variance

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
            self._allocate(z)
        x, self.frozen = self.x, self.running is not None and not training
        mean, variance = self.running if self.frozen else self.statistics  # (n, 1) or (1, examples) each
        if not self.frozen and self.center:
            self._mean(z, out=mean)
        np.subtract(z, mean, out=x)
        if not self.frozen:
            self._mean_product(x, x, out=variance)
            self._average()
        inverse = np.add(variance, self.eps, out=self.inverse)
        np.reciprocal(np.sqrt(inverse, out=inverse), out=inverse)
        x *= inverse  # (n, examples)
        u = np.multiply(x, self.gamma, out=self.u)
        return np.add(u, self.beta, out=u) if self.center else u

    def backward(self, du, out=None):
        """Return dL/dz, shape (n, examples), in ``out``, which may be ``du``; set the gradients of gamma and beta.

        With g = gamma du:  dL/dz = (g - mean(g) - x mean(g x)) / sqrt(variance + eps). Over the examples gamma is a
        constant: the means are then those of du and du x, which are the gradients of beta and gamma already.
        """
        np.vecdot(du, self.x, out=self.gamma_gradient[:, 0])  # (n,)
        if self.center:
            np.dot(du, self.ones, out=self.beta_gradient[:, 0])  # (n,)
        (mean, along), g = self.means, du
        if self.frozen:
            return np.multiply(g, self.inverse * self.gamma, out=out)
        if self.axis:
            scale = self.inverse * self.gamma  # (n, 1)
            np.multiply(self.gamma_gradient, self.weights[0], out=along)
            if self.center:
                np.multiply(self.beta_gradient, self.weights[0], out=mean)
        else:
            g, scale = np.multiply(du, self.gamma, out=out), self.inverse  # (n, examples), (1, examples)
            if self.center:
                self._mean(g, out=mean)
            self._mean_product(g, self.x, out=along)
        g = np.subtract(g, np.multiply(self.x, along, out=self.work), out=out)
        if self.center:
            g -= mean
        g *= scale
        return g

    def _allocate(self, z):
        """Make the arrays that a pass writes to, once for each number of examples."""
        self.x, self.u, self.work = np.empty((3, *z.shape), z.dtype)
        small = (z.shape[0], 1) if self.axis else (1, z.shape[1])
        self.statistics, self.means, self._change = np.zeros((3, 2, *small), z.dtype)
        self.inverse = np.empty(small, z.dtype)
        self.weights = np.full(z.shape[self.axis], 1 / z.shape[self.axis], z.dtype)  # x @ weights is a mean
        self.ones = np.ones(z.shape[1], z.dtype)
        if self.running is not None:
            self.running = self.running.astype(z.dtype)

    def _average(self):
        """Move the running averages towards the statistics of this batch."""
        if self.running is not None:
            change = np.subtract(self.statistics, self.running, out=self._change)
            change *= self.momentum
            self.running += change

    def _mean(self, x, out):
        """Mean over ``axis``, (n, 1) or (1, examples)."""
        if self.axis:
            np.dot(x, self.weights, out=out[:, 0])
        else:
            np.matmul(self.weights, x, out=out[0])

    def _mean_product(self, x, y, out):
        """Mean of x y over ``axis``, (n, 1) or (1, examples)."""
        if self.axis:
            np.vecdot(x, y, out=out[:, 0])
            out *= self.weights[0]
        else:
            np.matmul(self.weights, np.multiply(x, y, out=self.work), out=out[0])


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
