"""An activation function as a block of its own, for networks whose shortcut goes around ``W phi(z)``."""

from . import checks
from .activations import get_activation


class Pointwise:
    """The block ``a = phi(z)``, (n, examples) to (n, examples), with no parameters.

    A residual block that activates first, ``z + W phi(z) + b`` (He et al. 2016, Identity Mappings, figure 4e without
    normalization), is ``Residual([Pointwise(n, "relu"), Dense(n, n)])``. Raises ValueError for an unknown phi.
    """

    def __init__(self, n, activation):
        """Take the number of units and phi by name."""
        self.n_in = self.n_out = checks.whole("n", n)
        self.phi = get_activation(activation)
        self.dense, self.shapes = [], {}

    def forward(self, z, training=True):
        """Return phi(z), (n, examples)."""
        self.z, self.a = z, self.phi.value(z)
        return self.a

    def backward(self, d):
        """Take dL/da, return dL/dz = phi'(z) dL/da, (n, examples)."""
        return self.phi.slope(self.z, self.a) * d
