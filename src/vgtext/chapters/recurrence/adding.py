"""A second task, with noise at every step: the adding problem. Trained once, kept, remade by

    python -m vgtext.chapters.recurrence.adding

The file ``data/recurrence_adding.npz`` holds the mean squared error on test sequences while the networks train.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm
from vgtext.palette import COLORS, REFERENCE, SEED, label_line, log_axis, number

from .passes import UNITS
from .runs import BATCH, CLIP, NETWORKS, chrono

T, RATE, SEEDS, STEPS, EVERY, LEARNED = 50, 0.003, 5, 2000, 100, 0.02
NAMES = tuple(name for name in NETWORKS if not name.endswith(("not clipped", "identity")))
GUESS = 1 / 6  # the mean squared error of answering 1 always


@cache
def data():
    """Training and test sequences: x (T, 2, examples), y (1, examples), twice."""
    return *nn.data.adding_problem(T, 20_000, seed=100), *nn.data.adding_problem(T, 1000, seed=101)


def train(name, seed, steps=STEPS):
    """The mean squared error on the test sequences after every 100 steps: (steps / 100,)."""
    (x, y, x_test, y_test), (cell, init, bias), adam, found = data(), NETWORKS[name], nn.Adam(), []
    plain = 0.0 if bias in (None, "chrono") else bias
    net = nn.Recurrent(cell, 2, UNITS, 1, init=init, forget_bias=plain, update_bias=plain, seed=seed,
                       loss="mean_squared_error")
    if bias == "chrono":
        chrono(net, T, np.random.default_rng(seed))
    for done in range(EVERY, steps + 1, EVERY):
        nn.train(net, x, y, steps=EVERY, optimizer=adam, learning_rate=RATE, batch_size=BATCH, clip=CLIP,
                 seed=1000 * seed + done, progress=False)
        found.append(2 * net.loss(net.predict(x_test), y_test)[0])  # the loss has a factor 1/2
    return np.array(found)


def make():
    """Run everything and write the file; about four minutes."""
    error = np.array([[train(name, seed) for seed in range(SEEDS)] for name in tqdm(NAMES)], np.float32)
    results.save("recurrence_adding", SEEDS, error=error)


def stored():
    """The file as a dict of arrays: network, seed, time."""
    return results.load("recurrence_adding")


def errors(name):
    """The test error of the five runs after every 100 steps: (5, 20)."""
    return stored()["error"][NAMES.index(name)].astype(float)


def arrivals(name):
    """The steps after which each of the five runs has a test error below 0.02 for the first time, inf if never."""
    below = errors(name) < LEARNED
    return np.where(below.any(axis=1), EVERY * (1.0 + below.argmax(axis=1)), np.inf)


def learned(name):
    """How many of the five runs have a test error below 0.02 at some time."""
    return int(np.isfinite(arrivals(name)).sum())


def draw_adding(ax, name="RNN, orthogonal"):
    """The test error on the adding problem against the steps: one network's runs, and the others' medians in gray."""
    steps = np.arange(EVERY, STEPS + 1, EVERY)
    ax.set(xlim=(0, 1.05 * STEPS), xlabel="step of training", xticks=range(0, STEPS + 1, 500))
    log_axis(ax, 1e-4, 1, "test error, mean square")
    ax.axhline(GUESS, **REFERENCE)
    label_line(ax, STEPS, GUESS, "answering 1 always", COLORS["reference"], ha="right", xytext=(0, 8))
    for other in NAMES:
        if other != name:
            ax.plot(steps, np.median(errors(other), axis=0), **SEED, label=f"{other}, median")
    for run in errors(name):
        ax.plot(steps, run, color=COLORS["forward"], linewidth=0.8, alpha=0.5, label=f"{name}, one run")
    ax.plot(steps, np.median(errors(name), axis=0), color=COLORS["forward"], linewidth=2.2, label=f"{name}, median")
    return (f"{name}, the adding problem, T = {T}, Adam at η = {RATE:g}: {learned(name)} of {SEEDS} runs come below an "
            f"error of {LEARNED:g} within {STEPS:,} steps; the median at the end is "
            f"{number(np.median(errors(name)[:, -1]), 1)}. Gray: the other networks' medians.")


if __name__ == "__main__":
    make()
