"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise
from vgtext.nn.theory.meanfield import gaussian_mean

ROOT = np.sqrt(2 * np.pi)


def given_slope(rng):
    """The slope of tanh(kz) or of a steep softplus off center, and a variance far from 1: no two mistakes agree."""
    k = rng.uniform(0.3, 0.8)

    def tanh(z):
        return k / np.cosh(k * z) ** 2

    def softplus(z):
        return 1 / (1 + np.exp(-4 * k * z - 1))

    tanh.__name__, softplus.__name__ = f"{k:.3f}/cosh({k:.3f}z)²", f"1/(1 + exp(-{4 * k:.3f}z - 1))"
    return (tanh, softplus)[rng.integers(2)], rng.uniform(4, 9)


def average(f, q):
    """E f(z) for z ~ N(0, q), by quadrature."""
    return gaussian_mean(lambda u: f(np.sqrt(q) * u))


def scale(slope, q):
    """One over the root mean square slope."""
    return 1 / np.sqrt(average(lambda z: slope(z) ** 2, q))


def given_alpha_and_q(rng):
    """A negative slope, and a variance other than 1."""
    return rng.uniform(0.05, 0.9), rng.uniform(1.5, 9)


def given_z_and_alpha(rng):
    """Pre-activations of both signs, one of them so large that its exponential overflows, and an alpha of ELU."""
    z = np.concatenate([rng.uniform(0.2, 3, 4), -rng.uniform(0.2, 3, 4), [800.0]])
    return rng.permutation(z), rng.uniform(0.2, 0.8)


def elu_slope(z, alpha):
    """1 on the right, alpha e^z on the left."""
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))


def elu_value(z, alpha):
    """The value of ELU."""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def given_layer(rng):
    """Weights, biases and inputs of a layer of which some units are dead, some always on: (12, 4), (12, 1), (4, 30)."""
    off = int(rng.choice([1, 3]))  # no one share fits all layers, nor two mistakes
    b = np.append([60, 0, 0], rng.permutation([-70.0] * off + [0, 0.5] + [70.0] * (7 - off)))[:, None]
    W, X = rng.normal(size=(12, 4)), rng.normal(size=(4, 30)).clip(-3, 3)
    W[:, 0], W[0], X[0] = 0, [-50, 0, 0, 0], 1  # one input is always 1; it makes unit 0 dead but for its bias
    W[1:3], W[2, 0] = 0, 0.01  # one dead at exactly 0, one alive just above
    return W, b, X


def dead(W, b, X):
    """The share of units that no example wakes."""
    return float((W @ X + b <= 0).all(axis=1).mean())


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "scale", "the weight scale that keeps the error signal, from the slope and q", scale, given_slope,
            mistakes=(
                (lambda slope, q: scale(slope, q**2), "z has standard deviation √q, not q."),
                (lambda slope, q: scale(slope, 1.0), "This is the scale at q = 1. Give z the variance q."),
                (lambda slope, q: scale(slope, q) ** 2, "This is σ_w². Take the square root."),
                (lambda slope, q: scale(slope, q) / np.sqrt(ROOT), "The weights must sum to 1: divide by their sum."),
                (lambda slope, q: 1 / scale(slope, q), "Upside down: this is what the slopes take away."),
                (lambda slope, q: 1 / average(slope, q),
                 "This takes the mean slope. Square the slopes before you average."),
                (lambda slope, q: 1 / np.sqrt(average(slope, q)),
                 "The slopes count squared: chi holds the mean of the square, not of the slope."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "mean", "the mean of leaky ReLU, from α and q",
            lambda alpha, q: (1 - alpha) * np.sqrt(q) / ROOT, given_alpha_and_q,
            mistakes=(
                (lambda alpha, q: 0.0, "It would be 0 for α = 1 only. The two sides do not cancel."),
                (lambda alpha, q: (1 - alpha) / ROOT, "This is the mean for q = 1."),
                (lambda alpha, q: (1 + alpha) * np.sqrt(q) / ROOT, "The left side pulls the mean down, not up."),
                (lambda alpha, q: np.sqrt(q) / ROOT, "This is the mean of ReLU. The left side is missing."),
                (lambda alpha, q: (1 - alpha) * q / ROOT, "q is a variance. The mean goes with its square root."),
                (lambda alpha, q: 2 * (1 - alpha) * np.sqrt(q) / ROOT,
                 "√(2q/π) is the mean of |z|. Each side holds one half of it."),
            ),
        ),
        Exercise(
            "slope", "the slope of ELU at every z, an array", elu_slope, given_z_and_alpha,
            mistakes=(
                (lambda z, alpha: np.where(z > 0, 1.0, elu_value(z, alpha) + 1),
                 "φ(z) + 1 is the slope on the left for α = 1 only. In general it is φ(z) + α."),
                (lambda z, alpha: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))), "α is missing on the left."),
                (lambda z, alpha: np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0))),
                 "On the right you return the value, not the slope."),
                (elu_value, "This is the value φ(z), not its slope."),
                (lambda z, alpha: np.where(z > 0, 1.0, alpha), "On the left the slope falls off like e to the z."),
                (lambda z, alpha: elu_slope(elu_value(z, alpha), alpha),
                 "This takes the slope at the activation a. It has to be taken at the pre-activation z."),
            ),
        ),
        Exercise(
            "dead", "the share of dead units, a number between 0 and 1", dead, given_layer,
            mistakes=(
                (lambda W, b, X: float((W @ X + b <= 0).mean()),
                 "This is the share of pairs of unit and example that pass nothing. Dead means: for every example."),
                (lambda W, b, X: float((W @ X + b <= 0).any(axis=1).mean()),
                 "One example that passes nothing does not make a unit dead. All of them must."),
                (lambda W, b, X: float((W @ X + b <= 0).all(axis=0).mean()),
                 "Zero is the share of examples that no unit answers. Columns are examples: look along the rows."),
                (lambda W, b, X: float((W @ X + b < 0).all(axis=1).mean()),
                 "A pre-activation of exactly 0 wakes no unit, either: dead means never above 0."),
                (lambda W, b, X: float((W @ X <= 0).all(axis=1).mean()), "The biases are missing."),
                (lambda W, b, X: float((W @ X + b <= 0).all(axis=1).sum()), "This is their number, not their share."),
                (lambda W, b, X: 1 - dead(W, b, X), "This is the share that is alive."),
            ),
        ),
    )
}
