"""A hundred layers, twelve ways: which ways learn, and how their training goes. Made once by

    python -m vgtext.chapters.mitigation.hundred

and kept in ``data/mitigation_hundred.npz``: losses in thousandths, counts of right answers, and what made them.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.claims import Claim, Evidence
from vgtext.nn.progress import tqdm
from vgtext.palette import COLORS, REFERENCE, label_line

from .runs import RATES, digits

DEPTH, WIDTH, STEPS, SEEDS, EVERY = 100, 64, 600, 3, 10
GOAL = 0.85  # a test accuracy that a hundred layers are asked for

#: A hundred layers: what they are made of, as ``vgtext.nn.mlp`` takes it. "scale" is that of the residual
#: branches, "gate_bias" -b_f, at which a highway's gates start.
WAYS = {
    "sigmoid, PyTorch default": {"activation": "sigmoid", "init": "standard_uniform"},
    "tanh, Glorot": {"activation": "tanh", "init": "glorot_normal"},
    "ReLU, He": {"activation": "relu", "init": "he_normal"},
    "ReLU, He, batch norm": {"activation": "relu", "init": "he_normal", "norm": "batch"},
    "ReLU, He, residual": {"activation": "relu", "init": "he_normal", "shortcut": "residual"},
    "tanh, orthogonal": {"activation": "tanh", "init": "orthogonal"},
    "tanh, PyTorch default, residual": {"activation": "tanh", "init": "standard_uniform", "shortcut": "residual"},
    "ReLU, He, residual / L": {"activation": "relu", "init": "he_normal", "shortcut": "residual", "scale": 1 / DEPTH},
    "tanh, Glorot, highway": {"activation": "tanh", "init": "glorot_normal", "shortcut": "highway", "gate_bias": -4.0},
    "ReLU, He, residual + batch norm": {"activation": "relu", "init": "he_normal", "shortcut": "residual",
                                        "norm": "batch"},
    "ReLU, He, residual + layer norm": {"activation": "relu", "init": "he_normal", "shortcut": "pre", "norm": "layer"},
    "tanh, Glorot, layer norm": {"activation": "tanh", "init": "glorot_normal", "norm": "layer"},
}


def build(way, seed=0, depth=DEPTH):
    """Return the untrained network of one of WAYS."""
    options = dict(WAYS[way])
    scale, gate_bias = options.pop("scale", 1.0), options.pop("gate_bias", None)
    net = nn.mlp(64, WIDTH, 10, depth=depth, seed=seed, **options)
    for block in net.blocks:
        if isinstance(block, nn.Residual):
            block.scale = scale
        if isinstance(block, nn.Highway):
            block.gate.b[...] = gate_bias
    return net


def train(way, rate, seed=0, steps=STEPS):
    """Losses, means of EVERY steps (steps / EVERY,), in thousandths, and right answers in training and test.

    A run that breaks down (nan or inf) counts as guessing, from its first step on.
    """
    d = digits()
    run = nn.train(build(way, seed), d.x, d.y, steps=steps, learning_rate=rate, test=(d.x_test, d.y_test), seed=seed,
                   progress=False)
    if run.breakdown:
        return np.full(steps // EVERY, round(1000 * np.log(10))), [round(0.1 * d.y.size), round(0.1 * d.y_test.size)]
    loss = run.loss.reshape(-1, EVERY).mean(axis=1)
    return np.rint(1000 * loss.clip(0, 30)), np.rint([run.train_accuracy[-1] * d.y.size,
                                                      run.test_accuracy[-1] * d.y_test.size])


@cache
def stored():
    """Losses (way, seed, steps / EVERY), test accuracies (way, seed) and the rate of each way."""
    file = results.load("mitigation_hundred")
    return file["losses"] / 1000, file["right"][..., 1] / digits().y_test.size, file["rates"]


def test_accuracy(way):
    """Test accuracy of a way after STEPS steps, one for each seed: (SEEDS,)."""
    return stored()[1][list(WAYS).index(way)]


def learned():
    """The ways whose every seed gets 85% of the test digits right, the best first."""
    good = [way for way in WAYS if test_accuracy(way).min() >= GOAL]
    return sorted(good, key=lambda way: -test_accuracy(way).mean())


def broke(way):
    """Which seeds of a way broke down: their losses are stored as those of guessing, at every step, (SEEDS,)."""
    return np.ptp(stored()[0][list(WAYS).index(way)], axis=-1) == 0


def draw_hundred(ax, way="ReLU, He, residual + layer norm", against="ReLU, He"):
    """The training loss of a hundred layers, one way and another, three seeds each."""
    losses, right, rates = stored()
    t = np.arange(EVERY, STEPS + 1, EVERY) - EVERY / 2
    ax.set(xlim=(0, STEPS), ylim=(0, 3), xlabel="step", ylabel="training loss, 100 layers")
    ax.axhline(np.log(10), **REFERENCE)
    label_line(ax, STEPS, np.log(10), "guessing: ln 10", COLORS["reference"], xytext=(-4, 9), ha="right")
    for name, color, dashes in ((against, COLORS["backward"], (0, (5, 2))), (way, COLORS["forward"], "-")):
        first, *others = np.where(broke(name)[:, None], np.nan, losses[list(WAYS).index(name)])
        ax.plot(t, first, color=color, linewidth=1.5, linestyle=dashes,
                label=f"{name}: breaks down" if broke(name).all() else name)
        ax.plot(t, np.transpose(others), color=color, linewidth=1.5, linestyle=dashes)
    ax.legend(loc="upper right")
    told = []
    for name in dict.fromkeys((way, against)):
        at = list(WAYS).index(name)
        above = ", with losses above the panel on its way" * bool(losses[at].max() > 3)
        end = "breaks down" if broke(name).all() else f"gets {right[at].mean():.0%}{above}"
        told.append(f"{name} (rate {rates[at]:g}) {end}")
    covered = " The blue lines cover the orange ones." * bool(way == against and not broke(way).all())
    return (f"100 layers of 64, plain gradient descent; test digits right after {STEPS} steps, mean of 3 seeds: "
            f"{'; '.join(told)}.{covered}")


def make():
    """Train every way at every rate, then the best rate with the other seeds, and write the file; some minutes."""
    losses = np.zeros((len(WAYS), SEEDS, STEPS // EVERY), np.int16)
    right, best = np.zeros((len(WAYS), SEEDS, 2), np.int16), np.zeros(len(WAYS))
    for i, way in enumerate(tqdm(WAYS, desc="ways")):
        tried = [train(way, rate) for rate in RATES]
        k = int(np.argmax([answers[0] for _, answers in tried]))
        best[i] = RATES[k]
        for seed in range(SEEDS):
            losses[i, seed], right[i, seed] = tried[k] if seed == 0 else train(way, RATES[k], seed)
    results.save("mitigation_hundred", SEEDS, losses=losses, right=right, rates=best)


def _evidence(way, expected, tolerance=0.05):
    return Evidence(f"test accuracy, 100 layers: {way}", lambda: float(test_accuracy(way).mean()), expected, tolerance,
                    stored="mitigation_hundred")


CLAIMS = (
    Claim(
        "S2.5", "There is no known solution for vanishing gradients.", "outdated",
        "Several different remedies train a hundred layers here: an orthogonal start, shortcuts that start small, "
        "gates, and shortcuts with a normalization.",
        (
            _evidence("sigmoid, PyTorch default", 0.1),
            _evidence("tanh, orthogonal", 0.97),
            _evidence("tanh, PyTorch default, residual", 0.95),
            _evidence("ReLU, He, residual / L", 0.97),
            _evidence("tanh, Glorot, highway", 0.97),
            _evidence("ReLU, He, residual + batch norm", 0.96),
            _evidence("ReLU, He, residual + layer norm", 0.95),
        ), "hundred",
        setting="64 units, 600 steps of plain SGD with batches of 64, the best of four learning rates for the first "
        "seed, mean of three seeds.",
    ),
)


if __name__ == "__main__":
    make()
