"""The answers to the questions, one function each: True, False, or None where what it needs was not recorded."""

from . import table as t
from .logic import above, below, either, every
from .outcomes import begun, halved, lost_again, may_have_learned_before, moves, runs_off, sinks, unharmed, uphill
from .pace import taken_away


def frozen(s, fails):
    """Is a layer never moved: no update though it has a gradient, or no gradient though a layer before it has one?"""
    if below(s.round_trip, t.LOST) or backward_broke(s):
        return False  # what is left of the signal is lost in rounding, or no gradient was a number
    if s.input == 0 and (s.alike or s.no_gradient == (1,)):
        return False  # nothing enters it
    if s.no_update or (fails and s.slow):
        return True
    if s.no_gradient is None:
        return False if s.no_update is not None else None
    alone = len(s.no_gradient) < (s.layers or 0) and s.no_gradient
    tiny = s.smallest is not None and s.smallest < 1e-4
    if not alone or tiny or s.silent or above(s.dead, t.ALIVE):
        return False
    return True if fails is False or s.silent is False else None  # or a blocked layer, were it known


def bad_operation(s):
    """nan at once, out of a run in order: signals fine, steps short, the loss not on its way up."""
    if s.bad_input:
        return True
    if not s.broke or above(s.round_trip, t.EXPLODES) or grows_in_time(s):
        return False
    if s.never_a_number:
        return s.passes_forward or None
    if backward_broke(s):
        return True
    c = s.curve
    if c is not None and (c.rising or c.runs_off or above(c.fall, 1.2) or c.start > t.HUGE or lost_again(s)):
        return False
    return below(s.ratio_peak, t.TOO_FAST)


def backward_broke(s):
    """Do gradients hold nan at the first record, where loss and activations are ordinary numbers?"""
    return bool(s.nan_gradient_first and s.ratio_peak is None and s.passes_forward and not above(s.growth, t.EXPLODES))


def dead(s):
    """Is a hidden layer blocked, at the start or (with signals and steps in order) at the end?"""
    if no_weights(s):
        return False  # not the units are to blame
    at_start = above(s.dead, t.ALIVE) if s.dead is not None and not s.silent else s.silent
    if at_start and s.dead_last is not None and s.dead_last < t.ALIVE:
        return False
    in_order = every(above(s.round_trip, t.SOME), below(s.round_trip, t.EXPLODES), below(s.ratio_peak, t.TOO_FAST),
                     above(s.fall, 1.5) is not True)  # steps that made the loss rise killed the units, too
    return True if at_start or every(above(s.dead_last, t.ALIVE), in_order) else at_start


def hides_error(recording):
    """Is the error not known? In normalized branches the gradient over the activation does not estimate it."""
    return bool(recording.shortcuts and recording.normalized and recording.error is None)


def grows_in_time(s):
    """Does the gradient grow toward the first time step, and do damage? A loss read off there makes it largest, too."""
    harm = bool(s.broke) or above(s.ratio_peak, t.TOO_FAST) is True or above(s.left, t.RUNS_AWAY) is True
    return above(s.grows_in_time, 1 / t.FORGETS) is True and harm


def forgets_in_time(s, recording):
    """Does little of the gradient reach the first time step, at the first record and at the last?

    In an untrained network little of it does, so steps out of range are to blame first. What is lost at one end alone
    is left open: it may come back as the network trains, or be lost since what is near was learned. So is what rounding
    would not take, in a run that learned nothing: one that has nothing to learn begins and ends so, too.
    """
    if recording.recurrent is False or too_large(s) or too_small(s):
        return False
    ends = [below(value, t.FORGETS) for value in (s.through_time, s.through_time_last)]
    nothing_learned = above(s.fall, t.MOVED) and above(s.through_time, 10.0**t.LOST)
    return None if ends[0] != ends[1] or (ends[0] and nothing_learned) else ends[0]


def no_weights(s):
    """Do hidden weights of exactly 0 block the network, in the last record as in the first?"""
    return bool(s.no_weights and s.silent and s.silent_last)


def exploding(s, recording):
    """Does the round trip, or the way back through time, blow the signal up?

    A gradient profile that rises or falls says so too, an even one nothing.
    """
    if grows_in_time(s):
        return True
    if s.row and above(s.ratio, 1.0):
        return False  # signals came after steps that had rewritten the weights
    if s.alike:
        return None  # a norm of what does not differ divides by nearly 0
    branches = every(recording.shortcuts, recording.normalized)
    if no_weights(s) or (branches and (unharmed(s) or above(s.ratio, 1.0))):
        return False  # norms beside shortcuts set the sizes anew: small embeddings alone make R large
    if hides_error(recording):
        return above(s.profile, t.EXPLODES)
    if s.round_trip is None:
        grows = either(every(s.all_zero, above(s.growth, t.EXPLODES)), above(s.profile, t.EXPLODES))
        return True if grows else False if below(s.profile, 2 * t.VANISHES) else None
    if s.round_trip <= t.EXPLODES:
        return False
    unclear = s.one_jump if branches is None else branches and not s.broke  # a norm jumps from small embeddings
    return None if unclear else True


