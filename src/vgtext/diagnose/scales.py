"""The answers on scales and exact zeros: inputs and targets far from size 1, gradients that are 0."""

from . import table as t
from .logic import above, below, invert
from .outcomes import halved, unharmed


def off_scale(s, recording):
    """Inputs, or a first loss, far from size 1; what explodes inside the network is not their fault."""
    low, high = t.INPUTS
    if s.input is not None and not low <= s.input <= high:
        return True
    if s.curve is None or s.curve.negative:
        return None if s.input is None else False
    if s.curve.start <= t.HUGE or (above(s.grows_in_time, 1 / t.FORGETS) and s.passes_forward is False):
        return False if s.input is not None else None
    if above(s.grows_in_time, 1 / t.FORGETS) and s.passes_forward is None:
        return None
    if s.input is not None and "above guessing" in (recording.loop or ()):
        return False  # of classes, the targets are in order, too
    if unharmed(s) and halved(s):
        return None  # a sum over a batch is large, too
    return invert(above(s.round_trip, t.EXPLODES)) if s.round_trip is not None else above(s.ratio, 1.0)


def underflow(s, recording):
    """The first layers' gradients are exactly 0, the next ones tiny, and the format is not known to hold them."""
    if s.no_gradient is None or recording.precision in ("bfloat16", "float32", "float64"):
        return False
    if s.silent or above(s.dead_last, t.ALIVE):
        return False
    if s.smallest is not None:
        return 1e-10 < s.smallest < 1e-4
    if s.all_zero and recording.precision == "float16" and s.curve is not None and s.curve.start < t.TINY:
        return not s.dead_output
    if s.all_zero and s.comes_back is not None:
        return 0 < s.comes_back < t.TINY
    return None if recording.precision is None and s.all_zero else False


def flat(s, target):
    """No layer has a gradient though something is left to learn, and no hidden layer is to blame.

    A loss that fell far may still be that of constant predictions: it is not asked.
    """
    if s.accuracy is not None and s.accuracy >= target:
        return False
    if s.all_zero is None:
        return None if s.curve is not None and s.curve.constant and not s.broke else False
    if s.comes_back:
        return False  # an error comes back from the loss, so neither is flat
    if not s.all_zero or (s.curve is not None and (s.curve.done or below(s.curve.fall, 1e-6))):
        return False
    if s.silent or above(s.dead_last, t.ALIVE) or above(s.growth, t.EXPLODES):
        return False
    if s.collapse is not None and above(s.ratio_peak, 1.0):
        return False  # it had gradients, until a step threw the weights far away
    return True if s.dead_output else invert(s.silent_last)
