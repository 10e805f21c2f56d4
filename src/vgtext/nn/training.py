"""The training loop: mini-batches, what every layer does at each recorded step, and where it breaks if it breaks."""

from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np

from . import checks
from .clipping import CLIPPINGS
from .losses import accuracy
from .optimizers import constant, get_optimizer
from .progress import bar
from .scale import log2_norm


class Breakdown(NamedTuple):
    """Where nan or inf first appeared: at which step, in which layer (the loss counts as the last), in what."""

    step: int
    layer: int
    where: str  # "activation", "loss", "error", "gradient" or "weight"

    def __str__(self):
        layer = "" if self.where == "loss" else f" of layer {self.layer}"
        return f"step {self.step}: nan or inf in the {self.where}{layer}"


@dataclass
class History:
    """What a training run recorded. ``loss``, ``gradient_norm`` (global, before clipping) and ``rate``: one a step.

    Rows of the arrays below belong to ``recorded`` steps, columns to layers: column l is layer l, column 0 the input
    or nan. ``log2_activation`` ... ``dead`` as in :class:`~vgtext.nn.signals.Signals`; ``update_ratio`` is
    |change of W[l]| / |W[l]|. ``evaluated`` steps have ``train_accuracy``, ``test_accuracy`` and ``test_loss``.
    ``breakdown`` is None, or says where nan or inf began; training stopped there.
    """

    loss: np.ndarray = field(default_factory=list)
    gradient_norm: np.ndarray = field(default_factory=list)
    rate: np.ndarray = field(default_factory=list)
    recorded: np.ndarray = field(default_factory=list)
    log2_activation: np.ndarray = field(default_factory=list)
    log2_error: np.ndarray = field(default_factory=list)
    log2_gradient: np.ndarray = field(default_factory=list)
    update_ratio: np.ndarray = field(default_factory=list)
    mean: np.ndarray = field(default_factory=list)
    variance: np.ndarray = field(default_factory=list)
    saturation: np.ndarray = field(default_factory=list)
    dead: np.ndarray = field(default_factory=list)
    evaluated: np.ndarray = field(default_factory=list)
    train_accuracy: np.ndarray = field(default_factory=list)
    test_accuracy: np.ndarray = field(default_factory=list)
    test_loss: np.ndarray = field(default_factory=list)
    breakdown: Breakdown | None = None

    @property
    def steps(self):
        """The step numbers 1, 2, 3, ... of ``loss``."""
        return np.arange(1, len(self.loss) + 1)

    def arrays(self):
        """Return the history with arrays in the place of lists that grew."""
        return History(**{k: v if k == "breakdown" else np.array(v) for k, v in vars(self).items()})


def train(network, x, y, *, steps, optimizer="sgd", learning_rate=0.1, batch_size=64, clip=None, record_every=0,
          test=None, evaluate_every=0, seed=0, progress=None):
    """Train ``network`` in place on x (..., examples) and y (..., examples); return the :class:`History`.

    ``learning_rate`` is a number or a schedule ``rate(step)``; ``clip`` is None or a pair such as ("global_norm", 1.0);
    ``batch_size`` None takes all examples. Per-layer sizes are recorded at step 1 and every ``record_every`` steps (0:
    never); accuracy on the training and the ``test`` = (x, y) examples every ``evaluate_every`` steps and at the last.
    ``progress`` True or False shows a bar or not; None shows it on a terminal if the run takes more than two seconds.
    Raises TypeError or ValueError for what does not fit.
    """
    steps = checks.whole("steps", steps)
    checks.whole("record_every", record_every, 0), checks.whole("evaluate_every", evaluate_every, 0)
    last = steps if evaluate_every or test is not None else 0
    run = train_steps(network, x, y, optimizer=optimizer, learning_rate=learning_rate, batch_size=batch_size, clip=clip,
                      record=lambda step: record_every and (step - 1) % record_every == 0,
                      evaluate=lambda step: step == last or (evaluate_every and step % evaluate_every == 0),
                      test=test, seed=seed)
    *_, history = bar(islice(run, steps), progress, "training", steps)
    return history.arrays()


