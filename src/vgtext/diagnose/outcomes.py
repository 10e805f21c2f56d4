"""What the loss and the accuracies answer: True, False, or None where they do not say."""

from . import table as t
from .logic import above, below, either, every, invert

ALONG = 0.1  # the cosine between update and gradient: above it in all records, steps lead up the loss


def failed(s, target):
    """Has the run not learned its training examples? By accuracy where there is one, else by the loss.

    A test accuracy alone may say that it has. Far above the training accuracy it leaves open what held that one down.
    """
    if s.broke:
        return True
    if contradicts(s):
        return None
    if s.accuracy is not None and s.accuracy >= target:
        return None if (one_answer(s, t.SAME) and s.accuracy < 0.999) or guesses(s) or no_better(s, target) else False
    if s.tested is not None and s.tested >= target:
        return None if below(s.gap, -t.GAP) else False
    if s.accuracy is not None:
        return True
    if s.curve is None or s.curve.negative:
        return None
    if s.all_zero and s.silent_last and not s.curve.done:
        return True  # a layer passes nothing on: the loss fell to that of a constant answer
    if s.curve.waves >= t.RUNS_ON and below(s.left, t.LEARNED) and not s.ripples:
        return True if forgets(s) else None  # it may end in a trough
    return invert(below(s.left, t.LEARNED))


def contradicts(s):
    """Is the training accuracy far lower than the training loss allows?"""
    return s.accuracy is not None and below(s.wrong, 1 - s.accuracy - t.GAP) is True


def guesses(s):
    """Is the loss no less than that of the best constant answer? A rare class leaves such a one a high accuracy."""
    return s.baseline and above(s.left, t.MOVED) is True


def no_better(s, target):
    """Would a constant answer reach the target, too, by at most twice as many errors, and does the loss allow it?"""
    rare = s.common is not None and s.common >= target and 1 - s.accuracy > 0.5 * (1 - s.common)
    return rare and not learned_by_loss(s)


def runs_off(s):
    """Did the loss run off below 0?"""
    return s.curve is not None and s.curve.runs_off


def sinks(s):
    """Does a loss that may be below 0 fall all the way, as its steps were to make it?"""
    return s.curve is not None and s.curve.negative and s.curve.sinks and not s.broke


def forgets(s):
    """Does the test loss go up and down, too, and not only far below the start?"""
    return every(above(s.test_high, t.LEARNED), above(s.swings, t.RISE))


def told(s, target):
    """Is more known than that a loss fell far? A constant answer may do that, on test data as well."""
    return True if s.baseline or s.accuracy is not None or above(s.tested, target) else None


def in_order(s):
    """Does the loss run in waves? Not where the last steps are still too long: such a run jumps for that."""
    if s.curve is None:
        return None
    short = above(s.ratio_before, t.TOO_FAST) is not True
    short = short and (s.scored or None)  # a generator's loss jumps as well
    return every(s.curve.waves >= t.RUNS_ON, below(s.curve.lowest, 0.3) is True, short)


def lost_again(s):
    """Had it learned, and lost it again? Not where the weights have shrunk away: that has a question of its own."""
    if s.curve is None:
        return None
    if below(s.shrinks, t.SHRINKS):
        return False
    if s.best is not None and s.accuracy is not None and s.best - s.accuracy > 0.3 and not s.broke:
        return True
    back = s.curve.fall is None or s.curve.lowest is None or s.curve.fall > 2 * s.curve.lowest
    back = back or (bool(s.broke) and s.curve.last > 1) or (None if s.broke else False)
    return every(None if moves(s) else True, below(s.curve.lowest, 0.5), back, either(
        every(above(s.curve.fall, 0.7), not s.curve.ragged),  # a rise of few steps may lie between two entries
        (True if s.curve.rising else None) if s.broke else False))


def moves(s):
    """May the targets move with the network, as a critic's do? Then a rise is no fault, unless steps were too long."""
    long = bool(s.broke) or above(s.ratio_peak, t.TOO_FAST) is True
    return not s.scored and not long and below(s.fall, t.RUNS_AWAY) is True


