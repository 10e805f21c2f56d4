"""Which networks learn to remember: the stored runs against the length, and against the gradient at the start."""

from functools import cache
from itertools import product

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import COLORS, label_line, number

from . import runs
from .adding import arrivals
from .gates import half_life, measured_half_life
from .runs import LENGTHS, NETWORKS, RATES, SEEDS, STEPS, data, start, stored

MARKS = {"rnn": ("o", COLORS["reference"]), "lstm": ("s", COLORS["backward"]), "gru": ("D", COLORS["weight"])}


def outcomes(name, T, rate):
    """The step at which each of the five runs had solved the task, -1 where none; and the share of right answers."""
    cell = list(NETWORKS).index(name), LENGTHS.index(T), RATES.index(rate)
    return stored()["solved"][cell], stored()["accuracy"][cell]


def solved(name, T, rate):
    """How many of the five runs name at least 90 % of the symbols rightly within the budget."""
    return int((outcomes(name, T, rate)[0] > 0).sum())


def best(name, T):
    """The same at the better of the two learning rates."""
    return max(solved(name, T, rate) for rate in RATES)


def longest(name, least=SEEDS):
    """The longest T that at least so many runs solve, at the better learning rate; 0 where there is none."""
    return max((T for T in LENGTHS if best(name, T) >= least), default=0)


def beats(name, other, T=50, rate=0.001):
    """Seeds on which the first network is solved sooner than the second or, unsolved both, has more answers right."""
    (steps, right), (steps_other, right_other) = outcomes(name, T, rate), outcomes(other, T, rate)
    place, place_other = (np.where(k > 0, k, STEPS + 1) for k in (steps, steps_other))
    return int(((place < place_other) | ((place == place_other) & (place > STEPS) & (right > right_other))).sum())


@cache
def reach(name, T, seeds=2):
    """log10 of the gradient with respect to h[1] over that to h[T], before training: a mean over seeds."""
    found = []
    for seed in range(seeds):
        net, (x, y, _, _) = start(name, T, seed), data(T)
        net.loss_and_gradient(x[..., :16], y[:16])
        found.append(runs.reach(net, T))
    return float(np.mean(found))


def draw_counts(ax, rate, name):
    """How many of five runs learn, network by length: a number on a color from orange (0) to blue (5)."""
    names = list(NETWORKS)
    ax.set(xlim=(0, len(LENGTHS)), ylim=(len(names), 0), xlabel="length T")
    ax.set_xticks(np.arange(len(LENGTHS)) + 0.5, [str(T) for T in LENGTHS])
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    ax.tick_params(length=0)
    for (i, other), (j, T) in product(enumerate(names), enumerate(LENGTHS)):
        count = solved(other, T, rate)
        color = to_rgb(COLORS["forward" if count > SEEDS / 2 else "backward"])
        alpha = round(0.6 * abs(2 * count / SEEDS - 1), 2)
        ax.add_patch(Rectangle((j + 0.02, i + 0.04), 0.96, 0.92, facecolor=(*color, alpha), linewidth=0))
        ax.text(j + 0.5, i + 0.5, str(count), ha="center", va="center", fontsize=10)
    handle(ax, lambda name: (None, names.index(name) + 0.5), "cell")
    row = names.index(name)
    ax.plot([0.03, 5.97, 5.97, 0.03, 0.03], [row, row, row + 1, row + 1, row], color="#000000", linewidth=1.6)


def draw_learning(table, reached, name="LSTM, b = 1", rate=0.001):
    """Runs of five that learn the delayed copy: by network and length, and against the gradient at the start."""
    draw_counts(table, rate, name)
    reached.set(xscale="log", xlim=(1e-27, 300), ylim=(-0.4, 5.6), xlabel="gradient of step 1 at the start",
                ylabel="runs that learn, of 5")
    reached.set_xticks([1e-24, 1e-18, 1e-12, 1e-6, 1], ["10⁻²⁴", "10⁻¹⁸", "10⁻¹²", "10⁻⁶", "1"])
    reached.minorticks_off()
    for other in NETWORKS:
        mark, color = MARKS[NETWORKS[other][0]]
        size = 9 if other == name else 4
        reached.plot([10.0 ** reach(other, T) for T in LENGTHS], [solved(other, T, rate) for T in LENGTHS],
                     linestyle="none", marker=mark, color=color, markersize=size, alpha=1 if other == name else 0.45,
                     label=other)
    for k, (cell, (_, color)) in enumerate(MARKS.items()):
        label_line(reached, 1e-26, 5.2 - 0.5 * k, f"{'●■◆'[k]} {cell.upper()}", color, xytext=(0, 0))
    solves = [T for T in LENGTHS if solved(name, T, rate) == SEEDS]
    words = f"all {SEEDS} runs learn up to T = {max(solves)}" if solves else "no length is learned by all five"
    some = {0: "none does", 1: "1 does"}.get(solved(name, 50, rate), f"{solved(name, 50, rate)} do")
    return (f"{name}, Adam at η = {rate:g}, at most {STEPS:,} steps: {words}; at T = 50, {some}. "
            f"There the first step gets {number(10 ** reach(name, 50), 1)} times the last one's gradient before "
            "training.")


CLAIMS = (
    Claim(
        "R.13", "Jozefowicz, Zaremba and Sutskever 2015: a bias of 1 on the forget gate of an LSTM closes the gap "
        "between LSTM and GRU.",
        "holds if", "A bias of 1 beats 0 on every seed (delayed copy over 50 steps, 32 units, Adam, 1,000 steps), but "
        "a GRU with zero biases learns on more; at 2 the gap is closed, and at longer T the LSTM is ahead. On the "
        "adding problem over 50 steps all of them learn, bias 1 sooner than 0, and the GRU soonest.",
        (
            *(Evidence(f"half-life of a cell at rest, bias {b:g}", lambda b=b: measured_half_life(b, "silence"),
                       float(half_life(b)), 0.01, "steps") for b in (0.0, 1.0, 2.0)),
            Evidence("half-life while it reads the task, bias 1", lambda: measured_half_life(1.0), 2.21, 0.2, "steps"),
            *(Evidence(f"seeds of five on which bias 1 beats 0, η = {rate:g}",
                       lambda rate=rate: beats("LSTM, b = 1", "LSTM, b = 0", 50, rate), 5, 0,
                       stored="recurrence_runs") for rate in RATES),
            Evidence("the same in the adding problem: seeds on which bias 1 is sooner",
                     lambda: int((arrivals("LSTM, b = 1") < arrivals("LSTM, b = 0")).sum()), 5, 0,
                     stored="recurrence_adding"),
            *(Evidence(f"runs of five that learn: {name}", lambda name=name: solved(name, 50, 0.001), count, 0,
                       stored="recurrence_runs")
              for name, count in (("LSTM, b = 0", 0), ("LSTM, b = 1", 3), ("LSTM, b = 2", 5), ("GRU, b = 0", 5))),
        ), "learning?name=LSTM, b = 1&rate=0.001",
        setting="32 units; half-lives before training.",
    ),
)
