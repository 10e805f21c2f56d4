"""Thresholds that adapt, beside a fixed global norm: how often each fires, and what the network learns."""

from functools import cache

import numpy as np

from vgtext import results
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, label_line, log_axis, number, positive

from .adaptive import BAD, DEPTH, RATES, RULES, SEEDS, STEPS, WIDTH, digits


@cache
def stored():
    """The file: fired (rule, rate, bad, seed, step), loud (bad, seed, step), right (rule, rate, bad, seed), norms."""
    return results.load("clipping_adaptive")


def cell(rule, rate, bad):
    """The index of a cell of the stored runs."""
    return list(RULES).index(rule), RATES.index(rate), int(bad)


def fires(rule, rate, bad=False, among=None):
    """The share of steps at which a rule fires: of all, or among the bad batches (True) or the others (False)."""
    fired, loud = stored()["fired"][cell(rule, rate, bad)], stored()["loud"][int(bad)]
    return float(fired.mean() if among is None else fired[loud == among].mean())


def accuracy(rule, rate, bad=False):
    """Right answers on the test digits, a share, mean of the seeds; guessing after a breakdown."""
    return float(stored()["right"][cell(rule, rate, bad)].mean() / digits().y_test.size)


def lost_runs(rule, rate, bad=False):
    """How many of the seeds end with fewer than half of the test digits right."""
    return int(np.sum(stored()["right"][cell(rule, rate, bad)] < digits().y_test.size / 2))


def norms_of(rule, rate, bad=False):
    """The norms of the run that is drawn, seed 0, before clipping: (step,), nan once it has broken down."""
    norms = 10.0 ** stored()["norms"][cell(rule, rate, bad)].astype(float)
    return np.where(norms < 1e9, norms, np.nan)  # the file holds inf as 1e9


def draw_thresholds(trace, rules, rule="global norm 1", rate=0.1, bad=True):
    """The norms of one run with the steps at which a rule fires; and what every rule comes to at that rate."""
    steps, norms = np.arange(1, STEPS + 1), norms_of(rule, rate, bad)
    fired, loud = stored()["fired"][cell(rule, rate, bad)][0], stored()["loud"][int(bad)][0]
    trace.set(xlim=(0, STEPS), xlabel="step", title="no clipping" if rule == "none" else rule)
    log_axis(trace, 1e-4, 1e6, "norm before clipping")
    trace.axhline(1, **REFERENCE)
    trace.plot(steps[~fired], positive(norms[~fired]), ".", color=COLORS["seed"], markersize=2, label="not clipped")
    trace.plot(steps[fired], positive(norms[fired]), ".", color=COLORS["backward"], markersize=4.5, label="clipped")
    if loud.any():
        trace.plot(steps[loud], positive(norms[loud]), "o", color=COLORS["theory"], markersize=7,
                   markerfacecolor="none", label="bad batch")
        label_line(trace, 590, 2e5, "○ bad batch", COLORS["theory"], xytext=(0, 0), ha="right")
    if fired.any():
        label_line(trace, 590, 2.5e4, "larger dots, orange: clipped", COLORS["backward"], xytext=(0, 0), ha="right")
    rules.set(xlim=(0, 1.65), ylim=(-0.6, len(RULES) - 0.4), xlabel="right on the test digits", title=f"η = {rate:g}")
    rules.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
    rules.set_yticks(range(len(RULES)), list(RULES)[::-1])
    for i, name in enumerate(list(RULES)[::-1]):
        color = COLORS["backward"] if name == rule else COLORS["forward"]
        rules.plot([accuracy(name, rate, bad)], [i], "o", color=color, markersize=8)
        rules.text(1.6, i, f"fires {fires(name, rate, bad):.0%}", fontsize=8, color=COLORS["reference"], ha="right",
                   va="center")
    handle(rules, lambda rule: (None, list(RULES)[::-1].index(rule)), "cell")
    kind = f"one batch in {1 / BAD:.0f} bad" if bad else "no bad batches"
    inside = f", at {fires(rule, rate, bad, True):.0%} of the bad batches" if bad else ""
    what = ("without clipping," if rule == "none" else
            f"{rule} fires at {fires(rule, rate, bad):.0%} of them{inside}, and")
    low = int(np.sum(norms < trace.get_ylim()[0]))
    under = f"; {low} norm{'s lie' if low > 1 else ' lies'} below the panel" if low else ""
    broke = f"breaks down at step {np.isnan(norms).argmax() + 1}, which counts as 10% right"
    fate = broke if np.isnan(norms).any() else f"has a median norm of {number(np.median(norms))}{under}"
    return (f"{DEPTH} ReLU layers of {WIDTH} units, η = {rate:g}, {kind}, {STEPS} steps at most: {what} "
            f"{accuracy(rule, rate, bad):.1%} of the test digits are right at the end; "
            f"mean of {SEEDS} seeds. The run shown, seed 0, {fate}.")


STORED = "clipping_adaptive"
SETTING = ("6 ReLU layers of 64 units, He initialization, plain descent in batches of 32, 600 steps, eight seeds; one "
           "batch in fifty with pixels twenty times too large.")
CLAIMS = (
    Claim(
        "R.19", "Brock and others 2021: clipping each unit's gradient to 0.01 of the size of its weights lets networks "
        "without normalization train at large rates and batches.", "holds if",
        "The rate is large: a step moves a hidden unit by at most 0.01 η of its size, so at small rates 0.01 "
        "slows training.",
        (
            Evidence("η = 0.3 with bad batches: right on the test digits", lambda: accuracy("AGC, 0.01", 0.3, True),
                     0.965, 0.02, stored=STORED),
            Evidence("the same without clipping", lambda: accuracy("none", 0.3, True), 0.1, 0.05, stored=STORED),
            Evidence("η = 0.03, no bad batches, 0.01", lambda: accuracy("AGC, 0.01", 0.03), 0.9, 0.02, stored=STORED),
            Evidence("the same without clipping", lambda: accuracy("none", 0.03), 0.97, 0.02, stored=STORED),
        ), "thresholds?rule=AGC, 0.01&rate=0.30",
        setting=SETTING,
    ),
    Claim(
        "R.20", "Kumar and others 2025: clipping by the z-score of the norms (2.5 standard deviations, a decay of "
        "0.97) removes spikes and leaves the rest alone, where a fixed norm of 1 does not adapt.", "holds if",
        "No spike comes in the first 25 steps, which the rule leaves alone. The fixed norm saved all runs as well; it "
        "fired at most steps.",
        (
            Evidence("η = 0.1: ZClip fires at", lambda: 100 * fires("ZClip", 0.1, True), 3.0, 1.0, "% of the steps",
                     stored=STORED),
            Evidence("global norm 1 fires at", lambda: 100 * fires("global norm 1", 0.1, True), 76, 3, "% of the steps",
                     stored=STORED),
            Evidence("ZClip: right on the test digits", lambda: accuracy("ZClip", 0.1, True), 0.97, 0.02,
                     stored=STORED),
            Evidence("without clipping", lambda: accuracy("none", 0.1, True), 0.27, 0.1, stored=STORED),
            Evidence("η = 0.3: runs lost with ZClip, of 8", lambda: lost_runs("ZClip", 0.3, True), 3, 0, stored=STORED),
            Evidence("and with a global norm of 1", lambda: lost_runs("global norm 1", 0.3, True), 0, 0, stored=STORED),
        ), "thresholds?rule=ZClip",
        setting=SETTING,
    ),
)
