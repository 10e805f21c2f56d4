"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise


def blocks(rng):
    """Jacobians B of branches (L, n, n), a scale s, and the gradient at the output, (n,)."""
    L, n = rng.integers(2, 7), 3
    return rng.normal(size=(L, n, n)), rng.uniform(0.2, 0.9), rng.normal(size=n)


def back(Bs, s, delta, skip=1, transpose=True):
    """Send ``delta`` back through z + s f(z)."""
    for B in Bs[::-1]:
        delta = skip * delta + s * (B.T if transpose else B) @ delta
    return delta


def bias(opening):
    """The bias b with sigmoid(b) = ``opening``."""
    return float(np.log(opening / (1 - opening)))


def expand(s, L):
    """The share of the squared gradient that arrives by paths of 0, 1 or 2 branches; He's weights."""
    return (1 + L * s**2 + L * (L - 1) / 2 * s**4) / (1 + s**2) ** L


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "growth", "the factor of the size after 20 blocks with s = 1, a number", lambda: 2.0**10,
            mistakes=((lambda: 2.0**20, "This is the factor of the variance; the size is its root."),
                      (lambda: 20.0, "The blocks multiply, they do not add."),
                      (lambda: np.sqrt(np.e), "This is the limit for s = 1/√L. Here s is 1.")),
            tolerance=0.01,
        ),
        Exercise(
            "backward", "the gradient at the input of residual blocks, an array", back, blocks,
            mistakes=((lambda Bs, s, d: back(Bs, s, d, skip=0), "The shortcut is missing: this is a plain network."),
                      (lambda Bs, s, d: back(Bs, 1, d), "The branch is multiplied by s on the way back, too."),
                      (lambda Bs, s, d: back(Bs, s, d, transpose=False), "Going back takes the transposed Jacobian."),
                      (lambda Bs, s, d: back(Bs[::-1], s, d), "The last block comes first on the way back.")),
        ),
        Exercise(
            "gate", "the gate bias b_f, a number", lambda: -bias(-np.expm1(-1e-3)),
            mistakes=((lambda: bias(-np.expm1(-1e-3)), "A gate that carries nearly everything has a positive bias."),
                      (lambda: bias(1 / np.e), "This gate carries 1/e through one block. A thousand of them multiply."),
                      (lambda: np.exp(-1e-3), "This is the value f of a gate. Its bias is where σ takes that value."),
                      (lambda: 7.0, "Nearly: a thousand gates with the bias 7 carry 0.40, and 1/e is 0.37."),
                      (lambda: 2.0, "This is the bias for shallow highways. Forty such gates carry 0.6%.")),
            tolerance=0.01,
        ),
        Exercise(
            "short", "the share of the squared gradient that passes at most two branches, a number", expand,
            lambda rng: (rng.uniform(0.1, 0.9), int(rng.integers(5, 40))),
            mistakes=((lambda s, L: expand(1.0, L), "Every path weighs the same only at s = 1: a branch brings s²."),
                      (lambda s, L: expand(s**0.5, L), "A branch multiplies the gradient by s, its square by s²."),
                      (lambda s, L: expand(s, L) * (1 + s**2) ** L, "Divide by the sum over all paths, (1 + s²)^L."),
                      (lambda s, L: (1 + L * s**2) / (1 + s**2) ** L, "This leaves out the paths with two branches.")),
        ),
    )
}
