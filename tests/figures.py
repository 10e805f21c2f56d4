"""What the test of a chapter asks of its figures: they draw, and say with a number what is seen.

A state that was drawn after others is the same as one drawn alone.
"""

import re

import numpy as np
from matplotlib.figure import Figure

from vgtext.explore.figure import Explorable
from vgtext.palette import ACTIVATION_NAMES

FATES = ("inf or nan", "to inf")  # words of captions that tell of overflow


def states(figure):
    """Return the opening state of a figure, its first, its last and two between.

    A build draws them all, and ``book/test_states.py`` reads all their captions.
    """
    rng = np.random.default_rng(0)
    inside = (tuple(int(rng.integers(len(c.values))) for c in figure.controls) for _ in range(2))
    last = tuple(len(c.values) - 1 for c in figure.controls)
    return [*dict.fromkeys([tuple(figure.start), (0,) * len(last), last, *inside])]


def check_caption(caption):
    """Assert that a caption is a sentence with a number, tells of nan and inf in words, and names panels by order."""
    plain = caption
    for fate in FATES:
        plain = plain.replace(fate, "")
    assert re.search(r"\d", caption) and caption.endswith("."), caption
    assert not re.search(r"\b(nan|inf)\b", plain), caption
    assert not re.search(r"\b(left|right) panel\b|(^|[.:;] )(Left|Right), ", caption), caption


def check_figure(figure):
    """Assert that a figure draws at its ends and between them, and says what it shows, with a number.

    Its menus speak of ReLU, not of relu, and its captions name a panel by what it shows, or as the first or second.
    """
    shown = {text for control in figure.controls for text in control.texts}
    assert not shown & {name for name, words in ACTIVATION_NAMES.items() if words != name}, shown
    for state in states(figure):
        scene, caption = figure.scene(figure.values(state))
        assert scene, state
        check_caption(caption)
    alone = Explorable(figure.draw, {}, {}).scene(figure.values(state))
    assert (bare(scene), caption) == (bare(alone[0]), alone[1]), f"{state}: drawn alone it differs"


def bare(scene):
    """Return a scene without its handles, which are of controls."""
    return [panel._replace(handles=()) for panel in scene]


def lines_of(figure, **parameters):
    """Return the lines that a figure draws at its opening state but for ``parameters``, of all its panels."""
    panels = len(figure.scene(figure.values(figure.start))[0])
    axes = np.ravel(Figure().subplots(1, panels))
    figure.draw(*axes, **{**figure.values(figure.start), **parameters})
    return [line for ax in axes for line in ax.lines]


def caption_of(figures, name, /, **parameters):
    """Return the caption of a figure at its opening state but for ``parameters``."""
    figure = figures[name]
    return figure.scene({**figure.values(figure.start), **parameters})[1]
