"""Attention and transformers: how the gradient of a query vanishes, where the norm goes, and what holds logits.

``collapse`` (tokens that become alike), ``saturation`` (softmax that becomes sharp), ``stream`` (variance along the
blocks), ``places`` (norm, learning rate and warm-up; its runs are in ``runs``), ``logits`` (growth in training, and
remedies), ``bound`` (the least entropy), ``precision`` (rounding). The prose is in ``notebooks/attention.ipynb``.
"""

from . import bound, collapse, logits, places, precision, runs, saturation, stream
from .bound import draw_bound
from .collapse import KINDS, collapse_power, cosine, draw_collapse, ratio, sharper
from .exercises import EXERCISES
from .logits import draw_logits
from .places import draw_map
from .precision import draw_precision
from .saturation import draw_saturation
from .stream import draw_stream

CLAIMS = (*saturation.CLAIMS, *collapse.CLAIMS, *places.claims(), *stream.CLAIMS, *bound.CLAIMS, *logits.CLAIMS,
          *precision.CLAIMS)