def unharmed(s):
    """Is it known that no step rewrote the weights, and did the run not break?"""
    return not s.broke and below(s.ratio_peak, t.TOO_FAST) is True


def begun(s):
    """Is the loss below that of a constant answer, or far below its start if it alone is known, and nothing broke?"""
    alone = s.accuracy is None and s.tested is None
    return not s.broke and (s.baseline or alone) and below(s.left, t.MOVED if s.baseline else t.BEGUN) is True


def may_have_learned_before(s):
    """Is a loss that is all that is known so small at its start that the weights may have been trained?"""
    known = s.curve is None or s.baseline or s.accuracy is not None or s.tested is not None
    return not known and 0 < s.curve.start < t.TRAINED


def halved(s):
    """Did the loss more than halve, in a run that did not break?"""
    return not s.broke and s.curve is not None and below(s.curve.fall, 0.5) is True


def at_its_floor(s):
    """Has a loss that alone is known more than halved? It may have come to its floor, whatever the signals do."""
    return halved(s) and s.accuracy is None and s.tested is None


def learned_something(s):
    """Did the loss fall at all? Where it did not, labels are one of several suspects.

    Without an accuracy a loss that fell may have come to its floor, and with one that never moved to constant answers;
    where most slopes are near 0, these may be to blame.
    """
    fell = None if s.curve is None else below(s.curve.fall, t.MOVED)
    if below(s.left, t.LEARNED):
        return None  # by its loss it has learned
    if fell and guesses(s) and above(s.layers, 2 * t.FEW_LAYERS - 1) is not False:
        return None  # to a constant answer's loss, and no further: many layers may mix up what tells examples apart
    scaled = s.curve is not None and s.curve.start > t.HUGE  # targets far from size 1 may be to blame
    unclear = scaled or s.accuracy is None or one_answer(s, t.ALIKE) or above(s.saturation, t.SATURATED)
    return every(fell, None if unclear else True)


def one_answer(s, limit):
    """Has the training accuracy been the same in all evaluations, within ``limit``?"""
    return s.accuracy_range is not None and s.accuracy_range < limit and not learned_by_loss(s)


def learned_by_loss(s):
    """Is the loss far below that of the best constant answer? Then answers differ."""
    return s.baseline and below(s.left, t.LEARNED) is True


def overfits(s, fails, target):
    """Is the run much better on its training data? Short of its target, only a wide gap says so.

    Without accuracies: a test loss far above the training loss that rises, or has not fallen as the other has.
    """
    if s.gap is not None:
        return every(above(s.gap, t.GAP), either(invert(fails), above(s.gap, t.WIDE)))
    if s.tested is not None and s.tested >= target:
        return False
    worse = either(above(s.test_rise, t.RISE), above(s.test_left, t.LEARNED))
    steady = None if above(s.swings, t.RISE) else True  # what goes up and down is not known by heart
    return every(invert(fails), below(s.loss_gap, t.GAP) is not True, worse, steady)


def uphill(s):
    """Did the loss only rise, by steps that were not long at first, nor so short that they cannot have moved it?

    After long steps it may rise as well, and then it jumps: where it rises nearly entry by entry, they may be longer.
    """
    c = s.curve
    if c is None or c.negative or below(s.ratio_peak, t.TOO_SLOW):
        return False
    if not c.climbs if s.ratio is None else s.ratio > (2 * t.TOO_FAST if c.climbs else t.BRISK):
        return False
    return above(c.lowest, t.MOVED) is True and (bool(c.rising) or c.climbs or above(c.fall, 1.5) is True)


def ascends(s):
    """Do all recorded steps go along the gradient, up the loss, and did the loss not fall?"""
    fell = s.curve is not None and below(s.curve.lowest, t.MOVED) is True
    return above(s.cosine, ALONG) is True and not fell


def standing_at_start(s):
    """Signals and steps in order, and the loss where it began."""
    return s.curve is not None and not s.broke and above(s.curve.fall, t.MOVED) is True


def faded_later(s):
    """Have the signals gone since the first record?"""
    return s.round_trip_last is not None and s.round_trip_last < t.VANISHES - 1
