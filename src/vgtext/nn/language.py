"""Two tasks of the next token, for transformers: a text by letters, and a sequence that repeats itself.

x and y are token numbers, (T, examples): y[t] is the token after x[t].
"""

from functools import cache
from importlib.resources import files

import numpy as np

from . import checks
from .data import Split

#: The letters of the text; a letter's place is its number.
LETTERS = " abcdefghijklmnopqrstuvwxyz.,\n"


@cache
def text():
    """Return some 44,000 letters of plain prose: paragraphs of this book without their formulas, in small letters."""
    return (files("vgtext") / "data" / "text.txt").read_text("utf8")


def letters(T, examples, seed=0, test_share=0.1):
    """Return windows of T letters of the text, drawn at random, as a Split; y is each letter's successor.

    Windows for the test come from the last part of the text, ``test_share`` of it, a tenth as many. Guessing has the
    loss ln 30 = 3.40. Raises TypeError or ValueError for T beyond 1 to 1000, no example, or a share beyond 0.05 to 0.5.
    """
    checks.whole("T", T, most=1000), checks.whole("examples", examples)
    checks.number("test_share", test_share, least=0.05, most=0.5)
    rng, numbers = checks.generator("seed", seed), np.array([LETTERS.index(letter) for letter in text()])
    cut = round((1 - test_share) * len(numbers))
    parts = [(numbers[:cut], examples), (numbers[cut:], -(-examples // 10))]
    starts = [rng.integers(0, len(part) - T, count) for part, count in parts]
    windows = [part[start + np.arange(T + 1)[:, None]] for (part, _), start in zip(parts, starts)]  # (T + 1, examples)
    (x, y), (x_test, y_test) = ((window[:-1], window[1:]) for window in windows)
    return Split(x, y, x_test, y_test)


def induction(T, examples, symbols=16, seed=0):
    """Return x, y (T, examples): T / 2 random symbols, then the same again; y[t] is the symbol after x[t].

    The first half cannot be foretold. In the second a network that finds the last time it saw x[t] can copy what came
    after it: an induction head (Olsson et al. 2022). The least loss is about half of ln(symbols). Raises TypeError or
    ValueError for an odd T, T or symbols below 2, or no example.
    """
    checks.whole("T", T, 2), checks.whole("examples", examples), checks.whole("symbols", symbols, 2)
    if T % 2:
        raise ValueError(f"T must be even, two equal halves, got {T}")
    half = checks.generator("seed", seed).integers(0, symbols, (T // 2, examples))
    tokens = np.concatenate([half, half, half[:1]])  # (T + 1, examples)
    return tokens[:-1], tokens[1:]
