"""Training runs that take minutes together: made once, kept in ``data/initialization_runs.npz``, remade by

    python -m vgtext.chapters.initialization.runs

The file holds the mean training loss of every epoch, and what made it. A run that breaks down (nan or inf) has the
loss inf from then on.
"""

from functools import cache
from itertools import product

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

STEPS = 22  # mini-batches of 64 in one epoch of the 1438 training digits
RATES = (0.01, 0.03, 0.1, 0.3)

#: One weight scale for all layers: 30 layers of width 64.
ACTIVATIONS = ("tanh", "relu", "sigmoid")
SCALES = (0.1, 0.3, 0.577, 0.8, 1.0, 1.2, 1.414, 1.7, 2.0, 3.0, 10.0)
SCALE_SEEDS, SCALE_EPOCHS, SCALE_DEPTH, SCALE_WIDTH = 3, 20, 30, 64

#: He against Glorot: ReLU, width 128.
INITS = ("he_normal", "glorot_normal")
DEPTHS, SEEDS, EPOCHS, WIDTH = (10, 14, 18, 22, 26, 30), 5, 30, 128

digits = cache(nn.data.digits)


def train(activation, init, depth, width, rate, seed, epochs):
    """The mean training loss of each epoch, plain SGD on the digits: (epochs,); inf once nan or inf appears."""
    d, net = digits(), nn.mlp(64, width, 10, depth=depth, activation=activation, init=init, seed=seed)
    history = nn.train(net, d.x, d.y, steps=STEPS * epochs, learning_rate=rate, seed=seed, progress=False)
    loss = np.full(STEPS * epochs, np.inf)
    loss[: len(history.loss)] = history.loss
    return np.where(np.isfinite(loss), loss, np.inf).reshape(epochs, STEPS).mean(axis=1)


def train_scale(activation, scale, rate, seed, epochs=SCALE_EPOCHS):
    """One run of the first experiment: every W[l] ~ N(0, scale²/n_(l-1))."""
    init = nn.initializers.scaled_normal(scale)
    return train(activation, init, SCALE_DEPTH, SCALE_WIDTH, rate, seed, epochs)


def train_depth(init, depth, rate, seed, epochs=EPOCHS):
    """One run of the second experiment, He or Glorot."""
    return train("relu", init, depth, WIDTH, rate, seed, epochs)


@cache
def losses():
    """Read ``by_scale`` (activation, scale, rate, seed, epoch) and ``by_depth`` (init, depth, rate, seed, epoch)."""
    return tuple(results.load("initialization_runs")[k].astype(float) for k in ("by_scale", "by_depth"))


def best(runs):
    """Return, from losses (rate, seed, epoch), those at the rate with the lowest median in the end, and that rate."""
    k = int(np.argmin(np.median(runs[..., -1], axis=1)))
    return runs[k], RATES[k]


def make(processes=2):
    """Run everything and write the file; about twenty minutes on two cores."""
    from concurrent.futures import ProcessPoolExecutor  # not in a browser, where there are no processes
    from multiprocessing import get_context

    scale_jobs = list(product(ACTIVATIONS, SCALES, RATES, range(SCALE_SEEDS)))
    depth_jobs = list(product(INITS, DEPTHS, RATES, range(SEEDS)))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        by_depth = list(tqdm(pool.map(train_depth, *zip(*depth_jobs)), "He and Glorot", len(depth_jobs)))
        by_scale = list(tqdm(pool.map(train_scale, *zip(*scale_jobs)), "weight scales", len(scale_jobs)))
    shapes = (len(ACTIVATIONS), len(SCALES), len(RATES), SCALE_SEEDS), (len(INITS), len(DEPTHS), len(RATES), SEEDS)
    results.save(
        "initialization_runs", SEEDS,
        by_scale=np.reshape(by_scale, (*shapes[0], SCALE_EPOCHS)).astype(np.float32),
        by_depth=np.reshape(by_depth, (*shapes[1], EPOCHS)).astype(np.float32),
    )


if __name__ == "__main__":
    make()
