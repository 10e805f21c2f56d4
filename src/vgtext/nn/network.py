"""A trainable network: a list of blocks, one flat vector of parameters and one of gradients.

    network = mlp(64, 64, 10, depth=30, activation="relu", init="he_normal")
    loss = network.loss_and_gradient(x, y)       # network.gradient is now dL/dtheta
    network.signals()                            # sizes per layer, as in vgtext.nn.signals
"""

import numpy as np

from . import checks
from .forms import speed_up
from .initializers import get_initializer
from .layers import Dense, Highway, Residual, joined
from .losses import get_loss
from .norms import get_norm
from .parameters import Views, lay_out
from .scale import FAR, log2_norm, rescale
from .signals import Signals

_EVERY = 4  # blocks from one look at the size of the error signal to the next, where it is not measured


class Network(Views):
    """Blocks one after another; ``theta`` and ``gradient`` hold all parameters and dL/dtheta, flat.

    ``layers[l]``, l = 1..L, are the dense layers in order (``layers[0]`` is None). The backward pass rescales the error
    signal by powers of two between blocks: sizes in :meth:`signals` never underflow, while ``gradient`` itself is in
    the network's dtype, where it underflows as in any framework. Raises TypeError or ValueError if blocks do not fit.
    """

    def __init__(self, blocks, loss="softmax_cross_entropy", seed=0, dtype="float32", fast=True):
        """Join the blocks, and draw their parameters one block after the other.

        ``fast``: compute by the same equations in :mod:`vgtext.nn.fast`; False takes those that stand in the blocks.
        """
        self.blocks, self.loss, self.dtype = joined("blocks", blocks), get_loss(loss), checks.float_type(dtype)
        self._out_shape, self._sizes = None, {}
        self.layers = [None, *(layer for block in blocks for layer in block.dense)]
        owners = [(f"block{i}.{j}.", owner, owner.shapes) for i, block in enumerate(self.blocks, 1)
                  for j, owner in enumerate(part for part in inside(block) if part.shapes)]
        lay_out(self, owners)
        self._shapes = {prefix + name: shape for prefix, _, shapes in owners for name, shape in shapes.items()}
        counts = [sum(int(np.prod(s)) for part in inside(block) for s in part.shapes.values()) for block in self.blocks]
        self._slices = [slice(end - n, end) for n, end in zip(counts, np.cumsum(counts).tolist())]  # of each block
        rng = checks.generator("seed", seed)
        for _, owner, _ in owners:
            owner.initialize(rng)
            if fast:
                speed_up(owner)

    @property
    def depth(self):
        """The number of layers L."""
        return len(self.layers) - 1

    @property
    def hidden(self):
        """The shapes of the hidden weight matrices by name: all matrices but those of the first and the last block."""
        blocks = [name.partition(".")[0] for name in self._shapes]
        return {name: shape for block, (name, shape) in zip(blocks, self._shapes.items())
                if min(shape) > 1 and block not in (blocks[0], blocks[-1])}

    def forward(self, x, training=True):
        """Return the output a[L], (n_L, examples), for x (n_0, examples)."""
        a, self._sizes = self._input(x), {}
        for block in self.blocks:
            a = block.forward(a, training)
        self._out_shape = a.shape
        return a.copy()  # blocks write over their arrays in the next pass

    def _input(self, x):
        """Return x as an array of the network's dtype; raise TypeError or ValueError if it is no input of it."""
        return checks.array("x", x, (self.blocks[0].n_in, None), self.dtype)

    def backward(self, dL_da, measure=False):
        """Backpropagate dL/da[L], (n_L, examples), of the last forward pass: sets ``gradient``, returns dL/dx.

        With ``measure`` the per-layer sizes are kept for :meth:`signals`. dL/dx may lack a power of two where it
        would leave the range of floats: it is ``dL/dx * 2**self.exponent``. Raises RuntimeError before a forward pass.
        """
        if self._out_shape is None:
            raise RuntimeError("backward needs a forward pass first: call forward(x) or loss_and_gradient(x, y)")
        d, self.exponent = checks.array("dL_da", dL_da, self._out_shape, self.dtype, finite=False), 0
        low, high, self._sizes = 4.0 ** -FAR[self.dtype.name], 4.0 ** FAR[self.dtype.name], {}
        for i, (block, part) in enumerate(zip(reversed(self.blocks), reversed(self._slices))):
            if (measure or i % _EVERY == 0) and not low < np.vdot(d, d) < high:
                d = d.copy()
                self.exponent += rescale(d)
            d = block.backward(d)  # dL/d(input of the block)
            if measure:
                for layer in block.dense:
                    self._sizes[layer] = [log2_norm(x, self.exponent) for x in (layer.delta, layer.W_gradient)]
            if self.exponent:
                np.ldexp(self.gradient[part], self.exponent, out=self.gradient[part])
        return d.copy()

    def loss_and_gradient(self, x, y, measure=False):
        """Return the loss of the batch and set ``gradient``."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            loss, dL_da = self.loss(self.forward(x), y)
            self.backward(dL_da, measure)
        return loss

    def predict(self, x):
        """Return the output for x in inference mode: batch norm uses its running averages."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return self.forward(x, training=False)

    def signals(self):
        """Return the :class:`~vgtext.nn.signals.Signals` of the last pass; raise if it was without ``measure``."""
        if not self._sizes:
            raise RuntimeError("signals needs a pass first: call loss_and_gradient(x, y, measure=True)")
        layers, B = self.layers[1:], self.layers[1].a.shape[1]
        first, flat = self.layers[1].a_in, [_flat(layer) for layer in layers]
        error, gradient = np.array([self._sizes[layer] for layer in layers]).T
        return Signals(
            log2_activation=np.array([log2_norm(a) for a in [first, *(k.a for k in layers)]]) - 0.5 * np.log2(B),
            log2_error=np.concatenate([[np.nan], error + 0.5 * np.log2(B)]),
            log2_gradient=np.concatenate([[np.nan], gradient]),
            mean=np.array([first.mean(), *(k.a.mean(dtype=np.float64) for k in layers)]),
            variance=np.array([first.var(), *(k.a.var(dtype=np.float64) for k in layers)]),
            saturation=np.array([np.nan, *(k.mean() for k in flat)]),
            dead=np.array([np.nan, *(k.all(axis=1).mean() for k in flat)]),
        )


