"""Two independent judges of a derivative: central differences along random directions, and autograd."""

import autograd.numpy as np
from autograd import grad
from autograd.scipy.special import erf
from hypothesis import settings, strategies

steady = settings(derandomize=True, deadline=None, max_examples=50)
sizes = strategies.integers(3, 6)
seeds = strategies.integers(0, 10**6)

PHI = {
    "identity": lambda z: 1.0 * z,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
    "tanh": np.tanh,
    "relu": lambda z: z * (z > 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(np.where(z > 0, 0, z)) - 1),
    "selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(np.where(z > 0, 0, z)) - 1)),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.logaddexp(0, z),
}
SMOOTH = sorted(set(PHI) - {"relu", "leaky_relu", "elu", "selu"})

LOSS = {
    "mean_squared_error": lambda a, y: np.sum((a - y) ** 2) / 2 / a.shape[1],
    "softmax_cross_entropy": lambda a, y: np.mean(np.log(np.sum(np.exp(a), axis=0)) - a[y, np.arange(len(y))]),
    "logistic_cross_entropy": lambda a, y: np.sum(np.logaddexp(0, a) - y * a) / a.shape[1],
}


def random_target(loss, n, examples, rng):
    if loss == "softmax_cross_entropy":
        return rng.integers(0, n, examples)
    return rng.random((n, examples))


def difference_error(f, theta, gradient, rng, step=5e-5):
    """The largest error of ``gradient @ v`` over 3 random directions v, against differences of order step^4.

    Relative to the size that gradient @ v typically has; f() reads ``theta``, which is changed in place and put back.
    """
    kept, errors = theta.copy(), []

    def along(v, h):
        theta[...] = kept + h * v
        return f()

    for _ in range(3):
        v = rng.standard_normal(theta.shape)
        h = step
        slope = (8 * (along(v, h) - along(v, -h)) - (along(v, 2 * h) - along(v, -2 * h))) / (12 * h)
        size = np.linalg.norm(gradient) * np.linalg.norm(v) / np.sqrt(v.size)
        errors.append(abs(slope - np.sum(gradient * v)) / size)
    theta[...] = kept
    return max(errors)


def autograd_error(f, theta, gradient):
    """|gradient - autograd's| / |autograd's| for the function f(theta)."""
    true = grad(f)(theta)
    return np.linalg.norm(gradient - true) / np.linalg.norm(true)


def parameter(network, theta, owner, name):
    """Return the part of the flat vector ``theta`` that is ``owner.<name>`` of ``network``, in its shape."""
    view = getattr(owner, name)
    start = (view.ctypes.data - network.theta.ctypes.data) // view.itemsize
    return theta[start : start + view.size].reshape(view.shape)


def normalized(own, norm, z):
    """Return what a normalization makes of z, in autograd's terms; ``own(owner, name)`` gives its parameters."""
    centered = z - np.mean(z, axis=norm.axis, keepdims=True) if norm.center else z
    scaled = centered / np.sqrt(np.mean(centered**2, axis=norm.axis, keepdims=True) + norm.eps)
    return own(norm, "gamma") * scaled + (own(norm, "beta") if norm.center else 0)
