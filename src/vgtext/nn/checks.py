"""Check arguments, with errors that name what was wrong, what was given and what is allowed."""

import numbers
from math import isfinite
from sys import float_info

import numpy as np

DTYPES = ("float32", "float64")
_TYPES = [np.dtype(name) for name in DTYPES]


def whole(name, value, least=1, most=2**40):
    """Return ``value`` as an int from ``least`` to ``most``; raise TypeError or ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if most is not None and value > most:
        raise ValueError(f"{name} must be at most {most}, got {value}")
    return int(value)


def number(name, value, least=None, most=None, above=None, below=None):
    """Return ``value`` as a finite float within ``least <= value <= most``, ``above < value < below``, else raise.

    TypeError for what is no number, ValueError for one that is out of range, nan or inf.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not abs(value) <= float_info.max:  # of a whole number beyond floats, isfinite raises
        raise ValueError(f"{name} must be finite, got {value}")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if most is not None and value > most:
        raise ValueError(f"{name} must be at most {most}, got {value}")
    if above is not None and value <= above:
        raise ValueError(f"{name} must be above {above}, got {value}")
    if below is not None and value >= below:
        raise ValueError(f"{name} must be below {below}, got {value}")
    return float(value)


def choice(name, value, allowed):
    """Return ``value`` if it is one of ``allowed``; raise ValueError with the list otherwise."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}; got {value!r}")
    return value


def float_type(dtype):
    """Return float32 or float64 as a NumPy dtype; raise ValueError for any other."""
    try:
        name = str(np.dtype(dtype))
    except TypeError:
        name = dtype
    return np.dtype(choice("dtype", name, DTYPES))


def reals(name, value):
    """Return ``value``, a number or lists of them, as an array of its own real type; nan and inf may be in it.

    Raises ValueError for rows of several lengths, TypeError for what is not real.
    """
    try:
        value = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array, with rows of one length: {error}") from None
    if value.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got {value.dtype}")
    return value


def sequence(name, value, words):
    """Return ``value`` as a list; ``words`` say of what. Raises TypeError for no list, ValueError for an empty one."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"{name} must be a list of {words}, got {value!r}")
    if not (value := list(value)):
        raise ValueError(f"{name} must be a list of {words}, got an empty one")
    return value


def array(name, value, shape=None, dtype=None, finite=True):
    """Return ``value`` as a finite float array. ``shape`` gives the sizes allowed, None where any will do.

    With ``finite`` False nan and inf may stand in it. Raises TypeError or ValueError for anything else.
    """
    value = reals(name, value)
    if dtype is None:
        dtype = value.dtype if value.dtype in _TYPES else np.float64
    if shape is not None and value.shape != shape and not _fits(value.shape, shape):
        wanted = "(" + ", ".join("any" if s is None else str(s) for s in shape) + ")"
        raise ValueError(f"{name} must have shape {wanted}, got {value.shape}")
    if value.size == 0:
        raise ValueError(f"{name} must hold at least one number, got shape {value.shape}")
    value = np.asarray(value, dtype)
    if finite and not isfinite(np.vdot(value, value)) and not np.isfinite(value).all():  # the first is fast
        count = np.count_nonzero(~np.isfinite(value))
        raise ValueError(f"{name} must be finite, got {count} values that are nan or inf")
    return value


def writable(name, value):
    """Return ``value`` if it is an array of floats that can be changed in place; raise TypeError otherwise."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats in an array, which is changed in place, got {value!r}")
    return value


def movable(theta, gradient):
    """Raise TypeError or ValueError if theta cannot be moved in place, or the gradient does not fit it."""
    if reals("gradient", gradient).shape != writable("theta", theta).shape:
        raise ValueError(f"gradient must have the shape of theta, {theta.shape}, got {np.shape(gradient)}")


def rate(value, theta):
    """Return a learning rate: a number, or an array with one for each entry of theta."""
    return array("rate", value, theta.shape) if isinstance(value, np.ndarray) else number("rate", value)


def _fits(given, allowed):
    return len(given) == len(allowed) and all(a in (None, g) for g, a in zip(given, allowed))


def generator(name, seed):
    """Return a random generator from a seed, a whole number of 0 or more or several; a generator is given back.

    Raises TypeError or ValueError for anything else.
    """
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name} must be a whole number of 0 or more, or a numpy Generator, got {seed!r}") from None
