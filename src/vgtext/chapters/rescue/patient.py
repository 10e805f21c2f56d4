"""The patient's chart, as admitted and after each repair: its loss, and one instrument at one step."""

import numpy as np

from vgtext.diagnose import diagnose, measure_symptoms
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, float_limits, label_line, layer_axis, log_axis, number, positive

from .charts import charts
from .plans import DEPTH, STAGES, STEPS

#: What can be looked at: the chart's field, its label, its color, and the limits of its axis (None: a share).
LOOKS = {
    "error signal": ("error", "error signal, per unit", COLORS["backward"], (1e-50, 1e5)),
    "weight gradient": ("gradient", "weight gradient, norm", COLORS["gradient"], (1e-50, 1e5)),
    "activation": ("activation", "activation, per unit", COLORS["forward"], (1e-20, 1e5)),
    "update-to-weight ratio": ("got", "update-to-weight ratio", COLORS["weight"], (1e-30, 1e2)),
    "flat units": ("flat", "share of flat units", COLORS["forward"], None),
}
NO_UNIT_IS_FLAT = "0% of the hidden units are flat for every image."
LOST = 2.0**-25  # a change below this share of a float32 number is rounded away, whatever the number


def running_mean(loss, window=5):
    """Return the loss of each step as the mean of the last ``window`` ones."""
    padded = np.concatenate([np.full(window - 1, loss[0]), loss])
    return np.convolve(padded, np.full(window, 1 / window), mode="valid")


def draw_loss(ax, chart, step, top=4.5, others=(), label=-20, name=None):
    """Draw a chart's loss of every step, with the step that is looked at; return the loss there.

    ``others`` are pairs of a name and an earlier chart.
    """
    ax.set(xlim=(-10, STEPS), ylim=(0, top), xlabel="step", ylabel="training loss, mean of 5 steps")
    ax.axhline(np.log(10), **REFERENCE)
    label_line(ax, STEPS, np.log(10), "guessing: ln 10", COLORS["reference"], xytext=(-2, label), ha="right")
    t = np.arange(1, len(chart.loss) + 1)
    for earlier, other in others:
        ax.plot(t[::3], running_mean(other.loss)[::3], color=COLORS["seed"], linewidth=1.0, label=earlier)
    smooth = running_mean(chart.loss)
    ax.plot(t[::3], smooth[::3], color=COLORS["backward"], label=name)
    ax.plot([step], [smooth[step - 1]], marker="o", markersize=9, markerfacecolor="none", color=COLORS["backward"],
            clip_on=False)
    handle(ax, lambda step: (step, min(smooth[step - 1], top)))
    return float(smooth[step - 1])


def draw_look(ax, chart, look, step, limits=None):
    """Draw one instrument, layer by layer, at a recorded step, sizes within ``limits``; return its values, (L,)."""
    field, words, color, usual = LOOKS[look]
    limits = usual and (limits or usual)
    values = getattr(chart, field)[list(chart.steps).index(step)]
    l = np.arange(1, len(values) + 1)
    if limits is None:
        ax.set(ylim=(-0.03, 1.03), ylabel=words)
        ax.plot(l, values, color=color, marker="o", markersize=4)
    else:
        log_axis(ax, *limits, words)
        made = "made" if look == "update-to-weight ratio" else None
        ax.plot(l, positive(np.clip(values, 0, limits[1])), color=color, marker="o", markersize=4, label=made)
        float_limits(ax)
        if not values.any():
            ax.text(0.5, 0.4, "exactly 0 in every layer", transform=ax.transAxes, ha="center", color=color, fontsize=10)
    layer_axis(ax, len(values))
    if look == "update-to-weight ratio":
        asked = chart.asked[list(chart.steps).index(step)]
        ax.plot(l, positive(np.clip(asked, 0, limits[1])), color=COLORS["gradient"], linestyle="--", linewidth=1.4,
                label="asked for")
        ax.text(0.98, 0.97, "dashed: asked for; points: made", transform=ax.transAxes, fontsize=9, ha="right", va="top",
                color=COLORS["gradient"])
        ax.axhspan(limits[0], LOST, color="#999999", alpha=0.25, linewidth=0, zorder=0)
        ax.text(0.98, 0.02, "float32: no weight moves", transform=ax.transAxes, fontsize=8, ha="right", va="bottom",
                color=COLORS["reference"])
        ax.axhline(1e-3, **REFERENCE)
        label_line(ax, 1, 1e-3, "guide: 0.001", COLORS["reference"], xytext=(0, -9 if 1e-3 <= values[0] < 0.1 else 8))
    return values


def in_words(look, values):
    """Say what an instrument shows at layer 1 and at the last layer."""
    if look == "flat units":
        most, full = values[:-1].max(), int((values[:-1] == 1).sum())
        if full:
            return f"in {full} of {len(values) - 1} hidden layers every unit is flat for every image."
        return f"at most {most:.0%} of a hidden layer's units are flat for every image." if most else NO_UNIT_IS_FLAT
    zeros = int((values == 0).sum())
    if zeros == len(values):
        return f"the {look} is exactly 0 in all {zeros} layers."
    first, last = number(values[0]), number(values[-1])
    lead = f"the {look} is {first} in layer 1 and {last} in layer {len(values)}"
    return f"{lead}; it is exactly 0 in {zeros} layer{'s' * (zeros > 1)}." if zeros else f"{lead}."


def draw_patient(losses, layers, look="error signal", step=1):
    """The patient as admitted: its loss, and one instrument layer by layer at one step."""
    chart = charts()["as admitted"]
    loss = draw_loss(losses, chart, step, top=3.5)
    values = draw_look(layers, chart, look, step)
    return (f"Fifty sigmoid layers of 64, {STEPS} steps on the digits. At step {step} the loss is {loss:.2f}, and "
            f"{in_words(look, values)}")


def draw_stages(losses, layers, stage="1: ReLU", look="error signal", step=1):
    """The chart after each repair, the earlier ones' losses in gray; what ``diagnose`` says of it."""
    names, chart = list(STAGES), charts()[stage]
    before = [(name, charts()[name]) for name in names[: names.index(stage)]]
    draw_loss(losses, chart, step, others=before, label=20, name=stage)
    values = draw_look(layers, chart, look, step)
    head = "After repair " + stage.replace(":", ",") if ":" in stage else stage.capitalize()
    return (f"{head}: the loss ends at {np.mean(chart.loss[-10:]):.1f}, with {chart.ended[0]:.0%} of the training "
            f"digits right. Diagnosis: {diagnose(chart.recording()).cause}. At step {step}: {in_words(look, values)}")


def chart_line(name):
    """One line of a table: a stage's diagnosis, the readings behind it, and how the run ended."""
    chart = charts()[name]
    s = measure_symptoms(chart.recording())
    trip = f"10^{s.round_trip:.0f}" if s.round_trip < -2 else f"{10.0**s.round_trip:.1f}"
    return (f"{name:26}{diagnose(chart.recording()).cause:28} R = {trip:7} step {s.ratio:.0e}  "
            f"{chart.ended[0]:4.0%}")


def affordable(depth=DEPTH, limit=10**-1.2):
    """The factor per layer, the same forward and backward, with which a round trip comes down to ``limit``."""
    return limit ** (1 / (2 * (depth - 2)))
