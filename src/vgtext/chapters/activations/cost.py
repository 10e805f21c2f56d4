"""What an activation costs: its time beside ReLU's, in one run, kept in ``data/activations_cost.npz``; remade by

    python -m vgtext.chapters.activations.cost

Timings differ from machine to machine: nothing in the book tests them but for their order of size.
"""

from time import perf_counter

import numpy as np

from vgtext import nn, results
from vgtext.nn.progress import tqdm
from vgtext.palette import ACTIVATION_COLORS, COLORS, REFERENCE, number

from .theory import NAMES

ROUNDS, SHAPE, DEPTH, WIDTHS, BATCH = 30, (256, 256), 10, (64, 512), 128
#: What is timed, and the words for it.
WORK = {"value and slope alone": "alone", "a step, width 64": "step 64", "a step, width 512": "step 512"}


def alone(activation, z, a, slope, repeat=5):
    """Seconds for φ and φ' of an array."""
    phi, start = nn.get_activation(activation), perf_counter()
    for _ in range(repeat):
        phi.value(z, out=a)
        phi.slope(z, a, out=slope)
    return (perf_counter() - start) / repeat


def step(net, x, y, repeat=2):
    """Seconds for one training step: forward, backward, gradient descent."""
    optimizer, start = nn.SGD(), perf_counter()
    for _ in range(repeat):
        net.loss_and_gradient(x, y)
        optimizer.step(net.theta, net.gradient, 1e-4)
    return (perf_counter() - start) / repeat


def measure(rounds=ROUNDS):
    """The least time of all rounds over ReLU's least, which other work on the machine disturbs least."""
    rng, times = np.random.default_rng(0), {work: [] for work in WORK.values()}
    z = rng.normal(size=SHAPE).astype("float32")
    a, slope = np.empty((2, *SHAPE), "float32")
    nets = {w: {n: nn.mlp(w, w, 10, depth=DEPTH, activation=n, seed=0) for n in NAMES} for w in WIDTHS}
    data = {w: (rng.normal(size=(w, BATCH)).astype("float32"), rng.integers(0, 10, BATCH)) for w in WIDTHS}
    for _ in tqdm(range(rounds), desc="rounds"):
        times["alone"].append([alone(n, z, a, slope) for n in NAMES])
        for w in WIDTHS:
            times[f"step {w}"].append([step(nets[w][n], *data[w]) for n in NAMES])
    relu = list(NAMES).index("relu")
    least = {work: np.min(rows, axis=0) for work, rows in times.items()}
    return np.array([t / t[relu] for t in least.values()]).round(2)  # (WORK, NAMES)


def stored():
    """The stored ratios, {work: {activation: ratio}}."""
    ratios = results.load("activations_cost")["ratios"]
    return {work: dict(zip(NAMES, row.tolist(), strict=True)) for work, row in zip(WORK.values(), ratios, strict=True)}


def draw_cost(ax, work="alone"):
    """Time of each activation over ReLU's, as stored: a dot for the chosen work, gray ones for the other two."""
    ratios, order = stored()[work], sorted(NAMES, key=stored()["alone"].get)
    ax.set(xscale="log", xlim=(0.6, 300), xlabel="time, ReLU = 1", ylim=(-0.6, len(order) - 0.2))
    ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    ax.minorticks_off()
    ax.set_yticks(range(len(order)), [NAMES[n] for n in order])
    ax.axvline(1, **REFERENCE)
    for words, other in WORK.items():
        if other != work:
            times = [stored()[other][n] for n in order]
            ax.plot(times, range(len(order)), "o", color=COLORS["seed"], markersize=4, label=words)
    words = next(words for words, key in WORK.items() if key == work)
    for i, name in enumerate(order):
        ax.plot([ratios[name]], [i], "o", color=ACTIVATION_COLORS[name], markersize=8, zorder=3, label=words)
        ax.text(ratios[name] * 1.12, i + 0.42, f"× {number(ratios[name])}", va="center", fontsize=9)
    ax.text(290, -0.35, "gray: the other two", ha="right", fontsize=9, color=COLORS["reference"])
    slowest = max(NAMES, key=ratios.get)
    return (f"{words[0].upper()}{words[1:]}: the slowest, {NAMES[slowest]}, takes {number(ratios[slowest])} times as "
            f"long as ReLU; measured once in NumPy on one core, and stored.")


def make():
    """Measure and write the file; about a minute."""
    results.save("activations_cost", 1, ratios=measure())


if __name__ == "__main__":
    make()
