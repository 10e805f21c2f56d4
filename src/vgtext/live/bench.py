"""The training bench: train the network of a recipe on the digits, and report on every layer while it trains.

In a page it runs in a worker; anywhere else a loop does:

    from vgtext.live.bench import Bench
    for report in Bench("depth=20&activation=tanh").reports():
        print(report["step"], report["losses"][-1], report["verdict"])
"""

import time
from dataclasses import replace

import numpy as np

from vgtext import nn
from vgtext.diagnose import ROWS, UNDECIDED, Recording, diagnose, measure_symptoms
from vgtext.diagnose.recorder import EARLY
from vgtext.diagnose.table import EXPLODES, VANISHES
from vgtext.words import words

from .recipe import Recipe

TARGET = 0.9  # the training accuracy that counts as learned
EVERY = 0.1  # seconds from one report to the next
SHARE = 0.15  # of the time that accuracies and the diagnosis may take
AT_THE_END = ("overfitting", "label noise")  # causes that are found in how a run ends
FLOOR = -99.0  # the log10 that stands for a size of exactly 0
#: What is reported of every layer, and what each is called in a History.
SIZES = {"activation": "log2_activation", "error": "log2_error", "gradient": "log2_gradient", "ratio": "update_ratio"}


class Bench:
    """A network that trains in turns: what :func:`vgtext.nn.train` does, with reports on the way."""

    def __init__(self, recipe="", clock=time.perf_counter):
        """Make the network of a recipe, or of a query such as "depth=100"; ValueError says what is wrong in it."""
        self.recipe = recipe if isinstance(recipe, Recipe) else Recipe.parse(recipe)
        self.clock, self.network, data = clock, self.recipe.network(), nn.data.digits()
        self._run = nn.train_steps(self.network, data.x, data.y, test=(data.x_test, data.y_test),
                                   record=self._due, evaluate=self._affordable, **self.recipe.training())
        self.history, self.step, self._reported = None, 0, 0
        self._told = self._judged = -np.inf
        self._cost, self._plain = 0.0, (0, 0.0)  # seconds of the last judgment; steps without a report, their seconds

    @property
    def ended(self):
        """Whether the recipe's steps are done, or the run broke."""
        return self.step >= self.recipe.steps or bool(self.history and self.history.breakdown)

    def reports(self, steps=None):
        """Train to the recipe's end, or ``steps`` more; yield a report about every tenth of a second.

        A report: ``step``; ``losses`` since the last one; ``layers``: log10 of each layer's activation (root mean
        square of a unit), error signal, weight gradient and update-to-weight ratio; ``ms``, what a step costs without
        a report; ``rate``, steps a second with all. Sometimes, and at the end: ``accuracy``, of training and test, and
        ``verdict`` of :func:`~vgtext.diagnose.diagnose`. At the end of the recipe: ``outcome``, and ``broke``, a
        sentence, if nan or inf ended it.
        """
        first, self._last = self.step, self.recipe.steps if steps is None else min(self.recipe.steps, self.step + steps)
        begun = self.clock()
        while not self.ended and self.step < self._last:
            start = self.clock()
            self.history = next(self._run)
            self.step = len(self.history.loss)
            now = self.clock()
            if not self._recorded and not self.ended:
                self._plain = self._plain[0] + 1, self._plain[1] + now - start
                continue
            self._told = now
            yield self._report((self.step - first) / max(now - begun, 1e-9))

    def _due(self, step):
        """Is a step reported: an early one (however fast they follow each other), the last, or one when it is time?"""
        self._judge = False
        self._recorded = step in EARLY or step >= self._last or self.clock() - self._told >= EVERY
        return self._recorded

    def _affordable(self, step):
        """Are accuracies and diagnosis due: at the first report and the last, else if they take little of the time?"""
        now = self.clock()
        self._judge = self._recorded and (step in (1, self.recipe.steps) or self._cost <= SHARE * (now - self._judged))
        self._judged = now if self._judge else self._judged
        return self._judge

    def _report(self, rate):
        history, (plain, seconds) = self.history, self._plain
        broke = history.breakdown
        report = {"step": self.step, "losses": history.loss[self._reported :], "rate": rate,
                  "ms": 1000 * seconds / plain if plain else None, "end": self.ended,
                  "layers": None if broke else self._layers(), "broke": _broke(broke) if broke else None}
        self._reported = self.step
        if self._judge or broke:
            start = self._judged if self._judge else self.clock()
            recording = self.recording()
            report["verdict"] = verdict(recording, self.ended)
            if self.ended:
                report["outcome"] = outcome(recording)
            self._cost = self.clock() - start
        if history.train_accuracy:
            report["accuracy"] = {"step": history.evaluated[-1], "train": history.train_accuracy[-1],
                                  "test": history.test_accuracy[-1]}
        return report

    def _layers(self):
        history, units = self.history, [len(layer.W) for layer in self.network.layers[1:]]
        sizes = {name: np.asarray(getattr(history, key)[-1])[1:] for name, key in SIZES.items()}
        with np.errstate(divide="ignore"):
            sizes["ratio"] = np.log2(sizes["ratio"])
        sizes["activation"] = sizes["activation"] - 0.5 * np.log2(units)
        return {name: np.round(np.maximum(log2 * np.log10(2), FLOOR), 3).tolist() for name, log2 in sizes.items()}

    def recording(self):
        """Return the :class:`~vgtext.diagnose.Recording` of the run so far."""
        recording = Recording.of_history(self.history.arrays(), self.network, self.recipe.rate)
        return replace(recording, optimizer=self.recipe.optimizer, precision="float32",
                       shortcuts=self.recipe.shortcut != "none", normalized=self.recipe.norm != "none")


def verdict(recording, ended=True):
    """Return what :func:`~vgtext.diagnose.diagnose` says: cause, evidence, remedy, and the page that explains it.

    Before a run has ``ended``, what judges a whole run (:data:`AT_THE_END`) is undecided still.
    """
    found = diagnose(recording, TARGET)
    page = next((row.page for row in ROWS if row.cause == found.cause), "book/checklist.html")
    if found.cause in AT_THE_END and not ended:
        return {"cause": UNDECIDED, "evidence": list(found.evidence), "page": page,
                "remedy": words("bench.train_on")}
    return {"cause": found.cause, "evidence": list(found.evidence), "remedy": found.remedy, "page": page}


def outcome(recording):
    """Return the answer to a prediction: "learns", "vanishes", "explodes" or "neither".

    It learns if the training accuracy ends at :data:`TARGET` or above. If it does not, the round trip R at the first
    record says whether gradients vanish or explode, with the limits of ``diagnose``.
    """
    symptoms = measure_symptoms(recording)
    if not symptoms.broke and symptoms.accuracy is not None and symptoms.accuracy >= TARGET:
        return "learns"
    round_trip = symptoms.round_trip
    if round_trip is None or VANISHES <= round_trip <= EXPLODES:
        return "neither"
    return "vanishes" if round_trip < VANISHES else "explodes"


def _broke(breakdown):
    if breakdown.where == "loss":
        return words("bench.broke_loss", step=breakdown.step)
    return words("bench.broke", step=breakdown.step, where=words(f"bench.{breakdown.where}"), layer=breakdown.layer)


_bench = None


def train(recipe="", steps=None, anew=True):
    """Yield the reports of a recipe's training; with ``anew`` false go on where the same recipe's run was left."""
    global _bench
    if anew or _bench is None or _bench.ended or _bench.recipe != Recipe.parse(recipe):
        _bench = Bench(recipe)
    yield from _bench.reports(steps)
