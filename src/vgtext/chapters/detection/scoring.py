"""How often is a diagnosis right? Confusion matrices, F1, fixed thresholds beside it, and whether the remedy works."""

from functools import cache

import numpy as np
from matplotlib.patches import Rectangle

from vgtext.claims import Claim, Evidence
from vgtext.diagnose import UNDECIDED, diagnose
from vgtext.palette import COLORS, REFERENCE

from .reading import HELD_OUT, VANISHING
from .recipes import CAUSES
from .runs import labeled

OTHER = "another cause"  # one that none of these runs has
ANSWERS = (*CAUSES, UNDECIDED, OTHER)

#: What a reader may have recorded, from little to everything.
_losses, _accuracies = ("loss", "test_loss"), ("train_accuracy", "test_accuracy")
RECORDED = {
    "losses": _losses,
    "losses and accuracies": (*_losses, *_accuracies),
    "… and gradients": (*_losses, *_accuracies, "gradient"),
    "… and activations": (*_losses, *_accuracies, "gradient", "activation"),
    "everything": (*_losses, *_accuracies, "gradient", "activation", "update_ratio", "dead", "saturation"),
}
RULES = ("diagnose", "fixed thresholds")
GROUPS = {"vanishing": VANISHING, "exploding": ("exploding",), "dead units": ("dead units",)}


def thresholds(recording, truth):
    """The fixed rules: nan is exploding, over half of the ReLU units dead is dead, a mean gradient < 1e-7 is vanishing.

    They read the last record that holds numbers. They cannot say why a gradient vanishes: if it does, and they say so,
    they are given the right kind (``truth``).
    """
    whole = np.isfinite(recording.gradient).all(axis=1)
    if not (whole.all() and np.isfinite(recording.loss).all()):
        return "exploding"
    if recording.dead is not None and recording.dead[whole][-1, :-1].mean() > 0.5:
        return "dead units"
    if recording.gradient[whole][-1].mean() < 1e-7:
        return truth if truth in VANISHING else VANISHING[0]
    return "healthy"


@cache
def answers(half, rule="diagnose", recorded="everything"):
    """Return (truth, answer) of each run of a half."""
    if rule == "diagnose":
        return tuple((run.cause, diagnose(run.recording.only(*RECORDED[recorded])).cause) for run in labeled(half))
    return tuple((run.cause, thresholds(run.recording, run.cause)) for run in labeled(half))


def confusion(pairs):
    """Return how often each cause (rows) got each answer; the last columns are "undecided", and another cause."""
    counts = np.zeros((len(CAUSES), len(ANSWERS)), int)
    for truth, answer in pairs:
        counts[CAUSES.index(truth), ANSWERS.index(answer if answer in ANSWERS else OTHER)] += 1
    return counts


def macro_f1(pairs, classes=CAUSES):
    """The mean over classes of F1 = 2 TP / (2 TP + FP + FN); 0 for a class that was never named."""
    scores = []
    for c in classes:
        hits = sum(truth == answer == c for truth, answer in pairs)
        scores.append(2 * hits / (sum(truth == c for truth, _ in pairs) + sum(answer == c for _, answer in pairs)))
    return float(np.mean(scores))


def grouped(pairs):
    """The same pairs in four groups that the thresholds, too, can name: vanishing, exploding, dead units, other.

    "Undecided" is in none of them: it stays a miss of what was planted.
    """
    group = {UNDECIDED: UNDECIDED, **{cause: name for name, causes in GROUPS.items() for cause in causes}}
    return tuple((group.get(truth, "other"), group.get(answer, "other")) for truth, answer in pairs)


def score(half, rule="diagnose", recorded="everything", groups=False):
    """Macro-F1 over the ten causes, or over the four groups."""
    pairs = answers(half, rule, recorded)
    return macro_f1(grouped(pairs), (*GROUPS, "other")) if groups else macro_f1(pairs)


def draw_confusion(ax, rule="diagnose", recorded="everything", half="held out"):
    """The confusion matrix of a rule on one half of the runs."""
    pairs = answers(half, rule, recorded)
    counts = confusion(pairs)
    ax.set(xlim=(-0.8, len(ANSWERS) - 0.2), ylim=(len(CAUSES) - 0.3, -0.7), xlabel="answer")
    ends = np.arange(len(CAUSES))[:, None] + [-0.5, 0.5, np.nan]
    ends[np.diag(counts) > 0] = np.nan  # the line of right answers leaves a cell with a number alone
    ax.plot(ends.ravel(), ends.ravel(), **REFERENCE)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            color, side = COLORS["forward" if row == column else "backward"], 0.9 * np.sqrt(count / counts.sum(1).max())
            ax.add_patch(Rectangle((column - side / 2, row - side / 2), side, side, color=color, alpha=0.25))
            ax.text(column, row, str(count), ha="center", va="center", fontsize=10)
    ax.set_xticks(range(len(ANSWERS)), [*map(str, range(1, len(CAUSES) + 1)), "?", "…"])
    rows = [cause.removeprefix("vanishing ").removeprefix("learning ") for cause in CAUSES]  # short, for a phone
    ax.set_yticks(range(len(CAUSES)), [f"{cause}  {i}" for i, cause in enumerate(rows, 1)])
    ax.tick_params(length=0)
    right, open_ = sum(a == b for a, b in pairs), sum(b == UNDECIDED for _, b in pairs)
    whole = recorded.replace("… and a", "losses, accuracies, gradients and a").replace("…", "losses, accuracies")
    who, more = {"diagnose": (f", {whole} recorded: diagnose is", f" and undecided about {open_}"),
                 "fixed thresholds": (", all signals at hand: fixed thresholds are", "")}[rule]
    return (f"{half.capitalize().replace(' ', '-')} half{who} right about {right} of {len(pairs)} runs{more}. "
            f"Macro-F1: {score(half, rule, recorded):.2f} for the ten causes, "
            f"{score(half, rule, recorded, groups=True):.2f} for the four groups vanishing, exploding, dead, other.")