def mlp(n_in, width, n_out, depth, *, activation="tanh", init="glorot_normal", norm=None, shortcut=None, sigma_b=0.0,
        output_init=None, loss="softmax_cross_entropy", seed=0, dtype="float32", fast=True):
    """Return a multilayer perceptron with ``depth`` layers: n_in -> width -> ... -> width -> n_out, output linear.

    ``norm``: None, "batch", "layer", "rms", before each hidden activation. ``shortcut`` around each hidden layer from
    the second on: None, "residual", "highway", or "pre"/"post", residual with ``norm`` before the layer or after the
    sum; "pre" has one more norm before the output layer (Xiong et al. 2020). Raises TypeError or ValueError for others.
    """
    checks.whole("n_in", n_in), checks.whole("width", width), checks.whole("n_out", n_out), checks.whole("depth", depth)
    output_init = init if output_init is None else get_initializer(output_init, "output_init")
    checks.choice("shortcut", "none" if shortcut is None else shortcut, ("none", "residual", "highway", "pre", "post"))
    if shortcut in ("pre", "post") and norm is None:
        raise ValueError(f"norm must be one of batch, layer, rms with shortcut {shortcut!r}, got None")
    inside = None if shortcut in ("pre", "post") else norm
    blocks = []
    for l in range(1, depth):
        layer = Dense(n_in if l == 1 else width, width, activation, inside, init, sigma_b=sigma_b)
        if l > 1 and shortcut == "highway":
            layer = Highway(width, activation, init, norm=norm, sigma_b=sigma_b)
        elif l > 1 and shortcut:
            layer = Residual([layer], *((norm, shortcut) if inside is not norm else ()))
        blocks.append(layer)
    if shortcut == "pre":
        blocks.append(get_norm(norm, width))
    blocks.append(Dense(n_in if depth == 1 else width, n_out, init=output_init))
    return Network(blocks, loss, seed, dtype, fast)


def lsuv(network, x, tolerance=0.01, iterations=10):
    """Rescale each W in turn until its z has variance 1 on x; start from orthogonal (Mishkin and Matas 2016).

    A layer is done when the variance is within ``tolerance`` of 1, or after ``iterations``. Returns the network. Raises
    TypeError or ValueError for what is no Network, or no x of it.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, such as mlp(64, 64, 10, depth=3), got {network!r}")
    checks.number("tolerance", tolerance, above=0), checks.whole("iterations", iterations, 0)
    for layer in network.layers[1:]:
        for _ in range(iterations):
            network.forward(x)
            std = float(layer.z.std())
            if abs(std * std - 1) < tolerance or std == 0:
                break
            layer.W /= network.dtype.type(std)
    return network


def inside(block):
    """Yield a block and all that it is made of."""
    yield block
    for part in getattr(block, "parts", ()):
        yield from inside(part)


def _flat(layer):
    return np.abs(layer.phi.slope(layer.u, layer.a)) < 0.01 * layer.phi.steepest
