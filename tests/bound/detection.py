"""What the figures of detection show, computed again."""

from collections import Counter
from functools import cache

import numpy as np

from vgtext import diagnose as doctor
from vgtext import nn
from vgtext.chapters.detection import friends, scoring, torch_runs
from vgtext.chapters.detection.reading import READINGS
from vgtext.chapters.detection.recipes import CAUSES
from vgtext.chapters.detection.runs import labeled

SEEDS = range(3)

#: What the menu's last words leave out.
FULL = {"… and gradients": "losses, accuracies and gradients",
        "… and activations": "losses, accuracies, gradients and activations"}


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
    said = {f"With {friend} the loss ends at # of its first value; in the vanishing run, at #. The {look} by layer: ":
            [losses[friend][-1], losses["truly vanishing"][-1]]}
    for words, run in ((f"with {friend}", friend), ("in the vanishing run", "truly vanishing")):
        ends = layers[run][[0, -1]]  # nan where it is 0
        said |= {f"{words}, layer #'s is # times layer #'s": [1, ends[0] / ends[1], 8]} if np.isfinite(ends[1]) else {
            f"{words}, layer #'s is exactly #": [8, 0]}
    return {**{("losses", words): line for words, line in losses.items()}, "caption": said,
            **{("layers", words): layers[words] for words in (friend, "truly vanishing")},
            "loss / first loss, mean of 15 steps": [*losses.values()], "share of the training": shares,
            "layer l (input at the left)": np.arange(1, 9),
            f"{look}, first record": [layers[friend], layers["truly vanishing"]],
            **{words: None for words in friends.FRIENDS}, f"dashed: {friend}": None,
            f"dashed: {friend}: 0 in {np.isnan(layers[friend]).sum()} layers": None}


