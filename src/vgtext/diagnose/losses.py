"""What a loss did: how far it fell, whether it stands, whether it had learned and lost it, whether it runs in waves.

Quotients are taken of losses that are above 0 only. A loss that was negative anywhere is measured in differences.
"""

from dataclasses import dataclass

import numpy as np

RIPPLES = 0.03  # a training loss below this share of the test loss is that of examples known by heart, waves and all

CLIMBS = 0.9  # a correlation of ranks with time above it: the loss rises nearly entry by entry
GUESSED = 0.1  # a trained classifier's accuracy is less than this below that of the most frequent class
OF_ONE = 0.25  # a constant answer's loss below this share of a summed first loss is that of one example
LEARNED_BEFORE = 0.1  # a first loss below this share of a constant answer's is that of trained weights


@dataclass(frozen=True)
class Curve:
    """What can be read off a training loss; None where it is too short or was negative."""

    start: float  # the first entry
    negative: bool
    fall: float | None  # end / start; before it broke
    lowest: float | None  # the lowest running median / start
    last: float | None  # last entry / start; it tells where a run broke within a few entries
    late: float | None  # end / third quarter
    drop: float  # (start - end) / (largest - smallest): 1 fell all the way, below 0 rose
    rising: bool | None  # was it rising just before its end, or before it broke?
    waves: int  # how often it jumped up by far and fell again
    constant: bool
    done: bool  # does it end at exactly 0, at least now and then, as the loss of a margin does?
    entries: int
    falling: bool  # does it fall on at its pace, by more than it jitters?
    skipped: int  # entries that are nan or inf, with numbers after them
    ragged: bool  # do neighbors differ as entries far apart do, as the losses of single examples?
    runs_off: bool  # is its end ten times as far below 0 as its first three quarters and its start were from 0?
    creeps_up: bool  # does it rise from end to end, by little, and by more than it jitters?
    climbs: bool  # does it rise from its start to its end, with few falls between?
    sinks: bool  # does it fall so?
    one_of_many: bool  # is it ragged, and its first entry like those that follow? Then a quotient with it says little


