"""What a recorder asks of PyTorch's modules, tensors and graphs, by what they have and not by what they are."""

import numpy as np

from . import tensors
from .checks import check_every
from .tensors import size

MOST_JOINS = 20  # concatenations that are followed back


def check(model, optimizer, every):
    """Raise TypeError for what is no model or no optimizer of PyTorch's kind, ValueError for no number of steps.

    ValueError, too, for a model without a matrix, and for a lazy layer, whose weights get a shape from a batch.
    """
    if not all(hasattr(model, name) for name in ("named_modules", "named_parameters", "register_forward_hook")):
        raise TypeError(f"model must be a PyTorch module, got {type(model).__name__}")
    if any("ScriptModule" in type(module).__name__ for module in model.modules()):
        raise TypeError("model must be a PyTorch module that is not scripted: scripted ones take no hooks")
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f"optimizer must be a PyTorch optimizer, got {type(optimizer).__name__}")
    check_every(every)
    lazy = next((name for name, p in model.named_parameters() if type(p).__name__ == "UninitializedParameter"), None)
    if lazy:
        raise ValueError(f"{lazy} has no shape yet: send a batch through the model before you make a recorder")
    if not owners(model):
        raise ValueError("model must own a matrix of weights; none of its modules does")


def matrices(module):
    """Return the matrices that a module owns itself."""
    return [p for p in module._parameters.values() if p is not None and p.ndim > 1]


def owners(model):
    """Return the modules that own a matrix, by name, with their matrices; a tied matrix goes to the first."""
    owned, seen = {}, set()
    for name, module in model.named_modules():
        own = [p for p in matrices(module) if id(p) not in seen]
        inside = any(p.ndim > 1 for child in module.children() for p in child.parameters())
        if own and not (inside and not hasattr(module, "in_proj_weight")):
            owned[name] = own
            seen |= {id(p) for p in own}
    return owned


def pair(model, called, owned, unpaired):
    """Give the matrices of modules that were not ``called`` to the layer that they are inside.

    What finds no layer is added to ``unpaired``, in words. Raises LookupError for a layer that owns nothing any more.
    """
    if not owned.keys() >= set(called):
        raise LookupError("a layer has lost its weights since the recorder was made; make a new one")
    said = set()
    for name in [name for name in owned if name not in called]:
        above = [other for other in called if other == "" or name.startswith(f"{other}.")]
        if above and above[-1]:
            owned[above[-1]] += owned[name]
        else:
            unpaired.append(f"the weights of {name or 'the model itself'}: its module was not called")
            said |= {id(p) for p in owned[name]}
    ours = said | {id(p) for name in called for p in owned[name]}
    for name, module in model.named_modules():  # a matrix beside one layer is that layer's, as an adapter's
        inside = [other for other in called if name and other.startswith(f"{name}.")]
        if len(inside) == 1:
            owned[inside[0]] += [p for p in matrices(module) if id(p) not in ours]
            ours |= {id(p) for p in owned[inside[0]]}
    unpaired += [f"{name}: used outside a layer" for name, p in model.named_parameters()
                 if p.ndim > 1 and id(p) not in ours]


def copies(model):
    """Return the parameters of a model as they are now, by their identity."""
    return {id(p): p.detach().clone() for p in model.parameters()}


def axis_of_units(module):
    """Return the axis of a layer's units: 1 where its kernel has positions, else the last one."""
    weight = getattr(module, "weight", None)
    return 1 if weight is not None and weight.ndim > 2 else -1


def rate(optimizer):
    """Return the learning rate of an optimizer's first group; None where it has none of its own, as Adafactor may."""
    given = optimizer.param_groups[0].get("lr")
    return None if given is None else float(given)


def held(optimizer, parameters):
    """Yield those parameters that an optimizer holds."""
    known = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return (p for p in parameters if id(p) in known)


def norm(parts):
    """Return the root of the sum of squares."""
    return float(np.sqrt(sum(float(part) ** 2 for part in parts)))


