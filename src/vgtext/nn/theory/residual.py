"""Bare ReLU branches: what a residual stream does to a signal and to its error where every branch only adds.

a[l] = a[l-1] + s ReLU(W[l] a[l-1]), W ~ N(0, sigma_w^2 / n), no biases, no normalization; x = s^2 sigma_w^2. With m the
mean of a over the units and q its mean square, a wide branch has the mean sqrt(x q / 2 pi) and the mean square x q / 2:

    m[l] = m[l-1] + sqrt(x q[l-1] / 2 pi),    q[l] = (1 + x/2) q[l-1] + 2 m[l-1] sqrt(x q[l-1] / 2 pi)

so that deep down sqrt(q) grows by c_+ per layer, c_+^2 = 1 + x/2 + x / (pi (c_+ - 1)). On the way back 1 + x/2 is the
whole factor of |delta|^2 only where delta = dL/da has no part along a. It has one: what follows is homogeneous in a,
so by Euler delta[l] . a[l] = p in every layer, and of W^T (phi' delta[l]) the part along a[l-1] has the size
(p - a[l-1] . delta[l]) / s |a[l-1]|. Together with the rest, which is new in every layer,

    |delta[l-1]|^2 = (1 + x/2) |delta[l]|^2 + (1 - r[l]^2) p^2 / |a[l-1]|^2,    r[l] = a[l-1] . a[l] / |a[l]|^2

where r is taken for the part along the stream. Of an error signal that has nothing to do with the stream, p^2 is on
average |delta[L]|^2 |a[L]|^2 / n. The second term is of order 1/n, and beside (1 + x/2)^k it grows like c_+^2k.
Derived for this book; the test compares it with networks. Scales below 0, s and n out of range raise ValueError.
"""

import numpy as np

from .. import checks
from .roots import root_of

RELU_MEAN = np.pi**-0.5  # mean over root mean square of ReLU(u), u ~ N(0, 1): where a stream of ReLUs begins


def relu_growth(sigma_w, s=1.0):
    """Return c_+ >= 1, the factor per layer of the stream's root mean square, deep down in wide networks."""
    x = _strength(sigma_w, s)
    if x == 0:
        return 1.0
    return root_of(lambda c: (c * c - 1 - x / 2) * (c - 1) - x / np.pi, 1.0, 2.0 + x)


def relu_stream(L, sigma_w, s=1.0, mean=RELU_MEAN):
    """Return q[l] / q[0], l = 0..L, and r[l], l = 1..L: (L + 1,) and (L,); ``mean`` is that of a[0], over its rms."""
    x, m, q, r = _strength(sigma_w, s), checks.number("mean", mean, least=-1, most=1), [1.0], []
    for _ in range(checks.whole("L", L, least=0, most=10**4)):
        branch = np.sqrt(x * q[-1] / (2 * np.pi))
        q.append((1 + x / 2) * q[-1] + 2 * m * branch)
        r.append((q[-2] + m * branch) / q[-1])
        m += branch
    return np.array(q), np.array(r)


def relu_error_sizes(L, n, sigma_w, s=1.0, mean=RELU_MEAN):
    """Return log10 of |delta[l]| / |delta[L]|, l = 0..L, for layers of n units: (L + 1,)."""
    (q, r), x = relu_stream(L, sigma_w, s, mean), _strength(sigma_w, s)
    squares, share = [1.0], q[-1] / checks.whole("n", n)
    for l in range(L, 0, -1):
        squares.insert(0, (1 + x / 2) * squares[0] + (1 - r[l - 1] ** 2) * share / q[l - 1])
    return 0.5 * np.log10(squares)


def _strength(sigma_w, s):
    return (checks.number("sigma_w", sigma_w, least=0, most=100) * checks.number("s", s, least=0, most=100)) ** 2
