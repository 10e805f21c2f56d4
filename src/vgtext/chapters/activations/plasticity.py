"""Loss of plasticity: one network learns one task after another, the digits with their pixels shuffled anew each time.

The runs are kept in ``data/activations_plasticity.npz``, remade in two minutes by

    python -m vgtext.chapters.activations.plasticity
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.claims import Claim, Evidence
from vgtext.nn.progress import tqdm
from vgtext.palette import ACTIVATION_COLORS, COLORS, label_line

from .runs import digits

TASKS, EPOCHS, BATCH, WIDTH, DEPTH, SEEDS, BLOCK = 150, 3, 16, 64, 4, 2, 10
RATES, DECAY = (0.1, 0.2), 0.003
#: What is done against it, in words.
WAYS = {"plain": "nothing", "decay": "weight decay", "revive": "dead units drawn anew", "leaky": "leaky ReLU",
        "fresh": "a new network per task"}


def network(way, seed):
    """Three hidden layers of 64 units, He's weights."""
    activation = "leaky_relu" if way == "leaky" else "relu"
    return nn.mlp(64, WIDTH, 10, depth=DEPTH, activation=activation, init="he_normal", seed=seed)


def dead(net, x):
    """Which hidden units have z ≤ 0 for every example: (hidden layers, WIDTH), bool."""
    net.predict(x)
    return np.array([(k.z <= 0).all(axis=1) for k in net.layers[1:-1]])


def revive(net, x, rng):
    """Draw the incoming weights of dead units anew, and set their outgoing weights to 0: the output stays as it was."""
    he = nn.get_initializer("he_normal")
    for l, rows in enumerate(dead(net, x), 1):
        if rows.any():
            net.layers[l].W[rows] = he(int(rows.sum()), net.layers[l].W.shape[1], rng)
            net.layers[l].b[rows], net.layers[l + 1].W[:, rows] = 0, 0


def run(way, rate, seed, tasks=TASKS):
    """Per task: right answers on the test digits, dead units, 1000 times the rms of all parameters: (tasks, 3)."""
    d, rng, net, met = digits(), np.random.default_rng(seed), network(way, seed), []
    keep = 1 - rate * DECAY if way == "decay" else 1.0
    for task in range(tasks):
        pixels = rng.permutation(64)
        x = np.ascontiguousarray(d.x[pixels])
        if way == "fresh":
            net = network(way, 1000 * seed + task)
        for _ in range(EPOCHS):
            for part in np.split(rng.permutation(d.y.size), range(BATCH, d.y.size, BATCH)):
                net.loss_and_gradient(x[:, part], d.y[part])
                net.theta -= net.theta.dtype.type(rate) * net.gradient
                net.theta *= net.theta.dtype.type(keep)
        right = nn.accuracy(net.predict(d.x_test[pixels]), d.y_test) * d.y_test.size
        met.append((right, dead(net, x).sum(), 1000 * np.sqrt(np.mean(net.theta**2))))
        if way == "revive":
            revive(net, x, rng)
    return np.rint(met).astype(np.int16)


@cache
def stored():
    """Accuracy, share of dead units, size of the parameters: (way, rate, seed, task, 3)."""
    met = results.load("activations_plasticity")["met"]
    return met / np.array([digits().y_test.size, (DEPTH - 1) * WIDTH, 1000.0])


def over_tasks(way, rate, what=0):
    """The mean of each block of ten tasks, over the seeds too: (TASKS / BLOCK,)."""
    runs = stored()[list(WAYS).index(way), RATES.index(rate), :, :, what]
    return runs.reshape(SEEDS, -1, BLOCK).mean(axis=(0, 2))


