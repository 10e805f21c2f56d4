"""What the figures of rescue show, computed again."""

import numpy as np

from vgtext import nn, results
from vgtext.chapters.rescue import operate, runs
from vgtext.chapters.rescue.charts import charts
from vgtext.chapters.rescue.patient import LOOKS
from vgtext.chapters.rescue.plans import RATES, STAGES, Plan, build

FIELD = {"error signal, per unit": "error", "weight gradient, norm": "gradient", "activation, per unit": "activation",
         "update-to-weight ratio": "got", "share of flat units": "flat"}


def chart(name, look, step, others=(), top=1e5):
    """The loss as the mean of the last five steps, and one instrument at one step."""
    one = charts()[name]
    losses = {}
    for each in (name, *others):
        loss = charts()[each].loss
        losses[each] = np.array([np.mean([loss[max(0, t - k)] for k in range(5)]) for t in range(0, len(loss), 3)])
    words = LOOKS[look][1]
    at = int(np.flatnonzero(one.steps == step)[0])
    values = getattr(one, FIELD[words])[at]
    values = np.where(values > 0, np.minimum(values, top), np.nan) if LOOKS[look][3] else values
    given = {"step": np.arange(1, len(one.loss) + 1, 3), "training loss, mean of 5 steps": [*losses.values()],
             words: values if np.isfinite(values).any() else None, **losses}
    asked = np.minimum(one.rate * one.gradient[at], np.inf)
    assert asked.shape == one.asked[at].shape
    return given


def patient(look, step):
    return chart("as admitted", look, step)


def stages(stage, look, step):
    names = list(STAGES)
    return chart(stage, look, step, names[: names.index(stage)])


def case(case, look, step):
    return chart(case, look, step)


def directions(width, way, init):
    """Two traces, from singular values."""
    found = []
    for seed in range(3):
        a, line = nn.data.digits().x[:, :256], []
        for block in build(Plan("ReLU", init, way), seed, width=width).blocks[:49]:
            a = block.forward(a, True)
            c = a.astype(float) - a.astype(float).mean(axis=1, keepdims=True)
            if np.abs(c).max() <= 50 * np.finfo(a.dtype).eps * np.abs(a).max():
                line.append(0.0)
                continue
            s = np.linalg.svd(c / np.abs(c).max(), compute_uv=False)
            line.append((s**2).sum() ** 2 / (s**4).sum())
        found.append(line)
    return {"directions D": [*found, np.prod(found, axis=0) ** (1 / 3)]}


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
    found = {}
    for words, one in (("as admitted", Plan()), ("this plan", plan)):
        net = build(one, 0, dtype="float64")
        d = nn.data.digits()
        a = d.x[:, :256].astype(float)
        for block in net.blocks:
            a = block.forward(a, True)
        back, error = net.loss(a, d.y[:256])[1], []
        for block in net.blocks[:0:-1]:
            back = block.backward(back)
            error.insert(0, np.linalg.norm(back))
        error = np.array(error[:49])
        found[words] = error / error[-1]
    ends = {rate: f"{right[k, 1] / nn.data.digits().y_test.size:.0%} right" for k, rate in enumerate(RATES)}
    here = 0.001
    told = {f"best rate {top:g}": top, f"dashed: patient's rate {here:g}": here}
    found |= {f"{words}, {end}": shown[rate] for words, rate in told.items() for end in (ends[rate], "breaks down")}
    return {**found, "theory": None, "error signal, relative to layer 49": found["this plan"],
            f"best rate {top:g}": shown[top], f"patient's rate {here:g}": shown[here],
            "breaks down in the first steps, at every rate": None, "step": None,
            "training loss, five rates": [*shown.values()],
            **{f"η = {rate:g}": line for rate, line in shown.items()}}
