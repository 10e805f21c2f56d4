"""Causes: activation, initialization and depth, one at a time and together, and the one number in which they meet.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle; ``theory`` is what they are compared with. The prose stands in
``notebooks/causes.ipynb``.
"""

from vgtext.nn.theory.signal_propagation import variances
from vgtext.palette import menu

from . import changes, depth, fluctuations, glorot, inputs, neurons, slopes, variance
from .changes import CHANGES, one_change
from .circle import SCALES as CIRCLES
from .circle import draw_circle, stretch
from .depth import BIASES, draw_rates, exponential_rate, power
from .depth import SCALES as RATE_SCALES
from .edges import DEPTHS as EDGE_DEPTHS
from .edges import trained
from .exercises import EXERCISES
from .fluctuations import DEPTHS, UNITS, WIDTHS, draw_depth_over_width, log_sizes
from .glorot import ratios
from .inputs import draw_two_inputs, pair_signals
from .plane import BIASES as PLANE_BIASES
from .plane import boundary, draw_plane
from .slopes import NAMES, draw_slopes, largest_factors, middle_layer, single_unit
from .slopes import SCALES as SLOPE_SCALES
from .theory import CRITICAL, SIGMA_B, factor
from .variance import activation_statistics, draw_mean_and_variance, predicted_statistics

CLAIMS = (*changes.CLAIMS, *slopes.CLAIMS, *glorot.CLAIMS, *variance.CLAIMS, *depth.CLAIMS, *inputs.CLAIMS,
          *neurons.CLAIMS, *fluctuations.CLAIMS)
