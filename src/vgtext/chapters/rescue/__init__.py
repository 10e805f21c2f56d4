"""Rescue: fifty layers that do not learn are diagnosed, repaired one fault at a time, and checked.

``plans`` says what may be chosen, ``runs`` and ``charts`` are the stored experiments, ``instruments`` measures
untrained networks; ``patient``, ``operate`` and ``cases`` draw, ``checked`` examines a reader's own network, ``monday``
is a training loop that knows nothing of this book. The prose stands in ``notebooks/rescue.ipynb``.
"""

from .cases import NAMES, diagnosis, draw_case, share_kept
from .charts import CASES, charts
from .checked import check_rescue
from .exercises import EXERCISES
from .instruments import ENOUGH, EVEN, directions, draw_directions, factor, follow, predicted_directions, start
from .monday import numpy_run
from .operate import best, by_changes, draw_operation, forecasts, least_changes, needed, rates_of
from .patient import LOOKS, affordable, chart_line, draw_patient, draw_stages
from .plans import (
    ACTIVATIONS,
    DEPTH,
    INITS,
    PATIENT,
    RATES,
    STAGES,
    STEPS,
    WAYS,
    WIDTH,
    Plan,
    build,
    digits,
    plans,
    treat,
)
from .runs import TEST_BAR, TRAIN_BAR, accuracy, again, rescued

RECORDED = tuple(range(1, STEPS, 25))
