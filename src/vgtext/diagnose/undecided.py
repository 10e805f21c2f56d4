"""What to do where nothing was decided: the first of the cases below that the run is in."""

from . import outcomes
from . import table as t
from .logic import above, below
from .numbers import MOST_WISHES, missing


def advice(s, recording, candidates, blocked):
    """Return (what to do, what is still possible, what to record next)."""
    asked = missing(s, recording, candidates)
    for is_so, remedy, also, first in CASES:
        if is_so(s, candidates, blocked):
            return remedy, tuple(dict.fromkeys((*candidates, *also))), (*first, *asked[: MOST_WISHES - len(first)])
    if outcomes.on_its_way(s) and not blocked:
        return "Train on: nothing is wrong with signals and steps, and the loss is still falling.", (), ()
    if blocked and not asked:
        return ("All that is asked for was recorded, and it fits several causes. Train a twin of few layers on the "
                "same data, and then change one thing at a time, the first cause first.", candidates, ())
    return ("Record more before you change anything." if blocked else
            "Nothing that was recorded says what is wrong. Record more before you change anything."), candidates, asked


def _negative(s, candidates, blocked):
    return s.curve is not None and s.curve.negative and s.accuracy is None


def _falls_without_success(s, candidates, blocked):
    return s.curve is not None and s.curve.negative and s.accuracy is not None and "healthy" not in candidates


def _learned(s, candidates, blocked):
    return s.gap is None and {"healthy"} <= {*candidates} <= {"layers not trained", "overfitting", "healthy"}


def _falls_alone(s, candidates, blocked):
    constant = not s.baseline and (s.accuracy is None or outcomes.one_answer(s, t.ALIKE))
    return _learned(s, candidates, blocked) and constant


def _tested_short(s, candidates, blocked):
    return _learned(s, candidates, blocked) and s.accuracy is None and s.tested is not None


def _constant(s, candidates, blocked):
    return s.baseline and above(s.left, t.MOVED) is True and below(s.fall, t.MOVED) is True


def _in_waves(s, candidates, blocked):
    return "data in order of class" in candidates and s.curve is not None and s.curve.waves >= t.RUNS_ON


def _one_layer(s, candidates, blocked):
    return s.layers == 1 and _first_open(candidates) == "learning rate too large" and outcomes.halved(s)


def _signals_or_floor(s, candidates, blocked):
    return _first_open(candidates) in t.SIGNALS and outcomes.at_its_floor(s)


def _uphill(s, candidates, blocked):
    return "learning rate too large" in candidates and outcomes.uphill(s)


def _moves(s, candidates, blocked):
    again = not {"data in order of class", "late divergence"}.isdisjoint(candidates)
    rose = "learning rate too large" in candidates and (bool(s.curve and s.curve.rising) or above(s.fall, 1.5) is True)
    return outcomes.moves(s) and (again or rose)


def _saturated(s, candidates, blocked):
    return _labels_open(candidates) and above(s.saturation, t.SATURATED)


def _one_answer(s, candidates, blocked):
    return _labels_open(candidates) and outcomes.one_answer(s, t.ALIKE)


def _better_on_test_data(s, candidates, blocked):
    return _labels_open(candidates) and "healthy" in candidates and above(s.gap, -t.GAP) is False


def _fell_far(s, candidates, blocked):
    return _labels_open(candidates) and below(s.left, t.LEARNED) is True


def _climbs_back(s, candidates, blocked):
    return _labels_open(candidates) and outcomes.climbs_back(s)


def _at_a_floor(s, candidates, blocked):
    return _labels_open(candidates) and s.accuracy is None and outcomes.stands(s) is True


def _faded(s, candidates, blocked):
    return not blocked and outcomes.standing_at_start(s) and below(s.collapse, t.COLLAPSES) is True


def _standing_at_start(s, candidates, blocked):
    early = outcomes.hardly_begun(s) and not s.curve.constant
    return not blocked and outcomes.standing_at_start(s) and not early


def _hardly_begun(s, candidates, blocked):
    return not blocked and outcomes.hardly_begun(s) and not outcomes.on_its_way(s)


def _labels_open(candidates):
    """Is label noise the first of the core that stayed open?"""
    return _first_open(candidates) == "label noise"


def _first_open(candidates):
    """The first of the core that stayed open."""
    return next((c for c in candidates if c in t.CORE), None)


