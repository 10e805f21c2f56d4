"""What the figures of rescue show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.rescue import operate, runs
from vgtext.chapters.rescue.charts import CASES, charts
from vgtext.chapters.rescue.patient import LOOKS
from vgtext.chapters.rescue.plans import ACTIVATIONS, RATES, STAGES, Plan, build
from vgtext.diagnose import diagnose

from .ways import hashed

FIELD = {"error signal, per unit": "error", "weight gradient, norm": "gradient", "activation, per unit": "activation",
         "update-to-weight ratio": "got", "share of flat units": "flat"}
NAMES = [*STAGES, *CASES]


@cache
def first_norms(name):
    """Norms of the weights that a chart's network starts with."""
    net = CASES[name]()[0] if name in CASES else build(STAGES[name])
    return np.array([np.sqrt(np.sum(layer.W.astype(float) ** 2)) for layer in net.layers[1:]])


def read(name, field):
    """What is stored of a chart."""
    return results.load("rescue_charts")[f"{NAMES.index(name)}_{field}"].astype(float)


def told(name, look, step):
    """The mean of the last five losses at a step, and {words of the caption: numbers} of an instrument there."""
    at, loss = int(np.flatnonzero(read(name, "steps") == step)[0]), np.exp2(read(name, "loss"))
    values = read(name, FIELD[LOOKS[look][1]])[at]
    end = np.mean([loss[max(0, step - 1 - k)] for k in range(5)])
    if look == "flat units":
        most, full, hidden = max(values[:-1]), sum(values[:-1] == 1), len(values) - 1
        return end, ({"in # of # hidden layers every unit is flat for every image.": [full, hidden]} if full else
                     {"at most # of a hidden layer's units are flat for every image.": most} if most else
                     {"# of the hidden units are flat for every image.": 0})
    sizes, zeros = np.exp2(values), [*values].count(-np.inf)
    if zeros == len(values):
        return end, {f"the {look} is exactly # in all # layers.": [0, zeros]}
    ends = f"; it is exactly # in # layer{'s' * (zeros > 1)}." if zeros else "."
    return end, {f"the {look} is # in layer # and # in layer #{ends}":
                 [sizes[0], 1, sizes[-1], len(values), *([0, zeros] if zeros else [])]}


def chart(name, look, step, others=(), top=None):
    """The loss as the mean of the last five steps, and one instrument at one step, from the file by its names."""
    losses = {}
    for each in (name, *others):
        loss = np.exp2(read(each, "loss"))
        losses[each] = np.array([np.mean([loss[max(0, t - k)] for k in range(5)]) for t in range(0, len(loss), 3)])
    words, usual = LOOKS[look][1], LOOKS[look][3]
    at = int(np.flatnonzero(read(name, "steps") == step)[0])
    values, asked, gradient = (read(name, field)[at] for field in (FIELD[words], "asked", "gradient"))
    there = (gradient > -60) & np.isfinite(asked) & np.isfinite(gradient)  # float16 holds a digit of what is smaller
    rate = float(results.load("rescue_charts")["rate"][NAMES.index(name)])
    assert np.allclose(np.exp2(asked[there] - gradient[there]), rate / first_norms(name)[there], rtol=0.04)
    if usual:
        values, asked = (np.exp2(np.minimum(line, np.log2(top or usual[1]))) for line in (values, asked))
        values, asked = (np.where(line > 0, line, np.nan) for line in (values, asked))
    given = {**steps(np.arange(1, len(loss) + 1, 3)), "training loss, mean of 5 steps": [*losses.values()], **losses,
             "layer l (input at the left)": np.arange(1, len(values) + 1)}
    if look == "update-to-weight ratio":
        return {**given, words: [values, asked], "made": values, "asked for": asked}
    return {**given, words: values}


def steps(places):
    """The name "step" with its places, in each panel by itself: on the axis of layers it would be wrong."""
    return {(panel, "step"): places for panel in ("losses", "layers")}


