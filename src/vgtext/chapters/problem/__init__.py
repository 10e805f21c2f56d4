"""The problem: what vanishing and exploding gradients are, in one network of which one thing is changed at a time.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle. The prose stands in ``notebooks/problem.ipynb``.
"""

from . import layers
from .factors import GROWING, SHRINKING, draw_growth, draw_two_lists, factors_to_reach, multiply
from .layers import NETWORKS, draw_first_layers, draw_quantities, layer_sizes, network
from .rounding import draw_float_range, layers_at_zero
from .yardsticks import draw_yardsticks, unmoved

CLAIMS = layers.CLAIMS

__all__ = [
    "CLAIMS", "GROWING", "NETWORKS", "SHRINKING", "draw_first_layers", "draw_float_range", "draw_growth",
    "draw_quantities", "draw_two_lists", "draw_yardsticks", "factors_to_reach", "layer_sizes", "layers_at_zero",
    "multiply", "network", "unmoved",
]
