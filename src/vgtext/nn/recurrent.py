"""Recurrent networks and backpropagation through time, with the gradient with respect to every hidden state.

    p[t] = W h[t-1],    q[t] = U x[t] + b,    h[t], c[t] = cell(p[t], q[t], h[t-1], c[t-1]),    t = 1..T
    output = V h[T] + c

The cells are in :mod:`vgtext.nn.cells`. Backwards, dL/dh[t-1] is W.T dL/dp[t] and what a gate lets pass.
Sources: Werbos 1990; Pascanu et al. 2013.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from . import checks
from .activations import get_activation
from .cells import CELLS, Vanilla
from .forms import speed_up
from .initializers import get_initializer, orthogonal
from .losses import get_loss
from .parameters import Views, lay_out
from .scale import log2_norm, rescale
from .signals import Signals


class Step(NamedTuple):
    """The error signals of one step of the readable backward pass: dL/dh[t], dL/dc[t], dL/dp[t] and dL/dq[t]."""

    dh: np.ndarray  # (n, B)
    dc: np.ndarray  # (n, B), what comes back from c[t+1] alone
    dp: np.ndarray | None = None  # (rows, B)
    dq: np.ndarray | None = None  # (rows, B)


class Recurrent(Views):
    """A recurrent layer of n units and a linear readout after the last step, trained by :func:`vgtext.nn.train`.

    ``cell``: "rnn", "lstm", "gru". x is (T, n_in, examples); the output (n_out, examples). ``init`` draws each
    gate's block of W (default: orthogonal), Glorot's rule U and V; ``forget_bias`` is added to an LSTM's forget gate
    (Jozefowicz et al. 2015) and ``update_bias`` to a GRU's update gate. ``fast`` as for :class:`vgtext.nn.Network`.
    Raises TypeError or ValueError for sizes below 1, unknown names, and inputs that do not fit.
    """

    h, log2_hidden, _has_errors = None, None, False

    def __init__(self, cell, n_in, n, n_out, *, activation="tanh", init=None, forget_bias=0.0, update_bias=0.0,
                 loss="softmax_cross_entropy", seed=0, dtype="float32", fast=True):
        """Draw the parameters and lay them out in one flat vector."""
        self.n_in, self.n, self.n_out = checks.whole("n_in", n_in), checks.whole("n", n), checks.whole("n_out", n_out)
        kind, self.kind = CELLS[checks.choice("cell", cell, CELLS)], cell
        phi = get_activation(activation)
        self.cell = kind(phi) if kind is Vanilla else kind()
        self.loss, self.dtype = get_loss(loss), checks.float_type(dtype)
        rows = self.cell.blocks * n
        shapes = {"W": (rows, n), "U": (rows, n_in), "b": (rows, 1), "V": (n_out, n), "c": (n_out, 1)}
        self.hidden = {"W": shapes["W"]}  # for optimizers that treat hidden matrices in a way of their own
        lay_out(self, [("", self, shapes)])
        self._initialize(get_initializer(orthogonal() if init is None else init), checks.generator("seed", seed))
        bias = checks.number("forget_bias", forget_bias), checks.number("update_bias", update_bias)
        if cell != "rnn":
            self.b[n : 2 * n] = bias[0] if cell == "lstm" else bias[1]
        if fast:
            speed_up(self)

    def _initialize(self, init, rng):
        glorot, n = get_initializer("glorot_normal"), self.n
        for W, rule in ((self.W, init), (self.U, glorot)):
            for k in range(0, len(W), n):
                W[k : k + n] = rule(n, W.shape[1], rng)
        self.V[...] = glorot(self.n_out, n, rng)

    def forward(self, x, training=True):
        """Return the output, (n_out, examples), for x (T, n_in, examples)."""
        self.x = x = self._input(x)
        h, c, self.kept = [np.zeros((self.n, x.shape[2]), self.dtype)], np.zeros((self.n, x.shape[2]), self.dtype), []
        for x_t in x:
            p, q = self.W @ h[-1], self.U @ x_t + self.b  # (rows, B)
            h_t, c, kept = self.cell.forward(p, q, h[-1], c)
            h.append(h_t), self.kept.append(kept)
        self.h = np.stack(h)  # (T + 1, n, B)
        self.a = self.V @ h[-1] + self.c  # (n_out, B)
        return self.a

    def _input(self, x):
        self._has_errors = False
        return checks.array("x", x, (None, self.n_in, None), self.dtype)

    def predict(self, x):
        """Return the output, as :meth:`forward` does: nothing differs in inference."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return self.forward(x, training=False)

    def backward(self, dL_da, measure=False):
        """Backpropagate dL/d(output), (n_out, examples), through time: sets ``gradient`` and ``log2_hidden``, (T + 1,).

        ``log2_hidden[t]`` is the log2 of the root mean square over examples of |dL/dh[t]|, L one example's loss.
        Before every step a power of two is taken out of dL/dh and dL/dc, so that neither underflows. Raises
        RuntimeError without a forward pass before it.
        """
        dL_da, (T, B) = self._output_gradient(dL_da), (len(self.h) - 1, self.h.shape[2])
        self.gradient[...] = 0
        self.V_gradient[...], self.c_gradient[...] = dL_da @ self.h[T].T, dL_da.sum(axis=1, keepdims=True)
        dh, dc, e, self.steps = self.V.T @ dL_da, np.zeros_like(self.h[0]), 0, [None] * (T + 1)
        self.log2_hidden = np.full(T + 1, 0.5 * np.log2(B))
        for t in range(T, 0, -1):  # the true gradients are dh 2**e, dc 2**e
            self.log2_hidden[t] += log2_norm(dh, e)
            dh, dc, e = _in_range(dh, dc, e)
            dp, dq, past_W, dc_before = self.cell.backward(dh, dc, self.kept[t - 1])  # (rows, B)
            self.steps[t] = Step(*(np.ldexp(k, e) for k in (dh, dc, dp, dq)))
            self.W_gradient += np.ldexp(dp @ self.h[t - 1].T, e)  # (rows, n)
            self.U_gradient += np.ldexp(dq @ self.x[t - 1].T, e)  # (rows, n_in)
            self.b_gradient += np.ldexp(dq.sum(axis=1, keepdims=True), e)  # (rows, 1)
            dh, dc = self.W.T @ dp + past_W, dc_before  # (n, B)
        self.log2_hidden[0] += log2_norm(dh, e)
        self.steps[0] = Step(np.ldexp(dh, e), np.ldexp(dc, e))

    def _output_gradient(self, dL_da):
        if self.h is None or self._has_errors:
            raise RuntimeError("backward needs a forward pass first: call forward(x) or loss_and_gradient(x, y)")
        self._has_errors = True
        return checks.array("dL_da", dL_da, (self.n_out, self.h.shape[2]), self.dtype, finite=False)

    def loss_and_gradient(self, x, y, measure=False):
        """Return the loss of the batch and set ``gradient``."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            loss, dL_da = self.loss(self.forward(x), y)
            self.backward(dL_da)
        return loss

    def signals(self):
        """Return the :class:`~vgtext.nn.signals.Signals` of the last pass, with a time step for a layer, t = 0..T.

        ``error`` is here dL/dh[t]; ``gradient`` (the weights are shared) is nan but at T, where it is |dL/dW|;
        ``saturation`` and ``dead`` count |h[t]| above 0.995, where tanh has 1 % of its slope. Raises RuntimeError if
        the last pass was a forward pass alone.
        """
        if not self._has_errors:
            raise RuntimeError("signals needs a pass first: call loss_and_gradient(x, y)")
        h, B = self.h, self.h.shape[2]
        gradient = np.full(len(h), np.nan)
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
        return [None, SimpleNamespace(W=self.W, W_gradient=self.W_gradient, a=self.h, delta=self._errors()),
                SimpleNamespace(W=self.V, W_gradient=self.V_gradient, a=self.a, delta=self.V_gradient)]

    def _errors(self):
        """Return dL/dp[t] of all steps, which show where nan or inf began."""
        return np.array([step.dp for step in self.steps[1:]])

    @property
    def depth(self):
        """The number of layers that own weights: 2."""
        return 2


def _in_range(dh, dc, e):
    """Return dh, dc and e such that dh 2**e and dc 2**e are what they were, and the norm of dh is near 1."""
    shift = rescale(dh)
    return dh, np.ldexp(dc, -shift), e + shift
