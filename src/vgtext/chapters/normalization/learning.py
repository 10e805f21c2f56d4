"""What normalization fixes: wrong weight scales, more learning rates, more depth; and where it stops."""


from vgtext.palette import COLORS, NORM_COLORS, REFERENCE, label_line

from .runs import ACTIVATIONS, DEPTHS, FACTORS, KINDS, RATES, SCALE_DEPTH, SCALE_RATES, accuracies
from .theory import NAMES, NORM_NAMES

BEST = "the best of all"
CHOICES = {BEST: BEST, "0.01": 0.01, "0.1": 0.1, "1": 1.0}
STYLES = {None: ("s", ":"), "batch": ("o", "-"), "layer": ("D", "--"), "rms": ("^", "-.")}  # marker, line


def training_accuracy(activation, kind, rate=BEST, grid="by_depth"):
    """Stored training accuracy, mean over seeds, against DEPTHS or (``grid="by_scale"``) FACTORS.

    With BEST the best rate is taken at each point.
    """
    mean = accuracies()[grid][ACTIVATIONS.index(activation), KINDS.index(kind), ..., 0].mean(axis=-1)
    if rate == BEST:
        return mean.max(axis=1)
    return mean[:, (RATES if grid == "by_depth" else SCALE_RATES).index(rate)]


def rates_that_work(activation, kind, depth, goal=0.9):
    """How many of the learning rates RATES reach ``goal``, mean over seeds."""
    mean = accuracies()["by_depth"][ACTIVATIONS.index(activation), KINDS.index(kind), DEPTHS.index(depth), ..., 0]
    return int((mean.mean(axis=-1) >= goal).sum())


def draw_accuracy(depths, scales, activation="relu", rate=0.1):
    """Training accuracy after ten epochs with each norm, against depth and against weight scale."""
    for ax in (depths, scales):
        ax.set_xscale("log")
        ax.set(ylim=(0, 1.08), yticks=[0, 0.25, 0.5, 0.75, 1], ylabel="training accuracy")
        ax.axhline(0.1, **REFERENCE)
    depths.set(xlim=(4, 50), xlabel="depth L", title="fitting weights")
    depths.set_xticks(DEPTHS, map(str, DEPTHS))
    scales.set(xlim=(0.02, 45), xlabel="weights, times the fitting scale", title=f"{SCALE_DEPTH} layers")
    scales.set_xticks((0.03, 0.3, 3, 30), ["0.03", "0.3", "3", "30"])
    label_line(depths, 4, 0.1, "guessing", COLORS["reference"], xytext=(3, -8))
    for norm, (marker, dash) in STYLES.items():
        how = {"color": NORM_COLORS[norm], "marker": marker, "linestyle": dash, "markersize": 5,
               "label": NORM_NAMES[norm]}
        depths.plot(DEPTHS, training_accuracy(activation, norm, rate), **how)
        scales.plot(FACTORS, training_accuracy(activation, norm, rate, "by_scale"), **how)
        depths.minorticks_off(), scales.minorticks_off()
    depths.legend(loc="lower left", bbox_to_anchor=(0.02, 0.16), fontsize=8, frameon=False)
    some = [f"{NORM_NAMES[norm]} {training_accuracy(activation, norm, rate)[-1]:.0%}" for norm in STYLES]
    words = "the best learning rate at each point" if rate == BEST else f"learning rate {rate:g}"
    return (f"{NAMES[activation]}, width 64, ten epochs, {words}, mean of 2 seeds. Training accuracy at 40 layers: "
            f"{', '.join(some)}.")