def mends(half):
    """Accuracy before and after the remedy that belongs to each run's cause: two arrays, 0 where a run broke.

    Training accuracy where nothing was learned; test accuracy for overfitting.
    """
    column = [int(run.cause == "overfitting") for run in labeled(half)]
    ended = [np.nan_to_num(run.ended)[i] for run, i in zip(labeled(half), column, strict=True)]
    mended = [np.nan_to_num(run.mended)[i] for run, i in zip(labeled(half), column, strict=True)]
    return np.array(ended), np.array(mended)


def draw_remedies(ax, half="held out"):
    """Each run's accuracy before (hollow) and after (full) the one change that its cause asks for."""
    before, after = mends(half)
    ax.set(xlim=(-0.02, 1.02), ylim=(len(CAUSES) - 1.5, -0.5),
           xlabel="training accuracy (of overfitting: test accuracy)")
    ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["broke", "0.2", "0.4", "0.6", "0.8", "1"])
    ill = [cause for cause in CAUSES if cause != "healthy"]
    ax.set_yticks(range(len(ill)), ill)
    runs, y = [], []
    for row, cause in enumerate(ill):
        own = np.flatnonzero([run.cause == cause for run in labeled(half)])
        runs += own.tolist()
        y += (row + np.linspace(-0.3, 0.3, len(own))).tolist()
    ax.plot([before[runs], after[runs]], [y, y], color=COLORS["seed"], linewidth=0.8)
    ax.plot(before[runs], y, "o", markersize=4, markerfacecolor="none", color=COLORS["backward"], label="before")
    ax.plot(after[runs], y, "o", markersize=4, color=COLORS["forward"], label="after")
    ill = np.array([run.cause != "healthy" for run in labeled(half)])
    broke = sum(bool(np.isnan(run.ended).any()) for run in labeled(half))
    return (f"The {half.replace(' ', '-')} half, each run before (hollow) and after (full) its one change: "
            f"the median accuracy (training; of overfitting, test) rises from {np.median(before[ill]):.0%} to "
            f"{np.median(after[ill]):.0%}, the {broke} runs that broke counted as 0; the worst repaired run reaches "
            f"{after[ill].min():.0%}.")


def worst_mended():
    """The lowest accuracy of the held-out half's runs labeled vanishing after the change that their cause asks for."""
    ill = [run.cause in VANISHING for run in labeled(HELD_OUT)]
    return float(mends(HELD_OUT)[1][ill].min())


CLAIMS = (
    Claim(
        "S2.6", "Against vanishing gradients one can do no more than watch the convergence closely.", "outdated",
        "The convergence alone rarely names a cause; signals and steps do, and the cause's remedy makes the run learn.",
        (
            Evidence("macro-F1 of the diagnosis from losses alone",
                     lambda: score(HELD_OUT, recorded="losses"), 0.1, 0.1, stored="detection_runs"),
            Evidence("macro-F1 of the diagnosis from everything", lambda: score(HELD_OUT), 0.98, 0.05,
                     stored="detection_runs"),
            Evidence("lowest training accuracy of a repaired run labeled vanishing", worst_mended, 0.73, 0.1,
                     stored="detection_runs"),
        ), "remedies",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, ten causes (healthy is one).",
    ),
    Claim(
        "S3.1", "First find out whether the trouble comes from the parameters or from the fit.", "holds",
        "As a procedure: signals, then steps, then data. Scored on runs with one planted cause at most.",
        (
            Evidence("macro-F1 of the procedure on 60 unseen runs, ten causes", lambda: score(HELD_OUT), 0.98, 0.05,
                     stored="detection_runs"),
            Evidence("macro-F1 of fixed thresholds on them, four groups",
                     lambda: score(HELD_OUT, "fixed thresholds", groups=True), 0.53, 0.1, stored="detection_runs"),
        ), "confusion",
        setting="60 held-out runs, 5 to 110 layers of 24 to 96 units, 400 or 800 steps, one planted trouble at most.",
    ),
)