def draw_plasticity(accuracy, units, rate=0.2, way="decay"):
    """Accuracy on each new task, and dead units, over the tasks: nothing done, and one way."""
    t, both = np.arange(BLOCK / 2, TASKS, BLOCK), {"plain": (ACTIVATION_COLORS["relu"], "o")}
    if way != "plain":
        both[way] = COLORS["weight"], "s"
    for ax, what, top, words in ((accuracy, 0, 1.0, "right on the newest task"), (units, 1, 0.6, "dead units")):
        ax.set(xlim=(0, TASKS), ylim=(0.3 if what == 0 else -0.02, top), xlabel="tasks so far", title=words,
               xticks=[0, 50, 100, 150])
        ax.set_yticks(*(([0.4, 0.6, 0.8, 1], ["40%", "60%", "80%", "100%"]) if what == 0 else
                        ([0, 0.2, 0.4, 0.6], ["0", "20%", "40%", "60%"])))
        for kind, (color, mark) in both.items():
            ax.plot(t, over_tasks(kind, rate, what), color=color, marker=mark, markersize=4, label=WAYS[kind])
    label_line(accuracy, 4, 0.44, "● nothing done", ACTIVATION_COLORS["relu"], xytext=(0, 0))
    if way != "plain":
        label_line(accuracy, 4, 0.37, f"■ {WAYS[way]}", COLORS["weight"], xytext=(0, 0))
    told = []
    for kind in both:
        (first, last), gone = over_tasks(kind, rate)[[0, -1]], over_tasks(kind, rate, 1)[-1]
        told.append(f"{WAYS[kind]}: {first:.1%} over tasks 1 to {BLOCK}, {last:.1%} over the last {BLOCK}, {gone:.0%} "
                    f"{'at z ≤ 0 for every digit' if kind == 'leaky' else 'dead'}")
    return (f"3 hidden layers of {WIDTH} units, η = {rate:g}, test accuracy on the newest task. "
            f"{sentence('; '.join(told))} Mean of {SEEDS} seeds.")


def sentence(words):
    """Begin words with a capital letter and end them with a full stop."""
    return f"{words[0].upper()}{words[1:]}."


def fall(way, rate):
    """Accuracy over the last ten tasks less that over the first ten, in points."""
    return float(100 * (over_tasks(way, rate)[-1] - over_tasks(way, rate)[0]))


STORED = "activations_plasticity"
CLAIMS = (
    Claim(
        "R.27", "Dohare and others 2023, 2024: trained on one task after another, networks lose the ability to learn "
        "new ones (pairs of ImageNet classes: 89% right early, 77% on the 2,000th task), units die, and weight decay "
        "or new units preserve it.", "holds if",
        "The learning rate is not small and nothing pulls the weights back. Dead units are one sign of it: leaky ReLU, "
        "whose units cannot die, loses as much at the smaller rate, and little at the larger one. Seeds differ: at 0.2 "
        "one ends at 26%, the other at 45%.",
        (
            Evidence("η = 0.2: accuracy over the first ten tasks", lambda: 100 * over_tasks("plain", 0.2)[0], 94.6, 1.5,
                     "%", stored=STORED),
            Evidence("over the last ten of 150", lambda: 100 * over_tasks("plain", 0.2)[-1], 35, 10, "%",
                     stored=STORED),
            *(Evidence(f"the same, {seed}", lambda k=k: 100 * stored()[0, RATES.index(0.2), k, -BLOCK:, 0].mean(),
                       right, 5, "%", stored=STORED)
              for k, (seed, right) in enumerate((("one seed", 26), ("the other", 45)))),
            Evidence("dead units then", lambda: 100 * over_tasks("plain", 0.2, 1)[-1], 52, 8, "%", stored=STORED),
            *(Evidence(f"η = {rate}, {WAYS[way]}: points lost", lambda w=way, r=rate: -fall(w, r), lost, 1.5,
                       stored=STORED)
              for rate, way, lost in ((0.1, "plain", 5.0), (0.1, "leaky", 4.7), (0.1, "revive", 1.4),
                                      (0.2, "decay", 0.2), (0.2, "revive", 1.6), (0.2, "fresh", -1.1))),
        ), "plasticity?rate=0.2",
        setting="3 hidden layers of 64 units, He initialization, 150 permutations of the digits' pixels, three epochs "
        "each, plain descent in batches of 16, two seeds.",
    ),
)


def make():
    """Run everything and write the file."""
    met = np.zeros((len(WAYS), len(RATES), SEEDS, TASKS, 3), np.int16)
    for i, j, seed in tqdm(np.ndindex(met.shape[:3]), total=met[..., 0, 0].size, desc="runs"):
        met[i, j, seed] = run(list(WAYS)[i], RATES[j], seed)
    results.save("activations_plasticity", SEEDS, met=met)


if __name__ == "__main__":
    make()
