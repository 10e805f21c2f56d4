"""Slips in the code of a training loop that a recorder sees for certain, and what to do about each."""

from functools import partial
from math import prod
from typing import NamedTuple

from .modules import nodes


class Slip(NamedTuple):
    """What is said of a slip; ``decides`` where it is to be mended before anything else is asked."""

    sentence: str
    remedy: str
    decides: bool = True


SLIPS = {
    "gradients kept": Slip(
        "A backward pass began with the gradients of the step before still there.",
        "Call optimizer.zero_grad() once in every step, or each step also takes all the earlier ones again."),
    "inference mode": Slip(
        "The network was trained in inference mode: batch norm keeps its old averages, and dropout does nothing.",
        "Call model.train() before the loop, and again after every evaluation."),
    "activation twice": Slip(
        "The loss applies a softmax or a sigmoid of its own to an output that has been through one already.",
        "Hand the loss the logits: leave the last softmax, sigmoid or tanh out of the network, and apply it where you "
        "read predictions."),
    "no logarithm": Slip(
        "The loss expects logarithms of probabilities, and gets something else.",
        "Use the cross-entropy of the logits, or put a log-softmax before this loss."),
    "broadcast": Slip(
        "The prediction was stretched to another shape before the loss compared it with the targets.",
        "Give prediction and target the same shape. With (N, 1) against (N,) each prediction is compared with all "
        "targets, and the best answer is their mean."),
    "batch taken for time": Slip(
        "A recurrent or attention layer takes the first axis of its input for time, and the output has a row for each "
        "entry of that axis: examples are read as time steps.",
        "Give the layer batch_first=True, or time as the first axis."),
    "few in a norm": Slip(
        "A batch norm takes its mean and variance over 4 numbers or fewer.",
        "Use larger batches, or a norm over each example (layer norm, group norm).", False),
    "much dropout": Slip(
        "A dropout layer drops 80% of its input or more.",
        "Drop less: p is the share that is dropped, not the share that is kept.", False),
    "narrow layer": Slip(
        "A hidden layer gets its input from one or two units, and nothing else passes there.",
        "Make the narrow layer wider, unless it is meant to be a code of one or two numbers.", False),
}
SHAPES = ("View", "UnsafeView", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Permute", "T", "Select", "Slice",
          "Clone", "ToCopy")  # nodes that change no number
BOUNDED = ("Softmax", "Sigmoid", "Tanh")
COMPARE = ("MseLoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
#: What stands directly before what, seen from the loss.
BEFORE = (("activation twice", ("LogSoftmax", "BinaryCrossEntropyWithLogits"), BOUNDED),
          ("no logarithm", ("NllLoss", "NllLoss2D"), ("Softmax", "Addmm", "Convolution")),
          ("broadcast", COMPARE, ("Expand",)))


def decides(words):
    """Is one of the slips to be mended before anything else is asked? ``words`` may be None."""
    return any(SLIPS[word].decides for word in words or ())


def sentences(words, all_of_them=True):
    """Return what is said of the slips; not ``all_of_them``, of those that decide."""
    return tuple(SLIPS[word].sentence for word in words or () if all_of_them or SLIPS[word].decides)


def remedy(words):
    """Return what to do about the slips."""
    return " ".join([*(SLIPS[word].remedy for word in words), "Then record again."])


class Watch:
    """Looks for slips while a model is trained; a recorder tells it what happens in the steps that it records."""

    def __init__(self, model):
        """Watch ``model``."""
        self.model, self.found, self.rows, self._norms = model, set(), [], []
        self.hooks = [module.register_forward_pre_hook(self._normalizes) for module in model.modules()
                      if getattr(module, "running_mean", None) is not None]
        self.forget()

    def forget(self):
        """Begin a step."""
        self._passes, self._time_first = [], []

    def enters(self, module, x, axis, hidden):
        """Take what enters a layer, with units along ``axis``; ``hidden`` where another layer came before."""
        if hidden and x.requires_grad and x.shape[axis] <= 2:
            self.found.add("narrow layer")
        if getattr(module, "batch_first", True) is False and x.ndim == 3:
            self._time_first.append(x.shape[:2])

    def _normalizes(self, module, given):
        if module.training and given[0].ndim > 1:
            self._norms.append(prod(given[0].shape) <= 4 * given[0].shape[1])

    def leaves(self, output, parameters):
        """Take the output of a pass, and the parameters that the optimizer holds, from the first layer on.

        A list of answers with as many rows as there are time steps answers for each of these.
        """
        if output.ndim == 2 and any(len(output) == first != second > 1 for first, second in self._time_first):
            self.found.add("batch taken for time")
        self._passes.append(None)
        first = next((p for p in parameters if p.requires_grad), None)
        if output.requires_grad and first is not None:
            output.register_hook(partial(self._comes_back, len(self._passes) - 1, first))

    def _comes_back(self, i, first, g):
        """The error sets out; the first layer, which it reaches last, should hold no gradient yet."""
        if i < len(self._passes) and self._passes[i] is None:
            self._passes[i] = first.grad is not None and bool((first.grad != 0).any())

    def steps(self, node, trained, moved):
        """A step is done: the graph of its loss, whether it ran in training mode, whether a weight moved."""
        if not self.rows:
            self.found |= of_graph(node)
        self.rows.append((bool(self._passes) and all(self._passes), trained, moved))

    def words(self):
        """Return the field ``loop`` of a recording: the slips that were seen, where there are any."""
        if not self.rows:
            return {}
        found = self.found | of_modules(self.model, not any(trained for _, trained, _ in self.rows))
        if 2 * sum(self._norms) > len(self._norms):  # the last batch of an epoch may be small
            found.add("few in a norm")
        # whoever adds gradients up over batches, and calls the recorder for each of them, moves nothing at step 1
        if len(self.rows) > 1 and self.rows[0][2] and all(kept for kept, _, _ in self.rows[1:]):
            found.add("gradients kept")
        return {"loop": sorted(found)} if found else {}


def of_graph(node):
    """Return the slips that stand in the graph of a loss (its ``grad_fn``)."""
    pairs = {(_name(child), _name(_first(parent))) for child, parents in nodes(node) for parent in parents}
    return {slip for slip, after, before in BEFORE if any(a in after and b in before for a, b in pairs)}


def of_modules(model, inference):
    """Return the slips of a model's modules; ``inference`` says that it was trained in inference mode."""
    found = set()
    for module in model.modules():
        drops = float(getattr(module, "p", 0.0)) if "dropout" in type(module).__name__.lower() else 0.0
        if drops >= 0.8:
            found.add("much dropout")
        if inference and (drops > 0 or getattr(module, "running_mean", None) is not None):
            found.add("inference mode")
    return found


def _first(node):
    """Return the first node on the way back that changes a number."""
    while _name(node) in SHAPES and len(node.next_functions) == 1 and node.next_functions[0][0] is not None:
        node = node.next_functions[0][0]
    return node


def _name(node):
    return node.name().split("Backward")[0]