def check_step(model, before, hooked, gradients):
    """Raise LookupError for parameters that stood in for others in a pass, and for gradients that no pass made.

    Whoever sets gradients may have made the step before. Only parameters that are still in the model have hooks.
    """
    if before.keys() != {id(p) for p in model.parameters()}:
        raise LookupError("other weights took the place of the model's in a pass")
    if not gradients and any(p.grad is not None for p in hooked if id(p) in before):
        raise LookupError("gradients were set without a backward pass")


def cosine(before, parameters):
    """Return the cosine between all updates and all gradients, below 0 where a step goes down the loss; else nan.

    It is not known where nothing moved, or where ``zero_grad`` took the gradients away.
    """
    kept = [(p.detach() - before[id(p)], p.grad) for p in parameters if tensors.is_dense(p.grad)]
    sizes = [[float(tensors.size(x)) for x in pair] for pair in kept]
    dots = [tensors.cosine(*pair) * a * b if a * b else 0.0 for pair, (a, b) in zip(kept, sizes)]
    whole = norm(a for a, _ in sizes) * norm(b for _, b in sizes)
    return sum(dots) / whole if whole else np.nan


def late(p):
    """The gradient of a parameter whose hook did not run: 0 if it got none."""
    return 0.0 if p.grad is None or not p.requires_grad else size(p.grad)


def normalized(model):
    """Does the model own a normalization layer?"""
    return any("norm" in type(module).__name__.lower() for module in model.modules())


def precision(model):
    """Return {"precision": kind} of weights of 16 bits; {} for others, which mixed precision has, too."""
    kind = str(next(iter(model.parameters())).dtype).split(".")[-1]
    return {"precision": kind} if kind in ("float16", "bfloat16") else {}


def recurrent(model):
    """Does the model own a recurrent layer? One that is given packed sequences has no gradient per time step."""
    return any(hasattr(module, "hidden_size") and matrices(module) for module in model.modules())


def is_recurrent(module):
    """Is it a recurrent layer of PyTorch's that learns? It leaves its input as it is, so a stand-in can be given."""
    return hasattr(module, "flatten_parameters") and any(p.requires_grad for p in module.parameters())


def of_calls(squares, left, passes):
    """Return the errors of a cell that was called once for each time step, in the first of ``passes``, or None."""
    for name, calls in squares.items():
        if len(calls) >= 8 * passes and name in left:
            return [float(calls.get(call, 0.0)) for call in range(1, left[name] // passes + 1)]
    return None


def has_shortcut(end):
    """Does the graph add two results that are both computed, or put one beside what was made of it?

    Shortcuts do; so do the steps of a recurrent cell.
    """
    joins = 0
    for i, (node, parents) in enumerate(nodes(end)):
        computed = [parent for parent in parents if "AccumulateGrad" not in parent.name()]
        if node.name().startswith("AddBackward") and len(computed) == 2 and i > 2:
            return True
        if node.name().startswith("CatBackward") and len(computed) > 1 and i > 2 and joins < MOST_JOINS:
            joins += 1
            if any(other in (before for before, _ in nodes(part)) for part in computed for other in computed
                   if other is not part):
                return True
    return False


def nodes(end, most=10_000):
    """Yield (node, the nodes before it) of the graph of a result, from its ``end`` on; ``most`` at most."""
    stack, seen = [end], set()
    while stack and len(seen) < most:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        yield node, parents
        stack += parents


def sound(rows, names):
    """Return the rows in which all sizes are numbers, and the first after them.

    A gradient scaler skips steps that overflow, and what broke stays broken. What is nan where all gradients, which
    come first, are numbers was not measured: an adapter's layer may get no error.
    """
    sizes = np.array([[row[name] for name in names] for row in rows])  # (rows, sizes, layers)
    missing = len(sizes) and (np.isnan(sizes).all(axis=0) | (np.isnan(sizes[0]) & np.isfinite(sizes[0, 0]).all()))
    whole = (np.isfinite(sizes) | missing).all(axis=(1, 2)) if len(sizes) else ()
    last = max((i for i, ok in enumerate(whole) if ok), default=-1)
    return [row for i, row in enumerate(rows) if whole[i] or i == last + 1]
