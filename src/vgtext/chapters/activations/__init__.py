"""Activations: what eight activation functions do to both signals, which units die, what a kink is, what each costs.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle; ``theory`` is what they are compared with. ``runs``, ``plasticity`` and
``cost`` hold what takes minutes, and store it. The prose is in ``notebooks/activations.ipynb``.
"""

from . import chain, dying, kinks, plasticity, shapes, start
from .chain import SCALES as CHAIN_SCALES
from .chain import draw_chain, passing, reaches
from .cost import WORK, draw_cost
from .cost import stored as cost_ratios
from .dying import (
    MAKERS,
    START_BIASES,
    accuracy,
    comebacks,
    dead_at_end,
    draw_dying,
    gradient_of_a_dead_unit,
)
from .exercises import EXERCISES
from .kinks import ALPHAS, draw_kink, jump, sides
from .plasticity import RATES as PLASTIC_RATES
from .plasticity import WAYS, draw_plasticity
from .runs import RATES
from .shapes import SPREADS, dip, draw_shape, leaky_mean, scale_to_keep
from .start import STARTS, dead_share, draw_start
from .theory import CHOICES, NAMES, moments, own_scale

CLAIMS = (*chain.CLAIMS, *dying.CLAIMS, *kinks.CLAIMS, *plasticity.CLAIMS, *shapes.CLAIMS, *start.CLAIMS)
