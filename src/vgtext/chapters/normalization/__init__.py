"""Normalization: what batch, layer and RMS norm do forward and backward, what they fix, and what they cost in depth.

The modules are the sections of the chapter: each holds its experiments (numbers in, arrays out), the figures that
draw them, and the claims that they settle; ``theory`` is what they are compared with, ``runs`` what was stored. The
prose is in ``notebooks/normalization.ipynb``.
"""

from vgtext.palette import menu

from . import depth, selu
from .axes import draw_sharing
from .backward import BATCHES, against_engine, draw_residual, normalize, normalize_backward, through
from .depth import (
    NORMS,
    SCALES,
    draw_healed,
    draw_price,
    growth,
    layer_factors,
    measured_chi,
    predicted_growth,
    stack,
    step_factors,
)
from .exercises import EXERCISES
from .inference import (
    COMPANIONS,
    IMAGES,
    accuracy,
    accuracy_in_inference,
    by_batch,
    draw_companions,
    lagging,
    shifted,
)
from .invariance import FACTORS, RATES, along_and_size, draw_tuning
from .learning import CHOICES, draw_accuracy, rates_that_work, training_accuracy
from .rescue import draw_rescue
from .runs import BATCHES as TRAINING_BATCHES
from .runs import DEPTHS, digits, network
from .selu import GAINS, attraction, distance_from_fixed_point, draw_self_normalizing
from .theory import NAMES, NORM_NAMES, chi

CLAIMS = (*depth.CLAIMS, *selu.CLAIMS)
