"""Say in a few words what a value is, and how a wrong one lies to the right one, without giving that away."""

import inspect

import numpy as np

from vgtext.words import words


def cut(text, most):
    """Return a text of at most ``most`` characters, which ends in an ellipsis where it went on."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def same(value, other, tolerance, one_by_one=False):
    """Say whether two values of one shape agree; see :func:`close`."""
    return value.shape == other.shape and bool(close(value, other, tolerance, one_by_one).all())


def close(value, other, tolerance, one_by_one=False):
    """Say for each entry whether it agrees within ``tolerance`` of the largest entry of ``other``, or of its own."""
    scale = np.max(np.abs(other), initial=0.0) if np.isfinite(other).all() else 1.0
    if one_by_one:
        scale = np.where(other == 0, scale, np.abs(other))
    return np.isclose(value, other, rtol=0, atol=tolerance * np.where(scale == 0, 1.0, scale), equal_nan=True)


def distance(value, right, tolerance, one_by_one=False):
    """Say how a wrong value of the right shape lies to the right one: on the number line, else by its size."""
    if same(value, -right, tolerance, one_by_one):
        return words("check.wrong_sign")
    if right.ndim and same(*(np.sort(each.ravel()) for each in (value, right)), tolerance, one_by_one):
        return words("check.other_order")
    n = close(value, right, tolerance, one_by_one).sum()
    some_right = words("check.some_right", n=n, all=right.size)
    if right.ndim and 2 * n >= right.size:
        return some_right
    if same(value, right, 0.05, one_by_one):
        return words("check.close")
    above, below = (value > right).all(), (value < right).all()
    with np.errstate(all="ignore"):
        ratio = np.max(np.abs(value)) / np.max(np.abs(right))
    if above or (ratio > 1.05 and not below):
        return words("check.too_large")
    return words("check.too_small") if below or ratio < 0.95 else some_right


def kind(right):
    """Say what shape to give."""
    return words("check.of_shape", shape=right.shape) if right.ndim else words("check.a_number")


def describe(value):
    """Say what a value is in a few words."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None:
        return words("check.nothing")
    if inspect.isclass(value) or callable(value):
        kind = "check.the_class" if inspect.isclass(value) else "check.the_function"
        return words(kind, name=getattr(value, "__name__", "?"))
    if isinstance(value, str):
        return words("check.the_text", text=repr(cut(value, 80)))
    if isinstance(value, (list, tuple, np.ndarray)):
        return describe_array(value)
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    shown = repr(value)
    is_odd = " at 0x" in shown or "\n" in shown
    return words("check.an_object", name=type(value).__name__) if is_odd else cut(shown, 80)


def describe_array(value):
    """Say the shape of an array or list, and its entries where they are few."""
    try:
        array = np.asarray(value)
    except ValueError:
        return words("check.ragged", n=len(value))
    if not array.ndim:
        return describe(array.item())
    is_list = isinstance(value, (list, tuple)) and array.ndim == 1
    kind = words("check.list", n=len(array)) if is_list else words("check.array", shape=array.shape)
    if array.size > 8:
        return kind
    three = "{:.3g}".format
    digits = {"float_kind": three, "int_kind": str, "object": lambda x: three(x) if isinstance(x, float) else str(x)}
    return f"{kind}, " + np.array2string(array, formatter=digits, threshold=8, separator=", ").replace("\n", "")
