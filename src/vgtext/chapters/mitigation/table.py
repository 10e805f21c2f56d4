"""The table: seven networks across, thirteen remedies down, and how well each network learns with each remedy."""

import numpy as np

from vgtext.explore import handle
from vgtext.palette import COLORS

from .atlas import TRAINS, heat
from .cures import CASES, REMEDIES, counts
from .runs import digits

#: The networks by number, as the figure's axis has them.
NUMBERED = {f"{i} {cause}": cause for i, cause in enumerate(CASES, 1)}


def outcomes():
    """Test accuracy, mean over seeds: (remedy, case), the first row untreated."""
    return counts().mean(axis=-1).T / digits().y_test.size


def cured_by(cause):
    """The remedies that bring a case to TRAINS, the best first."""
    column = dict(zip(REMEDIES, outcomes()[1:, list(CASES).index(cause)], strict=True))
    return sorted((name for name in column if column[name] >= TRAINS), key=lambda name: -column[name])


def cures_of(remedy):
    """The causes that a remedy cures."""
    return [cause for cause in CASES if remedy in cured_by(cause)]


def draw_cures(ax, cause="vanishing by depth"):
    """Test accuracy in percent of every network with every remedy, with one network framed."""
    values = 100 * outcomes()
    heat(ax, values, values)
    j = list(CASES).index(cause)
    ax.set_xticks(range(len(CASES)), [str(i) for i in range(1, len(CASES) + 1)])
    ax.set(title="test accuracy in %", xlabel="network (1 to 7 in the list)")
    ax.set_yticks(range(1 + len(REMEDIES)), ["nothing", *REMEDIES])
    ax.plot([j - 0.5, j + 0.5, j + 0.5, j - 0.5, j - 0.5], np.array([0, 0, 1, 1, 0]) * len(values) - 0.5,
            color=COLORS["backward"], linewidth=2.5, clip_on=False)
    ax.axhline(0.5, color=COLORS["reference"], linewidth=1)
    handle(ax, lambda cause: (list(CASES).index(cause), None), "cell")
    good = cured_by(cause)
    return (f"{cause[0].upper()}{cause[1:]}: {values[0, j]:.0f}% of the test digits untreated. {len(good)} of "
            f"{len(REMEDIES)} remedies {'brings' if len(good) == 1 else 'bring'} it to 80% or more: "
            f"{', '.join(good)}. Width 32, 300 steps, mean of 2 seeds.")
