"""The engine: deep networks in plain NumPy, readable as the equations, that never lose a gradient to underflow.

Columns are examples, ``z[l] = W[l] @ a[l-1] + b[l]``, layers run 1 to L. Start where you like:

- :mod:`~vgtext.nn.backprop`: a forward and a backward pass that fit on a screen;
- :func:`measure`, :func:`sweep`: the sizes of activations, error signals and gradients through any depth;
- :func:`mlp`, :class:`Network`, :func:`train`: networks that learn, and what each layer does meanwhile;
- :class:`Recurrent`: RNN, LSTM, GRU with backpropagation through time;
- :func:`transformer`, :class:`Attention`: tokens, attention, and where the norm goes;
- :mod:`vgtext.nn.theory`: mean field, Jacobians, matrix products, floats;
- :mod:`~vgtext.nn.data`: digits, spirals, and two tasks of long memory; :mod:`~vgtext.nn.language`: text and induction.

Each module says its equations as they are written. :mod:`vgtext.nn.fast` computes the same for all layers at once, in
arrays that are used again: nothing there is needed to understand what stands here, and no module beside this one
imports it. :class:`Network` and :class:`Recurrent` exchange the passes of their blocks by the table ``FAST`` below
(``fast=False`` leaves them); :func:`measure`, :func:`propagate` and :func:`sweep` stand there as a whole. Tests say
that both forms agree, and ``python -m benchmarks forms`` what the fast one gains.
"""

from . import backprop, data, initializers, language, losses, norms, optimizers
from .activations import ACTIVATIONS, Activation, elu, get_activation, leaky_relu
from .adam import Adam, AdamW
from .attention import Attention
from .backprop import Gradient, backward, forward, numerical_gradient, random_network
from .clipping import CLIPPINGS, clip_by_global_norm, clip_by_norm, clip_by_value
from .fast.dense import FastDense
from .fast.norms import FastBatchNorm, FastLayerNorm, FastRMSNorm
from .fast.recurrent import FastRecurrent
from .fast.signals import measure, propagate
from .fast.sweeps import Sweep, sweep
from .fast.threads import one_blas_thread
from .forms import FAST
from .initializers import INITIALIZERS, get_initializer
from .layers import Dense, Highway, Pointwise, Residual
from .losses import LOSSES, accuracy, get_loss
from .muon import Muon, newton_schulz
from .network import Network, lsuv, mlp
from .norms import NORMS, BatchNorm, LayerNorm, RMSNorm
from .optimizers import OPTIMIZERS, SGD, PerArray
from .recurrent import Recurrent
from .scale import log2_norm
from .signals import Signals, sample_batch, sample_weights
from .theory import jacobian, meanfield, products
from .training import Breakdown, History, train, train_steps
from .transformer import Embedding, Transformer, transformer

one_blas_thread()
FAST |= {Dense: FastDense, BatchNorm: FastBatchNorm, LayerNorm: FastLayerNorm, RMSNorm: FastRMSNorm,
         Recurrent: FastRecurrent}
