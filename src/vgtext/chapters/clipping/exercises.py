"""The exercises of the chapter, with the mistakes that readers make."""

import numpy as np

from vgtext.ask import Exercise


def join(dW, db):
    """Both arrays as one vector."""
    return np.concatenate([np.ravel(dW), np.ravel(db)])


def clip_together(dW, db, c):
    """Both arrays scaled by one factor so that their joint norm is at most c, as one long vector."""
    g = join(dW, db)
    return g * min(1.0, c / np.linalg.norm(g))


def clip_apart(dW, db, c):
    """Each array scaled on its own."""
    return join(*(g * min(1.0, c / np.linalg.norm(g)) for g in (dW, db)))


def two_arrays(rng):
    """The gradients of W and b, and a threshold: mostly below both of their norms, sometimes above that of both."""
    dW, db = rng.normal(size=(3, 2)), rng.normal(size=3)
    if rng.random() < 0.3:
        return dW, db, float(rng.uniform(1.2, 2) * np.linalg.norm(join(dW, db)))
    return dW, db, float(rng.uniform(0.3, 0.9) * min(np.linalg.norm(dW), np.linalg.norm(db)))


def turn_by_value(g, c):
    """The angle in degrees between g and g clipped by value at c."""
    cut = np.clip(g, -c, c)
    return np.degrees(np.arccos(np.clip(g @ cut / np.linalg.norm(g) / np.linalg.norm(cut), -1, 1)))


def some_vector(rng):
    """A vector of six entries and a threshold that cuts some of them."""
    g = rng.normal(size=6) * np.array([1, 1, 1, 1, 4, 9])
    return g, float(np.sort(np.abs(g))[rng.integers(2, 4)])


def bounce(ratio, c, steps=400):
    """Where clipped descent on w²/2 from w = 1 ends up swinging: the distance between its last two places."""
    w, before = 1.0, 0.0
    for _ in range(steps):
        before, w = w, w - ratio * np.clip(w, -c, c)
    return abs(w - before)


def percentile_threshold(norms, share):
    """The threshold that leaves ``share`` of the finite norms unclipped."""
    norms = np.asarray(norms, float)
    return float(np.quantile(norms[np.isfinite(norms)], share))


def some_norms(rng):
    """Norms with a few spikes, one inf and one nan, and a share."""
    norms = np.exp(rng.normal(size=40))
    norms[rng.choice(40, size=2, replace=False)] = np.inf, np.nan
    return norms, float(rng.uniform(0.5, 0.9))


def safe_clip(g, c):
    """Clip by global norm; an update of zeros where the gradient holds inf or nan."""
    if not np.isfinite(g).all():
        return np.zeros_like(g)
    top = np.abs(g).max()
    norm = top * np.linalg.norm(g / top) if top else 0.0
    return g if norm <= c else g / norm * c


def hard_gradient(rng):
    """A gradient that is short, long, too large to be squared, or broken; and a threshold."""
    g = rng.normal(size=5)
    kind = rng.choice(4, p=[0.1, 0.3, 0.3, 0.3])
    g = g * 1e200 if kind == 1 else g
    if kind == 2:
        g[rng.integers(5)] = rng.choice([np.nan, np.inf])
    return g, float(rng.uniform(1.2, 2) * np.linalg.norm(g) if kind == 3 else rng.uniform(0.1, 0.5))


def naive(g, c):
    """What a clip does that trusts the norm."""
    with np.errstate(all="ignore"):
        return g * np.minimum(1.0, c / np.sqrt(np.sum(g**2)))


def skips_by_norm(g, c):
    """What a clip does that tests the norm, and so skips long gradients whose square overflows."""
    with np.errstate(all="ignore"):
        return naive(g, c) if np.isfinite(np.linalg.norm(g)) else np.zeros_like(g)


TRIED = ("Try a gradient with inf in it, one with nan, and one whose square overflows. Test first that all entries are "
         "finite, not the norm, and divide by the largest entry before you square.")
SHORT = "A gradient whose norm is below c stays as it is."

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "shorter", "three lengths, an array", lambda: np.array([5.0, 2**0.5, 1.0]),
            mistakes=(
                (lambda: np.array([5.0, 1.0, 1.0]),
                 "By value each entry is clipped at 1: the vector becomes (1, 1), and its length is not 1."),
                (lambda: np.array([7.0, 2**0.5, 1.0]), "Lengths add in squares: the first number is √(3² + 4²)."),
                (lambda: np.array([5.0, 2**0.5, 5.0]), "By global norm, a long vector is cut to the threshold."),
            ),
            tolerance=0.004,
        ),
        Exercise(
            "together", "the clipped gradients of W and b, one after the other, an array", clip_together, two_arrays,
            mistakes=(
                (clip_apart, "Each array is clipped by its own norm. Take one norm of both together, and one factor."),
                (lambda dW, db, c: np.clip(join(dW, db), -c, c),
                 "This clips every entry, by value. Scale all of them by one factor instead."),
                (lambda dW, db, c: join(dW, db) * c, "Multiply by c and divide by the norm."),
                (lambda dW, db, c: join(dW, db) * c / np.linalg.norm(join(dW, db)), SHORT),
                (lambda dW, db, c: join(dW, db) / np.linalg.norm(join(dW, db)),
                 "This makes the length 1. It has to be c."),
                (lambda dW, db, c: join(dW, db) * c / (np.linalg.norm(dW) + np.linalg.norm(db)),
                 "Norms of parts add in squares: √(‖dW‖² + ‖db‖²)."),
            ),
        ),
        Exercise(
            "turn", "the angle in degrees between a gradient and itself clipped by value, a number", turn_by_value,
            some_vector, tolerance=1e-4,  # in float32 an arccos loses digits
            mistakes=(
                (lambda g, c: np.radians(turn_by_value(g, c)), "This is the angle in radians. Degrees are asked for."),
                (lambda g, c: np.cos(np.radians(turn_by_value(g, c))), "This is the cosine. Take its arccos."),
                (lambda g, c: 0.0 * c, "By global norm the angle is 0. By value it is not."),
            ),
        ),
        Exercise(
            "bounce", "the width of the swing, a number", bounce,
            lambda rng: (float(rng.uniform(2.2, 3.5)), float(rng.uniform(0.05, 0.2))),
            mistakes=(
                (lambda ratio, c: ratio * c / 2, "If both ends are equally far out, this is how far. The width is from "
                 "end to end."),
                (lambda ratio, c: c, "The gradient is at most c, and the step is η times as long."),
                (lambda ratio, c: (ratio - 2) * c, "The swing does not depend on how far ηλ is above 2, only on ηC."),
            ),
        ),
        Exercise(
            "threshold", "a threshold, a number", percentile_threshold, some_norms,
            mistakes=(
                (lambda norms, share: percentile_threshold(norms, 1 - share),
                 "This is the other tail: the share is what should stay as it is."),
                (lambda norms, share: float(np.quantile(np.minimum(norms, 1e300), share)),
                 "Leave inf and nan out: they are broken steps, not large ones."),
                (lambda norms, share: float(np.nanquantile(norms, share)),
                 "The nan is out, but inf still counts as the largest norm. It is a broken step as well."),
            ),
        ),
        Exercise(
            "safe", "the gradient to step with, an array", safe_clip, hard_gradient,
            mistakes=((naive, TRIED), (skips_by_norm, TRIED), (lambda g, c: safe_clip(g, c / 1000) * 1000, SHORT)),
        ),
    )
}
