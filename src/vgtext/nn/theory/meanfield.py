"""Mean-field theory: what an infinitely wide random network does to a signal, by Gauss quadrature.

With W ~ N(0, sigma_w^2 / n) and b ~ N(0, sigma_b^2) the pre-activations of a wide layer are Gaussian. With u ~ N(0, 1)

    q[l]  = sigma_w^2 E phi(sqrt(q[l-1]) u)^2 + sigma_b^2              the variance map; its fixed point is q*
    chi_1 = sigma_w^2 E phi'(sqrt(q*) u)^2                             the factor of |delta|^2 for each layer

chi_1 < 1 is the ordered phase, where gradients vanish; chi_1 > 1 the chaotic one, where they explode. Unknown names,
and q, sigma_w or sigma_b below 0, raise ValueError, what is no number TypeError.
Sources: Poole et al. 2016, equations 3 to 6; Schoenholz et al. 2017, equations 5 to 9 and 20.
"""

from functools import cache

import numpy as np

from .. import checks
from ..activations import get_activation
from .roots import root_of

_Q = 10.0 ** np.linspace(-12, 6, 109)  # where fixed points and critical points are looked for


_nodes = cache(np.polynomial.legendre.leggauss)  # of a number of points: nodes in [-1, 1], and their weights


@cache
def _half_line():
    """Nodes r >= 0 and weights of the integral of f(r) exp(-r^2 / 2) dr over [0, 12].

    The Gauss-Hermite integral, taken on half a line so that a kink at 0 (ReLU) costs no precision: Gauss-Legendre in
    s with r = 12 s^2, which puts more nodes near 0, where phi(sqrt(q) r) is steep if q is large.
    """
    t, w = _nodes(160)
    s = (t + 1) / 2
    r = 12 * s**2
    return r, 12 * s * w * np.exp(-r * r / 2)


def gaussian_mean(f):
    """Return E f(u) for u ~ N(0, 1), f smooth but for a kink or a step at 0; exact to about 1e-13."""
    r, w = _half_line()
    return float((f(r) + f(-r)) @ w) / np.sqrt(2 * np.pi)


def _pair_mean(f, c):
    """Return E f(u, v) for N(0, 1) pairs of correlation c, f with kinks where u = 0 or v = 0.

    In polar coordinates u = r cos(t - alpha), v = r cos(t + alpha) with c = cos(2 alpha): each sector between two
    kinks gets its own Gauss-Legendre nodes.
    """
    alpha = 0.5 * np.arccos(np.clip(c, -1, 1))
    (r, w), (t, v) = _half_line(), _nodes(48)
    total = 0.0
    for low, high in ((-alpha, alpha), (alpha, np.pi - alpha)):  # half a turn; (-u, -v) is the other half
        angle = (low + high - np.pi) / 2 + (high - low) / 2 * t
        x, y = np.outer(r, np.cos(angle - alpha)), np.outer(r, np.cos(angle + alpha))
        total += (high - low) / 2 * float((w * r) @ (f(x, y) + f(-x, -y)) @ v)
    return total / (2 * np.pi)


def variance_map(q, activation="tanh", sigma_w=1.0, sigma_b=0.0):
    """Return the variance of the next layer's pre-activations, sigma_w^2 E phi(sqrt(q) u)^2 + sigma_b^2."""
    phi, root = get_activation(activation).value, np.sqrt(checks.number("q", q, least=0))
    sigma_w, sigma_b = _scales(sigma_w, sigma_b)
    return sigma_w**2 * gaussian_mean(lambda u: phi(root * u) ** 2) + sigma_b**2


def fixed_point(activation="tanh", sigma_w=1.0, sigma_b=0.0, q0=1.0):
    """Return q*, the variance that large depth settles at: the largest stable fixed point; inf if q grows for ever.

    Where every q is fixed (He's ReLU: sigma_w^2 = 2, sigma_b = 0) the input's ``q0`` is returned.
    """
    phi, (sigma_w, sigma_b) = get_activation(activation), _scales(sigma_w, sigma_b)
    checks.number("q0", q0, least=0)
    if phi.small and phi.small == phi.large:  # straight lines: V(q) = k q + sigma_b^2
        k = sigma_w**2 * (phi.small[0] ** 2 + phi.small[1] ** 2) / 2
        if abs(k - 1) < 1e-12:
            return np.inf if sigma_b else q0
        return sigma_b**2 / (1 - k) if k < 1 else np.inf

    def excess(q):
        return variance_map(q, phi, sigma_w, sigma_b) - q

    signs = [excess(q) > 0 for q in _Q]
    if signs[-1]:
        return np.inf
    if not any(signs):
        return 0.0
    i = len(signs) - 1 - signs[::-1].index(True)
    return root_of(excess, _Q[i], _Q[i + 1])


