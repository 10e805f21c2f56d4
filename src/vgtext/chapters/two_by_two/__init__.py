"""Products of 2 x 2 matrices: what decides whether a signal, or a gradient, fades or grows with depth.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle. The prose stands in ``notebooks/two_by_two.ipynb``. It takes its numbers
from cells and captions; a decimal number that is typed into the prose is computed again by the chapter's test.
"""

from vgtext.nn.theory.floats import FORMATS

from . import gradients, precision, repeated, rules, varied
from .columns import FIRST, SECOND, draw_columns
from .exercises import EXERCISES
from .gradients import NETWORKS, draw_layer_gradients, layer_sizes
from .precision import FACTORS, draw_float_depths
from .repeated import MATRICES, draw_three_fates, draw_unit_circle, norms
from .rules import draw_three_rules, share_that_explodes, three_rules
from .varied import (
    ORDERS,
    draw_order,
    draw_random_products,
    ordered,
    product_norms,
    random_signals,
    threshold,
    threshold_theory,
)

CLAIMS = (*repeated.CLAIMS, *rules.CLAIMS, *varied.CLAIMS, *gradients.CLAIMS, *precision.CLAIMS)
