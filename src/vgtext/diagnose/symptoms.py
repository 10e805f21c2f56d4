"""The few numbers that a diagnosis rests on, read from a recording; None where what they need was not recorded.

The most telling one is the **round trip**: what is left of a signal that runs forward through the hidden layers, times
what is left of the error that runs back,

    R = (|a[L-1]| / |a[1]|) * (|delta[2]| / |delta[L]|),    |delta[l]| estimated by |dL/dW[l]| / |a[l-1]|.

Weight gradients alone can hide it: where both signals fade alike, |dL/dW[l]| is the same in all layers.
"""

from dataclasses import dataclass

import numpy as np

FLOOR = 1e-300  # stands for 0 where a logarithm is taken


@dataclass(frozen=True)
class Symptoms:
    """What can be read from a :class:`~vgtext.diagnose.recording.Recording`; None means not recorded."""

    broke: str | None  # where nan or inf began, in words; "" if nowhere
    accuracy: float | None  # training accuracy at the end
    fall: float | None  # loss at the end / loss at the start
    late_fall: float | None  # loss at the end / loss in the third quarter
    gap: float | None  # training minus test accuracy at the end
    test_rise: float | None  # test loss at the end / its smallest value
    layers: int | None
    forward: float | None  # factor a layer by which activations change, layer 1 to L-1, at the first record
    backward: float | None  # factor a layer by which the error changes, layer L to 2, at the first record
    round_trip: float | None  # log10 R
    profile: float | None  # log10 of |dL/dW[1]| / |dL/dW[L]| at the first record
    ratio: float | None  # update-to-weight ratio at the first record, median over layers
    ratio_fade: float | None  # median ratio of later records / that of the first
    dead: float | None  # largest share of dead units in a hidden layer, at the first record
    dead_layer: int | None
    silent: bool | None  # does a hidden layer pass nothing on, at the first record: activation exactly 0?
    saturation: float | None  # mean share in the hidden layers, at the first record


def read(recording):
    """Return the :class:`Symptoms` of a recording."""
    first, signals, losses = _first_rows(recording), (None,) * 3, _losses(recording.loss)
    gradient, activation = first.get("gradient"), first.get("activation")
    if gradient is not None and activation is not None and len(gradient) >= 3:
        signals = _signals(gradient, activation)
    hidden = {name: first[name][:-1] for name in ("dead", "saturation") if name in first and len(first[name]) > 1}
    dead = hidden.get("dead")
    train, test = recording.train_accuracy, recording.test_accuracy
    layers = next((len(row) for row in first.values()), None)
    return Symptoms(
        _where_it_broke(recording),
        None if train is None else float(train[-1]),
        *losses,
        None if train is None or test is None else float(train[-1] - test[-1]),
        _rise(recording.test_loss),
        layers,
        *signals,
        None if gradient is None or len(gradient) < 2 else float(_log10(gradient[0]) - _log10(gradient[-1])),
        *_ratios(recording.ratio),
        None if dead is None else float(dead.max()),
        None if dead is None else int(dead.argmax()) + 1,
        _silent(gradient, activation),
        float(hidden["saturation"].mean()) if "saturation" in hidden else None,
    )


def _first_rows(recording):
    """The first record of each size that holds numbers only."""
    rows = {name: getattr(recording, name) for name in ("gradient", "activation", "dead", "saturation")}
    return {name: rows[name][0] for name in rows if rows[name] is not None and np.isfinite(rows[name][0]).all()}


def _signals(gradient, activation):
    """Return (forward, backward, log10 R) from one record of L >= 3 layers."""
    hops = len(gradient) - 2  # from layer 1 to L - 1, and from layer L to 2
    error = _log10(gradient[1:]) - _log10(activation[:-1])
    there = _log10(activation[-2]) - _log10(activation[0])
    back = error[0] - error[-1]
    return float(10.0 ** (there / hops)), float(10.0 ** (back / hops)), float(there + back)


def _silent(gradient, activation):
    """Is an activation exactly 0? Without activations, gradients above 0 in all layers say no; a 0 leaves it open."""
    if activation is not None:
        return bool((activation[:-1] == 0).any())
    return False if gradient is not None and (gradient > 0).all() else None


def _losses(loss):
    """Return (fall, late fall): medians of the last tenth against the first loss and the third quarter."""
    if loss is None or len(loss) < 8 or not np.isfinite(loss).all() or loss[0] == 0:
        return None, None
    n = len(loss)
    end, middle = np.median(loss[-max(n // 10, 1):]), np.median(loss[n // 2 : -(n // 4)])
    return float(end / loss[0]), float(end / middle) if middle > 0 else 1.0


def _rise(test_loss):
    if test_loss is None or not np.isfinite(test_loss).all() or test_loss.min() <= 0:
        return None
    return float(test_loss[-1] / test_loss.min())


def _ratios(ratio):
    """Return the first record's median over layers, and by which factor the later ones' differ from it."""
    if ratio is None or not np.isfinite(ratio[0]).all():
        return None, None
    whole = ratio[np.isfinite(ratio).all(axis=1)]
    first, later = np.median(whole[0]), np.median(whole[len(whole) // 2 :])
    return float(first), float(later / first) if first > 0 else 1.0


def _where_it_broke(recording):
    """Say where nan or inf began; "" if nowhere, None if neither a loss nor a size was recorded."""
    if recording.loss is not None and not np.isfinite(recording.loss).all():
        step = int(np.flatnonzero(~np.isfinite(recording.loss))[0]) + 1
        return f"the loss is nan or inf from its entry {step} on"
    sizes = [(name, getattr(recording, name)) for name in ("gradient", "weight", "update", "activation")]
    for name, array in sizes:
        if array is not None and not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            return f"the {name} sizes hold nan or inf from step {recording.step(row)} on"
    return None if recording.loss is None and all(array is None for _, array in sizes) else ""


def _log10(x):
    return np.log10(np.maximum(x, FLOOR))
