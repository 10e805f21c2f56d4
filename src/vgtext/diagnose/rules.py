"""From symptoms to a cause: the questions of ``table``, asked in its order.

What breaks all else comes first (layers that do not train, nan at once, scales, exact zeros), then the signals, then
the steps, then the data. An answer is True, False, or None where what it needs was not recorded. The first True is the
diagnosis, unless a question of the core before it stayed open: then the evidence does not suffice, and the open
questions say what to record next. Evidence that contradicts an answer withdraws it.
"""

import textwrap
from dataclasses import dataclass

from . import answers as ask
from . import logic
from . import table as t
from .numbers import MOST_WISHES, missing
from .recording import Recording
from .sentences import evidence
from .symptoms import measure_symptoms


@dataclass(frozen=True)
class Diagnosis:
    """A cause with its evidence and remedy; ``candidates`` and ``record_next`` where the evidence does not suffice."""

    cause: str  # one of CAUSES, or "undecided"
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
    it fell below a fifth of its first value. Of a loss that was negative nothing of the kind can be said.
    """
    if not isinstance(recording, Recording):
        raise TypeError(f"diagnose takes a Recording(loss=..., ...), got {type(recording).__name__}")
    if isinstance(target, (str, bool)) or not hasattr(target, "__float__"):
        raise TypeError(f"target must be an accuracy above 0 and at most 1, got {target!r}")
    if not 0 < target <= 1:
        raise ValueError(f"target must be an accuracy above 0 and at most 1, got {target}")
    s = measure_symptoms(recording)
    answers, open_before, blocked = questions(s, recording, target), [], False
    for cause, answer in answers.items():
        if answer and not blocked:
            return Diagnosis(cause, evidence(cause, s, recording), t.REMEDIES[cause])
        if answer is not False:
            open_before.append(cause)
        blocked |= answer is None and cause in t.CORE
        if answer:
            break
    return _undecided(s, recording, tuple(open_before), blocked)


def _undecided(s, recording, candidates, blocked):
    """Say why nothing was decided: a loss that cannot tell, nothing learned, not finished, or too little known."""
    said, asked = evidence(t.UNDECIDED, s, recording), missing(s, recording, candidates)
    if s.curve is not None and s.curve.negative and s.accuracy is None:
        return Diagnosis(t.UNDECIDED, said, "A loss that may be negative does not say whether the run has learned: "
                         "record an accuracy, or another measure of what the network is for.", candidates,
                         ("an accuracy, or another measure of success", *asked[: MOST_WISHES - 1]))
    if blocked:
        return Diagnosis(t.UNDECIDED, said, "Record more before you change anything.", candidates, asked)
    if ask.standing_at_start(s):
        return Diagnosis(t.UNDECIDED, said, "Signals and steps are in order, and nothing was learned. Train a twin of "
                         "few layers on the same data: if it learns, the layers mix up what tells the examples apart "
                         "(shortcuts with a norm); if it does not, look at the data, the labels, and the loop that "
                         "feeds them.", tuple(dict.fromkeys((*candidates, "vanishing by depth", "label noise"))),
                         ("the loss of a twin of few layers", *asked[: MOST_WISHES - 1]))
    if s.curve is not None and logic.above(s.curve.late, t.STANDS) is not True:
        return Diagnosis(t.UNDECIDED, said, "Train on: nothing is wrong with signals and steps, and the loss is still "
                         "falling.")
    return Diagnosis(t.UNDECIDED, said, "Nothing that was recorded says what is wrong. Record more before you change "
                     "anything.", candidates, asked)


def questions(s, recording, target=0.9):
    """Return each cause's answer, True, False or None, in the order in which they are asked."""
    fails = ask.failed(s, target)
    ill = fails is not False  # signals are judged without a loss too, unless the run is known to have learned
    fades = ask.vanishing(s, recording)
    deep = logic.every(None if s.layers is None else s.layers >= 2 * t.FEW_LAYERS, not recording.shortcuts)
    overfits = logic.above(s.gap, t.GAP) if s.gap is not None else logic.above(s.test_rise, t.RISE)
    answers = {
        "layers not trained": ask.frozen(s, fails),
        "bad batch or operation": ask.bad_operation(s),
        "scale of inputs or targets": ill and ask.off_scale(s),
        "underflow in half precision": ill and ask.underflow(s, recording),
        "flat output": ask.flat(s, target),
        "data in order of class": ill and ask.in_order(s),
        "late divergence": ill and ask.lost_again(s),
        "weight decay too large": ill and logic.below(s.shrinks, t.SHRINKS),
        "dead units": ill and ask.dead(s),
        "exploding": ill and ask.exploding(s),
        "vanishing through time": ill and logic.below(s.through_time, t.FORGETS),
        "vanishing by initialization": ill and logic.every(fades, ask.weak(s)),
        "vanishing by activation": ill and logic.every(fades, logic.below(ask.factors(s)[1], t.NEAR_ONE)),
        "vanishing by depth": ill and logic.every(fades, deep),
        "warm-up missing": logic.every(fails, ask.collapsed(s, recording)),
        "learning rate too large": logic.every(fails, ask.too_large(s)),
        "learning rate too small": logic.every(fails, ask.too_small(s)),
        "overfitting": logic.every(logic.invert(fails), overfits),
        "label noise": logic.every(fails, not s.broke, ask.learned_something(s), ask.stands(s), not ask.faded_later(s)),
        "healthy": logic.invert(fails),
    }
    return {row.cause: answers[row.cause] for row in t.ROWS}


