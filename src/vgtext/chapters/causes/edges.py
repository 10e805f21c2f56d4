"""How deep a plain ReLU network with He's weights trains at each width. About ten minutes; made once by

    python -m vgtext.chapters.causes.edges

and stored in ``data/causes_edges.npz`` as counts of right answers.
"""

import numpy as np

from vgtext import nn, results

WIDTHS, DEPTHS, RATES, SEEDS, STEPS = [16, 32, 64, 128, 256], [5, 10, 20, 40], [0.02, 0.1, 0.5], 2, 300


def train(n, L, rate, seed):
    """Right answers on the 1438 training digits after STEPS mini-batches of 64; a tenth if the run breaks down."""
    data = nn.data.digits()
    net = nn.mlp(64, n, 10, L, activation="relu", init="he_normal", seed=seed)
    history = nn.train(net, data.x, data.y, steps=STEPS, learning_rate=rate, seed=seed, progress=False)
    return round((0.1 if history.breakdown else nn.accuracy(net.predict(data.x), data.y)) * data.y.size)


def trained():
    """Accuracy in training at the best rate of each seed, mean over seeds, from the stored runs: (widths, depths)."""
    return results.load("causes_edges")["right"].max(axis=2).mean(axis=-1) / nn.data.digits().y.size


def make():
    """Train all networks and store how many digits each gets right: (widths, depths, rates, seeds)."""
    right = [[[[train(n, L, rate, seed) for seed in range(SEEDS)] for rate in RATES] for L in DEPTHS] for n in WIDTHS]
    results.save("causes_edges", seeds=SEEDS, right=np.array(right, dtype=np.int16))


if __name__ == "__main__":
    make()
