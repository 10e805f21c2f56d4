"""The problem: what vanishing and exploding gradients are, in one network of which one thing is changed at a time.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle. The prose stands in ``notebooks/problem.ipynb``.
"""

from . import layers
from .exercises import EXERCISES
from .factors import (
    BLOWN_UP,
    FADED,
    GROWING,
    SHRINKING,
    draw_growth,
    draw_two_lists,
    factors_to_reach,
    multiply,
    random_products,
)
from .layers import NETWORKS, back_per_layer, draw_first_layers, draw_quantities, layer_sizes, network, round_trip
from .rounding import draw_float_range, error_sizes, factor, layers_at_zero
from .yardsticks import draw_yardsticks, three_yardsticks, unmoved

CLAIMS = layers.CLAIMS
