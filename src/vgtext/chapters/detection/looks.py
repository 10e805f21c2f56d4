"""What a loss looks like, and which causes had been planted in the PyTorch runs whose loss looks like that."""

import math
from collections import Counter
from html import escape

import numpy as np

from vgtext.diagnose import ROWS
from vgtext.diagnose.losses import measure
from vgtext.diagnose.table import LEARNED, MOVED, RUNS_ON

from .torch_runs import SETS, strangers

EARLY = 20  # steps
#: Looks of a loss in words, as a page lists them.
WAYS = {
    "stuck": f"It ends within {1 - MOVED:.0%} of where it began, or higher. (The loss of an even guess is the "
             f"logarithm of the number of classes, {math.log(10):.2f} for ten.)",
    "partway": "It falls, but not to a fifth of its start.",
    "falls": "It falls to less than a fifth of its start, but the network performs badly.",
    "early nan": f"It is nan or inf within the first {EARLY} steps.",
    "late nan": "It is nan or inf later on.",
    "waves": f"It jumps up and falls again, {RUNS_ON} times or more.",
    "comes back": "It fell below half of its start, and came back.",
}


def way(loss):
    """Return which of :data:`WAYS` a training loss (T,) goes; None if it is too short or was negative."""
    loss = np.asarray(loss, float)
    curve, broke = measure(loss), ~np.isfinite(loss)
    if broke.any():
        return "early nan" if broke.argmax() < EARLY else "late nan"
    if curve.fall is None:
        return None
    if curve.waves >= RUNS_ON:
        return "waves"
    if curve.lowest < 0.5 and curve.fall > 2 * curve.lowest and curve.fall > LEARNED:
        return "comes back"
    return "stuck" if curve.fall > MOVED else "partway" if curve.fall > LEARNED else "falls"


def causes(name):
    """Return (cause, runs) of the ill PyTorch runs whose loss goes one of :data:`WAYS`, the most frequent first."""
    runs = [run for half in SETS for run in strangers(half) if run.recording.loss is not None]
    return Counter(run.cause for run in runs
                   if run.cause != "healthy" and way(run.recording.loss) == name).most_common()


class Looks:
    """The looks of a loss with the causes behind them, as a table of a page."""

    def __repr__(self):
        """Write a line a look."""
        return "\n".join(f"{words} {', '.join(f'{cause} ({runs})' for cause, runs in causes(name))}"
                         for name, words in WAYS.items())

    def _repr_html_(self):
        """Write the table; a cause leads to its question in the checklist of the same page."""
        number = {row.cause: i for i, row in enumerate(ROWS, 1)}

        def link(cause, runs):
            return f'<a href="#question-{number[cause]}">{escape(cause)}</a>&nbsp;{runs}'

        found = {words: ", ".join(link(*cause) for cause in causes(name)) for name, words in WAYS.items()}
        total = sum(runs for name in WAYS for _, runs in causes(name))
        rows = "".join(f'<tr><th scope="row">{escape(words)}</th><td>{links}</td></tr>'
                       for words, links in found.items())
        return ('<table class="table looks"><thead><tr><th scope="col">Your loss</th>'
                f'<th scope="col">Causes planted, and in how many of {total} runs</th></tr></thead>'
                f'<tbody>{rows}</tbody></table>')
