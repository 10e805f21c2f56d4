"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise

CLASSES = np.array([2, 10, 1000])
#: Of the exercise "smallest": the digits of float32, float16 and bfloat16, the weight and the learning rate.
DIGITS, WEIGHT, RATE = np.array([24, 11, 8]), 3.0, 0.01


def smallest(half_gap=2.0 ** (1 - DIGITS)):
    """The gradients below which the weight cannot move: 2^(k - p) / η with 2^k ≤ 3 < 2^(k + 1), (3,)."""
    return half_gap / RATE


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
    """The losses of a run on mini-batches that falls, runs away and ends in nan, or in inf and nan: (steps,)."""
    falls, grows = rng.integers(25, 60), rng.integers(25, 50)
    down = 0.97 ** np.arange(falls) * rng.uniform(0.8, 1.25, size=falls)
    down[rng.integers(5, falls)] *= 4  # one unlucky batch
    away = down[-1] * rng.uniform(1.3, 1.6) ** np.arange(1, grows + 1)
    broken = np.append(np.full(rng.integers(2), np.inf), np.full(rng.integers(1, 5), np.nan))
    return (rng.uniform(1, 3) * np.concatenate([down, away, broken]),)


def median_alarm(loss, middle=np.median, window=20):
    """The first step, from 0, at which the running median is above three times its lowest value so far."""
    seen = np.array([middle(loss[max(0, t + 1 - window) : t + 1]) for t in range(int(np.argmax(~np.isfinite(loss))))])
    return int(np.argmax(seen > 3 * np.minimum.accumulate(seen)))


def troubles(loss):
    """The steps of the alarm and of the first inf or nan, from step 0: (2,)."""
    return np.array([median_alarm(loss), np.argmax(~np.isfinite(loss))])


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "guessing", "the loss of guessing with 2, 10 and 1,000 classes, an array", lambda: np.log(CLASSES),
            mistakes=(
                (lambda: np.log10(CLASSES), "These are decimal logarithms. Cross-entropy takes the natural one."),
                (lambda: np.log2(CLASSES), "These are bits. Cross-entropy takes the natural logarithm."),
                (lambda: 1 / CLASSES, "This is the accuracy of guessing. Its loss is −ln of that."),
                (lambda: 1 - 1 / CLASSES, "This is the share of wrong guesses. The loss is −ln of the right share."),
                (lambda: -np.log(CLASSES), "−ln of 1/k is positive: the loss of a guess is above 0."),
            ),
            tolerance=0.005,
        ),
        Exercise(
            "smallest", "the smallest gradients for float32, float16 and bfloat16, an array", smallest,
            mistakes=(
                (lambda: smallest(2.0 ** (2 - DIGITS)),
                 "An update of little more than half a gap is rounded to the next float."),
                (lambda: smallest(WEIGHT * 2.0**-DIGITS), "3 lies between 2 and 4: take 2^k, k = 1, not the weight."),
                (lambda: smallest() * RATE, "This is the smallest update. The gradient is that over η."),
                (lambda: smallest() / WEIGHT, "This is relative to the weight. Multiply by it."),
                (lambda: 2.0**-DIGITS / 1.5, "This is the smallest update over the weight. What gradient makes it?"),
                (lambda: smallest(2.0**-DIGITS), "Too small by two: k is 1, since 3 is at least 2."),
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
            "troubles", "the steps of the alarm and of the first inf or nan, an array",
            troubles, broken_run,
            mistakes=(
                (lambda loss: troubles(loss) + 1, "Steps count from 0: the loss of step 0 is loss[0]."),
                (lambda loss: troubles(loss) + np.array([0, 1]), "inf comes before nan, and ends the run as well."),
                (lambda loss: np.array([median_alarm(loss), np.argmax(np.isinf(loss))]), "A run may end in nan alone."),
                (lambda loss: np.array([1 + np.argmax(np.diff(loss) > 0), troubles(loss)[1]]),
                 "This is the first rise. On mini-batches nearly every second step is one."),
                (lambda loss: np.array([median_alarm(loss, window=1), troubles(loss)[1]]),
                 "This compares single losses, and one unlucky batch sets it off. Compare medians of the last 20."),
                (lambda loss: np.array([median_alarm(loss, np.mean), troubles(loss)[1]]),
                 "This is a running mean, which one large loss pulls up. Take the median."),
            ),
        ),
    )
}
