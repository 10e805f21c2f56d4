"""The best learning rate against width: under the standard rule and under muP, with three ways to train."""

import numpy as np

from vgtext.explore import handle
from vgtext.nn.theory.width import RULES
from vgtext.palette import COLORS, SEED, THEORY, label_line, number, raised

from .runs import WAYS, WIDTHS, stored

MARKS = {"standard": (COLORS["backward"], "o", "-"), "muP": (COLORS["gradient"], "s", (0, (6, 2)))}
WRITTEN = {"standard": "standard rule", "muP": "μP"}
MENU = {"standard": "standard", "μP": "muP"}  # as the text writes them


def losses(way, rule, n):
    """The final loss at each rate, the geometric mean of the seeds: (rates,), inf where one broke down."""
    return np.exp(np.log(stored(way)[RULES.index(rule), WIDTHS.index(n)]).mean(axis=-1))


def best(way, rule, n, seed=None):
    """log2 of the rate with the lowest loss, the mean of the seeds' or one seed's."""
    of = losses(way, rule, n) if seed is None else stored(way)[RULES.index(rule), WIDTHS.index(n), :, seed]
    return WAYS[way][2][int(of.argmin())]


def loss_at(way, rule, n, k):
    """The final loss at the learning rate 2^k."""
    return losses(way, rule, n)[WAYS[way][2].index(k)]


def broken(way, rule):
    """How many of the widths break down at the rate that is best for the narrowest."""
    return sum(not np.isfinite(loss_at(way, rule, n, best(way, rule, WIDTHS[0]))) for n in WIDTHS)


def slope(way, rule, seed=None):
    """The exponent p of a fit: best rate proportional to n^p; of one seed's best rates if asked."""
    return float(np.polyfit(np.log2(WIDTHS), [best(way, rule, n, seed) for n in WIDTHS], 1)[0])


def power(k):
    """2^k in words."""
    return f"2{raised(k)}"


def ended(loss):
    """A final loss in words."""
    return f"ends at {number(loss)}" if np.isfinite(loss) else "breaks down"


def rate_axis(ax, low, high, axis="x"):
    """Learning rates as powers of two from 2^low to 2^high, on a log axis."""
    getattr(ax, f"set_{axis}scale")("log", base=2)
    getattr(ax, f"set_{axis}lim")(2.0 ** (low - 0.5), 2.0 ** (high + 0.5))
    step = 1 if high - low < 7 else 2
    ticks = range(low + low % step, high + 1, step)
    getattr(ax, f"set_{axis}ticks")([2.0**k for k in ticks], [f"$2^{{{k}}}$" for k in ticks])
    ax.minorticks_off()


def size_axis(ax, sizes, words):
    """Widths or depths, each a tick, on a log axis."""
    ax.set(xscale="log", xlim=(sizes[0] / 1.25, sizes[-1] * 1.25), xlabel=words)
    ax.set_xticks(sizes, [str(n) for n in sizes])
    ax.minorticks_off()


def draw_curves(ax, rates, lines, chosen, mark, words="width {}", high=5.0):
    """Final losses (one line a size) against the rate; the chosen one in color, its best rate a large mark."""
    color, marker, dashes = mark
    ax.set(yscale="log", ylim=(0.003, high), ylabel="training loss at the end", xlabel="learning rate η")
    ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    x = 2.0 ** np.array(rates)
    for size, line in lines.items():
        shown = np.where(line < 3 * high, line, np.nan)
        style = {"color": color, "linewidth": 2.2, "linestyle": dashes, "zorder": 4} if size == chosen else SEED
        ax.plot(x, shown, **style, label=words.format(size))
        i = int(line.argmin())
        big = 9 if size == chosen else 4
        ax.plot(x[i], line[i], marker=marker, markersize=big, color=color if size == chosen else COLORS["seed"],
                zorder=5)
    starts = [lines[size][0] for size in (min(lines), max(lines))]
    if max(starts) > 1.5 * min(starts):  # else one label would lie on the other
        for size, start in zip((min(lines), max(lines)), starts):
            label_line(ax, x[0], start, str(size), color if size == chosen else COLORS["reference"], ha="right",
                       xytext=(-4, 0))
    ax.minorticks_off()


def draw_best_rate(curves, widths, way="Adam", rule="standard", n=512):
    """Training loss against the learning rate at five widths; the best rate against the width under both rules."""
    rates, color = WAYS[way][2], MARKS[rule][0]
    first, here = best(way, rule, WIDTHS[0]), best(way, rule, n)
    draw_curves(curves, rates, {m: losses(way, rule, m) for m in WIDTHS}, n, MARKS[rule])
    rate_axis(curves, -14, 1)
    curves.axvline(2.0**first, color=COLORS["reference"], linestyle=":", linewidth=1.1, zorder=1)
    label_line(curves, 2.0**first, 3.2, f"best at {WIDTHS[0]}", COLORS["reference"])
    curves.set_title(f"{WRITTEN[rule]}, width {n}", color=color)
    size_axis(widths, WIDTHS, "width n")
    rate_axis(widths, -11, 0, "y")
    widths.set_title("best learning rate")
    for name, (shade, marker, dashes) in MARKS.items():
        y = [2.0 ** best(way, name, m) for m in WIDTHS]
        widths.plot(WIDTHS, y, color=shade, marker=marker, linestyle=dashes, markersize=4)
        label_line(widths, WIDTHS[0], y[0], WRITTEN[name], shade, xytext=(0, 20 if name == "standard" else -20))
    start = 2.0 ** best(way, "standard", WIDTHS[0])
    widths.plot(WIDTHS, [start * WIDTHS[0] / m for m in WIDTHS], **THEORY)
    widths.plot([n], [2.0**here], marker=MARKS[rule][1], markersize=9, color=color)
    handle(widths, lambda n: (n, 2.0 ** best(way, rule, n)))
    copied = loss_at(way, rule, n, first)
    return (f"{way}, {WRITTEN[rule]}, 4 layers: at width {n} the best rate is {power(here)}, and training "
            f"{ended(loss_at(way, rule, n, here))}. With the rate that is best at width {WIDTHS[0]}, {power(first)}, "
            f"it {ended(copied)}. Thin dashes: a rate that falls as 1/n.")

