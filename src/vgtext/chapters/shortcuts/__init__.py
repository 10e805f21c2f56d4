"""Shortcuts: what a plus does to a deep network's gradient, its size, its shape, and its training.

``training`` (accuracy against depth; the runs are kept by ``runs``), ``size`` (sizes, and paths), ``shattered``
(likeness of gradients), ``norms`` (pre- and post-norm). The prose stands in ``notebooks/shortcuts.ipynb``.
"""

from .exercises import EXERCISES
from .norms import draw_norms, last_layer, slope
from .shattered import KINDS, corrected, correlation, draw_shattered, published
from .size import SCALES, draw_paths, draw_sizes, growth, path_shares, predicted_shares, sizes
from .training import WORDS, best, best_rate, draw_training

__all__ = [
    "EXERCISES",
    "KINDS",
    "SCALES",
    "WORDS",
    "best",
    "best_rate",
    "corrected",
    "correlation",
    "draw_norms",
    "draw_paths",
    "draw_shattered",
    "draw_sizes",
    "draw_training",
    "growth",
    "last_layer",
    "path_shares",
    "predicted_shares",
    "published",
    "sizes",
    "slope",
]
