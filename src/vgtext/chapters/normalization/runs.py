"""Training runs on the digits that take minutes together: made once, kept in ``data/normalization_runs.npz``, remade by

    python -m vgtext.chapters.normalization.runs

The file holds counts of right answers (whole numbers, so that nothing is lost by rounding), and what made them.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

WIDTH, STEPS = 64, 220  # mini-batches of 64: ten epochs of the 1438 training digits
INITS = {"sigmoid": "glorot_normal", "tanh": "glorot_normal", "relu": "he_normal"}
ACTIVATIONS = tuple(INITS)
SEEDS = 2

#: By depth: the scheme that suits the activation, every depth at every learning rate; None is no normalization.
KINDS = (None, "batch", "layer", "rms", "batch, residual", "residual")
DEPTHS, RATES = (5, 10, 20, 40), (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)

#: By weight scale: ten layers, the fitting scheme times a number.
FACTORS, SCALE_RATES, SCALE_DEPTH = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0), (0.01, 0.1, 1.0), 10

#: By batch size: six ReLU layers, six epochs; the best of three learning rates.
BATCHES, BATCH_RATES, BATCH_DEPTH, BATCH_EPOCHS = (2, 3, 4, 8, 16, 64), (0.01, 0.03, 0.1), 6, 6

digits = cache(nn.data.digits)


def network(activation, depth, kind=None, factor=1.0, seed=0, dtype="float32"):
    """A network of WIDTH units for the digits, its initial weights ``factor`` times those of the fitting scheme."""
    norm, shortcut = (kind or "").replace("residual", "").strip(", ") or None, "residual" in (kind or "")
    net = nn.mlp(64, WIDTH, 10, depth=depth, activation=activation, init=INITS[activation], norm=norm,
                 shortcut="residual" if shortcut else None, output_init="glorot_normal", seed=seed, dtype=dtype)
    for layer in net.layers[1:-1]:
        layer.W *= np.float32(factor)
    return net


def right_answers(net):
    """Right answers among the training and the test digits, (2,); a network that holds nan or inf guesses."""
    d = digits()
    if not np.isfinite(net.theta).all():
        return np.rint(0.1 * np.array([d.y.size, d.y_test.size])).astype(int)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([(net.predict(x).argmax(axis=0) == y).sum() for x, y in ((d.x, d.y), (d.x_test, d.y_test))])


def train(net, rate, seed=0, batch=64, steps=STEPS):
    """Train with plain SGD, and count the right answers: (2,)."""
    d = digits()
    history = nn.train(net, d.x, d.y, steps=steps, learning_rate=rate, batch_size=batch, seed=seed, progress=False)
    if history.breakdown:
        net.theta[...] = np.nan
    return right_answers(net)


def in_training_mode(net, batch):
    """Right answers among the test digits if each batch of them is normalized by itself."""
    d = digits()
    if not np.isfinite(net.theta).all():
        return round(0.1 * d.y_test.size)
    parts = np.array_split(np.arange(d.y_test.size), d.y_test.size // batch)
    return sum(int((net.forward(d.x_test[:, p]).argmax(axis=0) == d.y_test[p]).sum()) for p in parts)


@cache
def accuracies():
    """Read the stored shares of right answers, training and test on the last axis: {name: array}.

    ``by_depth`` (activation, kind, depth, rate, seed, 2), ``by_scale`` (activation, kind, factor, rate, seed, 2) for
    the first four kinds, and ``by_batch`` (batch or layer, batch size, rate, seed, 3): the third number is that of the
    test digits in training mode, in batches of the same size.
    """
    train_size, test_size = digits().y.size, digits().y_test.size
    sizes, counts = np.array([train_size, test_size, test_size]), results.load("normalization_runs")
    return {name: counts[name] / sizes[: counts[name].shape[-1]] for name in ("by_depth", "by_scale", "by_batch")}


def run_depth(i, k, j, r, seed):
    """One cell of ``by_depth``."""
    return train(network(ACTIVATIONS[i], DEPTHS[j], KINDS[k], seed=seed), RATES[r], seed)


def run_scale(i, k, j, r, seed):
    """One cell of ``by_scale``."""
    return train(network(ACTIVATIONS[i], SCALE_DEPTH, KINDS[k], FACTORS[j], seed), SCALE_RATES[r], seed)


def run_batch(k, j, r, seed):
    """One cell of ``by_batch``."""
    net, batch = network("relu", BATCH_DEPTH, ("batch", "layer")[k], seed=seed), BATCHES[j]
    counts = train(net, BATCH_RATES[r], seed, batch, BATCH_EPOCHS * (digits().y.size // batch))
    return np.append(counts, in_training_mode(net, batch))


#: What is stored: for each name the run of one cell, and the shape of the grid.
GRIDS = {
    "by_batch": (run_batch, (2, len(BATCHES), len(BATCH_RATES), SEEDS)),
    "by_scale": (run_scale, (3, 4, len(FACTORS), len(SCALE_RATES), SEEDS)),
    "by_depth": (run_depth, (3, len(KINDS), len(DEPTHS), len(RATES), SEEDS)),
}


def make():
    """Run everything and write the file; about a quarter of an hour."""
    counts = {}
    for name, (run, shape) in GRIDS.items():
        cells = [run(*cell) for cell in tqdm(list(np.ndindex(shape)), desc=name)]
        counts[name] = np.array(cells, np.int16).reshape(*shape, -1)
    results.save("normalization_runs", SEEDS, **counts)


if __name__ == "__main__":
    make()
