"""What a recorder asks of PyTorch's modules, tensors and graphs, by what they have and not by what they are."""

import numpy as np


def check(model, optimizer, every):
    """Raise TypeError for what is no model or no optimizer of PyTorch's kind, ValueError for no number of steps."""
    if not all(hasattr(model, name) for name in ("named_modules", "named_parameters", "register_forward_hook")):
        raise TypeError(f"model must be a PyTorch module, got {type(model).__name__}")
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f"optimizer must be a PyTorch optimizer, got {type(optimizer).__name__}")
    if not isinstance(every, int) or every < 1:
        raise ValueError(f"every must be a whole number of steps above 0, got {every!r}")


def owners(model):
    """Return the modules that own a matrix, by name, with their matrices; a tied matrix goes to the first."""
    owned, seen = {}, set()
    for name, module in model.named_modules():
        own = [p for p in module._parameters.values() if p is not None and p.ndim > 1 and id(p) not in seen]
        inside = any(p.ndim > 1 for child in module.children() for p in child.parameters())
        if own and not (inside and not hasattr(module, "in_proj_weight")):
            owned[name] = own
            seen |= {id(p) for p in own}
    return owned


def first_tensor(output):
    """Return the first tensor of an output, as modules give it: a tensor, a tuple, a dict."""
    if hasattr(output, "detach"):
        return output
    values = output.values() if hasattr(output, "values") else output if isinstance(output, (tuple, list)) else ()
    return next((value for value in values if hasattr(value, "detach")), None)


def measure(x, axis):
    """Return root mean square, share of units that are 0 for all examples, and share of zeros."""
    x, zero = x.detach(), x.detach() == 0
    units = zero.movedim(axis, 0).flatten(1) if x.ndim > 1 else zero[None]
    return x.float().square().mean().sqrt(), units.all(dim=1).float().mean(), zero.float().mean()


def is_convolution(module):
    """Does the module own a kernel with positions?"""
    weight = getattr(module, "weight", None)
    return weight is not None and weight.ndim > 2


def norm(parts):
    """Return the root of the sum of squares."""
    return float(np.sqrt(sum(float(part) ** 2 for part in parts)))


def late(p):
    """The gradient of a parameter whose hook did not run: 0 if it got none."""
    return 0.0 if p.grad is None or not p.requires_grad else p.grad.detach().float().norm()


def normalized(model):
    """Does the model own a normalization layer?"""
    return any("norm" in type(module).__name__.lower() for module in model.modules())


def has_shortcut(node):
    """Does the graph add two results that are both computed? Shortcuts do; so do the steps of a recurrent cell."""
    stack, seen = [node], set()
    while stack and len(seen) < 10_000:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        computed = [parent for parent in parents if "AccumulateGrad" not in parent.name()]
        if node.name().startswith("AddBackward") and len(computed) == 2 and len(seen) > 3:
            return True
        stack += parents
    return False
