"""Runs of the bench to look at where no Python runs: the sizes in every layer and the loss, recipe by recipe."""

from functools import cache

import numpy as np

from vgtext.palette import COLORS, REFERENCE, backward_arrow, label_line, layer_axis, log_axis, number

from ..bench import EARLY, TARGET, Bench, verdict
from ..recipe import Recipe

DEEP = {"depth": 100, "steps": 300}
#: The recipes of the figure, by what is said of them.
RECIPES = {
    "20 sigmoid layers": Recipe(steps=300),
    "100 ReLU layers": Recipe(activation="relu", init="he_normal", **DEEP),
    "100 ReLU layers, shortcuts and layer norm": Recipe(activation="relu", init="he_normal", norm="layer",
                                                        shortcut="pre", **DEEP),
    "100 plain tanh layers, orthogonal weights": Recipe(activation="tanh", init="orthogonal", gain=1.05, rate=0.01,
                                                        **DEEP),
}
#: What the page proposes to predict, by its links' words.
PROPOSALS = {
    "20 ReLU layers with He initialization, all weights times 2":
        Recipe(activation="relu", init="he_normal", gain=2, steps=300),
    "100 ReLU layers with He initialization": RECIPES["100 ReLU layers"],
    "the same 100 layers with shortcuts and layer norm": RECIPES["100 ReLU layers, shortcuts and layer norm"],
    "100 tanh layers with orthogonal weights times 1.05: no shortcut, no normalization":
        RECIPES["100 plain tanh layers, orthogonal weights"],
}
STEPS = [*EARLY, 300]
LINES = {"activation": ("activation", "forward", "-"), "error": ("error signal", "backward", "--"),
         "gradient": ("weight gradient", "gradient", ":")}


@cache
def run(recipe):
    """Return the reports of a run at :data:`STEPS`, and its bench."""
    bench = Bench(recipe, clock=lambda: 0.0)  # no time passes: early steps are reported, and the last
    return list(bench.reports()), bench


def draw_runs(sizes, loss, recipe="20 sigmoid layers", step=1):
    """Draw the sizes in every layer at a step of a recipe's run, and its loss."""
    reports, bench = run(RECIPES[recipe])
    report, history, depth = reports[STEPS.index(step)], bench.history, bench.recipe.depth
    layers = np.arange(1, depth + 1)
    layer_axis(sizes, depth)
    log_axis(sizes, 1e-14, 1e3, "size")
    for row, (name, (words, role, dash)) in enumerate(LINES.items()):
        values = 10.0 ** np.array(report["layers"][name])
        sizes.plot(layers, values, color=COLORS[role], linestyle=dash)
        look = {"-": "solid", "--": "dashed", ":": "dotted"}[dash]
        label_line(sizes, 0.97 * depth, 10.0 ** (-6.5 - 1.6 * row), f"{look}: {words}", COLORS[role], ha="right")
    backward_arrow(sizes)
    loss.plot(np.arange(1, len(history.loss) + 1), history.loss, color=COLORS["forward"], linewidth=0.9)
    loss.axvline(step, color=COLORS["reference"], linewidth=1)
    loss.axhline(np.log(10), **REFERENCE)
    label_line(loss, 1, np.log(10), "guessing", COLORS["reference"], xytext=(30, 8))
    loss.set(xlim=(0, STEPS[-1]), xlabel="step")
    log_axis(loss, 1e-2, 10, "training loss")
    error, found = report["layers"]["error"], verdict(bench.recording())
    learned = history.train_accuracy[-1]
    share = number(10.0 ** (error[0] - error[-1]))
    return (f"{recipe}, step {step}: the error signal of layer 1 is {share} times that of layer {depth}. After "
            f"{STEPS[-1]} steps {learned:.0%} of the training digits are right"
            f"{'' if learned >= TARGET else ', and diagnose says: ' + found['cause']}.")
