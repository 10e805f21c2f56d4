"""Powers and products of matrices that neither underflow nor overflow, however deep.

A matrix is kept as ``mantissa * 2**exponent`` (:class:`Scaled`), its largest entry between 1/2 and 1 in size.
Scaling by a power of two is exact, so the only errors are those of the matrix products themselves. Products
run along the first axis in the order of the layers: ``W[l] @ … @ W[2] @ W[1]``. Further axes in the middle
are batches: ``W`` is ``(L, …, n, n)``. Other shapes, nan and inf raise TypeError or ValueError.
"""

from dataclasses import dataclass

import numpy as np

from .. import checks

#: Up to this n, memory holds n x n matrices layer beside layer, so that a product is a few vector sums.
SMALL = 3


@dataclass(frozen=True)
class Scaled:
    """The matrices ``mantissa * 2**exponent``; a zero matrix has mantissa 0 and exponent 0.

    ``A @ B`` multiplies, ``P[i]``, ``len(P)`` and ``P[i] = Q`` look at the first batch axis.
    """

    mantissa: np.ndarray  # (…, m, n), the largest entry of each matrix between 1/2 and 1 in size
    exponent: np.ndarray  # (…), integers

    def __matmul__(self, other):
        return scaled(_matmul(self.mantissa, other.mantissa), self.exponent + other.exponent)

    def __len__(self):
        return len(self.exponent)

    def __getitem__(self, index):
        return Scaled(self.mantissa[index], self.exponent[index])

    def __setitem__(self, index, other):
        self.mantissa[index], self.exponent[index] = other.mantissa, other.exponent


def scaled(M, exponent=0):
    """Write ``M * 2**exponent`` as :class:`Scaled`. Raises ValueError if an entry of ``M`` is inf or nan."""
    M, exponent = checks.reals("M", M), checks.reals("exponent", exponent)
    if M.ndim < 2 or 0 in M.shape[-2:] or exponent.dtype.kind not in "iu" or exponent.shape not in ((), M.shape[:-2]):
        raise ValueError(f"M must be matrices (…, m, n) and exponent whole numbers (…), got {M.shape}, {exponent!r}")
    size = np.abs(M).max(axis=(-2, -1))  # (…)
    if not np.isfinite(size).all():
        raise ValueError("M must be finite: it has inf or nan among its entries")
    shift = np.frexp(size)[1]  # size = f * 2**shift with f in [1/2, 1)
    mantissa = np.ldexp(M, -shift[..., None, None])
    return Scaled(mantissa, np.where(size > 0, exponent + shift, 0))


def _matmul(A, B):
    """``A @ B``, (…, m, k), (…, k, n) -> (…, m, n); for 2 x 2 seven times faster than one BLAS call each."""
    if A.shape[-1] > SMALL:
        return A @ B
    return sum(A[..., :, k, None] * B[..., k, None, :] for k in range(A.shape[-1]))


def _concatenate(*parts):
    """Join :class:`Scaled` along the first axis."""
    return Scaled(np.concatenate([p.mantissa for p in parts]), np.concatenate([p.exponent for p in parts]))


def _square(W, layers=False):
    """``W`` as a finite float64 array (…, n, n), with an axis of layers in front if ``layers``."""
    W = checks.reals("W", W).astype(np.float64, copy=False)
    least = 3 if layers else 2
    if W.ndim < least or W.shape[-1] != W.shape[-2] or 0 in W.shape:
        shape = "(L, …, n, n) with L >= 1" if layers else "(…, n, n)"
        raise ValueError(f"W must be square matrices of shape {shape}; got shape {W.shape}")
    if not np.isfinite(W).all():
        raise ValueError("W must be finite: it has inf or nan among its entries")
    return np.asarray(W, order="F" if W.shape[-1] <= SMALL else "C")


def powers(W, L):
    """All powers W^0, W^1, …, W^L of ``W`` (…, n, n), as :class:`Scaled` of shape (L+1, …, n, n).

    Doubling: with W^1 … W^k known, W^(k+1) … W^(2k) are W^k times these, one batched product.
    """
    W, L = _square(W), checks.whole("L", L, 0)
    P = scaled(_square(np.broadcast_to(np.eye(W.shape[-1]), (L + 1, *W.shape))))
    P[1:2], k = scaled(W[None]), 1
    while k < L:
        step = min(k, L - k)
        P[k + 1 : k + 1 + step] = P[k : k + 1] @ P[1 : step + 1]
        k += step
    return P


