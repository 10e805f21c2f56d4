"""Backpropagation: the chain rule from the output back to every weight, followed by hand, by code, and checked.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle. The prose stands in ``notebooks/backprop.ipynb``.
"""

from vgtext.palette import menu

from . import by_hand, chain, checking
from .bugs import BUGS, check, draw_fingerprints, draw_wrong_gradient
from .by_hand import SLOPES, X, Y, activations, downhill, network, one_pass
from .chain import LAST_LAYERS, draw_last_layer
from .checking import FORMATS, FORMULAS, draw_step_size
from .descent import ETAS, draw_promise
from .error_signal import draw_error_signal, jacobians
from .exercises import EXERCISES
from .walkthrough import draw_by_hand

CLAIMS = (*checking.CLAIMS, *by_hand.CLAIMS, *chain.CLAIMS)
