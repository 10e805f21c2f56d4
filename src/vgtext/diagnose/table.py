"""The one table of the diagnosis: what is asked, in which order, what it is read from, its limits, and what to do.

``diagnose``, the detection chapter, the report and the page "My network does not train" all read it.
"""

from typing import NamedTuple

# The limits lie between the groups of the tuned halves of the labeled runs (chapter "detection").
LEARNED = 0.2  # a run without accuracies has learned if the loss fell below this share of its start
VANISHES, EXPLODES = -1.2, 1.5  # log10 of the round trip
LOST = -6.0  # below it, rounding may take whole updates away
FEW_LAYERS = 5  # below it a round trip has too few hops to say which cause it has
ALIVE, SATURATED = 0.95, 0.65  # shares: a layer with more dead units passes nothing on; slopes near 0 may be to blame
TOO_FAST, TOO_SLOW = 0.1, 3e-4  # update-to-weight ratio: largest over the records, median over the layers
GUIDE = 1e-3  # the ratio to aim at, in narrow layers
STEEP = 0.5  # a slope of hidden units above it (a sigmoid's is 0.25 at most) loses little of the error
NEAR_ONE = 0.85  # a factor a layer above this is harmless in a shallow network
STANDS, BACK = 0.75, 1.1  # a loss stands still that keeps a share between these from its third quarter to its end
SLOWS = 0.88  # below it a loss, trained as long again, would lose a third: it does not stand if test data gain as well
CLIMBS = 0.15  # a training accuracy that rises by more in the second half is on its way
BEGUN, MOVED = 0.8, 0.95  # a loss below it, of its start, has learned to tell examples apart; above it, nothing
MOVES = 0.5  # entries of the loss times the update-to-weight ratio: below it a run has hardly begun
GAP, RISE = 0.1, 1.2  # training minus test accuracy; test loss over its smallest value
WIDE = 0.4  # a gap above this is overfitting before the target is reached, too
SAME, ALIKE = 0.002, 0.03  # a training accuracy whose evaluations differ by less: near the target; below it
SHRINKS, WANES = 0.2, 0.5  # weights that end below this share of their first size; below it labels are not blamed
KEPT, DECAYS = 0.9, 0.01  # the first of these, where decay alone takes this share of them in a step
INPUTS = (0.01, 30.0)  # root mean square of the inputs
TINY, TRAINED = 1e-3, 0.1  # first losses: below it a gradient in float16 may be 0; below it weights may be trained
HUGE = 1e4  # a first loss above this: the targets are far from the outputs
FORGETS = 1e-3  # share of the gradient that reaches the first time step
BRISK = 0.03  # first ratio: above it, networks of normalized branches need a warm-up
COLLAPSES = 1e-2  # what is left of the gradients of a run that has learned nothing
RUNS_AWAY = 100.0  # a loss that ends above this multiple of its start has diverged, whatever its targets do
RUNS_ON = 4  # times that a loss jumps up and falls again as one class follows another
SOME = 2.5 * VANISHES  # log10 of a round trip that trains all the same, if steps are as long as they should be
ADAPTS = 1.5 * SOME  # the same in few layers, by steps that do not shrink with the gradient, as Adam's
FADES = (f"R is below {10**VANISHES:.2g} ({10**LOST:.6f}, also in the end, with norms and shortcuts); above "
         f"{10**SOME:.1g} not if steps are far out of range; in fewer than {2 * FEW_LAYERS} layers not if the run "
         f"broke, nor, above {10**SOME:.1g}, if R recovers, the loss falls on or ends at twice its start, or both "
         "signals fade (where steps are known)")


class Row(NamedTuple):
    """One question; ``limit`` says when its answer is yes, ``record`` what answers it, in words."""

    cause: str
    question: str
    reads: str  # fields of a recording
    limit: str
    remedy: str
    page: str  # in the book
    record: str


