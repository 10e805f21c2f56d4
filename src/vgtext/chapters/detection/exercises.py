"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise
from vgtext.diagnose import measure_symptoms

from .recipes import CAUSES
from .runs import labeled

#: The networks of the exercise "trips": factor per layer forward and backward, and depth.
FORWARD, BACKWARD, DEPTH = np.array([1.0, 0.53, 0.97]), np.array([0.25, 0.53, 0.98]), np.array([10, 16, 100])
STRANGERS = (48, 13, 54, 31, 36, 7)  # held-out runs


def strangers():
    """The recordings of six runs whose causes are not told."""
    return [labeled("held out")[i].recording for i in STRANGERS]


def readings(recording):
    """One line of what a recording tells."""
    s = measure_symptoms(recording)
    dead = "no ReLU" if s.dead is None else f"{s.dead:.0%}"
    signals = "nothing passes" if s.silent else f"R = 10^{s.round_trip:.1f} ({s.forward:.2f}, {s.backward:.2f} a layer)"
    return (f"{signals:32} dead {dead:8} step {s.ratio:.0e}  loss kept {s.fall:4.0%}  "
            f"{s.accuracy:4.0%} {s.accuracy - s.gap:4.0%}")


def numbered(names):
    """The numbers of causes in CAUSES; None stays None. Raises ValueError for a name that is none of them."""
    unknown = [name for name in (() if names is None else names) if name not in CAUSES]
    if unknown:
        raise ValueError(f"unknown cause {unknown[0]!r}; there are {', '.join(CAUSES)}")
    return None if names is None else [CAUSES.index(name) for name in names]


def named(*changes):
    """The numbers of the strangers' causes, some of them changed: pairs of position and cause."""
    names = [labeled("held out")[i].cause for i in STRANGERS]
    for position, cause in changes:
        names[position] = cause
    return np.array(numbered(names))


def trips(forward=FORWARD, backward=BACKWARD, steps=DEPTH - 2):
    """log10 of the round trips: (3,)."""
    return steps * np.log10(forward * backward)


def sizes(rng):
    """Sizes as frameworks show them: gradients g[1] … g[L] in a list from 0 (None), activations a[0] … a[L]."""
    L = int(rng.integers(4, 12))
    a = np.exp(np.cumsum(rng.normal(rng.uniform(-1, 1), 0.3, size=L + 1)))
    delta = np.exp(np.cumsum(rng.normal(rng.uniform(-1, 1), 0.3, size=L)))
    return [None, *(delta * a[:-1])], list(a)


def round_trip(g, a, enters=1, left=2):
    """R from gradients and activations, the error of layer l taken as g[l] / a[l - enters]."""
    return a[-2] / a[1] * (g[left] / a[left - enters]) / (g[-1] / a[len(g) - 1 - enters])


def answers(rng):
    """Causes planted and causes named, numbers below ``classes``; −1 is "undecided"; and ``classes``."""
    classes = int(rng.integers(3, 7))
    planted = np.concatenate([np.arange(classes), rng.integers(classes, size=20)])
    guess = rng.integers(-1, classes, size=len(planted))
    right = rng.random(len(planted)) < 0.6
    right[:classes] = True
    return planted, np.where(right, planted, guess), classes


