"""Backpropagation through time on stacked arrays: [W U b] times [h[t-1]; x[t]; 1] is one product a step.

Powers of two are taken out where the size of dL/dh leaves the range of floats; before that, what the steps have given
to the gradient is added up, since it shares one exponent.
"""

import numpy as np

from ..recurrent import Recurrent
from ..scale import FAR, log2_norm, log2_sqrt, rescale
from .cells import FAST_CELLS
from .matmul import fastest_product, fastest_product_with_transpose


class FastRecurrent(Recurrent):
    """The passes of :class:`~vgtext.nn.recurrent.Recurrent`, and its raises; after ``backward`` z[t] is dL/dz[t]."""

    z = None

    def forward(self, x, training=True):
        """Return the output, (n_out, examples), for x (T, n_in, examples)."""
        self.x = x = self._input(x)
        if self.z is None:
            self._choose()
        (T, _, B), rows = x.shape, self.cell.blocks * self.n
        if self.z is None or self.z.shape != (T + 1, rows, B):  # made once for each length and number of examples
            self.z, self.s = (np.zeros((T + 1, k, B), self.dtype) for k in (rows, self.n + self.n_in + 1))
            self.h = self.s[:, : self.n]
            self.s[:, -1] = 1
            self.cell.allocate(self.z, self.h)
            both, joined = self.rows_h.stop, self.n + self.n_in + 1
            self._times, self._times_back = fastest_product(both, joined, B), fastest_product(self.n, both, B)
            self._times_transpose = fastest_product_with_transpose(both, B, joined, self.dtype)
        self.s[:T, self.n : -1] = x
        self.cell.start()
        A, A_x, both, times, forward = *self._joined(), self.rows_h.stop, self._times, self.cell.forward
        if len(A_x):
            np.matmul(A_x, self.s[:T, self.n :], out=self.z[1:, both:])  # rows that read x only, (T, n, B)
        for t, s, z in zip(range(1, T + 1), self.s, self.z[1:, :both]):  # s = [h[t-1]; x[t]; 1]
            times(A, s, out=z)  # (rows, B)
            forward(t)
        self.a = self.V @ self.h[T] + self.c  # (n_out, B)
        return self.a

    def _joined(self):
        """Return [W U b], which is multiplied with [h; x; 1], for the rows that read h; [U b] for those that do not."""
        A, n, both = np.zeros((self.cell.blocks * self.n, self.n + self.n_in + 1), self.dtype), self.n, self.rows_h.stop
        A[self.rows_h, :n], A[self.rows_x, n:-1], A[self.rows_x, -1:] = self.W, self.U, self.b
        return A[:both], A[both:, n:].copy()

    def backward(self, dL_da, measure=False):
        """Backpropagate dL/d(output), (n_out, examples), through time: sets ``gradient`` and ``log2_hidden``."""
        dL_da, cell, (T, B) = self._output_gradient(dL_da), self.cell, (len(self.h) - 1, self.h.shape[2])
        np.matmul(dL_da, self.h[T].T, out=self.V_gradient)  # (n_out, n)
        self.c_gradient[...] = dL_da.sum(axis=1, keepdims=True)
        dA, dA_x = sums = [np.zeros_like(k) for k in self._joined()]  # dL/d[W U b] / 2**exponent, so far
        (dA_t, dA_x_t), both, n = [np.empty_like(k) for k in sums], self.rows_h.stop, self.n
        times_back, times_transpose = self._times_back, self._times_transpose
        self.gradient[: self.parameters["b"].stop] = 0
        dh, W_back = self.V.T @ dL_da, self.W.T  # dh: (n, B)
        exponent, far, squares, exponents = 0, 4.0 ** FAR[self.dtype.name], np.empty(T + 1), np.zeros(T + 1, int)
        for t in range(T, 0, -1):
            squares[t] = size = np.vdot(dh, dh)
            if not 1 / far < size < far and (shift := rescale(dh)):
                for d in cell.carried:
                    np.ldexp(d, -shift, out=d)
                self._add(sums, exponent)
                squares[t], exponent = np.vdot(dh, dh), exponent + shift
            exponents[t] = exponent
            cell.backward(t, dh)  # z[t] is now dL/dz[t], (rows, B)
            z, s = self.z[t], self.s[t - 1]
            dA += times_transpose(z[:both], s, out=dA_t)  # z s.T, (rows, n + n_in + 1)
            if len(dA_x):
                dA_x += np.dot(z[both:], s[n:].T, out=dA_x_t)  # (n, n_in + 1)
            times_back(W_back, z[:both], out=dh)  # dL/dh[t-1], (n, B)
            if cell.direct is not None:
                dh += cell.direct
        self._add(sums, exponent)
        self.log2_hidden = log2_sqrt(squares, exponents) + 0.5 * np.log2(B)
        self.log2_hidden[0] = log2_norm(dh, exponent) + 0.5 * np.log2(B)

    def _add(self, sums, exponent):
        """Add the sums, which share one exponent, to the gradients of W, U and b, and start them anew."""
        n, (dA, dA_x) = self.n, sums
        dU = np.concatenate([dA[:, n:], dA_x])[self.rows_x]  # and db, (rows, n_in + 1)
        for whole, part in ((self.W_gradient, dA[:, :n]), (self.U_gradient, dU[:, :-1]), (self.b_gradient, dU[:, -1:])):
            whole += np.ldexp(part, exponent)
        dA[...] = dA_x[...] = 0

    def _errors(self):
        return self.z[1:]

    def _choose(self):
        """Take the fast form of the cell, and note which rows of z read h, and which x."""
        self.cell = FAST_CELLS[type(self.cell)](self.cell)
        rows = ((k.start * self.n, k.stop * self.n) for k in (self.cell.from_h, self.cell.from_x))
        self.rows_h, self.rows_x = (slice(*k) for k in rows)
