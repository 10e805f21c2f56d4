"""The few numbers that a diagnosis rests on, measured from a recording; None where what they need was not recorded.

The most telling one is the **round trip**: what is left of a signal that runs forward through the hidden layers, times
what is left of the error that runs back,

    R = (|a[L-1]| / |a[1]|) * (|delta[2]| / |delta[L]|),    |delta[l]| recorded, or estimated by |dL/dW[l]| / |a[l-1]|.

Weight gradients alone can hide it: where both signals fade alike, |dL/dW[l]| is the same in all layers. It is measured
in the first record in which every layer gets a signal: a head that starts at 0 sends none at step 1. Exact zeros and nan
are never divided; they are symptoms of their own.
"""

from dataclasses import dataclass

import numpy as np

from . import losses
from .table import ALIVE

MOST_ROWS = 500


@dataclass(frozen=True)
class Symptoms:
    """What can be measured in a :class:`~vgtext.diagnose.recording.Recording`; None means not recorded."""

    broke: str | None  # where nan or inf began, in words; "" if nowhere
    curve: losses.Curve | None  # what the loss did
    accuracy: float | None  # training accuracy at the end
    best: float | None  # the best training accuracy on the way
    gap: float | None  # training minus test accuracy at the end
    test_rise: float | None  # test loss at the end / its smallest value
    layers: int | None
    row: int | None  # the record in which signals are measured
    forward: float | None  # factor a layer by which activations change, layer 1 to L-1
    backward: float | None  # factor a layer by which the error changes, layer L to 2
    round_trip: float | None  # log10 R
    round_trip_last: float | None  # the same in the last record that allows it
    profile: float | None  # log10 of |dL/dW[1]| / |dL/dW[L]|
    no_gradient: tuple[int, ...] | None  # layers whose gradient is exactly 0 in every record
    no_update: tuple[int, ...] | None  # layers that have a gradient, and whose update is exactly 0 in every record
    all_zero: bool | None  # is the gradient of every layer exactly 0, in the last record?
    smallest: float | None  # the smallest gradient above 0 beside layers without one
    collapse: float | None  # median gradient of the last record / of the first
    ratio: float | None  # update-to-weight ratio, median over layers, at the first record
    ratio_peak: float | None  # the largest such median: what a schedule takes away is no symptom
    ratio_before: float | None  # the last such median before the run broke
    dead: float | None  # largest share of dead units in a hidden layer, at the first record
    dead_layer: int | None
    dead_last: float | None  # the same at the last record
    dead_output: bool | None  # is the output 0 for every example, at the last record?
    silent: bool | None  # does a hidden layer pass nothing on, at the first record: activation exactly 0?
    saturation: float | None  # mean share in the hidden layers, at the first record
    shrinks: float | None  # median weight norm of the last record / of the first
    input: float | None  # root mean square of the inputs, at the first record
    through_time: float | None  # gradient at the first time step / the largest
    nan_gradient_first: bool | None  # did gradients hold nan at a step whose loss was a number?

    @property
    def fall(self):
        """Loss at the end / loss at the start; None where that says nothing."""
        return None if self.curve is None else self.curve.fall


def measure_symptoms(recording):
    """Return the :class:`Symptoms` of a recording."""
    r, whole = recording, _whole(recording)
    curve = None if r.loss is None else losses.measure(r.loss)
    first = {name: whole[name][0] for name in whole if len(whole[name])}
    last = {name: whole[name][-1] for name in whole if len(whole[name])}
    layers = next((len(row) for row in first.values()), None)
    row, signals, ends = _signals(whole, layers)
    train, test = r.train_accuracy, r.test_accuracy
    dead = _dead(first.get("dead"))
    peak, before = _medians(whole.get("ratio"))
    return Symptoms(
        broke=_where_it_broke(r), curve=curve,
        accuracy=None if train is None else float(train[-1]), best=None if train is None else float(train.max()),
        gap=None if train is None or test is None else float(train[-1] - test[-1]), test_rise=_rise(r.test_loss),
        layers=layers, row=row, forward=signals[0], backward=signals[1], round_trip=signals[2], round_trip_last=ends,
        profile=_profile(whole.get("gradient")), no_gradient=_never(whole.get("gradient")),
        no_update=_unmoved(whole.get("update", whole.get("ratio")), whole.get("gradient")),
        all_zero=_all_zero(last.get("gradient"), r.time_gradient),
        smallest=_smallest(first.get("gradient")), collapse=_quotient(whole.get("gradient")),
        ratio=None if "ratio" not in first else _median(first["ratio"]), ratio_peak=peak, ratio_before=before,
        dead=dead[0], dead_layer=dead[1], dead_last=_dead(last.get("dead"))[0],
        dead_output=_dead_output(last), silent=_silent(first),
        saturation=float(first["saturation"][:-1].mean()) if "saturation" in first and layers > 1 else None,
        shrinks=_quotient(whole.get("weight")), input=None if r.input is None else float(r.input[0]),
        through_time=_through_time(r.time_gradient), nan_gradient_first=_nan_gradient_first(r),
    )


def _whole(r):
    """The rows of each size that hold numbers only (a ratio may be inf, where weights start at 0); 500 at most."""
    rows = {name: getattr(r, name)
            for name in ("gradient", "weight", "update", "ratio", "activation", "error", "dead", "saturation")}
    keep = {name: array[(~np.isnan(array) if name == "ratio" else np.isfinite(array)).all(axis=1)]
            for name, array in rows.items() if array is not None}
    return {name: array[_some(len(array))] for name, array in keep.items() if len(array)}


def _some(rows):
    """All rows; of more than 500, the first hundred and every n-th of the rest, the last one with them."""
    if rows <= MOST_ROWS:
        return slice(None)
    return np.unique(np.r_[:100, np.linspace(100, rows - 1, MOST_ROWS - 100).astype(int)])


