"""What the figures of clipping show, computed again."""

import numpy as np

from vgtext import nn
from vgtext.chapters.clipping import adaptive, runs, spikes
from vgtext.chapters.clipping import angles as turns
from vgtext.chapters.clipping import bias as noisy
from vgtext.chapters.clipping import cliff as edge
from vgtext.chapters.clipping import thresholds as rules


def cliff(c, rate, step):
    ways = {}
    for words, limit in (("not clipped", np.inf), ("clipped", c)):
        at = np.array(edge.START)
        ways[words] = [at[1]]
        for _ in range(step):
            g = np.array([float(v) for v in edge.loss_and_gradient(*at)[1:]])
            at = at - rate * g / max(1, np.linalg.norm(g) / limit)
            ways[words].append(at[1])
    return {**ways, "■ not clipped": None, "● clipped": None, "the loss (dark: high)": None}


def start(w, b):
    ways = {}
    for words, limit in (("not clipped", np.inf), ("clipped", 1.0)):
        at, ways[words] = np.array([w, b]), []
        for _ in range(25):
            loss, *g = (float(v) for v in edge.loss_and_gradient(*at))
            ways[words].append(loss)
            at = at - 0.2 * np.array(g) / max(1, np.linalg.norm(g) / limit)
    return {("losses", words): line for words, line in ways.items()} | {
        "step": None, "loss": [*ways.values()], "the loss on the way": [*ways.values()],
        "■ not clipped": ways["not clipped"], "● clipped": ways["clipped"], "the loss (dark: high)": None}


def step(way, turn, c):
    raw = [3 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))]),
           np.array([np.cos(np.radians(60)), np.sin(np.radians(60))])]
    whole = np.linalg.norm(raw)
    cut = [np.clip(g, -c, c) if way == "value" else
           g / max(1, (np.linalg.norm(g) if way == "norm" else whole) / c) for g in raw]
    ends = {(panel, f"gradient of weight {k + 1}"): [g[k : k + 1], a[k : k + 1]] for k in (0, 1)
            for panel, g, a in zip(("first", "last"), raw, cut)}
    return ends


def angles(network, share):
    sizes = np.array([[np.linalg.norm(g) for g in batch[::2]] for batch in turns.gradients(network)])[0]
    found = {("sizes", "size of the weight gradient"): [sizes], "not clipped": sizes, "thick gray: not clipped": sizes,
             "by global norm, in the end": None, "length kept, clipped / raw": turns.SHARES}
    for (way, words), end in zip(turns.NAMES.items(), (np.sign, lambda g: g / np.linalg.norm(g), None)):
        cut = [turns.shorten(batch, way, share)[0] for batch in turns.gradients(network)]
        pairs = [[np.concatenate([g.ravel() for g in one]) for one in both]
                 for both in zip(turns.gradients(network), cut)]
        assert np.allclose([np.linalg.norm(after) / np.linalg.norm(raw) for raw, after in pairs], share)
        cosines = [raw @ after / np.linalg.norm(raw) / np.linalg.norm(after) for raw, after in pairs]
        turned = np.degrees(np.arccos(np.clip(cosines, -1, 1))).mean()
        line = [np.linalg.norm(g) for g in cut[0][::2]]
        found |= {("sizes", words): line}
        if turned > 0.1:  # below that an arc cosine rounds
            found["turn", words] = lambda at, turned=turned: np.where(np.isclose(at, share), turned, np.nan)
        if end:
            far = np.mean([turns.angle(batch, [end(g) for g in batch]) for batch in turns.gradients(network)])
            found[f"{words}, in the end"] = [far] * 4
    return {**found, "turned by (degrees)": None, "▲ by norm, each array": None, "● by global norm": None}


def count(k, end, sigma_w):
    sizes = nn.measure(105, 64, sigma_w, 0.0, "tanh", batch=16, seed=0, dtype="float64").gradient[1:]
    kept = slice(0, k) if end == "input" else slice(105 - k, None)
    left = [np.sqrt(np.sum((sizes[:i] if end == "input" else sizes[105 - i :]) ** 2)) for i in range(1, 106)]
    clipped = sizes / max(1, np.linalg.norm(sizes))
    return {"size of the weight gradient": [sizes[kept], clipped], "line: all clipped together, C = 1": clipped,
            "global norm": left, "clipped at C = 1": np.array([1, 1])}


