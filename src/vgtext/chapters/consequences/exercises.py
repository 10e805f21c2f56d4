"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise

CLASSES = np.array([2, 10, 1000])
#: Of the exercise "smallest": the digits of float32, float16 and bfloat16, the weight and the learning rate.
DIGITS, WEIGHT, RATE = np.array([24, 11, 8]), 3.0, 0.01


def smallest(power=2.0**-DIGITS, m=1.5):
    """The gradients below which the weight cannot move: (3,)."""
    return power / m * WEIGHT / RATE


def two_times(rng):
    """The weights of some layers at two times, the later ones scaled and moved: [W[1](0), …], [W[1](t), …]."""
    n = rng.integers(2, 8, size=rng.integers(4, 7))
    before = [rng.normal(size=shape) for shape in zip(n[1:], n[:-1], strict=True)]
    return before, [rng.uniform(0.8, 1.4) * w + rng.uniform(0.1, 1) * rng.normal(size=w.shape) for w in before]


def moved(before, now, measure=lambda w, v: np.linalg.norm(v - w) / np.linalg.norm(w)):
    """One number a layer: (L,)."""
    return np.array([measure(w, v) for w, v in zip(before, now, strict=True)])


def curved(rng):
    """A function v -> H v with one curvature above all others, negative ones included, and the size of v."""
    n = int(rng.integers(5, 30))
    values = np.append(rng.uniform(-0.6, 0.7, size=n - 1), 1.0) * rng.uniform(4, 40)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return lambda v: Q @ (values * (Q.T @ v)), n


def spectrum(times, n):
    """The eigenvalues of H, smallest first: (n,)."""
    return np.linalg.eigvalsh(np.stack([times(unit) for unit in np.eye(n)]))


def one_multiplication(times, n):
    """The curvature along one random direction, multiplied by H once."""
    v = np.random.default_rng(0).standard_normal(n)
    return v @ times(v) / (v @ v)


def broken_run(rng):
    """The losses of a run that falls, rises, runs away and ends in inf and nan: (steps,)."""
    falls, swings, grows = rng.integers(4, 12, size=3)
    start, up = rng.uniform(1, 3), rng.uniform(2, 4)
    down = start * 0.9 ** np.arange(falls)
    swing = down[-1] * np.where(np.arange(swings) % 2, 0.8, rng.uniform(1.1, 1.5))
    away = start * 12 * up ** np.arange(grows)
    return (np.concatenate([down, swing, away, [np.inf], np.full(rng.integers(1, 5), np.nan)]),)


def troubles(loss):
    """The first steps at which the loss rises, is above ten times its start, and is no number, from step 0: (3,)."""
    with np.errstate(invalid="ignore"):
        return np.array([1 + np.argmax(np.diff(loss) > 0), np.argmax(loss > 10 * loss[0]),
                         np.argmax(~np.isfinite(loss))])


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "guessing", "the loss of guessing with 2, 10 and 1000 classes, an array", lambda: np.log(CLASSES),
            mistakes=(
                (lambda: np.log10(CLASSES), "These are decimal logarithms. Cross-entropy takes the natural one."),
                (lambda: np.log2(CLASSES), "These are bits. Cross-entropy takes the natural logarithm."),
                (lambda: 1 / CLASSES, "This is the accuracy of guessing. Its loss is −ln of that."),
                (lambda: 1 - 1 / CLASSES, "This is the share of wrong guesses. The loss is −ln of the right share."),
                (lambda: -np.log(CLASSES), "−ln of 1/k is positive: the loss of a guess is above 0."),
            ),
            tolerance=0.002,
        ),
        Exercise(
            "smallest", "the smallest gradients for float32, float16 and bfloat16, an array", smallest,
            mistakes=(
                (lambda: smallest(2 * 2.0**-DIGITS),
                 "An update of half the last digit is enough to be rounded up to a whole one."),
                (lambda: smallest(m=1), "3 is 1.5 · 2: its m is 1.5, which lowers the limit."),
                (lambda: smallest() * RATE, "This is the smallest update. The gradient is that over η."),
                (lambda: smallest() / WEIGHT, "This is relative to the weight. Multiply by it."),
                (lambda: 2.0**-DIGITS / 1.5, "This is the smallest update over the weight. What gradient makes it?"),
                (lambda: smallest(2.0**-DIGITS / 2), "Too small by two: at half of this limit the weight stays."),
                (lambda: smallest()[[1, 0, 2]], "The right numbers, but float32 comes first."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "moved", "how far each layer has moved, over its initial size, an array", moved, two_times,
            mistakes=(
                (lambda before, now: moved(before, now, lambda w, v: np.linalg.norm(v - w)),
                 "This is the distance. Divide it by the layer's initial size."),
                (lambda before, now: moved(before, now, lambda w, v: np.linalg.norm(v - w) / np.linalg.norm(v)),
                 "This divides by the size that the layer has now. Take the initial one."),
                (lambda before, now: moved(before, now, lambda w, v: abs(np.linalg.norm(v) / np.linalg.norm(w) - 1)),
                 "This is the change of the size. Weights may turn without growing: take the size of the change."),
                (lambda before, now: moved(before, now, lambda w, v: np.linalg.norm(v) / np.linalg.norm(w) - 1),
                 "This is the change of the size. Weights may turn without growing: take the size of the change."),
                (lambda before, now: moved(before, now, lambda w, v: np.linalg.norm(v - w, 2) / np.linalg.norm(w, 2)),
                 "These are largest singular values. Take the root of the sum of squares: no 2 in np.linalg.norm."),
                (lambda before, now: moved(before, now, lambda w, v: np.mean(abs((v - w) / w))),
                 "This averages over single weights, and the few near 0 decide. Divide the sizes."),
            ),
        ),
        Exercise(
            "sharpness", "the largest eigenvalue, a number", lambda times, n: spectrum(times, n)[-1], curved,
            mistakes=(
                (one_multiplication,
                 "This is the curvature along the direction that you began with. Multiply by H again and again, until "
                 "the direction no longer turns."),
                (lambda times, n: 1 / spectrum(times, n)[-1], "This is 1/λ, the learning rate of one step."),
                (lambda times, n: 2 / spectrum(times, n)[-1], "This is 2/λ, the largest learning rate."),
                (lambda times, n: spectrum(times, n)[0], "This is the smallest eigenvalue, the way down."),
                (lambda times, n: spectrum(times, n)[-1] ** 2, "This is λ²: one multiplication by H too many."),
                (lambda times, n: spectrum(times, n).sum(), "This is the sum of all eigenvalues, the trace."),
            ),
            tolerance=1e-3,
        ),
        Exercise(
            "troubles", "the steps of the first rise, of ten times the start, and of the first inf or nan, an array",
            troubles, broken_run,
            mistakes=(
                (lambda loss: troubles(loss) + 1, "Steps count from 0: the loss of step 0 is loss[0]."),
                (lambda loss: troubles(loss) - np.array([1, 0, 0]),
                 "The rise is one step later: np.diff gives one number less than there are steps."),
                (lambda loss: troubles(loss) + np.array([0, 0, 1]), "inf comes before nan, and is the end, too."),
                (lambda loss: np.array([np.argmax(loss > loss[0]), *troubles(loss)[1:]]),
                 "A rise is a loss above that of the step before. It begins long before the start is reached again."),
            ),
        ),
    )
}