def patient(look, step):
    loss, seen = told("as admitted", look, step)
    said = {"Fifty sigmoid layers of #, # steps on the digits. At step # the loss is #, and ":
            [64, 300, step, loss], **seen}
    return {**chart("as admitted", look, step), "caption": said}


def stages(stage, look, step):
    names = list(STAGES)
    (label, own), loss = hashed(stage.replace(":", ",")), np.exp2(read(stage, "loss"))
    head = f"After repair {label}" if own else "As admitted"
    said = {f"{head}: the loss ends at #, with # of the training digits right. Diagnosis: "
            f"{diagnose(charts()[stage].recording()).cause}. At step #: ":
            [*own, sum(loss[-10:]) / 10, read(stage, "ended")[0], step], **told(stage, look, step)[1]}
    return {**chart(stage, look, step, names[: names.index(stage)]), "caption": said}


def case(case, look, step):
    loss, seen = told(case, look, step)
    said = {f"Case {case}: # layers, # steps. At step # the loss is #, and ":
            [len(first_norms(case)), 300, step, loss], **seen}
    return {**chart(case, look, step, top=1e5), "caption": said}


def spread(a):
    """Directions, from singular values; 0 where rounding alone tells the images apart."""
    c = a.astype(float) - a.astype(float).mean(axis=1, keepdims=True)
    if np.abs(c).max() <= 50 * np.finfo(a.dtype).eps * np.abs(a).max():
        return 0.0
    s = np.linalg.svd(c / np.abs(c).max(), compute_uv=False)
    return (s**2).sum() ** 2 / (s**4).sum()


def directions(width, way, init):
    """Two traces, from singular values."""
    found = []
    for seed in range(3):
        a, line = nn.data.digits().x[:, :256], []
        for block in build(Plan("ReLU", init, way), seed, width=width).blocks[:49]:
            a = block.forward(a, True)
            line.append(spread(a))
        found.append(line)
    mean, plain = np.prod(found, axis=0) ** (1 / 3), (way, init) == ("nothing", "He")
    said = {f"ReLU, {init} weights, {way}, width #, # digits, geometric mean of # seeds: layer # has # directions, the "
            "last hidden layer #.": [width, 256, 3, 1, mean[0], mean[-1]],
            **({" At infinite width it would have #.": wide()[-1]} if plain else {})}
    return {"directions D": [*found, mean], "geometric mean of 3 seeds": mean, "caption": said,
            "layer l (input at the left)": np.arange(1, 50), "infinite width": wide()}


@cache
def wide():
    """Directions at infinite width, by the eigenvalues of the images' products."""
    x, line = nn.data.digits().x[:, :256].astype(float), []
    K = x.T @ x / 32
    for _ in range(49):
        sizes = np.outer(np.diag(K), np.diag(K))
        K = (np.sqrt(np.maximum(sizes - K**2, 0)) + K * (np.pi / 2 + np.arcsin(np.clip(K / sizes**0.5, -1, 1)))) / np.pi
        away = np.eye(256) - 1 / 256
        found = np.linalg.eigvalsh(away @ K @ away)
        line.append(found.sum() ** 2 / (found**2).sum())
    return np.array(line)


def mean(f):
    """E f(u), u ~ N(0, 1), as a sum over a fine grid that leaves out 0."""
    u = (np.arange(-2500, 2500) + 0.5) / 256
    return np.average(f(u), weights=np.exp(-u * u / 2))


def theory(plan):
    """The error signal of layers 1 to 49 at infinite width, over that of layer 49."""
    phi, q, steps = nn.get_activation(ACTIVATIONS[plan.activation]), 1.0, []
    share = {"PyTorch default": 1 / 3, "Glorot": 1, "He": 2}[plan.init]  # n times the weights' variance
    for _ in range(49):
        v = 1.0 if plan.way == "layer norm" else share * q
        q = mean(lambda u, v=v: phi.value(v**0.5 * u) ** 2)
        slope = 1 / q if plan.way == "layer norm" else share
        steps.append((slope * mean(lambda u, v=v: phi.derivative(v**0.5 * u) ** 2)) ** 0.5)
    return np.append(np.cumprod(steps[:0:-1])[::-1], 1.0).clip(1e-42, 1e12)


