"""SELU: a normalization without a layer. Mean 0 and variance 1 attract, if the weights have the right scale."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import ACTIVATION_COLORS, COLORS, REFERENCE, beyond, number

from .theory import NAMES

GAINS = {"0.5": 0.5, "1 (LeCun)": 1.0, "1.5": 1.5, "2 (He)": 2.0}  # n times the variance of a weight
STARTS = ((0.0, 0.2), (1.0, 0.3), (-0.8, 0.6), (0.8, 2.5), (-1.0, 2.0), (0.0, 1.6))
LAYERS, WIDTH, BATCH = 30, 300, 64


def step(mean, variance, activation="selu", gain=1.0):
    """Mean and variance of a[l+1] from those of a[l]: z ~ N(0, gain (variance + mean²)) in a wide layer."""
    root, phi = np.sqrt(gain * (variance + mean**2)), nn.get_activation(activation)
    new = nn.meanfield.gaussian_mean(lambda u: phi(root * u))
    return new, nn.meanfield.gaussian_mean(lambda u: phi(root * u) ** 2) - new**2


def distance_from_fixed_point():
    """How far SELU takes mean 0 and variance 1 from themselves: two numbers."""
    mean, variance = step(0.0, 1.0)
    return mean, variance - 1


def attraction(h=1e-4):
    """By what factor a small distance of the variance from 1 shrinks per layer."""
    square = [sum(np.square([m, np.sqrt(v)])) for m, v in (step(0.0, 1 + h), step(0.0, 1 - h))]
    return float((square[0] - square[1]) / (2 * h))


@cache
def path(start, activation="selu", gain=1.0):
    """Mean and variance through LAYERS layers by theory: (LAYERS + 1, 2)."""
    states = [start]
    for _ in range(LAYERS):
        states.append(step(*states[-1], activation, gain))
    return np.array(states)


@cache
def drawn():
    """The N(0, 1) numbers of every random network here: of its input and of its weights."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((WIDTH, BATCH)), rng.standard_normal((LAYERS, WIDTH, WIDTH))


@cache
def measured(start, activation="selu", gain=1.0):
    """The same, measured over units and examples of a random network: (LAYERS + 1, 2)."""
    (x, weights), phi = drawn(), nn.get_activation(activation)
    a = start[0] + np.sqrt(start[1]) * x
    states = [(a.mean(), a.var())]
    for W in weights:
        a = phi(np.sqrt(gain / len(W)) * (W @ a))
        states.append((a.mean(), a.var()))
    return np.array(states)


def draw_self_normalizing(plane, variance, activation="selu", gain=1.0):
    """Paths of mean and variance through the layers of random networks, from six starts."""
    color, ends = ACTIVATION_COLORS[activation], []
    plane.set(xlim=(-1.5, 1.5), xlabel="mean of a[l]")
    variance.set(xlim=(-1, LAYERS + 1), xlabel="layer l")
    for ax in (plane, variance):
        ax.set(ylim=(-0.08, 3.5), ylabel="variance of a[l]", yticks=[0, 1, 2, 3])
        ax.axhline(1, **REFERENCE)
    plane.axvline(0, **REFERENCE)
    for start in STARTS:
        dots, line = measured(start, activation, gain), np.clip(path(start, activation, gain), -9, 9)
        words = f"from mean {start[0]:g}, variance {start[1]:g}".replace("-", "−")
        plane.plot(*np.clip(dots, -9, 9).T, color=color, linewidth=0.8, marker="o", markersize=2.5, label=words)
        plane.plot(*start, "o", color=COLORS["reference"], markersize=7, fillstyle="none", label="start")
        some = np.arange(0, LAYERS + 1, 2)
        variance.plot(some, np.clip(dots[some, 1], 0, 9), "o", color=color, markersize=3, label=words)
        variance.plot(line[:, 1], color=COLORS["theory"], linestyle="--", linewidth=0.8, label=f"theory, {words}")
        ends.append(dots[-1])
    plane.plot(0, 1, "+", color=COLORS["theory"], markersize=14, markeredgewidth=2, label="mean 0, variance 1")
    low, high = np.min(ends, axis=0)[1], np.max(ends, axis=0)[1]
    digits = next(digits for digits in range(2, 9) if number(low, digits) != number(high, digits))
    return (f"{NAMES[activation]}, n times the variance of a weight = {gain:g}, width {WIDTH}, six starts (rings): in "
            f"layer {LAYERS} the variances lie between {number(low, digits)} and {number(high, digits)}"
            f"{beyond(variance, low)}. Cross: mean 0, variance 1. Dashed: theory.")


CLAIMS = (
    Claim(
        "R.7", "Klambauer and others 2017: with λ = 1.0507 and α = 1.6733 SELU takes mean 0 and variance 1 to "
        "themselves.",
        "holds", "",
        (
            Evidence("the mean that follows", lambda: distance_from_fixed_point()[0], 0.0, 1e-10),
            Evidence("the variance that follows, less 1", lambda: distance_from_fixed_point()[1], 0.0, 1e-10),
        ), "self-normalizing?activation=SELU",
        setting="Gaussian pre-activations, integrals by quadrature: infinite width.",
    ),
)
