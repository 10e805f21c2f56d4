"""One number against ten causes: how well a gradient, a loss or an accuracy tells a vanishing run from the others.

A run is called vanishing by its label: another activation, other initial weights or fewer layers mend it. By the limit
on R, two of the 18 held-out runs with this label are not.
"""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.diagnose import measure_symptoms
from vgtext.palette import COLORS, REFERENCE, label_line, number, raised

from .recipes import CAUSES, HALVES
from .runs import labeled

HELD_OUT = HALVES[1]
VANISHING = tuple(cause for cause in CAUSES if cause.startswith("vanishing"))

#: The limit of diagnose on R, and a limit on the mean gradient that one often reads.
ROUND_TRIP, FIXED = 10.0**-1.2, 1e-7
#: What one might read off a run, each a number per run: label of the axis and its limits.
READINGS = {
    "mean gradient, at the end": ("mean ‖∂ℒ/∂W‖, last record", (1e-12, 1e8)),
    "mean gradient, at the start": ("mean ‖∂ℒ/∂W‖, first record", (1e-12, 1e8)),
    "layer 1 over layer L": ("‖∂ℒ/∂W‖, layer 1 / layer L", (1e-12, 1e8)),
    "round trip": ("round trip R", (1e-12, 1e8)),
    "update-to-weight ratio": ("update-to-weight ratio", (1e-9, 1e3)),
    "loss": ("last loss / first loss", (1e-4, 1e4)),
    "test accuracy": ("test accuracy", (0, 1)),
}


@cache
def readings(half, reading):
    """Return one number for each run of a half: nan where the run cannot give it (it broke before)."""
    return np.array([_read_off(run, reading) for run in labeled(half)])


def _read_off(run, reading):
    r, s = run.recording, measure_symptoms(run.recording)
    if reading.startswith("mean gradient"):
        rows = r.gradient[np.isfinite(r.gradient).all(axis=1)]
        return rows[-1 if reading.endswith("end") else 0].mean()
    if reading == "test accuracy":
        return run.ended[1]
    if reading == "loss":
        return np.inf if s.broke else s.fall
    if reading == "update-to-weight ratio":
        return s.ratio
    exponent = s.round_trip if reading == "round trip" else s.profile
    return 0.0 if exponent is None else 10.0**exponent  # a blocked layer passes nothing


def others(half, reading):
    """The readings of a half, and which of them are vanishing runs; runs with dead units, which their own share has
    named already, are left out. A reading that rises with trouble is turned around, so that low means vanishing.
    """
    values, causes = readings(half, reading), np.array([run.cause for run in labeled(half)])
    known = causes != "dead units"
    low = np.where(np.isnan(values), np.inf, values * (-1 if reading == "loss" else 1))
    return low[known], np.isin(causes, VANISHING)[known]


@cache
def limit(reading):
    """The limit below which a run is called vanishing: diagnose's for the round trip, else the one of the largest F1 on
    the tuned half, halfway to the next reading.
    """
    if reading == "round trip":
        return ROUND_TRIP
    low, ill = others(HALVES[0], reading)
    places = np.unique(low)
    f1 = [2 * (low[ill] <= place).sum() / ((low <= place).sum() + ill.sum()) for place in places]
    place = int(np.argmax(f1))
    return float(abs(places[place : place + 2].mean()))


def found(reading, half=HELD_OUT, at=None):
    """(vanishing runs below the limit, of how many; other runs below it, of how many)."""
    (low, ill), edge = others(half, reading), limit(reading) if at is None else at
    called = low <= (-edge if reading == "loss" else edge)
    return int(called[ill].sum()), int(ill.sum()), int(called[~ill].sum()), int((~ill).sum())


def size_axis(ax, low, high, broken=False):
    """Put sizes on a log x axis; at its ends is what lies beyond, 0 and, of runs that broke (``broken``), inf."""
    ax.set_xscale("log")
    first, last = round(np.log10(low)), round(np.log10(high))
    inside = range(first + 3, last - 1, 3)
    above = f"≥ 10{raised(last)}" + " or inf" * broken
    ax.set_xticks([low, *(10.0**k for k in inside), high],
                  [f"≤ 10{raised(first)} or 0", *(f"10{raised(k)}" if k else "1" for k in inside), above])
    ax.minorticks_off()


