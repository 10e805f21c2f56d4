"""One number against ten causes: how well a gradient, a loss or an accuracy tells a vanishing run from the others."""

from functools import cache

import numpy as np

from vgtext.diagnose import read
from vgtext.ledger import Claim, Evidence
from vgtext.palette import COLORS, REFERENCE

from .recipes import CAUSES, HALVES
from .runs import labelled

HELD_OUT = HALVES[1]
VANISHING = tuple(cause for cause in CAUSES if cause.startswith("vanishing"))

#: What one might read off a run, each a number per run: label of the axis, limits, and the customary threshold.
READINGS = {
    "mean gradient, at the end": ("mean ‖∂L/∂W‖, last record", (1e-12, 1e8), 1e-7),
    "mean gradient, at the start": ("mean ‖∂L/∂W‖, first record", (1e-12, 1e8), 1e-7),
    "layer 1 over layer L": ("‖∂L/∂W‖, layer 1 / layer L", (1e-12, 1e8), None),
    "round trip": ("round trip R", (1e-12, 1e8), 10.0**-1.2),
    "update-to-weight ratio": ("update-to-weight ratio", (1e-9, 1e3), 1e-3),
    "loss": ("last loss / first loss", (1e-4, 1e4), None),
    "test accuracy": ("test accuracy", (0, 1), None),
}


@cache
def readings(half, reading):
    """Return one number for each run of a half: nan where the run cannot give it (it broke before)."""
    return np.array([_read_off(run, reading) for run in labelled(half)])


def _read_off(run, reading):
    r, s = run.recording, read(run.recording)
    if reading.startswith("mean gradient"):
        rows = r.gradient[np.isfinite(r.gradient).all(axis=1)]
        return rows[-1 if reading.endswith("end") else 0].mean()
    if reading == "test accuracy":
        return run.ended[1]
    if reading == "loss":
        return np.inf if s.fall is None else s.fall
    if reading == "update-to-weight ratio":
        return s.ratio
    return 10.0 ** (s.round_trip if reading == "round trip" else s.profile)


def separation(half, reading):
    """The chance that a vanishing run reads lower than another run: 1/2 is guessing, 1 tells them apart.

    Runs with dead units are left out: their share of dead units has named them already.
    """
    values, causes = readings(half, reading), np.array([run.cause for run in labelled(half)])
    ill, known = np.isin(causes, VANISHING), ~np.isnan(values) & (causes != "dead units")
    low, rest = values[ill & known], values[~ill & known]
    return float(np.mean((low[:, None] < rest) + 0.5 * (low[:, None] == rest)))


def draw_one_number(ax, reading="mean gradient, at the end", half="held out"):
    """Every run of a half as a point: one number read off it, one row for each cause."""
    words, limits, threshold = READINGS[reading]
    values, runs = readings(half, reading), labelled(half)
    ax.set(xlim=limits, ylim=(len(CAUSES) - 0.5, -0.5), xlabel=words, yticks=range(len(CAUSES)))
    ax.set_yticklabels(CAUSES)
    if limits[0] > 0:
        ax.set_xscale("log")
        ax.minorticks_off()
        values = np.clip(values, limits[0], limits[1])
    for row, cause in enumerate(CAUSES):
        own = values[[run.cause == cause for run in runs]]
        color, marker = (COLORS["backward"], "s") if cause in VANISHING else (COLORS["forward"], "o")
        ax.axhline(row, color=COLORS["seed"], linewidth=0.5)
        places = row + np.linspace(-0.2, 0.2, len(own))
        ax.plot(own, places, marker=marker, linestyle="none", color=color, markersize=5, clip_on=False)
    if threshold:
        ax.axvline(threshold, **REFERENCE)
    share = separation(half, reading)
    order, share = ("lower", share) if share >= 0.5 else ("higher", 1 - share)
    return (f"{reading[0].upper()}{reading[1:]}, {len(runs)} runs ({half}): a vanishing run (square) reads {order} "
            f"than another one in {share:.0%} of all pairs (dead runs left out); guessing gives 50%.")


def plateaus(half):
    """Causes of the runs whose loss did not fall to a fifth and did not break: what a plateau may mean."""
    symptoms = [(run.cause, read(run.recording)) for run in labelled(half)]
    return [cause for cause, s in symptoms if not s.broke and s.fall > 0.2]


def poor_tests(half, below=0.9):
    """Causes of the runs that ended with a test accuracy below ``below``."""
    return [run.cause for run in labelled(half) if run.ended[1] < below]


def share_vanishing(causes):
    """The share of vanishing runs among ``causes``."""
    return float(np.mean([cause in VANISHING for cause in causes]))


def found_by_size(limit=1e-7):
    """The share of the held-out half's vanishing runs whose mean gradient ends below ``limit``."""
    ill = [run.cause in VANISHING for run in labelled(HELD_OUT)]
    return float(np.mean(readings(HELD_OUT, "mean gradient, at the end")[ill] < limit))


CLAIMS = (
    Claim(
        "S1.8", "Monitoring the size of the gradients detects vanishing gradients.", "holds if",
        "The error is followed from layer to layer beside the activations (the round trip). A fixed limit on the mean "
        "gradient misses them; the gradient of layer 1 over that of layer L is little better than guessing.",
        (
            Evidence("share of vanishing runs with a mean gradient below 1e-7", found_by_size, 0.0, 0.1,
                     stored="detection_runs"),
            Evidence("vanishing told from other runs by layer 1 over layer L (½ is guessing)",
                     lambda: separation(HELD_OUT, "layer 1 over layer L"), 0.63, 0.1, stored="detection_runs"),
            Evidence("vanishing told from other runs by the round trip",
                     lambda: separation(HELD_OUT, "round trip"), 0.91, 0.05, stored="detection_runs"),
        ), "one-number",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble each.",
    ),
    Claim(
        "S1.9", "A training loss that stands still or falls slowly may indicate vanishing gradients.", "holds if",
        "Other causes are ruled out: dead units, a small learning rate, a large one and label noise stand still, too.",
        (Evidence("share of runs with a loss above a fifth of its start whose gradients vanish",
                  lambda: share_vanishing(plateaus(HELD_OUT)), 0.44, 0.06, stored="detection_runs"),), "false-friends",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble each.",
    ),
    Claim(
        "S1.10", "Poor performance on test data may indicate vanishing gradients.", "holds if",
        "The training accuracy is poor, too. It is weak evidence: overfitting has a poor test and healthy gradients.",
        (Evidence("share of runs with a test accuracy below 90% whose gradients vanish",
                  lambda: share_vanishing(poor_tests(HELD_OUT)), 0.38, 0.06,
                  stored="detection_runs"),), "one-number?reading=test accuracy",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble each.",
    ),
)
