"""Exercises that are checked: a number, an array or the reader's own function, with a hint that fits the mistake.

An :class:`Exercise` stands in its chapter's module. :func:`check` tries an answer on fresh random inputs and says what
was expected in kind, what was seen, and, where the answer is one that readers come to, what it confuses. It never
shows the solution. ``call`` runs a reader's function with a time limit, ``words`` describes what came out.
"""

from .asked import TRIALS, Exercise, Verdict, check

__all__ = ["TRIALS", "Exercise", "Verdict", "check"]
