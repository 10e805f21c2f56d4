"""What a reader has recorded of a training run, from any framework: sizes per layer over steps, losses, accuracies."""

from dataclasses import dataclass, fields

import numpy as np

SIZES = ("gradient", "weight", "update", "update_ratio", "activation")
SHARES = ("saturation", "dead")
CURVES = ("loss", "test_loss", "train_accuracy", "test_accuracy")


@dataclass(frozen=True, eq=False)
class Recording:
    """Whatever was recorded; all fields may be left out. R recorded steps, L layers, layer 1 (next to the input) first.

    ========================  ======  ==========================================================================
    ``steps``                 (R,)    at which step each row below was recorded; 1, 2, 3, ... if left out
    ``gradient``              (R, L)  ‖∂L/∂W⁽ˡ⁾‖ of the mean loss, before clipping
    ``weight``, ``update``    (R, L)  ‖W⁽ˡ⁾‖ and ‖ΔW⁽ˡ⁾‖, what one step of the optimizer changed
    ``update_ratio``          (R, L)  ‖ΔW⁽ˡ⁾‖ / ‖W⁽ˡ⁾‖, instead of these two
    ``activation``            (R, L)  root mean square of a⁽ˡ⁾ over units and examples
    ``saturation``            (R, L)  share of (unit, example) pairs with a slope below 1 % of the steepest
    ``dead``                  (R, L)  share of ReLU units that are 0 for every example of the batch
    ``loss``                  (T,)    training loss, from the first step to the last
    ``test_loss``, ``train_accuracy``, ``test_accuracy``  (E,)  evaluations, from the first to the last
    ``learning_rate``         number  quoted in the remedy
    ========================  ======  ==========================================================================

    nan or inf means that the run had broken there: allowed in ``loss`` and in the last rows of a size, not before rows
    of numbers. Norms are Frobenius norms. Raises ValueError for shapes that do not fit, negative sizes, shares and
    accuracies outside 0..1, and nan where it is not allowed.
    """

    steps: np.ndarray | None = None
    gradient: np.ndarray | None = None
    weight: np.ndarray | None = None
    update: np.ndarray | None = None
    update_ratio: np.ndarray | None = None
    activation: np.ndarray | None = None
    saturation: np.ndarray | None = None
    dead: np.ndarray | None = None
    loss: np.ndarray | None = None
    test_loss: np.ndarray | None = None
    train_accuracy: np.ndarray | None = None
    test_accuracy: np.ndarray | None = None
    learning_rate: float | None = None

    def __post_init__(self):
        if not self.given():
            raise ValueError("a recording must hold something, such as Recording(loss=[...])")
        for name, value in self.given().items():
            if name != "learning_rate":
                object.__setattr__(self, name, _array(name, value, 2 if name in SIZES + SHARES else 1))
        self._check_shapes()
        for name in SIZES + SHARES:
            _check_rows(name, getattr(self, name))
        for name in (*SHARES, "train_accuracy", "test_accuracy"):
            _check_share(name, getattr(self, name))
        if self.learning_rate is not None and not 0 <= float(self.learning_rate) < np.inf:
            raise ValueError(f"learning_rate must be a number of 0 or more, got {self.learning_rate}")

    @classmethod
    def of_history(cls, history, network, learning_rate=None):
        """Return what :func:`vgtext.nn.train` recorded of a network of dense layers, 1 to L.

        Sizes of layers are there if steps were recorded, ``activation`` per unit, ``dead`` for ReLU only. Raises
        ValueError if the history's columns are not the network's layers; those of a recurrent one are time steps.
        """
        names = ("loss", "test_loss", "train_accuracy", "test_accuracy")
        known = {name: getattr(history, name) for name in names if len(getattr(history, name))}
        if len(history.recorded):
            units, columns = [len(layer.W) for layer in network.layers[1:]], history.log2_activation.shape[1] - 1
            if len(units) != columns:
                raise ValueError(f"history must have one column for each of {len(units)} layers, got {columns}")
            with np.errstate(over="ignore", under="ignore"):
                known |= {"steps": history.recorded, "gradient": np.exp2(history.log2_gradient[:, 1:]),
                          "activation": np.exp2(history.log2_activation[:, 1:]) / np.sqrt(units),
                          "update_ratio": history.update_ratio[:, 1:], "saturation": history.saturation[:, 1:]}
            if network.layers[1].phi.name == "relu":
                known["dead"] = history.dead[:, 1:]
        return cls(**known, learning_rate=learning_rate)

    def given(self):
        """Return the fields that were recorded, by name."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def only(self, *names):
        """Return a recording with these fields alone, as if nothing else had been recorded."""
        return Recording(**{name: value for name, value in self.given().items() if name in (*names, "steps")})

    @property
    def ratio(self):
        """The update-to-weight ratio ‖ΔW⁽ˡ⁾‖ / ‖W⁽ˡ⁾‖, (R, L), or None if it was not recorded."""
        if self.update_ratio is not None or self.update is None or self.weight is None:
            return self.update_ratio
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.weight > 0, self.update / self.weight, np.inf)

    def step(self, i):
        """The step at which row i was recorded."""
        return int(self.steps[i]) if self.steps is not None else i + 1

    def _rows(self):
        return next((len(getattr(self, name)) for name in SIZES + SHARES if getattr(self, name) is not None), 0)

    def _check_shapes(self):
        shapes = {name: np.shape(value) for name, value in self.given().items() if name in SIZES + SHARES}
        if len(set(shapes.values())) > 1:
            raise ValueError(f"sizes must have one shape (recorded steps, layers), got {shapes}")
        if self.steps is None:
            return
        if shapes and len(self.steps) != self._rows():
            raise ValueError(f"steps must have {self._rows()} entries, one for each row, got {len(self.steps)}")
        if not (np.diff(self.steps) > 0).all():
            raise ValueError("steps must increase")


def _array(name, value, dimensions):
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers, every row as long as the others: {error}") from error
    if array.ndim != dimensions or array.size == 0:
        shape = "(recorded steps, layers)" if dimensions == 2 else "(entries,)"
        raise ValueError(f"{name} must have the shape {shape}, got {array.shape}")
    array.setflags(write=False)
    return array


def _check_rows(name, array):
    if array is None:
        return
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative, got {array[array < 0][0]}")
    whole = np.isfinite(array).all(axis=1)
    if (np.diff(whole.astype(int)) > 0).any():
        row = int(np.flatnonzero(~whole)[0])
        raise ValueError(f"{name} has nan or inf in row {row} and numbers after it: leave out what was not recorded")


def _check_share(name, array):
    if array is not None and "accuracy" in name and np.isnan(array).any():
        raise ValueError(f"{name} must hold numbers, got nan")
    if array is not None and ((array < 0) | (array > 1)).any():
        raise ValueError(f"{name} must lie between 0 and 1, got {np.nanmin(array):g} to {np.nanmax(array):g}")
