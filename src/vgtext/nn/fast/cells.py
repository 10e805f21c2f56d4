"""The cells of ``vgtext.nn.cells`` on the stacked arrays of a whole sequence, written over in place.

All read ``z[t] = W h[t-1] + U x[t] + b``, some blocks of n rows, one for each gate. ``forward(t)`` turns z[t]
into h[t]. ``backward(t, dh)`` takes dL/dh[t], turns z[t] into dL/dz[t] in place, and leaves in ``direct`` what flows
back to h[t-1] past W, if anything does. ``carried`` are the arrays that go back from step to step besides dL/dh: they
share its power of two. ``blocks``: how many blocks z has; ``from_h`` and ``from_x``: which of them read h and x.
"""

import numpy as np

from .. import cells
from ..activations import ACTIVATIONS

_sigmoid = ACTIVATIONS["sigmoid"].value


class FastVanilla:
    """h[t] = phi(z[t])."""

    blocks, from_h, from_x, direct, carried = 1, slice(0, 1), slice(0, 1), None, ()

    def __init__(self, cell):
        """Take phi."""
        self.phi = cell.phi

    def allocate(self, z, h):
        """Take the stacked arrays of a sequence, used from index 1 on: z and h, (T + 1, n, B)."""
        self.z, self.h, self.slope = z, h, np.empty_like(z[0])

    def start(self):
        """Begin a pass: nothing is carried."""

    def forward(self, t):
        """Set h[t], (n, B)."""
        self.phi.value(self.z[t], out=self.h[t])

    def backward(self, t, dh):
        """Turn z[t] into dL/dz[t] = dh * phi'(z[t]), (n, B)."""
        np.multiply(dh, self.phi.slope(self.z[t], self.h[t], out=self.slope), out=self.z[t])


class FastLSTM:
    """z = [i; f; o; g]:  c[t] = sigmoid(f) c[t-1] + sigmoid(i) tanh(g),  h[t] = sigmoid(o) tanh(c[t])."""

    blocks, from_h, from_x, direct = 4, slice(0, 4), slice(0, 4), None

    def __init__(self, cell):
        """Take the cell, which has nothing of its own."""

    def allocate(self, z, h):
        """Take the stacked arrays of a sequence, used from index 1 on: z (T + 1, 4n, B), h (T + 1, n, B)."""
        self.z, self.h, self.n = z, h, h.shape[1]
        self.c, self.tanh_c = np.zeros(h.shape, z.dtype), np.empty(h.shape, z.dtype)
        self.work, self.slope, self.back = np.empty_like(self.c[0]), np.empty_like(z[0]), np.empty_like(z[0])
        self.dc = np.zeros_like(self.c[0])  # dL/dc[t], as far as it comes back from step t + 1
        self.carried = (self.dc,)

    def start(self):
        """Begin a pass: no gradient comes from after the last step."""
        self.dc[...] = 0

    def forward(self, t):
        """Set c[t] and h[t], (n, B); z[t] becomes the values of the gates."""
        z, n = self.z[t], self.n
        _sigmoid(z[: 3 * n], out=z[: 3 * n])
        np.tanh(z[3 * n :], out=z[3 * n :])
        i, f, o, g = z.reshape(4, n, -1)
        c = np.multiply(f, self.c[t - 1], out=self.c[t])
        c += np.multiply(i, g, out=self.work)
        np.multiply(o, np.tanh(c, out=self.tanh_c[t]), out=self.h[t])

    def backward(self, t, dh):
        """Turn z[t] into dL/dz[t], (4n, B); dc becomes dL/dc[t-1]."""
        z, slope, dc, work, n = self.z[t], self.slope, self.dc, self.work, self.n
        np.multiply(z, z, out=slope)
        np.subtract(z[: 3 * n], slope[: 3 * n], out=slope[: 3 * n])  # sigmoid' = a - a^2
        np.subtract(1, slope[3 * n :], out=slope[3 * n :])  # tanh' = 1 - a^2
        (i, f, o, g), (di, df, do, dg) = z.reshape(4, n, -1), self.back.reshape(4, n, -1)  # dL/d of each gate
        np.multiply(dh, self.tanh_c[t], out=do)
        dc += np.multiply(dh, o, out=work)  # dL/dc = dh o (1 - tanh(c)^2) + what came back
        dc -= np.multiply(do, self.h[t], out=work)  # h = o tanh(c)
        np.multiply(dc, g, out=di)
        np.multiply(dc, self.c[t - 1], out=df)
        np.multiply(dc, i, out=dg)
        dc *= f  # dL/dc[t-1]
        np.multiply(self.back, slope, out=z)


class FastGRU:
    """z = [s; r; u; y], where s = W_s h[t-1] reads no input and y = U_y x[t] + b_y no hidden state:

    g = tanh(y + sigmoid(r) s),  h[t] = (1 - sigmoid(u)) g + sigmoid(u) h[t-1].
    """

    blocks, from_h, from_x, carried = 4, slice(0, 3), slice(1, 4), ()

    def __init__(self, cell):
        """Take the cell, which has nothing of its own."""

    def allocate(self, z, h):
        """Take the stacked arrays of a sequence, used from index 1 on: z (T + 1, 4n, B), h (T + 1, n, B)."""
        self.z, self.h, self.n = z, h, h.shape[1]
        self.direct, self.work = np.empty((2, *h.shape[1:]), z.dtype)
        self.slope, self.back = np.empty((2, 2 * h.shape[1], h.shape[2]), z.dtype)

    def start(self):
        """Begin a pass: nothing is carried."""

    def forward(self, t):
        """Set h[t], (n, B); z[t] becomes [s; r; u; g], values of the gates."""
        z, n, h = self.z[t], self.n, self.h[t]
        _sigmoid(z[n : 3 * n], out=z[n : 3 * n])
        s, r, u, g = z.reshape(4, n, -1)
        g += np.multiply(r, s, out=self.work)
        np.tanh(g, out=g)
        np.subtract(self.h[t - 1], g, out=h)
        h *= u
        h += g  # g + u (h[t-1] - g)

    def backward(self, t, dh):
        """Turn z[t] into dL/dz[t], (4n, B); ``direct`` becomes dh u, what h[t-1] gets past W."""
        n, direct, work, slope, back = self.n, self.direct, self.work, self.slope, self.back
        gates, (s, r, u, g) = self.z[t, n : 3 * n], self.z[t].reshape(4, n, -1)
        np.subtract(gates, np.multiply(gates, gates, out=slope), out=slope)  # sigmoid' = a - a^2 of r and u
        np.multiply(dh, u, out=direct)
        du = np.subtract(self.h[t - 1], g, out=back[n:])
        du *= dh  # dL/du = dh (h[t-1] - g)
        g *= g
        np.subtract(1, g, out=g)
        g *= np.subtract(dh, direct, out=work)  # y <- dh (1 - u) (1 - g^2)
        np.multiply(g, s, out=back[:n])  # dL/dr
        np.multiply(g, r, out=s)  # s <- dL/ds
        np.multiply(back, slope, out=gates)


FAST_CELLS = {cells.Vanilla: FastVanilla, cells.LSTM: FastLSTM, cells.GRU: FastGRU}
