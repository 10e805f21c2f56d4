"""Is a signal that fades to blame? The answer, and what speaks against it: steps, the loss, what comes back."""

from . import table as t
from .answers import hides_error, no_weights
from .logic import above, below
from .pace import moved, on_its_way, taken_away


def vanishing(s, recording):
    """Does the round trip lose the signal? A first step that rewrites the weights is another matter.

    Few layers through which both signals fade somewhat, as with PyTorch's own weights, train at a good rate, and with
    random labels they look the same: where steps are known, the round trip alone decides nothing then.
    """
    if no_weights(s):
        return True
    if above(s.ratio, 1.0):
        return False
    if hides_error(recording):
        return below(s.profile, 2 * t.VANISHES)
    if recording.shortcuts and recording.normalized and (
            above(s.round_trip, t.LOST) or above(s.round_trip_last, t.LOST)):
        return False  # past what a branch loses leads a shortcut, and a head that starts at 0 grows
    if s.round_trip is None:
        return True if below(s.profile, 2 * t.VANISHES) else None
    if s.round_trip >= t.VANISHES:
        return False
    mild = s.round_trip > 1.5 * t.VANISHES
    if mild and above(s.round_trip_last, 0.0):
        return False  # it was lost at first alone
    if mild and recording.shortcuts is not False and below(s.collapse, t.COLLAPSES):
        return None  # most of the loss came later: the start alone is not to blame
    few, shallow = s.layers < t.FEW_LAYERS, s.layers < 2 * t.FEW_LAYERS
    both = below(s.forward, t.NEAR_ONE) is True and s.ratio_peak is not None
    adapts = shallow and adaptive(recording)
    some = s.round_trip > (t.ADAPTS if both and adapts else t.SOME)
    came_back = not mild and above(s.round_trip_last, t.VANISHES)
    follows = came_back and on_its_way(s) and (both or (adapts and below(s.fall, 0.5) is True))
    if shallow and (s.broke or (some and (came_back or speaks_against(s))) or follows):
        return False  # where small weights have grown, and the loss follows, nothing is lost any more
    if some and out_of_range(s, 0.3 if few else 0.2):
        return False
    if some and s.rate_kept is False and taken_away(s) and moved(s) is False:
        return False  # a schedule took the steps away before they could have moved anything
    if adapts and s.round_trip > t.ADAPTS and (some or moved(s) is False or stayed(s)):
        return None  # such steps do not shrink with the gradient: they may be few, too short, or have nothing to learn
    if shallow and s.round_trip > t.ADAPTS and short_anyway(s):
        return None  # both may hold it back, and the rate is tried sooner
    return None if few or (some and (taken_away(s) or (shallow and (both or short(s) or moved(s))))) else True


def stayed(s):
    """Is the loss where it was? Sigmoids that move lower it, if slowly; where labels are random, none does."""
    return above(s.fall, t.MOVED) is True and below(s.fall, t.BACK) is True


def short_anyway(s):
    """Would steps be too short in order signals, too? A layer in the middle lost half of the round trip on its way."""
    return below(s.ratio_peak and s.ratio_peak * 10.0 ** (-s.round_trip / 2), t.TOO_SLOW) is True


def speaks_against(s):
    """Has the loss come some way and falls on, or does it end at twice its start? A lost signal does neither."""
    return (on_its_way(s) and below(s.fall, t.BEGUN) is True) or above(s.fall, 2.0) is True


def out_of_range(s, slow):
    """Are steps so far out of the usual range that a signal which fades somewhat is not to blame?

    Small gradients make small steps, too: shorter ones than ``slow`` times the limit are the rate's. So are those that
    are short even in the fastest layer, or that lower the loss at an even pace.
    """
    at_pace = s.curve is not None and s.curve.falling and below(s.ratio_peak, t.TOO_SLOW) is True
    hardly = below(s.ratio_peak, slow * t.TOO_SLOW) is True or below(s.ratio_fastest, t.TOO_SLOW) is True
    return above(s.ratio_peak, 1.0) is True or hardly or at_pace


def short(s):
    """Are steps short, and would a rate that mends this be none too long for the fastest layer?"""
    return below(s.ratio_peak, t.TOO_SLOW) is True and below(s.ratio_fastest, t.GUIDE) is True


def adaptive(recording):
    """Is the optimizer known to make steps whose size does not depend on that of the gradient, as Adam does?"""
    word = (recording.optimizer or "sgd").lower()
    return not any(name in word for name in ("sgd", "momentum", "descent"))
