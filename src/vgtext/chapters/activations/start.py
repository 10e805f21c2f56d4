"""Dead units before training: what biases and weights that are too small do, layer by layer.

The networks are those of a well-known lab course, tutorial 3 of the UvA deep learning tutorials (Lippe 2024): ten
hidden layers, five of 256 units and five of 128, with the PyTorch default, weights and biases uniform within 1/√n. The
images here are the 8x8 digits, the lab's are Fashion-MNIST.
"""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import ACTIVATION_COLORS, COLORS, REFERENCE, SEED, THEORY, layer_axis

SIZES, SEEDS = (256,) * 5 + (128,) * 5, 10
#: The weight scale σ_w of the start, and the words for it.
STARTS = {"the default, σ_w = 0.577": 3**-0.5, "He, σ_w = 1.414": 2**0.5}
digits = cache(lambda: nn.data.digits().x)


def widths(deep):
    """The units of the hidden layers: those of the lab, or 50 layers of 128."""
    return (128,) * 50 if deep else SIZES


@cache
def one_seed(sigma_w, biases, deep, seed):
    """Share of dead units and mean correlation of two images' pre-activations in every hidden layer, each (L,)."""
    rng, a, dead, alike = np.random.default_rng(seed), digits(), [], []
    for n in widths(deep):
        limit = np.sqrt(3) * sigma_w / np.sqrt(len(a))  # uniform: variance σ_w²/n
        z = rng.uniform(-limit, limit, (n, len(a))).astype("float32") @ a  # (n, examples)
        b = rng.uniform(-1, 1, (n, 1)) / np.sqrt(len(a))
        z += b.astype("float32") if biases else 0
        dead.append((z <= 0).all(axis=1).mean())
        alike.append(alignment(z))
        a = np.maximum(z, 0)
    return np.array(dead), np.array(alike)


def alignment(z):
    """The mean cosine of two different columns of z."""
    unit = z / np.maximum(np.linalg.norm(z, axis=0), 1e-30)
    m = z.shape[1]
    return float((np.linalg.norm(unit.sum(axis=1).astype(float)) ** 2 - m) / (m * (m - 1)))


@cache
def measured(sigma_w, biases, deep=False):
    """The same for all seeds: two arrays (seeds, L)."""
    runs = [one_seed(sigma_w, biases, deep, seed) for seed in range(4 if deep else SEEDS)]
    return tuple(np.array(part) for part in zip(*runs, strict=True))


@cache
def predicted_alignment(sigma_w, biases, deep=False):
    """The correlation of two images in wide layers, from that of the first layer: (L,)."""
    sizes, phi = (digits().shape[0], *widths(deep)), "relu"
    q = sigma_w**2 * float(np.mean(digits().astype(float) ** 2)) + (biases / 3 / sizes[0])
    c = [float(measured(sigma_w, biases, deep)[1][:, 0].mean())]
    for n in sizes[1:-1]:
        sigma_b = np.sqrt(biases / 3 / n)
        c.append(nn.meanfield.correlation_map(c[-1], phi, sigma_w, sigma_b, q))
        q = nn.meanfield.variance_map(q, phi, sigma_w, sigma_b)
    return np.array(c)


def dead_share(sigma_w, biases, layer=10, deep=False):
    """The share of dead units in one hidden layer, mean over seeds."""
    return float(measured(sigma_w, biases, deep)[0][:, layer - 1].mean())


def draw_start(dead, alike, sigma_w=STARTS["the default, σ_w = 0.577"], biases=True, deep=False):
    """The share of dead ReLU units per layer of an untrained network, and how alike two images look there."""
    (shares, cosines), L = measured(sigma_w, biases, deep), len(widths(deep))
    l, color = np.arange(1, L + 1), ACTIVATION_COLORS["relu"]
    for ax in (dead, alike):
        layer_axis(ax, L, "hidden layer l")
    dead.set(ylim=(0, 80), ylabel="dead units (%)")
    dead.axhline(50, **REFERENCE)
    dead.text(0.97, 0.97, "dotted: one half", color=COLORS["reference"], ha="right", va="top", fontsize=9,
              transform=dead.transAxes)
    dead.plot(l, 100 * shares.T, **SEED)
    dead.plot(l, 100 * shares.mean(axis=0), "o-", color=color, markersize=4)
    alike.set(ylim=(0, 1.1), ylabel="correlation of two images")
    alike.axhline(1, **REFERENCE)
    alike.plot(l, cosines.mean(axis=0), "o", color=COLORS["forward"], markersize=4)
    alike.plot(l, predicted_alignment(sigma_w, biases, deep), **THEORY)
    what = "random" if biases else "zero"
    return (f"Untrained ReLU, {L} hidden layers, σ_w = {sigma_w:.3f}, {what} biases: "
            f"{100 * shares[:, -1].mean():.0f}% of the units of layer {L} are dead, mean of {len(shares)} seeds; "
            f"two images correlate at {cosines[:, -1].mean():.2f}.")


CLAIMS = (
    Claim(
        "P.3", "Depth kills ReLU units: more than half are dead before training.",
        "garbled", "In the course notes that show it, with ten hidden layers, the PyTorch default is the cause, its "
        "weights and biases together; with He weights or zero biases about one unit in seven is dead. Depth has its "
        "part: 50 layers with zero biases lose two units in five.",
        (
            Evidence("dead in layer 10, PyTorch default", lambda: dead_share(3**-0.5, True), 0.51, 0.06),
            Evidence("the same weights, zero biases", lambda: dead_share(3**-0.5, False), 0.15, 0.05),
            Evidence("He weights, default biases", lambda: dead_share(2**0.5, True), 0.15, 0.05),
            Evidence("50 layers, zero biases: dead in layer 50", lambda: dead_share(3**-0.5, False, 50, True), 0.41,
                     0.06),
        ), "start?sigma_w=the default, σ_w = 0.577&biases=random",
        setting="Digits; five hidden layers of 256 units and five of 128, ten seeds; 50 layers of 128, four seeds. "
        "Before the first step.",
    ),
)