def chi(activation="tanh", sigma_w=1.0, sigma_b=0.0, q=None):
    """Return chi_1 = sigma_w^2 E phi'(sqrt(q) u)^2, at q* unless ``q`` is given: the factor of |delta|^2 a layer."""
    phi, (sigma_w, sigma_b) = get_activation(activation), _scales(sigma_w, sigma_b)
    q = fixed_point(phi, sigma_w, sigma_b) if q is None else checks.number("q", q, least=0)
    if q == np.inf and phi.large is None:
        raise ValueError(f"q must be finite for {phi.name}: sigma_w and sigma_b are too large, {sigma_w} and {sigma_b}")
    if q == np.inf or (q == 0 and phi.small):
        left, right = phi.large if q else phi.small
        return sigma_w**2 * (left**2 + right**2) / 2
    return sigma_w**2 * gaussian_mean(lambda u: phi.derivative(np.sqrt(q) * u) ** 2)


def critical_sigma_w(activation="tanh", sigma_b=0.0):
    """Return the sigma_w at which chi_1 = 1 for this sigma_b: the critical line, between vanishing and exploding.

    On it sigma_w^2 = 1 / E phi'^2 and q = sigma_w^2 E phi^2 + sigma_b^2, one equation for q. Raises ValueError if the
    line has no point at this sigma_b (ReLU has one only, sigma_w^2 = 2 at sigma_b = 0).
    """
    phi, (_, sigma_b) = get_activation(activation), _scales(1.0, sigma_b)
    if sigma_b == 0 and phi.small:
        return float(np.sqrt(2 / (phi.small[0] ** 2 + phi.small[1] ** 2)))

    def excess(q):
        return q - variance_map(q, phi) / chi(phi, q=q) - sigma_b**2

    values = [excess(q) for q in _Q[48:]]  # q from 1e-4
    for q, q_next, low, high in zip(_Q[48:], _Q[49:], values, values[1:]):
        if low < 0 <= high and q - low > 1e-9:
            return float(1 / np.sqrt(chi(phi, q=root_of(excess, q, q_next))))
    raise ValueError(f"sigma_b must leave a critical point for {phi.name}; there is none at {sigma_b}")


def correlation_map(c, activation="tanh", sigma_w=1.0, sigma_b=0.0, q=None):
    """Return the next layer's correlation of two inputs' pre-activations, given theirs, ``c`` (Poole et al., eq. 5)."""
    phi, (sigma_w, sigma_b) = get_activation(activation), _scales(sigma_w, sigma_b)
    root, q = _root(phi, sigma_w, sigma_b, q)
    c = checks.number("c", c, least=-1, most=1)
    covariance = sigma_w**2 * _pair_mean(lambda u, v: phi.value(root * u) * phi.value(root * v), c) + sigma_b**2
    return min(1.0, covariance / variance_map(q, phi, sigma_w, sigma_b))


def correlation_fixed_point(activation="tanh", sigma_w=1.0, sigma_b=0.0):
    """Return c*, the correlation that two different inputs end up with: 1 in the ordered phase, less in the chaotic."""
    if chi(activation, sigma_w, sigma_b) <= 1:
        return 1.0
    q = fixed_point(activation, sigma_w, sigma_b)
    excess = lambda c: correlation_map(c, activation, sigma_w, sigma_b, q) - c  # noqa: E731
    return 1.0 if excess(0.999999) > 0 else root_of(excess, 0.0, 0.999999) if excess(0.0) > 0 else 0.0


def depth_scale(activation="tanh", sigma_w=1.0, sigma_b=0.0):
    """Return xi = 1 / |ln chi_1|: |delta|^2 changes by a factor e every xi layers; 10^14 or inf where chi_1 = 1."""
    value = chi(activation, sigma_w, sigma_b)
    with np.errstate(divide="ignore"):
        return float(1 / np.abs(np.log(np.float64(value))))


def correlation_depth_scale(activation="tanh", sigma_w=1.0, sigma_b=0.0):
    """Return xi_c = -1 / ln chi(c*): how many layers two inputs stay distinguishable (Schoenholz et al., eq. 9)."""
    phi, c = get_activation(activation), correlation_fixed_point(activation, sigma_w, sigma_b)
    if c == 1.0:
        return depth_scale(activation, sigma_w, sigma_b)
    root, _ = _root(phi, sigma_w, sigma_b, None)
    slope = sigma_w**2 * _pair_mean(lambda u, v: phi.derivative(root * u) * phi.derivative(root * v), c)
    return float(-1 / np.log(slope))


def _root(phi, sigma_w, sigma_b, q):
    q = fixed_point(phi, sigma_w, sigma_b) if q is None else checks.number("q", q, least=0)
    if not 0 < q < np.inf:
        raise ValueError(f"q must be positive and finite for a correlation, got {q}: give q, or other sigma_w, sigma_b")
    return np.sqrt(q), q


def _scales(sigma_w, sigma_b):
    return checks.number("sigma_w", sigma_w, least=0), checks.number("sigma_b", sigma_b, least=0)
