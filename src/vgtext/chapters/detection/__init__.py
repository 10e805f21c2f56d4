"""Detection: how to tell a vanishing gradient from what looks like one.

``recipes`` plants nine causes or none, ``runs`` trains and stores the runs, ``signals`` measures untrained networks,
``torch_runs`` holds those of PyTorch, ``looks`` sorts them by their loss, ``friends`` sets look-alikes side by side,
``reading`` shows what one number can tell, ``scoring`` counts how often a diagnosis is right. The diagnosis is
:mod:`vgtext.diagnose`; the prose is in ``notebooks/detection.ipynb``.
"""

from vgtext.palette import menu

from . import reading, scoring
from .exercises import EXERCISES, numbered, strangers
from .exercises import readings as readings_of
from .friends import FRIENDS, LOOKS, draw_false_friends, draw_update_ratios
from .looks import Looks, causes, way
from .reading import READINGS, draw_one_number, found, limit, plateaus, poor_tests
from .recipes import CAUSES, HALVES, Setup, recipes
from .runs import labeled, train
from .scoring import RECORDED, RULES, answers, confusion, draw_confusion, draw_remedies, macro_f1, mends, score
from .signals import (
    ACTIVATIONS,
    SCALES,
    dead_shares,
    draw_dead_units,
    draw_round_trip,
    predicted,
    round_trip,
    sizes,
)
from .torch_runs import SETS, by_kind, draw_strangers, failures, tally

CLAIMS = (*reading.CLAIMS, *scoring.CLAIMS)
