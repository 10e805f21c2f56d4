"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.exercises import Exercise


def blocks(rng):
    """Jacobians of branches (L, n, n), a scale s, and the gradient at the output, (n,)."""
    L, n = rng.integers(2, 7), 3
    return rng.normal(size=(L, n, n)), rng.uniform(0.2, 0.9), rng.normal(size=n)


def back(Js, s, delta, skip=1, transpose=True):
    """Send ``delta`` back through z + s f(z)."""
    for J in Js[::-1]:
        delta = skip * delta + s * (J.T if transpose else J) @ delta
    return delta


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
            mistakes=((lambda Js, s, d: back(Js, s, d, skip=0), "The shortcut is missing: this is a plain network."),
                      (lambda Js, s, d: back(Js, 1, d), "The branch is multiplied by s on the way back, too."),
                      (lambda Js, s, d: back(Js, s, d, transpose=False), "Going back takes the transposed Jacobian.")),
        ),
    )
}
