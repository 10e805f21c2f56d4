"""The situations that a run without a verdict may be in: what was measured, and what is still possible."""

from . import outcomes, pace
from . import table as t
from .logic import above, below


def negative(s, candidates, blocked):
    """Was the loss below 0, with no accuracy beside it?"""
    return s.curve is not None and s.curve.negative and s.accuracy is None


def falls_without_success(s, candidates, blocked):
    """Was it below 0, beside a poor accuracy?"""
    return s.curve is not None and s.curve.negative and s.accuracy is not None and "healthy" not in candidates


def learned(s, candidates, blocked):
    """Is overfitting all that a run that has learned may have?"""
    return s.gap is None and {"healthy"} <= {*candidates} <= {"layers not trained", "overfitting", "healthy"}


def falls_alone(s, candidates, blocked):
    """Does the loss alone say so, and of no constant answer's is anything known?"""
    alone = not s.baseline and (s.accuracy is None or outcomes.one_answer(s, t.ALIKE))
    return learned(s, candidates, blocked) and alone


def tested_short(s, candidates, blocked):
    """Is a test accuracy below the target all that is known?"""
    return learned(s, candidates, blocked) and s.accuracy is None and s.tested is not None


def constant(s, candidates, blocked):
    """Did the loss fall to that of the best constant answer?"""
    return s.baseline and above(s.left, t.MOVED) is True and below(s.fall, t.MOVED) is True


def in_waves(s, candidates, blocked):
    """Does the loss run in waves?"""
    return "data in order of class" in candidates and s.curve is not None and s.curve.waves >= t.RUNS_ON


def one_layer(s, candidates, blocked):
    """Did one layer alone take a long first step, and the loss fall?"""
    return s.layers == 1 and first_open(candidates) == "learning rate too large" and outcomes.halved(s)


def signals_or_floor(s, candidates, blocked):
    """Do signals fade though the loss, which alone is known, has halved?"""
    return first_open(candidates) in t.SIGNALS and outcomes.at_its_floor(s)


def slopes_unknown(s, candidates, blocked):
    """Does the error alone fade, between units whose slopes nothing tells?"""
    both = {"vanishing by initialization", "vanishing by activation"} <= {*candidates}
    return both and above(s.forward, t.NEAR_ONE) is True and not s.slopes_known


def fades_and_short(s, candidates, blocked):
    """Does a signal fade somewhat, by steps that are short?"""
    return fades_somewhat(s, candidates, blocked) and below(s.ratio_peak, t.TOO_SLOW) is True


def fades_somewhat(s, candidates, blocked):
    """Does a signal fade, in a network of so few layers that it may train all the same?"""
    fades = first_open(candidates) in t.SIGNALS and below(s.round_trip, t.VANISHES) is True
    return fades and s.round_trip > t.ADAPTS and s.layers < 2 * t.FEW_LAYERS and not s.broke


def shrank(s, candidates, blocked):
    """Did steps in range become too short, though the rate was kept?"""
    return first_open(candidates) == "learning rate too small" and s.rate_kept and above(s.ratio_peak, t.TOO_SLOW)


def far_back(s, candidates, blocked):
    """Is it open whether what reaches the first time steps, or the labels, hold the run back?"""
    known = "vanishing through time" in candidates and s.through_time is not None
    return known and (labels_open(candidates) or (not blocked and outcomes.standing_at_start(s)))


def wanes(s, candidates, blocked):
    """Did the weights lose much of their size, in a run whose labels may be to blame?"""
    return labels_open(candidates) and below(s.shrinks, t.WANES) is True


def text(s, candidates, blocked):
    """Has an example many answers, of which no network gets all right, and did the loss fall?"""
    return labels_open(candidates) and s.many_answers and below(s.fall, t.MOVED) is True


def lags(s, candidates, blocked):
    """Do steps hardly touch one of the layers, in a run whose labels may be to blame?"""
    return labels_open(candidates) and below(s.ratio_slowest, t.TOO_SLOW) is True


def by_heart(s, candidates, blocked):
    """Is a run that has not reached its target far better on its training data?"""
    return not blocked and "overfitting" not in candidates and above(s.gap, 2 * t.GAP) is True


def creeps_up(s, candidates, blocked):
    """Does the loss creep up though the steps hardly touch the weights?"""
    return first_open(candidates) == "learning rate too small" and s.curve is not None and s.curve.creeps_up


def learned_before(s, candidates, blocked):
    """May weights that are hardly touched have been trained before?"""
    return first_open(candidates) == "learning rate too small" and outcomes.may_have_learned_before(s)


def uphill(s, candidates, blocked):
    """Does the loss only rise, by steps in range?"""
    return "learning rate too large" in candidates and outcomes.uphill(s)


def moves(s, candidates, blocked):
    """Did the loss rise, as it does where targets move?"""
    again = not {"data in order of class", "late divergence"}.isdisjoint(candidates)
    rose = "learning rate too large" in candidates and (bool(s.curve and s.curve.rising) or above(s.fall, 1.5) is True)
    return outcomes.moves(s) and (again or rose)


def brisk(s, candidates, blocked):
    """Did the loss fall, after first steps that may ask for a warm-up?"""
    asked = "warm-up missing" in candidates and above(s.ratio, t.BRISK) is True
    return asked and labels_open(candidates) and outcomes.begun(s)


def cut_off(s, candidates, blocked):
    """Are some outputs 0 for every example, in a run whose labels may be to blame?"""
    return labels_open(candidates) and above(s.dead_outputs, 0) is True


def saturated(s, candidates, blocked):
    """Are most hidden slopes nearly 0?"""
    return labels_open(candidates) and above(s.saturation, t.SATURATED)


def one_answer(s, candidates, blocked):
    """Is the accuracy the same in all evaluations?"""
    return labels_open(candidates) and outcomes.one_answer(s, t.ALIKE)


def better_on_test_data(s, candidates, blocked):
    """Is the test accuracy far above the training accuracy?"""
    return labels_open(candidates) and above(s.gap, -t.GAP) is False


def fell_far(s, candidates, blocked):
    """Did the loss fall far, and the accuracy stay below the target?"""
    short = labels_open(candidates) or not (candidates or blocked)
    return short and below(s.left, t.LEARNED) is True


def climbs_back(s, candidates, blocked):
    """Is the loss higher at its end than in its third quarter?"""
    return labels_open(candidates) and pace.climbs_back(s)


def at_a_floor(s, candidates, blocked):
    """Does a loss stand that alone is known?"""
    return labels_open(candidates) and s.accuracy is None and pace.stands(s) is True


def faded(s, candidates, blocked):
    """Have the gradients gone since the first record?"""
    return not blocked and outcomes.standing_at_start(s) and below(s.collapse, t.COLLAPSES) is True


def standing_at_start(s, candidates, blocked):
    """Are signals and steps in order, and the loss where it began?"""
    early = pace.hardly_begun(s) and not s.curve.constant
    return not blocked and outcomes.standing_at_start(s) and not early


def hardly_begun(s, candidates, blocked):
    """Has the run hardly begun?"""
    return not blocked and pace.hardly_begun(s) and not pace.on_its_way(s)


def labels_open(candidates):
    """Is label noise the first of the core that stayed open?"""
    return first_open(candidates) == "label noise"


def first_open(candidates):
    """The first of the core that stayed open."""
    return next((c for c in candidates if c in t.CORE), None)
