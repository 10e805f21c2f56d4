"""Optimizers and schedules: how a gradient moves the weights.

An optimizer keeps its state in flat vectors and changes theta in place: ``optimizer.step(theta, gradient, rate)``;
``rate`` is a number, or an array with one for each entry of theta. One that treats some weights in a way of their own
has ``bind(network)``, which :func:`~vgtext.nn.train` calls first.
"""

from math import cos, pi

import numpy as np

from . import checks
from .adam import Adam, AdamW
from .muon import Muon


class SGD:
    """Gradient descent, with momentum if that is not 0: ``v = momentum v + g``; ``theta -= rate v`` (Polyak 1964).

    Raises TypeError or ValueError unless 0 <= momentum < 1, and for a gradient that does not fit theta.
    """

    def __init__(self, momentum=0.0):
        """Take the share of the last step that goes on."""
        self.momentum, self.v, self.work = checks.number("momentum", momentum, least=0, below=1), None, None

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``, a number or one for each entry of theta."""
        if self.work is None:
            checks.movable(theta, gradient)
            self.work, self.v = np.empty_like(theta), np.zeros_like(theta) if self.momentum else None
        if self.momentum:
            self.v *= self.momentum
            self.v += gradient
            gradient = self.v
        theta -= np.multiply(gradient, np.asarray(checks.rate(rate, theta), theta.dtype), out=self.work)


class PerArray:
    """Another optimizer, with a learning rate of its own for some arrays: ``rate * factors[name]``.

    ``factors`` are numbers by the names in ``network.parameters``, such as {"block2.0.W": 0.125}; arrays that are not
    named keep the rate. Raises ValueError for a name that the network lacks, or a factor below 0.
    """

    def __init__(self, optimizer, factors):
        """Take the optimizer, by name or as an object, and the factors."""
        if not isinstance(factors, dict):
            raise TypeError(f'factors must be a dict such as {{"block2.0.W": 0.125}}, got {factors!r}')
        self.optimizer, self.factor = get_optimizer(optimizer), None
        self.factors = {name: checks.number("factors", value, least=0) for name, value in factors.items()}

    def bind(self, network):
        """Spread the factors over the entries of theta."""
        self.optimizer, self.factor = get_optimizer(self.optimizer, network), np.ones_like(network.theta)
        for name, value in self.factors.items():
            self.factor[network.parameters[checks.choice("factors", name, network.parameters)]] = value

    def step(self, theta, gradient, rate):
        """Move theta, in place, by one step at learning rate ``rate``, a number or one for each entry of theta."""
        if self.factor is None:
            raise RuntimeError("step needs to know the arrays first: call bind(network), as nn.train does")
        self.optimizer.step(theta, gradient, self.factor * checks.rate(rate, theta))


#: Every optimizer by name.
OPTIMIZERS = {"sgd": SGD, "momentum": lambda: SGD(momentum=0.9), "adam": Adam, "adamw": AdamW, "muon": Muon}


def get_optimizer(optimizer, network=None):
    """Return a new optimizer of that name, or the object itself, bound to the network if there is one.

    Raises ValueError with the list of names.
    """
    if not hasattr(optimizer, "step"):
        optimizer = OPTIMIZERS[checks.choice("optimizer", optimizer, OPTIMIZERS)]()
    if network is not None and hasattr(optimizer, "bind"):
        optimizer.bind(network)
    return optimizer


def constant(rate):
    """Return the schedule that gives ``rate`` at every step. A schedule is a function of the step 1, 2, 3, ...

    Raises TypeError or ValueError for a rate below 0.
    """
    checks.number("rate", rate, least=0)
    return lambda step: rate


def step_decay(rate, every, factor=0.1):
    """Return the schedule ``rate * factor**((step - 1) // every)``; raise unless rate >= 0, every >= 1, factor > 0."""
    checks.number("rate", rate, least=0), checks.whole("every", every), checks.number("factor", factor, above=0)
    return lambda step: rate * factor ** ((step - 1) // every)


def exponential_decay(rate, every, factor=0.5):
    """Return the schedule ``rate * factor**((step - 1) / every)``; raise unless rate >= 0, every >= 1, factor > 0."""
    checks.number("rate", rate, least=0), checks.whole("every", every), checks.number("factor", factor, above=0)
    return lambda step: rate * factor ** ((step - 1) / every)


def cosine(rate, steps):
    """Return the schedule ``rate (1 + cos(pi (step - 1) / steps)) / 2``, 0 after ``steps``.

    Loshchilov and Hutter 2017. Raises TypeError or ValueError unless rate >= 0 and steps >= 1.
    """
    checks.number("rate", rate, least=0), checks.whole("steps", steps)
    return lambda step: rate * 0.5 * (1 + cos(pi * min(step - 1, steps) / steps))


def warmup(schedule, steps):
    """Return ``schedule`` (or a constant rate) times ``min(1, step / steps)``; raise unless rate >= 0, steps >= 1."""
    schedule = schedule if callable(schedule) else constant(checks.number("schedule", schedule, least=0))
    checks.whole("steps", steps)
    return lambda step: schedule(step) * min(1.0, step / steps)
