"""How each symptom is measured from the rows of a recording that hold numbers."""

import numpy as np

from .checks import SHARES, SIZES
from .losses import breaks
from .table import ALIVE

MOST_ROWS = 500
SQUARED = 1.8e19  # the square of a gradient above it is inf in float32, and Adam's step 0


def whole(r):
    """The rows of each size that hold numbers only (a ratio may be inf, where weights start at 0); 500 at most."""
    rows = {name: getattr(r, name) for name in ("ratio", *SIZES, *SHARES)}
    keep = {name: array[(~np.isnan(array) if name == "ratio" else np.isfinite(array)).all(axis=1)]
            for name, array in rows.items() if array is not None}
    return {name: array[some(len(array))] for name, array in keep.items() if len(array)}


def some(rows):
    """All rows; of more than 500, the first hundred and every n-th of the rest, the last one with them."""
    if rows <= MOST_ROWS:
        return slice(None)
    return np.unique(np.r_[:100, np.linspace(100, rows - 1, MOST_ROWS - 100).astype(int)])


def never(array):
    """The layers (1 to L) at which every record is exactly 0."""
    return None if array is None else tuple(int(l) + 1 for l in np.flatnonzero((array == 0).all(axis=0)))


def all_zero(gradient, time_gradient):
    """Is the gradient of every layer exactly 0?"""
    if gradient is None:
        return False if time_gradient is not None and np.nanmax(time_gradient) > 0 else None
    return bool((gradient == 0).all())


def unmoved(update, gradient, precision):
    """The layers whose every update is exactly 0, though their gradient is not, nor beyond what float32 holds."""
    layers = never(update)
    if not layers or gradient is None:
        return layers
    if not gradient.any():
        return ()
    first, least = gradient[gradient.any(axis=1)][0], 0.1 if precision in ("float16", "bfloat16") else 1e-6
    return tuple(l for l in layers if least * first.max() < first[l - 1] < SQUARED)


def slow(ratio, gradient):
    """The layers that always move 10,000 times less than another, though their gradient is a tenth of the largest."""
    if ratio is None or gradient is None or not gradient[0].any():
        return None
    far = np.where(np.isfinite(ratio), ratio, 0)[ratio.any(axis=1)]
    behind = (far < 1e-4 * far.max(axis=1, keepdims=True, initial=0)).all(axis=0) & bool(len(far))
    return tuple(int(l) + 1 for l in np.flatnonzero(behind & (gradient[0] >= 0.1 * gradient[0].max())))


def smallest(row):
    """The smallest size above 0 of a row in which the first layers are exactly 0; None if they are not."""
    if row is None or row[0] != 0 or not (row > 0).any():
        return None
    return float(row[row > 0].min())


def quotient(array):
    """The median over layers of the last record over that of the first."""
    if array is None or np.median(array[0]) == 0:
        return None
    return float(np.median(array[-1]) / np.median(array[0]))


def smallest_quotient(array):
    """The smallest median over layers of a record, over that of the first."""
    if array is None or np.median(array[0]) == 0:
        return None
    return float(np.median(array, axis=1).min() / np.median(array[0]))


def median(ratios):
    """The median over the layers whose weights did not start at 0."""
    known = ratios[np.isfinite(ratios)]
    return float(np.median(known)) if len(known) else None


def first_median(ratio):
    """The first median above 0: a head that starts at 0, or a rate that does, moves few layers at step 1."""
    known = [] if ratio is None else [value for value in map(median, ratio) if value is not None]
    return next((value for value in known if value > 0), known[0] if known else None)


def medians(ratio):
    """The largest of the rows' medians over layers, that after the first row, the last; the ratios of two layers.

    These are the largest ratio of any layer, and that of the layer whose largest is the smallest.
    """
    if ratio is not None and (kept := np.isfinite(ratio[0])).any():
        ratio = ratio[:, kept]  # what starts at 0 grows from nothing, by steps of any length
    medians = [] if ratio is None else [value for value in map(median, ratio) if value is not None]
    later = max(medians[1:], default=None)
    if not medians:
        return (None,) * 5
    most = np.where(np.isfinite(ratio), ratio, 0).max(axis=0)
    return max(medians), later, medians[-1], float(most.max()), float(most.min())


def travel(r):
    """The median ratio over layers, its mean over all steps: a record stands for the steps up to the next one."""
    if r.ratio is None or r.steps is None or r.loss is None or not np.isfinite(r.ratio).all():
        return None
    lasts = np.diff(np.r_[r.steps, max(len(r.loss), r.steps[-1]) + 1])
    return float(np.average(np.median(r.ratio, axis=1), weights=lasts))


def nearly_zero(activation):
    """Are all hidden activations of a record below 0.01?"""
    return activation is not None and len(activation) > 1 and bool((activation[:-1] < 0.01).all())


def least(values):
    """The smallest of the numbers; None of none."""
    known = () if values is None else values[np.isfinite(values)]
    return float(known.min()) if len(known) else None


def dead(row):
    """The largest share of dead units in a hidden layer, and that layer; the output layer does not count."""
    if row is None or len(row) < 2:
        return None, None
    return float(row[:-1].max()), int(row[:-1].argmax()) + 1


def dead_output(last):
    """Is the output 0 for every example?"""
    if "dead" in last and last["dead"][-1] >= ALIVE:
        return True
    return bool(last["activation"][-1] == 0) if "activation" in last else False if "dead" in last else None


def silent(first):
    """Is a hidden activation exactly 0? Without activations, gradients above 0 say no, and a 0 leaves it open."""
    if "activation" in first:
        return bool((first["activation"][:-1] == 0).any())
    if "gradient" in first and len(first["gradient"]) == 1:
        return False
    return False if "gradient" in first and (first["gradient"] > 0).all() else None


def passes_forward(activation):
    """Are the activations of the first record ordinary numbers?"""
    return None if activation is None else bool((activation[0] < 1e4).all())


def rise(test_loss):
    """The last test loss over the smallest."""
    if test_loss is None or not np.isfinite(test_loss).all() or test_loss.min() <= 0:
        return None
    return float(test_loss[-1] / test_loss.min())


def through_time(time_gradient, against=np.max, record=0):
    """What reaches the first tenth of the time steps, against the others above 0; in a ``record`` of those with any."""
    if time_gradient is None or time_gradient.shape[1] < 2:
        return None
    live = [row for row in time_gradient if np.isfinite(row).all() and row.max() > 0]
    if not live:
        return None
    row = live[record]
    return float(row[: max(len(row) // 10, 1)].max() / against(row[row > 0]))


def where_it_broke(recording):
    """Say where nan or inf began; "" if nowhere, None if neither a loss nor a size was recorded."""
    if recording.loss is not None and breaks(recording.loss) < len(recording.loss):
        return f"the loss is nan or inf from its entry {breaks(recording.loss) + 1} on"
    sizes = [(name, getattr(recording, name)) for name in ("gradient", "weight", "update", "activation", "error")]
    for name, array in sizes:
        if array is not None and not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            return f"the {name} sizes hold nan or inf from step {recording.step(row)} on"
    return None if recording.loss is None and all(array is None for _, array in sizes) else ""


def nan_gradient_first(r):
    """Did gradients hold nan or inf at a recorded step at which the loss was still a number?"""
    if r.gradient is None or r.loss is None or np.isfinite(r.gradient).all():
        return None
    row = int(np.flatnonzero(~np.isfinite(r.gradient).all(axis=1))[0])
    step = r.step(row)
    return bool(np.isfinite(r.loss[: min(step, len(r.loss))]).all()) if r.steps is not None else None
