"""What the figures of activations show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.activations import chain as long
from vgtext.chapters.activations import plasticity as tasks
from vgtext.chapters.activations import runs, theory
from vgtext.chapters.activations import start as fresh
from vgtext.palette import ACTIVATION_NAMES


@cache
def chain(sigma_w):
    found = {}
    for name, words in theory.NAMES.items():
        each = [nn.measure(50, 200, long.scale_of(name, sigma_w), 0.0, name, batch=32, seed=seed) for seed in range(3)]
        forth = np.prod([10.0 ** (run.log10_activation / 3) for run in each], axis=0) / np.sqrt(200)
        back = np.prod([10.0 ** ((run.log10_error - run.log10_error[50]) / 3) for run in each], axis=0)
        for panel, line in (("forward", forth), ("backward", back)):
            found[panel, words] = lambda l, line=line: line[l.astype(int)]
    return {**found, "geometric mean of 3 seeds": None, "rms of the activations a[l]": None,
            "error signal ‖δ[l]‖ / ‖δ[L]‖": None, "theory": None}


def shape(activation, spread):
    """By differences, and by the mean over many normal numbers."""
    phi, h = nn.get_activation(activation), 1e-5
    z = np.linspace(-9, 9, 200_001)
    weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    slopes = (phi(spread * z + h) - phi(spread * z - h)) / (2 * h)
    scale = (weights @ slopes**2) ** -0.5
    return {"value": phi, "value φ(z), slope φ′(z)": None, "$\\sigma_w$ that keeps the error signal": [scale],
            "slope": lambda at: np.where(np.abs(at) < 0.01, np.nan, (phi(at + h) - phi(at - h)) / (2 * h))}


def kink(alpha, leaky):
    def value(z):
        return np.where(z > 0, z, min(alpha, 1) * z if leaky else alpha * np.expm1(z))

    return {"value φ(z)": value, "left of 0": lambda z: np.full_like(z, min(alpha, 1)) if leaky else alpha * np.exp(z),
            "right of 0": np.ones_like, f"at 0: left {min(alpha, 1) if leaky else alpha:.2f}, right 1.00": None}


def start(sigma_w, biases, deep):
    each = [fresh.one_seed(sigma_w, biases, deep, seed) for seed in range(4 if deep else 10)]
    dead_ones, alike = np.array([a for a, _ in each]), np.array([b for _, b in each])
    return {"dead units (%)": [*100 * dead_ones, 100 * dead_ones.mean(axis=0)],
            "correlation of two images": alike.mean(axis=0), f"mean of {len(each)} seeds": 100 * dead_ones.mean(axis=0)}


def dying(optimizer, rate, bias):
    at = (runs.OPTIMIZERS.index(optimizer), runs.RATES.index(rate), runs.BIASES.index(bias))
    counts = results.load("activations_runs")["dead"].astype(float)
    counts[(counts < 0).any(axis=-1)] = np.nan
    share = 100 * counts.sum(axis=-1) / (7 * 64)  # activation, optimizer, rate, bias, seed, record
    ends = {name: [np.mean([run[np.isfinite(run)][-1] for run in share[k, at[0], r, at[2]]])
                   for r in range(len(runs.RATES))] for k, name in enumerate(runs.ACTIVATIONS)}
    words = {name: ACTIVATION_NAMES[name] for name in ends}
    relu, leaky = share[0][at], share[1][at].mean(axis=0)
    return {"training step": np.arange(0, 401, 20), ("steps", "ReLU"): relu, "leaky ReLU, mean": leaky,
            ("steps", "dead units (%)"): [*relu, leaky], ("rates", "dead units (%)"): [*ends.values()],
            **{("rates", words[name]): line for name, line in ends.items()}}


def plasticity(rate, way):
    kept, found = tasks.stored(), {}
    for panel, what in (("accuracy", 0), ("units", 1)):
        for kind in ("plain", way):
            each = kept[list(tasks.WAYS).index(kind), tasks.RATES.index(rate), :, :, what]
            found[panel, tasks.WAYS[kind]] = [each[:, k : k + 10].mean() for k in range(0, 150, 10)]
    right, dead_ones = ([line for (panel, _), line in found.items() if panel == name] for name in ("accuracy", "units"))
    return {**found, "right on the newest task": right, "dead units": dead_ones, "Mean of 2 seeds": right}


def cost(work):
    kept = results.load("activations_cost")["ratios"]
    return {words: [[one] for one in kept[k]] if key == work else None
            for k, (words, key) in enumerate({"value and slope alone": "alone", "a step, width 64": "step 64",
                                              "a step, width 512": "step 512"}.items())}
