"""Training runs that count dead units, made once and kept in ``data/activations_runs.npz``; remade by

    python -m vgtext.chapters.activations.runs

Counts are whole numbers: dead units of the seven hidden layers over all 1438 training digits, units that were dead and
came back, right answers.
"""

from functools import cache
from itertools import product

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm

DEPTH, WIDTH, STEPS, EVERY, SEEDS = 8, 64, 400, 20, 3
UNITS = (DEPTH - 1) * WIDTH
ACTIVATIONS, OPTIMIZERS = ("relu", "leaky_relu"), ("sgd", "adam")
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
#: The bias that every hidden unit starts with. Weights are He's.
BIASES = (0.0, -0.3)
GRID = (ACTIVATIONS, OPTIMIZERS, RATES, BIASES, tuple(range(SEEDS)))
SHAPE = tuple(map(len, GRID))
digits = cache(nn.data.digits)


def asleep(net):
    """Which hidden units have a slope of exactly 0 for every training digit: (7, WIDTH), bool."""
    net.predict(digits().x)
    return np.array([(k.phi.derivative(k.z) == 0).all(axis=1) for k in net.layers[1:-1]])


def train(activation, optimizer, rate, bias, seed, steps=STEPS):
    """Dead units of each hidden layer, and units that came back since, after 0, EVERY, 2 EVERY, … steps; accuracy.

    Returns dead (records, 7), back (records, 7), right answers on the test digits. -1 from where a run breaks down.
    """
    d, net = digits(), nn.mlp(64, WIDTH, 10, depth=DEPTH, activation=activation, init="he_normal", seed=seed)
    for k in net.layers[1:-1]:
        k.b[...] = bias
    how, records = nn.optimizers.get_optimizer(optimizer), steps // EVERY + 1
    counts, before = np.full((2, records, DEPTH - 1), -1, np.int16), None
    for i in range(records):
        with np.errstate(over="ignore", invalid="ignore"):
            now = asleep(net)
        counts[0, i], counts[1, i] = now.sum(axis=1), 0 if i == 0 else (before & ~now).sum(axis=1)
        before = now
        if i < records - 1:
            history = nn.train(net, d.x, d.y, steps=EVERY, optimizer=how, learning_rate=rate, seed=1000 * seed + i,
                               progress=False)
            if history.breakdown:
                return *counts, round(d.y_test.size / 10)
    return *counts, round(nn.accuracy(net.predict(d.x_test), d.y_test) * d.y_test.size)


@cache
def stored():
    """The arrays of the file: dead, back (activation, optimizer, rate, bias, seed, record, layer) and right (…seed)."""
    return tuple(results.load("activations_runs")[k].astype(int) for k in ("dead", "back", "right"))


def make():
    """Run everything and write the file; about five minutes."""
    records = STEPS // EVERY + 1
    dead, back = np.zeros((2, *SHAPE, records, DEPTH - 1), np.int16)
    right = np.zeros(SHAPE, np.int16)
    for index, values in tqdm(zip(np.ndindex(SHAPE), product(*GRID)), total=right.size, desc="runs"):
        dead[index], back[index], right[index] = train(*values)
    results.save("activations_runs", SEEDS, dead=dead, back=back, right=right)


if __name__ == "__main__":
    make()