#: (is it so?, what to do, what else is possible, what to record first)
CASES = (
    (lambda s, *_: s.never_a_number, "The first loss is no number, before any step: no learning rate did that. Look "
     "for nan or blank inputs and for the log of 0 in the loss; then find the first layer whose activations hold nan "
     "or inf. If they grow from layer to layer until they overflow, draw smaller weights.", (),
     ("the activations of every layer",)),
    (lambda s, *_: outcomes.runs_off(s), "The loss ran off below 0, where nothing holds it. Look at its sign: a cross-"
     "entropy or a squared error has no minus before it. If it is meant to be below 0, bound it.",
     ("learning rate too large",), ("an accuracy, or another measure of success",)),
    (lambda s, *_: outcomes.contradicts(s), "The loss is so small that more answers must be right than training "
     "accuracy says. Measure both on the same examples, in the same mode: with batch norm, compare training mode and "
     "inference mode. Then check that training sees all the examples, and how the accuracy is counted.", (),
     ("training accuracy and loss on the same examples, in training mode and in inference mode",)),
    (_negative, "A loss that may be negative does not say whether the run has learned: record an accuracy, or another "
     "measure of what the network is for.", (), ("an accuracy, or another measure of success",)),
    (_falls_without_success, "The loss is below 0, and the accuracy is poor: the loss may not measure what the network "
     "is for. Look at its sign, and at what it expects: logits, probabilities, or their logarithms.", (), ()),
    (lambda s, *_: s.all_zero and s.comes_back and len(s.no_gradient) == s.layers,
     "An error comes back from the loss, and no layer's weights get a gradient. If all are frozen "
     "(requires_grad=False) on purpose, nothing is wrong with them. If not, look for two factors that both start at 0, "
     "as in an adapter: neither gets a gradient, so start one of them away from 0.", (), ()),
    (_tested_short, "Its loss fell far, and its test accuracy is below the target. Record the training accuracy: if it "
     "is far higher, it overfits; if not, train on, or say what the task allows.", (), ("the training accuracy",)),
    (_falls_alone, "Its loss fell far, and nothing needs to change before you know more. Compare it with the loss of "
     "the best constant answer: only if it is far below that, too, has the run learned its training examples. If not, "
     "outputs may be nearly alike, or the targets' mean far from 0. Where constant outputs can bring the loss to 0, "
     "measure how much outputs differ.", (), ("the loss of the best constant answer",)),
    (_learned, "Its loss fell far: it has learned its training examples. Whether it does as well on others, only these "
     "can say; nothing needs to change before you know.", (), ()),
    (_signals_or_floor, "The loss has more than halved, which a signal that is lost on its way seldom allows: the "
     "network may have come to its floor. Compare it with what others reach, and with a twin of few layers: if that "
     "does no better, leave the layers as they are.", (), ("an accuracy, or another measure of success",)),
    (_one_layer, "The first step was long, and the loss fell all the same: there is one layer, with none behind it "
     "that a step could throw off. If the task allows no higher accuracy, nothing is wrong: say so (target). If it "
     "does, try a lower rate.", (), ()),
    (lambda s, still, *_: _first_open(still) == "learning rate too small",
     "The loss fell and stood, and on average the steps hardly touched the weights: a schedule may have "
     "taken the rate away before the network had learned. Hold the rate where it began, and see whether the loss falls "
     "on.", ("label noise",), ()),
    (_uphill, "The loss only rises, though the first steps are short. If its targets move with the network (a "
     "generator's), that is no fault. If not, take a few steps on one batch with a rate 100 "
     "times smaller. If the loss falls now, the rate was too large. If it still rises, the steps lead uphill: look at "
     "the sign of the loss and of the update, and check the gradient against differences.", (),
     ("the loss of one batch before and after a very short step",)),
    (_moves, "The loss came up again, once or time after time, and no step is known to be too long. If its targets "
     "move with the network (a critic's, whose copy is renewed at times, or a generator's), that is no fault: measure "
     "what it is for. If not, lower the rate from the first rise on; if jumps repeat with every epoch, shuffle.", (),
     ("an accuracy, or another measure of success",)),
    (_in_waves, "The loss jumps up and falls again, time after time, and may end in a trough. Shuffle the examples "
     "before every epoch, and ask again.", (), ("the test loss several times an epoch",)),
    (_constant, "The loss fell, and no further than that of the best constant answer: nothing was learned that tells "
     "examples apart. Look whether they belong to their targets, and train a shallow twin.", ("label noise",), ()),
    (_saturated, "Most hidden slopes are nearly 0 at the first record, so little is passed back through these units. "
     "Draw smaller weights, or bring the inputs to size 1, and ask again before you look at the labels.", (), ()),
    (_one_answer, "Training accuracy hardly moved from one evaluation to another. Compare it with the share of the "
     "most frequent class: if they agree, the network may give every example the same answer. Then look at the inputs, "
     "at examples and labels that do not belong together, and weight or sample rare classes.", (),
     ("the share of the most frequent class", "the accuracy on each class")),
    (_better_on_test_data, "Test accuracy is far above training accuracy. Measure the training accuracy without "
     "dropout and augmentation. If it is high, nothing is wrong; if it stays low, check the training labels.", (),
     ("training accuracy without dropout and augmentation",)),
    (_fell_far, "The loss fell far, and training accuracy stays below the target. Train on. If the loss stands and "
     "nobody gets a higher accuracy, nothing is wrong: say so (target).", (), ()),
    (_climbs_back, "The loss has come up again since its third quarter. Train on and lower the rate step by step: if "
     "the jumps shrink with it, the rate was too large for the end. If not, check the gradient against differences.",
     (), ("the training loss at every step",)),
    (_at_a_floor, "The loss fell and then stood still, with signals and steps in order. Many losses have a floor above "
     "0: the entropy of a text, the variance of noisy targets. If this one is near what others reach, nothing is "
     "wrong. If not, check the labels of the examples with the largest loss, and train a shallow twin.", (),
     ("an accuracy, or another measure of success",)),
    (_faded, "Signals and steps began in order. Then the gradients faded while the loss stayed where it was: the "
     "outputs may have become the same for all examples. Warm the rate up or lower it, and train a twin of few layers "
     "on the same data.", ("vanishing by depth", "label noise"), ("the loss of a twin of few layers",)),
    (_standing_at_start, "Signals and steps are in order, and the loss is hardly below its start. If its targets move "
     "with the network (a teacher's, a critic's), it may learn all the same: measure what it is for. If not, train a "
     "twin of few layers on the same data: if it learns, the layers mix up what tells the examples apart (shortcuts "
     "with a norm); if it does not, look at the data, the labels, and the loop that feeds them.",
     ("vanishing by depth", "label noise"),
     ("the loss of a twin of few layers",)),
    (_hardly_begun, "All steps together moved the weights by less than half their size: the run has hardly begun. "
     "Train longer, and ask again.", (), ()),
)