def operation(activation, init, way):
    """Losses of the stored runs, the rate with most training digits right, and what comes back at the start."""
    plan = Plan(activation, init, way)
    kept = results.load("rescue_runs")
    right = kept["right"][plan.cell[:-1]]
    top = RATES[int(right[:, 0].argmax())]
    file = {rate: runs.loss(one) for rate, one in zip(RATES, operate.rates_of(plan))}
    stored = {rate: kept["losses"][plan.cell[:-1]][k] / 1000 for k, rate in enumerate(RATES)}
    for rate, line in file.items():
        assert np.allclose(line[np.isfinite(line)], stored[rate][np.isfinite(line)])
    shown = {rate: np.where(line < 5, line, np.nan) for rate, line in file.items()}
    found, left = {}, 0
    for words, one in (("as admitted", Plan()), ("this plan", plan)):
        net = build(one, 0, dtype="float64")
        d = nn.data.digits()
        a = d.x[:, :256].astype(float)
        for l, block in enumerate(net.blocks, 1):
            a = block.forward(a, True)
            left = spread(a) if l == 49 else left
        back, error = net.loss(a, d.y[:256])[1], []
        for block in net.blocks[:0:-1]:
            back = block.backward(back)
            error.insert(0, np.linalg.norm(back))
        error = np.array(error[:49])
        found[words] = error / error[-1]
    ends = {rate: f"{right[k, 1] / nn.data.digits().y_test.size:.0%} right" for k, rate in enumerate(RATES)}
    here = 0.001
    error, shares = found["this plan"], right / [nn.data.digits().y.size, nn.data.digits().y_test.size]
    said = {f"{activation}, {init} weights, {way}: the error signal differs #-fold between "
            f"layers, and {'# directions' if left else 'no directions'} reach layer #. ":
            [max(error) / min(error), *([left] if left else []), 49]}
    good = [rate for rate, (train, test) in zip(RATES, shares) if train >= 0.95 and test >= 0.9]
    verdict = f"Rescued at η = {', '.join('#' for _ in good)}." if good else "None of the five rates rescues it."
    most = "among " * int(sum(right[:, 0] == max(right[:, 0])) > 1) + "the best in training"
    if np.isnan([line[-1] for line in file.values()]).all():
        said["It breaks down in the first steps, at each of the five rates."] = ()
    elif top == here:
        said[f"At the patient's rate, {most}, # of the test digits are right. {verdict}"] = [
            shares[0, 1], *good]
    else:
        said[f"At the patient's rate # of the test digits are right, at #, {most}, #. {verdict}"] = [
            shares[0, 1], top, shares[RATES.index(top), 1], *good]
    found |= {f"it is {most}": None} if top == here else {}
    named = {f"best rate {top:g}": top, f"dashed: patient's rate {here:g}": here}
    found |= {f"{words}, {end}": shown[rate] for words, rate in named.items() for end in (ends[rate], "breaks down")
              if min(stored[rate]) < 5}
    return {**found, "caption": said, "theory": theory(plan) if way in ("nothing", "layer norm") else None,
            "layer l (input at the left)": np.arange(1, 50), "error signal, relative to layer 49": found["this plan"],
            f"best rate {top:g}": shown[top], f"patient's rate {here:g}": shown[here],
            "breaks down in the first steps, at every rate": None,
            **steps(np.arange(10, 301, 10) - 5 if np.isfinite([*shown.values()]).any() else None),
            "training loss, five rates": [*shown.values()],
            **{f"η = {rate:g}": line for rate, line in shown.items()}}