def mean_score(of, first=0):
    """A score of hits, false alarms and misses, averaged over the classes."""
    def score(planted, named, classes):
        counts = [(np.sum((planted == c) & (named == c)), np.sum((planted != c) & (named == c)),
                   np.sum((planted == c) & (named != c))) for c in range(first, classes)]
        with np.errstate(invalid="ignore"):
            return np.mean([np.divide(*of(*count)) for count in counts])
    return score


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "trips", "log₁₀ R of the three networks, an array", trips,
            mistakes=(
                (lambda: 10 ** trips(), "These are the round trips. Their decimal logarithms are asked for."),
                (lambda: trips(steps=DEPTH), "From layer 1 to L − 1, and from L to 2, it is L − 2 steps each."),
                (lambda: trips(steps=DEPTH - 1), "From layer 1 to L − 1, and from L to 2, it is L − 2 steps each."),
                (lambda: trips(forward=1), "This is the way back alone. A round trip has both ways."),
                (lambda: trips(backward=1), "This is the way forward alone. A round trip has both ways."),
                (lambda: np.log(10) * trips(), "These are natural logarithms."),
                (lambda: np.log10(FORWARD * BACKWARD), "This is one layer. There are L − 2 steps on each way."),
            ),
            tolerance=0.025,
        ),
        Exercise(
            "round-trip", "the round trip R, a number", round_trip, sizes,
            mistakes=(
                (lambda g, a: g[1] / g[-1], "This compares weight gradients: flat where both signals fade alike."),
                (lambda g, a: a[-2] / a[1] * g[2] / g[-1],
                 "a[L−1] / a[1] belongs in R twice: once for the way forward, and once more to turn gradients into "
                 "error signals, g[l] / a[l−1]."),
                (lambda g, a: round_trip(g, a, enters=0),
                 "The activation that enters layer l is a[l−1]; a[l] leaves it."),
                (lambda g, a: a[-2] / a[1], "This is the way forward. Take the way back with it."),
                (lambda g, a: round_trip(g, a, left=1), "The way back ends at layer 2: layer 1 sends nothing on."),
                (lambda g, a: 1 / round_trip(g, a), "Upside down: what is left, over what set out."),
                (lambda g, a: np.log10(round_trip(g, a)), "This is its logarithm."),
            ),
        ),
        Exercise(
            "strangers", "the numbers of six causes, an array: numbered(names)", named,
            mistakes=(
                (lambda: named((1, "vanishing by activation")),
                 "Look at the second run again: which of its two signals fades? And whose fault is that?"),
                (lambda: named((5, "vanishing by initialization")),
                 "Look at the last run again: its activations keep their size, its errors do not."),
                (lambda: named((5, "vanishing by depth")),
                 "Look at the last run again: it loses three quarters in every layer, so few layers will do."),
                (lambda: named((0, "healthy")), "Look at the first run again: compare its two accuracies."),
                (lambda: named((2, "overfitting")),
                 "Look at the third run again: it has not even learned its training examples."),
                (lambda: named((2, "learning rate too small")),
                 "Look at the third run again: its first step was a healthy one."),
                (lambda: named((2, "vanishing by depth")),
                 "Look at the third run again: is its round trip so short of 1?"),
                (lambda: named((4, "vanishing by depth")),
                 "Look at the fifth run again: signals arrive. How long is a step?"),
                (lambda: named((4, "label noise")), "Look at the fifth run again: how long is a step?"),
                (lambda: named((3, "vanishing by initialization")),
                 "Look at the fourth run again: nothing is left of its signals, not a small rest. Why?"),
            ),
        ),
        Exercise(
            "macro-f1", "macro-F1, a number from 0 to 1",
            mean_score(lambda tp, fp, fn: (2 * tp, 2 * tp + fp + fn)), answers,
            mistakes=(
                (lambda planted, named, classes: np.mean(planted == named),
                 "This is the share of right answers: frequent causes count for more in it."),
                (mean_score(lambda tp, fp, fn: (tp, tp + fp)), "These are hits over alarms. Misses count, too."),
                (mean_score(lambda tp, fp, fn: (tp, tp + fn)), "These are hits over cases. False alarms count, too."),
                (mean_score(lambda tp, fp, fn: (tp, tp + fp + fn)), "F1 counts a hit twice, above and below."),
                (lambda planted, named, classes: mean_score(lambda tp, fp, fn: (2 * tp, 2 * tp + fp + fn))(
                    planted, named, classes) * classes / (classes + 1),
                 "“Undecided” is an answer, not a cause: average over the causes."),
                (lambda planted, named, classes: mean_score(lambda tp, fp, fn: (2 * tp, 2 * tp + fp + fn))(
                    planted[named >= 0], named[named >= 0], classes),
                 "“Undecided” is a miss for the cause that was planted: do not leave these runs out."),
                (mean_score(lambda tp, fp, fn: (2 * tp, 2 * tp + fp + fn), first=1), "The cause number 0 is left out."),
            ),
        ),
    )
}
