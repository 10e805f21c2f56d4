"""What the figures of clipping show, computed again."""

from functools import cache
from statistics import NormalDist

import numpy as np

from vgtext import nn
from vgtext.chapters.clipping import adaptive, runs, spikes
from vgtext.chapters.clipping import angles as turns
from vgtext.chapters.clipping import bias as noisy
from vgtext.chapters.clipping import cliff as edge
from vgtext.chapters.clipping import thresholds as rules


def at(w, b):
    """The loss of the tiny network and its gradient, by a backward pass; w and b are numbers or arrays."""
    h = [np.full_like(w * b, 0.5)]
    for _ in range(50):
        h.append(1 / (1 + np.exp(-w * h[-1] - b)))
    g, d = 0, 2 * (h[-1] - 0.7)
    for before, after in zip(h[-2::-1], h[:0:-1]):
        d = d * after * (1 - after)
        g, d = g + d * np.array([before, np.ones_like(before)]), d * w
    return (h[-1] - 0.7) ** 2, g


def way(place, rate, limit, steps):
    """The places and losses of descent on the tiny network, clipped at a limit: (2, steps + 1), (steps + 1,)."""
    places, losses, place = [], [], np.array(place)
    for _ in range(steps + 1):
        loss, g = at(*place)
        places.append(place), losses.append(loss)
        place = place - rate * g / max(1, np.linalg.norm(g) / limit)
    return np.array(places).T, np.array(losses)


def picture(w, b):
    """The loss at the middles of 100 times 100 pixels, by rows from below."""
    return at(*np.meshgrid(*(low + (high - low) * np.arange(0.005, 1, 0.01) for low, high in (w, b))))[0].ravel()


def told(*losses):
    """How losses are told, and their numbers: what rounding alone keeps from 0 is called so."""
    return *("#" if loss > 1e-24 else "# but for rounding" for loss in losses), [
        loss if loss > 1e-24 else 0 for loss in losses]


def cliff(c, rate, step):
    (free, high), (held, low) = (way(edge.START, rate, limit, step) for limit in (np.inf, c))
    norms = np.linalg.norm([at(*place)[1] for place in free.T], axis=1)
    moved, short = (np.hypot(*np.diff(places)) for places in (free, held))
    said = {"Both runs start at the star, w = #, b = #, with a gradient of # and a loss of #.":
            [*edge.START, norms[0], high[0]]}
    if step:
        k, (one, other, ends) = moved.argmax(), told(high[-1], low[-1])
        said = {f"η = #, # step{'s' * (step > 1)}. Not clipped: step # met a gradient of # and moved by #. The "
                f"gradient is # now, the loss {one}. Clipped at C = #: no step was longer than #, and the "
                f"loss is {other}.":
                [rate, step, k + 1, norms[k], moved[k], norms[-1], ends[0], c, max(short), ends[1]]}
    return {"caption": said, "not clipped": free[1], "clipped": held[1], "■ not clipped": None, "● clipped": None,
            "the loss (dark: high)": None, "weight w": [free[0], held[0]], "bias b": [free[1], held[1]],
            "_": [picture(*part) for part in (edge.WHOLE, edge.CLOSE)]}


def start(w, b):
    (free, high), (held, low) = (way((w, b), 0.2, limit, 24) for limit in (np.inf, 1.0))
    norms = np.linalg.norm([at(*place)[1] for place in free.T[:-1]], axis=1)
    most, (one, other, ends) = max(norms), told(high[-1], low[-1])
    one, other = (words + " (beyond the panel)" * bool(loss < 1e-8) for words, loss in zip((one, other), ends))
    said = {", no gradient is longer than #, so clipping at C = # changes nothing": [1, 1],
            f"; after # steps the loss is {one}.": [24, ends[0]]} if most <= 1 else {
                f", step # meets a gradient of #. After # steps the loss is {one}; clipped at C = #, {other}.":
                [norms.argmax() + 1, most, 24, ends[0], 1, ends[1]]}
    said["From w = #, b = # with η = #,"] = [w, b, 0.2]
    return {"caption": said, ("losses", "not clipped"): high, ("losses", "clipped"): low,
            ("plane", "not clipped"): free[1], ("plane", "clipped"): held[1],
            "weight w": [free[0], held[0]], "bias b": [free[1], held[1]],
            "step": np.arange(25), "loss": [high, low], "the loss on the way": [high, low], "■ not clipped": high,
            "● clipped": low, "the loss (dark: high)": None, "_": [picture((3.95, 4.5), edge.CLOSE[1])]}


