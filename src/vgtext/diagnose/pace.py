"""Does a loss stand still, fall on, or come up again, and did the steps suffice for it?"""

from . import table as t
from .logic import above, below, either, every
from .outcomes import guesses


def stands(s):
    """Does the loss stand still, after steps that together could have moved the weights?"""
    if hardly_begun(s):
        return False
    if s.curve is None or climbs_back(s):
        return None
    two = s.accuracy_range is None  # evaluations, or one: the second may be on its way
    risen = two and above(s.climb, t.ALIKE) is True and below(s.curve.late, t.MOVED)
    unclear = risen or gains(s) or taken_away(s) or (guesses(s) and below(s.made * (s.travel or 1), 2 * t.MOVES))
    return False if on_its_way(s) else None if unclear else above(s.curve.late, t.STANDS)


def hardly_begun(s):
    """Can the steps together have moved the weights by half their size? Before that no loss has come to rest."""
    return s.curve is not None and s.ratio_peak is not None and s.made * s.ratio_peak < t.MOVES


def on_its_way(s):
    """Does the loss fall on, or fall somewhat while the accuracy climbs?"""
    c = s.curve
    if c is None or c.ragged or c.late is None:
        return False
    return c.falling or c.late <= t.STANDS or gains(s) or (c.late < 0.95 and above(s.climb, t.CLIMBS) is True)


def gains(s):
    """Does it learn on, if slowly, and test data gain as well? What is learned by heart does not help there."""
    gap = None if s.gap is None else abs(s.gap)
    climbs = every(below(gap, t.ALIKE), above(s.climb, t.ALIKE), below(s.curve.late, 1 - t.ALIKE))
    return either(climbs, every(below(gap, t.GAP), below(s.curve.late, t.SLOWS))) is True


def half_way(s):
    """Has the loss halved, and does it fall on at its pace? Then the signals are not what holds it."""
    return on_its_way(s) and s.curve.falling and below(s.curve.fall, 0.5) is True


def climbs_back(s):
    """Is the loss higher at its end than in its third quarter?"""
    return s.curve is not None and above(s.curve.late, t.BACK) is True


def moved(s):
    """Have the steps together moved the weights by half their size? Then no lost signal held them in place."""
    return None if s.travel is None else s.made * s.travel > t.MOVES


def taken_away(s):
    """Were the steps on average so much shorter than the longest that a schedule may have taken them away?"""
    return not s.rate_kept and s.ratio_peak is not None and below(s.travel, 0.05 * s.ratio_peak) is True
