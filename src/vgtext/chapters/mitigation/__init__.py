"""Mitigation: which remedy cures which cause, and how far; a full factorial, and a hundred layers.

``runs``, ``cures`` and ``hundred`` are long experiments whose results are stored; the other modules are the sections of
the chapter, with their figures and claims. The prose stands in ``notebooks/mitigation.ipynb``.
"""

from vgtext.palette import menu

from . import atlas, hundred, pairs
from .atlas import MEASURES, NAMES, ROWS, count_trained, deepest, draw_map, repeated, table
from .cures import CASES, name_cause
from .cures import REMEDIES as SINGLE_REMEDIES
from .exercises import EXERCISES
from .hundred import WAYS, draw_hundred, learned, test_accuracy
from .journey import journey
from .layers import draw_forecast, draw_journey, ends, forecast, points
from .pairs import PAIRS, draw_pair, interaction, square
from .runs import ACTIVATIONS, DEPTHS, INITS, NORMS, RATES, SHORTCUTS, Recipe, accuracy, recipes, train
from .switches import draw_switches
from .table import NUMBERED, cured_by, cures_of, draw_cures, outcomes
from .theory import backward, growth, moments

CLAIMS = (*atlas.CLAIMS, *hundred.CLAIMS, *pairs.CLAIMS)
