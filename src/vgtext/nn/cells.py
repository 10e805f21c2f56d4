"""Recurrent cells: one step forward in time, and one step back.

    h[t], c[t] = cell(p, q, h[t-1], c[t-1]),    p = W h[t-1],    q = U x[t] + b

p and q have ``blocks`` blocks of n rows, one for each gate. ``forward`` returns h[t], c[t], both (n, B), and what
``backward`` needs. ``backward`` takes dL/dh[t] and dL/dc[t], and returns dL/dp, dL/dq, what
flows back to h[t-1] past W, and dL/dc[t-1]. A cell that carries nothing but h hands c on as it is.
"""

import numpy as np

from .activations import ACTIVATIONS, get_activation

_sigmoid = ACTIVATIONS["sigmoid"].value


class Vanilla:
    """h[t] = phi(z[t]), z = p + q (Elman 1990). Raises ValueError for an unknown phi."""

    blocks = 1

    def __init__(self, activation="tanh"):
        """Take phi by name."""
        self.phi = get_activation(activation)

    def forward(self, p, q, h, c):
        """Return phi(p + q), (n, B)."""
        z = p + q
        h = self.phi.value(z)
        return h, c, (z, h)

    def backward(self, dh, dc, kept):
        """dL/dz = dL/dh phi'(z), (n, B)."""
        z, h = kept
        dz = dh * self.phi.slope(z, h)
        return dz, dz, 0, dc


class LSTM:
    """Long short-term memory (Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al. 2000).

    z = p + q = [i; f; o; g]:  c[t] = sigmoid(f) c[t-1] + sigmoid(i) tanh(g),  h[t] = sigmoid(o) tanh(c[t]).
    """

    blocks = 4

    def forward(self, p, q, h, c):
        """Return h[t] and c[t], (n, B)."""
        i, f, o, g = (p + q).reshape(4, *h.shape)
        i, f, o, g = _sigmoid(i), _sigmoid(f), _sigmoid(o), np.tanh(g)
        c_new = f * c + i * g
        tanh_c = np.tanh(c_new)
        return o * tanh_c, c_new, (i, f, o, g, c, tanh_c)

    def backward(self, dh, dc, kept):
        """dL/dc[t] has two parts, from h[t] and from c[t+1]; every gate is a factor of a product."""
        i, f, o, g, c, tanh_c = kept
        dc = dc + dh * o * (1 - tanh_c * tanh_c)  # (n, B)
        di, df, do, dg = dc * g, dc * c, dh * tanh_c, dc * i
        dz = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g * g)])  # (4n, B)
        return dz, dz, 0, dc * f


class GRU:
    """Gated recurrent unit (Cho et al. 2014), the reset gate after the product with W as in PyTorch and cuDNN.

    p = [s; p_r; p_u] and q = [q_r; q_u; y], r = sigmoid(p_r + q_r), u = sigmoid(p_u + q_u):
    g = tanh(y + r s),  h[t] = (1 - u) g + u h[t-1].
    """

    blocks = 3

    def forward(self, p, q, h, c):
        """Return h[t], (n, B)."""
        (s, p_r, p_u), (q_r, q_u, y) = p.reshape(3, *h.shape), q.reshape(3, *h.shape)
        r, u = _sigmoid(p_r + q_r), _sigmoid(p_u + q_u)
        g = np.tanh(y + r * s)
        return g + u * (h - g), c, (s, r, u, g, h)

    def backward(self, dh, dc, kept):
        """What h[t-1] gets past W is dL/dh[t] u."""
        s, r, u, g, h = kept
        dy = dh * (1 - u) * (1 - g * g)  # (n, B)
        dr, du = dy * s * r * (1 - r), dh * (h - g) * u * (1 - u)
        return np.concatenate([dy * r, dr, du]), np.concatenate([dr, du, dy]), dh * u, dc


#: Every cell by name.
CELLS = {"rnn": Vanilla, "lstm": LSTM, "gru": GRU}
