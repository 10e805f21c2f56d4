"""What the figures of width show, computed again."""

import numpy as np

from vgtext import nn, results
from vgtext.chapters.width import depth as deep
from vgtext.chapters.width import muon as orthogonal
from vgtext.chapters.width import runs, updates
from vgtext.palette import raised


def ends(name, rule, exponents, high=15.0):
    """Last losses of the stored runs, geometric means of the three seeds, and the rates of the least, by size."""
    kept = results.load("width_runs")[name].astype(float)[rule]
    with np.errstate(over="ignore"):
        means = np.prod(kept ** (1 / 3), axis=-1)
    best = 2.0 ** np.array(exponents)[means.argmin(axis=1)]
    return np.where(means < high, means, np.nan), best


def told(name, rule, exponents, sizes, n, size="width #"):
    """What a caption says of the best rate at a size, and of the rate that is best at the smallest size."""
    losses, best = ends(name, rule, exponents, np.inf)
    line, said = losses[sizes.index(n)], {}
    for words, at, rate in ((size + " the best rate is {}, and training", n, best[sizes.index(n)]),
                            (size + ", {}, it", sizes[0], best[0])):
        k = round(np.log2(rate))
        loss = line[[*exponents].index(k)]
        end = (" ends at #", [at, loss]) if np.isfinite(loss) else (" breaks down", at)
        said[words.format(f"2{raised(k)}") + end[0]] = end[1]
    return said


def best_rate(way, rule, n):
    exponents = runs.WAYS[way][2]
    lines, _ = ends(way, runs.RULES.index(rule), exponents)
    best = [ends(way, k, exponents)[1] for k in (0, 1)]
    return {"training loss at the end": [*lines], "best learning rate": best, "best at 32": None,
            "learning rate η": 2.0 ** np.array(exponents), "width n": runs.WIDTHS,
            "_": [32 * best[0][0] / np.array(runs.WIDTHS)],
            "caption": told(way, runs.RULES.index(rule), exponents, runs.WIDTHS, n),
            **{f"width {m}": line for m, line in zip(runs.WIDTHS, lines)}}


def coordinate_check(optimizer, rule, t):
    way, found = updates.OPTIMIZERS[optimizer], {}
    d = nn.data.digits()
    for n in (32, 128):  # the narrowest; and the one at which theory starts
        logs = []
        for seed in range(3):
            net, how = runs.network(rule, n, way, seed=seed)
            x = d.x[:, :256]
            net.forward(x)
            start = [(k.z.copy(), k.W.copy()) for k in net.layers[1:]]
            done = 0
            for stop in updates.TIMES[: updates.TIMES.index(t) + 1]:
                nn.train(net, d.x, d.y, steps=stop - done, optimizer=how, learning_rate=updates.RATE[way], seed=stop,
                         progress=False)
                done = stop
            net.forward(x)
            logs.append([[np.log((k.z - z).std() ** 2 + (k.z - z).mean() ** 2) / 2, np.log(
                np.linalg.svd(k.W - W, compute_uv=False)[0] / np.sqrt(len(k.W) / k.W.shape[1]))]
                for k, (z, W) in zip(net.layers[1:], start)])
        mean = np.mean(logs, axis=0)
        found[n] = np.exp([mean[0], mean[1:-1].mean(axis=0), mean[-1]])
    lines, powers = {}, {"adam": (0, 1, 1), "sgd": (-1 / 2, 1 / 2, 1)}[way]
    for which, panel in enumerate(("change", "norm")):
        for k, kind in enumerate(("input", "hidden", "output")):
            known = {n: found[n][k, which] for n in found}
            lines[panel, kind] = lambda at, known=known: np.array([known.get(int(n), np.nan) for n in at])
            p = powers[k] if rule == "standard" else 0
            lines[f"theory, {kind}"] = lambda at, y=found[128][k, 1], p=p: y * (at / 128) ** p
    return {**lines, "change of z[l], root mean square": lines["change", "hidden"], "width n": runs.WIDTHS,
            "σ₁(ΔW[l]) over √(outputs/inputs)": lines["norm", "hidden"]}


