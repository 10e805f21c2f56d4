"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise
from vgtext.nn.theory.products import lyapunov_exponent, spectral_radius

from .repeated import norms

#: The matrices of the exercise "rates", one after the other: (4, 2, 2).
FOUR = np.array(
    [[[0.5, 0.4], [0.9, 0.5]], [[0.7, 4.0], [0.0, 0.8]], [[0.0, -0.9], [0.9, 0.0]], [[0.3, 2.0], [0.08, 0.3]]]
)
#: The matrix of the exercise "for-good".
SLOW = np.array([[0.9, 20.0], [0.0, 0.9]])


def for_good():
    """The depth from which on the powers of SLOW have norms below 1."""
    return int(np.flatnonzero(norms(SLOW, 400) >= 1)[-1]) + 1


def given_radius_and_norm(rng):
    """A spectral radius and a larger norm."""
    return rng.uniform(0.3, 0.95), rng.uniform(1.5, 10)


def fading_layers(rng):
    """Random layers (L, 2, 2) that fade, most of them so deep that their product underflows."""
    return (rng.uniform(0.2, 0.5) * rng.normal(size=(rng.integers(100, 2000), 2, 2)),)


def total(Ws):
    """The product W[L] … W[1] as floats hold it; deep ones underflow: (2, 2)."""
    P = np.eye(2)
    for W in Ws:
        P = W @ P
    return P


def naive_rate(Ws):
    """The logarithm of the product as it is: -inf where that underflowed."""
    with np.errstate(divide="ignore"):
        return np.log(np.linalg.norm(total(Ws), 2)) / len(Ws)


def network(rng):
    """A pure product, its input and its error signal at the last layer: (L, 2, 2), (2,), (2,)."""
    return rng.normal(size=(rng.integers(3, 8), 2, 2)), rng.normal(size=2), rng.normal(size=2)


def activations(Ws, x):
    """The sizes ‖a[0]‖ … ‖a[L]‖: (L+1,)."""
    a = [x]
    for W in Ws:
        a.append(W @ a[-1])
    return np.linalg.norm(a, axis=1)


def errors(Ws, delta):
    """The sizes ‖delta[1]‖ … ‖delta[L]‖ of the error signal that ends in ``delta``: (L,)."""
    deltas = [delta]
    for W in Ws[:0:-1]:
        deltas.insert(0, W.T @ deltas[0])
    return np.linalg.norm(deltas, axis=1)


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "rates", "the long-run factor per layer of the four matrices, an array of four numbers",
            lambda: spectral_radius(FOUR),
            mistakes=(
                (lambda: abs(FOUR).max(axis=(1, 2)), "These are the largest entries, and entries do not decide."),
                (lambda: np.linalg.norm(FOUR, 2, axis=(1, 2)),
                 "These are the largest singular values: they bound one layer, not the long run."),
                (lambda: abs(np.linalg.det(FOUR)),
                 "The determinant is the product of both eigenvalues; the larger one alone sets the rate."),
                (lambda: FOUR[:, 0, 0] + FOUR[:, 1, 1], "The trace is the sum of the eigenvalues, not the larger one."),
                (lambda: np.linalg.eigvals(FOUR).real.max(axis=1),
                 "The third matrix has complex eigenvalues. What counts is their size, not their real part."),
                (lambda: FOUR[:, [0, 1], [0, 1]].max(axis=1),
                 "Diagonal entries are eigenvalues only where the matrix is triangular."),
                (lambda: abs(np.linalg.eigvals(FOUR)).min(axis=1), "In the long run the larger eigenvalue wins."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "for-good", "the depth from which on the norm stays below 1, a whole number", for_good,
            mistakes=(
                (lambda: 1, "Both eigenvalues are below 1 from the start, but they tell only how the story ends."),
                (lambda: for_good() - 1, "Nearly. At this depth the largest stretch is still above 1."),
                (lambda: 1 + int(np.ceil(np.log(20) / -np.log(0.9))),
                 "This lets 20 fade by 0.9 per layer. But the entry top right also grows along a straight line in L."),
                (lambda: int(np.ceil(np.log(20) / -np.log(0.9))),
                 "This lets 20 fade by 0.9 per layer. But the entry top right also grows along a straight line in L."),
            ),
        ),
        Exercise(
            "excess", "the entry b, from ρ and σ₁", lambda radius, s: s - radius**2 / s, given_radius_and_norm,
            mistakes=(
                (lambda radius, s: s, "With b = σ₁ the largest stretch is a little more: the diagonal adds to it."),
                (lambda radius, s: s - radius, "Stretches do not add along an entry. Use σ₁² + σ₂² and σ₁ σ₂."),
                (lambda radius, s: np.sqrt(s**2 - radius**2),
                 "This makes the second column as long as σ₁. The longest column is only a lower bound."),
                (lambda radius, s: np.sqrt(s**2 - 2 * radius**2),
                 "The squares of all entries add up to σ₁² + σ₂²; this leaves σ₂ out."),
                (lambda radius, s: radius**2 / s - s, "The size is right. The exercise asks for b above 0."),
            ),
        ),
        Exercise(
            "growth", "the growth rate of a product per layer, a number", lyapunov_exponent, fading_layers,
            mistakes=(
                (naive_rate, "The product underflows to 0 before its logarithm is taken. Divide it by its size after "
                 "every layer, and add up the logarithms of what you divided by."),
                (lambda Ws: np.log(spectral_radius(Ws)).mean(), "Eigenvalues of different matrices do not multiply."),
                (lambda Ws: np.log(np.linalg.norm(Ws, 2, axis=(1, 2))).mean(),
                 "This adds up the largest stretch of every layer, a bound. One layer hardly ever puts out the very "
                 "direction that the next one stretches most."),
                (lambda Ws: lyapunov_exponent(Ws[::-1]), "Layer 1 acts first, so it stands on the right: W @ P."),
                (lambda Ws: len(Ws) * lyapunov_exponent(Ws), "This is the logarithm of the whole. Divide it by L."),
                (lambda Ws: lyapunov_exponent(Ws) / np.log(10), "This is log10; the exponent uses the natural one."),
            ),
        ),
        Exercise(
            "starve", "the sizes of the weight gradients of layers 1 to L, an array",
            lambda Ws, x, delta: errors(Ws, delta) * activations(Ws, x)[:-1], network,
            mistakes=(
                (lambda Ws, x, delta: errors(Ws, delta) * activations(Ws, x)[1:],
                 "This takes the activation that leaves the layer. The gradient needs the one that enters, a[l−1]."),
                (lambda Ws, x, delta: errors(Ws.swapaxes(1, 2), delta) * activations(Ws, x)[:-1],
                 "On the way back the matrix is transposed."),
                (lambda Ws, x, delta: errors(np.roll(Ws, 1, axis=0), delta) * activations(Ws, x)[:-1],
                 "One layer off: δ[l] comes from δ[l+1] by the matrix of layer l+1."),
                (lambda Ws, x, delta: errors(Ws, delta), "This is the error signal alone. It is one factor of two."),
                (lambda Ws, x, delta: (errors(Ws, delta) * activations(Ws, x)[:-1])[::-1],
                 "The right numbers, from the last layer to the first. Begin with layer 1."),
            ),
        ),
    )
}
