"""The engine: deep networks in plain NumPy, readable as the equations, that never lose a gradient to underflow.

Columns are examples, ``z[l] = W[l] @ a[l-1] + b[l]``, layers run 1 to L. Start where you like:

- :mod:`~vgtext.nn.backprop`: a forward and a backward pass that fit on a screen;
- :func:`measure`, :func:`sweep`: the sizes of activations, error signals and gradients through any depth;
- :func:`mlp`, :class:`Network`, :func:`train`: networks that learn, and what each layer does meanwhile;
- :class:`Recurrent`: RNN, LSTM, GRU with backpropagation through time;
- :mod:`vgtext.nn.theory`: mean field, Jacobians, matrix products, floats;
- :mod:`vgtext.nn.fast`: the same equations for all layers at once;
- :mod:`~vgtext.nn.data`: digits, spirals, and two tasks of long memory.
"""

from . import backprop, cells, data, initializers, losses, norms, optimizers
from .activations import ACTIVATIONS, Activation, elu, get_activation, leaky_relu
from .backprop import Gradient, backward, forward, numerical_gradient, random_network
from .fast.sweeps import Sweep, sweep
from .fast.threads import one_blas_thread
from .initializers import INITIALIZERS, get_initializer
from .layers import Dense, Highway, Residual
from .losses import LOSSES, accuracy, get_loss
from .network import Network, lsuv, mlp
from .norms import NORMS, BatchNorm, LayerNorm, RMSNorm
from .optimizers import CLIPPINGS, OPTIMIZERS, SGD, Adam, clip_by_global_norm, clip_by_norm, clip_by_value
from .recurrent import Recurrent
from .scale import log2_norm
from .signals import Signals, measure, propagate, sample_batch, sample_weights
from .theory import jacobian, meanfield, products
from .training import Breakdown, History, train

one_blas_thread()

__all__ = [
    "ACTIVATIONS", "CLIPPINGS", "INITIALIZERS", "LOSSES", "NORMS", "OPTIMIZERS", "SGD", "Activation", "Adam",
    "BatchNorm", "Breakdown", "Dense", "Gradient", "Highway", "History", "LayerNorm", "Network", "RMSNorm", "Recurrent",
    "Residual", "Signals", "Sweep", "accuracy", "backprop", "backward", "cells", "clip_by_global_norm", "clip_by_norm",
    "clip_by_value", "data", "elu", "forward", "get_activation", "get_initializer", "get_loss", "initializers",
    "jacobian", "leaky_relu", "log2_norm", "losses", "lsuv", "meanfield", "measure", "mlp", "norms",
    "numerical_gradient", "optimizers", "products", "propagate", "random_network", "sample_batch", "sample_weights",
    "sweep", "train",
]
