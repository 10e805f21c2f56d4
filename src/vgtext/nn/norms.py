"""Normalization: subtract a mean, divide by a standard deviation, then scale and shift by learned numbers.

    u = gamma * c / std + beta,    c = z - mean(z),    std = sqrt(mean(c * c) + eps)

Batch norm takes mean and variance of each unit over the examples (Ioffe and Szegedy 2015), layer norm of each example
over the units (Ba et al. 2016); RMS norm is layer norm with no mean and no beta (Zhang and Sennrich 2019).
"""

import numpy as np

from . import checks


class Norm:
    """What the three share: a block of n units, and both passes but for the mean and variance of the forward pass.

    ``axis``: what the means are taken over, 1 the examples, 0 the units; ``center``: whether the mean is subtracted.
    Where the variance and ``eps`` are both 0, std is taken as 1, and c / std is 0. Raises TypeError or ValueError
    for n below 1, or eps below 0.
    """

    axis, center = 0, True

    def __init__(self, n, eps=1e-5):
        """Take the number of units, and what is added to the variance, 0 or more."""
        self.n = self.n_in = self.n_out = checks.whole("n", n)
        self.eps = checks.number("eps", eps, least=0)
        self.may_vanish = self.eps < float(np.finfo(np.float32).tiny)
        self.dense, self.frozen = [], False  # a norm has no dense layer inside

    @property
    def shapes(self):
        """The learned parameters and their shapes."""
        return {"gamma": (self.n, 1), "beta": (self.n, 1)}

    def initialize(self, rng):
        """Start as the plain normalization: gamma = 1, beta = 0."""
        self.gamma[...] = 1
        if self.center:
            self.beta[...] = 0

    def forward(self, z, training=True):
        """Return u, shape (n, examples)."""
        mean, variance = self._statistics_of(z, training)  # (n, 1) over examples, (1, examples) over units
        self.std = np.sqrt(variance + z.dtype.type(self.eps))
        if self.may_vanish:
            self.std[self.std == 0] = 1
        self.x = (z - mean) / self.std  # (n, examples)
        return self.gamma * self.x + (self.beta if self.center else 0)

    def backward(self, du):
        """Take dL/du, return dL/dz, both (n, examples); set the gradients of gamma and beta.

        With g = gamma du:  dL/dz = (g - mean(g) - x mean(g x)) / std. RMS norm has no mean(g). In inference the mean
        and std of batch norm are constants, and dL/dz = g / std.
        """
        self.gamma_gradient[...] = (du * self.x).sum(axis=1, keepdims=True)  # (n, 1)
        if self.center:
            self.beta_gradient[...] = du.sum(axis=1, keepdims=True)  # (n, 1)
        g = self.gamma * du  # (n, examples)
        if self.frozen:
            return g / self.std
        mean = g.mean(axis=self.axis, keepdims=True) if self.center else 0
        along = (g * self.x).mean(axis=self.axis, keepdims=True)
        return (g - mean - self.x * along) / self.std

    def _statistics_of(self, z, training):
        mean = z.mean(axis=self.axis, keepdims=True) if self.center else z.dtype.type(0)
        return mean, np.square(z - mean).mean(axis=self.axis, keepdims=True)


class BatchNorm(Norm):
    """Batch normalization: mean and variance of each unit over the examples of the batch.

    In training it keeps running averages of both, ``running`` (2, n, 1), and uses them when ``training`` is False.
    ``momentum`` is the share of the newest batch in them. The batch is normalized by its own variance, a mean over its
    B examples; the average kept is of the unbiased estimate, B / (B - 1) times as large (Ioffe and Szegedy 2015,
    algorithm 2; PyTorch does the same). One example alone counts as variance 0. Raises as Norm does, and unless
    0 < momentum < 1.
    """

    axis = 1

    def __init__(self, n, eps=1e-5, momentum=0.1):
        """Take the number of units, what is added to the variance, and the share of the newest batch."""
        super().__init__(n, eps)
        self.momentum = checks.number("momentum", momentum, above=0, below=1)
        self.running = np.stack([np.zeros((n, 1)), np.ones((n, 1))])  # mean, variance

    def _statistics_of(self, z, training):
        self.frozen, self.running = not training, self.running.astype(z.dtype)
        if not training:
            return self.running
        mean, variance = super()._statistics_of(z, training)
        B = z.shape[1]
        newest = np.stack([mean, variance * z.dtype.type(B / max(B - 1, 1))])  # (2, n, 1)
        self.running += z.dtype.type(self.momentum) * (newest - self.running)
        return mean, variance


class LayerNorm(Norm):
    """Layer normalization: mean and variance of each example over the units."""


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
