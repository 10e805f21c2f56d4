"""Losses: the mean over the examples, and its gradient with respect to the network's output.

Each loss is a function ``loss(a, y)`` that returns ``(L, dL/da)`` with ``a`` the output, (n_L, examples). For the
cross-entropies ``a`` are the logits: the softmax or the sigmoid is part of the loss, which keeps it stable. Raises
TypeError or ValueError for shapes that do not fit, and for targets that are not what the loss takes.
"""

import numpy as np

from . import checks


def mean_squared_error(a, y):
    """Return L = 1/2 sum_i |a_i - y_i|^2 / examples, and dL/da = (a - y) / examples, shape (n_L, examples)."""
    a = _output(a)
    y = checks.array("y", y, a.shape)
    error = a - y.astype(a.dtype, copy=False)  # (n_L, examples)
    return 0.5 * float(np.vdot(error, error)) / a.shape[1], error / a.dtype.type(a.shape[1])


def softmax_cross_entropy(a, y):
    """Return L = -mean log softmax(a)[y] and dL/da = (softmax(a) - onehot(y)) / examples.

    ``a``: logits (classes, examples); ``y``: class numbers (examples,), whole numbers in 0..classes-1.
    """
    a = _output(a)
    y, columns = _labels(y, *a.shape), np.arange(a.shape[1])
    shifted = a - a.max(axis=0)  # (classes, examples), the largest is 0
    p = np.exp(shifted)
    total = p.sum(axis=0)  # (examples,)
    loss = float((np.log(total) - shifted[y, columns]).sum()) / a.shape[1]
    p /= total  # softmax, (classes, examples)
    p[y, columns] -= 1
    return loss, p / a.dtype.type(a.shape[1])


def z_loss(weight=1e-4):
    """Return the loss softmax_cross_entropy + weight mean((ln Z)^2), Z = sum(exp(a)) over the classes.

    It holds ln Z, which the softmax does not see, near 0, so that logits do not drift (PaLM, Chowdhery et al. 2023,
    section 5; their weight is 1e-4). The gradient gains 2 weight ln Z softmax(a) / examples.
    """
    checks.number("weight", weight, least=0)

    def loss(a, y):
        entropy, gradient = softmax_cross_entropy(a, y)
        a = _output(a)
        ln_Z = np.logaddexp.reduce(a, axis=0)  # (examples,)
        pull = a.dtype.type(2 * weight / a.shape[1]) * ln_Z * np.exp(a - ln_Z)  # (classes, examples)
        return entropy + weight * float(np.mean(np.square(ln_Z))), gradient + pull

    return loss


def logistic_cross_entropy(a, y):
    """Return L = mean over examples of sum(log(1 + e^a) - y a), and dL/da = (sigmoid(a) - y) / examples.

    ``a``: logits (n_L, examples); ``y``: targets in [0, 1], the same shape, or (examples,) if n_L is 1.
    """
    a = _output(a)
    y = checks.reals("y", y)
    y = y.reshape(1, -1) if y.ndim == 1 else y
    y = checks.array("y", y, a.shape).astype(a.dtype, copy=False)
    if y.size and (y.min() < 0 or y.max() > 1):
        raise ValueError(f"y must lie in [0, 1], got values from {y.min()} to {y.max()}")
    t = np.exp(-np.abs(a))
    loss = float(np.sum(np.maximum(a, 0) + np.log1p(t) - y * a)) / a.shape[1]
    p = np.where(a >= 0, 1, t) / (1 + t)  # sigmoid(a), (n_L, examples)
    return loss, ((p - y) / a.shape[1]).astype(a.dtype, copy=False)


#: Every loss by name.
LOSSES = {f.__name__: f for f in (mean_squared_error, softmax_cross_entropy, logistic_cross_entropy)}


def get_loss(loss):
    """Return the loss of that name, or the function itself; raise ValueError with the list of names."""
    return loss if callable(loss) else LOSSES[checks.choice("loss", loss, LOSSES)]


def accuracy(a, y):
    """Return the share of examples whose largest output (classes, examples), or sign of one output, is the label."""
    a, y = _output(a), checks.reals("y", y).ravel()
    if y.shape != (a.shape[1],):
        raise ValueError(f"y must have one label for each of {a.shape[1]} examples, got {y.size}")
    guess = a.argmax(axis=0) if a.shape[0] > 1 else (a[0] > 0)
    return float(np.mean(guess == y))


def _output(a):
    """Return a network's output as an array (n_L, examples), which may hold nan or inf where a run has broken."""
    return checks.array("a", a, (None, None), finite=False)


def _labels(y, classes, examples):
    y = checks.reals("y", y)
    if y.shape != (examples,) or y.dtype.kind not in "iu":
        raise ValueError(f"y must be {examples} whole numbers, got shape {y.shape} of {y.dtype}")
    if y.size and (y.min() < 0 or y.max() >= classes):
        raise ValueError(f"y must lie in 0..{classes - 1}, got values from {y.min()} to {y.max()}")
    return y
