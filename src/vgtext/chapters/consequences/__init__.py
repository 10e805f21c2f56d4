"""What vanishing and exploding gradients do to training: it slows, it stops, it swings, it breaks.

``frozen`` (layers that stay where they began), ``probes`` (what they pass on), ``slow`` (what depth costs), ``flat`` (a
tiny gradient is no minimum), ``rounding`` (updates that a float drops), ``scaling`` (gradients that it turns into 0),
``curvature`` and ``rates`` (how long a step may be), ``edge`` (where training drives the curvature), ``explosion``
(runs that break). ``runs`` keeps the training runs that take minutes. The prose is in ``notebooks/consequences.ipynb``.
"""

from vgtext.nn.theory.floats import FORMATS

from . import edge, explosion, frozen, rates, rounding, scaling, slow
from .curvature import batch, displaced, draw_step_size, hessian_times, network, quadratic, sharpness
from .edge import ADAM, DESCENT, draw_sharpening
from .exercises import EXERCISES
from .explosion import RATES, SCALES, alarm, draw_explosion, mini_batches
from .flat import DEPTHS, WAYS, draw_stillness, escape
from .frozen import NETWORKS, draw_freezing, draw_frozen_layers, movement
from .probes import WAYS as WAYS_IN
from .probes import probe, rest
from .rates import draw_largest_rate, first_steps
from .rounding import draw_rounded_away, moved
from .runs import IMAGES
from .scaling import NAMES as FORMAT_NAMES
from .scaling import POWERS, draw_loss_scaling
from .slow import BEST, accuracy_with, draw_epochs_needed, draw_equal_budget, epochs_needed, few_images

CLAIMS = (*frozen.CLAIMS, *slow.CLAIMS, *rounding.CLAIMS, *scaling.CLAIMS, *explosion.CLAIMS,
          *rates.CLAIMS, *edge.CLAIMS)
