"""The figures of a report: what the loss did, and the layers' signals at each recorded step and over the steps."""

import numpy as np

from vgtext.explore.figure import Explorable
from vgtext.palette import COLORS, REFERENCE, SEED, backward_arrow, label_line, layer_axis, log_axis, number, positive

from .digits import MOST, percent
from .losses import breaks
from .table import ALIVE, TOO_FAST, TOO_SLOW

#: What can be looked at: name of the field, its color, and its guide lines with their words.
LOOKS = {
    "weight gradient": ("gradient", "gradient", {}),
    "activation": ("activation", "forward", {}),
    "error signal": ("error", "backward", {}),
    "update-to-weight ratio": ("ratio", "weight", {TOO_FAST: "too large", TOO_SLOW: "too small"}),
    "weight": ("weight", "weight", {}),
    "dead units": ("dead", "forward", {ALIVE: "passes nothing on"}),
}
MOST_STEPS, MOST_LAYERS = 12, 200


def pair(first, last):
    """Write two numbers with as many digits as it takes to tell them apart; one number if they are the same."""
    texts = ((number(first, digits), number(last, digits)) for digits in range(2, MOST + 1))
    return next((pair for pair in texts if pair[0] != pair[1]), (number(first),))


def spread(entries, most):
    """Return the numbers of at most so many entries, the first and the last with them."""
    return np.unique(np.linspace(0, entries - 1, min(entries, most)).astype(int))


def figures(recording):
    """Return the report's figures, those for which something was recorded."""
    found = [] if recording.loss is None else [Explorable(loss_drawer(recording), {}, {})]
    looks = [words for words, (field, _, _) in LOOKS.items() if getattr(recording, field) is not None]
    if looks:
        steps = [recording.step(i) for i in chosen_rows(recording, looks)]
        found.append(_figure(layers_drawer(recording, looks, steps), look=looks, step=steps))
        if len(steps) > 1:
            found.append(_figure(steps_drawer(recording, looks), look=looks))
    return found


def _figure(draw, **choices):
    """Return the figure of a draw function; where there is nothing to choose, there is no control."""
    labels = {"look": "look at", "step": "at step"}
    known = {name: values for name, values in choices.items() if len(values) > 1}
    return Explorable(draw, known, {name: labels[name] for name in known})


def chosen_rows(recording, looks):
    """Return the numbers of at most twelve rows, the first and the last with them."""
    return spread(len(getattr(recording, LOOKS[looks[0]][0])), MOST_STEPS).tolist()


def loss_drawer(recording):
    """Return the draw function of the loss, and of the accuracies beside it."""
    loss, finite = recording.loss, np.isfinite(recording.loss)
    steps = np.arange(1, len(loss) + 1)
    some = spread(len(loss), 400)
    end = breaks(loss)
    skipped = int((~finite[:end]).sum())
    broke = f" Entries on the way that are no number: {skipped}." if skipped else ""
    broke += f" From entry {end + 1} on it is no number." if end < len(loss) else ""

    def draw_loss(ax):
        shown = some[finite[some]]
        values = loss[shown]
        ax.plot(steps[shown], np.minimum(values, 1e250), color=COLORS["forward"], linewidth=1.2)  # an axis ends, too
        if len(values) and values.min() > 0 and values.max() > 100 * values.min():
            ax.set_yscale("log")
        elif len(values) and np.ptp(values) < 0.01 * abs(values[0]):  # ticks that differ in their last digits say less
            ax.set_ylim(*(values.mean() + 0.01 * abs(values[0]) * np.array([-1, 1])))
        ax.set(xlabel="entry", ylabel="training loss", xlim=(0, len(loss) + 1))
        for name, color in (("train_accuracy", "gradient"), ("test_accuracy", "backward")):
            if getattr(recording, name) is not None:
                words = f"{name.replace('_', ' ')} at the end {percent(getattr(recording, name)[-1])}"
                ax.text(0.98, 0.96 if "train" in name else 0.88, words, color=COLORS[color], transform=ax.transAxes,
                        ha="right", va="top", fontsize=9)
        ends = pair(float(values[0]), float(values[-1])) if len(values) else ("nan",)
        told = f"is {ends[0]}, the last {ends[1]}" if len(ends) > 1 else f"and the last are {ends[0]}"
        return f"The training loss, {len(loss)} {'entry' if len(loss) == 1 else 'entries'}: the first {told}.{broke}"

    return draw_loss


