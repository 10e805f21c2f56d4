"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise
from vgtext.nn.activations import SELU_ALPHA, SELU_LAMBDA

ROOT = np.sqrt(2 * np.pi)


def given_alpha(rng):
    """A negative slope."""
    return (rng.uniform(0.05, 0.9),)


def given_alpha_and_sigma(rng):
    """A negative slope, and a standard deviation other than 1."""
    return rng.uniform(0.05, 0.9), rng.uniform(1.5, 4)


def given_z_and_alpha(rng):
    """Pre-activations of both signs, and an alpha of ELU."""
    return rng.permutation(np.concatenate([rng.uniform(0.2, 3, 4), -rng.uniform(0.2, 3, 4)])), rng.uniform(0.2, 0.8)


def elu_slope(z, alpha):
    """1 on the right, alpha e^z on the left."""
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))


def elu_value(z, alpha):
    """The value of ELU."""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def given_layer(rng):
    """Weights, biases and inputs of a layer of which some units are dead, some always on: (9, 4), (9, 1), (4, 30)."""
    b = np.append(60, rng.permutation(np.array([-60.0, -70, -80, 0, 0.5, 50, 60, 70])))[:, None]
    W, X = rng.normal(size=(9, 4)), rng.normal(size=(4, 30)).clip(-3, 3)
    W[:, 0], W[0], X[0] = 0, [-50, 0, 0, 0], 1  # one input is always 1; it makes unit 0 dead but for its bias
    return W, b, X


def dead(W, b, X):
    """The share of units that no example wakes."""
    return float((W @ X + b <= 0).all(axis=1).mean())


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "kink", "the slopes of SELU at 0, from the left and from the right, two numbers",
            lambda: np.array([SELU_LAMBDA * SELU_ALPHA, SELU_LAMBDA]),
            mistakes=(
                (lambda: np.array([SELU_ALPHA, 1.0]), "These are the slopes of ELU. SELU multiplies them by λ."),
                (lambda: np.array([SELU_LAMBDA, SELU_LAMBDA * SELU_ALPHA]), "Left and right are swapped."),
                (lambda: np.array([SELU_LAMBDA, SELU_LAMBDA]), "Only α = 1 makes both sides meet with one slope."),
                (lambda: np.array([0.0, SELU_LAMBDA]), "On the left SELU flattens far from 0, not at 0."),
            ),
            tolerance=2e-3,
        ),
        Exercise(
            "scale", "the weight scale that keeps the error signal of leaky ReLU, from α",
            lambda alpha: np.sqrt(2 / (1 + alpha**2)), given_alpha,
            mistakes=(
                (lambda alpha: np.sqrt(2), "This is ReLU's. The units on the left now pass something, too."),
                (lambda alpha: np.sqrt(2 / (1 + alpha)), "Mean slope squared, not mean slope: α counts as α²."),
                (lambda alpha: 2 / (1 + alpha), "Mean slope squared, not mean slope: α counts as α²."),
                (lambda alpha: 2 / (1 + alpha**2), "This is σ_w². Take the square root."),
                (lambda alpha: np.sqrt(1 / (1 + alpha**2)), "Each half of the units counts one half."),
                (lambda alpha: np.sqrt((1 + alpha**2) / 2), "Upside down: this is what the slopes take away."),
            ),
        ),
        Exercise(
            "mean", "the mean of leaky ReLU, from α and σ",
            lambda alpha, sigma: (1 - alpha) * sigma / ROOT, given_alpha_and_sigma,
            mistakes=(
                (lambda alpha, sigma: 0.0, "It would be 0 for α = 1 only. The two sides do not cancel."),
                (lambda alpha, sigma: (1 - alpha) / ROOT, "This is the mean for σ = 1."),
                (lambda alpha, sigma: (1 + alpha) * sigma / ROOT, "The left side pulls the mean down, not up."),
                (lambda alpha, sigma: sigma / ROOT, "This is the mean of ReLU. The left side is missing."),
                (lambda alpha, sigma: (1 - alpha) * sigma**2 / ROOT, "The mean is a length, so σ comes in once."),
                (lambda alpha, sigma: 2 * (1 - alpha) * sigma / ROOT,
                 "σ√(2/π) is the mean of |z|. Each side holds one half of it."),
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
                 "This is the share of examples that no unit answers. Columns are examples: look along the rows."),
                (lambda W, b, X: float((W @ X <= 0).all(axis=1).mean()), "The biases are missing."),
                (lambda W, b, X: float((W @ X + b <= 0).all(axis=1).sum()), "This is their number, not their share."),
                (lambda W, b, X: 1 - dead(W, b, X), "This is the share that is alive."),
            ),
        ),
    )
}
