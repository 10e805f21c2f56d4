"""The operating table: every plan's start beside what became of it, and how few changes mend the patient."""

import numpy as np

from vgtext.style import COLORS, REFERENCE, THEORY, backward_arrow, label_line, layer_axis, log_axis, number

from .instruments import factor, predicted_error, promising, start
from .plans import DEPTH, RATES, STEPS, Plan, plans
from .runs import EVERY, TEST_BAR, accuracy, rescued, stored


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


def draw_operation(layers, losses, rates, activation="sigmoid", init="standard", way="nothing"):
    """Error signal at the start, losses at two rates, and test accuracy at five rates."""
    plan = Plan(activation, init, way)
    top = best(plan)
    _draw_start(layers, plan)
    _draw_losses(losses, plan, top)
    _draw_rates(rates, plan, top)
    first = start(plan)
    left = f"{first.directions[-1]:.1f}" if first.directions[-1] else "no"
    good = [f"{p.rate:g}" for p in rates_of(plan) if rescued(p)]
    verdict = f"Rescued at η = {', '.join(good)}." if good else "No rate of the five rescues it."
    return (f"{activation}, {init} weights, {way}: the error signal differs {number(factor(first.error))}-fold between "
            f"layers, and {left} directions reach layer {DEPTH - 1}. At the patient's rate {accuracy(plan)[1]:.0%} of "
            f"the test digits are right, at {top.rate:g} {accuracy(top)[1]:.0%}. {verdict}")


def _draw_start(ax, plan):
    log_axis(ax, 1e-42, 1e12, "error signal, relative to layer 49")
    layer_axis(ax, DEPTH)
    ax.axhline(1, **REFERENCE)
    ax.plot(range(1, DEPTH), 10.0 ** start(plan).error, color=COLORS["backward"], marker="o", markersize=4, markevery=6)
    theory = predicted_error(plan)
    if theory is not None:
        ax.plot(range(1, DEPTH), 10.0 ** np.clip(theory, -42, 12), **THEORY)
    backward_arrow(ax)


def _draw_losses(ax, plan, top):
    ax.set(xlim=(0, STEPS), ylim=(0, 4), xlabel="step", ylabel="training loss")
    ax.axhline(np.log(10), **REFERENCE)
    t = np.arange(EVERY, STEPS + 1, EVERY) - EVERY / 2
    for p, color, dashes in ((plan, COLORS["backward"], (0, (5, 2))), (top, COLORS["forward"], "-")):
        ax.plot(t, np.minimum(stored()[0][p.cell], 4.2), color=color, linestyle=dashes)
    ax.text(0.97, 0.97, f"rate {plan.rate:g}, the patient's", color=COLORS["backward"], transform=ax.transAxes,
            ha="right", va="top", fontsize=9)
    words = f"rate {top.rate:g}, the best" if top != plan else "the best, too"
    ax.text(0.97, 0.89, words, color=COLORS["forward"], transform=ax.transAxes, ha="right", va="top", fontsize=9)


def _draw_rates(ax, plan, top):
    ax.set_xscale("log")
    ax.set(xlim=(5e-4, 1), ylim=(-0.03, 1.03), xlabel="learning rate η", ylabel="test accuracy, step 300")
    ax.set_xticks(RATES[::2], [f"{rate:g}" for rate in RATES[::2]])
    ax.minorticks_off()
    ax.axhline(TEST_BAR, **REFERENCE)
    label_line(ax, 5.3e-4, TEST_BAR, "bar: 90%", COLORS["reference"], xytext=(0, 7))
    ax.plot(RATES, [accuracy(p)[1] for p in rates_of(plan)], color=COLORS["seed"], linewidth=1)
    for p in rates_of(plan):
        color = COLORS["backward"] if p == plan else COLORS["forward"]
        ax.plot([p.rate], [accuracy(p)[1]], marker="s" if p == plan else "o", markersize=6, color=color)
