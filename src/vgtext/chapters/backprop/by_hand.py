"""A two-layer network whose every number can be checked by hand, forward, backward, and one step downhill."""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence

#: The network: two inputs, two hidden units, one output without activation function; L = 1/2 (a[2] - y)^2.
X, Y = np.array([[1.0], [2.0]]), np.array([[3.0]])
#: Slopes of the hidden units for z < 0.
SLOPES = {"ReLU, α = 0": 0.0, "leaky ReLU, α = 0.5": 0.5, "no activation, α = 1": 1.0}


class Pass(NamedTuple):
    """Everything that one forward and one backward pass compute, in lists indexed by the layer."""

    W: list
    b: list
    z: list
    a: list
    loss: float
    dL_da: np.ndarray
    grad: nn.Gradient


def network():
    """Fresh weights and biases: W[1] (2, 2), b[1] (2, 1), W[2] (1, 2), b[2] (1, 1)."""
    W = [None, np.array([[1.0, 0.5], [-2.0, 0.5]]), np.array([[1.0, 3.0]])]
    return W, [None, np.array([[0.0], [-1.0]]), np.array([[2.0]])]


def activations(alpha=0.5):
    """One activation for each layer: slope ``alpha`` for z < 0 in layer 1 (0 is ReLU, 1 the identity), none in 2."""
    return [nn.leaky_relu(alpha) if alpha < 1 else "identity", "identity"]


def one_pass(W, b, alpha=0.5):
    """Forward, loss, backward: a :class:`Pass`."""
    phi = activations(alpha)
    z, a = nn.forward(W, b, X, phi)
    loss, dL_da = nn.get_loss("mean_squared_error")(a[-1], Y)
    return Pass(W, b, z, a, loss, dL_da, nn.backward(W, z, a, dL_da, phi))


def downhill(W, b, grad, eta):
    """W[l] - eta dL/dW[l] and b[l] - eta dL/db[l], as new lists."""
    return ([None, *(w - eta * g for w, g in zip(W[1:], grad.dW[1:], strict=True))],
            [None, *(c - eta * g for c, g in zip(b[1:], grad.db[1:], strict=True))])


@cache
def walk(alpha=0.5, eta=0.01):
    """The pass with the first weights, and the pass after one step downhill."""
    first = one_pass(*network(), alpha)
    return first, one_pass(*downhill(first.W, first.b, first.grad, eta), alpha)


def layer_formula_error(seed=0):
    """The largest difference between g(W a + b), written out unit by unit, and the engine's layer (tanh, 5 to 3)."""
    W, b = nn.random_network([5, 3], sigma_b=1.0, seed=seed)
    x = np.random.default_rng(seed).normal(size=(5, 1))
    by_sums = [np.tanh(sum(W[1][i, j] * x[j, 0] for j in range(5)) + b[1][i, 0]) for i in range(3)]
    return float(abs(nn.forward(W, b, x, "tanh")[1][1][:, 0] - by_sums).max())


CLAIMS = (
    Claim(
        "S3.3", "Layer l applies an activation function g to the weights and the previous activation.",
        "garbled", "The formula is missing; meant is a[l] = g(W[l] a[l−1] + b[l]), g for each unit by itself.",
        (
            Evidence("largest difference between this formula and the engine", layer_formula_error, 0, 1e-14),
            Evidence("output of the network of 3 units, 1 by hand", lambda: walk()[0].a[2][0, 0], 1.0, 0.0),
        ), "by-hand?step=4",
        setting="A tanh layer from 5 to 3 units; and the network of 3 units of the chapter on backpropagation.",
    ),
)
