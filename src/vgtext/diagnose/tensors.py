"""What a recorder asks of PyTorch's tensors, by what they have and not by what they are."""

from itertools import pairwise
from math import prod

ORDINARY = 1.2e-38, 3.4e38  # sizes of float32


def is_tensor(x):
    """Is it a tensor?"""
    return hasattr(x, "is_floating_point") and hasattr(x, "detach")


def is_grid(x):
    """Is it a tensor with a place for each of its entries? Sparse and nested ones have none."""
    return is_tensor(x) and "strided" in str(x.layout) and not x.is_nested


def is_empty(x):
    """Has it no example, or no number, as one that stands for many inside a transform of ``torch.func``?"""
    if not is_grid(x):
        return False
    if hasattr(x, "fake_mode"):
        return True
    try:
        x.data_ptr()
    except RuntimeError:
        return True
    return 0 in x.shape


def is_dense(x):
    """Is it a tensor of real or complex numbers, with a place for each of them?"""
    return is_grid(x) and not is_empty(x) and (x.is_floating_point() or x.is_complex())


def first(output, dimensions=1):
    """Return the first dense tensor of an output that has dimensions, else a number if ``dimensions`` is 0; or None."""
    found = [x for x in tensors(output) if is_dense(x)]
    return next((x for x in found if x.ndim), found[0] if found and not dimensions else None)


def shape(given):
    """Return the shape of the first tensor in what a module was given, () without one that has places."""
    return next((tuple(x.shape) for x in tensors(given) if is_grid(x)), ())


def tensors(output):
    """Yield the tensors of an output, as modules give it: a tensor, or tuples, lists, dicts, data classes of them."""
    if is_tensor(output):
        yield output
        return
    values = (output.values() if hasattr(output, "values") else output if isinstance(output, (tuple, list)) else
              vars(output).values() if hasattr(output, "__dataclass_fields__") else ())
    for value in values:
        yield from tensors(value)


def real(x):
    """Return a tensor's numbers in float32, of complex ones their absolute values."""
    return (x.detach().abs() if x.is_complex() else x.detach()).float()


def norms(rows):
    """Return the root of the sum of squares of each row, also where squares are beyond float32: of 1e-23, of 1e20."""
    largest = rows.abs().amax(dim=1, keepdim=True).clamp(*ORDINARY)
    return (rows / largest).norm(dim=1) * largest[:, 0]


def size(x):
    """Return the root of the sum of squares of a tensor; raises LookupError for a gradient that is not there."""
    if x is None:
        raise LookupError("a hook took a gradient away before it was measured; make the recorder before that hook")
    x = x.coalesce().values() if "sparse_coo" in str(x.layout) else x
    return norms(real(x).flatten()[None])[0]


def cosine(a, b):
    """Return the cosine of the angle between two tensors, both with a size above 0; a complex number is an arrow."""
    pairs = ((a.real, b.real), (a.imag, b.imag)) if a.is_complex() else ((a, b),)
    return sum(float((real(x).flatten() / size(a) * (real(y).flatten() / size(b))).sum()) for x, y in pairs)


def measure(x, axis):
    """Return root mean square, share of units that are 0 for all examples, and share of zeros."""
    zero = x.detach() == 0
    units = zero.movedim(axis, 0).flatten(1) if x.ndim > 1 else zero[None]
    return size(x) / prod(x.shape) ** 0.5, units.all(dim=1).float().mean(), zero.float().mean()


def typical(measured):
    """Return the root mean square of what :func:`measure` saw, without the zeros of a sparse input; None of nothing."""
    size, _, zeros = (None if x is None else float(x) for x in measured)
    return size if not size or zeros == 1 else size / (1 - zeros) ** 0.5


def uniform(weights):
    """Are all weights of two layers in a row one number, and not 0? Given are the layers' first matrices, in order.

    A single weight is one number in any network.
    """
    flat = [prod(w.shape) > 1 and bool(w.flatten()[0] != 0) and bool((w == w.flatten()[0]).all()) for w in weights]
    return any(map(all, pairwise(flat)))
