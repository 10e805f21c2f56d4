"""Initialization: the size of the first weights, derived, measured, raced, and compared with the frameworks' defaults.

The modules are the sections of the chapter; ``theory`` is what they are compared with, ``runs`` makes and reads the
stored training runs. The prose is in ``notebooks/initialization.ipynb``.
"""

from vgtext.palette import menu

from . import convolutions, half, race, scales, singular
from .convolutions import spread as conv_spread
from .defaults import DEFAULTS, draw_defaults, exact_scale, kaiming_limit
from .defaults import left as default_left
from .defaults import scales as default_scales
from .exercises import EXERCISES
from .half import draw_two_needs, factor, kept, one_layer, shrinking
from .lsuv import STARTS, draw_lsuv, settled_factor
from .race import behind, draw_he_xavier, final_loss, last_losses, ratio, runs_of
from .runs import ACTIVATIONS, DEPTHS, RATES, SCALES
from .scales import draw_scale, trained
from .scales import left as scale_left
from .shapes import RATIOS, SCHEMES, draw_rectangles
from .singular import DEPTHS as PRODUCTS
from .singular import QUARTER_CIRCLE, UNITS, draw_spectrum, largest, largest_law, mean_singular_values, spectrum
from .sums import DISTRIBUTIONS, RULES, draw_sum_of_terms, mean_square

CLAIMS = (*half.CLAIMS, *scales.CLAIMS, *race.CLAIMS, *singular.CLAIMS, *convolutions.CLAIMS)
