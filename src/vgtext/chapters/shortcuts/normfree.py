"""Other ways to start a branch small, beside normalizations: runs kept in ``data/shortcuts_normfree.npz``, remade by

    python -m vgtext.chapters.shortcuts.normfree

Every branch is W_2 relu(W_1 z + b_1) + b_2. The file holds training and test accuracy, and sizes before training.
"""

import numpy as np

from vgtext import nn, results
from vgtext.nn.branches import DynamicTanh, Scale
from vgtext.nn.initializers import scaled_normal
from vgtext.nn.norms import get_norm
from vgtext.nn.progress import tqdm

from .runs import digits

WIDTH, STEPS = 32, 220
BLOCKS, RATES, SEEDS = (5, 20, 80), (0.01, 0.03, 0.1, 0.3), 2
#: And a thousand blocks, two thousand layers, of three ways, one seed.
DEEP, DEEP_WAYS, DEEP_RATES = 1000, ("pre", "rezero", "fixup"), (0.01, 0.03)
#: What is done to a residual block, in words.
WAYS = {"none": "nothing, s = 1", "pre": "pre-norm", "post": "post-norm", "root": "s = 1/√L", "rezero": "ReZero",
        "layerscale": "LayerScale", "fixup": "Fixup", "deepnorm": "DeepNorm", "dyt": "dynamic tanh"}


def layerscale_start(L):
    """The start of LayerScale's gamma as published: 0.1 up to 18 blocks, 1e-5 up to 24, 1e-6 beyond."""
    return 0.1 if L <= 18 else 1e-5 if L <= 24 else 1e-6


def branch(way, L, n):
    """The blocks of one branch."""
    he = 2**0.5
    first = he / L**0.5 if way == "fixup" else (4 * L) ** -0.25 if way == "deepnorm" else he
    last = 0.0 if way == "fixup" else (4 * L) ** -0.25 if way == "deepnorm" else 1.0
    body = [nn.Dense(n, n, "relu", init=scaled_normal(first)), nn.Dense(n, n, init=scaled_normal(last))]
    if way in ("rezero", "fixup"):
        body.append(Scale(n, float(way == "fixup"), shared=True))
    elif way == "layerscale":
        body.append(Scale(n, layerscale_start(L)))
    return [DynamicTanh(n), *body] if way == "dyt" else body


def network(way, L, seed=0, n=WIDTH):
    """A residual network of L blocks between an input and an output layer."""
    scale = L**-0.5 if way == "root" else L**-0.25 if way == "deepnorm" else 1.0
    norm = "layer" if way in ("pre", "post", "deepnorm") else None
    blocks = [nn.Residual(branch(way, L, n), norm, "pre" if way == "pre" else "post", scale) for _ in range(L)]
    end = {"pre": [get_norm("layer", n)], "dyt": [DynamicTanh(n)]}.get(way, [])
    first, out = nn.Dense(64, n, init="lecun_normal"), nn.Dense(n, 10, init=scaled_normal(float(way != "fixup")))
    return nn.Network([first, *blocks, *end, out], seed=seed)


def sizes(way, L, seed=0):
    """Before training, over the blocks: growth of the stream, and of the error signal on its way back, as log10."""
    d, net = digits(), network(way, L, seed)
    if way == "fixup":  # its output layer is 0 at the start and lets nothing back
        net.layers[-1].W[...] = np.random.default_rng(seed).standard_normal(net.layers[-1].W.shape) / WIDTH**0.5
    x, y, sizes = d.x[:, :64], d.y[:64], []
    a = net.blocks[0].forward(x)
    sizes.append(np.linalg.norm(a))
    for block in net.blocks[1 : L + 1]:
        a = block.forward(a)
    sizes.append(np.linalg.norm(a))
    for block in net.blocks[L + 1 :]:
        a = block.forward(a)
    g = net.loss(a, y)[1]
    for block in reversed(net.blocks[L + 1 :]):
        g = block.backward(g)
    sizes.append(np.linalg.norm(g))
    for block in reversed(net.blocks[1 : L + 1]):
        g = block.backward(g)
    sizes.append(np.linalg.norm(g))
    return np.log10([sizes[1] / sizes[0], sizes[3] / sizes[2]])


def train(way, L, rate, seed, steps=STEPS):
    """Training and test accuracy after ``steps`` mini-batches of 64; guessing if the run breaks down."""
    d = digits()
    history = nn.train(network(way, L, seed), d.x, d.y, steps=steps, learning_rate=rate, seed=seed,
                       test=(d.x_test, d.y_test), evaluate_every=steps, progress=False)
    if history.breakdown:
        return 0.1, 0.1
    return history.train_accuracy[-1], history.test_accuracy[-1]


def make():
    """Run everything and write the file; about three minutes."""
    shape = len(WAYS), len(BLOCKS)
    right, size = np.zeros((*shape, len(RATES), SEEDS, 2), np.float32), np.zeros((*shape, 2), np.float32)
    for i, j in tqdm(np.ndindex(shape), total=size.size // 2, desc="networks"):
        way, L = list(WAYS)[i], BLOCKS[j]
        size[i, j] = np.mean([sizes(way, L, seed) for seed in range(SEEDS)], axis=0)
        right[i, j] = [[train(way, L, rate, seed) for seed in range(SEEDS)] for rate in RATES]
    deep = [[train(way, DEEP, rate, 0) for rate in DEEP_RATES] for way in DEEP_WAYS]
    results.save("shortcuts_normfree", SEEDS, right=right, size=size, deep=np.array(deep, np.float32))


if __name__ == "__main__":
    make()