def step(way, turn, c):
    raw = [3 * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))]),
           np.array([np.cos(np.radians(60)), np.sin(np.radians(60))])]
    whole = np.linalg.norm(raw)
    cut = [np.clip(g, -c, c) if way == "value" else
           g / max(1, (np.linalg.norm(g) if way == "norm" else whole) / c) for g in raw]
    one, other = (np.concatenate(pair) for pair in (raw, cut))
    now, ratio = np.linalg.norm(other), [np.linalg.norm(pair[0]) / np.linalg.norm(pair[1]) for pair in (raw, cut)]
    turned = np.degrees(np.arccos(min(1, one @ other / whole / now)))
    stays = f"{whole:.1e}" == f"{now:.1e}"
    words = {"value": "By value", "norm": "By norm, each layer", "global_norm": "By global norm"}[way]
    said = {f"{words}, C = #: the length {'stays #' if stays else 'goes from # to #'}, and the direction turns by #°. "
            "Layer #'s gradient was # times as long as layer #'s; now it is # times":
            [c, *([whole] if stays else [whole, now]), turned, 1, ratio[0], 2, ratio[1]],
            f"; dashed: the limit{', beyond the panels' * (way == 'value' and c > 3.3)}.": ()}
    t = np.linspace(0, 2 * np.pi, 61)
    borders = [c * np.array([[-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]]) if way == "value" else
               (c if way == "norm" else c * np.linalg.norm(g) / whole) * np.array([np.cos(t), np.sin(t)]) for g in raw]
    ends = {(panel, f"gradient of weight {k + 1}"): [g[k : k + 1], a[k : k + 1], border[k]] for k in (0, 1)
            for panel, g, a, border in zip(("first", "last"), raw, cut, borders)}
    return {"caption": said, **ends, "_": [up for _, up in borders],
            **{f"layer {k + 1}": [raw[k][:1], cut[k][:1]] for k in (0, 1)}}


@cache
def turned(network, how, share):
    """The mean angle over the batches, and the layers' sizes on the first."""
    pairs = [(batch, turns.shorten(batch, how, share)[0]) for batch in turns.gradients(network)]
    angles = []
    for pair in pairs:
        raw, after = (np.concatenate([g.ravel() for g in one]) for one in pair)
        assert np.isclose(np.linalg.norm(after) / np.linalg.norm(raw), share)
        angles.append(turns.angle(*pair))
        assert np.isclose(np.cos(np.radians(angles[-1])), raw @ after / np.linalg.norm(raw) / np.linalg.norm(after))
    return np.mean(angles), [np.linalg.norm(g) for g in pairs[0][1][::2]]


