"""What an exercise asks, and how an answer to it is judged."""

import copy
import functools
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vgtext.words import words

from .call import call, show_printed
from .describe import describe, distance, kind, same

TRIALS = 20
CONFIRMED = 3  # further inputs on which a function makes the mistake whose hint it gets


@dataclass(frozen=True)
class Exercise:
    """What is asked, how an answer is tried, and the mistakes that readers make.

    ``solution`` takes what ``inputs(rng)`` returns, a tuple, and gives the right value; where ``inputs`` is None the
    answer is a plain number or array, and ``solution`` takes nothing. ``mistakes`` pairs a function like ``solution``
    that gives a wrong value with the hint that it deserves. Values count as equal within ``tolerance``, relative to the
    largest entry of the right value; numbers that are given as such, each to its own. A function is tried on ``trials``
    inputs; give fewer where a call is slow.
    """

    name: str
    asks: str  # what kind of answer is expected, in words: "the norm of W^L, a number"
    solution: Callable
    inputs: Callable | None = None
    mistakes: tuple[tuple[Callable, str], ...] = ()
    tolerance: float = 1e-5  # of what is computed in float32
    trials: int = TRIALS

    def __post_init__(self):
        """Raise TypeError where a part is none that an answer can be judged by."""
        if not callable(self.solution):
            raise TypeError(f"exercise {self.name!r}: solution is a function, such as lambda: 0.125; "
                            f"not {self.solution!r}")
        for pair in self.mistakes if isinstance(self.mistakes, tuple | list) else [None]:
            wrong, hint = pair if isinstance(pair, tuple | list) and len(pair) == 2 else (None, None)
            if not (callable(wrong) and isinstance(hint, str)):
                raise TypeError(f"exercise {self.name!r}: mistakes are pairs of a function and a hint, such as "
                                f"((lambda: 1.5, 'You added.'),); not {self.mistakes!r}")


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what to tell its author."""

    right: bool
    words: str

    def __repr__(self):
        """Say the verdict in one line."""
        return f"{words('check.right' if self.right else 'check.not_yet')} {self.words}"

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
        return Verdict(False, words("check.no_answer", asks=exercise.asks))
    if exercise.inputs is None:
        return judge(exercise, answer, ()) or Verdict(True, words("check.is_it", asks=exercise.asks))
    if not callable(answer):
        return Verdict(False, words("check.no_function", asks=exercise.asks, given=describe(answer)))
    verdict, printed, rng = None, "", np.random.default_rng(seed)
    for _ in range(exercise.trials):
        inputs = exercise.inputs(rng)
        value, problem, printed = call(answer, copy.deepcopy(inputs))
        again = functools.partial(repeats, exercise, answer, rng)
        verdict = Verdict(False, problem) if problem else judge(exercise, value, inputs, again)
        if verdict:
            break
    show_printed(printed)
    return verdict or Verdict(True, words("check.is_it_tried", asks=exercise.asks, n=exercise.trials))


def judge(exercise, given, inputs, again=lambda mistake: True):
    """Return the Verdict on a value that fails, None on one that passes; ``again`` confirms a mistake."""
    right = np.asarray(exercise.solution(*inputs))
    asks, got = exercise.asks, describe(given)
    if given is None:
        return Verdict(False, words("check.expected", asks=asks, given=got))
    got = words("check.on", given=got, inputs=", ".join(map(describe, inputs))) if inputs else got
    value, advice = real(given)
    if value is None:
        return Verdict(False, words("check.expected", asks=asks, given=got) + (advice and f" {advice}"))
    measure = (exercise.tolerance, exercise.inputs is None)
    if same(value, right, *measure):
        return None
    with np.errstate(all="ignore"):
        hint = next((hint for mistake, hint in exercise.mistakes
                     if same(value, np.asarray(mistake(*inputs)), *measure) and again(mistake)), None)
    if hint:
        return Verdict(False, hint)
    if value.shape != right.shape:
        return Verdict(False, f"{words('check.expected', asks=asks, given=got)} {kind(right)}")
    if not np.isfinite(value).all():
        return Verdict(False, words("check.expected", asks=words("check.finite"), given=got))
    off = distance(value, right, *measure)
    return Verdict(False, words("check.expected_off", asks=asks, given=got, off=off))


def repeats(exercise, answer, rng, mistake):
    """Say whether a function makes a mistake on other inputs, too: on one its value may be that by chance."""
    for _ in range(CONFIRMED):
        inputs = exercise.inputs(rng)
        value = real(call(answer, copy.deepcopy(inputs))[0])[0]
        if value is None or not same(value, np.asarray(mistake(*inputs)), exercise.tolerance):
            return False
    return True


def real(given):
    """Return ``given`` as (real numbers, ""), or (None, advice) where it is something else."""
    if callable(given):
        return None, words("check.call_it")
    try:
        value = np.asarray(given)
    except ValueError:
        return None, words("check.one_length")
    if value.dtype.kind in "US":
        return None, words("check.no_quotes")
    if value.dtype.kind == "c":
        return None, words("check.complex")
    try:
        return value.astype(float), ""
    except (TypeError, ValueError):
        return None, ""
