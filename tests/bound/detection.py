"""What the figures of detection show, computed again."""

import numpy as np

from vgtext import nn
from vgtext.chapters.detection import friends
from vgtext.chapters.detection.reading import READINGS
from vgtext.chapters.detection.recipes import CAUSES
from vgtext.chapters.detection.runs import labeled

SEEDS = range(3)


def run_of(cause, k):
    """The recording of one of the six runs of a cause."""
    return [run for run in labeled("tuned") if run.cause == cause][k].recording


def false_friends(friend, look):
    losses, layers = {}, {}
    for words, (cause, k) in {**friends.FRIENDS, "truly vanishing": friends.TRULY}.items():
        r = run_of(cause, k)
        losses[words] = [np.sum(r.loss[t : t + 15]) / 15 / r.loss[0] for t in range(0, len(r.loss) - 14, 3)]
        sizes = {"weight gradient": r.gradient, "activation": r.activation, "update-to-weight ratio": r.update_ratio}
        layers[words] = np.where(sizes[look][0] > 0, sizes[look][0], np.nan)
    return {**{("losses", words): line for words, line in losses.items()},
            **{("layers", words): layers[words] for words in (friend, "truly vanishing")},
            "loss / first loss, mean of 15 steps": [*losses.values()], "share of the training": None,
            f"{look}, first record": [layers[friend], layers["truly vanishing"]],
            **{words: None for words in friends.FRIENDS}, f"dashed: {friend}": None}


def update_ratios(cause, run):
    r = run_of(cause, run - 1)
    lines = {f"layer {l + 1}": np.where(line > 0, line, np.nan) for l, line in enumerate(r.update_ratio.T)}
    return {**lines, "update-to-weight ratio": [*lines.values()], "share of the training": (r.steps - 1) / r.loss.size}


def round_trip(activation, sigma_w, depth):
    def logs(scale):
        return [nn.measure(depth, 64, scale, activation=activation, seed=seed) for seed in SEEDS]

    here = logs(sigma_w)
    lines = [np.exp(np.mean([np.log(getattr(run, name)[1:]) for run in here], axis=0)) for name in
             ("activation", "error", "gradient")]
    lines = [line / line[at] for line, at in zip(lines, (0, -1, -1))]
    rounds = [run.log10_activation[depth - 1] - run.log10_activation[1] + run.log10_error[2] - run.log10_error[depth]
              for run in here]
    trip = 10.0 ** np.mean(rounds)
    return {"size, relative to where it starts": lines, "activation": lines[0], "error signal": lines[1],
            "weight gradient": lines[2], "round trip R": [[trip]], "activation, theory": None,
            "error signal, theory": None}


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
    return {"share of dead units": there, "mean of 3 networks": there, "rule of thumb: more than half": None}


def one_number(reading, half):
    """Of what is read off the records; what ``diagnose`` reads off them has its own tests."""
    words, limits = READINGS[reading]
    found = []
    for cause in CAUSES:
        own = []
        for r in (run.recording for run in labeled(half) if run.cause == cause):
            rows = [row for row in r.gradient if np.isfinite(row).all()]
            own.append(np.sum(rows[-1 if reading.endswith("end") else 0]) / len(rows[0]) if rows else np.nan)
        found.append(np.clip(own, *limits))
    told = reading.startswith("mean gradient")
    return {**{one: None for one, _ in READINGS.values()}, words: found if told else None}


def remedies(half):
    ill = [run for cause in CAUSES if cause != "healthy" for run in labeled(half) if run.cause == cause]
    column = [1 if run.cause == "overfitting" else 0 for run in ill]
    before, after = ([np.nan_to_num(getattr(run, name)[k]) for run, k in zip(ill, column)] for name in
                     ("ended", "mended"))
    return {"training accuracy (of overfitting: test accuracy)": [before, after], "before": None, "after": None}
