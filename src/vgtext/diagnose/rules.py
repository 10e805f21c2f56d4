"""From symptoms to a cause: the questions of ``table``, asked in its order.

What breaks all else comes first (layers that do not train, nan at once, scales, exact zeros), then the signals, then
the steps, then the data. An answer is True, False, or None where what it needs was not recorded. The first True is the
diagnosis, unless a question of the core before it stayed open: then the evidence does not suffice, and the open
questions say what to record next. Evidence that contradicts an answer withdraws it.
"""

import textwrap
from dataclasses import dataclass, replace

import numpy as np

from . import answers as ask
from . import fading, logic, outcomes, pace, scales, slips
from . import table as t
from .checks import SHARES, SIZES
from .numbers import layers_of
from .recording import Recording
from .sentences import evidence
from .symptoms import measure_symptoms
from .undecided import advice

UNSEEN = ("All updates are 0, and yet the weights moved or the loss fell, so they say nothing: recorder.step comes "
          "after optimizer.step, in the same turn of the loop. (Or biases and norms alone were trained.)")


@dataclass(frozen=True)
class Diagnosis:
    """A cause with its evidence and remedy; ``candidates`` and ``record_next`` where the evidence does not suffice."""

    cause: str  # one of CAUSES, "undecided", or LOOP
    evidence: tuple[str, ...]
    remedy: str
    candidates: tuple[str, ...] = ()
    record_next: tuple[str, ...] = ()

    def __str__(self):
        lines = [f"cause: {self.cause}", *(f"  - {sentence}" for sentence in self.evidence)]
        if self.candidates:
            lines.append(f"still possible: {', '.join(self.candidates)}")
        if self.record_next:
            lines.append(f"record next: {'; '.join(self.record_next)}")
        lines.append(f"remedy: {self.remedy}")
        return "\n".join(textwrap.fill(line, 80, subsequent_indent="    ", break_on_hyphens=False) for line in lines)


def diagnose(recording, target=0.9):
    """Return the :class:`Diagnosis` of a :class:`~vgtext.diagnose.recording.Recording`.

    ``target`` is the training accuracy that counts as learned. Without accuracies the loss decides: it has learned if
    it fell below a fifth of its first value, and of the loss of the best constant answer; where that is not known, no
    run is called healthy. Of a loss that was negative nothing of the kind can be said. Raises
    TypeError or ValueError for what is no recording, or a target beyond 0 to 1.
    """
    if not isinstance(recording, Recording):
        raise TypeError("diagnose takes a Recording(loss=..., ...), such as recorder.recording(), "
                        f"got {type(recording).__name__}")
    if isinstance(target, (str, bool)) or not hasattr(target, "__float__") or np.ndim(target):
        raise TypeError(f"target must be an accuracy above 0 and at most 1, got {target!r}")
    if not 0 < target <= 1:
        raise ValueError(f"target must be an accuracy above 0 and at most 1, got {target}")
    kept = unfrozen(recording)
    if kept is not recording:
        return beside_frozen(recording, diagnose(kept, target))
    s = measure_symptoms(recording)
    if s.no_update and len(s.no_update) == s.layers and (moved_unseen(recording) or outcomes.halved(s)):
        found = diagnose(replace(recording, update=None, update_ratio=None), target)
        return replace(found, evidence=(*found.evidence, UNSEEN))
    if outcomes.ascends(s):
        recording = replace(recording, loop=tuple(dict.fromkeys((*(recording.loop or ()), "steps uphill"))))
    answers, open_before, blocked = questions(s, recording, target), [], False
    fails = outcomes.failed(s, target)
    short = fails is not False or any(logic.below(share, target) for share in (s.accuracy, s.tested))
    if slips.decides(recording.loop) and short:
        said = evidence(t.LOOP, s, recording)
        return Diagnosis(t.LOOP, (*slips.sentences(recording.loop), *said), slips.remedy(recording.loop))
    for cause, answer in answers.items():
        if answer and not blocked:
            said = slips.sentences(recording.loop, cause != "healthy")
            said += of_the_others(recording, target) if cause == "layers not trained" else ()
            mend = slips.remedy(recording.loop, "It has learned all the same.") if cause == "healthy" and said else ""
            return Diagnosis(cause, (*evidence(cause, s, recording), *said), mend or slips.mend(recording.loop, cause))
        if answer is not False:
            open_before.append(cause)
        blocked |= answer is None and cause in t.CORE
        if answer:
            break
    said = (*evidence(t.UNDECIDED, s, recording), *slips.sentences(recording.loop))
    found = advice(s, recording, tuple(open_before), blocked)
    remedy = slips.beside(recording.loop, found[0], fails is not False)
    return Diagnosis(t.UNDECIDED, said, remedy, *found[1:])


def moved_unseen(recording):
    """Do weights differ between records, though no update in any of these was above 0?"""
    return recording.weight is not None and bool((recording.weight != recording.weight[0]).any())


def of_the_others(recording, target):
    """Return a sentence with the answer for the layers that move, where others never do: these may be meant to."""
    moves = None if recording.ratio is None else (recording.ratio != 0).any(axis=0)
    if moves is None or moves.all() or moves.sum() < 2:
        return ()
    rest = diagnose(only(recording, moves), target)
    return (f"If they are meant to stand still: of the others alone the answer is {rest.cause}.",)