def recurrent(rate, c, seed):
    kept, steps = runs.stored(), np.arange(5, 1001, 5)
    where = [list(runs.RATES).index(rate), [list(runs.LIMITS).index(limit) for limit in (np.inf, c)]]
    free, cut = 10.0 ** kept["traces"][where[0], where[1], seed].astype(float)
    medians = {f"η = {other:g}, median": np.median(kept["loss"][k], axis=1) for k, other in enumerate(runs.RATES)}
    return {("trace", "step"): steps, "gradient, before clipping": [free, cut], "■ not clipped": free,
            f"● clipped at {c:g}": cut, **medians, f"η = {rate:g}, one run": kept["loss"][where[0]].T,
            "longest step allowed, ηC": [*rate * np.array(runs.LIMITS[:-1]), 40],
            "test loss after 1000 steps": [*medians.values()]}


def bias(c, batch, skew):
    data = noisy.data(skew)
    mean, median = np.sum(data) / len(data), np.sort(data)[len(data) // 2 - 1 : len(data) // 2 + 1].mean()
    return {f"mean {mean:.2f}": None, f"median {median:.2f}": None,
            "data x, and the parameter w": [[mean, mean], [median, median]],
            "mean: the least loss": np.array([mean, mean]), "median": np.array([median, median])}


def thresholds(rule, rate, bad):
    kept, where = rules.stored(), (list(adaptive.RULES).index(rule), rules.RATES.index(rate), int(bad))
    norms = 10.0 ** kept["norms"][where].astype(float)
    norms = np.where((norms < 1e9) & (norms > 0), norms, np.nan)
    fired, loud = kept["fired"][where][0], kept["loud"][int(bad)][0]
    right = kept["right"][:, where[1], where[2]].mean(axis=1) / nn.data.digits().y_test.size
    steps = {"clipped": norms[fired], "not clipped": norms[~fired], "bad batch": norms[loud]}
    shown = {words: line for words, line in steps.items() if np.isfinite(line).any()}
    return {**{words: None for words in steps}, **shown, "norm before clipping": [*shown.values()], "step": None,
            "global norm 1": None, "larger dots, orange: clipped": shown.get("clipped"),
            "mean of 8 seeds": [[r] for r in right], "right on the test digits": [[r] for r in right]}


def spike(spike, when, c):
    raw = np.ones(when + spikes.AFTER)
    raw[when - 1] = spike
    g = raw if c is None else np.minimum(raw, c)
    m, v, adam = 0.0, 0.0, []
    for t, one in enumerate(g, 1):
        m, v = 0.9 * m + 0.1 * one, 0.999 * v + 0.001 * one**2
        adam.append(m / (1 - 0.9**t) / np.sqrt(v / (1 - 0.999**t)))
    shown = slice(when - spikes.BEFORE, None)
    return {"steps after the spike": np.arange(1 - spikes.BEFORE, spikes.AFTER + 1), "gradient": g[shown],
            "size of the gradient": g[shown], "before clipping": raw[shown], "gray: before clipping": raw[shown],
            "length of the step / η": [adam[shown], g[shown]], "Adam, predicted": adam[shown],
            "bound for a lone gradient": np.array([0.1 / 0.001**0.5] * 2)}


def valley(ratio, c):
    lines = []
    for limit in (np.inf, c):
        at, losses = np.array([0.6, 6.0]), []
        for _ in range(121):
            losses.append(0.5 * at[0] ** 2 + 0.01 * at[1] ** 2)
            g = at * [1, 0.02]
            at = at - ratio * g / max(1, np.linalg.norm(g) / limit)
        lines.append(np.where(np.array(losses) < 1e8, losses, np.nan))
    return {"step": None, "loss": lines, "■ not clipped": lines[0], "● clipped": lines[1]}
