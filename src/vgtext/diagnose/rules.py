"""From symptoms to a cause: ten yes-no-unknown questions, asked in a fixed order.

Parameters first, fit afterwards: what the signals do before anything is learned, then the size of the steps, then the
data. An answer is True, False, or None where what it needs was not recorded. The first True is the diagnosis, unless a
question before it stayed open: then the evidence does not suffice, and the open questions say what to record next.
"""

import textwrap
from dataclasses import dataclass

from .recording import Recording
from .sentences import evidence, missing
from .symptoms import read

# The limits lie between the groups of the tuned half of the labelled runs (chapter "detection"), on a log scale.
LEARNED = 0.2  # a run has learned if the loss fell below this share of its start (or its accuracy reached the target)
VANISHES = -1.2  # log10 of the round trip: healthy runs lost at most 0.7 decades, vanishing ones at least 1.5
EXPLODES = 1.5  # healthy runs gained at most 0.95 decades, exploding ones at least 3.1
ALIVE = 0.95  # a layer with a larger share of dead units passes nothing on
TOO_FAST, TOO_SLOW = 0.1, 3e-4  # first update-to-weight ratio: that of healthy runs lay between 1e-3 and 3e-2
FADES = 0.1  # the ratio falls below this share of its first value though nothing was learned
NEAR_ONE = 0.85  # a factor a layer above this is harmless in a shallow network
STANDS = 0.75  # a loss that keeps more than this share from its third quarter to its end stands still
GAP, RISE = 0.1, 1.2  # training minus test accuracy; test loss over its smallest value

REMEDIES = {
    "healthy": "Nothing to mend.",
    "vanishing by activation": "Use an activation whose slope reaches 1 (ReLU, GELU, tanh) with the initialization "
    "made for it, or normalize each layer.",
    "vanishing by initialization": "Draw larger weights: He for ReLU, Glorot for tanh. Aim at a round trip near 1.",
    "vanishing by depth": "Add residual connections with normalization, or use fewer layers.",
    "exploding": "Draw smaller weights: He for ReLU, Glorot for tanh; clipping only limits the damage.",
    "dead units": "Start biases at 0 or above, centre the inputs, or normalize before the activation.",
    "learning rate too small": "Raise the learning rate until the update-to-weight ratio is near 1e-3.",
    "learning rate too large": "Lower the learning rate until the update-to-weight ratio is near 1e-3, or warm up.",
    "overfitting": "The gradients are not at fault: more data, augmentation, weight decay, or stop earlier.",
    "label noise": "The gradients are not at fault: read the examples with the largest loss and check their labels; "
    "if these are right, the model is too small or the inputs lack information.",
}
CAUSES = tuple(REMEDIES)
UNDECIDED = "undecided"


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
            lines.append(f"record next: {', '.join(self.record_next)}")
        lines.append(f"remedy: {self.remedy}")
        return "\n".join(textwrap.fill(line, 80, subsequent_indent="    ", break_on_hyphens=False) for line in lines)


def diagnose(recording, target=0.9):
    """Return the :class:`Diagnosis` of a :class:`~vgtext.diagnose.recording.Recording`.

    ``target`` is the training accuracy that counts as learned. Without accuracies the loss decides: it has learned if
    it fell below a fifth of its first value.
    """
    if not isinstance(recording, Recording):
        raise TypeError(f"diagnose takes a Recording(loss=..., ...), got {type(recording).__name__}")
    if not 0 < target <= 1:
        raise ValueError(f"target must be an accuracy above 0 and at most 1, got {target}")
    s = read(recording)
    answers = questions(s, target)
    open_before = []
    for cause, answer in answers.items():
        if answer and not open_before:
            return Diagnosis(cause, evidence(cause, s), REMEDIES[cause])
        if answer is not False:
            open_before.append(cause)
        if answer:
            break
    return _undecided(s, tuple(open_before))


def _undecided(s, candidates):
    if not candidates:
        words = "Train on: nothing is wrong with signals and steps, and the loss is still falling."
        return Diagnosis(UNDECIDED, evidence(UNDECIDED, s), words)
    words = "Record more before you change anything."
    return Diagnosis(UNDECIDED, evidence(UNDECIDED, s), words, candidates, missing(s))


def questions(s, target=0.9):
    """Return each cause's answer, True, False or None, in the order in which they are asked."""
    failed = invert(learned(s, target))
    ill = failed is not False  # signals are judged without a loss too, unless the run is known to have learned
    vanishes, (forward, backward) = vanishing(s), factors(s)
    relu = s.dead is not None  # live ReLU units have slope 1: where their error fades, the weights are too small
    weak = either(below(forward, NEAR_ONE), every(relu, below(backward, NEAR_ONE)))
    diverged = either(above(s.ratio, TOO_FAST), bool(s.broke) or above(s.fall, 1.5))
    overfits = above(s.gap, GAP) if s.gap is not None else above(s.test_rise, RISE)
    return {
        "dead units": ill and (s.dead >= ALIVE if s.dead is not None else s.silent),
        "exploding": ill and exploding(s),
        "vanishing by initialization": ill and every(vanishes, weak),
        "vanishing by activation": ill and every(vanishes, below(backward, NEAR_ONE)),
        "vanishing by depth": ill and vanishes,
        "learning rate too large": every(failed, diverged),
        "learning rate too small": every(failed, below(s.ratio, TOO_SLOW)),
        "overfitting": every(invert(failed), overfits),
        "label noise": every(failed, not s.broke, above(s.late_fall, STANDS)),
        "healthy": invert(failed),
    }


def learned(s, target):
    """Has the run learned its training examples? By accuracy where there is one, else by the loss."""
    if s.broke:
        return False
    return below(s.fall, LEARNED) if s.accuracy is None else s.accuracy >= target


def exploding(s):
    """Does the round trip blow the signal up? A rising or falling gradient profile says so too, an even one nothing."""
    if s.round_trip is None:
        return True if above(s.profile, EXPLODES) else False if below(s.profile, 2 * VANISHES) else None
    return s.round_trip > EXPLODES


def vanishing(s):
    """Does the round trip lose the signal, or do the updates fade though nothing was learned?"""
    if s.round_trip is None:
        return True if below(s.profile, 2 * VANISHES) else None
    fading = every(not s.broke, below(s.ratio_fade, FADES), below(s.ratio, TOO_FAST))
    return either(s.round_trip < VANISHES, fading)


def factors(s):
    """Return the factors a layer (forward, backward). Without activations a falling gradient profile gives the second.

    Had the activations shrunk as well, the profile would be even: so a falling one clears them.
    """
    if s.round_trip is None and below(s.profile, 2 * VANISHES):
        return 1.0, 10.0 ** (s.profile / (s.layers - 1))
    return s.forward, s.backward


def every(*answers):
    """And: False if one is False, else None if one is unknown, else True."""
    return False if False in answers else None if None in answers else True


def either(*answers):
    """Or: True if one is True, else None if one is unknown, else False."""
    return True if True in answers else None if None in answers else False


def invert(answer):
    """Not; what is unknown stays unknown."""
    return None if answer is None else not answer


def above(value, limit):
    """Is ``value`` above ``limit``? None if it is unknown."""
    return None if value is None else value > limit


def below(value, limit):
    """Is ``value`` below ``limit``? None if it is unknown."""
    return None if value is None else value < limit
