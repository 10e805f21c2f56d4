"""What to do where nothing was decided: the first of the cases below that the run is in."""

from . import outcomes, pace
from . import situations as so
from .answers import outgrown
from .numbers import MOST_WISHES, missing


def advice(s, recording, candidates, blocked):
    """Return (what to do, what is still possible, what to record next)."""
    asked = missing(s, recording, candidates)
    for is_so, remedy, also, first in CASES:
        if is_so(s, candidates, blocked):
            return remedy, tuple(dict.fromkeys((*candidates, *also))), (*first, *asked[: MOST_WISHES - len(first)])
    if pace.on_its_way(s) and not blocked:
        return "Train on: nothing is wrong with signals and steps, and the loss is still falling.", (), ()
    if blocked and not asked:
        causes = "several causes" if len(candidates) > 1 else "one cause"
        return (f"All that is asked for was recorded, and it leaves {causes} open. Train a twin of few layers on the "
                "same data, and then change one thing at a time, the first cause first.", candidates, ())
    return ("Record more before you change anything." if blocked else
            "Nothing that was recorded says what is wrong. Record more before you change anything."), candidates, asked


#: (is it so?, what to do, what else is possible, what to record first)
CASES = (
    (lambda s, *_: s.never_a_number, "The first loss is no number, before any step: no learning rate did that. Look "
     "for nan or blank inputs and for the log of 0 in the loss; then find the first layer whose activations hold nan "
     "or inf. If they grow from layer to layer until they overflow, draw smaller weights.", (),
     ("the activations of every layer",)),
    (lambda s, *_: s.alike, "The network has norms, and all its activations are nearly 0: the examples of a batch "
     "hardly differ, so a norm over them divides by nearly 0 and makes gradients large. Look at what loads the inputs "
     "and scales them: blank or constant examples, the same one again and again.", ("scale of inputs or targets",), ()),
    (lambda s, still, *_: so.first_open(still) == "learning rate too large" and outgrown(s), "The weights were small "
     "at first, so that steps were long for them. They have grown, the signals have come back, and the loss fell. "
     "Train on. If it stands, compare it with a twin that starts with larger weights (He for ReLU, Glorot for tanh).",
     (), ()),
    (lambda s, *_: outcomes.runs_off(s), "The loss ran off below 0, where nothing holds it. Look at its sign: a cross-"
     "entropy or a squared error has no minus before it. If it is meant to be below 0, bound it.",
     ("learning rate too large",), ("an accuracy, or another measure of success",)),
    (lambda s, *_: outcomes.contradicts(s), "The loss is so small that more answers must be right than training "
     "accuracy says. Measure both on the same examples, in the same mode: with batch norm, compare training mode and "
     "inference mode. Then check that training sees all the examples, and how the accuracy is counted.", (),
     ("training accuracy and loss on the same examples, in training mode and in inference mode",)),
    (so.negative, "A loss that may be negative does not say whether the run has learned: record an accuracy, or "
     "another measure of what the network is for.", (), ("an accuracy, or another measure of success",)),
    (so.falls_without_success, "The loss is below 0, and the accuracy is poor: the loss may not measure what the "
     "network is for. Look at its sign, and at what it expects: logits, probabilities, or their logarithms.", (), ()),
    (lambda s, *_: s.all_zero and s.comes_back and len(s.no_gradient) == s.layers,
     "An error comes back from the loss, and no layer's weights get a gradient. If all are frozen "
     "(requires_grad=False) on purpose, nothing is wrong with them. If not, look for two factors that both start at 0, "
     "as in an adapter: neither gets a gradient, so start one of them away from 0.", (), ()),
    (so.tested_short, "Its loss fell far, and its test accuracy is below the target. Record the training accuracy: if "
     "it is far higher, it overfits; if not, train on, or say what the task allows.", (), ("the training accuracy",)),
    (so.falls_alone, "Its loss fell far, and nothing needs to change before you know more. Compare it with the loss of "
     "the best constant answer: only if it is far below that, too, has the run learned its training examples. If not, "
     "outputs may be nearly alike, or the targets' mean far from 0. Where constant outputs can bring the loss to 0, "
     "measure how much outputs differ.", (), ("the loss of the best constant answer",)),
    (so.learned, "Its loss fell far: it has learned its training examples. Whether it does as well on others, only "
     "these can say; nothing needs to change before you know.", (), ()),
    (so.signals_or_floor, "The loss has more than halved, which a signal that is lost on its way seldom allows: the "
     "network may have come to its floor. Compare it with what others reach, and with a twin of few layers: if that "
     "does no better, leave the layers as they are.", (), ("an accuracy, or another measure of success",)),
    (so.one_layer, "The first step was long, and the loss fell all the same: there is one layer, with none behind it "
     "that a step could throw off. If the task allows no higher accuracy, nothing is wrong: say so (target). If it "
     "does, try a lower rate.", (), ()),
    (so.slopes_unknown, "Activations keep their size, and the error fades on its way back. Between sigmoids, or "
     "saturated units, their slope is to blame: use ReLU, GELU or tanh. Between ReLU, GELU, or tanh of small "
     "inputs, the weights are too small, and biases alone keep activations up: draw larger ones (He, Glorot).", (), ()),
    (so.fades_and_short, "The signal fades somewhat on its round trip, and the steps are short. Raise the rate "
     "tenfold. If the loss falls now, the rate was too small. If it stands still or breaks, go back, and draw larger "
     "weights (He, Glorot).", ("learning rate too small",), ()),
    (so.fades_somewhat, "The signal fades somewhat on its round trip. Networks of so few layers often train all the "
     "same: train a twin with larger weights (He for ReLU, Glorot for tanh) and no sigmoids on the same data. If it "
     "learns, the weights or slopes were too small. If it stands still as well, look whether examples and labels "
     "belong together.",
     ("label noise",), ("the loss of a twin with larger weights",)),
    (so.creeps_up, "The steps hardly touch the weights, and the loss creeps up, by more than it jitters. Steps as "
     "short should lower it: look at the sign of the loss and of the update (maximize), and check the gradient against "
     "differences. If its targets move with the network, or the examples get harder, raise the rate.", (),
     ("the loss of one batch before and after a step",)),
    (so.learned_before, "The steps hardly touch the weights. If these had learned before, the loss may be as low as it "
     "gets: compare it with the one that they ended with. If they had not, raise the rate.", (),
     ("the loss of the best constant answer", "an accuracy, or another measure of success")),
    (so.shrank, "The steps began in range, and became short though the rate was kept: the gradients shrank, as they "
     "do where the outputs become the same for all examples. Train a twin of few layers on the same data. If it "
     "learns, warm the rate up or lower it. If it does not, look whether examples and labels belong together.",
     ("label noise",), ("the loss of a twin of few layers",)),
    (lambda s, still, *_: so.first_open(still) == "learning rate too small",
     "The loss fell and stood, and on average the steps hardly touched the weights: a schedule may have "
     "taken the rate away before the network had learned. Hold the rate where it began, and see whether the loss falls "
     "on.", ("label noise",), ()),
    (so.uphill, "The loss only rises, and no long step at first is known to have done it. If its targets move "
     "with the network (a generator's), that is no fault. If not, take a few steps on one batch with a rate 100 times "
     "smaller. If the loss falls now, the rate was too large. If it still rises, the steps lead uphill: look at "
     "the sign of the loss and of the update, and check the gradient against differences.", (),
     ("the loss of one batch before and after a very short step",)),
    (so.moves, "The loss came up again, once or time after time, and no step is known to be too long. If its targets "
     "move with the network (a critic's, whose copy is renewed at times, or a generator's), that is no fault: measure "
     "what it is for. If not, lower the rate from the first rise on; if jumps repeat with every epoch, shuffle.", (),
     ("an accuracy, or another measure of success",)),
    (so.in_waves, "The loss jumps up and falls again, time after time, and may end in a trough. Shuffle the examples "
     "before every epoch, and ask again.", (), ("the test loss several times an epoch",)),
    (so.wanes, "The weights have lost much of their size, which a weight decay that is too large does, and a usual one "
     "in a long run. Divide the decay by ten. If the loss ends no lower, look whether examples and labels belong "
     "together.", ("weight decay too large",), ()),
    (so.text, "An example has many answers, as a text has one for each token, and no network gets all of them right: "
     "the loss has a floor, the entropy of the text. It falls to that of the token frequencies first, and then slowly: "
     "train on while it falls. Compare it with that of a table of pairs, which gives each token by the one before. If "
     "it comes below that, nothing is wrong: say what the task allows (target). If not, check that the targets are the "
     "inputs, one token on, and train a shallow twin.", (), ("the loss of a table of pairs of tokens",)),
    (so.far_back, "Little of the gradient reaches the first time steps, in the first record or in the last. Take "
     "examples whose answer lies in the last time steps. If the network learns these, and not the others, shorten the "
     "path through time (attention, a larger forget bias, shorter sequences first). If it does not, look whether "
     "examples and labels belong together.", ("label noise",), ("the loss on shorter sequences",)),
    (so.lags, "The steps hardly touch one of the layers, and move others: what it has to learn may take far longer. So "
     "it is with an embedding, whose rows get a gradient only where their words come. Use an optimizer that adapts to "
     "each weight, such as Adam, or a larger rate for this layer, and ask again before you look at the labels.",
     ("learning rate too small",), ()),
    (so.by_heart, "It learns its training examples one by one, and is far worse on test data. If test accuracy is no "
     "better than guessing, check that examples and labels belong together. Else take more data, augmentation or "
     "weight decay, or a smaller network.", ("overfitting", "label noise"), ()),
    (so.constant, "The loss fell, and no further than that of the best constant answer: nothing was learned that tells "
     "examples apart. Look whether they belong to their targets, and train a shallow twin.", ("label noise",), ()),
    (so.brisk, "The loss fell and then stood still. The first steps were long for branches with norms: try a warm-up, "
     "or a lower rate. If the loss comes no lower, it may be at its floor, as the entropy of a text is one: then "
     "nothing is wrong, and if an accuracy is known, say what the task allows (target).", (), ()),
    (so.cut_off, "Some outputs are 0 for every example, as a ReLU or a clamp at the end of the network makes them: no "
     "error passes there, and what they stand for is never answered. Leave it out, and ask again before you look at "
     "the labels.", (), ()),
    (so.saturated, "Most hidden slopes are nearly 0 at the first record, so little is passed back through these units. "
     "Draw smaller weights, or bring the inputs to size 1, and ask again before you look at the labels.", (), ()),
    (so.one_answer, "Training accuracy hardly moved from one evaluation to another. Compare it with the share of the "
     "most frequent class: if they agree, the network may give every example the same answer. Then look at the inputs, "
     "at examples and labels that do not belong together, and weight or sample rare classes.", (),
     ("the share of the most frequent class", "the accuracy on each class")),
    (so.better_on_test_data, "Test accuracy is far above training accuracy. Measure the training accuracy without "
     "dropout and augmentation. If it is high, nothing is wrong; if it stays low, check the training labels.", (),
     ("training accuracy without dropout and augmentation",)),
    (so.fell_far, "The loss fell far, and training accuracy stays below the target. Train on. With batch norm or "
     "dropout, measure it in training mode, too. If the loss stands and nobody gets a higher accuracy, nothing is "
     "wrong: say so (target).", (), ()),
    (so.climbs_back, "The loss has come up again since its third quarter. Train on and lower the rate step by step: if "
     "the jumps shrink with it, the rate was too large for the end. If not, check the gradient against differences.",
     (), ("the training loss at every step",)),
    (so.at_a_floor, "The loss fell and then stood still, with signals and steps in order. Many losses have a floor "
     "above 0: the entropy of a text, the variance of noisy targets. If this one is near what others reach, nothing is "
     "wrong. If not, check the labels of the examples with the largest loss, and train a shallow twin.", (),
     ("an accuracy, or another measure of success",)),
    (so.faded, "Signals and steps began in order. Then the gradients faded while the loss stayed where it was: the "
     "outputs may have become the same for all examples. Warm the rate up or lower it, and train a twin of few layers "
     "on the same data.", ("vanishing by depth", "label noise"), ("the loss of a twin of few layers",)),
    (so.standing_at_start, "Signals and steps are in order, and the loss is hardly below its start. If its targets "
     "move with the network (a teacher's, a critic's), it may learn all the same: measure what it is for. If not, "
     "train a twin of few layers on the same data: if it learns, the layers mix up what tells the examples apart "
     "(shortcuts with a norm); if it does not, look at the data, the labels, and the loop that feeds them, and "
     "whether an activation function follows each hidden layer.",
     ("vanishing by depth", "label noise"),
     ("the loss of a twin of few layers",)),
    (so.hardly_begun, "All steps together moved the weights by less than half their size: the run has hardly begun. "
     "Train longer, and ask again.", (), ()),
)
