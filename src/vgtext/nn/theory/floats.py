"""Floating-point numbers of 16, 32 and 64 bits: what they can hold, and what rounding to them does.

A format keeps ``p`` binary digits and exponents from ``emin`` to ``emax`` (IEEE 754-2019; bfloat16 is float32
with 8 digits). numpy has no bfloat16, so rounding is done here on float64 numbers, alike for every format.
"""

from typing import NamedTuple

import numpy as np

from .. import checks


class Format(NamedTuple):
    """A binary floating-point format."""

    p: int  # digits of the significand, the hidden one included
    emin: int  # exponent of the smallest normal number
    emax: int  # exponent of the largest numbers

    @property
    def largest(self):
        """The largest finite number, (2 - 2^(1-p)) 2^emax."""
        return (2 - 2.0 ** (1 - self.p)) * 2.0**self.emax

    @property
    def smallest(self):
        """The smallest positive (subnormal) number, 2^(emin - p + 1)."""
        return 2.0 ** (self.emin - self.p + 1)


FORMATS = {
    "float16": Format(11, -14, 15), "bfloat16": Format(8, -126, 127),
    "float32": Format(24, -126, 127), "float64": Format(53, -1022, 1023),
}


def round_to(x, name):
    """Round the float64 array ``x`` to the format ``name``: to nearest, ties to even; too large is inf."""
    form = FORMATS[checks.choice("name", name, FORMATS)]
    return _round(checks.reals("x", x).astype(np.float64), form)


def _round(x, form):
    if form.p == 53:
        return x
    unit = np.maximum(np.frexp(x)[1] - form.p, form.emin - form.p + 1)  # the last digit counts 2**unit
    y = np.ldexp(np.rint(np.ldexp(x, -unit)), unit)
    return np.where(np.abs(y) > form.largest, np.copysign(np.inf, x), y)


def last_depth(a, name, start=1.0, most=100_000):
    """How many factors ``a`` it takes until start·a·a·… stands still, and where: ``(depth, value)``.

    Each product is rounded to the format ``name``, as in a network with W = a I. The value is 0, inf, or a
    small number that rounding gives back again and again. After ``most`` factors the loop ends in any case.
    """
    a, x = (float(round_to(checks.number(k, v), name)) for k, v in (("a", a), ("start", start)))
    for depth in range(checks.whole("most", most, 0)):
        y = float(_round(np.float64(x * a), FORMATS[name]))
        if y == x:
            return depth, x
        x = y
    return most, x
