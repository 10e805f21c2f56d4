"""A linear recurrence with a complex diagonal, the core of state-space models, and its backward pass.

    h[t] = lambda * h[t-1] + gamma * (U x[t]),    t = 1..T,    h[0] = 0;    output = Re(V h[T]) + c

Each unit has one complex number lambda and hears no other unit. The linear recurrent unit (LRU) of Orvieto et al. 2023
(section 3) writes lambda = exp(-exp(nu) + i phase), which stays inside the unit circle whatever nu is, and takes
gamma = sqrt(1 - |lambda|^2), which gives h a mean square of 1 under white noise.

The gradient of a real L with respect to a complex z is dL/dRe(z) + i dL/dIm(z): it points where L grows fastest. With
it, z = w u has dL/du = conj(w) dL/dz.
"""

from types import SimpleNamespace

import numpy as np

from . import checks
from .losses import get_loss
from .parameters import Views, lay_out


def forward(lam, Ux):
    """Return the states h[0..T], (T + 1, n, examples), complex, for the inputs gamma U x, (T, n, examples)."""
    h = np.zeros((len(Ux) + 1, *Ux.shape[1:]), np.result_type(lam, Ux))
    for t in range(1, len(h)):
        h[t] = lam[:, None] * h[t - 1] + Ux[t - 1]  # (n, examples)
    return h


def backward(lam, h, dh):
    """Return dL/dlambda, (n,), and dL/d(gamma U x), (T, n, examples), for ``dh`` = dL/dh[T], (n, examples)."""
    dlam, dUx = np.zeros(len(lam), h.dtype), np.zeros((len(h) - 1, *h.shape[1:]), h.dtype)
    for t in range(len(h) - 1, 0, -1):
        dUx[t - 1] = dh  # (n, examples)
        dlam += (dh * h[t - 1].conj()).sum(axis=1)  # (n,)
        dh = lam.conj()[:, None] * dh  # (n, examples), on to h[t-1]
    return dlam, dUx


class LinearRecurrence(Views):
    """An LRU of n units and a readout after the last step, for :func:`vgtext.nn.train`; x is (T, n_in, examples).

    |lambda| is drawn between ``least`` and ``most`` uniformly on the ring, the phase between 0 and ``most_phase``
    (Orvieto et al. 2023, lemma 3.2). Real parameters, laid out in one flat vector: nu, phase, U (2, n, n_in), the real
    and the imaginary part, V (2, n_out, n), c (n_out, 1). Raises TypeError or ValueError for sizes below 1, and unless
    0 <= least < 1, most > least and most_phase >= 0. It has no ``signals``, so ``record_every`` stays 0.
    """

    depth = 2

    def __init__(self, n_in, n, n_out, *, least=0.0, most=1.0, most_phase=2 * np.pi, loss="softmax_cross_entropy",
                 seed=0, dtype="float32"):
        """Draw the parameters."""
        self.n_in, self.n, self.n_out = checks.whole("n_in", n_in), checks.whole("n", n), checks.whole("n_out", n_out)
        checks.number("least", least, least=0, below=1), checks.number("most", most, above=least)
        checks.number("most_phase", most_phase, least=0)
        self.loss, self.dtype, rng = get_loss(loss), checks.float_type(dtype), checks.generator("seed", seed)
        shapes = {"nu": (n,), "phase": (n,), "U": (2, n, n_in), "V": (2, n_out, n), "c": (n_out, 1)}
        lay_out(self, [("", self, shapes)])
        size = np.sqrt(rng.uniform(least**2, min(most, 1 - 1e-6) ** 2, n))
        self.nu[...], self.phase[...] = np.log(-np.log(size)), rng.uniform(0, most_phase, n)
        self.U[...] = rng.standard_normal(self.U.shape) / np.sqrt(2 * n_in)
        self.V[...] = rng.standard_normal(self.V.shape) / np.sqrt(n)

    def forward(self, x, training=True):
        """Return the output, (n_out, examples), for x (T, n_in, examples); TypeError or ValueError for another x."""
        self.x = x = checks.array("x", x, (None, self.n_in, None), self.dtype)
        self.lam = np.exp(-np.exp(self.nu) + 1j * self.phase)  # (n,)
        self.gamma = np.sqrt(-np.expm1(-2 * np.exp(self.nu)))  # sqrt(1 - |lambda|^2), (n,)
        self.Ux = np.einsum("ni,tib->tnb", self.U[0] + 1j * self.U[1], x)  # (T, n, examples)
        self.h = forward(self.lam, self.gamma[:, None] * self.Ux)
        self.a = ((self.V[0] + 1j * self.V[1]) @ self.h[-1]).real + self.c  # (n_out, examples)
        return self.a

    predict = forward

    def backward(self, dL_da):
        """Backpropagate dL/d(output), (n_out, examples), through time: sets ``gradient``."""
        dV = dL_da @ self.h[-1].conj().T  # (n_out, n)
        self.V_gradient[...] = dV.real, dV.imag
        self.c_gradient[...] = dL_da.sum(axis=1, keepdims=True)
        dlam, d = backward(self.lam, self.h, (self.V[0] - 1j * self.V[1]).T @ dL_da)  # (n,), (T, n, examples)
        self.delta = d
        dU = np.einsum("tnb,tib->ni", self.gamma[:, None] * d, self.x)  # (n, n_in)
        self.U_gradient[...] = dU.real, dU.imag
        dgamma = (d * self.Ux.conj()).real.sum(axis=(0, 2))  # (n,)
        rate, size = np.exp(self.nu), np.abs(self.lam)  # |lambda| = exp(-rate)
        self.nu_gradient[...] = -rate * (dlam * self.lam.conj()).real + rate * size**2 / self.gamma * dgamma
        self.phase_gradient[...] = (dlam * (1j * self.lam).conj()).real

    def loss_and_gradient(self, x, y, measure=False):
        """Return the loss of the batch and set ``gradient``."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
            loss, dL_da = self.loss(self.forward(x), y)
            self.backward(dL_da)
        return loss

    @property
    def layers(self):
        """The recurrence (1) and the readout (2), for the training loop."""
        own = slice(0, self.parameters["V"].start)
        return [None, SimpleNamespace(W=self.theta[own], W_gradient=self.gradient[own], a=self.h, delta=self.delta),
                SimpleNamespace(W=self.V, W_gradient=self.V_gradient, a=self.a, delta=self.V_gradient)]
