"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise

from .backward import normalize, normalize_backward

CHI = np.pi / (np.pi - 1)


def error_signal(rng):
    """Arrays (units, examples) for RMS norm: d = dL/dz_hat, z_hat, and sigma (1, examples)."""
    n, m = rng.integers(3, 7), rng.integers(8, 12)
    z_hat, sigma = normalize(rng.normal(size=(n, m)) + 0.5, axis=0, center=False, eps=0.0)
    return rng.normal(size=(n, m)) + 0.5, z_hat, sigma


def trained_layer(rng):
    """A dense layer with batch norm after training: W, b, gamma, beta, and the running mean and variance."""
    n, k = rng.integers(2, 5), rng.integers(2, 5)
    column = rng.normal(size=(4, n, 1))
    return rng.normal(size=(n, k)), *column, rng.uniform(0.2, 0.7, (n, 1))


def fold(W, b, gamma, beta, mean, variance, power=0.5):
    """The weights and biases of a layer that does the same without batch norm, side by side: (n, k + 1)."""
    scale = gamma / variance**power
    return np.hstack([scale * W, scale * (b - mean) + beta])


def leaky_price(alpha):
    """χ of leaky ReLU after batch norm: E φ'² / Var φ."""
    square = (1 + alpha**2) / 2
    return square / (square - (1 - alpha) ** 2 / (2 * np.pi))


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "two", "what each of the two examples gets back, an array of two numbers", lambda: np.zeros(2),
            mistakes=(
                (lambda: np.array([0.35, -0.35]), "Only the mean is taken out yet, and nothing is divided by σ_z."),
                (lambda: np.array([0.175, -0.175]),
                 "The mean is out and σ_z is right, but the part along ẑ is still in. Compare what is left with ẑ."),
                (lambda: np.array([0.25, -0.1]), "This only divides by σ_z. Both projections are missing."),
                (lambda: np.array([0.5, -0.2]), "This is what comes in."),
            ),
        ),
        Exercise(
            "growth", "the factor from the last layer to the first, a number", lambda: CHI**20,
            mistakes=(
                (lambda: CHI**40, "π/(π−1) is the factor of the squared size. What is asked for is the size."),
                (lambda: CHI**20.5, "41 layers are 40 steps from the last to the first."),
                (lambda: CHI**41, "This is a squared size, and one step too many."),
                (lambda: 1.0, "That is layer norm. Under batch norm the ReLU's mean is lost from the variance."),
            ),
            tolerance=0.04,  # 1.21 ** 40 is right, too
        ),
        Exercise(
            "rms", "dL/dz of RMS norm, an array like d",
            lambda d, z_hat, sigma: normalize_backward(d, z_hat, sigma, 0, False), error_signal,
            mistakes=(
                (lambda d, z_hat, sigma: normalize_backward(d, z_hat, sigma, 0, True),
                 "This takes out the mean as well. RMS norm subtracts no mean, so the backward pass does not either."),
                (lambda d, z_hat, sigma: normalize_backward(d, z_hat, sigma, 1, False),
                 "This averages over the examples, axis 1. RMS norm looks at one example, over its units: axis 0."),
                (lambda d, z_hat, sigma: normalize_backward(d, z_hat, 1.0, 0, False),
                 "The division by σ_z is missing."),
                (lambda d, z_hat, sigma: d / sigma, "This only divides by σ_z. The part along ẑ has to go first."),
                (lambda d, z_hat, sigma: (d - z_hat * (d * z_hat).sum(axis=0, keepdims=True)) / sigma,
                 "The part along ẑ is a mean over the units, not a sum."),
            ),
        ),
        Exercise(
            "fold", "the new weights and, as a last column, the new biases", fold, trained_layer,
            mistakes=(
                (lambda *given: fold(*given, power=1.0), "Divide by the standard deviation, not by the variance."),
                (lambda W, b, gamma, beta, mean, variance: np.hstack(
                    [gamma / variance**0.5 * W, b - gamma * mean / variance**0.5 + beta]),
                 "The old bias b passes through batch norm as well: it is scaled too."),
                (lambda W, b, gamma, beta, mean, variance: np.hstack(
                    [gamma / variance**0.5 * W, gamma / variance**0.5 * b + beta]),
                 "The running mean is missing: it is subtracted before scaling."),
                (lambda W, b, gamma, beta, mean, variance: np.hstack([W, b]), "This is the layer as it was."),
            ),
        ),
        Exercise(
            "leaky", "the factor χ of leaky ReLU after batch norm, from its slope α", leaky_price,
            lambda rng: (rng.uniform(0.05, 0.7),),
            mistakes=(
                (lambda alpha: CHI, "This is ReLU, with slope 0 on the left."),
                (lambda alpha: 1.0, "This divides by E φ², as layer norm does. Batch norm divides by the variance."),
                (lambda alpha: (1 + alpha**2) / 2, "This is E φ'². It still has to be divided by the variance of φ."),
                (lambda alpha: leaky_price(alpha) ** 0.5, "This is the factor of the size. χ is that of the square."),
                (lambda alpha: (1 + alpha**2) / 2 / ((1 + alpha**2) / 2 - 1 / (2 * np.pi)),
                 "The mean of leaky ReLU is smaller than that of ReLU, by the factor 1 − α."),
            ),
            tolerance=5e-3,  # sums over a grid, or over a million random numbers, are right, too
        ),
    )
}