def angles(network, share):
    sizes = [np.linalg.norm(g) for g in turns.gradients(network)[0][::2]]
    found = {("sizes", "size of the weight gradient"): [sizes], "not clipped": sizes, "thick gray: not clipped": sizes,
             "by global norm, in the end": None, "length kept, clipped / raw": turns.SHARES,
             "layer l (input at the left)": np.arange(1, 11)}
    for (how, words), end in zip(turns.NAMES.items(), (np.sign, lambda g: g / np.linalg.norm(g), None)):
        found |= {("sizes", words): turned(network, how, share)[1],
                  ("turn", words): [turned(network, how, other)[0] for other in turns.SHARES]}
        if end:
            far = np.mean([turns.angle(batch, [end(g) for g in batch]) for batch in turns.gradients(network)])
            found[f"{words}, in the end"] = [far] * 4
    kept = "not clipped" if share == 1 else "clipped to # of its length"
    turn = [found["turn", words][turns.SHARES.index(share)] for words in turns.NAMES.values()]
    said = {f"{network}, # layers of # units, the gradient {kept}. By value it turns by #°, by norm of each array by "
            "#°, by global norm by #°": [10, 64, *([share] * (share < 1)), *turn]}
    return {"caption": said, **found, "turned by (degrees)": [found["turn", words] for words in turns.NAMES.values()],
            "▲ by norm, each array": None, "● by global norm": None}


def count(k, end, sigma_w):
    sizes = nn.measure(105, 64, sigma_w, 0.0, "tanh", batch=16, seed=0, dtype="float64").gradient[1:]
    kept, rest = np.split(sizes, [k]) if end == "input" else np.split(sizes, [105 - k])[::-1]
    left = [np.sqrt(np.sum((sizes[:i] if end == "input" else sizes[105 - i :]) ** 2)) for i in range(1, 106)]
    clipped = sizes / max(1, np.linalg.norm(sizes))
    squares = np.cumsum(nn.meanfield.chi("tanh", sigma_w) ** np.arange(105.0))
    theory = [left[-1] * np.sqrt(squares / squares[-1])] if end == "output" else []
    some = {"output": "the # layers nearest the output", "input": "layers # to #"}[end], [1, k][end == "output" :]
    some = some if k > 1 else ("the layer nearest the output", []) if end == "output" else ("layer #", [1])
    said = {f"# tanh layers, σ_w = #: the gradient has a norm of #. Kept for {some[0]}, it has #. Clipped by global "
            "norm, all # stay, and it has #": [105, sigma_w, left[-1], *some[1], left[k - 1], 105, min(1, left[-1])]}
    layers = np.arange(1, 106)
    return {"caption": said,
            "layer l (input at the left)": [layers, *np.split(layers, [k if end == "input" else 105 - k])],
            "number of layers kept, k": layers, "size of the weight gradient": [kept, rest, clipped],
            "line: all clipped together, C = 1": clipped, "global norm": left, "clipped at C = 1": [1, 1], "_": theory}


def recurrent(rate, c, seed):
    kept, steps = runs.stored(), np.arange(5, 1001, 5)
    where = [list(runs.RATES).index(rate), [list(runs.LIMITS).index(limit) for limit in (np.inf, c)]]
    free, cut = 10.0 ** kept["traces"][where[0], where[1], seed].astype(float)
    medians = {f"η = {other:g}, median": np.median(kept["loss"][k], axis=1) for k, other in enumerate(runs.RATES)}
    (alone, held), losses = (kept[what][where[0], where[1]] for what in ("accuracy", "loss"))
    said = {"The run shown has seed #. η = #: without clipping # of # runs solve the task (at least # of the test "
            "symbols); # of # " + ("does" if np.sum(held >= 0.9) == 1 else "do") + " at C = #. The "
            "median test loss after # steps is # without and # with":
            [seed, rate, sum(alone >= 0.9), 8, 0.9, sum(held >= 0.9), 8, c, 1000, *np.median(losses, axis=1)]}
    return {"caption": said, ("trace", "step"): steps, "gradient, before clipping": [free, cut], "■ not clipped": free,
            f"● clipped at {c:g}": cut, **medians, "test loss after 1,000 steps": [*medians.values()],
            "longest step allowed, ηC": [[*other * np.array(runs.LIMITS[:-1]), 40] for other in runs.RATES],
            f"η = {rate:g}, one run": kept["loss"][where[0]].T}


