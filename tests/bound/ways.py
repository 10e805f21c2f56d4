"""Ways of computing that are no chapter's."""

import numpy as np

from signs.numbers import NUMBER, value_of


def hashed(words):
    """Words of a caption with # for their numbers, and these."""
    return NUMBER.sub("#", words), [value_of(number)[0] for number in NUMBER.findall(words)]


def descent(net, x, y, rate, steps):
    """Yield the loss before each step of plain descent, with the gradient in the network."""
    for _ in range(steps):
        yield net.loss_and_gradient(x, y)
        net.theta -= rate * net.gradient


def most_downward(gradient, theta, steps=100):
    """The direction of the smallest curvature, by Lanczos' steps; its products are differences of the gradient."""
    rng, basis, T = np.random.default_rng(5), [], np.zeros((steps, steps))
    v = rng.standard_normal(theta.size)
    for k in range(steps):
        for one in 2 * basis:  # twice, so that rounding leaves nothing
            v = v - (one @ v) * one
        basis.append(v / np.linalg.norm(v))
        v = (gradient(theta + 1e-4 * basis[-1]) - gradient(theta - 1e-4 * basis[-1])) / 2e-4
        T[k, : k + 1] = T[: k + 1, k] = np.array(basis) @ v
    return np.linalg.eigh(T)[1][:, 0] @ np.array(basis)
