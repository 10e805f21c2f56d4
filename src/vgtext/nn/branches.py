"""What may take the place of a normalization in a residual block: a learned scale of the branch, and the dynamic tanh.

    ReZero, SkipInit   z + gamma f(z), one gamma a block, 0 at the start
    LayerScale         z + gamma f(z), one gamma a unit, small at the start
    dynamic tanh       z + f(gamma tanh(alpha z) + beta)

Sources: Bachlechner et al. 2021; De and Smith 2020; Touvron et al. 2021; Zhu et al. 2025 (DyT).
Each is a block, to be put into the body of a :class:`~vgtext.nn.layers.Residual`.
"""

import numpy as np

from . import checks


class Scale:
    """A learned scale: ``gamma a``, with one gamma a unit, (n, 1), or one for all, (1, 1), if ``shared``.

    Raises TypeError or ValueError for n below 1, and for a start that is no finite number.
    """

    def __init__(self, n, start=0.0, shared=False):
        """Take the number of units, and the value that gamma starts with."""
        self.n_in = self.n_out = checks.whole("n", n)
        self.start = checks.number("start", start)
        self.dense, self.shapes = [], {"gamma": (1 if shared else n, 1)}

    def initialize(self, rng):
        """Set gamma to its start."""
        self.gamma[...] = self.start

    def forward(self, a, training=True):
        """Return gamma a, (n, examples)."""
        self.a = a
        return self.gamma * a

    def backward(self, d):
        """Take dL/d(output), return dL/da, both (n, examples); set gamma's gradient."""
        along = (d * self.a).sum(axis=1, keepdims=True)  # (n, 1)
        self.gamma_gradient[...] = along if len(self.gamma) > 1 else along.sum()
        return self.gamma * d


class DynamicTanh:
    """``gamma tanh(alpha z) + beta``, gamma and beta (n, 1), alpha one number for the layer, 0.5 at the start.

    Raises TypeError or ValueError for n below 1, and for an alpha that is no finite number.
    """

    def __init__(self, n, alpha=0.5):
        """Take the number of units, and the value that alpha starts with."""
        self.n_in = self.n_out = checks.whole("n", n)
        self.start = checks.number("alpha", alpha)
        self.dense, self.shapes = [], {"alpha": (1, 1), "gamma": (n, 1), "beta": (n, 1)}

    def initialize(self, rng):
        """Set alpha to its start, gamma to 1, beta to 0."""
        self.alpha[...], self.gamma[...], self.beta[...] = self.start, 1, 0

    def forward(self, z, training=True):
        """Return gamma tanh(alpha z) + beta, (n, examples)."""
        self.z, self.t = z, np.tanh(self.alpha * z)
        return self.gamma * self.t + self.beta

    def backward(self, d):
        """Take dL/d(output), return dL/dz, both (n, examples); set the gradients of alpha, gamma and beta."""
        self.gamma_gradient[...] = (d * self.t).sum(axis=1, keepdims=True)  # (n, 1)
        self.beta_gradient[...] = d.sum(axis=1, keepdims=True)  # (n, 1)
        slope = self.gamma * d * (1 - self.t * self.t)  # dL/d(alpha z), (n, examples)
        self.alpha_gradient[...] = (slope * self.z).sum()
        return self.alpha * slope