@np.errstate(over="ignore", invalid="ignore")
def measure(loss):
    """Return the :class:`Curve` of a loss (T,), up to where it broke; None if it holds no number."""
    stop = breaks(loss)
    broke, finite = stop < len(loss), loss[:stop][np.isfinite(loss[:stop])]
    if not len(finite):
        return None
    n, start, negative = len(finite), float(finite[0]), bool((finite < 0).any())
    window = min(max(n // 20, 1), 5)
    end = float(np.median(finite[-max(n // 10, 1):]))
    spread = float(finite.max() - finite.min())
    ragged = _ragged(finite)
    first = finite[1 : max(n // 10, 2)]
    quotients = not negative and start > 0
    long = n >= 8
    smooth = running_median(finite, window)
    middle = float(np.median(finite[n // 2 : -(n // 4)])) if long else None
    return Curve(
        start, negative, end / start if quotients and long else None,
        float(smooth.min()) / start if quotients else None, float(finite[-1]) / start if quotients else None,
        None if not long or negative else end / middle if middle > 0 else 1.0,
        (start - end) / spread if spread > 0 else 0.0,
        (broke or not ragged) and _rising(finite, broke) if n >= 3 else None,
        _waves(finite), spread == 0, start > 0 and bool((finite[-max(n // 10, 1):] == 0).any()), len(loss),
        long and _falling(finite, end), stop - n, ragged,
        bool(finite[-1] < -10 * np.abs(finite[: -(n // 4) or None]).max()),
        quotients and end < 1.5 * start and _creeps_up(finite, end), n >= 30 and bool(_with_time(finite) > CLIMBS),
        n >= 30 and bool(_with_time(finite) < -CLIMBS),
        ragged and bool(first.min() <= start <= first.max()))


def constant(curve, given, loop):
    """Return a constant answer's loss as it was given; None where it is that of an example, and losses are sums."""
    summed = curve is not None and "summed loss" in (loop or ())
    return None if given is None or (summed and given < OF_ONE * curve.start) else given


def shares(curve, loss, test_loss, constant):
    """What is left of the losses, by name: shares of the start or, if that is less, of a constant answer's loss.

    The gap between them is one of means: a few large losses of a batch raise both. Where each entry has a test loss, it
    stands for an epoch, and one that is twice the next is no start.
    """
    found = dict.fromkeys(("left", "wrong", "test_left", "test_high", "loss_gap", "swings", "ripples"))
    if curve is None or curve.fall is None or (constant is not None and constant <= 0):
        return found
    learned_before = constant is not None and curve.start < LEARNED_BEFORE * constant
    whole = curve.start if constant is None else constant if learned_before else min(curve.start, constant)
    found["left"] = curve.fall * curve.start / whole
    if constant is not None:  # a wrong answer's cross-entropy is ln 2 or more, its squared error half a constant one's
        found["wrong"] = float(found["left"] * whole * max(2 / constant, 1 / np.log(2)))
    if test_loss is None or not np.isfinite(test_loss).all() or test_loss.min() <= 0 or breaks(loss) < len(loss):
        return found
    late, end = test_loss[len(test_loss) // 2 :], np.nanmean(loss[-max(len(loss) // 10, 1):])
    height = np.nanquantile(loss[len(loss) // 2 :], 0.9)
    if constant is not None or len(test_loss) < len(loss) or loss[1] > 0.5 * loss[0]:
        found |= {"test_left": float(test_loss[-1] / whole), "test_high": float(late.max() / whole)}
    lowest = np.maximum(np.minimum.accumulate(late), np.minimum.accumulate(late[::-1])[::-1])  # before and after each
    return found | {"loss_gap": float((test_loss[-1] - end) / whole), "swings": float((late / lowest).max()),
                    "ripples": bool(height < RIPPLES * np.median(late))}


def common(entropy, accuracies=None):
    """Return p, the least share of the most frequent class: -p ln p - (1 - p) ln(1 - p) = entropy, as of two classes.

    None without an entropy, and above ln 2, where no class need be the more frequent. So it is where accuracies after
    the first were far below p: the number is the variance of targets that are squared, not an entropy.
    """
    if entropy is None or not 0 < entropy < np.log(2):
        return None
    found = _of_two_classes(entropy)
    return None if accuracies is not None and (accuracies[1:] < found - GUESSED).any() else found


def _of_two_classes(entropy):
    p = np.linspace(0.5, 1, 1001)[:-1]
    return float(p[-p * np.log(p) - (1 - p) * np.log1p(-p) <= entropy].min(initial=p[-1]))


def breaks(loss):
    """Return the index from which a loss is nan or inf to its end. What it recovers from was a skipped batch."""
    numbers = np.flatnonzero(np.isfinite(loss))
    return int(numbers[-1]) + 1 if len(numbers) else 0


def running_median(values, window):
    """Return the median of every ``window`` neighbors."""
    if window < 2 or len(values) < window:
        return values
    return np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1)


def _rising(loss, broke):
    """Did the last entries stand far above the lowest ones before them?"""
    last = loss[-3:].max() if broke else np.median(loss[-max(len(loss) // 20, 3):])
    before = loss[:-3] if len(loss) > 6 else loss[:1]
    usual = np.median(before[-20:])
    scatter = np.median(np.abs(before[-20:] - usual)) if len(before) > 3 else 0.0
    return bool(last > usual + max(6 * scatter, 0.5 * abs(usual)))


def _falling(loss, end):
    """Is the fall from the third quarter to the end as fast as before, and far above the jitter of neighbors?"""
    quarter = len(loss) // 4
    first, third = np.median(loss[:quarter]), np.median(loss[2 * quarter : -quarter])
    jitter = np.median(np.abs(np.diff(loss[-quarter:])))
    return bool(third - end > max(0.4 * (first - third), 4 * jitter) and third < first)


def _creeps_up(loss, end):
    """Does a loss rise with time, by more than chance: is the correlation of ranks above 4 standard errors?"""
    n = len(loss)
    if n < 30 or end <= np.median(loss[: n // 10]) or loss.max() == loss.min():
        return False
    return bool(_with_time(loss) * (n - 1) ** 0.5 > 4)


def _with_time(loss):
    """The correlation of ranks with time; what never moved has none."""
    ranks = np.unique(loss, return_inverse=True)[1]
    return np.corrcoef(ranks, np.arange(len(loss)))[0, 1] if ranks.any() else 0.0


def _waves(loss):
    """How often a loss jumps from a quarter of its usual height to above half of it, and stays there for two entries.

    A single entry is one batch's noise. What is ragged has no waves, nor have batches of two kinds that take turns, as
    a critic's.
    """
    if len(loss) < 30 or (loss < 0).any() or _ragged(loss) or _together(loss[:50]) < -0.3:
        return 0
    high = np.quantile(loss, 0.9)
    state, count = 1, 0
    low, top = _lasts(loss < 0.25 * high), _lasts(loss > 0.5 * high)
    for is_low, is_top in zip(low, top):
        if state and is_low:
            state = 0
        elif not state and is_top:
            state, count = 1, count + 1
    return count


def _lasts(holds):
    """Where something holds at an entry and at a neighbor of it."""
    return holds & (np.r_[False, holds[:-1]] | np.r_[holds[1:], False])


def _ragged(loss):
    """Is the correlation of the ranks of neighbors small, in the second half: within 2.5 standard errors of 0?"""
    half = loss[len(loss) // 2 :]
    return len(loss) >= 30 and bool(_together(half) < max(0.2, 2.5 / len(half) ** 0.5))


def _together(loss):
    """The correlation of the ranks of neighbors."""
    ranks = loss.argsort(kind="stable").argsort()
    return np.corrcoef(ranks[1:], ranks[:-1])[0, 1]
