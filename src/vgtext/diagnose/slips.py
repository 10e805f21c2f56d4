"""Slips in the code of a training loop: what is said of each, and what to do about it."""

from typing import NamedTuple

from .table import DECAYS, REMEDIES

DROPS = 0.7  # the share of its input from which a dropout layer is named


class Slip(NamedTuple):
    """What is said of a slip; ``decides`` where it is to be mended before anything else is asked.

    ``explains`` says that long steps, and a loss that stands, may be its doing.
    """

    sentence: str
    remedy: str
    decides: bool = True
    explains: bool = True


SLIPS = {
    "gradients kept": Slip(
        "A backward pass began with the gradients of the step before still there.",
        "Call optimizer.zero_grad() once in every step, or each step also takes all the earlier ones again."),
    "no backward pass": Slip(
        "In no recorded step did a backward pass reach a weight of the network.",
        "Call loss.backward() between optimizer.zero_grad() and optimizer.step(), outside no_grad, and on the loss "
        "that was made of the network's output: no copy of its number (item, detach, a new tensor) leads back."),
    "inference mode": Slip(
        "The network was trained in inference mode, at least at the end: batch norm keeps its old averages, and "
        "dropout does nothing.",
        "Call model.train() before the loop, and again after every evaluation."),
    "activation twice": Slip(
        "The loss applies a softmax or a sigmoid of its own to an output that has been through one, or through a tanh.",
        "Hand the loss the logits: leave the last softmax, sigmoid or tanh out of the network, and apply it where you "
        "read predictions."),
    "logits cut off": Slip(
        "The loss is given logits that have been through a ReLU, which makes 0 of all that are below.",
        "Hand the loss the logits as they are: leave the last ReLU out of the network."),
    "softmax over the batch": Slip(
        "The loss is given a softmax over the examples of a batch, not over classes.",
        "Take the softmax over the axis of classes, or hand the logits to a cross-entropy."),
    "no logarithm": Slip(
        "The loss expects logarithms of probabilities, and gets something else.",
        "Use the cross-entropy of the logits, or put a log-softmax before this loss."),
    "logits for probabilities": Slip(
        "The loss expects probabilities, and the last layer gives any number.",
        "Say from_logits=True to the loss, or give the last layer a softmax or a sigmoid."),
    "broadcast": Slip(
        "The prediction was stretched to another shape before the loss compared it with the targets.",
        "Give prediction and target the same shape. With (N, 1) against (N,) each prediction is compared with all "
        "targets, and the best answer is their mean."),
    "batch taken for time": Slip(
        "A recurrent or attention layer takes the first axis of its input for time, and the output has a row for each "
        "entry of that axis: examples are read as time steps.",
        "Give the layer batch_first=True, or time as the first axis."),
    "one class a batch": Slip(
        "Most batches hold mainly examples of one class, and not all of the same one.",
        "Shuffle the examples before every epoch: the network learns each class and forgets it with the next."),
    "steps uphill": Slip(
        "In all records the update points along the gradient, up the loss.",
        "Look at the sign of the update: maximize=True, weights plus rate times gradient, a gradient that was negated. "
        "If the number is meant to grow, record its negative as the loss."),
    "loss negated": Slip(
        "The error that comes back pushes answers away from their targets: it is that of minus the cross-entropy.",
        "Look at the sign of the loss: a cross-entropy is minus the mean logarithm of the right class's probability, "
        "and is to become small."),
    "few in a norm": Slip(
        "A batch norm takes its mean and variance over 4 numbers or fewer.",
        "Use larger batches, or a norm over each example (layer norm, group norm).", False),
    "above guessing": Slip(
        "The first loss is far above the logarithm of the number of classes, which guessing gets.",
        "Bring the logits to size 1 before the first step: smaller weights in the last layer, smaller embeddings where "
        "it shares them, and no factor after it. If the loss is a sum over examples, take their mean.", False),
    "summed loss": Slip(
        "The loss is a sum over a batch, and no mean: the larger the batch, the larger the gradient, and SGD's step. A "
        "constant answer's loss is compared with it only if it is a sum, too.",
        "Take the mean over the examples of a batch, and choose the rate for it.", False, False),
    "much decay": Slip(
        f"Weight decay alone takes {DECAYS:.0%} of the weights away in a step, or more.",
        "Lower the weight decay: what it takes in a step is the learning rate times the decay.", False, False),
    "much dropout": Slip(
        f"A dropout layer drops {DROPS:.0%} of its input or more.",
        "Drop less: p is the share that is dropped, not the share that is kept.", False),
    "no layer seen": Slip(
        "No layer was seen in a recorded step: no module that owns a matrix of weights and was called.",
        "Give the recorder the model that is trained, after the last change to its layers and weights, and train it "
        "uncompiled while you record (no torch.compile; in Keras run_eagerly=True). The recorder's list unpaired may "
        "say more.", False),
    "units alike": Slip(
        "All weights of a layer began as one number, and so did those of the next: the units between them began alike, "
        "but for their biases.",
        "Draw the weights at random, by the rule of He or of Glorot: units that begin alike get the same gradient, and "
        "stay alike."),
    "narrow layer": Slip(
        "A hidden layer gets its input from one or two units.",
        "Make it wider, unless it is meant to be a code of one or two numbers, or others pass beside it.", False),
}


def decides(words):
    """Is one of the slips to be mended before anything else is asked? ``words`` may be None."""
    return any(SLIPS[word].decides for word in words or ())


def explain(words):
    """May one of the slips be to blame for long steps, and for a loss that stands?"""
    return any(SLIPS[word].explains for word in words or ())


def sentences(words, all_of_them=True):
    """Return what is said of the slips; not ``all_of_them``, of those that decide."""
    return tuple(SLIPS[word].sentence for word in words or () if all_of_them or SLIPS[word].decides)


def remedy(words, learned=""):
    """Return what to do about the slips; where a run has ``learned``, as that says, of those that decide."""
    mend = [SLIPS[word].remedy for word in words if SLIPS[word].decides or not learned]
    return " ".join([learned, *mend] if learned else [*mend, "Then record again."])


def mend(words, cause):
    """Return the remedy of a cause; before it that of a summed loss, which may have made steps too long."""
    long = cause in ("late divergence", "learning rate too large") and "summed loss" in (words or ())
    return f"{SLIPS['summed loss'].remedy} {REMEDIES[cause]}" if long else REMEDIES[cause]


def beside(words, advice, fails=True):
    """Return what to do about the slips; where none decides, and layers were seen, the ``advice`` holds as well.

    A run that does not fail has nothing to mend; where no layer of it was seen, it may be recorded again.
    """
    words = words or ()
    if not fails:
        return " ".join([advice, *(SLIPS[word].remedy for word in words if word == "no layer seen")])
    if decides(words) or "no layer seen" in words:
        return remedy(words)
    return " ".join([*(SLIPS[word].remedy for word in words), advice])
