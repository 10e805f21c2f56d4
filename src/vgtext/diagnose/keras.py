"""Record a run of Keras 3, with nothing imported from it.

    recorder = KerasRecorder(model)
    model.fit(x, y, callbacks=[recorder])
    print(diagnose(recorder.recording()))

In a loop of your own, call ``recorder.step(loss)`` after ``model.optimizer.apply(gradients, variables)``. A **layer**
is one that owns a ``kernel`` (or embeddings); what leaves it is measured where it enters the next one, as in
``recorder``.
The model must run eagerly: ``model.compile(..., run_eagerly=True)``.
"""

from functools import partial

import numpy as np

from . import checks, keras_layers, keras_losses
from .hooks import Hooks, traced
from .keras_layers import cosine, dead, first, is_empty, kinds, leaves, matrices, numbers, size, still, typical, uniform
from .keras_layers import root_mean_square as rms
from .modules import norm
from .recorder import EARLY
from .recording import Recording

EVENTS = ("train_begin", "train_end", "test_begin", "test_end", "predict_begin", "predict_end", "epoch_begin",
          "batch_begin", "batch_end", "train_batch_begin", "test_batch_begin", "test_batch_end",
          "predict_batch_begin", "predict_batch_end")


class KerasRecorder:
    """Watches a model and its optimizer at steps 1, 2, 4, ... 64 and then every ``every`` steps; a callback of ``fit``.

    Raises TypeError if the model or the optimizer does not have what Keras ones have, ValueError if no layer owns a
    kernel.
    """

    def __init__(self, model, optimizer=None, every=100):
        """Watch ``model`` and ``optimizer``, by default its own."""
        optimizer = getattr(model, "optimizer", None) if optimizer is None else optimizer
        if not hasattr(model, "layers") or not hasattr(model, "trainable_variables"):
            raise TypeError(f"model must be a Keras model, got {type(model).__name__}")
        if not hasattr(optimizer, "apply"):
            raise TypeError("optimizer must be a Keras optimizer (compile the model first), "
                            f"got {type(optimizer).__name__}")
        checks.check_every(every)
        self.model, self.optimizer, self.every, self.at, self.unpaired = model, optimizer, every, 1, []
        self._hooks = Hooks(self.unpaired)
        self._rows, self._losses, self._evaluations, self._entered, self._seen = [], [], {}, {}, (0, 0.0)
        self._late = 0  # steps since one was due, that only gathered gradients
        self._still = {}  # frozen variables as a layer used them: JAX has none in ``apply``
        self._layers = [layer for layer in leaves(model) if matrices(layer)]
        if not self._layers:
            raise ValueError("model must have a layer that owns a kernel; build it first (call it on one batch)")
        self._apply, self._compare, self._replaced = optimizer.apply, model.compute_loss, []
        self._watch = keras_losses.Watch(model)
        for layer in self._layers:
            self._replace(layer, "call", partial(self._call, layer, layer.call))
        self._replace(optimizer, "apply", self._applied)
        self._replace(model, "compute_loss", self._compared)
        for event in EVENTS:
            setattr(self, f"on_{event}", lambda *given, **named: None)

    @property
    def due(self):
        """Is the step under way to be recorded?"""
        return self._late > 0 or self.at in EARLY or self.at % self.every == 0

    def set_params(self, params):
        """Take what ``fit`` tells its callbacks."""

    def set_model(self, model):
        """Take what ``fit`` tells its callbacks."""

    def on_train_batch_end(self, batch, logs=None):
        """Steps of ``fit`` are done, one or ``steps_per_execution``; the running mean of the epoch is undone here."""
        mean, n = float((logs or {}).get("loss", np.nan)), batch + 1
        made, before = self._seen if self._seen[0] < n else (0, 0.0)
        before, self._seen = made * before, (n, mean)
        loss = (mean * n - before) / (n - made)
        rounding = 1e-6 * abs(before)  # of two like numbers it is all that is left, and no 0 where it is large itself
        self.step(rounding * (rounding > 1e-3 * abs(self._losses[0])) if abs(loss) < rounding else loss)

    def on_epoch_end(self, epoch, logs=None):
        """Take the evaluations that ``fit`` made."""
        names = {"accuracy": "train_accuracy", "val_accuracy": "test_accuracy", "val_loss": "test_loss"}
        self.evaluate(**{names[name]: value for name, value in (logs or {}).items() if name in names})

    def evaluate(self, **values):
        """Add an evaluation, numbers: ``train_accuracy``, ``test_accuracy``, ``test_loss``; once ``constant_loss``."""
        checks.add_evaluation(self._evaluations, values)

    def step(self, loss):
        """Say that a step is done, and with which loss."""
        self._losses.append(float(checks.one_number("loss", numbers(loss))))
        self._hooks.lost()
        self._hooks.step()
        self._entered = {}
        self.at += 1

    def recording(self):
        """Return what was recorded so far as a :class:`~vgtext.diagnose.Recording`; ValueError if no step was."""
        checks.some_steps(self._losses, "optimizer.apply, or train with fit(callbacks=[recorder])")
        names = ("gradient", "weight", "update", "activation", "learning_rate", "cosine")
        fields = {name: [row[name] for row in self._rows] for name in names if self._rows}
        if self._rows:
            fields |= {"steps": [row["at"] for row in self._rows],
                       "names": [layer.name for layer in self._rows[0]["layers"]],
                       "frozen": [still(layer) for layer in self._rows[0]["layers"]],
                       **kinds(self.model)}
            for name in ("input", "dead"):
                if all(row[name] is not None for row in self._rows):
                    fields[name] = [row[name] for row in self._rows]
            if np.isnan(fields["activation"][0]).any():
                del fields["activation"]
        found = keras_layers.slips(self.model, self.optimizer, self._rows) + self._watch.slips()
        if found := found + ["no layer seen"] * (not self._rows):
            fields["loop"] = found
        fields |= self._watch.words() | self._evaluations
        return Recording(loss=self._losses, optimizer=type(self.optimizer).__name__, **fields)

    def save(self, path):
        """Write what was recorded so far to one file, ``run.npz``."""
        self.recording().save(path)

    def detach(self):
        """Leave the model and the optimizer as they were."""
        for owner, name, before in self._replaced:
            delattr(owner, name) if before is None else setattr(owner, name, before)
        self._replaced = []

    def _replace(self, owner, name, method):
        self._replaced.append((owner, name, vars(owner).get(name)))
        setattr(owner, name, method)

    def _compared(self, *given, **named):
        batch = dict(zip(("x", "y", "y_pred"), given)) | named
        loss = self._compare(*given, **named)
        if self.due and named.get("training") is not False and hasattr(batch.get("y"), "shape") and not is_empty(loss):
            self._hooks.guard(self._watch.see, batch["y"], batch["y_pred"], loss)
        return loss

    def _call(self, layer, call, *given, **named):
        output = call(*given, **named)
        if self.due and named.get("training") is not False and not (traced() or is_empty(output)):
            self._hooks.guard(self._see, layer, (*given, *named.values()), output)
        return output

    def _see(self, layer, given, output):
        self._still |= {id(v): numbers(v) for v in matrices(layer) if not getattr(v, "trainable", True)}
        self._entered.setdefault(id(layer), (layer, first(given), first(output)))

    def _applied(self, gradients, variables=None):
        variables = list(self.model.trainable_variables if variables is None else variables)
        again = self._rows and self._rows[-1]["at"] == self.at  # ``fit`` may make several steps before it says so
        seen = self.due and self._entered and not again
        begun = self._hooks.guard(self._begin, gradients, variables) if seen else None
        done = self._apply(gradients, variables)
        if begun:
            row = self._hooks.guard(self._row, *begun)
            if not self._hooks.lost():
                batches = getattr(self.optimizer, "gradient_accumulation_steps", None) or 1
                self._late = 0 if any(row["update"]) or self._late + 1 >= batches else self._late + 1
                self._rows += [] if self._late else [row]
        return done

    def _begin(self, gradients, variables):
        before = {id(v): self._still[id(v)] if id(v) in self._still else numbers(v).copy()
                  for layer in self._layers for v in matrices(layer)}
        known = {id(v): numbers(g) for v, g in zip(variables, gradients) if g is not None}
        return before, known

    def _row(self, before, known):
        """Everything of the step that was just made, as numbers; layers in the order of their first call."""
        called = [layer for layer, _, _ in self._entered.values()]
        if not self._rows:
            self.unpaired += [f"{layer.name}: was not called" for layer in self._layers if layer not in called]
        layers = self._rows[0]["layers"] if self._rows else called
        entered = [self._entered.get(id(layer), (layer, None, None)) for layer in layers]
        left = [*(x for _, x, _ in entered[1:]), entered[-1][2]]
        floats = entered[0][1] is not None and entered[0][1].dtype.kind == "f"
        return {
            "at": self.at, "layers": layers, "input": typical(entered[0][1]) if floats else None,
            "gradient": [norm(size(known.get(id(v), np.zeros(1))) for v in matrices(layer)) for layer in layers],
            "weight": [norm(size(before[id(v)]) for v in matrices(layer)) for layer in layers],
            "update": [norm(0.0 if id(v) in self._still else size(numbers(v) - before[id(v)]) for v in matrices(layer))
                       for layer in layers],
            "cosine": cosine([(numbers(v) - before[id(v)], known[id(v)]) for layer in layers
                              for v in matrices(layer) if id(v) in known]),
            "activation": [np.nan if x is None else rms(x) for x in left], "dead": dead(left),
            "learning_rate": float(numbers(self.optimizer.learning_rate)), "uniform": uniform(layers, before),
        }
