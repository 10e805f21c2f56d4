"""Clipping: the cliff, what clipping does to the size and the direction of a step, and when it does not help.

``cliff`` (a network of one unit), ``ways`` (the picture of the step), ``angles`` (the same in a real network),
``count`` (what a source makes of it), ``valley`` (overshoot), ``bias`` (thresholds that are too low), ``spikes``
(Adam, inf and nan), ``recurrent`` (a net that needs it; ``runs`` keeps its training), ``thresholds`` (those that move;
``adaptive`` keeps their training). The prose stands in
``notebooks/clipping.ipynb``.
"""

from . import count, solution, thresholds
from .adaptive import RATES as ADAPTIVE_RATES
from .adaptive import RULES
from .angles import NETWORKS, SHARES, draw_angles, gradients, layer_sizes, shorten, turned
from .bias import BATCHES, SKEWS, draw_bias, rest_point, settle
from .bias import LIMITS as BIAS_LIMITS
from .cliff import LIMITS as CLIFF_LIMITS
from .cliff import RATES as CLIFF_RATES
from .cliff import clip, descend, draw_cliff, draw_start, longest, loss_and_gradient
from .count import ENDS, KEPT, draw_count, factor, left
from .exercises import EXERCISES
from .recurrent import best_limit, draw_recurrent, reach, shortest_way, solved, typical_loss
from .runs import LIMITS, RATES, sequences, stored
from .spikes import LIMITS as SPIKE_LIMITS
from .spikes import SPIKES, TIMES, after_spike, draw_spike, forward_overflow, framework_clip, strides
from .thresholds import draw_thresholds
from .valley import LIMITS as VALLEY_LIMITS
from .valley import RATIOS, draw_valley, floor, slide, swing
from .ways import WAYS, angle, clipped, draw_step, length, two_layers

CLAIMS = (*count.CLAIMS, *solution.CLAIMS, *thresholds.CLAIMS)
