"""The operating table: every plan's start beside what became of it, and how few changes rescue the patient."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, REFERENCE, THEORY, backward_arrow, label_line, layer_axis, log_axis, number

from .instruments import factor, predicted_error, promising, start
from .plans import DEPTH, PATIENT, RATES, STEPS, Plan, plans
from .runs import EVERY, accuracy, loss, rescued


def rates_of(plan):
    """The same plan at each of RATES."""
    return [Plan(plan.activation, plan.init, plan.way, rate) for rate in RATES]


def best(plan):
    """The plan at the rate at which it gets most training digits right."""
    return max(rates_of(plan), key=lambda p: accuracy(p)[0])


def forecasts():
    """For each network: was it promising before the first step, and is it rescued at one rate or more? (54, 2)."""
    several = [p for p in plans() if p.rate == RATES[0]]
    return np.array([(promising(p), any(map(rescued, rates_of(p)))) for p in several])


@cache
def by_changes():
    """All plans by the number of changes from the patient: {0: [...], 1: [...], ..., 4: [...]}."""
    return {k: [p for p in plans() if len(p.changes) == k] for k in range(5)}


def least_changes():
    """The plans that are rescued with the fewest changes."""
    return next(good for several in by_changes().values() if (good := [p for p in several if rescued(p)]))


def needed(plan):
    """The changes of a rescued plan that cannot be taken back one by one without losing the rescue."""
    patient = Plan()
    kept = {name: getattr(plan, name) for name in plan.changes}
    return tuple(name for name in kept
                 if not rescued(Plan(**{**kept, name: getattr(patient, name)})))


def draw_operation(layers, losses, activation="ReLU", init="He", way="residual + layer norm"):
    """Error signal at the start, and the losses at five rates with what they lead to."""
    plan = Plan(activation, init, way)
    top = best(plan)
    _draw_start(layers, plan)
    _draw_losses(losses, plan, top)
    first = start(plan)
    left = f"{first.directions[-1]:.1f}" if first.directions[-1] else "no"
    good = [f"{p.rate:g}" for p in rates_of(plan) if rescued(p)]
    verdict = f"Rescued at η = {', '.join(good)}." if good else "None of the five rates rescues it."
    lead = "At the patient's rate" + f", {praise(top)}," * (top == plan)
    ends = f"{lead} {accuracy(plan)[1]:.0%} of the test digits are right"
    ends += f", at {top.rate:g}, {praise(top)}, {accuracy(top)[1]:.0%}" * (top != plan) + f". {verdict}"
    if breaks_down(plan):
        ends = "It breaks down in the first steps, at each of the five rates."
    return (f"{activation}, {init} weights, {way}: the error signal differs "
            f"{number(factor(first.error))}-fold between layers, and {left} directions reach layer {DEPTH - 1}. {ends}")


def praise(top):
    """What a plan at its best rate is called; another rate may have as many training digits right."""
    alike = [p for p in rates_of(top) if accuracy(p)[0] == accuracy(top)[0]]
    return "among " * (len(alike) > 1) + "the best in training"


def breaks_down(plan):
    """Whether a plan breaks down (nan or inf) at all five rates."""
    return bool(np.isnan([loss(p)[-1] for p in rates_of(plan)]).all())


def _draw_start(ax, plan):
    log_axis(ax, 1e-42, 1e12, "error signal, relative to layer 49")
    layer_axis(ax, DEPTH)
    ax.axhline(1, **REFERENCE)
    if plan != PATIENT:
        ax.plot(range(1, DEPTH), 10.0 ** start(PATIENT).error, color=COLORS["seed"], linewidth=1,
                label="as admitted")
        label_line(ax, 30, 10.0 ** start(PATIENT).error[29], "as admitted", COLORS["reference"], xytext=(4, -8))
    ax.plot(range(1, DEPTH), 10.0 ** start(plan).error, color=COLORS["backward"], marker="o", markersize=4, markevery=6,
            label="this plan")
    theory = predicted_error(plan)
    if theory is not None:
        ax.plot(range(1, DEPTH), 10.0 ** np.clip(theory, -42, 12), **THEORY, label="theory")
    backward_arrow(ax, at=0.42)


def _below(values, limit=5):
    """Leave out what is above the limit: there the labels stand."""
    return np.where(np.asarray(values) < limit, values, np.nan)


def _draw_losses(ax, plan, top):
    ax.set(xlim=(0, STEPS), ylim=(0, 6), xlabel="step", ylabel="training loss, five rates")
    ax.axhline(np.log(10), **REFERENCE)
    if breaks_down(plan):
        ax.text(0.5, 0.6, "breaks down in the first steps,\nat every rate", color=COLORS["backward"], ha="center",
                transform=ax.transAxes, fontsize=10)
        return
    t = np.arange(EVERY, STEPS + 1, EVERY) - EVERY / 2
    named = [(plan, COLORS["backward"], (0, (5, 2)), "patient's rate")]
    named += [(top, COLORS["forward"], "-", "best rate")] if top != plan else []
    for p in rates_of(plan):
        if p not in (plan, top):
            ax.plot(t, _below(loss(p)), color=COLORS["seed"], linewidth=0.8, label=f"η = {p.rate:g}")
    for i, (p, color, dashes, words) in enumerate(named):
        ax.plot(t, _below(loss(p)), color=color, linestyle=dashes, linewidth=2, label=f"{words} {p.rate:g}")
        end = "breaks down" if np.isnan(loss(p)[-1]) else f"{accuracy(p)[1]:.0%} right"
        end = "above 5" if (loss(p) >= 5).all() else end
        ax.text(0.97, 0.98 - 0.075 * i, f"{'dashed: ' * (p == plan)}{words} {p.rate:g}, {end}", color=color,
                ha="right", va="top", transform=ax.transAxes, fontsize=9)
    if top == plan:
        ax.text(0.97, 0.905, f"it is {praise(top)}", color=COLORS["reference"], transform=ax.transAxes,
                ha="right", va="top", fontsize=9)