def limits(values, guides):
    """Return the limits of a log axis that hold all sizes above 0, and the guide lines."""
    known = values[np.isfinite(values) & (values > 0)]
    ends = [*guides, *((known.min(), known.max()) if len(known) else (1e-3, 1.0))]
    low, high = (np.log10(np.clip(end, 1e-300, 1e300)) for end in (min(ends), max(ends)))
    return 10.0 ** (np.floor(max(low, high - 300) - 0.3)), 10.0 ** (np.ceil(high + 0.3))


def _axis(ax, look, values):
    """Set up the axis of a look; shares are drawn from 0 to 1, sizes on a log axis."""
    guides = LOOKS[look][2]
    if look == "dead units":
        ax.set(ylim=(-0.02, 1.05), ylabel=look)
    else:
        log_axis(ax, *limits(values, guides), look)
    for height in guides:
        ax.axhline(height, **REFERENCE)
    return guides


def layers_drawer(recording, looks, steps):
    """Return the draw function of one look, layer by layer, at one step; the other steps in gray."""
    fields = {look: getattr(recording, LOOKS[look][0]) for look in looks}
    rows = dict(zip(steps, chosen_rows(recording, looks)))

    def draw_layers(ax, look=looks[0], step=steps[0]):
        values, row = fields[look], rows[step]
        some = spread(values.shape[1], MOST_LAYERS)
        layers, guides = some + 1, _axis(ax, look, values)
        layer_axis(ax, max(layers[-1], 2))
        shown = positive if look != "dead units" else np.asarray
        for other in rows.values():
            ax.plot(layers, shown(values[other, some]), **SEED)
        color = COLORS[LOOKS[look][1]]
        ax.plot(layers, shown(values[row, some]), color=color, marker="o", markersize=4)
        for height, words in guides.items():
            label_line(ax, layers[-1], height, words, COLORS["reference"], ha="right", xytext=(0, 7))
        if look == "error signal":
            backward_arrow(ax)
        zeros = int((values[row] == 0).sum())
        words = f" It is exactly 0 in {zeros} of {layers[-1]} layers." if zeros and look != "dead units" else ""
        ends = pair(*(float(values[row, l]) for l in (0, -1)))
        last = f", {ends[-1]} in layer {layers[-1]}" if len(ends) > 1 else f" and in layer {layers[-1]}"
        return f"Step {step}, {look} by layer: {ends[0]} in layer 1{last if layers[-1] > 1 else ''}.{words}"

    return draw_layers


def steps_drawer(recording, looks):
    """Return the draw function of one look over the recorded steps: first and last layer, those between in gray."""
    fields = {look: getattr(recording, LOOKS[look][0]) for look in looks}
    some = spread(len(fields[looks[0]]), 100)
    steps = np.array([recording.step(i) for i in some])

    def draw_steps(ax, look=looks[0]):
        values = fields[look][some]
        _axis(ax, look, fields[look])
        shown = positive if look != "dead units" else np.asarray
        ax.set(xlabel="step", xlim=(0.9, steps[-1] * 1.1), xscale="log")
        for l in range(1, min(values.shape[1] - 1, 20)):
            ax.plot(steps, shown(values[:, l]), **SEED)
        ends = ((0, "backward", "-"), (values.shape[1] - 1, "forward", "--"))
        for l, color, dash in ends[: values.shape[1]]:
            ax.plot(steps, shown(values[:, l]), color=COLORS[color], linestyle=dash, marker="o", markersize=3)
            ax.text(0.98, 0.96 if l == 0 else 0.88, f"layer {l + 1}", color=COLORS[color], transform=ax.transAxes,
                    ha="right", va="top", fontsize=9)
        finite = [values[i][np.isfinite(values[i])] for i in (0, -1)]
        medians = pair(*(float(np.median(row)) if len(row) else np.nan for row in finite))
        first, last = f"{medians[0]} at step {steps[0]}", f"at step {steps[-1]}"
        goes = f"goes from {first} to {medians[1]} {last}" if len(medians) > 1 else f"is {first} and {last}"
        return f"{look[0].upper()}{look[1:]} over the steps: the median layer {goes}."

    return draw_steps
