"""Small data sets: the 8x8 digits, two spirals, and two tasks for recurrent networks. Columns are examples."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import checks


class Split(NamedTuple):
    """Training and test examples: x (features, examples), y (examples,)."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits(dtype="float32", seed=0, test_share=0.2):
    """Return scikit-learn's 1797 handwritten digits, x (64, examples), y in 0..9, split once: 1438 to 359 by default.

    Pixels are shifted and scaled by one mean and one standard deviation, those of all training pixels, so that the
    average square of an input is 1 and no pixel that is nearly always blank is blown up (Alpaydin and Kaynak 1998).
    Raises TypeError or ValueError unless ``test_share`` is between 0 and 1.
    """
    dtype = checks.float_type(dtype)
    checks.number("test_share", test_share, above=0, below=1)
    table = _digits_table()
    pixels, y = table[:, :-1], table[:, -1].astype(np.int64)
    order = checks.generator("seed", seed).permutation(len(y))
    test, rest = np.split(order, [round(test_share * len(order))])
    x = ((pixels.T - pixels[rest].mean()) / pixels[rest].std()).astype(dtype)  # (64, 1797)
    return Split(x[:, rest], y[rest], x[:, test], y[test])


@cache
def _digits_table():
    """Return the digits as they are stored, (1797, 65): a row an example, its 64 pixels and which digit it is."""
    return np.loadtxt(sklearn_file("digits.csv.gz"), delimiter=",")


def sklearn_file(name):
    """Return the path of a data file that comes with scikit-learn, which is not imported: that takes half a second.

    A page that runs Python has these files without the package.
    """
    home = importlib.util.find_spec("sklearn").submodule_search_locations[0]
    return Path(home) / "datasets" / "data" / name


def spirals(examples=300, arms=2, turns=1.0, noise=0.05, seed=0, dtype="float32"):
    """Return points on ``arms`` interleaved spirals: x (2, examples), y which arm (Lang and Witbrock 1988).

    Raises TypeError or ValueError for counts below 1, or noise below 0.
    """
    checks.whole("examples", examples), checks.whole("arms", arms), checks.number("noise", noise, least=0)
    checks.number("turns", turns)
    rng = checks.generator("seed", seed)
    y = np.arange(examples) % arms
    radius = np.sqrt(rng.uniform(0.01, 1, examples))
    angle = 2 * np.pi * (turns * radius + y / arms)
    x = radius * np.stack([np.cos(angle), np.sin(angle)]) + noise * rng.standard_normal((2, examples))
    return (x / x.std()).astype(checks.float_type(dtype)), y


def adding_problem(T, examples, seed=0, dtype="float32"):
    """Return x (T, 2, examples), y (1, examples): numbers in [0, 1), two of them marked 1; y is the sum of these two.

    One mark lies in each half. Answering 1 always has the mean squared error 1/6, and a loss of 1/12 with the 1/2 of
    :func:`~vgtext.nn.losses.mean_squared_error` (Hochreiter and Schmidhuber 1997, section 5.4). Raises TypeError or
    ValueError for T below 2, or no example.
    """
    checks.whole("T", T, 2), checks.whole("examples", examples)
    rng, columns = checks.generator("seed", seed), np.arange(examples)
    x = np.zeros((T, 2, examples), checks.float_type(dtype))
    x[:, 0] = rng.random((T, examples))
    for first, last in ((0, T // 2), (T // 2, T)):
        x[rng.integers(first, last, examples), 1, columns] = 1
    return x, (x[:, 0] * x[:, 1]).sum(axis=0, keepdims=True)


def delayed_copy(T, examples, symbols=8, seed=0, dtype="float32"):
    """Return x (T, symbols + 1, examples), y (examples,): a symbol at step 1, then blanks; name it at the end.

    Symbols are one-hot; the last feature marks a blank. Guessing has an accuracy of 1/symbols. Raises TypeError or
    ValueError for T or symbols below 2, or no example.
    """
    checks.whole("T", T, 2), checks.whole("examples", examples), checks.whole("symbols", symbols, 2)
    y = checks.generator("seed", seed).integers(0, symbols, examples)
    x = np.zeros((T, symbols + 1, examples), checks.float_type(dtype))
    x[0, y, np.arange(examples)] = 1
    x[1:, symbols] = 1
    return x, y