def _signals(whole, layers):
    """Return (row, (forward, backward, log10 R), log10 R of the last row) of the rows in which all layers get a signal."""
    gradient, activation = whole.get("gradient"), whole.get("activation")
    error = whole.get("error")
    if activation is None or (gradient is None and error is None):
        return None, (None,) * 3, None
    back = error if error is not None else gradient
    n = min(len(back), len(activation))
    live = (back[:n] > 0).all(axis=1) & (activation[:n, :-1] > 0).all(axis=1)
    if not live.any():
        return None, (None,) * 3, None
    if layers < 3:
        return int(live.argmax()), (1.0, 1.0, 0.0), 0.0
    rows = np.flatnonzero(live)[[0, -1]]
    a, e = np.log10(activation[rows][:, :-1]), np.log10(back[rows][:, 1:])
    e = e if error is not None else e - a
    there, way_back, hops = a[:, -1] - a[:, 0], e[:, 0] - e[:, -1], layers - 2
    trips = there + way_back
    factors = 10.0 ** np.clip(np.array([there[0], way_back[0]]) / hops, -300, 300)
    return int(rows[0]), (float(factors[0]), float(factors[1]), float(trips[0])), float(trips[1])


def _profile(gradient):
    """log10 of the first layer's gradient over the last one's, in the first row where both are above 0."""
    if gradient is None or gradient.shape[1] < 2:
        return None
    live = gradient[(gradient[:, [0, -1]] > 0).all(axis=1)]
    return float(np.log10(live[0, 0]) - np.log10(live[0, -1])) if len(live) else None


def _never(array):
    """The layers (1 to L) at which every record is exactly 0."""
    return None if array is None else tuple(int(l) + 1 for l in np.flatnonzero((array == 0).all(axis=0)))


def _all_zero(gradient, time_gradient):
    if gradient is None:
        return False if time_gradient is not None and np.nanmax(time_gradient) > 0 else None
    return bool((gradient == 0).all())


def _unmoved(update, gradient):
    """The layers whose every update is exactly 0, though their gradient is not (nor so small that rounding takes it)."""
    layers = _never(update)
    if not layers or gradient is None:
        return layers
    if not gradient.any():
        return ()
    first = gradient[gradient.any(axis=1)][0]
    return tuple(l for l in layers if first[l - 1] > 1e-6 * first.max())


def _smallest(row):
    """The smallest size above 0 of a row in which the first layers are exactly 0; None if they are not."""
    if row is None or row[0] != 0 or not (row > 0).any():
        return None
    return float(row[row > 0].min())


def _quotient(array):
    """The median over layers of the last record over that of the first."""
    if array is None or np.median(array[0]) == 0:
        return None
    return float(np.median(array[-1]) / np.median(array[0]))


def _median(ratios):
    """The median over the layers whose weights did not start at 0."""
    known = ratios[np.isfinite(ratios)]
    return float(np.median(known)) if len(known) else None


def _medians(ratio):
    """The largest and the last of the rows' medians over layers."""
    if ratio is None:
        return None, None
    medians = [value for value in map(_median, ratio) if value is not None]
    return (max(medians), medians[-1]) if medians else (None, None)


def _dead(row):
    """The largest share of dead units in a hidden layer, and that layer; the output layer does not count."""
    if row is None or len(row) < 2:
        return None, None
    return float(row[:-1].max()), int(row[:-1].argmax()) + 1


def _dead_output(last):
    if "dead" in last and last["dead"][-1] >= ALIVE:
        return True
    return bool(last["activation"][-1] == 0) if "activation" in last else False if "dead" in last else None


def _silent(first):
    """Is a hidden activation exactly 0? Without activations, gradients above 0 in all layers say no; a 0 leaves it open."""
    if "activation" in first:
        return bool((first["activation"][:-1] == 0).any())
    if "gradient" in first and len(first["gradient"]) == 1:
        return False
    return False if "gradient" in first and (first["gradient"] > 0).all() else None


def _rise(test_loss):
    if test_loss is None or not np.isfinite(test_loss).all() or test_loss.min() <= 0:
        return None
    return float(test_loss[-1] / test_loss.min())


def _through_time(time_gradient):
    """What reaches the first time steps: a tenth of the steps, against the largest; the first record that has any."""
    if time_gradient is None or time_gradient.shape[1] < 2:
        return None
    live = [row for row in time_gradient if np.isfinite(row).all() and row.max() > 0]
    return None if not live else float(live[0][: max(len(live[0]) // 10, 1)].max() / live[0].max())


def _where_it_broke(recording):
    """Say where nan or inf began; "" if nowhere, None if neither a loss nor a size was recorded."""
    if recording.loss is not None and not np.isfinite(recording.loss).all():
        step = int(np.flatnonzero(~np.isfinite(recording.loss))[0]) + 1
        return f"the loss is nan or inf from its entry {step} on"
    sizes = [(name, getattr(recording, name)) for name in ("gradient", "weight", "update", "activation", "error")]
    for name, array in sizes:
        if array is not None and not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            return f"the {name} sizes hold nan or inf from step {recording.step(row)} on"
    return None if recording.loss is None and all(array is None for _, array in sizes) else ""


def _nan_gradient_first(r):
    """Did gradients hold nan or inf at a recorded step at which the loss was still a number?"""
    if r.gradient is None or r.loss is None or np.isfinite(r.gradient).all():
        return None
    row = int(np.flatnonzero(~np.isfinite(r.gradient).all(axis=1))[0])
    step = r.step(row)
    return bool(np.isfinite(r.loss[: min(step, len(r.loss))]).all()) if r.steps is not None else None
