"""The factorial: every activation with every initialization, normalization and shortcut, at seven depths. Made once by

    python -m vgtext.chapters.mitigation.runs

and kept in ``data/mitigation_runs.npz``: counts of right answers and of steps (whole numbers), and what made them. The
command goes on where it was stopped.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

WIDTH, STEPS = 32, 300  # 300 mini-batches of 64: 13 epochs and a half of the 1438 training digits
RATES = (0.003, 0.02, 0.1, 0.5)
DEPTHS = (2, 5, 10, 20, 30, 50, 100)
ACTIVATIONS = ("sigmoid", "tanh", "relu")
INITS = {"PyTorch default": "standard_uniform", "Glorot": "glorot_normal", "He": "he_normal",
         "orthogonal": "orthogonal"}
NORMS = {"none": None, "batch": "batch", "layer": "layer"}
SHORTCUTS = {"plain": None, "residual": "residual"}
SHAPE = (len(ACTIVATIONS), len(INITS), len(NORMS), len(SHORTCUTS), len(DEPTHS), len(RATES), 3)
LEARNED = 0.5  # a mean loss of ten mini-batches below this is "learned", for the count of steps
AGAIN = 40  # so many cells, drawn at random, are trained once more with another seed
STANDS = 0.02  # a loss this near to guessing, ln 10, after half of the steps: the run is stopped

digits = cache(nn.data.digits)


class Recipe(NamedTuple):
    """What a network is made of, in the words of the figures."""

    activation: str = "relu"
    init: str = "He"
    norm: str = "none"
    shortcut: str = "plain"

    @property
    def cell(self):
        """Where the recipe stands in the stored array."""
        return (ACTIVATIONS.index(self.activation), list(INITS).index(self.init), list(NORMS).index(self.norm),
                list(SHORTCUTS).index(self.shortcut))


def recipes():
    """All recipes, in the order of the stored array."""
    return [Recipe(a, i, n, s) for a in ACTIVATIONS for i in INITS for n in NORMS for s in SHORTCUTS]


def build(recipe, depth, width=WIDTH, seed=0):
    """Return the untrained network of a recipe."""
    return nn.mlp(64, width, 10, depth=depth, activation=recipe.activation, init=INITS[recipe.init],
                  norm=NORMS[recipe.norm], shortcut=SHORTCUTS[recipe.shortcut], seed=seed)


def train(recipe, depth, rate, seed):
    """Right answers among training and test digits, and the steps until LEARNED (0: never): three whole numbers.

    Plain gradient descent. A run that stands at guessing after half of the steps is stopped there. One that breaks down
    (nan or inf) counts as guessing.
    """
    d, net, loss = digits(), build(recipe, depth, seed=seed), []
    for half in range(2):
        last = nn.train(net, d.x, d.y, steps=STEPS // 2, learning_rate=rate, seed=2 * seed + half, progress=False)
        loss.extend(last.loss)
        if last.breakdown:
            return round(0.1 * d.y.size), round(0.1 * d.y_test.size), 0
        if half == 0 and abs(np.mean(loss[-25:]) - np.log(10)) < STANDS:
            break
    with np.errstate(over="ignore", invalid="ignore"):
        right = [round(nn.accuracy(net.predict(x), y) * y.size) for x, y in ((d.x, d.y), (d.x_test, d.y_test))]
    return *right, steps_until(loss)


def steps_until(loss, goal=LEARNED, window=10):
    """The first step at which the mean of the last ``window`` losses is below ``goal``, 0 if there is none."""
    if len(loss) < window:
        return 0
    mean = np.convolve(loss, np.full(window, 1 / window), "valid")
    return int((mean < goal).argmax()) + window if (mean < goal).any() else 0


def counts():
    """The stored counts: (activation, init, norm, shortcut, depth, rate, 3)."""
    return results.load("mitigation_runs")["counts"]


def again():
    """Cells (AGAIN, 6) of ``counts`` and what another seed gives there, (AGAIN, 3)."""
    return results.load("mitigation_runs")["cells"], results.load("mitigation_runs")["again"]


@cache
def best():
    """Test accuracy, training accuracy and steps (nan: never) at the best rate in training: (…, depth, 3)."""
    rate = counts()[..., 0].argmax(axis=-1)[..., None, None]
    train, test, steps = np.moveaxis(np.take_along_axis(counts(), rate, axis=-2)[..., 0, :].astype(float), -1, 0)
    return np.stack([test / digits().y_test.size, train / digits().y.size, np.where(steps > 0, steps, np.nan)], axis=-1)


def accuracy(recipe):
    """Test accuracy of a recipe at each of DEPTHS, at its best learning rate: (7,)."""
    return best()[recipe.cell][:, 0]


def make():
    """Train every cell and write the file after each recipe; about a quarter of an hour of a free core."""
    have = np.full(SHAPE, -1, np.int16)
    if results.path("mitigation_runs").is_file():
        have = counts().copy()
    for recipe in tqdm([r for r in recipes() if have[r.cell].min() < 0], desc="recipes"):
        for i, j in np.ndindex(len(DEPTHS), len(RATES)):
            have[(*recipe.cell, i, j)] = train(recipe, DEPTHS[i], RATES[j], 0)
        write(have)
    write(have, *with_another_seed(have))


def with_another_seed(have, seed=1):
    """Train AGAIN random cells, each at its best rate, with another seed: the cells, and what came out."""
    flat = np.random.default_rng(0).choice(np.prod(SHAPE[:5]), AGAIN, replace=False)
    cells = np.stack(np.unravel_index(flat, SHAPE[:5]), axis=1)
    rates = [have[tuple(cell)][:, 0].argmax() for cell in cells]
    cells = np.column_stack([cells, rates]).astype(np.int16)
    return cells, np.array([train(*of_cell(cell), seed) for cell in tqdm(cells, desc="again")], np.int16)


def of_cell(cell):
    """The recipe, depth and learning rate of a cell (activation, init, norm, shortcut, depth, rate)."""
    a, i, n, s, depth, rate = (int(k) for k in cell)
    return (Recipe(ACTIVATIONS[a], list(INITS)[i], list(NORMS)[n], list(SHORTCUTS)[s]), DEPTHS[depth], RATES[rate])


def write(have, cells=(), again=()):
    """Write the counts, with what made them."""
    results.save("mitigation_runs", 2, counts=have, cells=cells, again=again)


if __name__ == "__main__":
    make()
