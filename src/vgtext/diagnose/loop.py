"""Watch a training loop of PyTorch for the slips in its code that can be seen for certain."""

from functools import partial
from math import log, prod

from .graphs import BINARY, LIKELIHOODS, first_step, is_sum, name_of, of_graph, stretches, takes_shares
from .modules import nodes
from .slips import DECAYS, DROPS
from .targets import Targets, is_away
from .tensors import real, uniform

MOST = 10_000_000  # answers of a batch, to be compared with their loss


class Watch:
    """Looks for slips while a model is trained; a recorder tells it what happens in the steps that it records."""

    def __init__(self, model, hooks):
        """Watch ``model`` with ``hooks``."""
        self.model, self.hooks, self.found, self.rows, self._norms = model, hooks, set(), [], []
        self.targets, self._away, self._reached = Targets(), [], False
        for module in model.modules():
            if getattr(module, "running_mean", None) is not None:
                hooks.keep(module.register_forward_pre_hook, self._normalizes)
        self.forget()

    def forget(self):
        """Begin a step."""
        self._passes, self._time_first, self._classes, self._answers, self._told = [], [], 1, 0, []
        self._errors = self._output = None

    def enters(self, module, x, axis, hidden):
        """Take what enters a layer, with units along ``axis``; ``hidden`` where another layer came before."""
        if hidden and x.requires_grad and x.shape[axis] <= 2:
            self.found.add("narrow layer")
        if getattr(module, "batch_first", True) is False and x.ndim == 3:
            self._time_first.append(x.shape[:2])

    def _normalizes(self, module, given):
        if module.training and given and given[0].ndim > 1:
            self._norms.append(prod(given[0].shape) <= 4 * given[0].shape[1])

    def leaves(self, output, parameters):
        """Take the output of a pass, and the parameters that the optimizer holds, from the first layer on.

        A list of answers with as many rows as there are time steps answers for each of these.
        """
        if output.ndim == 2 and any(len(output) == first != second > 1 for first, second in self._time_first):
            self.found.add("batch taken for time")
        self._answers, self._output = prod(output.shape), output
        self._classes = max(output.shape[1:], default=1) if output.ndim else 0  # a loss alone does not say
        self._passes.append(None)
        first = next((p for p in parameters if p.requires_grad), None)
        if output.requires_grad and first is not None:
            self.hooks.once(output, partial(self._comes_back, len(self._passes) - 1, first, output.detach()))

    def _comes_back(self, i, first, output, g):
        """The error sets out; the first layer, which it reaches last, should hold no gradient yet."""
        if i < len(self._passes) and self._passes[i] is not False:  # one way back of several may come before zero_grad
            self._passes[i] = first.grad is not None and bool((first.grad != 0).any())
        many = g.ndim in (2, 3) and g.shape[-1] > 1
        if (many or (g.ndim and prod(g.shape) == len(g))) and prod(g.shape) <= MOST:
            rows = g.reshape(-1, g.shape[-1] if many else 1)
            below = (rows < 0).sum(1)  # of a cross-entropy: it is below 0 at the target alone, where it falls
            told = below == 1 if many else rows[:, 0] != 0  # of one output: below 0 where the target is 1
            targets = rows[told].argmin(1) if many else rows[told][:, 0] < 0
            soft = many and bool((below > 1).any())
            answers = output.reshape(rows.shape)
            self._errors = answers, rows
            self._told.append((answers[told], targets.tolist(), answers[~told], soft, g.ndim < 3))

    def steps(self, node, loss, trained, moved, came_back=True):
        """A step is done: the graph of its loss, its loss, whether it ran in training mode, whether a weight moved.

        ``came_back`` says whether a backward pass reached a weight.
        """
        self._reached |= came_back or moved
        if not self.rows:
            pairs = {(name_of(child), name_of(first_step(parent)))
                     for child, parents in nodes(node) for parent in parents}
            self.found |= of_graph(pairs)
            if is_sum(node, self._output):
                self.found.add("summed loss")
            if self._classes > 1 and any(
                    name_of(child) in LIKELIHOODS and name_of(parent) == "LogSoftmax" and parent._saved_dim == 0
                    for child, parents in nodes(node) for parent in parents):
                self.found.add("softmax over the batch")
            if any(stretches(child, self._answers) for child, _ in nodes(node)):
                self.found.add("broadcast")
            names = {name for pair in pairs for name in pair}
            self.classifies = bool("LogSoftmax" in names if self._classes > 1 else names & BINARY) and self._classes > 0
            if "LogSoftmax" in names and takes_shares(node, self._output):
                self.found.add("activation twice")
            guessing = self._classes and 4 * log(max(self._classes, 2))
            if "LogSoftmax" in names and "summed loss" not in self.found and loss > guessing > 0:
                self.found.add("above guessing")
        if self.classifies:
            self.targets.add([c for _, targets, *_, flat in self._told if flat for c in targets], self._classes)
            if len(self._told) == 1:
                self._away.append(is_away(*(real(x).cpu() for x in self._errors), loss))
            self.targets.compare_all([(real(answers).cpu(), targets, len(targets) + len(others), soft,
                                       real(others).cpu()) for answers, targets, others, soft, _ in self._told], loss)
        self.rows.append((bool(self._passes) and all(self._passes), trained, moved))

    def begun(self, weights, optimizer):
        """Take the first matrix of each layer as the step found it, and the optimizer that made the step."""
        self.found |= decays(optimizer) | ({"units alike"} if not self.rows and uniform(weights) else set())

    def words(self):
        """Return fields of a recording, those that are known: the slips that were seen, and ``constant_loss``."""
        if not self.rows:
            return {}
        found = self.found | of_modules(self.model, not any(trained for _, trained, _ in self.rows[-2:]))
        if 2 * sum(self._norms) > len(self._norms):  # the last batch of an epoch may be small
            found.add("few in a norm")
        if not self._reached and any(p.requires_grad for p in self.model.parameters()):
            found.add("no backward pass")
        if self.targets.change():
            found.add("one class a batch")
        if self._away.count(True) > 1 and False not in self._away:
            found.add("loss negated")
        # whoever adds gradients up over batches, and calls the recorder for each of them, moves nothing at step 1
        if len(self.rows) > 1 and self.rows[0][2] and all(kept for kept, _, _ in self.rows[1:]):
            found.add("gradients kept")
        constant = self.targets.constant_loss()
        return ({"loop": sorted(found)} if found else {}) | ({} if constant is None else {"constant_loss": constant})


def of_modules(model, inference):
    """Return the slips of a model's modules; ``inference`` says that it was trained in inference mode."""
    found = set()
    for module in model.modules():
        drops = float(getattr(module, "p", 0.0)) if "dropout" in type(module).__name__.lower() else 0.0
        if drops >= DROPS:
            found.add("much dropout")
        if inference and (drops > 0 or getattr(module, "running_mean", None) is not None):
            found.add("inference mode")
    return found


def decays(optimizer):
    """Return the slip of a weight decay that takes much in a step, of optimizers that take it off the weights."""
    groups = optimizer.param_groups if type(optimizer).__name__ in ("SGD", "AdamW") else ()
    takes = [float(group["lr"]) * (group.get("weight_decay") or 0) for group in groups]  # others may have no rate
    return {"much decay"} if max(takes, default=0) > DECAYS else set()


def keep(rows, row, waits):
    """Add a row; where the recorder ``waits`` for a step, in place of one in which, and since, nothing moved."""
    rows[len(rows) - bool(waits and rows[-1]["weight"] == row["weight"]):] = [row]


def frozen(rows):
    """Return for each layer whether none of its matrices asked for a gradient in any of the rows of a recorder."""
    return [not any(moves) for moves in zip(*(row["asks"] for row in rows))]
