"""Adam and AdamW: every entry of theta takes steps of its own size, set by the gradients that it has seen."""

import numpy as np

from . import checks


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), with every constant folded into the rate and eps.

    ``m = b1 m + g``;  ``v = b2 v + g^2``;  ``theta -= rate (m / c1) / (sqrt(v / c2) + eps)``, where c1 and c2 are the
    sums of the weights in m and v, ``(1 - b^t) / (1 - b)``: both fractions are weighted means, from the first step on.
    Raises TypeError or ValueError unless 0 <= b < 1 and eps > 0, and for a gradient that does not fit theta.
    """

    def __init__(self, beta1=0.9, beta2=0.999, eps=1e-8):
        """Take the decay rates of the two running averages."""
        self.beta1 = checks.number("beta1", beta1, least=0, below=1)
        self.beta2 = checks.number("beta2", beta2, least=0, below=1)
        self.eps, self.t, self.m = checks.number("eps", eps, above=0), 0, None

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``, a number or one for each entry of theta."""
        if self.m is None:
            checks.movable(theta, gradient)
            self.m, self.v, self.work = np.zeros((3, theta.size), theta.dtype)
        self.t, m, v, work, real = self.t + 1, self.m, self.v, self.work, theta.dtype.type
        rate = checks.rate(rate, theta)
        c1, c2 = ((1 - b**self.t) / (1 - b) for b in (self.beta1, self.beta2))
        m *= real(self.beta1)
        m += gradient
        v *= real(self.beta2)
        v += np.multiply(gradient, gradient, out=work)
        np.sqrt(v, out=work)
        work += real(self.eps * c2**0.5)
        np.divide(m, work, out=work)
        work *= np.asarray(rate * c2**0.5 / c1, theta.dtype)
        theta -= work


class AdamW(Adam):
    """Adam with decoupled weight decay: ``theta -= rate weight_decay theta``, then Adam's step.

    The decay never enters m and v, so that it shrinks each weight by the same share, whatever its gradients; an L2
    penalty is part of the gradient, and divided by sqrt(v) with it. Loshchilov and Hutter 2019, algorithm 2, with the
    rate in both terms, as in PyTorch's ``AdamW``, whose ``weight_decay`` of 0.01 is the default here too. Raises as
    :class:`Adam` does, and for a decay below 0.
    """

    def __init__(self, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        """Take the share of theta, times the rate, that goes at each step; the rest as for :class:`Adam`."""
        super().__init__(beta1, beta2, eps)
        self.weight_decay = checks.number("weight_decay", weight_decay, least=0)

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``, a number or one for each entry of theta."""
        checks.movable(theta, gradient)
        theta *= np.asarray(1 - checks.rate(rate, theta) * self.weight_decay, theta.dtype)
        super().step(theta, gradient, rate)