def train_steps(network, x, y, *, optimizer="sgd", learning_rate=0.1, batch_size=64, clip=None, record, evaluate,
                test=None, seed=0):
    """Train as :func:`train` does, without end: yield the :class:`History` so far, lists that grow, after each step.

    ``record(step)`` and ``evaluate(step)`` say at which steps sizes are recorded and accuracies taken. It ends where
    nan or inf appears. Raises as :func:`train` does.
    """
    if not hasattr(network, "loss_and_gradient"):
        raise TypeError(f"network must be a Network or a Recurrent, got {network!r}")
    rate, x = _schedule(learning_rate), np.atleast_1d(checks.array("x", x))
    examples = x.shape[-1]
    if (y := checks.reals("y", y)).shape[-1:] != (examples,):
        raise ValueError(f"y must have {examples} examples on its last axis, as x has, got shape {y.shape}")
    size = examples if batch_size is None else min(checks.whole("batch_size", batch_size), examples)
    if test is not None and not (isinstance(test, (tuple, list)) and len(test) == 2):
        raise TypeError(f"test must be None or a pair (x, y), got {test!r}")
    if test is not None and checks.reals("test[0]", test[0]).shape[:-1] != x.shape[:-1]:
        raise ValueError(f"test must hold an x of shape {x.shape[:-1]} and examples, got {np.shape(test[0])}")
    optimizer, clip, history = get_optimizer(optimizer, network), _clipping(clip, network), History()
    for step, batch in enumerate(_batches(x, y, size, checks.generator("seed", seed)), 1):
        recorded = bool(record(step))
        rate_now = checks.number("learning_rate", rate(step), least=0)
        loss = network.loss_and_gradient(*batch, measure=recorded)
        norm = _norm(network.gradient)
        history.loss.append(loss), history.gradient_norm.append(norm), history.rate.append(rate_now)
        broke = not (np.isfinite(loss) and np.isfinite(norm))
        if not broke:
            if clip:
                clip()
            before = [layer.W.copy() for layer in network.layers[1:]] if recorded else None
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                optimizer.step(network.theta, network.gradient, rate_now)
            broke = not np.isfinite(_norm(network.theta))
        if broke:
            history.breakdown = Breakdown(step, *_where(network))
            yield history
            return
        if recorded:
            _record(history, step, network, before)
        if evaluate(step):
            _evaluate(history, step, network, x, y, test)
        yield history


def _norm(x):
    """The Euclidean norm of a flat vector; inf only if an entry is, or if it is beyond float64."""
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(x.dot(x))
        return square**0.5 if 1e-30 < square < np.inf else float(np.exp2(log2_norm(x)))


def _schedule(learning_rate):
    if callable(learning_rate):
        return learning_rate
    return constant(checks.number("learning_rate", learning_rate, least=0))


def _clipping(clip, network):
    """Return a function that clips the network's gradient, or None."""
    if clip is None:
        return None
    if not isinstance(clip, (tuple, list)) or len(clip) != 2:
        raise ValueError(f'clip must be None or a pair such as ("global_norm", 1.0), got {clip!r}')
    name, limit = clip
    how = CLIPPINGS[checks.choice("clip", name, CLIPPINGS)]
    checks.number("clip limit", limit, above=0)
    parts = [network.gradient] if name != "norm" else [network.gradient[s] for s in network.parameters.values()]
    return lambda: how(parts, limit)


def _batches(x, y, size, rng):
    """Yield mini-batches for ever; every epoch is a new permutation, its last incomplete batch is left out."""
    examples = x.shape[-1]
    x, y = (np.ascontiguousarray(np.moveaxis(k, -1, 0)) for k in (x, y))  # an example's numbers side by side
    while True:
        order = rng.permutation(examples) if size < examples else np.arange(examples)
        for start in range(0, examples - size + 1, size):
            part = order[start : start + size]
            yield np.moveaxis(x[part], 0, -1), np.moveaxis(y[part], 0, -1)


def _record(history, step, network, before):
    history.recorded.append(step)
    for name, values in vars(network.signals()).items():
        getattr(history, name).append(values)
    ratio = [_norm((k.W - w).ravel()) / max(_norm(w.ravel()), np.finfo(w.dtype).tiny)
             for k, w in zip(network.layers[1:], before)]
    history.update_ratio.append([np.nan, *ratio])


def _evaluate(history, step, network, x, y, test):
    history.evaluated.append(step)
    history.train_accuracy.append(accuracy(network.predict(x), y))
    if test is not None:
        out = network.predict(test[0])
        history.test_accuracy.append(accuracy(out, test[1]))
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            history.test_loss.append(network.loss(out, test[1])[0])


def _where(network):
    """Return (layer, where) of the first nan or inf: forward from the input, then backward from the output."""
    numbered = list(enumerate(network.layers))[1:]
    for l, layer in numbered:
        if not np.isfinite(layer.a).all():
            return l, "activation"
    for where, name in (("error", "delta"), ("gradient", "W_gradient"), ("weight", "W")):
        for l, layer in reversed(numbered):
            if not np.isfinite(getattr(layer, name)).all():
                return l, where
    return network.depth, "loss"
