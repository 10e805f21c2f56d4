"""Matrix products by shape: every form gives the product, and writes it where it was told to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtext.nn.fast.matmul import fastest_product, fastest_product_with_transpose

#: Sizes on both sides of every switch: cut into groups of rows or not, copied first or not, divisible or not.
SIZES = st.tuples(*(st.sampled_from([1, 7, 31, 32, 33, 64, 97, 128, 256]) for _ in range(3)))


def _arrays(seed, *shapes, dtype):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape).astype(dtype) for shape in shapes)


def _assert_same(out, expected, inner):
    np.testing.assert_allclose(out, expected, rtol=0, atol=4 * np.finfo(out.dtype).eps * inner)


STACKS, DTYPES = st.sampled_from([(), (1,), (3, 2)]), st.sampled_from(["float32", "float64"])


@given(SIZES, STACKS, DTYPES, st.booleans(), st.booleans())
def test_product(sizes, stack, dtype, turned, small_kernel):
    """A @ B, stacked or not, also where A is the transposed view of another array."""
    rows, inner, columns = sizes
    A, B = _arrays(rows + inner, (*stack, inner, rows) if turned else (*stack, rows, inner), (*stack, inner, columns),
                   dtype=dtype)
    A = A.mT if turned else A
    out = np.full((*stack, rows, columns), np.nan, dtype)
    assert fastest_product(rows, inner, columns, bool(stack), small_kernel)(A, B, out=out) is out
    _assert_same(out, A.astype("float64") @ B, inner)


@given(SIZES, STACKS, DTYPES, st.booleans())
def test_product_with_transpose(sizes, stack, dtype, small_kernel):
    """A @ B.T, called twice: what the first call kept does not leak into the second."""
    rows, inner, columns = sizes
    multiply = fastest_product_with_transpose(rows, inner, columns, dtype, stack, small_kernel)
    for seed in range(2):
        A, B = _arrays(seed, (*stack, rows, inner), (*stack, columns, inner), dtype=dtype)
        out = np.full((*stack, rows, columns), np.nan, dtype)
        assert multiply(A, B, out=out) is out
        _assert_same(out, A.astype("float64") @ B.mT, inner)


@pytest.mark.parametrize("columns", [32, 64])
@pytest.mark.parametrize("small_kernel", [False, True])
def test_a_shorter_stack(columns, small_kernel):
    """The last layers of a network may be fewer than a cacheful."""
    multiply = fastest_product_with_transpose(40, 8, columns, "float64", (5, 2), small_kernel)
    A, B = _arrays(0, (3, 2, 40, 8), (3, 2, columns, 8), dtype="float64")
    _assert_same(multiply(A, B, out=np.empty((3, 2, 40, columns))), A @ B.mT, 8)

