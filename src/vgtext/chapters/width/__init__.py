"""Width: how the best learning rate moves with width and depth, why, and what muP, depth-muP and Muon do about it.

``rates`` (the sweeps), ``updates`` (the spectral condition and the coordinate check), ``depth``, ``muon``; ``runs``
makes and reads the stored training runs, ``claims`` says what papers do. The prose is in ``notebooks/width.ipynb``.
"""

from .claims import CLAIMS
from .depth import WIDTHS as SPREAD_WIDTHS
from .depth import best as best_depth_rate
from .depth import draw_depth_rate, draw_spread, spread
from .depth import slope as depth_slope
from .exercises import EXERCISES
from .muon import SHAPES, SOURCES, copied, draw_muon, draw_newton_schulz, muons_best, muons_slope, values
from .rates import MENU, best, draw_best_rate, loss_at, losses, slope
from .runs import DEPTHS, MUON_WIDTHS, SCALES, WAYS, WIDTHS
from .updates import OPTIMIZERS, TIMES, changes, draw_coordinate_check, growth, moved
