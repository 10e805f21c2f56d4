"""Say in a few words what a value is, and how a wrong one lies to the right one, without giving that away."""

import inspect

import numpy as np


def same(value, other, tolerance):
    """Say whether two values of one shape agree within ``tolerance`` of the size of ``other``."""
    return value.shape == other.shape and bool(close(value, other, tolerance).all())


def close(value, other, tolerance):
    """Say for each entry whether it agrees within ``tolerance`` of the size of ``other``."""
    scale = np.max(np.abs(other), initial=0.0) if np.isfinite(other).all() else 1.0
    return np.isclose(value, other, rtol=0, atol=tolerance * (scale or 1.0), equal_nan=True)


def distance(value, right, tolerance):
    """Say how a wrong value of the right shape lies to the right one."""
    with np.errstate(all="ignore"):
        ratio = np.max(np.abs(value)) / np.max(np.abs(right))
    if same(value, -right, tolerance):
        return "which has the wrong sign"
    if right.ndim and same(np.sort(value.ravel()), np.sort(right.ravel()), tolerance):
        return "which has the right numbers in another order"
    entries = close(value, right, tolerance)
    if right.ndim and 2 * entries.sum() >= right.size:
        return f"of which {entries.sum()} of {right.size} entries are right"
    return "which is too large" if ratio > 1.05 else "which is too small" if ratio < 0.95 else "which is close, but off"


def kind(right):
    """Say what shape is expected."""
    return f"of shape {right.shape}" if right.ndim else "a single number"


def describe(value):
    """Say what a value is in a few words."""
    if value is None:
        return "nothing (does the function return its result?)"
    if inspect.isclass(value) or callable(value):
        return f"the {'class' if inspect.isclass(value) else 'function'} {getattr(value, '__name__', '?')}"
    if isinstance(value, str):
        return f"the text {value[:80]!r}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return describe_array(value)
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    shown = repr(value)
    return f"an object of type {type(value).__name__}" if " at 0x" in shown or "\n" in shown else shown[:80]


def describe_array(value):
    """Say the shape of an array or list, and its entries where they are few."""
    try:
        array = np.asarray(value)
    except ValueError:
        return f"a list of {len(value)} parts that differ in shape"
    if not array.ndim:
        return describe(array.item())
    if array.size > 8:
        return f"an array of shape {array.shape}"
    shown = np.array2string(array, precision=3, threshold=8, separator=", ").replace("\n", "")
    return f"an array of shape {array.shape}, {shown}"