def update_ratios(cause, run):
    r = run_of(cause, run - 1)
    lines = {f"layer {l + 1}": np.where(line > 0, line, np.nan) for l, line in enumerate(r.update_ratio.T)}
    middle = lambda row: np.sort(row)[[(row.size - 1) // 2, row.size // 2]].sum() / 2  # noqa: E731
    first, last = r.update_ratio[[0, -1]]
    return {**lines, "update-to-weight ratio": [*lines.values()], "share of the training": (r.steps - 1) / r.loss.size,
            "caption": {f"{cause.capitalize()}, run #: the first step changes the median layer's weights by # times "
                        "their size, layer # by # and layer # by #; in the last record the median is #.":
                        [run, middle(first), 1, first[0], first.size, first[-1], middle(last)]}}


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
    said = (f"{'ReLU' if activation == 'relu' else activation}, σ_w = #, # layers of #: the round trip multiplies a "
            "signal by # (theory #), while layer # gets # times the weight gradient of layer #.")
    return {"caption": {said: [sigma_w, depth, 64, there_and_back(sigma_w), predicted(sigma_w), 1, lines[2][0], depth]},
            "size, relative to where it starts": lines, "activation": lines[0], "error signal": lines[1],
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
    said = ("He weights, width #, bias #, # random inputs, mean of # networks: # of the ReLU units are dead, from # in "
            "layer # to # at most; in # of # layers it is more than #.")
    return {"layer l (input at the left)": np.arange(1, 31), "share of dead units": there,
            "caption": {said: [64, bias, batch, 3, sum(share) / 30, share[0], 1, max(share), sum(share > 0.95), 30,
                               0.95]}, "mean of 3 networks": there, "rule of thumb: half": None}


def read_off(run, reading):
    """What one reads off a run, low where it vanishes: of a loss minus its last share."""
    r = run.recording
    gradient, a, ratio = (rows[np.isfinite(rows).all(axis=1)] for rows in (r.gradient, r.activation, r.update_ratio))
    if reading == "layer 1 over layer L":
        return next((row[0] / row[-1] for row in gradient if row[0] * row[-1] > 0), 0)
    if reading == "round trip":
        return next((e[1] / a[0] * a[-2] / e[-1] * a[-2] / a[0] for e, a in zip(gradient, a)
                     if min(e) > 0 and min(a[:-1]) > 0), 0)
    return {"mean gradient, at the end": np.mean(gradient[-1]), "mean gradient, at the start": np.mean(gradient[0]),
            "update-to-weight ratio": np.median(ratio[0]), "test accuracy": run.ended[1],
            "loss": -np.median(r.loss[-(r.loss.size // 10):]) / r.loss[0]}[reading]


@cache
def lows(reading, half):
    """What is read off the runs of a half without dead units, and which of them are labeled vanishing."""
    runs = [run for run in labeled(half) if run.cause != "dead units"]
    low = np.array([read_off(run, reading) for run in runs])
    broke = -np.inf if reading == "loss" else np.inf
    return np.where(np.isfinite(low), low, broke), np.array(["vanishing" in run.cause for run in runs])


def limit(reading):
    """The limit of the largest F1 on the tuned half; that of the round trip is chosen."""
    low, ill = lows(reading, "tuned")
    if reading == "round trip":
        return 10**-1.2
    places = np.sort(low)
    f1 = [2 * sum(ill & (low <= place)) / (sum(low <= place) + sum(ill)) for place in places]
    best = places[int(np.argmax(f1))]
    return (best + min(places[places > best])) / 2


def one_number(reading, half):
    """Of what is read off the records; what ``diagnose`` reads off them has its own tests."""
    words, limits = READINGS[reading]
    found, rows = [], []
    edge, low, ill = limit(reading), *lows(reading, half)
    absent = sum(np.isnan(run.ended[1]) for run in labeled(half)) if reading == "test accuracy" else 0
    called, side = low <= edge, "above" if reading == "loss" else "below"
    so = "is" if sum(called & ~ill) == 1 else "are"
    said = (f"{reading[1:].replace('1', '#')}, # runs ({half}{'; # broke and have none' * bool(absent)}): # of # runs "
            f"labeled vanishing (squares) are {side} the limit of #, and so {so} # of the # others (dead "
            "runs not counted).")
    counts = [*[1] * ("1" in reading), 60, *[absent] * bool(absent), sum(called & ill), sum(ill), abs(edge),
              sum(called & ~ill), sum(~ill)]
    for cause in CAUSES:
        own = []
        for r in (run.recording for run in labeled(half) if run.cause == cause):
            told = [row for row in r.gradient if np.isfinite(row).all()]
            own.append(np.sum(told[-1 if reading.endswith("end") else 0]) / len(told[0]) if told else np.nan)
        found.append(np.clip(own, *limits))
        rows.append(len(rows) + np.linspace(-0.2, 0.2, len(own)))
    told = reading.startswith("mean gradient")
    return {**{one: None for one, _ in READINGS.values()}, words: found if told else None, "_": rows,
            "caption": {said: counts}}


def by_threshold(run):
    """The answer of the fixed rules: vanishing as it is labeled, where it is."""
    r = run.recording
    if not (np.isfinite(r.gradient).all() and np.isfinite(r.loss).all()):
        return "exploding"
    dead = r.dead is not None and sum(r.dead[-1][:-1]) / (len(r.dead[-1]) - 1) > 0.5
    fades = sum(r.gradient[-1]) / len(r.gradient[-1]) < 1e-7
    return ("dead units" if dead else "healthy" if not fades else
            run.cause if "vanishing" in run.cause else "vanishing by activation")


def macro(pairs, classes):
    """The mean of F1, the harmonic mean of precision and recall."""
    found = []
    for one in classes:
        planted, named = ([pair[k] == one for pair in pairs] for k in (0, 1))
        hits = sum(np.logical_and(planted, named))
        found.append(2 / (sum(planted) / hits + sum(named) / hits) if hits else 0)
    return sum(found) / len(found)


def confusion(rule, recorded, half):
    fields = scoring.RECORDED[recorded]
    pairs = [(run.cause, by_threshold(run) if rule == "fixed thresholds" else
              doctor.diagnose(run.recording.only(*fields)).cause) for run in labeled(half)]
    columns = {cause: k for k, cause in enumerate([*CAUSES, doctor.UNDECIDED])}
    cells = Counter((CAUSES.index(cause), columns.get(named, 11)) for cause, named in pairs)
    of = lambda name: next((group for group in ("vanishing", "exploding", "dead") if group in name),  # noqa: E731
                           name if name == doctor.UNDECIDED else "other")
    four = macro([(of(cause), of(named)) for cause, named in pairs], ["vanishing", "exploding", "dead", "other"])
    words = (f", {FULL.get(recorded, recorded)} recorded: diagnose is right about # of # runs and undecided about #."
             if rule == "diagnose" else ", all signals at hand: fixed thresholds are right about # of # runs.")
    said = (f"{half.replace(' ', '-').capitalize()} half{words} Macro-F1: # for the ten causes, # for the four groups "
            "vanishing, exploding, dead, other.")
    open_ = [sum(named == doctor.UNDECIDED for _, named in pairs)] * (rule == "diagnose")
    sides = [0.9 * np.sqrt(n / 6) for _, n in sorted(cells.items())]
    line = np.array([[k - 0.5, k + 0.5, np.nan] if not cells[k, k] else [np.nan] * 3 for k in range(10)]).ravel()
    lines = [line] if np.isfinite(line).any() else []
    return {"answer": [[n for _, n in sorted(cells.items())], [column for _, column in sorted(cells)], *lines],
            "_": [*([sides] if np.ptp(sides) else []), *lines],
            "caption": {said: [sum(cause == named for cause, named in pairs), 60, *open_, macro(pairs, CAUSES), four]}}


def remedies(half):
    ill = [cause for cause in CAUSES if cause != "healthy"]
    runs = [[run for run in labeled(half) if run.cause == cause] for cause in ill]
    before, after = ([np.nan_to_num(getattr(run, name)[int(run.cause == "overfitting")]) for own in runs for run in own]
                     for name in ("ended", "mended"))
    rows = np.concatenate([row + np.linspace(-0.3, 0.3, len(own)) for row, own in enumerate(runs)])
    ended = np.array([run.ended for run in labeled(half)])
    return {"training accuracy (of overfitting: test accuracy)": [before, after], "before": before, "after": after,
            "_": [rows], "caption": {
                f"The {half.replace(' ', '-')} half, each run before (hollow) and after (full) its one change: the "
                "median accuracy (training; of overfitting, test) rises from # to #, the # runs that broke counted as "
                "#; the worst repaired run reaches #.":
                [np.quantile(before, 0.5), np.quantile(after, 0.5), sum(np.isnan(ended[:, 0])), 0, min(after)]}}


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
    right, unsaid = (sum(n for (truth, answer), n in told.items() if answer == (one or truth))
                     for one in ("", doctor.UNDECIDED))
    said = (f"PyTorch runs, {half.replace(' ', '-')} {'set' if half == 'fresh' else 'half'}: of #, # right, # "
            "undecided, # wrong.")
    return {**found, "right": None, "× wrong": None, "? undecided": None,
            "caption": {said: [told.total(), right, unsaid, told.total() - right - unsaid]}}
