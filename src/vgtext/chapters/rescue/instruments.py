"""What is measured in an untrained network within a second: the error signal along the stream, and directions."""

from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext.nn.theory import meanfield
from vgtext.nn.theory.signal_propagation import backward_sizes
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, layer_axis, number

from .plans import ACTIVATIONS, DEPTH, WIDTH, Plan, build, digits

IMAGES = 256
EVEN, ENOUGH = 30.0, 3.0  # the forecast: error signals within this factor of each other, and so many directions left
SIGMA_W = {"PyTorch default": 3**-0.5, "Glorot": 1.0, "He": 2**0.5}  # of the square layers


class Start(NamedTuple):
    """A network before its first step, hidden layers 1 to L - 1: log10 of the error, and directions, (L-1,) each."""

    error: np.ndarray  # norm of the loss's gradient with respect to the layer's output, relative to the last layer's
    directions: np.ndarray


def directions(a):
    """Return D = (sum sigma^2)^2 / sum sigma^4, sigma the singular values of a (n, images) less each unit's mean.

    D is 1 if all images lie on one line, n if they are spread alike in all n directions, and 0 if rounding alone tells
    them apart. The sums are traces of c c^T and of its square: no singular value is needed (Gao et al. 2017).
    """
    a = np.asarray(a)
    c = a.astype(np.float64) - a.mean(axis=1, keepdims=True, dtype=np.float64)
    size = np.abs(c).max(initial=0.0)
    if size <= 50 * np.finfo(a.dtype).eps * np.abs(a).max(initial=0.0):
        return 0.0
    c /= size
    gram = c @ c.T if len(c) <= c.shape[1] else c.T @ c
    return float(np.trace(gram) ** 2 / np.sum(gram * gram))


@cache
def start(plan, width=WIDTH, seed=0):
    """Send digits through the untrained network of a plan, in float64, and the gradient of the loss back."""
    d = digits()
    return follow(build(plan, seed, width=width, dtype="float64"), d.x[:, :IMAGES], d.y[:IMAGES])


@cache
def kept(plan, width=WIDTH, seed=0):
    """Directions of hidden layers 1 to L - 1, the way forward alone, in float32: (L-1,)."""
    a, found = digits().x[:, :IMAGES], []
    for block in build(plan, seed, width=width).blocks[: DEPTH - 1]:
        a = block.forward(a, True)
        found.append(directions(a))
    return np.array(found)


def follow(net, x, y):
    """Return the :class:`Start` of a network: one entry for each of its blocks but the last."""
    a, found = np.asarray(x, net.dtype), []  # a network of a reader's may be in float32
    with np.errstate(all="ignore"):
        for block in net.blocks:
            a = block.forward(a, True)
            found.append(directions(a))
        back, exponent, error = net.loss(a, y)[1], 0, []
        for block in net.blocks[:0:-1]:
            back = block.backward(back)
            shift = np.floor(np.log2(np.abs(back).max() or 1.0))
            back, exponent = back / 2.0**shift, exponent + shift
            error.insert(0, np.log10(np.linalg.norm(back) or 1e-300) + exponent * np.log10(2.0))
    hidden = min(len(error), DEPTH - 1)
    return Start(np.array(error[:hidden]) - error[hidden - 1], np.array(found[:hidden]))


def promising(plan):
    """The forecast before the first step: are the error signals even, and are enough directions left?"""
    found = start(plan)
    return bool(factor(found.error) <= EVEN and found.directions[-1] >= ENOUGH)


def factor(error):
    """By what factor the error signal differs between layers, at most: largest over smallest."""
    return float(10.0 ** np.ptp(error))


@cache
def predicted_error(plan):
    """log10 of the error signal of hidden layers 1 to L - 1 for infinite width, or None where there is no theory here.

    Plain layers: the chi of each layer (``vgtext.nn.theory.signal_propagation``), from layer 2 on, since layer 1's own
    slopes act below its output. Plain with layer norm: E phi'^2 / E phi^2 each.
    """
    phi, sigma_w = ACTIVATIONS[plan.activation], SIGMA_W[plan.init]
    if plan.way == "nothing":
        return backward_sizes(phi, sigma_w, 0.0, DEPTH)[2:]
    if plan.way == "layer norm":
        chi = meanfield.chi(phi, 1.0, q=1.0) / meanfield.variance_map(1.0, phi)
        return 0.5 * np.log10(chi) * np.arange(DEPTH - 2, -1, -1)
    return None


@cache
def predicted_directions(depth=DEPTH):
    """D of hidden layers 1 to L - 1 of ReLU layers with He's weights and infinite width: (L-1,).

    The images' inner products K go through E relu(u) relu(v), u and v Gaussian (Cho and Saul 2009, degree 1).
    """
    x, found = digits().x[:, :IMAGES].astype(np.float64), []
    K = 2 * x.T @ x / len(x)  # of the pre-activations of layer 1
    for _ in range(1, depth):
        size = np.sqrt(np.outer(np.diag(K), np.diag(K)))
        angle = np.arccos(np.clip(K / size, -1, 1))
        K = size * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi  # 2 E relu relu: after the next weights
        means = K.mean(axis=0)
        c = K - means - means[:, None] + means.mean()
        found.append(np.trace(c) ** 2 / np.sum(c * c))
    return np.array(found)


def draw_directions(ax, width=64, way="nothing", init="He"):
    """How many directions are left from layer to layer in untrained ReLU networks: three seeds and their mean."""
    plan = Plan("ReLU", init, way)
    runs = [kept(plan, width, seed) for seed in range(3)]
    mean, l = np.exp(np.mean(np.log(runs), axis=0)), np.arange(1, DEPTH)
    ax.set_yscale("log")
    ax.set(ylim=(0.75, 70), ylabel="directions D")
    ax.set_yticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    ax.minorticks_off()
    layer_axis(ax, DEPTH)
    ax.axhline(1, **REFERENCE)
    label_line(ax, 1, 1, "all images on one line", COLORS["reference"], xytext=(0, -7))
    ax.plot(l, np.transpose(runs), color=COLORS["seed"], linewidth=0.7)
    ax.plot(l, mean, color=COLORS["forward"], marker="o", markersize=4, markevery=6)
    words = ""
    if way == "nothing" and init == "He":
        theory = predicted_directions()
        ax.plot(l, theory, **THEORY)
        label_line(ax, 33, theory[32], "infinite width", COLORS["theory"], xytext=(0, 9))
        words = f" At infinite width it would have {theory[-1]:.0f}."
    return (f"ReLU, {init} weights, {way}, width {width}, {IMAGES} digits, geometric mean of 3 seeds: layer 1 has "
            f"{mean[0]:.0f} directions, the last hidden layer {number(mean[-1])}.{words}")
