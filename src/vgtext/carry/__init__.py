"""Carry it home: a deep network of 2 x 2 matrices whose error signal a reader tries to bring back to layer 1.

The one figure of the book that computes in the page, so that every layer can be set for itself: ``page/rules.js`` says
in JavaScript what ``rules.py`` says in NumPy, and a test holds both to the same numbers. :func:`carry` shows it.
"""

from .page import source
from .rules import Recipe, error_sizes
from .show import carry

__all__ = ["Recipe", "carry", "error_sizes", "source"]
