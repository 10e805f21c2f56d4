"""What the figures of detection show, computed again."""

from collections import Counter
from functools import cache

import numpy as np

from vgtext import diagnose as doctor
from vgtext import nn
from vgtext.chapters.detection import friends, torch_runs
from vgtext.chapters.detection.reading import READINGS
from vgtext.chapters.detection.recipes import CAUSES
from vgtext.chapters.detection.runs import labeled

SEEDS = range(3)


def run_of(cause, k):
    """The recording of one of the six runs of a cause."""
    return [run for run in labeled("tuned") if run.cause == cause][k].recording


def false_friends(friend, look):
    losses, layers, shares = {}, {}, []
    for words, (cause, k) in {**friends.FRIENDS, "truly vanishing": friends.TRULY}.items():
        r = run_of(cause, k)
        losses[words] = [np.sum(r.loss[t : t + 15]) / 15 / r.loss[0] for t in range(0, len(r.loss) - 14, 3)]
        shares.append(np.arange(7, len(r.loss) - 7, 3) / (len(r.loss) - 1))
        sizes = {"weight gradient": r.gradient, "activation": r.activation, "update-to-weight ratio": r.update_ratio}
        layers[words] = np.where(sizes[look][0] > 0, sizes[look][0], np.nan)
    return {**{("losses", words): line for words, line in losses.items()},
            **{("layers", words): layers[words] for words in (friend, "truly vanishing")},
            "loss / first loss, mean of 15 steps": [*losses.values()], "share of the training": shares,
            "layer l (input at the left)": np.arange(1, 9),
            f"{look}, first record": [layers[friend], layers["truly vanishing"]],
            **{words: None for words in friends.FRIENDS}, f"dashed: {friend}": None}


def update_ratios(cause, run):
    r = run_of(cause, run - 1)
    lines = {f"layer {l + 1}": np.where(line > 0, line, np.nan) for l, line in enumerate(r.update_ratio.T)}
    return {**lines, "update-to-weight ratio": [*lines.values()], "share of the training": (r.steps - 1) / r.loss.size}


def expected(activation, sigma_w, depth):
    """Mean-field sizes of layers 1 to L by plain sums over z: activations over layer 1's, errors over layer L's."""
    z = np.linspace(-10, 10, 4001)
    mean = lambda values: np.sum(values * np.exp(-(z**2) / 2)) / np.sqrt(2 * np.pi) * 0.005  # noqa: E731
    q, a, slope = sigma_w**2, [], []
    for _ in range(depth):
        at = np.sqrt(q) * z
        phi = {"relu": np.maximum(at, 0), "tanh": np.tanh(at), "sigmoid": (1 + np.tanh(at / 2)) / 2}[activation]
        a.append(np.sqrt(mean(phi**2)))
        slope.append(sigma_w * np.sqrt(mean(
            {"relu": np.heaviside(at, 0.5**0.5), "tanh": 1 - phi**2, "sigmoid": phi * (1 - phi)}[activation] ** 2)))
        q = sigma_w**2 * a[-1] ** 2
    return np.array(a) / a[0], np.cumprod([1, *slope[-2::-1]])[::-1]


def round_trip(activation, sigma_w, depth):
    def logs(scale):
        return [nn.measure(depth, 64, scale, activation=activation, seed=seed) for seed in SEEDS]

    def there_and_back(scale):
        rounds = [run.log10_activation[depth - 1] - run.log10_activation[1] + run.log10_error[2]
                  - run.log10_error[depth] for run in logs(scale)]
        return 10.0 ** np.mean(rounds)

    def predicted(scale):
        a, error = expected(activation, scale, depth)
        return a[-2] * error[1]

    here = logs(sigma_w)
    lines = [np.exp(np.mean([np.log(getattr(run, name)[1:]) for run in here], axis=0)) for name in
             ("activation", "error", "gradient")]
    lines = [line / line[at] for line, at in zip(lines, (0, -1, -1))]
    theory, scales, fine = expected(activation, sigma_w, depth), np.arange(2, 16) / 5, np.arange(8, 61) / 20
    return {"size, relative to where it starts": lines, "activation": lines[0], "error signal": lines[1],
            "weight gradient": lines[2], "activation, theory": theory[0], "error signal, theory": theory[1],
            "layer l (input at the left)": np.arange(1, depth + 1), "weight scale $\\sigma_w$": [scales, fine],
            "round trip R": [there_and_back(scale) for scale in scales], "_": [[*map(predicted, fine)]]}


def dead_units(bias, batch):
    found = []
    for seed in SEEDS:
        W, a = nn.sample_weights(30, 64, seed, init="he_normal")[0], nn.sample_batch(64, batch, seed)[0]
        line = []
        for w in W:
            a = np.maximum(w @ a + bias, 0)
            line.append(np.mean(~(a > 0).any(axis=1)))
        found.append(line)
    share = np.sum(found, axis=0) / 3
    there = lambda l: np.where(share[l.astype(int) - 1] > 0, share[l.astype(int) - 1], np.nan)  # noqa: E731
    return {"layer l (input at the left)": np.arange(1, 31), "share of dead units": there,
            "mean of 3 networks": there, "rule of thumb: more than half": None}


def one_number(reading, half):
    """Of what is read off the records; what ``diagnose`` reads off them has its own tests."""
    words, limits = READINGS[reading]
    found, rows = [], []
    for cause in CAUSES:
        own = []
        for r in (run.recording for run in labeled(half) if run.cause == cause):
            told = [row for row in r.gradient if np.isfinite(row).all()]
            own.append(np.sum(told[-1 if reading.endswith("end") else 0]) / len(told[0]) if told else np.nan)
        found.append(np.clip(own, *limits))
        rows.append(len(rows) + np.linspace(-0.2, 0.2, len(own)))
    told = reading.startswith("mean gradient")
    return {**{one: None for one, _ in READINGS.values()}, words: found if told else None, "_": rows}


def remedies(half):
    ill = [cause for cause in CAUSES if cause != "healthy"]
    runs = [[run for run in labeled(half) if run.cause == cause] for cause in ill]
    before, after = ([np.nan_to_num(getattr(run, name)[int(run.cause == "overfitting")]) for own in runs for run in own]
                     for name in ("ended", "mended"))
    rows = np.concatenate([row + np.linspace(-0.3, 0.3, len(own)) for row, own in enumerate(runs)])
    return {"training accuracy (of overfitting: test accuracy)": [before, after], "before": before, "after": after,
            "_": [rows]}


@cache
def answers(half):
    """How often a stranger with a cause was given an answer, as {(cause, answer): count}."""
    file = "detection_fresh" if half == "fresh" else "detection_torch"
    return Counter((run.cause, doctor.diagnose(run.recording).cause) for run in torch_runs.stored(file)
                   if run.half == half)


def strangers(half):
    """Of the bars, row by row, where they begin, how long they are, and their rows."""
    told, found, middle = answers(half), {}, len(doctor.CAUSES) // 2
    for panel, causes in (("first", doctor.CAUSES[:middle]), ("second", doctor.CAUSES[middle:])):
        counts = np.array([[told[cause, cause], told[cause, doctor.UNDECIDED],
                            sum(n for (truth, answer), n in told.items() if truth == cause) - told[cause, cause]
                            - told[cause, doctor.UNDECIDED]] for cause in causes])
        starts = np.cumsum(counts, axis=1) - counts
        found[panel, "runs"] = [counts.ravel(), starts.ravel()]
    return {**found, "right": None, "× wrong": None, "? undecided": None}
