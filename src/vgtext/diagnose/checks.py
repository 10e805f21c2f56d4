"""What a field of a recording may hold: shapes, signs, shares, words; errors name the field."""

import zipfile
from numbers import Integral
from os import PathLike
from pathlib import Path

import numpy as np

from .slips import SLIPS

SIZES = ("gradient", "weight", "update", "update_ratio", "activation", "error", "activation_error")
SHARES = ("saturation", "dead")
CURVES = ("loss", "test_loss", "train_accuracy", "test_accuracy")
WORDS = ("optimizer", "precision")
PRECISIONS = ("float16", "bfloat16", "float32", "float64")


def read(name, value):
    """Return a field's value as it is kept, read-only; raises ValueError."""
    if name in WORDS:
        return word(name, value)
    try:
        dimensions = np.ndim(value)
    except ValueError as error:
        raise ValueError(f"{name} must hold numbers, every row as long as the others: {error}") from None
    if name in ("shortcuts", "normalized", "recurrent", "mixed", "many_answers"):
        if dimensions or np.asarray(value).item() not in (True, False):
            raise ValueError(f"{name} must be True or False, got {value!r}")
        return bool(value)
    if name in ("names", "loop"):
        words = tuple(str(word) for word in np.atleast_1d(value))
        if name == "loop" and (unknown := [word for word in words if word not in SLIPS]):
            raise ValueError(f"loop must hold words out of {', '.join(SLIPS)}, got {unknown[0]!r}")
        return words
    if name == "learning_rate":
        return rate(value)
    if name == "constant_loss":
        return constant(as_array(name, value, 0))
    if name.endswith("accuracy") and dimensions == 0:
        value = [value]
    if name == "frozen":
        if np.asarray(value).dtype != bool or dimensions != 1:
            raise ValueError(f"frozen must hold True or False for each layer, got {value!r}")
        return np.array(value)
    array = as_array(name, value, 2 if name in (*SIZES, *SHARES, "time_gradient") else 1)
    if name == "cosine" and (np.abs(array) > 1.001).any():
        raise ValueError(f"cosine must lie between -1 and 1, got {array[np.abs(array) > 1.001][0]:g}")
    if name == "input" and (array < 0).any():
        raise ValueError(f"input must not be negative, got {array[array < 0][0]}")
    return array


def word(name, value):
    """Return a word; raises ValueError for a precision that is none."""
    word = str(value)
    if name == "precision" and word not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, got {word!r}")
    return word


def constant(number):
    """Return the loss of a constant answer, a finite number; raises ValueError."""
    if not np.isfinite(number):
        raise ValueError(f"constant_loss must be a finite number, got {float(number)}")
    return float(number)


def a_file(path):
    """Return a path; raises TypeError for what is none."""
    if not isinstance(path, (str, PathLike)):
        raise TypeError(f"path must name a file, got {path!r}")
    return Path(path)


def rate(value):
    """Return a learning rate, a number or one for each row, none below 0; raises ValueError."""
    array = as_array("learning_rate", value, np.ndim(value))
    if array.ndim > 1 or not ((array >= 0) & (array < np.inf)).all():
        raise ValueError(f"learning_rate must be a number of 0 or more, or one for each row, got {value}")
    return array if array.ndim else float(array)


def check_every(every):
    """Raise ValueError for what is no whole number of steps above 0."""
    if not isinstance(every, Integral) or every < 1:
        raise ValueError(f"every must be a whole number of steps above 0, got {every!r}")


def one_number(name, value):
    """Return a copy of a number, a tensor's where it lies; raises ValueError for what is not one number."""
    if getattr(value, "shape", ()) not in ((), (1,), (1, 1)):
        raise ValueError(f"{name} must be one number, got the shape {tuple(value.shape)}")
    try:
        return value.detach().clone() if hasattr(value, "detach") else float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be one number, got {value!r}") from error


def some_steps(losses, after):
    """Refuse the recording of a loop that has made no step."""
    if not losses:
        raise ValueError(f"nothing was recorded yet: call step(loss) after each {after}")