ROWS = (
    Row("layers not trained", "Are a layer's updates exactly 0?", "update, gradient",
        "an update is 0 in every record, or 10,000 times smaller than another's at a similar gradient",
        "Give these parameters to the optimizer (after the model was built, moved or copied), and look for "
        "requires_grad=False, detach, no_grad, a rounding or argmax behind them, and a rate of 0. If you froze them on "
        "purpose, nothing is wrong with them.",
        "notebooks/backprop.html", "the update and the gradient of every layer"),
    Row("bad batch or operation", "Did nan come at once, while the loss was falling and steps were short?",
        "loss, update ratio, gradient",
        f"the ratio was below {TOO_FAST}, or inputs hold nan; or the first gradients do, and activations do not",
        "Look for a log, a root or a division near 0, and for nan, inf or blank examples in the batch of that step: "
        "add a small constant inside log and root, skip the batch, or let anomaly detection name the operation. In "
        "float16, look for values above 65504.",
        "notebooks/consequences.html#when-it-breaks-from-a-rising-loss-to-nan",
        "the step at which nan begins, in the loss, and in the gradients of each layer"),
    Row("scale of inputs or targets", "Are inputs or targets far from size 1?", "input, first loss",
        f"the inputs lie outside {INPUTS[0]} to {INPUTS[1]:.0f}, or the first loss is above {HUGE:.0f} (not if short "
        "steps halve it)",
        "Bring inputs and targets to mean 0 and variance 1 (divide pixels by 255, standardize regression targets), and "
        "average the loss over examples or tokens instead of summing it. If all are in order, lower the learning "
        "rate.",
        "notebooks/causes.html#saturation-and-the-linear-range", "the root mean square of the inputs"),
    Row("underflow in half precision", "Are the gradients of the first layers exactly 0, and the next ones tiny?",
        "gradient, precision", "a layer has 0, and the smallest other size is below 0.0001; in float16 also if all "
        f"have 0 and the first loss is below {TINY}",
        "Scale the loss before the backward pass and the gradients back after it (a gradient scaler), or use bfloat16.",
        "notebooks/consequences.html#mixed-precision-bfloat16-fp8-and-loss-scaling",
        "the number format of the gradients"),
    Row("flat output", "Is the gradient of every layer exactly 0 while activations are alive?", "gradient, dead",
        "all are 0",
        "The output or the loss is flat: predictions are constant. Look at the end of the network: softmax over one "
        "unit (use a sigmoid), ReLU or a clamp at the output (leave it out), a saturated output, a loss that does not "
        "depend on the prediction, or half-precision underflow.",
        "notebooks/activations.html", "gradients and dead units of every layer, the output's too"),
    Row("data in order of class", "Does the loss jump up and fall again, time after time?", "loss, accuracy",
        f"it jumps {RUNS_ON} times or more, and an accuracy or a test loss is known",
        "Shuffle the examples before every epoch: the network learns each class and forgets it with the next. If a "
        "copy of the network makes the targets, each renewal of the copy makes such a jump, and nothing is wrong.",
        "notebooks/detection.html#questions-in-a-fixed-order", "the training loss at every step"),
    Row("late divergence", "Had the network learned, and then lost what it learned?", "loss",
        "the loss fell below half of its start, and came back (without an accuracy or a test loss, only if steps were "
        f"too long, or it broke or ends above {RUNS_AWAY:.0f} times its start)",
        "If you changed the loss or the data there (a term's weight, a harder task), or targets move with the network "
        "(a critic's, a generator's), a rise need be no fault. Else it learned before it broke: lower the learning "
        "rate from there on (decay it), clip gradients, and start again from a checkpoint before the rise. In a "
        "transformer, record the largest attention logit: where it grows, normalize queries and keys (QK-norm).",
        "notebooks/consequences.html#steps-too-long-oscillation-and-divergence", "the training loss at every step"),
    Row("weight decay too large", "Do weights shrink?", "weight", f"weights end below {SHRINKS} of the first size, "
        f"{KEPT} where decay takes {DECAYS:.0%} of them a step",
        "Lower the weight decay (0.0001 to 0.01 is customary with SGD, 0.01 to 0.1 with AdamW), and leave biases and "
        "norms out of it.",
        "notebooks/normalization.html#scale-free-weights-and-the-effective-learning-rate",
        "the size of every layer's weights"),
    Row("dead units", "Is a hidden layer blocked?", "dead", f"more than {ALIVE:.0%} of a layer's units are dead",
        "Start biases at 0 or above, center the inputs, make layers of a few units wider, or normalize before the "
        "activation; if the units die while training, lower the learning rate.",
        "notebooks/activations.html#dead-relu-units-during-training", "the share of dead units of every layer"),
    Row("exploding", "Does the round trip blow up?", "gradient, activation",
        f"R is above {10**EXPLODES:.0f} (with norms and shortcuts, only if the run broke), or the first time step gets "
        f"{1 / FORGETS:.0f} times the median one's gradient",
        "Draw smaller weights: He for ReLU, Glorot for tanh, orthogonal for a recurrent matrix; beside shortcuts, "
        "normalize the branches or scale them down. In a network with norms and no shortcuts the scale of the weights "
        "changes little: add shortcuts. Clipping only limits the damage.",
        "notebooks/mitigation.html#exploding-gradients-the-list-of-remedies",
        "gradient and activation sizes of every layer at the first step"),
    Row("vanishing through time", "Does little of the gradient reach the first time step?", "time gradient",
        f"the first step gets less than a thousandth of the largest, at first and in the end ({10**LOST:.6f} of it if "
        "the loss never moved), and the ratio is in range",
        "Shorten the path through time: attention, a skip over steps, a larger forget bias, an orthogonal recurrent "
        "matrix, or shorter sequences first. If these are not learned either, check the labels. If the first steps get "
        "exactly 0, look for padding and for a detach.",
        "notebooks/recurrence.html#vanishing-through-time-a-healthy-gradient-that-has-forgotten",
        "in a recurrent network, the gradient per time step"),
    Row("vanishing by initialization", "Does the round trip fade, and both signals with it?", "gradient, activation",
        f"weights are 0, or {FADES}; also if only the error fades, between units of slope above {STEEP}",
        "Draw larger weights: He for ReLU, Glorot for tanh. Aim at a round trip near 1.",
        "notebooks/initialization.html#smaller-weights-make-it-worse",
        "gradient and activation sizes of every layer at the first step"),
    Row("vanishing by activation", "Does the round trip fade, and only the error with it?", "gradient, activation",
        FADES,
        "Use an activation whose slope reaches 1 (ReLU, GELU, tanh) with the initialization made for it, or add "
        "shortcuts with normalization.",
        "notebooks/causes.html#activation-function-the-slope-and-what-saturates-it",
        "gradient and activation sizes of every layer at the first step"),
    Row("vanishing by depth", "Does the round trip fade, a little in each of many layers?", "gradient, activation",
        FADES, "Add residual connections with normalization, or use fewer layers.",
        "notebooks/mitigation.html#the-map-how-deep-and-when-to-use-shortcuts",
        "gradient and activation sizes of every layer at the first step"),
    Row("warm-up missing", "Do normalized branches start with large steps, or lose their signals after a few steps?",
        "update ratio, gradient at later steps",
        f"the first ratio is above {BRISK} (not if the loss is below a constant answer's, or at it, signals in order), "
        f"or less than 1% of the first gradient is left, no ratio above {5 * TOO_FAST} (neither if training accuracy "
        f"is {GAP} above that on test data)",
        "Warm the learning rate up over the first tenth of the steps, put the norms before the branches (pre-norm), or "
        "lower the rate. A transformer with post-norm usually needs the warm-up.",
        "notebooks/shortcuts.html#pre-norm-and-post-norm-where-the-normalization-goes",
        "gradient sizes at steps 1, 2, 4, 8, …, 64"),
    Row("learning rate too large", "Does a step rewrite the weights?", "update ratio",
        f"the ratio is above {TOO_FAST} in a record (not in the first alone, if the loss fell after it, nor if it "
        "rises entry by entry, or weights that were too small have grown)",
        "Lower the learning rate until the update-to-weight ratio is near 1e-3 (wide layers need less), or warm up. If "
        "the size of the inputs was not recorded, see first that it is near 1: pixels up to 255 make steps long, too.",
        "notebooks/consequences.html#steps-too-long-oscillation-and-divergence",
        "the update-to-weight ratio of every layer"),
    Row("learning rate too small", "Do the steps hardly touch the weights?", "update ratio",
        f"the ratio is below {TOO_SLOW} in every record, or on average if the loss never moved",
        "Raise the learning rate until the update-to-weight ratio is near 1e-3 (wide layers need less). If a schedule "
        "took the rate away, see how often it steps; if every gradient is clipped, raise the threshold instead.",
        "notebooks/detection.html#update-to-weight-ratio-the-size-of-a-step",
        "the update-to-weight ratio of every layer"),
    Row("overfitting", "Has it learned, and is it much worse on test data?", "accuracies",
        f"training accuracy is {GAP} above that on test data; {WIDE} if it is short of its target; without accuracies, "
        f"if the test loss ends {GAP} of the first loss above the training loss, and {RISE} times its lowest or above "
        f"{LEARNED} of the first loss",
        "It fits its training data, so begin with the data: more of them, augmentation, weight decay, or stop earlier. "
        "With batch norm, first compare training mode and inference mode on the same examples. If test accuracy is no "
        "better than guessing, check that examples and labels belong together.",
        "notebooks/detection.html#analyzing-model-performance-one-number-against-ten-causes",
        "the accuracy or the loss on test data"),
    Row("label noise", "Are signals and steps fine, and has the loss stalled after some learning?", "loss",
        f"an accuracy is known, on test data at most {GAP} higher, weights keep {WANES} of their size, every layer's "
        f"ratio passes {TOO_SLOW}, the loss ends above {LEARNED} of its start, at {STANDS} to {BACK} of its third "
        f"quarter ({SLOWS} if test data do as well)",
        "If the task allows no higher accuracy, nothing is wrong: say so (target; for a text, many_answers). If the "
        "run was short, train on: a loss may stand for a while and fall again. Else read the examples with the largest "
        "loss and check their labels. If these are right, train a shallow twin: if it learns, the layers lose "
        "directions that sizes do not show; if not, the model is too small or the inputs lack information.",
        "notebooks/rescue.html#sizes-in-order-directions-lost", "the training loss at every step"),
    Row("healthy", "None of these, and it has learned?", "accuracy, or loss and a constant answer's",
        "it reached its target, or a fifth of its first loss and of the best constant answer's",
        "Nothing to repair.", "notebooks/detection.html", "the training loss at every step, or the training accuracy"),
)
CAUSES = tuple(row.cause for row in ROWS)
REMEDIES = {row.cause: row.remedy for row in ROWS}
UNDECIDED = "undecided"
LOOP = "fault in the training loop"  # said where a recorder saw one in the code; no question is asked then
SIGNALS = ("exploding", "vanishing by initialization", "vanishing by activation", "vanishing by depth")
BEFORE_A_STEP = ("bad batch or operation", "scale of inputs or targets", "exploding")  # can make the first loss nan
#: What holds a network back from its first step on: not one that had learned when it broke.
HOLD_BACK = ("layers not trained", "flat output", "dead units", "vanishing through time", "vanishing by initialization",
             "vanishing by activation", "vanishing by depth", "learning rate too small", "label noise")
#: Where one of these cannot be answered, no later question decides.
CORE = ("bad batch or operation", "dead units", "exploding", "vanishing by initialization",
        "vanishing by activation", "vanishing by depth", "learning rate too large", "learning rate too small",
        "overfitting", "label noise", "healthy")
