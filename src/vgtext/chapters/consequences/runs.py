"""Training runs that take minutes together: made once, kept in ``data/consequences_runs.npz``, remade by

    python -m vgtext.chapters.consequences.runs

The file holds counts of right answers (whole numbers, so that nothing is lost by rounding), and what made them.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

STEPS = 22  # mini-batches of 64 in one epoch of the 1438 training digits
INITS = {"sigmoid": "glorot_normal", "tanh": "glorot_normal", "relu": "he_normal"}
ACTIVATIONS = tuple(INITS)

#: Accuracy against depth: networks of width 64, plain SGD, every depth at every learning rate.
DEPTHS, RATES, SEEDS, EPOCHS = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30), (0.01, 0.03, 0.1, 0.3, 1.0), 3, 60

#: Accuracy when the first k layers keep their initial weights: (activation, depth, learning rate), k = 0 ... depth - 1.
FREEZING = {"sigmoid, 8 layers": ("sigmoid", 8, 0.5), "sigmoid, 4 layers": ("sigmoid", 4, 0.5),
            "tanh, 8 layers": ("tanh", 8, 0.1), "ReLU, 8 layers": ("relu", 8, 0.03)}
FREEZE_EPOCHS = 30

#: Accuracy of 8 tanh layers that learn from few images, with all layers trained or the first half frozen.
IMAGES, FEW_FROZEN, FEW_STEPS = (20, 60, 100, 200, 500), (0, 4), 1500

digits = cache(nn.data.digits)


class FrozenSGD(nn.SGD):
    """Gradient descent that leaves the first ``cut`` parameters, those of the first layers, as they are."""

    def __init__(self, cut):
        """Leave theta[:cut] alone."""
        super().__init__()
        self.cut = cut

    def step(self, theta, gradient, rate):
        """Move theta[cut:], in place, by one step at learning rate ``rate``."""
        super().step(theta[self.cut :], gradient[self.cut :], rate)


def train(activation, depth, rate, seed, epochs, frozen=0):
    """Right answers among the training and the test digits after each epoch: (epochs, 2).

    A run that breaks down (nan or inf) counts as guessing from then on: one right answer in ten.
    """
    d, net = digits(), nn.mlp(64, 64, 10, depth=depth, activation=activation, init=INITS[activation], seed=seed)
    optimizer = FrozenSGD(sum(k.W.size + k.b.size for k in net.layers[1 : frozen + 1]))
    history = nn.train(net, d.x, d.y, steps=STEPS * epochs, optimizer=optimizer, learning_rate=rate,
                       test=(d.x_test, d.y_test), evaluate_every=STEPS, seed=seed, progress=False)
    size = np.array([d.y.size, d.y_test.size])
    counts = np.tile(np.rint(0.1 * size), (epochs, 1))
    if len(history.evaluated):
        counts[: len(history.evaluated)] = np.rint(np.stack([history.train_accuracy, history.test_accuracy], 1) * size)
    return counts.astype(np.int16)


def train_on_few(count, frozen, seed):
    """Right answers among the first ``count`` training digits and the test digits after FEW_STEPS steps: (2,)."""
    d, net = digits(), nn.mlp(64, 64, 10, depth=8, activation="tanh", init=INITS["tanh"], seed=seed)
    optimizer = FrozenSGD(sum(k.W.size + k.b.size for k in net.layers[1 : frozen + 1]))
    history = nn.train(net, d.x[:, :count], d.y[:count], steps=FEW_STEPS, optimizer=optimizer, learning_rate=0.1,
                       test=(d.x_test, d.y_test), evaluate_every=FEW_STEPS, seed=seed, progress=False)
    counts = history.train_accuracy[-1] * count, history.test_accuracy[-1] * d.y_test.size
    return np.rint(counts).astype(np.int16)


@cache
def accuracies():
    """Read ``by_depth`` (activation, depth, rate, seed, epoch, train/test), ``by_frozen`` (network, k, seed, …).

    Entries are shares of right answers; nan where a network has fewer than k layers to freeze.
    """
    size = np.array([digits().y.size, digits().y_test.size])
    found = [results.load("consequences_runs")[name] for name in ("by_depth", "by_frozen")]
    return tuple(np.where(k >= 0, k / size, np.nan) for k in found)


@cache
def on_few():
    """Training and test accuracy of the networks that learn from few images: (IMAGES, FEW_FROZEN, seed, 2)."""
    size = np.stack([IMAGES, np.full(len(IMAGES), digits().y_test.size)], axis=1)
    return results.load("consequences_runs")["by_images"] / size[:, None, None]


def make():
    """Run everything and write the file; about a quarter of an hour."""
    by_depth = np.zeros((len(ACTIVATIONS), len(DEPTHS), len(RATES), SEEDS, EPOCHS, 2), np.int16)
    for i, j, k, seed in tqdm(np.ndindex(by_depth.shape[:4]), total=by_depth[..., 0, 0].size):
        by_depth[i, j, k, seed] = train(ACTIVATIONS[i], DEPTHS[j], RATES[k], seed, EPOCHS)
    results.save("consequences_runs", SEEDS, by_depth=by_depth, by_frozen=freezing(), by_images=few_images())


def freezing():
    """Run the networks with k frozen layers: (network, k, seed, epoch, train/test), -1 where there are fewer layers."""
    most = max(depth for _, depth, _ in FREEZING.values())
    counts = np.full((len(FREEZING), most, SEEDS, FREEZE_EPOCHS, 2), -1, np.int16)
    for i, (activation, depth, rate) in enumerate(FREEZING.values()):
        for k, seed in tqdm(np.ndindex(depth, SEEDS), total=depth * SEEDS):
            counts[i, k, seed] = train(activation, depth, rate, seed, FREEZE_EPOCHS, frozen=k)
    return counts


def few_images():
    """Run the networks that learn from few images: (IMAGES, FEW_FROZEN, seed, train/test)."""
    runs = [[[train_on_few(count, k, seed) for seed in range(SEEDS)] for k in FEW_FROZEN] for count in tqdm(IMAGES)]
    return np.array(runs)


if __name__ == "__main__":
    make()