def spread(n):
    found = {"plain": [], "residual": []}
    for L in deep.LAYERS:
        for kind, line in found.items():
            logs = deep.log_sizes(n, L)[kind].astype(float)
            logs = logs[np.isfinite(logs)]
            line.append(np.mean(logs**2) - np.mean(logs) ** 2)
    at = deep.LAYERS.index(64)
    said = {"# random ReLU networks of width #, He's weights: through # plain layers ln ‖δ‖² has a variance of # (# "
            "L/n = #), through # residual blocks #": [200, n, 64, found["plain"][at], 5, 320 / n, 64,
                                                      found["residual"][at]]}
    return {"caption": said, "plain": found["plain"],
            "residual, s = 1/√L": found["residual"], "variance of ln ‖δ‖²": [*found.values()],
            "layers, or blocks, L": deep.LAYERS, "_": [5 * np.array(deep.LAYERS) / n]}


def depth_rate(scale, L):
    lines, _ = ends("depth", runs.SCALES.index(scale), runs.DEPTH_RATES)
    best, places = [], [runs.DEPTHS]
    for k in range(3):
        means, at = ends("depth", k, runs.DEPTH_RATES, np.inf)
        learned = means.min(axis=1) < 1
        best.append(at[learned]), places.append(np.array(runs.DEPTHS)[learned])
    given = "depth", runs.SCALES.index(scale), runs.DEPTH_RATES
    least = np.nanmin(ends(*given, np.inf)[0][runs.DEPTHS.index(L)])
    fails, far = least > 1, " (beyond the panel)" * bool(least > 5)
    none = {f"with # blocks none of the # rates brings the loss below #; the best ends at #{far}.":
            [L, len(runs.DEPTH_RATES), 1, least]}
    said = none if fails else told(*given, runs.DEPTHS, L, "# blocks")
    return {"training loss at the end": [*lines], "best learning rate": best,
            "learning rate η": 2.0 ** np.array(runs.DEPTH_RATES), "number of blocks L": places,
            "_": [best[1][0] * 2 / np.sqrt(runs.DEPTHS)], "caption": said,
            **{f"{k} blocks": line for k, line in zip(runs.DEPTHS, lines)}}


def newton_schulz(shape, source, steps):
    G = orthogonal.matrix(source, shape)
    before = np.sqrt(np.linalg.eigvalsh(G @ G.T if len(G) <= G.shape[1] else G.T @ G).clip(0))[::-1]
    before = before / np.sqrt((G**2).sum())
    after = np.linalg.svd(nn.newton_schulz(G, steps), compute_uv=False)
    i = np.arange(1, len(before) + 1) / len(before)
    at = lambda line, least: lambda x: np.where(  # noqa: E731
        np.interp(x, i, line) > least, np.interp(x, i, line), np.nan)
    alive = before > 1e-6
    ranks, heights = i[alive], [before[alive], after[alive]]

    def polynomial(s):
        for _ in range(steps):
            s = np.polyval([2.0315, 0, -4.7750, 0, 3.4445, 0], s)
        return s

    gone = np.sum(~alive)
    some = after[alive]
    rest = f"the gray band from # to #{' (# more are 0 and stay 0)' * bool(gone)}. Before: # to #"
    said = {"the singular values go from # to #, #% of them in " + rest: [
        some.min(), after[0], 100 * np.mean(abs(some - 0.9421) <= 0.2603), 0.68, 1.2, *([gone] * bool(gone)),
        before[alive].min(), before[0]]}
    return {"caption": said, "before": at(before, 1e-3), "after": at(after, 1e-3), "singular value": heights,
            shape: ranks, "rank, as a share of their number": ranks, "singular value before, over ‖G‖": heights[0],
            "singular value after": polynomial, f"after {steps} step{'s' * (steps != 1)}": polynomial}


def muon(rest, n):
    lines, _ = ends("muon", runs.RULES.index(rest), runs.MUON_RATES)
    best = [ends("muon", k, runs.MUON_RATES)[1] for k in (0, 1)]
    adams = ends("Adam", runs.RULES.index(rest), runs.WAYS["Adam"][2])[0][runs.WIDTHS.index(n)]
    said = told("muon", runs.RULES.index(rest), runs.MUON_RATES, runs.MUON_WIDTHS, n)
    return {"training loss at the end": [*lines], "best learning rate": best,
            "learning rate η": 2.0 ** np.array(runs.MUON_RATES), "width n": runs.MUON_WIDTHS,
            "caption": {**said, "(Adam alone, at its best: #)": np.nanmin(adams)},
            **{f"width {m}": line for m, line in zip(runs.MUON_WIDTHS, lines)}}
