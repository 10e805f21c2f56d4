"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext import nn
from vgtext.ask import Exercise
from vgtext.nn.muon import NEWTON_SCHULZ, newton_schulz_on_values


def mup_rates(wider=16, rate=2.0**-8):
    """Adam's rates of input, hidden and output weights in a network 16 times as wide as the one that was tuned.

    In the form of table 3 of Yang et al. 2022, where the forward pass has no factor.
    """
    return rate * np.array([1, 1 / wider, 1 / wider])


def decayed(steps=1000, rate=1e-3, decay=0.1):
    """What AdamW leaves of a weight that gets no gradient."""
    return (1 - rate * decay) ** steps


def depth_of_width(n=1024, variance=1.0):
    """The depth at which 5 L / n is the variance."""
    return variance * n / 5


def steps_needed(value=1e-4):
    """The first number of steps after which a singular value is in the band."""
    return next(k for k in range(50) if newton_schulz_on_values(np.array([value]), k)[0] > 0.68)


def a_layer(rng):
    """The weights of a wide layer or of a tall one."""
    W = rng.standard_normal((int(rng.integers(4, 9)), int(rng.integers(10, 30))))
    return (W.T if rng.random() < 0.5 else W,)


def spectral_size(W):
    """sigma_1 over sqrt(n_out / n_in)."""
    return np.linalg.norm(W, 2) / np.sqrt(W.shape[0] / W.shape[1])


def a_gradient(rng):
    """A matrix of any size and scale, and a number of steps."""
    return 10.0 ** rng.integers(0, 7) * a_layer(rng)[0], int(rng.integers(1, 7))


def unscaled(G, steps):
    """Newton-Schulz without the division by the norm, its numbers kept finite."""
    X, (a, b, c) = G / np.abs(G).max() * 0.3, NEWTON_SCHULZ
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X


def cubic(G, steps):
    """The textbook's iteration, which creeps toward 1 from below."""
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = 1.5 * X - 0.5 * X @ X.T @ X
    return X


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "rates", "Adam's rates of input, hidden and output weights, an array of three numbers", mup_rates,
            mistakes=(
                (lambda: np.full(3, 2.0**-8), "This is the standard rule: one rate for all."),
                (lambda: np.full(3, 2.0**-12), "The input layer has as many inputs as before: it keeps its rate."),
                (lambda: 2.0**-8 * np.array([1, 1 / 4, 1 / 4]),
                 "That is the root. Adam's entries add up with one sign in the worst case, so divide by all of it."),
                (lambda: 2.0**-8 * np.array([16, 1, 1 / 16]), "This is μP for plain gradient descent."),
                (lambda: 2.0**-8 * np.array([1, 1 / 16, 1]), "This is right where the output is divided by the width. "
                 "In the table's form the rate of output weights is."),
            ),
            tolerance=0.02,
        ),
        Exercise(
            "decay", "what is left of the weight, a number", decayed,
            mistakes=(
                (lambda: (1 - 0.1) ** 1000, "The decay is multiplied by the learning rate in every step."),
                (lambda: 1 - 1e-4, "This is what one step leaves."),
                (lambda: 0.9, "Nearly: this takes 0.0001 of the first weight a thousand times. Decay takes it of what "
                 "is left."),
                (lambda: (1 - 1e-3) ** 1000, "This is the learning rate alone: multiply it by the decay."),
            ),
            tolerance=1e-3,
        ),
        Exercise(
            "depth-of-width", "the number of layers L, a number", depth_of_width,
            mistakes=(
                (lambda: 1024.0, "Every layer brings 5/n, not 1/n."),
                (lambda: 1024 / 2, "That is for layers without an activation function."),
                (lambda: 5 * 1024.0, "Upside down: L = n/5."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "steps-needed", "the number of steps, a whole number", steps_needed,
            mistakes=((lambda: 5, "Five steps multiply it by at most 485, and 0.0001 becomes 0.048."),),
        ),
        Exercise(
            "spectral-size", "σ₁(W) over √(n_out/n_in), a number", spectral_size, a_layer,
            mistakes=(
                (lambda W: np.linalg.norm(W, 2), "This is σ₁(W). Divide by the root of n_out/n_in."),
                (lambda W: np.linalg.norm(W, 2) / np.sqrt(W.shape[1] / W.shape[0]), "Upside down: W is (n_out, n_in)."),
                (lambda W: np.linalg.norm(W) / np.sqrt(W.shape[0] / W.shape[1]),
                 "np.linalg.norm(W) is the root of the sum of squares; np.linalg.norm(W, 2) is σ₁."),
            ),
        ),
        Exercise(
            "newton-schulz", "the matrix after so many steps, with the shape of G", nn.newton_schulz, a_gradient,
            mistakes=(
                (unscaled, "Divide by the root of the sum of squares first, so that no singular value is above 1."),
                (cubic, "This is 1.5 X − 0.5 X Xᵀ X. Muon's has three coefficients."),
                (lambda G, steps: nn.newton_schulz(G, steps + 1), "One step too many."),
            ),
        ),
    )
}
