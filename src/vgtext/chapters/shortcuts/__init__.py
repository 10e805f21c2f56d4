"""Shortcuts: what a plus does to a deep network's gradient, its size, its shape, and its training.

``training`` (accuracy against depth; the runs are kept by ``runs``), ``size`` (sizes, and paths), ``blocks_out``
(a block taken away), ``shattered`` and ``noise`` (correlation of gradients), ``norms`` (pre- and post-norm), ``starts``
(without a norm; ``normfree`` keeps the runs). The prose
stands in ``notebooks/shortcuts.ipynb``.
"""

from . import norms, shattered, starts
from .blocks_out import taken_out
from .exercises import EXERCISES
from .noise import DEPTHS as NOISE_DEPTHS
from .noise import LINES, along_line, autocorrelation, draw_noise
from .normfree import BLOCKS, DEEP_WAYS, WAYS
from .normfree import RATES as START_RATES
from .norms import draw_norms, last_layer, slope
from .shattered import KINDS, corrected, correlation, draw_shattered, published
from .size import SCALES, draw_paths, draw_sizes, growth, path_shares, predicted_shares, sizes
from .starts import BEST, deep, draw_starts
from .training import WORDS, best, best_rate, draw_training

CLAIMS = (*shattered.CLAIMS, *norms.CLAIMS, *starts.CLAIMS)
