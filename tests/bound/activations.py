"""What the figures of activations show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.activations import chain as long
from vgtext.chapters.activations import plasticity as tasks
from vgtext.chapters.activations import runs, theory
from vgtext.chapters.activations import start as fresh
from vgtext.palette import ACTIVATION_NAMES

DIGITS = nn.data.digits()
#: Normal numbers, and their weights.
Z = np.linspace(-9, 9, 20_000)  # none is 0, where slopes jump
GAUSS = np.exp(-Z * Z / 2) / np.exp(-Z * Z / 2).sum()


def in_theory(activation, sigma_w):
    """The rms of a[l], and the error signal over that of layer 50, l = 0 to 50, by sums over many normal numbers."""
    phi, q, sizes, chi = nn.get_activation(activation), sigma_w**2, [1.0], []
    for _ in range(50):
        z = np.sqrt(q) * Z
        sizes.append(np.sqrt(GAUSS @ phi(z) ** 2))
        chi.append(sigma_w**2 * GAUSS @ phi.derivative(z) ** 2)
        q = sigma_w**2 * sizes[-1] ** 2
    return np.array(sizes), np.array([np.nan, *(np.sqrt(np.prod(chi[l:49])) for l in range(50))])


@cache
def signals(sigma_w):
    """Of each activation the rms of a[l] and the error signal over that of layer 50: {(panel, words): (51,)}."""
    found = {}
    for name, words in theory.NAMES.items():
        each = [nn.measure(50, 200, long.scale_of(name, sigma_w), 0.0, name, batch=32, seed=seed) for seed in range(3)]
        forth = np.prod([10.0 ** (run.log10_activation / 3) for run in each], axis=0) / np.sqrt(200)
        back = np.prod([10.0 ** ((run.log10_error - run.log10_error[50]) / 3) for run in each], axis=0)
        for panel, line in (("forward", forth), ("backward", back)):
            found[panel, words] = line
    return found


def chain(activation, sigma_w):
    """Dots at every third layer for one activation, lines for the others."""
    at = {words: slice(1, None, 3) if name == activation else slice(1, None) for name, words in theory.NAMES.items()}
    found = {key: line[at[key[1]]] for key, line in signals(sigma_w).items()}
    forth, back = ([line for (panel, _), line in found.items() if panel == which] for which in ("forward", "backward"))
    expected = in_theory(activation, long.scale_of(activation, sigma_w))
    first = sorted((line[1], words) for (panel, words), line in signals(sigma_w).items() if panel == "backward")
    (least, fewest), (most, largest) = first[0], first[-1]
    words = theory.NAMES[activation]
    said = {f"{words}, # layers of width #, σ_w = #, no biases, geometric mean of # seeds: layer # gets # times the "
            f"error signal of layer #. Least arrives with {fewest} (#), most with {largest} (#)":
            [50, 200, long.scale_of(activation, sigma_w), 3, 1, signals(sigma_w)["backward", words][1], 50,
             least, most]}
    l = np.arange(51)
    return {"caption": said, **found, "geometric mean of 3 seeds": None, "rms of the activations a[l]": forth,
            "error signal ‖δ[l]‖ / ‖δ[L]‖": back, "layer l": [l[1:], l[1::3]],
            "layer l (backward: right to left)": [l[1:], l[1::3]],
            **{(panel, "theory"): line[1:] for panel, line in zip(("forward", "backward"), expected)}}


@cache
def needed(activation, spread, h=1e-5):
    """The weight scale that keeps the error signal, by differences and by the mean over many normal numbers."""
    phi = nn.get_activation(activation)
    return (GAUSS @ ((phi(spread * Z + h) - phi(spread * Z - h)) / (2 * h)) ** 2) ** -0.5


def shape(activation, spread):
    phi, h, z, spreads = nn.get_activation(activation), 1e-5, np.linspace(-5, 5, 401), np.geomspace(0.1, 5, 40)
    lines = {words: np.array([needed(name, s) for s in spreads]) for name, words in theory.NAMES.items()}
    lie = lambda z: np.where(abs(z) < 4 * spread, 0.8 * np.exp(-((z / spread) ** 2) / 2), np.nan)  # noqa: E731
    here = GAUSS @ np.transpose([phi(spread * Z), phi(spread * Z) ** 2])
    said = {f"{theory.NAMES[activation]}, pre-activations of standard deviation #: mean value #, root mean square #; "
            "root mean square slope #, so σ_w = # keeps the error signal":
            [spread, here[0], here[1] ** 0.5, 1 / needed(activation, spread), needed(activation, spread)]}
    return {"caption": said, **lines,
            "$\\sigma_w$ that keeps the error signal": [*lines.values(), [needed(activation, spread)]],
            "spread of the pre-activations √q": [spreads, [spread]], "pre-activation z": z, "_": [lie],
            "value": phi, "value φ(z), slope φ′(z)": phi(z),
            "slope": lambda at: np.where(np.abs(at) < 0.01, np.nan, (phi(at + h) - phi(at - h)) / (2 * h))}


def kink(alpha, leaky):
    def value(z):
        return np.where(z > 0, z, min(alpha, 1) * z if leaky else alpha * np.expm1(z))

    def left_of_0(z):
        return np.full_like(z, min(alpha, 1)) if leaky else alpha * np.exp(z)

    z, ends = np.linspace(-4, 2, 301), [min(alpha, 1) if leaky else alpha, 1.0]
    over = "Leaky ReLU has α below #, not #; at its end, α = #, it is a straight line"
    name = ("Straight (α = #)" if alpha == 1 else over if alpha > 1 else "Leaky ReLU, α = #") if leaky else "ELU, α = #"
    said = {name: [1, alpha, 1] if leaky and alpha > 1 else alpha, ": the slope at # is # from the left and # from the "
            "right, " + ("no kink" if ends[0] == 1 else "a jump of #"): [0, *ends, *([1 - ends[0]] * (ends[0] != 1))]}
    return {"caption": said, "value φ(z)": value, "left of 0": lambda z: np.where(z < 0, left_of_0(z), np.inf),
            "right of 0": lambda z: np.where(z > 0, 1, np.inf), "at 0, from both sides": ends,
            "pre-activation z": [z, z[z < 0], z[z > 0]], "slope φ′(z)": [left_of_0(z[z < 0]), np.ones(100), ends],
            f"at 0: left {ends[0]:.2f}, right 1.00": None}


def rays(sigma_w, biases, deep, c):
    """The correlation of two images from its value c in layer 1, by the closed form for ReLU (Cho and Saul 2009)."""
    q, found = sigma_w**2 * np.mean(DIGITS.x.astype(float) ** 2) + biases / 3 / 64, [c]
    for n in fresh.widths(deep)[:-1]:
        both = sigma_w**2 * q / (2 * np.pi) * (np.sqrt(1 - c * c) + c * (np.pi - np.arccos(c))) + biases / 3 / n
        q = sigma_w**2 * q / 2 + biases / 3 / n
        c = min(both / q, 1.0)
        found.append(c)
    return found


def start(sigma_w, biases, deep):
    each = [fresh.one_seed(sigma_w, biases, deep, seed) for seed in range(4 if deep else 10)]
    dead_ones, alike = np.array([a for a, _ in each]), np.array([b for _, b in each])
    said = {f"Untrained ReLU, # hidden layers, σ_w = #, {'random' if biases else 'zero'} biases: # of the units of "
            "layer # are dead, mean of # seeds; two images correlate at #":
            [alike.shape[1], sigma_w, sum(dead_ones[:, -1]) / len(each), alike.shape[1], 4 if deep else 10,
             sum(alike[:, -1]) / len(each)]}
    return {"caption": said, "dead units (%)": [*100 * dead_ones, 100 * dead_ones.mean(axis=0)],
            "correlation of two images": alike.mean(axis=0),
            "_": [rays(sigma_w, biases, deep, alike[:, 0].mean())],
            "hidden layer l": np.arange(1, alike.shape[1] + 1),
            f"mean of {len(each)} seeds": 100 * dead_ones.mean(axis=0)}


def dying(optimizer, rate, bias):
    at = (runs.OPTIMIZERS.index(optimizer), runs.RATES.index(rate), runs.BIASES.index(bias))
    counts = results.load("activations_runs")["dead"].astype(float)
    counts[(counts < 0).any(axis=-1)] = np.nan
    share = 100 * counts.sum(axis=-1) / (7 * 64)  # activation, optimizer, rate, bias, seed, record
    ends = {name: [np.mean([run[np.isfinite(run)][-1] for run in share[k, at[0], r, at[2]]])
                   for r in range(len(runs.RATES))] for k, name in enumerate(runs.ACTIVATIONS)}
    words = {name: ACTIVATION_NAMES[name] for name in ends}
    relu, leaky = share[0][at], share[1][at].mean(axis=0)
    right = results.load("activations_runs")["right"][(slice(None), *at)].sum(axis=1) / 3 / DIGITS.y_test.size
    gone = [ends[name][at[1]] / 100 for name in runs.ACTIVATIONS]
    broken, both = np.isnan(relu).any(), ", and of three leaky ones," * bool(np.isnan(leaky).any())
    said = {f"{'SGD' if optimizer == 'sgd' else 'Adam'}, η = #, biases start at #": [rate, bias], **(
        {f"at least one of three ReLU runs{both} breaks down with inf or nan; up to then # of the ReLU units are dead"
         + ", and no leaky one; mean of # seeds" * int(gone[1] == 0): [gone[0], 3]} if broken else
        {"after # steps # of the ReLU units are dead (test accuracy #) and # of the leaky ones (#); mean of # seeds":
         [400, gone[0], right[0], gone[1], right[1], 3]})}
    return {"caption": said, "mean of 3 seeds": [*ends.values()],
            "training step": np.arange(0, 401, 20), "learning rate η": runs.RATES,
            ("steps", "ReLU"): relu, "leaky ReLU, mean": leaky,
            ("steps", "dead units (%)"): [*relu, leaky], ("rates", "dead units (%)"): [*ends.values()],
            **{("rates", words[name]): line for name, line in ends.items()}}


def plasticity(rate, way):
    kept, found = tasks.stored(), {}
    for panel, what in (("accuracy", 0), ("units", 1)):
        for kind in ("plain", way):
            each = kept[list(tasks.WAYS).index(kind), tasks.RATES.index(rate), :, :, what]
            found[panel, tasks.WAYS[kind]] = [each[:, k : k + 10].mean() for k in range(0, 150, 10)]
    told = {}
    for kind in dict.fromkeys(("plain", way)):
        first, last = (found["accuracy", tasks.WAYS[kind]][k] for k in (0, -1))
        name = tasks.WAYS[kind].capitalize() if kind == "plain" else tasks.WAYS[kind]
        told[f"{name}: # over tasks # to #, # over the last #, # " + (
            "at z ≤ # for every digit" if kind == "leaky" else "dead")] = [
                first, 1, 10, last, 10, found["units", tasks.WAYS[kind]][-1], *([0] * (kind == "leaky"))]
    told["# hidden layers of # units, η = #, test accuracy on the newest task. "] = [3, 64, rate]
    told["Mean of # seeds"] = 2
    right, dead_ones = ([line for (panel, _), line in found.items() if panel == name] for name in ("accuracy", "units"))
    return {"caption": told, **found,
            "right on the newest task": right, "dead units": dead_ones, "Mean of 2 seeds": right,
            f"■ {tasks.WAYS[way]}": None, "tasks so far": np.arange(5, 150, 10)}


def cost(work):
    kept = results.load("activations_cost")["ratios"]
    long = dict(zip(kept[["alone", "step 64", "step 512"].index(work)], theory.NAMES.values()))
    kept = kept[:, np.argsort(kept[0], kind="stable")]
    found = {words: [[one] for one in kept[k]] if key == work else kept[k]
             for k, (words, key) in enumerate({"value and slope alone": "alone", "a step, width 64": "step 64",
                                               "a step, width 512": "step 512"}.items())}
    words = next(words for words, line in found.items() if np.ndim(line) == 2)
    said = {f"{words[0].upper()}{words[1:]}: the slowest, {long[max(long)]}, takes # times as long as ReLU": max(long)}
    return {"caption": said, **found,
            "time, ReLU = 1": [line for line in found.values() if np.ndim(line) == 1], "_": [np.arange(8)]}
