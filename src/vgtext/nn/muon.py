"""Muon: momentum whose update, for every hidden weight matrix, is turned into a nearly orthogonal one."""

import numpy as np

from . import checks
from .adam import Adam

#: a, b, c of one step on a singular value, a s + b s^3 + c s^5 (Jordan et al. 2024): chosen for a steep slope a at 0,
#: so that small singular values grow fast; large ones end near 1, not at it.
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def newton_schulz(G, steps=5):
    """Return G (n_out, n_in) with its singular vectors kept and its singular values moved toward 1.

        X = G / |G|;  then ``steps`` times:  X = a X + b (X X^T) X + c (X X^T)^2 X

    |G| is the root of the sum of squares, so that all singular values of the first X are at most 1. Zeros stay zeros.
    Raises TypeError or ValueError if G is no finite matrix, or steps no whole number of 0 or more.
    """
    G = checks.array("G", G, (None, None))
    steps = checks.whole("steps", steps, 0)
    if not (largest := np.abs(G).max()):
        return np.zeros_like(G)
    X = (G if len(G) <= G.shape[1] else G.T) / largest  # (short, long); the entries' squares do not underflow
    X /= np.linalg.norm(X)
    a, b, c = (X.dtype.type(k) for k in NEWTON_SCHULZ)
    for _ in range(steps):
        A = X @ X.T  # (short, short)
        X = a * X + (b * A + c * (A @ A)) @ X  # (short, long)
    return X if len(G) <= G.shape[1] else X.T


def newton_schulz_on_values(s, steps=5):
    """Return what ``steps`` steps make of the singular values s of a matrix with |G| = 1: s -> a s + b s^3 + c s^5.

    After five steps all s of 0.002 or more are between 0.68 and 1.21, and smaller ones are up to 485 times as large.
    Raises TypeError or ValueError for s beyond -1 and 1, which such a matrix cannot have.
    """
    s, (a, b, c) = checks.array("s", s), NEWTON_SCHULZ
    if (largest := float(np.abs(s).max())) > 1 + 1e-6:
        raise ValueError(f"s must be at most 1 in size, as singular values of a matrix of norm 1 are, got {largest}")
    for _ in range(checks.whole("steps", steps, 0)):
        s = s * (a + s * s * (b + c * s * s))
    return s


class Muon:
    """Muon (Jordan et al. 2024): momentum, then Newton-Schulz, for hidden matrices; Adam for everything else.

    For W (n_out, n_in):  ``m = momentum m + g``;  ``u = g + momentum m``;
    ``W -= rate sqrt(max(1, n_out / n_in)) newton_schulz(u)``. Input and output weights, biases, and the gains of
    normalizations take Adam's step at ``others * rate``, as its authors advise; 0.015 is the ratio of their defaults,
    3e-4 and 0.02. Differences to their code: float32 or float64 instead of bfloat16, no weight decay.
    :func:`~vgtext.nn.train` calls :meth:`bind` to say which entries of theta are hidden matrices; without it a step
    raises RuntimeError. Raises TypeError or ValueError for constants out of range.
    """

    def __init__(self, momentum=0.95, steps=5, others=0.015, beta1=0.9, beta2=0.95, eps=1e-10):
        """Take the momentum, the Newton-Schulz steps, Adam's share of the rate, and Adam's own constants."""
        self.momentum = checks.number("momentum", momentum, least=0, below=1)
        self.steps, self.others = checks.whole("steps", steps, 0), checks.number("others", others, least=0)
        self.adam, self.matrices, self.m = Adam(beta1, beta2, eps), None, None

    def bind(self, network):
        """Take the hidden matrices of a network: their slices of theta, and their shapes."""
        self.matrices = [(network.parameters[name], shape) for name, shape in network.hidden.items()]

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``, a number or one for each entry of theta."""
        if self.matrices is None:
            raise RuntimeError("step needs to know the hidden matrices first: call bind(network), as nn.train does")
        checks.movable(theta, gradient)
        rates = np.full(theta.size, checks.rate(rate, theta), theta.dtype)
        if self.m is None:
            self.m = np.zeros_like(theta)
        self.m *= theta.dtype.type(self.momentum)
        self.m += gradient
        update = gradient + theta.dtype.type(self.momentum) * self.m
        adams = self.others * rates
        for part, (n_out, n_in) in self.matrices:
            orthogonal = newton_schulz(update[part].reshape(n_out, n_in), self.steps)
            theta[part] -= rates[part] * theta.dtype.type(max(1, n_out / n_in) ** 0.5) * orthogonal.ravel()
            adams[part] = 0
        self.adam.step(theta, gradient, adams)
