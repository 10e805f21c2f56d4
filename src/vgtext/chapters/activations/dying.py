"""Units that die during training: how many, by which learning rate and bias, and whether they come back."""

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import ACTIVATION_COLORS, ACTIVATION_NAMES, COLORS, label_line

from .runs import ACTIVATIONS, BIASES, EVERY, OPTIMIZERS, RATES, SEEDS, STEPS, UNITS, digits, stored

MAKERS = {"SGD": "sgd", "Adam": "adam"}
START_BIASES = {"0": 0.0, "−0.3": -0.3}


def cell(activation, optimizer, rate, bias):
    """The index of a cell of the stored grid."""
    return (ACTIVATIONS.index(activation), OPTIMIZERS.index(optimizer), RATES.index(rate), BIASES.index(bias))


def dead_over_steps(activation, optimizer, rate, bias):
    """Percent of hidden units that are dead over all training digits: (seeds, records), nan after a breakdown."""
    counts = stored()[0][cell(activation, optimizer, rate, bias)]  # (seeds, records, layers)
    total = counts.sum(axis=2) * 100 / UNITS
    return np.where((counts < 0).any(axis=2), np.nan, total)


def dead_at_end(activation, optimizer, rate, bias=0.0):
    """Percent of dead units at the last record of each run, mean over seeds; that of a breakdown is the last before."""
    runs = dead_over_steps(activation, optimizer, rate, bias)
    return float(np.mean([run[np.isfinite(run)][-1] for run in runs]))


def survived(activation, optimizer, rate, bias=0.0):
    """Whether no seed broke down."""
    return bool(np.isfinite(dead_over_steps(activation, optimizer, rate, bias)).all())


def accuracy(activation, optimizer, rate, bias=0.0):
    """The share of right answers on the test digits after training, mean over seeds; guessing after a breakdown."""
    return float(stored()[2][cell(activation, optimizer, rate, bias)].mean() / 359)


def comebacks(activation="relu", first_layer=False):
    """Units that were dead at one record and alive at the next, summed over all runs: in layer 1, or in the others."""
    back = stored()[1][ACTIVATIONS.index(activation)]
    back = back[..., :1] if first_layer else back[..., 1:]
    return int(back[back > 0].sum())


def signed(x):
    """A number with a true minus sign."""
    return f"{x:g}".replace("-", "−")


