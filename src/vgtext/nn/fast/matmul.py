"""Matrix products in the form that is fastest for their shape.

Where OpenBLAS computes with AVX-512 it has a quicker kernel for small products, which it takes up to a million
multiplications, and for ``A @ B.T`` hardly ever. ``tests/nn/test_matmul.py`` shows that every form gives the same
product, ``benchmarks/bench_products.py`` what it gains.
"""

import sys

import numpy as np

#: A browser's NumPy has no BLAS, but its own loops; those of ``matmul`` are up to a third faster than ``dot``'s.
HAS_BLAS = sys.platform != "emscripten"


def _has_small_kernel():
    if not HAS_BLAS:
        return False
    from threadpoolctl import threadpool_info

    return any(k.get("architecture") in ("SkylakeX", "Cooperlake", "SapphireRapids") for k in threadpool_info())


#: Whether NumPy's OpenBLAS has the quicker kernel on this machine.
SMALL_KERNEL = _has_small_kernel()

_SMALL = 10**6  # multiplications of a product for which that kernel is taken
_ROWS = 16  # fewer rows than this in a group do not pay
_COLUMNS = 32  # up to here A @ B.T needs no copy


def fastest_product(rows, inner, columns, stacked=False, small_kernel=SMALL_KERNEL):
    """Return ``f(A, B, out)`` for products (rows, inner) @ (inner, columns); it returns out.

    With the quicker kernel, rows are multiplied in equal groups that are small enough for it, if they can be cut so.
    ``stacked``: A, B and out have leading axes, as in ``np.matmul``.
    """
    least = -(-rows * inner * columns // _SMALL)
    groups = next((k for k in range(least, rows // _ROWS + 1) if rows % k == 0), 1)
    if groups <= 1 or not small_kernel:
        return np.matmul if stacked or not HAS_BLAS else np.dot

    def multiply(A, B, out):
        A_groups, out_groups = (k.reshape(*k.shape[:-2], groups, -1, k.shape[-1]) for k in (A, out))
        np.matmul(A_groups, B[..., None, :, :], out=out_groups)
        return out

    return multiply


def fastest_product_with_transpose(rows, inner, columns, dtype, stack=(), small_kernel=SMALL_KERNEL):
    """Return ``f(A, B, out)`` for products A @ B.T, (rows, inner) @ (columns, inner).T; it returns out.

    With the quicker kernel, B.T is copied first, to a place that is used again and again, unless the product is tiny.
    ``stack`` is the shape of the leading axes, if there are any; the first of them may be shorter in a call.
    """
    multiply = fastest_product(rows, inner, columns, bool(stack), small_kernel)
    if columns <= _COLUMNS or not small_kernel:
        return lambda A, B, out: multiply(A, B.mT, out=out)
    B_T = np.empty((*stack, inner, columns), dtype)

    def transpose_and_multiply(A, B, out):
        B_T_here = B_T[: len(B)] if stack else B_T
        np.copyto(B_T_here, B.mT)
        return multiply(A, B_T_here, out=out)

    return transpose_and_multiply
