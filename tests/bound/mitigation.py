"""What the figures of mitigation show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.mitigation import atlas, pairs, runs
from vgtext.chapters.mitigation import cures as remedies
from vgtext.chapters.mitigation import hundred as tall
from vgtext.chapters.mitigation.layers import APART, BACK, EDGE, LOST, ROUNDING

DIGITS = nn.data.digits()


@cache
def best(recipe):
    """Right answers in the test, and steps until the loss is low, at the rate with most right in training: by depth."""
    counts = results.load("mitigation_runs")["counts"][recipe.cell].astype(float)  # depth, rate, training/test/steps
    chosen = np.array([row[row[:, 0].argmax()] for row in counts])
    return chosen[:, 1] / DIGITS.y_test.size, np.where(chosen[:, 2] > 0, chosen[:, 2], np.nan)


@cache
def sizes(recipe, depth):
    """Root mean squares of what the hidden blocks hand on, of what differs there, and norms of what comes back."""
    net = runs.build(recipe, depth)
    net = nn.mlp(64, 32, 10, depth=depth, activation=recipe.activation, init=runs.INITS[recipe.init],
                 norm=runs.NORMS[recipe.norm], shortcut=runs.SHORTCUTS[recipe.shortcut], seed=0, dtype="float64")
    a, kept = DIGITS.x[:, :64].astype(float), []
    for block in net.blocks:
        a = block.forward(a, True)
        kept.append(a.copy())
    p = np.exp(a - a.max(axis=0))
    p /= p.sum(axis=0)
    p[DIGITS.y[:64], np.arange(64)] -= 1
    d, back = p, []
    for block in net.blocks[:0:-1]:
        d = block.backward(d)
        back.append(np.sqrt(np.sum(d**2)))
    whole = np.array([np.sqrt(np.mean(v**2)) for v in kept[:-1]])
    apart = np.array([np.sqrt(np.mean((v - v.mean(axis=1, keepdims=True)) ** 2)) for v in kept[:-1]])
    return whole, np.where(apart / whole > 10.0**ROUNDING, apart, np.nan), np.array(back[::-1])


def switches(init, norm, residual):
    found = {}
    for words, recipe in (("no remedy", runs.Recipe("relu", "PyTorch default")),
                          ("as switched", runs.Recipe("relu", init, norm, "residual" if residual else "plain"))):
        back = sizes(recipe, 100)[2]
        found |= {("layers", words): np.clip(back / back[-1], 1e-40, 1e40), ("depths", words): best(recipe)[0]}
    return {**found, "error signal, relative to layer 99": [found["layers", words] for words in
                                                            ("no remedy", "as switched")],
            "test accuracy after 300 steps": [found["depths", words] for words in ("no remedy", "as switched")],
            "layer l of 100": np.arange(1, 100),
            **{(panel, "depth L"): runs.DEPTHS for panel in ("layers", "depths")}}


def mean(f):
    """E f(u), u ~ N(0, 1), as a sum over a fine grid that leaves out 0."""
    u = (np.arange(-2500, 2500) + 0.5) / 256
    return np.average(f(u), weights=np.exp(-u * u / 2))


def theory(recipe, depth):
    """Wide layers: root mean squares of what they hand on, over the first's, and error signals over the last's."""
    phi, kept = nn.get_activation(recipe.activation), recipe.shortcut == "residual"
    power = {"PyTorch default": 1 / 3, "Glorot": 1, "He": 2, "orthogonal": 1}[recipe.init]  # n times their variance
    first = 4 / 3 if recipe.init == "Glorot" else power  # 64 pixels, 32 units: 64 of 2 / (64 + 32)
    middle, square, sizes, factors = 0.0, 0.0, [], []  # of the stream: its mean, its mean square
    spread = 0.0  # its variance over the images
    for l in range(1, depth):
        v = 1.0 if recipe.norm != "none" else power * square if l > 1 else first
        m, r, slope = (mean(f) for f in (lambda u, s=v**0.5: phi.value(s * u), lambda u, s=v**0.5: phi.value(s * u)**2,
                                         lambda u, s=v**0.5: phi.derivative(s * u) ** 2))
        if l > 1:
            divisor = {"none": 1 / power, "layer": square, "batch": spread}[recipe.norm]
            factors.append(kept + slope / max(divisor, 1e-300))
        on = kept and l > 1
        middle, square, spread = on * middle + m, on * (square + 2 * middle * m) + r, on * spread + r - m * m
        sizes.append(square**0.5)
    if (recipe.activation, recipe.norm, kept) == ("relu", "none", True):
        return np.array(sizes) / sizes[0], along_the_stream(np.square(sizes), power)
    return np.array(sizes) / sizes[0], np.append(np.cumprod(np.sqrt(factors[::-1]))[::-1], 1.0)


def along_the_stream(q, power, n=32):
    """Error signals where bare ReLUs add to a stream of mean squares q: a sum over where each part joins them."""
    cosines = (q[1:] + q[:-1] - power * q[:-1] / 2) / 2 / q[1:]  # of a[l-1] and a[l], times their lengths' ratio
    joins, free = (1 - cosines**2) * q[-1] / q[:-1] / n, 1 + power / 2
    return np.sqrt([free ** (len(joins) - k) + sum(joins[j] * free ** (j - k) for j in range(k, len(joins)))
                    for k in range(len(q))])


def journey(activation, init, remedy):
    recipe = runs.Recipe(activation, init, *atlas.ROWS[remedy])
    whole, apart, back = sizes(recipe, 50)
    forward, backward = theory(recipe, 50)
    found = {"activations": whole / whole[0], "error signal (right to left)": back / back[-1],
             "activations, theory": forward, "error signal, theory": backward}
    if (activation, remedy) == ("relu", "residual"):
        power = {"PyTorch default": 1 / 3, "Glorot": 1, "He": 2, "orthogonal": 1}[init]
        found["error signal, theory of 1 + χ alone"] = (1 + power / 2) ** (np.arange(48, -1, -1) / 2)
    known = np.where(apart / whole > 1e-10, apart / apart[0], np.nan)  # of less, rounding is a part
    return {**found, "size, relative to where it starts": [*found.values()],
            "what tells inputs apart": lambda l: known[l.astype(int) - 1],
            "layer l (input at the left)": np.arange(1, 50)}


def forecast(norm, shortcut):
    names = {"trains": [], "does not train": []}
    for recipe in runs.recipes():
        if (recipe.norm, recipe.shortcut) == (norm, shortcut):
            for depth, right in list(zip(runs.DEPTHS, best(recipe)[0]))[1:]:
                _, apart, back = sizes(recipe, depth)
                gained = apart[-1] / apart[0], back[0] / back[-1]
                names["trains" if right >= atlas.TRAINS else "does not train"].append(gained)
    ends = 10.0 ** np.array([-EDGE, EDGE])
    x, y = ([np.clip(np.array(v).reshape(-1, 2)[:, k], *ends) for v in names.values()] for k in (0, 1))
    x = [np.where(np.isfinite(v), v, 10.0**LOST) for v in x]
    assert APART == BACK
    box = 10.0 ** (BACK * np.array([[-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]]))
    return {"what tells inputs apart: last layer / first": [*x, box[0]], "error signal: first layer / last": y,
            **dict(zip(names, y)), "_": [box[1]]}


def pair(pair, depth):
    right = np.array([[best(recipe)[0] for recipe in row] for row in pairs.PAIRS[pair][2]])
    more = right[1, 1] - right[1, 0] - right[0, 1] + right[0, 0]
    cells = np.rint(100 * right[:, :, runs.DEPTHS.index(depth)].ravel())
    neither, other, one, both = cells
    (_, down), (_, across) = pairs.PAIRS[pair][:2]
    said = {f"# layers: neither #, {down} alone #, {across} alone #, both #. Together they add # point":
            [depth, *cells[[0, 2, 1, 3]] / 100, both - neither],
            "; one by one they would add #.": one + other - 2 * neither}
    return {"caption": said, f"test accuracy in %, {depth} layers": cells,
            "interaction, points": 100 * more, "depth L": runs.DEPTHS,
            "more (+) or less (−) than the sum": 100 * more}


def hundred(way, against):
    stored = results.load("mitigation_hundred")
    losses = stored["losses"] / 1000
    found = {name: losses[list(tall.WAYS).index(name)] for name in (against, way)}
    lines = {name: [line for line in each if np.ptp(line)] for name, each in found.items()}
    said = {"# layers of #, plain gradient descent; test digits right after # steps, mean of # seeds: ": [
        100, 64, 600, 3]}
    for name in found:
        right, rate = (stored[which][list(tall.WAYS).index(name)] for which in ("right", "rates"))
        above = ", with losses above the panel on its way" * bool(found[name].max() > 3)
        said |= ({f"{name} (rate #) gets #{above}": [rate, right[:, 1].mean() / DIGITS.y_test.size]} if lines[name] else
                 {f"{name} (rate #) breaks down": rate})
    if way == against and lines[way]:
        said[" The blue lines cover the orange ones."] = ()
    return {"caption": said, "training loss, 100 layers": [line for each in lines.values() for line in each],
            **{name: each[0] for name, each in found.items() if np.ptp(each[0])},
            **{f"{name}: breaks down": None for name in found}, "mean of 3 seeds": None,
            "step": np.arange(10, 601, 10) - 5}


def cures(cause):
    counts = results.load("mitigation_cures")["counts"].astype(float)  # case, remedy, seed
    shares = [100 * case[k].sum() / 2 / DIGITS.y_test.size for k in range(counts.shape[1]) for case in counts]
    column = np.array(shares[list(remedies.CASES).index(cause) :: len(counts)])
    around = list(remedies.CASES).index(cause) + np.array([-0.5, 0.5, 0.5, -0.5, -0.5])
    return {**dict.fromkeys(("mean of 2 seeds", "test accuracy in %"), np.rint(shares)),
            "network (1 to 7 in the list)": around, "_": [np.array([-0.5, -0.5, 13.5, 13.5, -0.5])], "caption": {
                f"{cause.capitalize()}: # of the test digits untreated. # of # remedies bring":
                [column[0] / 100, sum(column[1:] >= 80), 13], " it to #": 0.8,
                "Width #, # steps, mean of # seeds": [32, 300, 2]}}


def map(activation, init, measure):
    cells = [runs.Recipe(activation, init, *row) for row in atlas.ROWS.values()]
    counts = np.array([results.load("mitigation_runs")["counts"][cell.cell] for cell in cells])  # row, depth, rate, 3
    learns = (counts[..., 1] >= 0.8 * DIGITS.y_test.size).sum(axis=-1)
    right, steps = (np.array([best(cell)[k] for cell in cells]).ravel() for k in (0, 1))
    trained = [sum((best(runs.Recipe(name, start, *row))[0] >= 0.8).sum() for row in atlas.ROWS.values())
               for start in runs.INITS for name in runs.ACTIVATIONS]
    words = {"accuracy": "Color and number: test accuracy in percent.", "rates": "learning rates it trains.",
             "steps": "steps until the mean loss of ten steps is below 0.5"}
    numbers = {"accuracy": np.rint(100 * right), "rates": learns.ravel(), "steps": steps[np.isfinite(steps)]}
    return {words[measure]: numbers[measure], f"{atlas.NAMES[activation]}, {init} initialization": numbers[measure],
            "of 42, how many train": trained, "depth L": None}  # no line: numbers in cells, told by the ticks
