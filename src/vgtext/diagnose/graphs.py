"""What stands in the graph of a loss: its nodes by their names, and the slips that show there."""

from math import prod

from .modules import nodes
from .tensors import real

SHAPES = ("View", "UnsafeView", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Permute", "T", "Select", "Slice",
          "Clone", "ToCopy")  # nodes that change no number
BOUNDED = ("Softmax", "Sigmoid", "Tanh")
BINARY = {"BinaryCrossEntropy", "BinaryCrossEntropyWithLogits"}
COMPARE = ("MseLoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
LIKELIHOODS = ("NllLoss", "NllLoss2D")
#: What stands directly before what, seen from the loss.
BEFORE = (("activation twice", ("LogSoftmax", "BinaryCrossEntropyWithLogits"), BOUNDED),
          ("logits cut off", ("LogSoftmax", "BinaryCrossEntropyWithLogits"), ("Relu",)),
          ("no logarithm", LIKELIHOODS, ("Softmax", "Addmm", "Convolution")),
          ("broadcast", COMPARE, ("Expand",)))


def of_graph(pairs):
    """Return the slips that stand in the graph of a loss, given the names of (a node, the one before it)."""
    return {slip for slip, after, before in BEFORE if any(a in after and b in before for a, b in pairs)}


def stretches(node, answers):
    """Is it a mean error of N times N, made of the model's N answers, each less all of the given numbers?"""
    for names in ("Mean", "Sum"), ("Pow", "Abs", "Mul"), ("Sub",):
        if node is None or name_of(node) not in names:
            return False
        last, computed = node, [before for before, _ in node.next_functions if before is not None]
        node = computed[0] if computed else None
    if len(computed) != 1 or answers < 2:
        return False
    before = node.next_functions[0][0] if name_of(node) == "Expand" else node
    return shape_of(last) == (answers, answers) and prod(shape_of(before)) == answers


def takes_shares(node, output):
    """Does a loss apply its softmax to an output whose rows are shares of 1, which a softmax by hand made?"""
    if output is None or output.ndim < 2 or len(output) < 4 or output.shape[-1] < 2:
        return False
    rows, end = real(output), output.grad_fn and first_step(output.grad_fn)
    shares = bool((rows >= 0).all()) and bool(((rows.sum(-1) - 1).abs() < 0.01).all())
    return shares and any(name_of(child) == "LogSoftmax" and first_step(parent) is end
                          for child, parents in nodes(node) for parent in parents)


def first_step(node):
    """Return the first node on the way back that changes a number."""
    while name_of(node) in SHAPES and len(node.next_functions) == 1 and node.next_functions[0][0] is not None:
        node = node.next_functions[0][0]
    return node


def shape_of(node):
    """Return the shape of a node's result; (0,) where it is not known."""
    return tuple(next((made.shape for made in getattr(node, "_input_metadata", ())), (0,)))


def name_of(node):
    """Return the name of what a node computes, as "Softmax"."""
    return node.name().split("Backward")[0]


def is_sum(node, output):
    """Is a loss, before anything is done to it, a sum over the examples, or the answers, of a batch?"""
    if node is None or output is None or not output.ndim or len(output) < 2:
        return False
    if name_of(node) == "Sum":
        sizes = tuple(getattr(node, "_saved_self_sym_sizes", ()))
        return bool(sizes) and sizes[0] == len(output)
    return getattr(node, "_saved_reduction", 1) == 2
