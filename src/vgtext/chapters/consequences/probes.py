"""What frozen layers pass on: a linear probe on their outputs, and the other layers, trained on outputs made larger."""

from functools import cache

import numpy as np

from vgtext import nn

from .runs import FREEZING, INITS, SEEDS, STEPS, accuracies

digits = cache(lambda: nn.data.digits("float64"))
WAYS = ("as they are", "centered", "standardized")


def network(name, depth=None, seed=0):
    """Return the untrained network of this name in FREEZING, in float64, or one of its kind with ``depth`` layers."""
    activation, full, _ = FREEZING[name]
    return nn.mlp(64, 64, 10, depth=depth or full, activation=activation, init=INITS[activation], dtype="float64",
                  seed=seed)


def outputs(name, k, seed=0, way="standardized"):
    """What the first k layers make of the training and the test digits: two arrays, (64, examples); k = 0: the pixels.

    Centered: each unit's mean over the training digits is taken off. Standardized: then it is divided by its standard
    deviation; a unit that never changes stays 0.
    """
    made, net = [], network(name, seed=seed)
    for x in (digits().x, digits().x_test):
        net.forward(x)
        made.append(net.layers[k].a if k else x)
    mean, size = (f(made[0], axis=1, keepdims=True) for f in (np.mean, np.std))
    shift = {"as they are": 0.0}.get(way, mean)
    scale = np.where(size > 0, size, 1) if way == "standardized" else 1.0
    return [(a - shift) / scale for a in made]


@cache
def probe(name, k):
    """Share of the test digits that a linear classifier reads from what k frozen layers pass on, mean of the seeds.

    Least squares on standardized outputs and a bias: the target is 1 for the digit's class and 0 for the other nine.
    """
    shares = []
    for seed in range(SEEDS):
        train, test = (np.vstack([a, np.ones(a.shape[1])]) for a in outputs(name, k, seed))
        W = np.linalg.lstsq(train.T, np.eye(10)[digits().y], rcond=None)[0]  # (65, 10)
        shares.append(np.mean(np.argmax(test.T @ W, axis=1) == digits().y_test))
    return float(np.mean(shares))


@cache
def rest(name, k, way="standardized", epochs=20):
    """Test accuracy of the layers above the k frozen ones, trained on what these pass on, mean of the seeds.

    Learning rate, mini-batches and initial weights are those of the frozen runs, which are read from the file where the
    outputs are left as they are.
    """
    if way == WAYS[0]:
        return float(accuracies()[1][list(FREEZING).index(name), k, :, epochs - 1, 1].mean())
    return float(np.mean([train_rest(name, k, way, epochs, seed) for seed in range(SEEDS)]))


def train_rest(name, k, way, epochs, seed):
    """Train the layers above the k frozen ones of one seed; return the test accuracy."""
    _, depth, rate = FREEZING[name]
    top, (train, test) = network(name, depth - k), outputs(name, k, seed, way)
    for layer, first in zip(top.layers[1:], network(name, seed=seed).layers[1 + k :], strict=True):
        layer.W[...], layer.b[...] = first.W, first.b
    history = nn.train(top, train, digits().y, steps=STEPS * epochs, learning_rate=rate, test=(test, digits().y_test),
                       evaluate_every=STEPS * epochs, seed=seed, progress=False)
    return history.test_accuracy[-1]


def spread(name, k):
    """What a unit of layer k has on average over the digits, and how far it strays from it: root mean squares."""
    found = [outputs(name, k, seed, "as they are")[0] for seed in range(SEEDS)]
    return tuple(float(np.sqrt(np.mean([f(a, axis=1) ** 2 for a in found]))) for f in (np.mean, np.std))
