"""Training runs at many widths, depths and learning rates, made once, kept in ``data/width_runs.npz``; remade in about
five minutes by

    python -m vgtext.chapters.width.runs

The file holds training losses: the mean over the last steps, in which nan and inf count as inf.
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm
from vgtext.nn.theory.width import RULES, mup, rate_factors

WIDTHS, BASE, DEPTH = (32, 64, 128, 256, 512), 128, 4  # hidden widths n; both rules agree at BASE
STEPS, LAST, SEEDS = 100, 20, 3  # mini-batches of 64 digits; the loss is the mean of the last 20
#: How to train: optimizer, loss, and the binary logarithms of the learning rates.
WAYS = {
    "Adam": ("adam", "softmax_cross_entropy", range(-12, -2)),
    "SGD": ("sgd", "softmax_cross_entropy", range(-8, 2)),
    "SGD, squared error": ("sgd", "mean_squared_error", range(-10, 0)),
}
MUON_WIDTHS, MUON_RATES = (32, 64, 128, 256), range(-8, -2)
DEPTHS, STREAM = (4, 8, 16, 32, 64), 64  # blocks, and their width
SCALES = ("s = 1", "s = 1/√L", "depth-μP")
DEPTH_RATES = range(-12, -2)

digits = cache(nn.data.digits)


def network(rule, n, optimizer, loss="softmax_cross_entropy", seed=0):
    """A ReLU network 64 -> n -> n -> n -> 10 with He's weights, and the optimizer that trains it under a rule."""
    out = mup(n, BASE)["output"].std if rule == "muP" else 1.0
    net = nn.mlp(64, n, 10, DEPTH, activation="relu", init="he_normal", loss=loss, seed=seed,
                 output_init=nn.initializers.scaled_normal(out))
    return net, nn.PerArray(optimizer, rate_factors(net, optimizer, BASE) if rule == "muP" else {})


def final_loss(net, optimizer, rate, seed):
    """The mean training loss of the last steps; inf if training broke down."""
    d = digits()
    y = np.eye(10, dtype=np.float32)[:, d.y] if net.loss is nn.get_loss("mean_squared_error") else d.y
    history = nn.train(net, d.x, y, steps=STEPS, optimizer=optimizer, learning_rate=rate, seed=seed, progress=False)
    return np.inf if history.breakdown else float(history.loss[-LAST:].mean())


def train_width(way, rule, n, k, seed):
    """The final loss at a width, at the learning rate 2^k."""
    optimizer, loss, _ = WAYS[way]
    return final_loss(*network(rule, n, optimizer, loss, seed), 2.0**k, seed)


def train_muon(rule, n, k, seed):
    """The final loss at a width with Muon, at the rate 2^k; the rest by Adam under a rule, at a tenth of the rate."""
    net, how = network(rule, n, "adam", seed=seed)
    rest = {name: factor for name, factor in how.factors.items() if name not in net.hidden}
    return final_loss(net, nn.PerArray(nn.Muon(others=0.1), rest), 2.0**k, seed)


def train_depth(scale, L, k, seed):
    """The final loss of a residual network with L blocks z + s W phi(z), Adam, at the learning rate 2^k."""
    blocks = [nn.Dense(64, STREAM, init="lecun_normal")]
    for _ in range(L):
        inner = [nn.Pointwise(STREAM, "relu"), nn.Dense(STREAM, STREAM, init="he_normal")]
        blocks.append(nn.Residual(inner, scale=1.0 if scale == "s = 1" else L**-0.5))
    net = nn.Network([*blocks, nn.Dense(STREAM, 10, init="lecun_normal")], seed=seed)
    slower = {f"block{l}.0.{name}": (DEPTHS[0] / L) ** 0.5 for l in range(2, L + 2) for name in ("W", "b")}
    return final_loss(net, nn.PerArray("adam", slower if scale == "depth-μP" else {}), 2.0**k, seed)


@cache
def stored(name):
    """The runs of a way of WAYS or of "muon": (rule, width, rate, seed); of "depth": (scale, depth, rate, seed)."""
    return results.load("width_runs")[name].astype(float)


def make():
    """Run everything and write the file."""
    grids = {way: (RULES, WIDTHS, rates) for way, (_, _, rates) in WAYS.items()}
    grids |= {"muon": (RULES, MUON_WIDTHS, MUON_RATES), "depth": (SCALES, DEPTHS, DEPTH_RATES)}
    runs = {name: np.zeros((*map(len, axes), SEEDS), np.float32) for name, axes in grids.items()}
    for name, axes in grids.items():
        for cell in tqdm(np.ndindex(runs[name].shape), total=runs[name].size, desc=name):
            values = [axis[i] for axis, i in zip(axes, cell)]
            runs[name][cell] = (train_muon(*values, cell[-1]) if name == "muon" else
                                train_depth(*values, cell[-1]) if name == "depth" else
                                train_width(name, *values, cell[-1]))
    results.save("width_runs", SEEDS, **runs)


if __name__ == "__main__":
    make()
