"""Seven networks that do not train, each given every remedy by itself: what each one cures. Made once by

    python -m vgtext.chapters.mitigation.cures

and kept in ``data/mitigation_cures.npz``: counts of right answers (whole numbers), and what made them.
"""

from dataclasses import dataclass, replace

import numpy as np

from vgtext import nn, results
from vgtext.diagnose import Recording, diagnose
from vgtext.nn.progress import tqdm

from .runs import RATES, STEPS, WIDTH, digits

SEEDS = 2
#: Weights matched to the activation: an initializer of ``vgtext.nn``, or σ_w (for tanh its own scale, see activations).
MATCHED = {"sigmoid": "glorot_normal", "tanh": 1.19, "relu": "he_normal", "leaky_relu": "he_normal"}


@dataclass(frozen=True)
class Case:
    """All that defines a run. ``init`` is a name of ``vgtext.nn``, or a weight scale σ_w; no ``rate``: best of four."""

    depth: int = 8
    activation: str = "relu"
    init: str | float = "he_normal"
    bias: float = 0.0  # of every hidden unit at the start
    norm: str | None = None
    shortcut: str | None = None
    optimizer: str = "sgd"
    clip: float | None = None
    lsuv: bool = False
    rate: float | None = None


#: Each cause that ``vgtext.diagnose`` can name and that gradients are to blame for, and a network that has it.
CASES = {
    "vanishing by activation": Case(depth=10, activation="sigmoid", init="glorot_normal"),
    "vanishing by initialization": Case(depth=20, init="standard_uniform"),
    "vanishing by depth": Case(depth=80, activation="tanh", init="glorot_normal"),
    "exploding": Case(depth=20, init=3.0),
    "dead units": Case(bias=-3.0),
    "learning rate too small": Case(rate=1e-4),
    "learning rate too large": Case(rate=3.0),
}

#: Each remedy: what it changes. The first changes nothing but the learning rate.
REMEDIES = {
    "learning rate": lambda p: replace(p, rate=None),
    "Adam": lambda p: replace(p, optimizer="adam"),
    "clipping": lambda p: replace(p, clip=1.0),
    "zero biases": lambda p: replace(p, bias=0.0),
    "leaky ReLU": lambda p: replace(p, activation="leaky_relu"),
    "matched init": lambda p: replace(p, init=MATCHED[p.activation]),
    "leaky ReLU + He": lambda p: replace(p, activation="leaky_relu", init="he_normal"),
    "orthogonal init": lambda p: replace(p, init="orthogonal"),
    "LSUV": lambda p: replace(p, lsuv=True),
    "batch norm": lambda p: replace(p, norm="batch"),
    "layer norm": lambda p: replace(p, norm="layer"),
    "residual": lambda p: replace(p, shortcut="residual"),
    "residual + layer norm": lambda p: replace(p, shortcut="pre", norm="layer"),
}


def build(case, seed=0):
    """Return the untrained network."""
    init = case.init if isinstance(case.init, str) else nn.initializers.scaled_normal(case.init)
    net = nn.mlp(64, WIDTH, 10, depth=case.depth, activation=case.activation, init="orthogonal" if case.lsuv
                 else init, norm=case.norm, shortcut=case.shortcut, seed=seed)
    for layer in net.layers[1:-1]:
        layer.b[...] = case.bias
    return nn.lsuv(net, digits().x[:, :256]) if case.lsuv else net


def history(case, rate, seed=0, record_every=0):
    """Train a case for STEPS steps at one learning rate (Adam: a thirtieth of it): its History, and the network."""
    d, net, rate = digits(), build(case, seed), rate / 30 if case.optimizer == "adam" else rate
    run = nn.train(net, d.x, d.y, steps=STEPS, optimizer=case.optimizer, learning_rate=rate,
                   clip=case.clip and ("global_norm", case.clip), test=(d.x_test, d.y_test),
                   record_every=record_every, seed=seed, progress=False)
    return run, net


def train(case, seed=0):
    """Right answers among the test digits, at the best rate in training where the case leaves it open."""
    runs = [history(case, rate, seed)[0] for rate in ((case.rate,) if case.rate else RATES)]
    runs = [(run.train_accuracy[-1], run.test_accuracy[-1]) for run in runs if len(run.train_accuracy)]
    return round(max(runs, default=(0.1, 0.1))[1] * digits().y_test.size)


def name_cause(case, rate=0.1, seed=0):
    """What ``diagnose`` says of the run of one of CASES, recorded every 50 steps."""
    run, net = history(case, case.rate or rate, seed, record_every=50)
    return diagnose(Recording.of_history(run, net))


def counts():
    """The stored right answers among 359 test digits: (case, nothing and each remedy, seed)."""
    return results.load("mitigation_cures")["counts"]


def make():
    """Treat every case with every remedy and write the file; a few minutes."""
    have = np.zeros((len(CASES), 1 + len(REMEDIES), SEEDS), np.int16)
    remedies = [lambda p: replace(p, rate=p.rate or 0.1), *REMEDIES.values()]
    for i, j, seed in tqdm(np.ndindex(have.shape), total=have.size):
        have[i, j, seed] = train(remedies[j]([*CASES.values()][i]), seed)
    results.save("mitigation_cures", SEEDS, counts=have)


if __name__ == "__main__":
    make()