def only(recording, layers):
    """Return a recording with some of its layers alone."""
    sizes = {name: array[:, layers] for name, array in recording.given().items() if name in (*SIZES, *SHARES)}
    names = None if recording.names is None else np.array(recording.names)[layers]
    return replace(recording, **sizes, names=names, frozen=None)


def unfrozen(recording):
    """Return a recording without the layers that were frozen on purpose; itself where none was, or all were."""
    if recording.frozen is None:
        return recording
    left = ~recording.frozen if recording.ratio is None else ~recording.frozen | (recording.ratio > 0).any(axis=0)
    return recording if left.all() or not left.any() else only(recording, left)


def beside_frozen(recording, found):
    """Return the diagnosis of a recording, given that of the layers that are not frozen: the others may be to blame."""
    numbers = [int(l) + 1 for l in np.flatnonzero(recording.frozen)]
    said = (*found.evidence, f"Left out, and not counted, {'are' if len(numbers) > 1 else 'is'} {layers_of(numbers)}: "
            "frozen by requires_grad=False or trainable=False.")
    if found.cause not in (t.UNDECIDED, "label noise"):
        return replace(found, evidence=said)
    return Diagnosis(t.UNDECIDED, said, "If you did not freeze layers on purpose, let them train. " + found.remedy,
                     tuple(dict.fromkeys(("layers not trained", *found.candidates, *{found.cause} - {t.UNDECIDED}))),
                     found.record_next)


def questions(s, recording, target=0.9):
    """Return each cause's answer, True, False or None, in the order in which they are asked."""
    fails = outcomes.failed(s, target)
    ill = fails is not False  # signals are judged without a loss too, unless the run is known to have learned
    ill = None if outcomes.contradicts(s) else ill
    blocks = None if ill and outcomes.at_its_floor(s) else ill  # else signals are to blame for what they lose
    blocks = False if pace.half_way(s) or logic.below(s.gap, -t.GAP) else blocks  # something was learned
    fades = fading.vanishing(s, recording)
    clean = None if slips.explain(recording.loop) or outcomes.ascends(s) else True  # the code may explain them
    deep = logic.every(None if s.layers is None else s.layers >= 2 * t.FEW_LAYERS, not recording.shortcuts)
    by_heart = None if logic.above(s.gap, t.GAP) else True  # whose steps work
    lost = ask.collapsed(s, recording)
    warm = None if by_heart and ask.begins_brisk(s, recording) and lost is None else True  # it may fall further
    far = ask.forgets_in_time(s, recording)
    near = None if far is None and s.through_time is not None else True  # no label may be to blame for what is far back
    decays = "much decay" in (recording.loop or ())
    few_dropped = None if "much dropout" in (recording.loop or ()) else True  # it makes zeros, and what is left larger
    answers = {
        "layers not trained": ask.frozen(s, fails),
        "bad batch or operation": ask.bad_operation(s),
        "scale of inputs or targets": ill and scales.off_scale(s, recording),
        "underflow in half precision": ill and scales.underflow(s, recording),
        "flat output": scales.flat(s, target),
        "data in order of class": fails and not recording.mixed and outcomes.in_order(s),
        "late divergence": ill and outcomes.lost_again(s),
        "weight decay too large": logic.every(fails, logic.below(s.shrinks, t.KEPT if decays else t.SHRINKS)),
        "dead units": ill and logic.every(ask.dead(s), few_dropped),
        "exploding": logic.every(blocks, ask.exploding(s, recording), few_dropped),
        "vanishing through time": ill and far,
        "vanishing by initialization": logic.every(blocks, fades, ask.weak(s)),
        "vanishing by activation": logic.every(blocks, fades, ask.weak(s) is not True,
                                               logic.below(ask.factors(s)[1], t.NEAR_ONE)),
        "vanishing by depth": logic.every(blocks, fades, deep),
        "warm-up missing": logic.every(fails, not pace.half_way(s), by_heart, lost),
        "learning rate too large": logic.every(fails, ask.too_large(s), clean),
        "learning rate too small": logic.every(fails, ask.too_small(s)),
        "overfitting": outcomes.overfits(s, fails, target),
        "label noise": logic.every(fails, not s.broke, outcomes.learned_something(s), pace.stands(s),
                                   not outcomes.faded_later(s), clean, warm, near, None if s.many_answers else True,
                                   logic.above(s.gap, -t.GAP) is not False or None,
                                   logic.above(s.dead_outputs, 0) is not True or None,
                                   logic.below(s.shrinks, t.WANES) is not True or None,
                                   logic.below(s.ratio_slowest, t.TOO_SLOW) is not True or None),
        "healthy": logic.every(logic.invert(fails), outcomes.told(s, target)),
    }
    if s.never_a_number:  # no step was made: what steps and labels do had no time
        answers |= {cause: False for cause in answers if cause not in t.BEFORE_A_STEP}
    if s.broke and s.curve is not None and logic.below(s.curve.lowest, t.LEARNED):  # it had learned before
        answers |= {cause: False for cause in t.HOLD_BACK if answers[cause] is None}
    return {row.cause: answers[row.cause] for row in t.ROWS}


