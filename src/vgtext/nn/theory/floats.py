"""Floating-point numbers of 8 to 64 bits: what they can hold, and what rounding to them does.

A format keeps ``p`` binary digits and exponents from ``emin`` to ``emax`` (IEEE 754-2019; bfloat16 is float32
with 8 digits; E4M3 and E5M2 are the two of the OCP 8-bit Floating Point Specification, revision 1.0, tables 1 and 2).
numpy has neither these nor bfloat16, so rounding is done here on float64 numbers, alike for every format.
"""

from typing import NamedTuple

import numpy as np

from .. import checks


class Format(NamedTuple):
    """A binary floating-point format."""

    p: int  # digits of the significand, the hidden one included
    emin: int  # exponent of the smallest normal number
    emax: int  # exponent of the largest numbers
    taken: int = 0  # how many of the largest are given up: E4M3 keeps its last code for nan, and has no inf

    @property
    def largest(self):
        """The largest finite number, (2 - (1 + taken) 2^(1-p)) 2^emax."""
        return (2 - (1 + self.taken) * 2.0 ** (1 - self.p)) * 2.0**self.emax

    @property
    def normal(self):
        """The smallest normal number, 2^emin: below it digits are lost one by one."""
        return 2.0**self.emin

    @property
    def smallest(self):
        """The smallest positive (subnormal) number, 2^(emin - p + 1)."""
        return 2.0 ** (self.emin - self.p + 1)


FORMATS = {
    "E4M3": Format(4, -6, 8, taken=1), "E5M2": Format(3, -14, 15),
    "float16": Format(11, -14, 15), "bfloat16": Format(8, -126, 127),
    "float32": Format(24, -126, 127), "float64": Format(53, -1022, 1023),
}


def round_to(x, name):
    """Round the float64 array ``x`` to the format ``name``: to nearest, ties to even; too large is inf.

    So it is in E4M3 as well, for what a chip turns into nan, or into 448 if it is told to saturate. Returns a float64
    array of the shape of x. Raises TypeError or ValueError for an x that is not real, or an unknown name.
    """
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
    small number that rounding gives back again and again. After ``most`` factors the loop ends in any case. Raises
    TypeError or ValueError for a or start that are no finite numbers, or an unknown name.
    """
    a, x = (float(round_to(checks.number(k, v), name)) for k, v in (("a", a), ("start", start)))
    for depth in range(checks.whole("most", most, 0)):
        y = float(_round(np.float64(x * a), FORMATS[name]))
        if y == x:
            return depth, x
        x = y
    return most, x