def power(W, L):
    """W^L for ``W`` (…, n, n), by repeated squaring, as :class:`Scaled` (…, n, n)."""
    W, L = _square(W), checks.whole("L", L, 0)
    P, square = scaled(np.broadcast_to(np.eye(W.shape[-1]), W.shape)), scaled(W)
    while L:
        P = square @ P if L % 2 else P
        square, L = square @ square, L // 2
    return P


def partial_products(W):
    """All products W[1], W[2] W[1], …, W[L] … W[1] of ``W`` (L, …, n, n), as :class:`Scaled` of that shape.

    A prefix scan: multiply neighbors in pairs, solve the problem of half the depth, fill in the rest.
    It takes about 2 L matrix products, in about 2 log2(L) batched calls (Blelloch 1990).
    """
    return _scan(scaled(_square(W, layers=True)))


def _scan(W):
    L = len(W)
    if L == 1:
        return W
    pairs = _scan(W[1::2] @ W[: L - 1 : 2])  # pairs[i] = W[2i+2] … W[1]
    P = Scaled(np.empty_like(W.mantissa), np.empty_like(W.exponent))
    P[0], P[1::2] = W[0], pairs
    P[2::2] = W[2::2] @ pairs[: (L - 1) // 2]
    return P


def full_product(W):
    """The whole product W[L] … W[1] of ``W`` (L, …, n, n), as :class:`Scaled` (…, n, n), by halving L."""
    P = scaled(_square(W, layers=True))
    while (L := len(P)) > 1:
        P = _concatenate(P[1::2] @ P[: L - 1 : 2], P[L - L % 2 :])
    return P[0]


def log10_singular_values(P):
    """log10 of the singular values of a :class:`Scaled` (…, n, n), largest first: (…, n); -inf for 0.

    The largest is accurate; a smaller one is known to rounding of the largest only. Raises TypeError for no Scaled.
    """
    _only_scaled(P)
    with np.errstate(divide="ignore"):
        return np.log10(np.linalg.svd(P.mantissa, compute_uv=False)) + P.exponent[..., None] * np.log10(2)


def log10_norm(P, ord="fro"):
    """log10 of the norms of a :class:`Scaled` (…, n, n): (…); ``ord`` as in numpy.linalg.norm; -inf for 0.

    Raises TypeError for no Scaled.
    """
    _only_scaled(P)
    with np.errstate(divide="ignore"):
        return np.log10(np.linalg.norm(P.mantissa, ord, axis=(-2, -1))) + P.exponent * np.log10(2)


def _only_scaled(P):
    if not isinstance(P, Scaled):
        raise TypeError(f"P must be Scaled, as scaled(M), power and full_product give it, got {P!r}")


def spectral_radius(W):
    """The largest size of an eigenvalue of ``W`` (…, n, n): the growth rate of its powers (Gelfand)."""
    return np.abs(np.linalg.eigvals(_square(W))).max(axis=-1)


def lyapunov_exponent(W):
    """The measured growth per layer, ln ‖W[L] … W[1]‖ / L, of ``W`` (L, …, n, n): (…).

    As L grows it tends to the Lyapunov exponent (Furstenberg and Kesten 1960); exp of it is a factor a layer.
    """
    return log10_norm(full_product(W), 2) * np.log(10) / len(W)


def gaussian_lyapunov_exponents(n, sigma=1.0):
    """The n exact exponents of a product of n x n matrices with independent N(0, sigma²) entries: (n,).

    λ_k = ln sigma + (ln 2 + digamma((n - k + 1) / 2)) / 2, k = 1 … n (Newman 1986). With n = 2 the largest is
    ln sigma + (ln 2 - 0.5772…) / 2. Raises TypeError or ValueError unless n >= 1 and sigma > 0.
    """
    from scipy.special import digamma

    n, sigma = checks.whole("n", n), checks.number("sigma", sigma, above=0)
    return np.log(sigma) + (np.log(2) + digamma(np.arange(n, 0, -1) / 2)) / 2
