"""Train the labeled runs, and keep what they recorded in a small file.

    python -m vgtext.chapters.detection.runs        # trains 240 networks, a few minutes; writes the file again

Per run: sizes of all layers at nine steps, the loss of every step, accuracies, and the accuracies of the mended run.
Sizes and losses are kept as log2 in float16, which rounds most losses by 0.2% at most, and a size by 1.1%; what lies
below 5e-20 or above 2e19, as losses on their way to inf, by 2.2%.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import nn, results
from vgtext.diagnose import Recording

from .recipes import HALVES, Setup, recipes

SIZES = ("gradient", "update_ratio", "activation", "saturation", "dead")
CURVES = ("loss", "test_loss", "train_accuracy", "test_accuracy")
RECORDS = 8


class LabeledRun(NamedTuple):
    """A run, its true cause, and the accuracies (training, test) that it and its mended twin ended with."""

    half: str
    cause: str
    setup: Setup
    recording: Recording
    ended: np.ndarray  # nan where the run broke
    mended: np.ndarray


def examples(setup):
    """Return the training and test examples of a setup, with its share of random labels."""
    data = nn.data.digits(seed=setup.seed // 100) if setup.data == "digits" else tumours(seed=setup.seed // 100)
    rng = np.random.default_rng([setup.seed, 7])
    x, y = data.x[:, : setup.examples], data.y[: setup.examples]
    return nn.data.Split(x, relabel(y, setup.noise, rng), data.x_test, relabel(data.y_test, setup.noise, rng))


def relabel(y, share, rng):
    """Replace a share of the labels by labels drawn uniformly at random."""
    return np.where(rng.random(y.size) < share, rng.integers(0, y.max() + 1, y.size), y)


@cache
def tumours(seed=0, test_share=0.25):
    """Return scikit-learn's 569 tumours, x (30, examples), y 0 or 1; each feature has mean 0 and variance 1."""
    table = np.loadtxt(nn.data.sklearn_file("breast_cancer.csv"), delimiter=",", skiprows=1)
    features, target = table[:, :-1], table[:, -1].astype(int)
    order = np.random.default_rng(seed).permutation(len(target))
    test, rest = np.split(order, [round(test_share * len(order))])
    x = ((features - features[rest].mean(axis=0)) / features[rest].std(axis=0)).T.astype(np.float32)
    return nn.data.Split(x[:, rest], target[rest], x[:, test], target[test])


def network(setup, data):
    """Return the untrained network of a setup."""
    init = setup.init if isinstance(setup.init, str) else nn.initializers.scaled_normal(setup.init)
    net = nn.mlp(len(data.x), setup.width, int(data.y.max()) + 1, setup.depth, activation=setup.activation, init=init,
                 norm=setup.norm, shortcut=setup.shortcut, sigma_b=setup.sigma_b, seed=setup.seed)
    for l in range(1, setup.depth):
        if setup.bias and setup.bias_layer in (None, l):
            net.layers[l].b += setup.bias
    return net


def train(setup):
    """Train a setup; return its :class:`~vgtext.diagnose.Recording` and its last accuracies (training, test)."""
    data = examples(setup)
    net, every = network(setup, data), setup.steps // RECORDS
    history = nn.train(net, data.x, data.y, steps=setup.steps, optimizer=setup.optimizer, record_every=every,
                       learning_rate=setup.learning_rate, batch_size=setup.batch_size, evaluate_every=every,
                       test=(data.x_test, data.y_test), seed=setup.seed, progress=False)
    broke = history.breakdown is not None
    ended = (np.nan, np.nan) if broke else (history.train_accuracy[-1], history.test_accuracy[-1])
    return Recording.of_history(history, net), np.array(ended)


def write():
    """Train every setup and its mended twin; write the file."""
    todo = [(half, *recipe) for half in HALVES for recipe in recipes(half)]
    trained = [(train(setup), train(mended)[1]) for _, _, setup, mended in nn.progress.bar(todo, None, "labeled runs")]
    recordings = [recording for (recording, _), _ in trained]
    columns = {name: [_column(r, name) for r in recordings] for name in ("steps", *SIZES, *CURVES)}
    results.save(
        "detection_runs",
        **{name: np.concatenate([c.ravel() for c in column]) for name, column in columns.items()},
        **{f"{name}_shape": [c.shape + (1,) * (2 - c.ndim) for c in column] for name, column in columns.items()},
        setups=[f"{half}: {cause}: {setup}" for half, cause, setup, _ in todo],
        ended=[ended for (_, ended), _ in trained], mended=[mended for _, mended in trained],
    )


def _column(recording, name):
    """One field in float16; sizes and losses as log2, an empty array for what was not recorded."""
    value = getattr(recording, name)
    if value is None:
        return np.zeros((0, 0), np.float16)
    if name in LOGARITHMIC:
        with np.errstate(divide="ignore"):
            value = np.log2(value)
    return value.astype(np.float16)


LOGARITHMIC = ("gradient", "update_ratio", "activation", "loss", "test_loss")


@cache
def labeled(half):
    """Return the :class:`LabeledRun` of a half, "tuned" or "held out", as they stand in the file."""
    file = results.load("detection_runs")
    columns = {name: _split(file[name], file[f"{name}_shape"], name) for name in ("steps", *SIZES, *CURVES)}
    todo = [(half, *recipe) for half in HALVES for recipe in recipes(half)]
    runs = []
    for i, (name, cause, setup, _) in enumerate(todo):
        if name == half:
            fields = {field: column[i] for field, column in columns.items() if column[i].size}
            runs.append(LabeledRun(half, cause, setup, Recording(**fields), file["ended"][i], file["mended"][i]))
    return tuple(runs)


def _split(flat, shapes, name):
    """Cut a field's flat column into one array a run, with the shape it was recorded in."""
    ends = np.cumsum(np.prod(shapes, axis=1))
    arrays = [part.astype(np.float64) for part in np.split(flat, ends[:-1])]
    arrays = [np.exp2(a) for a in arrays] if name in LOGARITHMIC else arrays
    return [a.reshape(shape) if name in SIZES else a for a, shape in zip(arrays, shapes, strict=True)]


if __name__ == "__main__":
    write()
