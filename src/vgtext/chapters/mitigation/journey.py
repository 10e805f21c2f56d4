"""What a remedy treats, seen before any training: the signal's size, what tells inputs apart, and the error's size."""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext.nn import mlp

from .runs import INITS, NORMS, SHORTCUTS, WIDTH, digits


class Journey(NamedTuple):
    """Per hidden layer, 1 to L - 1, in the stream that goes from block to block, each (L-1,): log10 of sizes."""

    forward: np.ndarray  # root mean square of the activations
    spread: np.ndarray  # the share of it that differs between inputs
    backward: np.ndarray  # norm of the loss's gradient with respect to this layer's output, relative to the last's


@cache
def journey(recipe, depth, width=WIDTH, seed=0, images=64):
    """Send ``images`` digits through an untrained network in float64 and the gradient of the loss back."""
    d, net = digits(), mlp(64, width, 10, depth=depth, activation=recipe.activation, init=INITS[recipe.init],
                           norm=NORMS[recipe.norm], shortcut=SHORTCUTS[recipe.shortcut], seed=seed, dtype="float64")
    a, stream = d.x[:, :images].astype(float), []
    for block in net.blocks:
        a = block.forward(a, True)
        stream.append(a.copy())
    forward, spread = np.array([_sizes(a) for a in stream[:-1]]).T
    error, back = net.loss(stream[-1], d.y[:images])[1], []
    for block in net.blocks[:0:-1]:  # stays in range: float64 holds a hundred layers of any recipe
        error = block.backward(error)
        back.insert(0, np.linalg.norm(error))
    return Journey(forward, spread, np.log10(back) - np.log10(back[-1]))


def _sizes(a):
    """log10 of the root mean square of ``a`` (n, images), and of the share of it that differs between images."""
    apart = a - a.mean(axis=1, keepdims=True)
    return np.log10(np.sqrt(np.mean(a**2))), np.log10(np.linalg.norm(apart) / np.linalg.norm(a))