def draw_one_number(ax, reading="mean gradient, at the end", half="held out"):
    """Every run of a half as a point: one number read off it, one row for each cause."""
    words, limits = READINGS[reading]
    values, runs = readings(half, reading), labeled(half)
    ax.set(xlim=limits, ylim=(len(CAUSES) - 0.5, -1.3), xlabel=words, yticks=range(len(CAUSES)))
    ax.set_yticklabels(CAUSES)
    if limits[0] > 0:
        size_axis(ax, *limits, reading == "loss")
        values = np.clip(values, *limits)
    for row, cause in enumerate(CAUSES):
        own = values[[run.cause == cause for run in runs]]
        color, marker = (COLORS["backward"], "s") if cause in VANISHING else (COLORS["forward"], "o")
        ax.axhline(row, color=COLORS["seed"], linewidth=0.5)
        places = row + np.linspace(-0.2, 0.2, len(own))
        ax.plot(own, places, marker=marker, linestyle="none", color=color, markersize=5)
    ax.axvline(limit(reading), color=COLORS["theory"], linestyle="--", linewidth=1.1)
    label_line(ax, limit(reading), -0.85, "limit", COLORS["theory"], xytext=(4, 0))
    if reading.startswith("mean gradient"):
        ax.axvline(FIXED, **REFERENCE)
        label_line(ax, FIXED, -0.85, "10⁻⁷", COLORS["reference"], ha="right", xytext=(-4, 0))
    hits, ill, alarms, rest = found(reading, half)
    side, so = "above" if reading == "loss" else "below", "is" if alarms == 1 else "are"
    absent = int(np.isnan(values).sum())
    broken = f"; {absent} broke and have none" if absent else ""
    return (f"{reading[0].upper()}{reading[1:]}, {len(runs)} runs ({half}{broken}): {hits} of {ill} runs labeled "
            f"vanishing (squares) are {side} the limit of {number(limit(reading))}, and so {so} {alarms} of the {rest} "
            "others (dead runs not counted).")


def plateaus(half):
    """Causes of the runs whose loss did not fall to a fifth and did not break: what a plateau may mean."""
    symptoms = [(run.cause, measure_symptoms(run.recording)) for run in labeled(half)]
    return [cause for cause, s in symptoms if not s.broke and s.fall > 0.2]


def poor_tests(half, below=0.9):
    """Causes of the runs that ended with a test accuracy below ``below``."""
    return [run.cause for run in labeled(half) if run.ended[1] < below]


def share_vanishing(causes):
    """The share of vanishing runs among ``causes``."""
    return float(np.mean([cause in VANISHING for cause in causes]))


CLAIMS = (
    Claim(
        "S1.8", "Monitoring the size of the gradients detects vanishing gradients.", "holds if",
        "They are read beside the activations (the round trip). With a limit fitted on other runs, the mean gradient "
        "finds as many of the runs labeled vanishing, with false alarms; 1e-7 finds none, and layer 1 over layer L "
        "misses most.",
        (
            Evidence("runs labeled vanishing, of 18, with a mean gradient below 1e-7 at the end",
                     lambda: found("mean gradient, at the end", at=FIXED)[0], 0, 0, "runs", stored="detection_runs"),
            Evidence("the same below a limit fitted on the other half",
                     lambda: found("mean gradient, at the end")[0], 16, 1, "runs", stored="detection_runs"),
            Evidence("false alarms of that limit, of 36 runs",
                     lambda: found("mean gradient, at the end")[2], 11, 2, "runs", stored="detection_runs"),
            Evidence("runs labeled vanishing found by layer 1 over layer L, of 18",
                     lambda: found("layer 1 over layer L")[0], 7, 1, "runs", stored="detection_runs"),
            Evidence("runs labeled vanishing with a round trip below 0.063, of 18", lambda: found("round trip")[0], 16,
                     1, "runs", stored="detection_runs"),
            Evidence("false alarms of the round trip, of 36 runs", lambda: found("round trip")[2], 0, 0, "runs",
                     stored="detection_runs"),
        ), "one-number",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble at most; "
        "the 6 runs with dead units are not counted. Labeled vanishing: another activation, other initial weights or "
        "fewer layers mend the run.",
    ),
    Claim(
        "S1.9", "A training loss that stands still or falls slowly may indicate vanishing gradients.", "holds if",
        "Other causes are ruled out: dead units, wrong learning rates and label noise stand still as well.",
        (Evidence("share of runs labeled vanishing among those with a loss above a fifth of its start",
                  lambda: share_vanishing(plateaus(HELD_OUT)), 0.44, 0.06, stored="detection_runs"),), "false-friends",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble at most.",
    ),
    Claim(
        "S1.10", "Poor performance on test data may indicate vanishing gradients.", "holds if",
        "The training accuracy is poor as well. It is weak evidence: most other troubles also test poorly.",
        (Evidence("share of runs labeled vanishing among those with a test accuracy below 90%",
                  lambda: share_vanishing(poor_tests(HELD_OUT)), 0.38, 0.06,
                  stored="detection_runs"),), "one-number?reading=test accuracy",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble at most.",
    ),
)
