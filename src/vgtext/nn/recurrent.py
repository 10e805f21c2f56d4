"""Recurrent networks and backpropagation through time, with the gradient with respect to every hidden state.

    z[t] = W h[t-1] + U x[t] + b,    h[t] = cell(z[t]),    t = 1..T,    output = V h[T] + c

Backwards, dL/dh[t-1] is W.T dL/dz[t] and what a gate lets pass. Sources: Werbos 1990; Pascanu et al. 2013.
"""

from types import SimpleNamespace

import numpy as np

from . import checks
from .cells import CELLS, Vanilla
from .fast.matmul import fastest_product, fastest_product_with_transpose
from .initializers import get_initializer, orthogonal
from .losses import get_loss
from .scale import FAR, log2_norm, log2_sqrt, rescale
from .signals import Signals


class Recurrent:
    """A recurrent layer of n units and a linear readout after the last step, trained by :func:`vgtext.nn.train`.

    ``cell``: "rnn", "lstm", "gru". x is (T, n_in, examples); the output (n_out, examples). ``init`` draws each
    gate's block of W (default: orthogonal), Glorot's rule U and V; ``forget_bias`` is added to an LSTM's forget gate
    (Jozefowicz et al. 2015) and ``update_bias`` to a GRU's update gate.
    """

    def __init__(self, cell, n_in, n, n_out, *, activation="tanh", init=None, forget_bias=0.0, update_bias=0.0,
                 loss="softmax_cross_entropy", seed=0, dtype="float32"):
        """Draw the parameters and lay them out in one flat vector."""
        self.n_in, self.n, self.n_out = checks.whole("n_in", n_in), checks.whole("n", n), checks.whole("n_out", n_out)
        kind = CELLS[checks.choice("cell", cell, CELLS)]
        self.cell = kind(activation) if kind is Vanilla else kind()
        self.loss, self.dtype, self.z = get_loss(loss), checks.float_type(dtype), None
        self.rows_h, self.rows_x = (slice(k.start * n, k.stop * n) for k in (self.cell.from_h, self.cell.from_x))
        h, x = self.rows_h.stop - self.rows_h.start, self.rows_x.stop - self.rows_x.start
        shapes = {"W": (h, n), "U": (x, n_in), "b": (x, 1), "V": (n_out, n), "c": (n_out, 1)}
        ends = np.cumsum([int(np.prod(s)) for s in shapes.values()])
        self.parameters = {name: slice(end - int(np.prod(s)), end) for (name, s), end in zip(shapes.items(), ends)}
        self.theta, self.gradient = np.zeros((2, ends[-1]), self.dtype)
        for name, shape in shapes.items():
            setattr(self, name, self.theta[self.parameters[name]].reshape(shape))
            setattr(self, f"{name}_gradient", self.gradient[self.parameters[name]].reshape(shape))
        self._initialize(get_initializer(init or orthogonal()), np.random.default_rng(seed))
        bias = checks.number("forget_bias", forget_bias), checks.number("update_bias", update_bias)
        if cell != "rnn":
            self.b[n : 2 * n] = bias[0] if cell == "lstm" else bias[1]

    def _initialize(self, init, rng):
        glorot, n = get_initializer("glorot_normal"), self.n
        for W, rule in ((self.W, init), (self.U, glorot)):
            for k in range(0, len(W), n):
                W[k : k + n] = rule(n, W.shape[1], rng)
        self.V[...] = glorot(self.n_out, n, rng)

    def forward(self, x, training=True):
        """Return the output, (n_out, examples), for x (T, n_in, examples)."""
        self.x = x = checks.array("x", x, (None, self.n_in, None), self.dtype)
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

    predict = forward

    def _joined(self):
        """Return [W U b], which is multiplied with [h; x; 1], for the rows that read h; [U b] for those that do not."""
        A, n, both = np.zeros((self.cell.blocks * self.n, self.n + self.n_in + 1), self.dtype), self.n, self.rows_h.stop
        A[self.rows_h, :n], A[self.rows_x, n:-1], A[self.rows_x, -1:] = self.W, self.U, self.b
        return A[:both], A[both:, n:].copy()

    def backward(self, dL_da, measure=False):
        """Backpropagate dL/d(output), (n_out, examples), through time: sets ``gradient`` and ``log2_hidden``, (T + 1,).

        ``log2_hidden[t]`` is the log2 of the root mean square over examples of |dL/dh[t]|, L one example's loss.
        """
        T, cell, B = len(self.h) - 1, self.cell, self.h.shape[2]
        dL_da = np.asarray(dL_da, self.dtype)
        if dL_da.shape != (self.n_out, B):
            raise ValueError(f"dL_da must have shape ({self.n_out}, {B}), got {dL_da.shape}")
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

    def loss_and_gradient(self, x, y, measure=False):
        """Return the loss of the batch and set ``gradient``."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            loss, dL_da = self.loss(self.forward(x), y)
            self.backward(dL_da)
        return loss

    def signals(self):
        """Return the :class:`~vgtext.nn.signals.Signals` of the last pass, with a time step for a layer, t = 0..T.

        ``error`` is here dL/dh[t]; ``gradient`` (the weights are shared) is nan but at T, where it is |dL/dW|.
        """
        h, B = self.h, self.h.shape[2]
        nan = np.full(len(h), np.nan)
        gradient = nan.copy()
        gradient[-1] = log2_norm(self.W_gradient)
        flat = np.abs(h) > 0.995
        return Signals(
            log2_activation=np.array([log2_norm(a) for a in h]) - 0.5 * np.log2(B), log2_error=self.log2_hidden,
            log2_gradient=gradient, mean=h.mean(axis=(1, 2)), variance=h.var(axis=(1, 2)),
            saturation=flat.mean(axis=(1, 2)), dead=flat.all(axis=2).mean(axis=1),
        )

    @property
    def layers(self):
        """The recurrent layer (1) and the readout (2), for the training loop."""
        return [None, SimpleNamespace(W=self.W, W_gradient=self.W_gradient, a=self.h, delta=self.z[1:]),
                SimpleNamespace(W=self.V, W_gradient=self.V_gradient, a=self.a, delta=self.V_gradient)]

    @property
    def depth(self):
        """The number of layers that own weights: 2."""
        return 2
