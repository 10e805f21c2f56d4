"""Recurrent networks and backpropagation through time, with the gradient with respect to every hidden state.

    v[t] = [h[t-1]; x[t]],   z[t] = W v[t] + b,   h[t] = cell(z[t]),   t = 1..T,   output = V h[T] + c

Backwards, dL/dh[t-1] is the h part of W.T dL/dz[t] (and what a gate lets pass). Sources: Werbos 1990; Pascanu et al. 2013.
"""

from types import SimpleNamespace

import numpy as np

from . import checks
from .cells import CELLS, GRU, Vanilla
from .initializers import get_initializer, orthogonal
from .losses import get_loss
from .scale import FAR, log2_norm, log2_sqrt, rescale
from .signals import Signals


class Recurrent:
    """A recurrent layer of n units and a linear readout after the last step, trained by :func:`vgtext.nn.train`.

    ``cell``: "rnn", "lstm", "gru". x is (T, n_in, examples); the output (n_out, examples). ``init`` draws the h part of
    each gate's W (default: orthogonal), Glorot's rule its x part; ``forget_bias`` is added to an LSTM's forget gate
    (Jozefowicz et al. 2015) and ``update_bias`` to a GRU's update gate.
    """

    def __init__(self, cell, n_in, n, n_out, *, activation="tanh", init=None, forget_bias=0.0, update_bias=0.0,
                 loss="softmax_cross_entropy", seed=0, dtype="float32"):
        self.n_in, self.n, self.n_out = checks.whole("n_in", n_in), checks.whole("n", n), checks.whole("n_out", n_out)
        kind = CELLS[checks.choice("cell", cell, CELLS)]
        self.cell = kind(activation) if kind is Vanilla else kind()
        self.loss, self.dtype, k = get_loss(loss), checks.float_type(dtype), self.cell.gates
        shapes = {"W": (k * n, n + n_in), "b": (k * n, 1), "V": (n_out, n), "c": (n_out, 1)}
        ends = np.cumsum([int(np.prod(s)) for s in shapes.values()])
        self.parameters = {name: slice(end - int(np.prod(s)), end) for (name, s), end in zip(shapes.items(), ends)}
        self.theta, self.gradient = np.zeros((2, ends[-1]), self.dtype)
        for name, shape in shapes.items():
            setattr(self, name, self.theta[self.parameters[name]].reshape(shape))
            setattr(self, f"{name}_gradient", self.gradient[self.parameters[name]].reshape(shape))
        self._initialize(get_initializer(init or orthogonal()), np.random.default_rng(seed))
        bias = {"lstm": (0.0, checks.number("forget_bias", forget_bias), 0.0, 0.0),
                "gru": (0.0, checks.number("update_bias", update_bias), 0.0, 0.0), "rnn": (0.0,)}[cell]
        self.b += np.repeat(bias, n)[:, None].astype(self.dtype)

    def _initialize(self, init, rng):
        glorot, n = get_initializer("glorot_normal"), self.n
        for k in range(self.cell.gates):
            self.W[k * n : (k + 1) * n, :n] = init(n, n, rng)
            self.W[k * n : (k + 1) * n, n:] = glorot(n, self.n_in, rng)
        self.V[...] = glorot(self.n_out, n, rng)
        self._constrain(self.W)

    def _constrain(self, W):
        """Zero the blocks that a GRU has not: s reads h only, y reads x only (see :class:`vgtext.nn.cells.GRU`)."""
        if isinstance(self.cell, GRU):
            W[2 * self.n : 3 * self.n, self.n :] = 0
            W[3 * self.n :, : self.n] = 0

    def forward(self, x, training=True):
        """Return the output, (n_out, examples), for x (T, n_in, examples)."""
        x = checks.array("x", x, (None, self.n_in, None), self.dtype)
        T, _, B = x.shape
        n, k = self.n, self.cell.gates
        self.v = np.empty((T + 2, n + self.n_in, B), self.dtype)  # v[t] = [h[t-1]; x[t]], so h[t] = v[t+1, :n]
        self.v[1 : T + 1, n:], self.v[1, :n] = x, 0
        self.z, h = np.empty((T + 1, k * n, B), self.dtype), self.v[1:, :n]
        self.cell.start(self.z, h)
        for t in range(1, T + 1):
            np.matmul(self.W, self.v[t], out=self.z[t])  # (k n, B)
            self.z[t] += self.b
            self.cell.forward(t)
        self.h = h  # h[0..T], (T + 1, n, B)
        return self.V @ h[T] + self.c

    predict = forward

    def backward(self, dL_da, measure=False):
        """Backpropagate dL/d(output), (n_out, examples), through time: sets ``gradient`` and ``log2_hidden``, (T + 1,).

        ``log2_hidden[t]`` is the log2 of the root mean square over examples of |dL/dh[t]|, L one example's loss.
        """
        T, cell, n = len(self.h) - 1, self.cell, self.n
        dL_da = checks.array("dL_da", dL_da, (self.n_out, self.h.shape[2]), self.dtype)
        np.matmul(dL_da, self.h[T].T, out=self.V_gradient)  # (n_out, n)
        self.c_gradient[...] = dL_da.sum(axis=1, keepdims=True)
        self.gradient[: self.parameters["b"].stop] = 0
        dh = self.V.T @ dL_da  # (n, B)
        step, total, W_back = np.empty_like(self.W), np.zeros_like(self.W), np.ascontiguousarray(self.W[:, :n].T)
        exponent, far, squares, exponents = 0, 4.0 ** FAR[self.dtype.name], np.empty(T + 1), np.zeros(T + 1, int)
        first = T + 1  # steps from ``first`` on have been added to the gradient
        for t in range(T, -1, -1):
            squares[t] = size = np.vdot(dh, dh)
            if not 1 / far < size < far and (shift := rescale(dh)):
                for d in cell.carried:
                    np.ldexp(d, -shift, out=d)
                first = self._add(total, t + 1, first, exponent)
                squares[t], exponent = np.vdot(dh, dh), exponent + shift
            exponents[t] = exponent
            if t == 0:
                break
            cell.backward(t, dh)  # z[t] is now dL/dz[t], (k n, B)
            total += np.matmul(self.z[t], self.v[t].T, out=step)  # (k n, n + n_in)
            np.matmul(W_back, self.z[t], out=dh)  # dL/dh[t-1], (n, B)
            if cell.direct is not None:
                dh += cell.direct
        self._add(total, 1, first, exponent)
        self._constrain(self.W_gradient)
        self.log2_hidden = log2_sqrt(squares, exponents) + 0.5 * np.log2(self.h.shape[2])

    def _add(self, total, t, first, exponent):
        """Add the gradients of steps t..first-1, which share one exponent, to the whole; return t."""
        db = self.z[t:first].sum(axis=(0, 2))[:, None]  # (k n, 1)
        for whole, part in ((self.W_gradient, total), (self.b_gradient, db)):
            whole += np.ldexp(part, exponent)
        total[...] = 0
        return t

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
                SimpleNamespace(W=self.V, W_gradient=self.V_gradient, a=self.V @ self.h[-1], delta=self.V_gradient)]

    @property
    def depth(self):
        """The number of layers that own weights: 2."""
        return 2