def draw_dying(steps, rates, optimizer="adam", rate=0.03, bias=0.0):
    """Dead units over training, three seeds, ReLU and leaky ReLU; and at the end against the learning rate."""
    t, green, blue = np.arange(0, STEPS + 1, EVERY), ACTIVATION_COLORS["relu"], ACTIVATION_COLORS["leaky_relu"]
    for ax in (steps, rates):
        ax.set(ylim=(-5, 108), ylabel="dead units (%)")
    steps.set(xlim=(-10, STEPS + 10), xlabel="training step")
    for run in dead_over_steps("relu", optimizer, rate, bias):
        steps.plot(t, run, color=green, linewidth=1.3, label="ReLU")
    leaky = dead_over_steps("leaky_relu", optimizer, rate, bias).mean(axis=0)
    steps.plot(t, leaky, color=blue, linestyle="--", label="leaky ReLU, mean")
    rates.set(xscale="log", xlim=(2e-4, 0.5), xlabel="learning rate η")
    rates.set_xticks([1e-3, 1e-2, 1e-1], ["0.001", "0.01", "0.1"])
    rates.minorticks_off()
    for name, color, marker in (("relu", green, "o"), ("leaky_relu", blue, "s")):
        ends = [dead_at_end(name, optimizer, r, bias) for r in RATES]
        rates.plot(RATES, ends, color=color, linewidth=1.5, label=ACTIVATION_NAMES[name])
        for r, end in zip(RATES, ends, strict=True):
            fine = survived(name, optimizer, r, bias)
            size = 8 if (r == rate and name == "relu") or not fine else 5
            rates.plot([r], [end], marker if fine else "x", color=color, markersize=size)
    rates.axvline(rate, ymax=0.74, color=COLORS["seed"], linewidth=4, alpha=0.4, zorder=0)
    handle(rates, lambda rate: (rate, dead_at_end("relu", optimizer, rate, bias)))
    label_line(rates, 2.4e-4, 101, "ReLU", green, xytext=(0, 0))
    label_line(rates, 2.4e-4, 92, "leaky ReLU, below", blue, xytext=(0, 0))
    if not all(survived(name, optimizer, r, bias) for name in ("relu", "leaky_relu") for r in RATES):
        label_line(rates, 2.4e-4, 83, "×: breaks down", COLORS["reference"], xytext=(0, 0))
    name, end = {v: k for k, v in MAKERS.items()}[optimizer], dead_at_end("relu", optimizer, rate, bias)
    if not survived("relu", optimizer, rate, bias):
        both = "" if survived("leaky_relu", optimizer, rate, bias) else ", and of three leaky ones,"
        return (f"{name}, η = {rate:g}, biases start at {signed(bias)}: at least one of three ReLU runs{both} breaks "
                f"down with inf or nan; up to then {end:.0f}% of the ReLU units are dead, and no leaky one; mean of "
                f"{SEEDS} seeds.")
    return (f"{name}, η = {rate:g}, biases start at {signed(bias)}: after {STEPS} steps {end:.0f}% of the ReLU "
            f"units are dead (test accuracy {100 * accuracy('relu', optimizer, rate, bias):.0f}%) and 0% of the "
            f"leaky ones ({100 * accuracy('leaky_relu', optimizer, rate, bias):.0f}%); mean of {SEEDS} seeds.")


def gradient_of_a_dead_unit(layer, optimizer="sgd", steps=20):
    """Kill a unit of a small ReLU network by its bias, and train: (its largest |gradient|, whether it wakes)."""
    d, net = digits(), nn.mlp(64, 32, 10, depth=4, activation="relu", init="he_normal", seed=0)
    net.layers[layer].b[0] = -1e3
    largest = 0.0
    how = nn.optimizers.get_optimizer(optimizer)
    for _ in range(steps):
        net.loss_and_gradient(d.x, d.y)
        k = net.layers[layer]
        largest = max(largest, float(abs(k.W_gradient[0]).max()), float(abs(k.b_gradient[0]).max()))
        how.step(net.theta, net.gradient, 0.01)
    net.predict(d.x)
    return largest, bool((net.layers[layer].a[0] > 0).any())


CLAIMS = (
    Claim(
        "S1.12", "Leaky ReLU's small negative slope prevents complete saturation.",
        "holds", "A leaky unit's slope is never below α, so none is dead. That does not make it learn: where a "
        "learning rate kills nearly all ReLU units, the leaky network fails as well.",
        (
            Evidence("smallest slope of leaky ReLU, α = 0.01, for z from −100 to 100",
                     lambda: float(nn.leaky_relu(0.01).derivative(np.linspace(-100, 100, 2001)).min()), 0.01, 1e-12),
            Evidence("Adam, η = 0.03: dead ReLU units at the end",
                     lambda: dead_at_end("relu", "adam", 0.03), 50.0, 25.0, "%", stored="activations_runs"),
            Evidence("the same, leaky ReLU", lambda: dead_at_end("leaky_relu", "adam", 0.03), 0.0, 0.0, "%",
                     stored="activations_runs"),
            Evidence("Adam, η = 0.1: dead ReLU units at the end", lambda: dead_at_end("relu", "adam", 0.1), 90.0, 10.0,
                     "%", stored="activations_runs"),
            Evidence("Adam, η = 0.1: test accuracy of the leaky network",
                     lambda: accuracy("leaky_relu", "adam", 0.1), 0.1, 0.15, stored="activations_runs"),
        ), "dying?rate=0.03",
        setting="8 layers of 64 units, He initialization, 400 steps, three seeds; dead means over all 1,438 "
        "training digits.",
    ),
)
