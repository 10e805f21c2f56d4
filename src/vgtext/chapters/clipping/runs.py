"""Recurrent networks trained with and without clipping: made once, kept in ``data/clipping_runs.npz``, remade by

    python -m vgtext.chapters.clipping.runs

The file holds what each run came to on 500 test sequences, the sizes of its gradient, and what made them.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

T, UNITS, BATCH, STEPS, SYMBOLS = 30, 32, 32, 1000, 8
RATES, LIMITS = (0.003, 0.01, 0.03, 0.1, 0.3), (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, np.inf)  # inf clips nothing
SEEDS, TRACED, BLOCK = 8, 3, 5  # traces: of 3 seeds, the largest of every 5 gradients


@cache
def sequences():
    """Training and test sequences of the delayed copy: x (T, 9, examples), y (examples,), twice."""
    return *nn.data.delayed_copy(T, 2000, SYMBOLS, seed=100), *nn.data.delayed_copy(T, 500, SYMBOLS, seed=101)


def train(rate, limit, seed, steps=STEPS):
    """Train one tanh network of 32 units by plain SGD, clipped by global norm: (loss, accuracy, way, norms).

    Loss and accuracy are those of the test sequences, ``way`` is the distance of the parameters from where they began.
    """
    x, y, x_test, y_test = sequences()
    net = nn.Recurrent("rnn", SYMBOLS + 1, UNITS, SYMBOLS, seed=seed)
    start, clip = net.theta.copy(), None if np.isinf(limit) else ("global_norm", limit)
    history = nn.train(net, x, y, steps=steps, learning_rate=rate, batch_size=BATCH, clip=clip, seed=seed,
                       progress=False)
    with np.errstate(over="ignore", invalid="ignore"):
        out = net.predict(x_test)
        way = np.linalg.norm(net.theta - start)
        return net.loss(out, y_test)[0], nn.accuracy(out, y_test), way, history.gradient_norm


def make():
    """Run everything and write the file; about ten minutes."""
    shape = len(RATES), len(LIMITS), SEEDS
    loss, accuracy, way = np.zeros((3, *shape), np.float32)
    quantiles = np.zeros((*shape, 3), np.float32)  # of the gradient's norm before clipping: 10, 50, 90%
    traces = np.zeros((*shape[:2], TRACED, STEPS // BLOCK), np.float16)  # log10
    for cell in tqdm(np.ndindex(shape), total=loss.size):
        i, j, seed = cell
        loss[cell], accuracy[cell], way[cell], norms = train(RATES[i], LIMITS[j], seed)
        quantiles[cell] = np.percentile(norms, [10, 50, 90])
        if seed < TRACED:
            traces[cell] = np.log10(norms.reshape(-1, BLOCK).max(axis=1))
    results.save("clipping_runs", SEEDS, loss=loss, accuracy=accuracy, way=way, quantiles=quantiles, traces=traces)


def stored():
    """The file as a dict of arrays: rates, limits and seeds first."""
    return results.load("clipping_runs")


if __name__ == "__main__":
    make()
