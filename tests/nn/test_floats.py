"""Rounding to a format, against numpy's own formats and against the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.nn.theory.floats import FORMATS, last_depth, round_to

finite = st.floats(allow_nan=False, allow_infinity=False)
near_float16 = st.floats(-1e5, 1e5) | st.floats(-1e-4, 1e-4)


@given(finite | near_float16)
@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_rounding_equals_numpys(name, x):
    with np.errstate(over="ignore", under="ignore"):
        assert round_to(x, name) == np.dtype(name).type(x)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_bfloat16_is_the_upper_half_of_float32_rounded_to_even(x):
    bits = int(np.float32(x).view(np.uint32))
    upper = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    assert round_to(x, "bfloat16") == float(np.uint32(upper).view(np.float32))


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_limits_are_numpys(name):
    assert FORMATS[name].largest == np.finfo(name).max
    assert FORMATS[name].smallest == np.finfo(name).smallest_subnormal


@pytest.mark.parametrize("name, largest, normal, smallest", [("E4M3", 448, -6, -9), ("E5M2", 57344, -14, -16)])
def test_limits_of_eight_bits_are_those_of_the_specification(name, largest, normal, smallest):
    form = FORMATS[name]
    assert (form.largest, form.normal, form.smallest) == (largest, 2.0**normal, 2.0**smallest)
    assert np.isfinite(round_to(largest * 1.03, name)) and round_to(largest * 1.13, name) == np.inf


@pytest.mark.parametrize("name, finite", [("E4M3", 2 * 127 - 1), ("E5M2", 2 * 124 - 1)])
def test_eight_bits_hold_that_many_numbers(name, finite):
    """All codes of both signs, less a double 0 and the codes of nan and inf."""
    held = {round_to(x, name).item() for x in np.ldexp(np.arange(0, 16), np.arange(-20, 16)[:, None]).ravel()}
    assert len(held - {np.inf, 0.0}) * 2 + 1 == finite


@given(st.floats(-500, 500) | st.floats(-0.1, 0.1))
@pytest.mark.parametrize("name", FORMATS)
def test_rounding_finds_the_nearest_number(name, x):
    y = float(round_to(x, name))
    assert round_to(y, name) == y and round_to(-x, name) == -y
    unit = 2.0 ** max(np.frexp(x)[1] - FORMATS[name].p, FORMATS[name].emin - FORMATS[name].p + 1)
    assert abs(y - x) <= unit / 2 or abs(x) > FORMATS[name].largest


@pytest.mark.parametrize("name", FORMATS)
def test_powers_of_one_half_live_exactly_to_the_smallest_number(name):
    form = FORMATS[name]
    assert last_depth(0.5, name) == (form.p - form.emin, 0.0)  # half of the smallest is a tie, rounded to 0
    assert last_depth(2.0, name) == (form.emax + 1, np.inf)


def test_above_one_half_a_product_never_reaches_zero():
    depth, stuck = last_depth(0.9, "float32")
    assert depth > 900 and 0 < stuck < 10 * FORMATS["float32"].smallest
    assert np.float32(stuck) * np.float32(0.9) == np.float32(stuck)
    assert last_depth(0.9, "float32", start=stuck) == (0, stuck)


@given(st.floats(0.5, 2), st.floats(0.01, 100))
@pytest.mark.parametrize("name", ["E5M2", "float16"])
def test_what_is_multiplied_are_numbers_that_the_format_holds(name, a, start):
    held = [float(round_to(x, name)) for x in (a, start)]
    assert last_depth(a, name, start, most=50) == last_depth(held[0], name, held[1], most=50)


def test_one_stands_still_and_a_patient_caller_can_stop():
    assert last_depth(1.0, "float32") == (0, 1.0)
    assert last_depth(0.999, "float64", most=100)[0] == 100


def test_unknown_format_names_the_known_ones():
    with pytest.raises(ValueError, match=r"bfloat16.*float8"):
        round_to(1.0, "float8")