def weak(s):
    """Do both signals fade? Where the error fades between units of slope near 1 (live ReLU), the weights do it, too.

    Where no activations were recorded, biases may have kept them up while small weights made the error fade.
    """
    if no_weights(s):
        return True
    forward, backward = factors(s)
    unknown = forward is None or not s.slopes_known
    steep = True if s.dead is not None or above(s.slope, t.STEEP) is True else None if unknown else False
    return either(below(forward, t.NEAR_ONE), every(steep, below(backward, t.NEAR_ONE)))


def factors(s):
    """Return the factors a layer (forward, backward). Without activations a falling gradient profile gives the second.

    It does not give the first.
    """
    if s.round_trip is None and below(s.profile, 2 * t.VANISHES):
        return None, 10.0 ** (s.profile / (s.layers - 1))
    return s.forward, s.backward


def collapsed(s, recording):
    """Were signals in order, and then steps large or gradients gone though nothing was learned?"""
    branches = recording.normalized and recording.shortcuts
    gone = below(s.collapse, t.COLLAPSES)
    if begins_brisk(s, recording):
        guesses = s.baseline and below(s.left, t.BACK) is True
        in_order = guesses and gone is False and s.row is not None and s.round_trip_last - s.round_trip > t.VANISHES
        return not s.broke and (None if begun(s) or in_order else True)  # random labels leave signals in order, too
    if not gone or s.broke or above(s.ratio_peak, 5 * t.TOO_FAST):
        return None if gone is None else False
    return True if branches else None


def begins_brisk(s, recording):
    """Do normalized branches start with steps that usually ask for a warm-up?"""
    branches = recording.normalized and recording.shortcuts
    return bool(branches and above(s.ratio, t.BRISK) and not above(s.ratio, t.TOO_FAST))


def too_large(s):
    """Do steps rewrite the weights, or did the loss run up from the start, by steps that could do it?"""
    if runs_off(s):
        return None
    if uphill(s):
        return None
    if above(s.ratio_peak, t.TOO_FAST):
        none_thrown_off = s.layers == 1 and halved(s)
        return None if none_thrown_off or one_long_step(s) or outgrown(s) or sinks(s) else True
    c = s.curve
    rose = c is not None and above(c.fall, 1.5) is True and not c.one_of_many
    up = c is not None and (bool(c.rising) or rose)
    if up and not c.negative and not below(s.ratio_peak, t.TOO_SLOW):
        return None if moves(s) else True
    return None if s.ratio_peak is None or s.broke else False


def one_long_step(s):
    """Was the first step alone too long, as those of adaptive optimizers are, and did the loss fall after it?"""
    learned = below(s.left, t.MOVED) is True and (s.baseline or above(s.accuracy_range, t.ALIKE) is True)
    return learned and not s.broke and below(s.ratio_later, t.TOO_FAST) is True


def outgrown(s):
    """Were weights so small at first that both signals faded and steps were long for them, and has it learned since?"""
    came_back = below(s.round_trip, t.VANISHES) is True and above(s.round_trip_last, t.VANISHES) is True
    learned = not s.broke and below(s.left, t.MOVED) is True
    return came_back and learned and below(s.forward, t.NEAR_ONE) is True and below(s.ratio_before, t.TOO_FAST) is True


def too_small(s):
    """Do steps hardly touch the weights? Not in a run that fell and stood; of one that stood only, the mean tells."""
    if s.curve is not None and below(s.curve.fall, 0.8) and above(s.curve.late, 0.99):
        return None if below(s.travel, t.TOO_SLOW) or taken_away(s) else False  # a schedule may have
    stood = s.travel is not None and s.curve is not None and above(s.curve.fall, t.MOVED)
    hardly = below(s.travel if stood else s.ratio_peak, t.TOO_SLOW)
    shrank = s.rate_kept and above(s.ratio_peak, t.TOO_SLOW)  # by themselves, as where answers become alike
    unclear = shrank or s.ratio_peak == 0 or may_have_learned_before(s) or (s.curve is not None and s.curve.creeps_up)
    return None if hardly and unclear else hardly
