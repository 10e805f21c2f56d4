"""Training runs at many depths, made once, kept in ``data/shortcuts_runs.npz``; remade in about ten minutes by

    python -m vgtext.chapters.shortcuts.runs

The file holds training losses and counts of right answers, and what made them.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

WIDTH, STEPS, EVERY = 32, 220, 22  # ten epochs of 22 mini-batches of 64 digits; evaluated after each
DEPTHS, SEEDS, RATES = (2, 5, 10, 20, 40, 70, 100), 3, (0.03, 0.1, 0.3)
KINDS = ("plain", "residual", "scaled", "highway", "highway closed")

digits = cache(nn.data.digits)


def network(kind, depth, seed=0):
    """A ReLU network with ``depth`` blocks between an input and an output layer; He's initialization.

    Plain: W phi(z). Residual: z + s W phi(z) with s = 1, or 1/sqrt(depth) if "scaled". Highway: b_f = 2, or 4
    if "closed" (``gate_bias`` is -b_f).
    """
    blocks = [nn.Dense(64, WIDTH, init="lecun_normal")]
    for _ in range(depth):
        inner = [nn.Pointwise(WIDTH, "relu"), nn.Dense(WIDTH, WIDTH, init="he_normal")]
        if kind.startswith("highway"):
            blocks.append(nn.Highway(WIDTH, "relu", "he_normal", gate_bias=-4.0 if "closed" in kind else -2.0))
        elif kind == "plain":
            blocks += inner
        else:
            blocks.append(nn.Residual(inner, scale=depth**-0.5 if kind == "scaled" else 1.0))
    return nn.Network([*blocks, nn.Dense(WIDTH, 10, init="lecun_normal")], seed=seed)


def train(kind, depth, rate, seed):
    """Training loss of each epoch (its mean over the steps), and right answers in training and test: 3 x (epochs,).

    A run that breaks down (nan or inf) counts as guessing from then on.
    """
    d, epochs = digits(), STEPS // EVERY
    history = nn.train(network(kind, depth, seed), d.x, d.y, steps=STEPS, learning_rate=rate, seed=seed,
                       test=(d.x_test, d.y_test), evaluate_every=EVERY, progress=False)
    done = len(history.evaluated)
    out = np.tile([[np.log(10)], [0.1], [0.1]], epochs)
    out[0, :done] = history.loss[: done * EVERY].reshape(done, EVERY).mean(axis=1)
    out[1:, :done] = history.train_accuracy[:done], history.test_accuracy[:done]
    return out


@cache
def stored():
    """The runs: (kind, depth, rate, seed, loss/train/test, epoch)."""
    return results.load("shortcuts_runs")["runs"].astype(float)


def make():
    """Run everything and write the file."""
    runs = np.zeros((len(KINDS), len(DEPTHS), len(RATES), SEEDS, 3, STEPS // EVERY), np.float32)
    for i, j, k, seed in tqdm(np.ndindex(runs.shape[:4]), total=runs[..., 0, 0].size):
        runs[i, j, k, seed] = train(KINDS[i], DEPTHS[j], RATES[k], seed)
    results.save("shortcuts_runs", SEEDS, runs=runs)


if __name__ == "__main__":
    make()
