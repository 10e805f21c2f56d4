"""What a recorder uses of PyTorch, in NumPy: tensors with hooks, modules with hooks, an optimizer with groups."""

from itertools import pairwise

import numpy as np


class Tensor(np.ndarray):
    """An array with the methods of a tensor; rows are examples."""

    requires_grad, grad, grad_fn, layout, is_nested = False, None, None, "torch.strided", False

    def data_ptr(self):
        return self.ctypes.data

    def detach(self):
        return np.asarray(self).view(Tensor)

    def float(self):
        return self.astype(np.float32)

    def abs(self):
        return np.abs(self)

    def amax(self, dim, keepdim):
        return self.max(axis=dim, keepdims=keepdim)

    def clamp(self, low, high):
        return np.clip(self, np.float32(low), np.float32(high))

    def cpu(self):
        return self

    def clone(self):
        return self.copy()

    def square(self):
        return self**2

    def sqrt(self):
        return np.sqrt(self)

    def mean(self, **given):
        return np.asarray(np.asarray(self).mean(**given)).view(Tensor)

    def norm(self, dim=None):
        size = np.linalg.norm(np.asarray(self).ravel() if dim is None else np.asarray(self), axis=dim)
        return np.asarray(size).view(Tensor)

    def all(self, dim=None):
        return np.asarray(np.asarray(self).all(axis=dim)).view(Tensor)

    def movedim(self, a, b):
        return np.moveaxis(self, a, b)

    def flatten(self, start=0):
        return self.reshape(*self.shape[:start], -1)

    def is_floating_point(self):
        return self.dtype.kind == "f"

    def requires_grad_(self):
        self.requires_grad = True
        return self

    def is_complex(self):
        return self.dtype.kind == "c"

    def register_hook(self, hook):
        self.hooks = getattr(self, "hooks", [])
        self.hooks.append(hook)
        return Handle(self.hooks, hook)

    register_post_accumulate_grad_hook = register_hook


class Wrapped(Tensor):
    """A tensor inside a transform: it stands for many, or for one that is differentiated."""

    def data_ptr(self):
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")


class UninitializedParameter(Tensor):
    """A parameter of a lazy layer."""


class Handle:
    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)


def tensor(values, grad=False):
    made = np.array(values, dtype=np.float64).view(Tensor)
    made.requires_grad = grad
    return made


class Module:
    """A module: parameters and children by name, hooks before and after the call."""

    training = True

    def __init__(self, **children):
        self._children, self._parameters, self.before, self.after = children, {}, [], []

    def children(self):
        return self._children.values()

    def named_modules(self, prefix=""):
        yield prefix, self
        for name, child in self._children.items():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name)

    def modules(self):
        return (module for _, module in self.named_modules())

    def named_parameters(self):
        return ((f"{name}.{key}", p) for name, module in self.named_modules() for key, p in module._parameters.items())

    def parameters(self):
        return (p for _, p in self.named_parameters())

    def register_forward_pre_hook(self, hook):
        self.before.append(hook)
        return Handle(self.before, hook)

    def register_forward_hook(self, hook):
        self.after.append(hook)
        return Handle(self.after, hook)

    def __call__(self, x):
        for hook in self.before:
            given = hook(self, (x,))
            x = x if given is None else given[0]
        out = self.forward(x)
        for hook in self.after:
            hook(self, (x,), out)
        return out


class Linear(Module):
    def __init__(self, n_in, n_out, rng, scale=1.0):
        super().__init__()
        self.weight = self._parameters["weight"] = tensor(scale * rng.standard_normal((n_out, n_in)) / n_in**0.5, True)

    def forward(self, x):
        self.x, self.z = x, tensor(np.asarray(x) @ np.asarray(self.weight).T, True)
        return self.z

    def backward(self, error):
        for hook in getattr(self.z, "hooks", ()):
            hook(tensor(error))
        self.weight.grad = tensor(error.T @ np.asarray(self.x))
        for hook in getattr(self.weight, "hooks", ()):
            hook(self.weight)
        for hook in getattr(self.x, "hooks", ()):
            hook(tensor(error @ np.asarray(self.weight)))
        return error @ np.asarray(self.weight)


class Net(Module):
    """Linear layers with ReLU as a function between them, inside a block; mean squared error."""

    def __init__(self, widths, seed=0, scale=1.4):
        rng = np.random.default_rng(seed)
        self.lines = [Linear(a, b, rng, scale) for a, b in pairwise(widths)]
        super().__init__(block=Module(**{f"line{i}": line for i, line in enumerate(self.lines)}))

    def forward(self, x):
        self.alive = []
        for line in self.lines[:-1]:
            z = line(x)
            self.alive.append(np.asarray(z) > 0)
            x = tensor(np.maximum(np.asarray(z), 0), True)
        return self.lines[-1](x)

    def backward(self, out, y):
        error = 2 * (np.asarray(out) - y) / y.size
        for line, alive in zip(self.lines[:0:-1], self.alive[::-1]):
            error = line.backward(error) * alive
        self.errors_at_first = error
        self.lines[0].backward(error)
        return tensor(np.mean((np.asarray(out) - y) ** 2))


class SGD:
    def __init__(self, parameters, lr=0.05):
        self.param_groups = [{"params": list(parameters), "lr": lr}]

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["lr"] * p.grad