def rest_place(x, c):
    """Where as much pulls w up as down, of pulls clipped at c; by halving."""
    low, high = x.min(), x.max()
    while high - low > 1e-4:
        w = (low + high) / 2
        low, high = (w, high) if np.clip(w - x, -c, c).sum() < 0 else (low, w)
    return low


@cache
def settled(batch, skew):
    """The mean places of w in the second half of 1500 steps, at every threshold: many runs at once."""
    x, rng, chains, limits = noisy.data(skew), np.random.default_rng(1), max(30, 400 // batch), noisy.LIMITS
    w, places = np.full((len(limits), chains), x.mean()), []
    for pick in rng.integers(len(x), size=(1500, batch, chains)):
        w = w - 0.05 * np.clip(w - x[pick].mean(axis=0), *np.multiply.outer([-1, 1], limits)[..., None])
        places.append(w.mean(axis=1))
    return np.mean(places[750:], axis=0)


def bias(c, batch, skew):
    data = np.exp([skew * NormalDist().inv_cdf(share) for share in np.arange(0.5, 4000) / 4000])
    mean, median = np.sum(data) / len(data), np.sort(data)[len(data) // 2 - 1 : len(data) // 2 + 1].mean()
    bars = [np.sum((data >= left) & (data < left + 0.1)) / np.sum(data <= 5) / 0.1 for left in np.arange(0, 50) / 10]
    dots, means = settled(batch, skew), noisy.batch_means(skew, batch)
    here = dots[noisy.LIMITS.index(c)]
    said = {"Batches of #, C = #: # of the gradients are clipped, and w settles at #. The least loss is at the mean, "
            "#; the median is #":
            [batch, c, np.count_nonzero((means > here + c) | (means < here - c)) / len(means), here, mean, median]}
    return {"caption": said, f"mean {mean:.2f}": None, f"median {median:.2f}": None, f"w settles {here:.2f}": None,
            "data x, and the parameter w": [[mean, mean], [median, median], [here, here]],
            "mean: the least loss": np.array([mean, mean]), "median": np.array([median, median]),
            "where w settles": [dots, [rest_place(means, k) for k in noisy.LINE]],
            "threshold C": [noisy.LIMITS, noisy.LINE], "_": [bars]}


def thresholds(rule, rate, bad):
    kept, where = rules.stored(), (list(adaptive.RULES).index(rule), rules.RATES.index(rate), int(bad))
    norms = 10.0 ** kept["norms"][where].astype(float)
    broken = (norms >= 1e9).any()
    low = np.sum(norms < 1e-4)
    under = "; # norm lies below the panel." if low == 1 else "; # norms lie below the panel." if low else "."
    fate = ({"breaks down at step #, which counts as # right": [1 + np.argmin(norms < 1e9), 0.1]} if broken else
            {f"has a median norm of #{under}": [np.median(norms), *[low] * bool(low)]})
    norms = np.where((norms < 1e9) & (norms > 0), norms, np.nan)
    fired, loud = kept["fired"][where][0], kept["loud"][int(bad)][0]
    right = kept["right"][:, where[1], where[2]].mean(axis=1) / nn.data.digits().y_test.size
    every, those = kept["fired"][where], kept["loud"][int(bad)]
    what = {"# steps at most: without clipping, #": [600, right[where[0]]]} if rule == "none" else {
        f"# steps at most: {rule} fires at # of them" + ", at # of the bad batches" * bool(bad) + ", and #":
        [600, np.mean(every), *([np.mean(every[those])] if bad else []), right[where[0]]]}
    said = {f"# ReLU layers of # units, η = #, {'one batch in # bad' if bad else 'no bad batches'}, ":
            [6, 64, rate, *([50] * bool(bad))], **what, "The run shown, seed #, ": 0, **fate,
            " of the test digits are right at the end; mean of # seeds": 8}
    steps = {"clipped": norms[fired], "not clipped": norms[~fired], "bad batch": norms[loud]}
    shown = {words: line for words, line in steps.items() if np.isfinite(line).any()}
    return {"caption": said, **{words: None for words in steps}, **shown,
            "norm before clipping": [*shown.values()], "step": None,
            "global norm 1": None, "larger dots, orange: clipped": shown.get("clipped"),
            "mean of 8 seeds": [[r] for r in right], "right on the test digits": [[r] for r in right]}


def spike(spike, when, c):
    raw = np.where(np.arange(when + spikes.AFTER) == when - 1, spike, 1.0)
    g = raw if c is None else np.minimum(raw, c)
    m, v, adam = 0.0, 0.0, []
    for t, one in enumerate(g, 1):
        m, v = 0.9 * m + 0.1 * one, 0.999 * v + 0.001 * one**2
        adam.append(m / (1 - 0.9**t) / np.sqrt(v / (1 - 0.999**t)))
    size = "one gradient # times as large as the others" if spike > 1 else "all gradients alike"
    cut = "not clipped" if c is None else "clipped at C = #" if spike > c else "C = # clips nothing"
    far = sum(adam[when : when + 900])
    said = {f"Adam, {size}, at step #, {cut}: the step is # η there (plain descent: # η) and # η a hundred steps later."
            f" The # steps after it together are # η long{', instead of # η' * bool(abs(far - 900) > 0.5)}.":
            [*([spike] * (spike > 1)), when, *([c] if c else []), adam[when - 1], g[when - 1], adam[when + 99], 900,
             far, *([900] if abs(far - 900) > 0.5 else [])]}
    shown = slice(when - spikes.BEFORE, None)
    return {"caption": said,
            "steps after the spike": np.arange(1 - spikes.BEFORE, spikes.AFTER + 1), "gradient": g[shown],
            "size of the gradient": g[shown], "before clipping": raw[shown], "gray: before clipping": raw[shown],
            "length of the step / η": [adam[shown], g[shown]], "Adam": adam[shown], "Adam, predicted": adam[shown],
            "plain descent": g[shown], "bound for a lone gradient": np.array([0.1 / 0.001**0.5] * 2)}


def valley(ratio, c):
    lines, seen, last = [], [], []
    for limit in (np.inf, c):
        place, places = np.array([0.6, 6.0]), []
        for _ in range(2001 if limit < np.inf else 121):
            places.append(place)
            g = place * [1, 0.02]
            place = place - ratio * g / max(1, np.linalg.norm(g) / limit)
        ends = np.array(places[-2:])
        x, y = np.transpose(places[:121])
        losses = 0.5 * x**2 + 0.01 * y**2
        lines.append(np.where(losses < 1e8, losses, np.nan)), last.append(losses[-1])
        far = np.flatnonzero(np.abs(x) > 3)  # what leaves the panel is shown up to there
        end = far[0] + 1 if limit > c and far.size else None
        seen.append((x[:end], y[:end]))
    width, mean = abs(ends[1, 0] - ends[0, 0]), np.sum(0.5 * ends**2 @ [1, 0.02]) / 2
    off, dies = ", beyond the panel" * int(width > 6), "the swing dies out, and" if ratio > 1 else "there is no swing;"
    fate = {f", {dies} the loss after # steps is #": [120, last[1]]} if ratio < 2 else {
        f", it is held, and swings forever: in the end over a width of # (ηC = #{off}), at a mean loss of #":
        [width, ratio * c, mean]}
    said = {"η = #/λ. Without clipping the loss after # steps is #"
            f"{' (beyond the panel)' * bool(last[0] > 1e8)}. Clipped at C = #": [ratio, 120, last[0], c], **fate}
    return {"caption": said, "steep direction": [x for x, _ in seen], "flat direction": [y for _, y in seen],
            "step": np.arange(121),
            "_": [[0.02, 0.1, 0.3, 1, 2, 4]], "loss": lines, "■ not clipped": lines[0], "● clipped": lines[1],
            "λ(ηC)²/8": np.full(2, (ratio * c) ** 2 / 8)}
