"""The factor a layer puts on the error signal, predicted for wide layers: plain or residual, with or without a norm."""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import nn
from vgtext.nn.theory.meanfield import gaussian_mean
from vgtext.nn.theory.residual import relu_error_sizes

from .runs import WIDTH

SIGMA_W = {"PyTorch default": 3**-0.5, "Glorot": 1.0, "He": 2**0.5, "orthogonal": 1.0}  # of hidden layers


class Growth(NamedTuple):
    """Per hidden layer, 1 to L - 1: mean square of the activations, and the factor on the squared error signal."""

    square: np.ndarray
    factor: np.ndarray  # factor[l] is what |delta|^2 gains on its way from layer l + 2 to layer l + 1


@cache
def moments(activation, std):
    """E phi(u), E phi(u)^2 and E phi'(u)^2 for u ~ N(0, std^2)."""
    phi = nn.get_activation(activation)
    return tuple(gaussian_mean(f) for f in (lambda u: phi.value(std * u), lambda u: phi.value(std * u) ** 2,
                                            lambda u: phi.derivative(std * u) ** 2))


def growth(recipe, depth):
    """Follow mean, mean square and spread over the inputs from layer to layer.

    With chi = E phi'(u)^2 sigma_w^2 Var(u)/Var(z) the factor is chi in a plain layer and 1 + chi with a shortcut (for
    bare ReLU branches of what is not along the stream, see :func:`backward`). Layer norm makes Var(u) = 1 whatever the
    size of the stream, batch norm whatever its spread over the inputs.
    """
    first = 64 * 2 / (64 + WIDTH) if recipe.init == "Glorot" else SIGMA_W[recipe.init] ** 2  # 64 pixels of size 1
    mean, square, _ = moments(recipe.activation, first**0.5 if recipe.norm == "none" else 1.0)
    spread, squares, factors = square - mean**2, [square], []
    for _ in range(2, depth):
        std = SIGMA_W[recipe.init] * square**0.5 if recipe.norm == "none" else 1.0
        m, v, slope = moments(recipe.activation, float(f"{std:.6g}"))
        size = {"none": SIGMA_W[recipe.init] ** -2, "layer": square, "batch": spread}[recipe.norm]
        chi = slope / max(size, 1e-300)
        if recipe.shortcut == "residual":
            mean, square, spread = mean + m, square + 2 * mean * m + v, spread + v - m**2
        else:
            mean, square, spread = m, v, v - m**2
        squares.append(square)
        factors.append(chi + (recipe.shortcut == "residual"))
    return Growth(np.array(squares), np.array(factors))


def product(grown):
    """log10 of the error signal at layers 1 to L - 1, over the last one's, by the factors of a Growth alone."""
    steps = 0.5 * np.log10(np.maximum(grown.factor, 1e-300))
    return np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])


def adds_only(recipe):
    """Whether bare ReLU branches join the stream: then the factors of :func:`growth` are not all, see ``backward``."""
    return (recipe.activation, recipe.norm, recipe.shortcut) == ("relu", "none", "residual")


def backward(recipe, depth, width=WIDTH):
    """log10 of the error signal at layers 1 to L - 1, relative to the last of them.

    The product of the factors, for infinite width; with bare ReLU branches also what comes along the stream.
    """
    if adds_only(recipe):
        return relu_error_sizes(depth - 2, width, SIGMA_W[recipe.init])
    return product(growth(recipe, depth))
