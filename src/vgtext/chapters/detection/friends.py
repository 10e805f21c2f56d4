"""False friends: runs that stand still like a vanishing one, layer by layer and step by step beside it."""

import numpy as np

from vgtext.palette import COLORS, REFERENCE, SEED, label_line, layer_axis, log_axis, number, positive, running_mean

from .runs import labeled

#: One run of the tuned half for each look-alike, by name: (cause, which of its six runs).
FRIENDS = {
    "too small a learning rate": ("learning rate too small", 1),
    "dead ReLU units": ("dead units", 0),
    "label noise": ("label noise", 1),
    "a loss at its floor": ("healthy", 3),
    "overfitting": ("overfitting", 0),
}
TRULY = ("vanishing by activation", 2)
KEY = {"ha": "right", "va": "top", "fontsize": 9}  # a line's name, in its color
LOOKS = {"weight gradient": "gradient", "activation": "activation", "update-to-weight ratio": "ratio"}


def pick(cause, i, half="tuned"):
    """Return the recording of run i = 0..5 of a cause."""
    return [run.recording for run in labeled(half) if run.cause == cause][i]


def draw_false_friends(losses, layers, friend="label noise", look="weight gradient"):
    """Losses of a truly vanishing run and five look-alikes; one of them layer by layer beside the vanishing one."""
    losses.set(xlim=(0, 1), ylim=(0, 1.4), xlabel="share of the training", ylabel="loss / first loss, mean of 15 steps")
    log_axis(layers, 1e-8, 1e2, f"{look}, first record")
    ends = {}
    layer_axis(layers, 8)
    for words, place in [*FRIENDS.items(), ("truly vanishing", TRULY)]:
        recording, chosen = pick(*place), words in (friend, "truly vanishing")
        color = COLORS["backward" if place == TRULY else "forward"]
        curve = running_mean(recording.loss / recording.loss[0])
        ends[words] = number(curve[-1])
        style = {"color": color, "linewidth": 1.8, "linestyle": "-" if place == TRULY else "--"} if chosen else SEED
        share = (np.arange(len(curve)) + 7) / (len(recording.loss) - 1)  # of the middle of the 15 steps
        losses.plot(share[::3], curve[::3], **style, label=words)
        if chosen:
            key = words if place == TRULY else f"dashed: {words}"
            losses.text(0.98, 0.98 if place == TRULY else 0.91, key, **KEY, color=color, transform=losses.transAxes)
            values = getattr(recording, LOOKS[look])[0]
            layers.plot(np.arange(1, 9), positive(values), **{**style, "marker": "o", "markersize": 4}, label=words)
            zeros = "" if (values > 0).all() else f": 0 in {(values == 0).sum()} layers"
            height = 0.15 if place == TRULY else 0.08
            layers.text(0.98, height, key + zeros, **KEY, color=color, transform=layers.transAxes)
    true, other = (getattr(pick(*place), LOOKS[look])[0] for place in (TRULY, FRIENDS[friend]))
    falls, vanishes = (f"layer 1's is {number(v[0] / v[-1])} times layer 8's" if v[-1] else "layer 8's is exactly 0"
                       for v in (other, true))
    return (f"With {friend} the loss ends at {ends[friend]} of its first value; in the vanishing run, at "
            f"{ends['truly vanishing']}. The {look} by layer: with {friend}, {falls}; "
            f"in the vanishing run, {vanishes}.")


def draw_update_ratios(ax, cause="vanishing by activation", run=1):
    """The update-to-weight ratio of every layer over the recorded steps, with its guide line."""
    recording = pick(cause, run - 1, "tuned")
    ratio = recording.ratio
    log_axis(ax, 1e-10, 1e3, "update-to-weight ratio")
    ax.set(xlim=(-0.03, 1.25), xticks=[0, 0.25, 0.5, 0.75, 1], xlabel="share of the training")
    progress = (recording.steps - 1) / len(recording.loss)
    ax.axhspan(3e-4, 0.1, color=COLORS["reference"], alpha=0.12, linewidth=0)
    ax.axhline(1e-3, **REFERENCE)
    label_line(ax, 1.24, 1e-3, "guide:\n0.001", COLORS["reference"], ha="right", xytext=(0, 14))
    for l in range(1, ratio.shape[1] - 1):
        ax.plot(progress, positive(ratio[:, l]), **SEED, label=f"layer {l + 1}")
    last = ratio.shape[1]
    for l, color, dash in ((1, COLORS["backward"], "-"), (last, COLORS["forward"], "--")):
        ax.plot(progress, positive(ratio[:, l - 1]), color=color, marker="o", markersize=4, linestyle=dash,
                label=f"layer {l}")
        ax.text(0.98, 0.96 if l == 1 else 0.88, f"{'dashed: ' * (l > 1)}layer {l}", color=color, transform=ax.transAxes,
                ha="right", va="top", fontsize=9)
    first = np.median(ratio[0])
    return (f"{cause.capitalize()}, run {run}: the first step changes the median layer's weights by {number(first)} "
            f"times their size, layer 1 by {number(ratio[0, 0])} and layer {last} by {number(ratio[0, -1])}; in the "
            f"last record the median is {number(np.median(ratio[-1]))}.")
