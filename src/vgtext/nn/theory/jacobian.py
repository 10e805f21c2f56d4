"""The Jacobian of a network, its singular values and its Lyapunov exponents: what a product of layers does to a signal.

The Jacobian of layer l with respect to its input is J[l] = diag(phi'(z[l])) W[l]; from layer k to layer l it is the
product J[l] ... J[k+1]. The error signal runs through the transposes of the same matrices.
"""

import numpy as np

from .. import checks
from ..activations import get_activation
from .products import full_product, log10_singular_values


def layer_jacobians(W, z, activation="tanh"):
    """Return J[l] = diag(phi'(z[l])) W[l] for l = 1..L, as lists indexed by the layer; index 0 is None.

    ``W`` and ``z`` are such lists; W[l] is (n_l, n_(l-1)), z[l] (n_l, 1) or (n_l,), one example, J[l] as W[l]. Raises
    TypeError or ValueError for what does not fit.
    """
    phi, z = get_activation(activation), checks.sequence("z", z, "arrays, index 0 aside, one for each layer")
    W = [None, *(checks.array(f"W[{l}]", k, (None, None)) for l, k in _numbered("W", W))]
    if len(z) != len(W):
        raise ValueError(f"z must have one entry for each of {len(W) - 1} layers, got {len(z) - 1}")
    jacobians = [None]
    for l in range(1, len(W)):
        slope = phi.derivative(checks.array(f"z[{l}]", np.ravel(checks.reals(f"z[{l}]", z[l])), (W[l].shape[0],)))
        jacobians.append(slope[:, None] * W[l])  # (n_l, n_(l-1))
    return jacobians


def _numbered(name, values):
    """Return the pairs (l, values[l]), l = 1..L, of a list that is indexed by the layer."""
    values = checks.sequence(name, values, "matrices, index 0 aside, one for each layer")
    if len(values) < 2:
        raise ValueError(f"{name} must hold index 0 and at least one layer, got {len(values)} entries")
    return list(enumerate(values))[1:]


def jacobian(jacobians, first=1, last=None):
    """Return the plain product J[last] ... J[first], (n_last, n_(first-1)): for shallow networks, no rescaling.

    Raises TypeError or ValueError unless 1 <= first <= last <= L.
    """
    numbered = _numbered("jacobians", jacobians)
    jacobians = [None, *(checks.array(f"jacobians[{l}]", k, (None, None)) for l, k in numbered)]
    first, last = checks.whole("first", first), len(jacobians) - 1 if last is None else checks.whole("last", last)
    if not 1 <= first <= last < len(jacobians):
        raise ValueError(f"first and last must satisfy 1 <= first <= last <= {len(jacobians) - 1}, got {first}, {last}")
    J = jacobians[first]
    for l in range(first + 1, last + 1):
        J = jacobians[l] @ J
    return J


def singular_values(jacobians, first=1, last=None):
    """Return the singular values of J[last] ... J[first], (min(n_last, n_(first-1)),), largest first.

    Their mean square is the growth of |delta|^2 on average over directions, for square J. Raises as :func:`jacobian`.
    """
    return np.linalg.svd(jacobian(jacobians, first, last), compute_uv=False)


def log10_spectral_norm(jacobians):
    """Return log10 of the largest singular value of J[L] ... J[1], all square of one size; any depth, no underflow.

    Raises TypeError or ValueError for other shapes, nan or inf.
    """
    numbered = _numbered("jacobians", jacobians)
    n = np.shape(numbered[0][1])[:1]
    stack = [checks.array(f"jacobians[{l}]", k, (*n, *n)) for l, k in numbered]
    return float(log10_singular_values(full_product(np.stack(stack)))[0])


def lyapunov_spectrum(matrices):
    """Return all n Lyapunov exponents, largest first, of the product of ``matrices`` (L, n, n); the first acts first.

    lambda_i = mean over layers of ln |R_ii|, with a QR decomposition after every factor so that the directions stay
    apart (Benettin et al. 1980). exp(lambda_i) is a factor a layer. Raises TypeError or ValueError for other shapes.
    """
    matrices = checks.array("matrices", matrices, (None, None, None), np.float64)
    L, n, m = matrices.shape
    if n != m:
        raise ValueError(f"matrices must be square, got {n} x {m}")
    Q, total = np.eye(n), np.zeros(n)
    for J in matrices:
        Q, R = np.linalg.qr(J @ Q)
        with np.errstate(divide="ignore"):
            total += np.log(np.abs(np.diag(R)))
    return np.sort(total / L)[::-1]
