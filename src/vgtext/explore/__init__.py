"""The interactive figure: one matplotlib drawing function with three lives.

In a kernel it is a Jupyter widget; in the built page every state is computed at build time and drawn by a small script,
with no kernel and no network; in print it is the matplotlib picture. :func:`explore` makes one.
"""

from .controls import Play
from .handles import handle
from .page import source
from .read import FigureError
from .show import explore

__all__ = ["FigureError", "Play", "explore", "handle", "source"]
