"""Optimizers, clipping and schedules: what happens to a gradient before it moves the weights.

An optimizer keeps its state in flat vectors and changes theta in place: ``optimizer.step(theta, gradient, rate)``.
"""

from math import cos, log2, pi

import numpy as np

from . import checks
from .scale import log2_norm


class SGD:
    """Gradient descent, with momentum if that is not 0: ``v = momentum v + g``; ``theta -= rate v`` (Polyak 1964)."""

    def __init__(self, momentum=0.0):
        """Take the share of the last step that goes on."""
        self.momentum, self.v, self.work = checks.number("momentum", momentum, least=0, below=1), None, None

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``."""
        if self.work is None:
            _check(theta, gradient)
            self.work, self.v = np.empty_like(theta), np.zeros_like(theta) if self.momentum else None
        if self.momentum:
            self.v *= self.momentum
            self.v += gradient
            gradient = self.v
        theta -= np.multiply(gradient, theta.dtype.type(checks.number("rate", rate)), out=self.work)


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), with every constant folded into the rate and eps.

    ``m = b1 m + g``;  ``v = b2 v + g^2``;  ``theta -= rate (m / c1) / (sqrt(v / c2) + eps)``, where c1 and c2 are the
    sums of the weights in m and v, ``(1 - b^t) / (1 - b)``: both fractions are weighted means, from the first step on.
    """

    def __init__(self, beta1=0.9, beta2=0.999, eps=1e-8):
        """Take the decay rates of the two running averages."""
        self.beta1 = checks.number("beta1", beta1, least=0, below=1)
        self.beta2 = checks.number("beta2", beta2, least=0, below=1)
        self.eps, self.t, self.m = checks.number("eps", eps, above=0), 0, None

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``."""
        if self.m is None:
            _check(theta, gradient)
            self.m, self.v, self.work = np.zeros((3, theta.size), theta.dtype)
        self.t, m, v, work, real = self.t + 1, self.m, self.v, self.work, theta.dtype.type
        checks.number("rate", rate)
        c1, c2 = ((1 - b**self.t) / (1 - b) for b in (self.beta1, self.beta2))
        m *= real(self.beta1)
        m += gradient
        v *= real(self.beta2)
        v += np.multiply(gradient, gradient, out=work)
        np.sqrt(v, out=work)
        work += real(self.eps * c2**0.5)
        np.divide(m, work, out=work)
        work *= real(rate * c2**0.5 / c1)
        theta -= work


def _check(theta, gradient):
    """Raise TypeError or ValueError if theta is no array that can be moved in place, or the gradient does not fit."""
    if not isinstance(theta, np.ndarray) or theta.dtype.kind != "f":
        raise TypeError(f"theta must be an array of floats, which is changed in place, got {theta!r}")
    if checks.reals("gradient", gradient).shape != theta.shape:
        raise ValueError(f"gradient must have the shape of theta, {theta.shape}, got {np.shape(gradient)}")


#: Every optimizer by name.
OPTIMIZERS = {"sgd": SGD, "momentum": lambda: SGD(momentum=0.9), "adam": Adam}


def get_optimizer(optimizer):
    """Return a new optimizer of that name, or the object itself; raise ValueError with the list of names."""
    if hasattr(optimizer, "step"):
        return optimizer
    return OPTIMIZERS[checks.choice("optimizer", optimizer, OPTIMIZERS)]()


def clip_by_value(gradients, limit):
    """Clip each entry to [-limit, limit], in place: this changes the direction. Return True if any entry changed."""
    limit, clipped = checks.number("limit", limit, above=0), False
    for g in _in_place(gradients):
        clipped = clipped or bool(np.abs(g).max(initial=0) > limit)
        np.clip(g, -limit, limit, out=g)
    return clipped


def clip_by_norm(gradients, limit):
    """Scale each array of a norm above ``limit`` down to it, in place: each keeps its direction, the whole does not."""
    return any([clip_by_global_norm([g], limit) for g in _in_place(gradients)])


def clip_by_global_norm(gradients, limit):
    """Scale all arrays by one factor so that their joint norm is at most ``limit``, in place (Pascanu et al. 2013).

    The direction is kept, even where the squared norm overflows. Return True if anything changed. A gradient that holds
    nan or inf has no direction and is left alone.
    """
    log_limit, gradients = log2(checks.number("limit", limit, above=0)), _in_place(gradients)
    sizes = np.array([log2_norm(g) for g in gradients])
    largest = sizes.max(initial=-np.inf)
    if not np.isfinite(largest):
        return False
    log_norm = largest + 0.5 * float(np.log2(np.sum(np.exp2(2 * (sizes - largest)))))
    if log_norm <= log_limit:
        return False
    for g in gradients:
        g *= g.dtype.type(2.0 ** (log_limit - log_norm))
    return True


def _in_place(gradients):
    for g in (gradients := checks.sequence("gradients", gradients, "arrays")):
        if not isinstance(g, np.ndarray) or g.dtype.kind != "f":
            raise TypeError(f"gradients must be arrays of floats, which are changed in place, got {g!r}")
    return gradients


#: Every way of clipping by name.
CLIPPINGS = {"value": clip_by_value, "norm": clip_by_norm, "global_norm": clip_by_global_norm}


def constant(rate):
    """Return the schedule that gives ``rate`` at every step. A schedule is a function of the step 1, 2, 3, ..."""
    checks.number("rate", rate, least=0)
    return lambda step: rate


def step_decay(rate, every, factor=0.1):
    """Return the schedule ``rate * factor**((step - 1) // every)``."""
    checks.number("rate", rate, least=0), checks.whole("every", every), checks.number("factor", factor, above=0)
    return lambda step: rate * factor ** ((step - 1) // every)


def exponential_decay(rate, every, factor=0.5):
    """Return the schedule ``rate * factor**((step - 1) / every)``."""
    checks.number("rate", rate, least=0), checks.whole("every", every), checks.number("factor", factor, above=0)
    return lambda step: rate * factor ** ((step - 1) / every)


def cosine(rate, steps):
    """Return the schedule that falls from ``rate`` to 0 along half a cosine in ``steps`` steps (Loshchilov 2017)."""
    checks.number("rate", rate, least=0), checks.whole("steps", steps)
    return lambda step: rate * 0.5 * (1 + cos(pi * min(step - 1, steps) / steps))


def warmup(schedule, steps):
    """Return ``schedule`` (or a constant rate) with its first ``steps`` steps raised linearly from 0."""
    schedule = schedule if callable(schedule) else constant(checks.number("schedule", schedule, least=0))
    checks.whole("steps", steps)
    return lambda step: schedule(step) * min(1.0, step / steps)
