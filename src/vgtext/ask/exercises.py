"""What an exercise asks, and how an answer to it is judged."""

import copy
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .call import call, show_printed
from .describe import describe, distance, kind, same

TRIALS = 20


@dataclass(frozen=True)
class Exercise:
    """What is asked, how an answer is tried, and the mistakes that readers make.

    ``solution`` takes what ``inputs(rng)`` returns, a tuple, and gives the right value; where ``inputs`` is None the
    answer is a plain number or array, and ``solution`` takes nothing. ``mistakes`` pairs a function like ``solution``
    that gives a wrong value with the hint that it deserves. Values count as equal within ``tolerance``, relative to the
    size of the right value. A function is tried on ``trials`` inputs; give fewer where a call is slow.
    """

    name: str
    asks: str  # what kind of answer is expected, in words: "the norm of W^L, a number"
    solution: Callable
    inputs: Callable | None = None
    mistakes: tuple[tuple[Callable, str], ...] = ()
    tolerance: float = 1e-6
    trials: int = TRIALS


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

    ``seed`` fixes the random inputs; without one they are fresh each time. A function gets copies of them, so it may
    change what it is given, and what it prints is shown for one input only: the one that it fails on, else the last.
    Raises TypeError if ``exercise`` is none.
    """
    if not isinstance(exercise, Exercise):
        raise TypeError(f"check takes an exercise of the chapter first, such as EXERCISES['name'], not {exercise!r}")
    if answer is None:
        return Verdict(False, f"Expected {exercise.asks}; there is no answer yet.")
    if exercise.inputs is None:
        return judge(exercise, answer, ()) or Verdict(True, f"This is {exercise.asks}.")
    if not callable(answer):
        return Verdict(False, f"Expected {exercise.asks}: a function; this is {describe(answer)}. Give the function "
                              "itself, f and not f(…).")
    verdict, printed, rng = None, "", np.random.default_rng(seed)
    for _ in range(exercise.trials):
        inputs = exercise.inputs(rng)
        value, problem, printed = call(answer, copy.deepcopy(inputs))
        verdict = Verdict(False, problem) if problem else judge(exercise, value, inputs)
        if verdict:
            break
    show_printed(printed)
    return verdict or Verdict(True, f"It is {exercise.asks}, on {exercise.trials} random inputs.")


def judge(exercise, given, inputs):
    """Return the Verdict on a value that fails, None on one that passes."""
    right = np.asarray(exercise.solution(*inputs))
    on = f" for {', '.join(map(describe, inputs))}" if inputs else ""
    expected, got = f"Expected {exercise.asks}", f"got {describe(given)}"
    if given is None:
        return Verdict(False, f"{expected}; {got}.")
    value, advice = real(given)
    if value is None:
        return Verdict(False, f"{expected}; {got}{on}.{advice}")
    if same(value, right, exercise.tolerance):
        return None
    with np.errstate(all="ignore"):
        wrong = ((np.asarray(mistake(*inputs)), hint) for mistake, hint in exercise.mistakes)
        hint = next((hint for other, hint in wrong if same(value, other, exercise.tolerance)), None)
    if hint:
        return Verdict(False, hint)
    if value.shape != right.shape:
        return Verdict(False, f"{expected}, {kind(right)}; {got}{on}.")
    if not np.isfinite(value).all():
        return Verdict(False, f"Expected finite numbers; {got}{on}.")
    return Verdict(False, f"{expected}; {got}{on}, {distance(value, right, exercise.tolerance)}.")


def real(given):
    """Return ``given`` as (real numbers, ""), or (None, advice) where it is something else."""
    if callable(given):
        return None, " Call it, and give what it returns."
    try:
        value = np.asarray(given)
    except ValueError:
        return None, " The rows of an array have one length."
    if value.dtype.kind in "US":
        return None, " Write numbers without quotes."
    if value.dtype.kind == "c":
        return None, " These are complex numbers: is their size asked for, or their real part?"
    try:
        return value.astype(float), ""
    except (TypeError, ValueError):
        return None, ""
