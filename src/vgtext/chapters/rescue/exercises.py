"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise

from .instruments import directions
from .operate import by_changes
from .runs import TEST_BAR, accuracy, rescued


def depth_and_limit(rng):
    """A number of layers and a round trip that is still healthy."""
    return int(rng.integers(5, 200)), float(rng.uniform(0.02, 0.8))


def raw_arrays(rng):
    """What a framework hands over at one step: W, dW, W_new, a, lists of L arrays, layer 1 first; W_new is rounded."""
    L, examples = int(rng.integers(3, 8)), int(rng.integers(10, 40))
    n = rng.integers(4, 20, L + 1)
    W, dW = ([rng.normal(size=(n[k + 1], n[k])).round(2) for k in range(L)] for _ in range(2))
    W_new = [(w - 0.01 * g).round(2) for w, g in zip(W, dW)]
    return W, dW, W_new, [rng.normal(1, 1, (n[k + 1], examples)) for k in range(L)]


def norms(arrays):
    """Frobenius norms."""
    return [np.linalg.norm(x) for x in arrays]


def sizes(W, dW, W_new, a, update=None, activation=None):
    """The four rows of a chart, (4, L): gradient, weight, update, activation."""
    update = update or (lambda W, W_new: [new - w for new, w in zip(W_new, W)])
    activation = activation or (lambda x: np.sqrt(np.mean(x**2)))
    return np.array([norms(dW), norms(W), norms(update(W, W_new)), [activation(x) for x in a]])


def activations(rng):
    """Activations of one layer, most of their spread in a few directions, around a mean that is not 0."""
    n, images, few = int(rng.integers(5, 15)), int(rng.integers(30, 60)), int(rng.integers(1, 4))
    a = rng.normal(size=(n, few)) @ rng.normal(size=(few, images)) + 0.3 * rng.normal(size=(n, images))
    return (a + rng.normal(2, 1, (n, 1)),)


def spectrum(a, axis=1):
    """Singular values of ``a`` less its mean along ``axis``; None takes no mean off."""
    return np.linalg.svd(a if axis is None else a - a.mean(axis=axis, keepdims=True), compute_uv=False)


def ratio(s, power=2):
    """(sum s^p)^2 / sum s^2p."""
    return np.sum(s**power) ** 2 / np.sum(s ** (2 * power))


def counts(good=rescued):
    """How many plans with 0 to 4 changes are good, (5,)."""
    return np.array([sum(map(good, several)) for several in by_changes().values()])


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "afford", "the factor per layer, a number", lambda depth, limit: limit ** (1 / (2 * (depth - 2))),
            depth_and_limit,
            mistakes=(
                (lambda depth, limit: limit ** (1 / (depth - 2)),
                 "This lets the signal pass one way only. A round trip goes there and back."),
                (lambda depth, limit: limit ** (1 / (2 * depth)),
                 "From layer 1 to L − 1, and from L to 2, it is L − 2 steps each."),
                (lambda depth, limit: limit ** (1 / (2 * (depth - 1))),
                 "From layer 1 to L − 1, and from L to 2, it is L − 2 steps each."),
                (lambda depth, limit: 1 - limit ** (1 / (2 * (depth - 2))),
                 "This is what a layer may lose. The factor is what it keeps."),
                (lambda depth, limit: limit / (2 * (depth - 2)), "Factors multiply: take the root, do not divide."),
                (lambda depth, limit: np.log10(limit) / (2 * (depth - 2)), "This is its logarithm."),
            ),
        ),
        Exercise(
            "row", "gradient, weight, update and activation sizes, an array of 4 rows", sizes, raw_arrays,
            mistakes=(
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, update=lambda W, W_new: W_new),
                 "The third row is the size of the new weights. An update is what changed: new less old."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, update=lambda W, W_new: dW),
                 "The third row is the gradient again. An update is what the optimizer made of it: new less old."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, update=lambda W, W_new: [0.01 * g for g in dW]),
                 "The third row is the step that was asked for, the rate times the gradient. Rounding has changed it: "
                 "take new less old."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, activation=np.linalg.norm),
                 "The last row is a norm, which grows with units and examples. Take the root of the mean square."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, activation=lambda x: np.mean(x**2)),
                 "The last row is a mean square. Take its root."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, activation=np.mean),
                 "The last row is a mean, in which large values of both signs cancel. Take the root mean square."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a, activation=np.std),
                 "The last row is a standard deviation: it takes the mean off. Take the root mean square."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a).T, "Rows and columns are exchanged: one row a size."),
                (lambda W, dW, W_new, a: sizes(W, dW, W_new, a)[[1, 0, 2, 3]], "Gradient first, then weight."),
            ),
        ),
        Exercise(
            "directions", "the number of directions D, a number", directions, activations,
            mistakes=(
                (lambda a: ratio(spectrum(a, None)),
                 "This counts what all images share as a direction. Take each unit's mean over the images off first."),
                (lambda a: ratio(spectrum(a, 0)),
                 "This takes off each image's mean over the units. Columns are images: average over axis 1."),
                (lambda a: ratio(spectrum(a), 1), "This has singular values where their squares belong."),
                (lambda a: 1 / ratio(spectrum(a)), "Upside down: the square of the sum over the sum of the squares."),
                (lambda a: np.linalg.matrix_rank(a - a.mean(axis=1, keepdims=True)),
                 "This is the rank: a direction with next to nothing in it counts as a whole one."),
                (lambda a: ratio(spectrum(a)) ** 0.5, "This is its root."),
            ),
        ),
        Exercise(
            "counts", "how many plans with 0, 1, 2, 3 and 4 changes are rescued, an array of 5", counts,
            mistakes=(
                (lambda: np.array([len(several) for several in by_changes().values()]),
                 "This counts all plans. How many of them are rescued?"),
                (lambda: np.cumsum(counts()), "These are sums: at most so many changes. Count each number by itself."),
                (lambda: counts(lambda plan: accuracy(plan)[1] >= TEST_BAR),
                 "This looks at the test accuracy alone. A rescue has two bars: rescued(plan) knows both."),
                (lambda: counts()[1:], "The patient itself, with no change at all, is the first entry."),
            ),
        ),
    )
}