def add_evaluation(kept, values):
    """Add an evaluation's values, by name, to the lists of those before; raises ValueError."""
    for name, value in values.items():
        if name not in (*CURVES[1:], "constant_loss"):
            raise ValueError(f"evaluate takes train_accuracy, test_accuracy, test_loss and constant_loss, got {name}")
        try:
            number = float(value)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"{name} must be a number, got {value!r}") from error
        check_share(name, np.array([number]) if name.endswith("accuracy") else None)
        if name == "constant_loss":
            kept[name] = constant(number)
        else:
            kept.setdefault(name, []).append(number)


def as_array(name, value, dimensions):
    """Return an array of numbers with so many dimensions, read-only; raises ValueError."""
    try:
        given = np.asarray(value)
        if given.dtype.kind in "cmMV":  # complex numbers, times, dates, records
            raise TypeError(f"it holds {given.dtype}")
        array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must hold numbers, every row as long as the others: {error}") from error
    if array.ndim != dimensions or array.size == 0:
        columns = "time steps" if name == "time_gradient" else "layers"
        shape = {1: "(entries,)", 2: f"(recorded steps, {columns})"}.get(dimensions, "of a number")
        one = "; of one step, give a list in a list" if (array.ndim, dimensions) == (1, 2) and array.size else ""
        raise ValueError(f"{name} must have the shape {shape}, got {array.shape}{one}")
    if name == "steps" and not (np.isfinite(array) & (array >= 0) & (np.round(array) == array)).all():
        raise ValueError(f"steps must be whole numbers, none below 0, got {value}")
    array.setflags(write=False)
    return array


def one_shape(shapes, loss=None):
    """Return the (rows, layers) of all sizes, (None, None) without any; raise ValueError where one has another shape.

    The same where the ``loss`` of each step fits them only if a row is a layer.
    """
    if len(set(shapes.values())) > 1:
        raise ValueError(f"sizes must have one shape (recorded steps, layers), got {shapes}: one column for each layer "
                         "that has weights, the last one's too; the activation of the last layer is the output")
    rows, layers = next(iter(shapes.values()), (None, None))
    if loss is not None and layers == len(loss) and rows not in (1, layers):
        raise ValueError("sizes must have a row for each recorded step and a column for each layer, got "
                         f"{rows} rows of {layers} for {layers} losses: give .T of each if these are {rows} layers; "
                         f"if they are {layers} layers, say with steps=... at which steps the rows were recorded")
    return rows, layers


def check_rows(name, array):
    """Raise ValueError for negative sizes, and for nan before rows of numbers."""
    if array is None:
        return
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative, got {array[array < 0][0]}")
    broken = np.isnan(array) if name == "update_ratio" else ~np.isfinite(array)  # a step from 0 is inf times as long
    whole = ~broken.reshape(len(array), -1).any(axis=1)
    if (np.diff(whole.astype(int)) > 0).any():
        row = int(np.flatnonzero(~whole)[0])
        raise ValueError(f"{name} has nan or inf in row {row} and numbers after it: leave out a row "
                         "that was not recorded, or whose step a gradient scaler skipped")


def check_columns(name, array, loss):
    """Refuse nan for a layer that was not recorded. (Where a run breaks, the next row has nan in the others, too.)"""
    if array is None or len(array) < 2 or loss is None or not np.isfinite(loss).all():
        return
    missing = np.isnan(array).all(axis=0)
    if missing.any() and np.isfinite(array[:, ~missing]).all() and not missing.all():
        raise ValueError(f"{name} has nan at layer {int(missing.argmax()) + 1} in every row: leave the layer out of "
                         "all sizes; where it got no gradient or no update, give 0")


def check_share(name, array):
    """Raise ValueError for shares and accuracies outside 0 to 1."""
    if array is None:
        return
    if "accuracy" in name and np.isnan(array).any():
        raise ValueError(f"{name} must hold numbers, got nan")
    if ((array < 0) | (array > 1)).any():
        percent = "; divide per cent by 100" if 1 < np.nanmax(array) <= 100 else ""
        raise ValueError(f"{name} must lie between 0 and 1, got {np.nanmin(array):g} to {np.nanmax(array):g}{percent}")


def holds_arrays(path):
    """Say whether a file is a whole archive of NumPy arrays and nothing else."""
    try:
        with zipfile.ZipFile(path) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False
