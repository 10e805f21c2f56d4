"""Record a run of PyTorch in two lines, with nothing imported from it.

    recorder = Recorder(model, optimizer)
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        recorder.step(loss)
    print(diagnose(recorder.recording()))

A **layer** is a module that owns a matrix of weights (or a kernel), numbered as they are first called. What leaves it
is measured where it enters the next one, or at the model's output, however activations are written.
"""

from functools import partial

import numpy as np

from . import checks, logic, loop, modules, tensors
from .hooks import Hooks
from .recording import Recording

EARLY = (1, 2, 4, 8, 16, 32, 64)  # steps that are always recorded
PATIENCE = 16  # batches that are recorded until one moves a weight: gradients may be added up over some
ROWS = ("gradient", "weight", "update", "activation", "error", "activation_error", "dead")


class Recorder:
    """Watches a model and its optimizer, at steps 1, 2, 4, ... 64 and then every ``every`` steps.

    ``unpaired`` names, in words, the parameters that belong to no layer, and what could not be recorded. Raises
    TypeError where model or optimizer lacks what a PyTorch one has, ValueError if the model owns no matrix of weights.
    """

    def __init__(self, model, optimizer, every=100):
        """Watch ``model`` and ``optimizer``."""
        modules.check(model, optimizer, every)
        self.model, self.optimizer, self.every, self.at = model, optimizer, every, 1
        self.unpaired, self._names, self._rows, self._losses, self._evaluations = [], None, [], [], {}
        self._owned, self._hooks, self._waits = modules.owners(model), Hooks(self.unpaired), 0
        self._loop = loop.Watch(model, self._hooks)
        self._forget()
        for name, module in model.named_modules():
            if name in self._owned:
                self._hooks.keep(module.register_forward_pre_hook, partial(self._enter, name))
                self._hooks.keep(module.register_forward_hook, partial(self._leave, name))
        self._hooks.keep(model.register_forward_hook, self._output)
        self._hooked = {id(p): p for p in model.parameters() if p.requires_grad}
        for p in self._hooked.values():
            self._hooks.keep(p.register_post_accumulate_grad_hook, self._accumulated)

    @property
    def due(self):
        """Is the step under way to be recorded?"""
        return self.at in EARLY or self.at % self.every == 0 or self._waits > 0

    def step(self, loss):
        """Say that a step is done, and with which loss: call it after ``optimizer.step()``."""
        self._losses.append(checks.one_number("loss", loss))
        if self.due and self._entered and (self._trained or self._gradients):
            row = self._hooks.guard(self._row, getattr(loss, "grad_fn", None) or self._end)
            if not self._hooks.lost() and row is not None:
                loop.keep(self._rows, row, self._waits)
                self._waits = 0 if any(row["update"]) else (self._waits + 1) % PATIENCE
        self._hooks.lost()
        self._forget()
        self.at += 1

    def evaluate(self, **values):
        """Add an evaluation, numbers: ``train_accuracy``, ``test_accuracy``, ``test_loss``; once ``constant_loss``."""
        checks.add_evaluation(self._evaluations, values)

    def recording(self):
        """Return what was recorded so far as a :class:`~vgtext.diagnose.Recording`; ValueError if no step was."""
        checks.some_steps(self._losses, "optimizer.step()")
        kept = modules.sound(self._rows, ROWS)
        fields = {name: [row[name] for row in kept] for name in (*ROWS, "cosine") if kept}
        if kept:
            fields |= {"steps": [row["at"] for row in kept], "names": self._names, "frozen": loop.frozen(kept),
                       "shortcuts": logic.either(*(row["shortcuts"] for row in kept)),
                       "normalized": modules.normalized(self.model), **self._loop.targets.words(),
                       "recurrent": modules.recurrent(self.model) or any(row["time_gradient"] for row in kept)}
            fields |= {name: [row[name] for row in kept] for name in ("input", "time_gradient", "learning_rate")
                       if all(row[name] is not None for row in kept)}
            if not any(row["rectified"] for row in kept):
                del fields["dead"]
            for name in ("activation", "error", "activation_error", "cosine"):
                if np.isnan(fields[name][0]).any() and np.isfinite(fields["gradient"][0]).all():
                    del fields[name]
        words = modules.precision(self.model) | (self._loop.words() if kept else {"loop": ["no layer seen"]})
        return Recording(loss=[float(loss) for loss in self._losses], optimizer=type(self.optimizer).__name__,
                         **fields, **words | self._evaluations)

    def save(self, path):
        """Write what was recorded so far to one file, ``run.npz``."""
        self.recording().save(path)

    def detach(self):
        """Leave the model as it was."""
        self._hooks.remove()

    def _forget(self):
        self._entered, self._squares, self._before, self._gradients, self._time = {}, {}, None, {}, {}
        self._left, self._last, self._own, self._trained, self._passes, self._end = {}, None, {}, False, 0, None
        self._loop.forget()
        self._hooks.step()

    def _watched(self):
        """Is this call to be recorded? One in inference mode only where the step has none in training mode."""
        if self.due and self.model.training and not self._trained:
            self._forget()  # what was evaluated before
            self._trained = True
        return self.due and (self.model.training or not self._trained)

    def _enter(self, name, module, given):
        """What enters a layer has left the one before it."""
        if not self._watched() or (name in self._entered and not self._trained):
            return None
        x = given[0] if given and tensors.is_tensor(given[0]) else None  # behind packed sequences stands a state
        if tensors.is_empty(x):
            return None
        if not self._before:  # parameters may have been replaced since the last step
            self._before, self._owned = modules.copies(self.model), modules.owners(self.model)
        if not tensors.is_dense(x):
            self._entered.setdefault(name, (None, 0.0, 0.0))
            return None
        axis = modules.axis_of_units(module)
        self._loop.enters(module, x, axis, bool(self._entered))
        self._entered.setdefault(name, tensors.measure(x, axis))
        if x.requires_grad:  # what comes back here has not passed the activation before it
            self._hooks.once(x, partial(self._error, ("into", name), id(x)))
        if not hasattr(module, "hidden_size") or x.ndim != 3 or not (x.requires_grad or modules.is_recurrent(module)):
            return None
        x = x if x.requires_grad else x.detach().requires_grad_()
        axis = 1 if getattr(module, "batch_first", False) else 0
        self._hooks.once(x, partial(self._through_time, name, axis))
        return (x, *given[1:])

    def _through_time(self, name, axis, g):
        self._time[name] = tensors.norms(g.detach().float().movedim(axis, 0).flatten(1))

    def _leave(self, name, module, given, output):
        if not self._watched():
            return
        z = tensors.first(output)
        calls = self._left[name] = self._left.get(name, 0) + 1
        if z is not None:  # embeddings may follow one another, and a model may be called in parts
            self._own.setdefault(name, tensors.measure(z, modules.axis_of_units(module)))
        if z is not None and z.requires_grad:
            self._hooks.once(z, partial(self._error, name, calls))

    def _error(self, name, call, g):
        self._squares.setdefault(name, {})[call] = tensors.size(g)

    def _output(self, model, given, output):
        z = tensors.first(output, 0)
        if not self._watched() or z is None:
            return
        self._passes, self._end = self._passes + 1, z.grad_fn
        self._last = tensors.measure(z, -1) if z.ndim else self._last
        self._loop.targets.shapes(tensors.shape(given), z.shape)
        self._loop.leaves(z, modules.held(self.optimizer, (p for name in self._entered for p in self._owned[name])))

    def _accumulated(self, p):
        if self.due:
            self._gradients[id(p)] = tensors.size(p.grad)

    def _row(self, node):
        """Everything of the step that was just made, as numbers; None where a layer has seen nothing."""
        modules.check_step(self.model, self._before, self._hooked.values(), self._gradients)
        called, unpaired = list(self._entered), [] if self._names else self.unpaired
        self._names = self._names or called
        modules.pair(self.model, called, self._owned, unpaired)
        if not self._entered.keys() >= set(self._names):  # an expert may be left without examples
            return None
        sizes = {name: [] for name in ("gradient", "weight", "update", "error", "asks")}
        for name in self._names:
            weights = self._owned[name]
            sizes["gradient"].append(modules.norm(self._gradients.get(id(p), modules.late(p)) for p in weights))
            mine = [p for p in weights if p.requires_grad]  # of an adapter, not of what it adapts
            sizes["weight"].append(modules.norm(tensors.size(self._before[id(p)]) for p in mine or weights))
            sizes["asks"].append(bool(mine))
            sizes["update"].append(modules.norm(tensors.size(p.detach() - self._before[id(p)]) for p in weights))
            known = self._squares.get(name, {}).values()  # none of a cell whose last state alone is used
            sizes["error"].append(modules.norm(known) if len(known) or not sizes["gradient"][-1] else np.nan)
        sizes["activation_error"] = [*(modules.norm(self._squares.get(("into", name), {}).values())
                                       for name in self._names[1:]), sizes["error"][-1]]
        entered = [self._entered.get(name, (None, 0.0, 0.0)) for name in self._names]
        left = [self._own.get(name, after) if after[0] is None else after
                for name, after in zip(self._names, [*entered[1:], self._last or (None, 0.0, 0.0)])]
        times = next((t.tolist() for t in self._time.values()), None) or modules.of_calls(
            self._squares, self._left, max(self._passes, 1))
        self._loop.begun([self._before[id(self._owned[name][0])] for name in self._names], self.optimizer)
        self._loop.steps(node, float(self._losses[-1]), self._trained, any(sizes["update"]), bool(self._gradients))
        return {**sizes, "at": self.at, "activation": [np.nan if a is None else float(a) for a, _, _ in left],
                "dead": [float(dead) for _, dead, _ in left], "rectified": any(zero > 0.05 for _, _, zero in left[:-1]),
                "cosine": modules.cosine(self._before, self._hooked.values()), "input": tensors.typical(entered[0]),
                "time_gradient": times, "learning_rate": modules.rate(self.optimizer),
                "shortcuts": None if node is None else modules.has_shortcut(node)}
