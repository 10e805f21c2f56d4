"""Runs that this book's engine did not make: PyTorch networks with one planted fault at most, as they stand in a file.

    python -m benchmarks.strangers        # in a checkout, with torch installed; writes data/detection_torch.npz
    python -m benchmarks.strangers.fresh  # data/detection_fresh.npz, made after the rules had been fixed

Losses are kept in float32, sizes as log2 in float16, which rounds them by 1.1% at most, below 5e-20 by 2.2%.
"""

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from vgtext import results
from vgtext.diagnose import CAUSES, UNDECIDED, Recording, diagnose
from vgtext.palette import COLORS

HALVES = ("tuned", "held out")
SETS = (*HALVES, "fresh")
LOGARITHMIC = ("gradient", "weight", "update", "activation", "error", "input", "time_gradient", "learning_rate")
PLAIN = ("steps", "dead", "loss", "train_accuracy", "test_accuracy")
COMMANDS = {"detection_torch": "python -m benchmarks.strangers",
            "detection_fresh": "python -m benchmarks.strangers.fresh"}


class Stranger(NamedTuple):
    """A run, what was planted in it, and the scores (training, test) that it and its mended twin ended with."""

    half: str  # one of SETS
    cause: str
    setup: str
    recording: Recording
    ended: np.ndarray  # nan where the run broke
    mended: np.ndarray


def write(runs, torch, file="detection_torch"):
    """Write a file from :class:`Stranger` runs, made by a version of PyTorch."""
    arrays, words = {}, []
    for i, run in enumerate(runs):
        given = run.recording.given()
        for name in (*LOGARITHMIC, *PLAIN):
            if name in given:
                value = np.asarray(given[name])
                with np.errstate(divide="ignore"):
                    value = np.log2(value) if name in LOGARITHMIC else value
                kind = np.int32 if name == "steps" else np.float32 if name == "loss" else np.float16
                arrays[f"{i}_{name}"] = value.astype(kind)
        words.append({name: given[name] for name in ("optimizer", "precision", "shortcuts", "normalized", "names")
                      if name in given})
    results.save(file, made_by=COMMANDS[file], halves=[run.half for run in runs], torch=torch,
                 causes=[run.cause for run in runs], setups=[run.setup for run in runs], words=json.dumps(words),
                 ended=[run.ended for run in runs], mended=[run.mended for run in runs], **arrays)


@cache
def stored(name="detection_torch"):
    """Return all :class:`Stranger` runs of a file."""
    file = results.load(name)
    words, found = json.loads(str(file["words"])), []
    for i, half in enumerate(file["halves"]):
        fields = dict(words[i])
        for name in (*LOGARITHMIC, *PLAIN):
            if f"{i}_{name}" in file:
                value = file[f"{i}_{name}"].astype(np.float64)
                fields[name] = np.exp2(value) if name in LOGARITHMIC else value
        found.append(Stranger(str(half), str(file["causes"][i]), str(file["setups"][i]), Recording(**fields),
                              file["ended"][i], file["mended"][i]))
    return tuple(found)


def strangers(half):
    """Return the :class:`Stranger` runs of one of SETS."""
    return tuple(run for run in stored("detection_fresh" if half == "fresh" else "detection_torch") if run.half == half)


@cache
def verdicts(half):
    """Return (cause, answer, setup) of each stranger of a half."""
    return tuple((run.cause, diagnose(run.recording).cause, run.setup) for run in strangers(half))


def tally(half, cause=None):
    """Return how many strangers got the right answer, "undecided", and a wrong one; all, or those with one cause."""
    pairs = [(truth, answer) for truth, answer, _ in verdicts(half) if cause in (None, truth)]
    right, open_ = sum(a == b for a, b in pairs), sum(b == UNDECIDED for _, b in pairs)
    return right, open_, len(pairs) - right - open_


def by_kind(half):
    """Yield (words, right, undecided, wrong) of a set's generators and critics, of its data in order, of the rest."""
    kinds = {True: "data in order of class", False: "all others"}
    found = {words: [0, 0, 0] for words in ("a generator or its critic", *kinds.values())}
    for truth, answer, setup in verdicts(half):
        words = "a generator or its critic" if setup.split(": ")[1] == "pair" else kinds[truth == kinds[True]]
        found[words][0 if answer == truth else 1 if answer == UNDECIDED else 2] += 1
    for words, counts in found.items():
        yield words, *counts


def failures(half):
    """Yield a line for each stranger that got a wrong answer: what was planted, and what was said."""
    for truth, answer, setup in verdicts(half):
        if answer not in (truth, UNDECIDED):
            kind = setup.split(": ")[1]
            yield f"{truth} ({kind}): said {answer}"


def draw_strangers(first, second, half="held out"):
    """For each planted cause, how many strangers were named rightly, left undecided, and named wrongly."""
    parts = (("right", COLORS["forward"], ""), ("undecided", COLORS["seed"], "?"), ("wrong", COLORS["backward"], "×"))
    middle = len(CAUSES) // 2
    for ax, causes in ((first, CAUSES[:middle]), (second, CAUSES[middle:])):
        ax.set(xlim=(0, 16), xticks=[0, 5, 10, 15], xlabel="runs", ylim=(len(causes) - 0.5, -0.5))
        ax.set_yticks(range(len(causes)), causes, fontsize=9)
        ax.tick_params(axis="y", length=0)
        for row, cause in enumerate(causes):
            left = 0
            for (words, color, sign), count in zip(parts, tally(half, cause)):
                ax.barh([row], [count], left=left, height=0.7, color=color, alpha=0.6, label=words)
                ax.text(left + count / 2, row, sign * (count > 0), ha="center", va="center", fontsize=9)
                left += count
    for i, (words, color, sign) in enumerate(parts):
        second.text(0.98, 0.96 - 0.07 * i, f"{sign} {words}".strip(), color=color, transform=second.transAxes,
                    ha="right", va="top", fontsize=9)
    right, open_, wrong = tally(half)
    words = f"{half.replace(' ', '-')} {'half' if half in HALVES else 'set'}"
    return (f"PyTorch runs, {words}: of {right + open_ + wrong}, {right} right, {open_} undecided, {wrong} "
            "wrong.")
