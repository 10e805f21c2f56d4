"""Exercises that are checked: a number, an array or the reader's own function, with a hint that fits the mistake.

An :class:`Exercise` stands in its chapter's module. :func:`check` tries an answer on fresh random inputs and says what
was expected in kind, what was seen, and, where the answer is one that readers come to, what it confuses. It never
shows the solution.
"""

import ctypes
import inspect
import textwrap
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

TIME_LIMIT = 5.0  # seconds for one call of a reader's function
TRIALS = 20


@dataclass(frozen=True)
class Exercise:
    """What is asked, how an answer is tried, and the mistakes that readers make.

    ``solution`` takes what ``inputs(rng)`` returns, a tuple, and gives the right value; where ``inputs`` is None the
    answer is a plain number or array, and ``solution`` takes nothing. ``mistakes`` pairs a function like ``solution``
    that gives a wrong value with the hint that it deserves. Values count as equal within ``tolerance``, relative to the
    size of the right value.
    """

    name: str
    asks: str  # what kind of answer is expected, in words: "the norm of W^L, a number"
    solution: Callable
    inputs: Callable | None = None
    mistakes: tuple[tuple[Callable, str], ...] = ()
    tolerance: float = 1e-6


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what to tell its author."""

    right: bool
    words: str

    def __repr__(self):
        """Say the verdict in one line."""
        return ("Right. " if self.right else "Not yet. ") + self.words

    def _repr_pretty_(self, printer, cycle):
        """Show it in a notebook, in lines that fit a page."""
        printer.text(textwrap.fill(repr(self), 76, break_long_words=False, break_on_hyphens=False))


def check(exercise, answer, seed=None):
    """Try ``answer`` (a number, an array, or a function) and return a :class:`Verdict`.

    ``seed`` fixes the random inputs; without one they are fresh each time. Raises TypeError if ``exercise`` is none.
    """
    if not isinstance(exercise, Exercise):
        raise TypeError(f"check takes an exercise of the chapter first, such as EXERCISES['name'], not {exercise!r}")
    if exercise.inputs is None:
        if answer is None:
            return Verdict(False, f"Expected {exercise.asks}; there is no answer yet.")
        return judge(exercise, lambda: answer, ()) or Verdict(True, f"This is {exercise.asks}.")
    if not callable(answer):
        return Verdict(False, f"Expected {exercise.asks}: a function; this is {describe(answer)}.")
    rng = np.random.default_rng(seed)
    for _ in range(TRIALS):
        verdict = judge(exercise, answer, exercise.inputs(rng))
        if verdict:
            return verdict
    return Verdict(True, f"It is {exercise.asks}, on {TRIALS} random inputs.")


def judge(exercise, answer, inputs):
    """Return the Verdict on one trial that fails, None on one that passes."""
    given, problem = call(answer, inputs)
    if problem:
        return Verdict(False, problem)
    if given is None:
        return Verdict(False, f"Expected {exercise.asks}; got {describe(given)}.")
    right = np.asarray(exercise.solution(*inputs))
    on = f" for {', '.join(map(describe, inputs))}" if inputs else ""
    try:
        value = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        return Verdict(False, f"Expected {exercise.asks}; got {describe(given)}{on}.")
    if value.shape != right.shape:
        return Verdict(False, f"Expected {exercise.asks}: shape {right.shape}; got {describe(given)}{on}.")
    if same(value, right, exercise.tolerance):
        return None
    hints = [hint for wrong, hint in exercise.mistakes if same(value, np.asarray(wrong(*inputs)), exercise.tolerance)]
    if hints:
        return Verdict(False, hints[0])
    if not np.isfinite(value).all():
        return Verdict(False, f"Expected finite numbers; got {describe(given)}{on}.")
    return Verdict(False, f"Expected {exercise.asks}; got {describe(given)}{on}, {distance(value, right)}.")


def same(value, other, tolerance):
    """Say whether two values of one shape agree within ``tolerance`` of the size of ``other``."""
    scale = np.max(np.abs(other)) if np.isfinite(other).all() else 1.0
    return value.shape == other.shape and np.allclose(
        value, other, rtol=0, atol=tolerance * (scale or 1.0), equal_nan=True
    )


def distance(value, right):
    """Say how a wrong value lies to the right one, without giving it away."""
    with np.errstate(all="ignore"):
        ratio = np.max(np.abs(value)) / np.max(np.abs(right))
    if np.allclose(value, -right):
        return "which has the wrong sign"
    return (
        "which is too large"
        if ratio > 1.05
        else "which is too small"
        if ratio < 0.95
        else "which is close in size only"
    )


def describe(value):
    """Say what a value is in a few words."""
    if callable(value):
        return f"the function {getattr(value, '__name__', '?')}"
    if value is None:
        return "nothing (does the function return its result?)"
    if isinstance(value, (list, tuple, np.ndarray)) and np.ndim(value):
        shown = np.array2string(np.asarray(value), precision=3, threshold=8, separator=", ").replace("\n", "")
        return (
            f"an array of shape {np.shape(value)}, {shown}"
            if np.size(value) <= 8
            else f"an array of shape {np.shape(value)}"
        )
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else repr(value)[:80]


def call(function, inputs):
    """Return (value, None), or (None, words) where the call raised or ran into the time limit."""
    found = {}

    def run():
        try:
            found["value"] = function(*inputs)
        except Stopped:
            found["problem"] = f"The function did not return within {TIME_LIMIT:.0f} seconds. Does its loop end?"
        except Exception as error:
            found["problem"] = f"The function raised {type(error).__name__}: {error}{takes(function, inputs)}"

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(TIME_LIMIT)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
        thread.join(1.0)
    late = f"The function did not return within {TIME_LIMIT:.0f} seconds. Does its loop end?"
    return found.get("value"), found.get("problem", None if "value" in found else late)


class Stopped(BaseException):
    """Raised inside a reader's function that runs too long."""


def takes(function, inputs):
    """Return a hint on the arguments where a function cannot take ``inputs``; else nothing."""
    try:
        inspect.signature(function).bind(*inputs)
    except TypeError:
        return f". It is called with {len(inputs)} arguments: {', '.join(map(describe, inputs))}"
    except ValueError:
        return ""
    return ""
