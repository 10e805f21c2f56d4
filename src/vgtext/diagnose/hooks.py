"""Hooks that leave a run of PyTorch as it is, whatever it does with its model."""

import sys
from functools import partial


class Hooks:
    """Hooks on modules and parameters, until they are removed, and on the tensors of one step.

    They keep out of a graph that is being compiled, exported or traced. What goes wrong in one is said in ``failures``
    and not raised into the run. Copies of a model, and a model in a file, carry hooks that do nothing.
    """

    def __init__(self, failures=()):
        """Begin without hooks; ``failures`` is the list that takes what goes wrong, in words."""
        self.failures, self._failed, self._tasks, self._kept, self._passing = failures, "", [], [], []

    def __reduce__(self):
        return Hooks, ()

    def keep(self, register, task):
        """Call ``task`` whenever what ``register`` takes a hook for happens."""
        self._tasks.append(task)
        self._kept.append(register(partial(self._call, len(self._tasks) - 1)))

    def once(self, tensor, task):
        """Call ``task`` with the error that comes back to a tensor in this step."""
        self._passing.append(tensor.register_hook(partial(self.guard, task)))

    def step(self):
        """Begin a step."""
        for hook in self._passing:
            hook.remove()
        self._passing, self._failed = [], ""

    def lost(self):
        """Did something fail in this step? Then it is said."""
        if self._failed and self._failed not in self.failures:
            self.failures.append(self._failed)
        return bool(self._failed)

    def remove(self):
        """Take all hooks off."""
        self.step()
        for hook in self._kept:
            hook.remove()

    def guard(self, task, *given):
        """Return what ``task`` returns; None where it fails."""
        try:
            return task(*given)
        except Exception as error:  # a run must not end for what is written beside it
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            self._failed = f"a step was not recorded: {why}"
            return None

    def _call(self, i, *given):
        return self.guard(self._tasks[i], *given) if not traced() and self._tasks else None


def traced():
    """Is a graph being made of what runs now? Numbers are none of its business."""
    torch = sys.modules.get("torch")
    return torch is not None and (torch.compiler.is_compiling() or torch.jit.is_tracing())
