"""Recurrent networks: the gradient through time, what a sum over steps hides, and what a gate's bias decides.

``through_time`` (the opening figure), ``sums`` (the terms of the gradient, and truncation), ``equal`` (one matrix
against many), ``gates`` (half-lives, the critical bias), ``learning`` (which networks learn; ``runs`` keeps their
training), ``waking`` (the gradient while they learn), ``adding`` (a task with noise), ``linear`` (state-space models),
``passes`` (what all share). The prose stands in ``notebooks/recurrence.ipynb``.
"""

from . import learning, linear
from .adding import NAMES as ADDING_NAMES
from .adding import arrivals, draw_adding, learned
from .equal import SCALES as EQUAL_SCALES
from .equal import WIDTHS, draw_same_or_fresh
from .exercises import EXERCISES
from .gates import BIASES, critical_bias, decay, draw_paths, factor, half_life, measured_factor, measured_half_life
from .learning import beats, best, draw_learning, longest, outcomes, reach, solved
from .linear import FORMS, LAMBDAS, draw_memory
from .passes import MATRICES, follow, network, sequences, sizes
from .runs import LENGTHS, NETWORKS, RATES, chrono, identity, start
from .sums import KINDS, contributions, draw_contributions, draw_truncated, terms, truncated
from .sums import LENGTHS as SUM_LENGTHS
from .through_time import SCALES, draw_through_time
from .waking import draw_waking, wakes

CLAIMS = (*learning.CLAIMS, *linear.CLAIMS)
