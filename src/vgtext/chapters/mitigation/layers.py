"""Which layer of the problem a remedy treats: forward size, what tells inputs apart, backward size; and a forecast."""

import numpy as np

from vgtext.palette import COLORS, REFERENCE, THEORY, beyond, layer_axis, log_axis, number

from . import theory
from .atlas import NAMES, ROWS, trains
from .journey import journey
from .runs import DEPTHS, WIDTH, Recipe, recipes

DEPTH = 50
APART, BACK = 1.5, 1.5  # powers of ten that a healthy network may gain or lose on its way
EDGE = 10  # powers of ten at which the forecast's picture ends; what lies beyond is drawn there
ROUNDING = -13  # log10 of a share below which float64 no longer tells two inputs apart
LOST = -15  # where the picture has those: far enough from its other ticks for a phone


def draw_journey(ax, activation="sigmoid", init="Glorot", remedy="layer norm"):
    """Three sizes in every layer of an untrained network, and two of them predicted."""
    recipe = Recipe(activation, init, *ROWS[remedy])
    measured, grown = journey(recipe, DEPTH), theory.growth(recipe, DEPTH)
    log_axis(ax, 1e-25, 1e15, "size, relative to where it starts")
    layer_axis(ax, DEPTH)
    ax.axhline(1, **REFERENCE)
    l = np.arange(1, DEPTH)
    lines = (("forward", measured.forward - measured.forward[0], "activations", "-o"),
             ("gradient", apart(measured), "what tells inputs apart", "--D"),
             ("backward", measured.backward, "error signal (right to left)", "-s"))
    for color, size, words, look in lines:
        ax.plot(l, 10.0 ** np.clip(size, -60, 60), look, color=COLORS[color], linewidth=2, markersize=5, markevery=6,
                label=words)
    ax.legend(loc="lower left")
    forward, alone = 0.5 * (np.log10(grown.square) - np.log10(grown.square[0])), theory.product(grown)
    for size, words in ((forward, "activations"), (theory.backward(recipe, DEPTH), "error signal")):
        ax.plot(l, 10.0 ** np.clip(size, -60, 60), **THEORY, label=f"{words}, theory")
    if theory.adds_only(recipe):
        ax.plot(l, 10.0**alone, **{**THEORY, "linestyle": ":"}, label="error signal, theory of 1 + χ alone")
    end, whole, first = apart(measured)[-1], 10.0 ** lines[0][1][-1], 10.0 ** measured.backward[0]
    activations, error = (number(size, 1) + beyond(ax, size) for size in (whole, first))
    told = "no remedy" if remedy == "nothing" else remedy
    left = f"by {number(10.0**end, 1)}" if np.isfinite(end) else "by less than 10⁻¹²"
    expected = f"theory {number(10.0 ** theory.backward(recipe, DEPTH)[0], 1)}"
    if theory.adds_only(recipe):
        expected += f"; by 1 + χ alone, dotted, {number(10.0 ** alone[0], 1)}"
    return (f"{NAMES[activation]}, {init} initialization, {told}, {DEPTH} layers of {WIDTH}, untrained. On the way to "
            f"the last hidden layer the activations change by a factor of {activations}, what tells "
            f"inputs apart {left}. Layer 1 gets {error} times the error signal of the last one ({expected}).")


def apart(measured):
    """log10 of the size of what differs between inputs, relative to layer 1; nan where it is lost in rounding."""
    size = measured.forward + measured.spread
    return np.where(measured.spread > ROUNDING, size - size[0], np.nan)


def ends(recipe, depth):
    """The powers of ten gained by what tells inputs apart, first to last layer, and by the error signal, back.

    The first is nan where rounding has lost it.
    """
    measured = journey(recipe, depth)
    return float(apart(measured)[-1]), float(measured.backward[0])


def points(norm=None, shortcut=None):
    """All networks of five layers or more with this norm and shortcut: (N, 2) of :func:`ends`, and which train."""
    chosen = [(recipe, depth) for recipe in recipes() for depth in DEPTHS[1:]
              if norm in (None, recipe.norm) and shortcut in (None, recipe.shortcut)]
    ok = [trains()[recipe.cell][DEPTHS.index(depth)] for recipe, depth in chosen]
    return np.array([ends(*one) for one in chosen]), np.array(ok)


def forecast(sizes):
    """Will it train? Yes, if neither size changes by more than a factor of about 30."""
    return (np.abs(sizes) < [APART, BACK]).all(axis=1)


def draw_forecast(ax, norm="none", shortcut="plain"):
    """What an untrained network does to both sizes, and whether it then trains."""
    sizes, ok = points(norm, shortcut)
    ticks, words = 10.0 ** np.array([-10, -5, 0, 5, 10]), ("≤ 10⁻¹⁰", "10⁻⁵", "1", "10⁵", "≥ 10¹⁰")
    ax.set(xscale="log", yscale="log", xlim=(10.0 ** (LOST - 0.7), 5e10), ylim=(2e-11, 5e10),
           xlabel="what tells inputs apart: last layer / first", ylabel="error signal: first layer / last")
    ax.set_xticks([10.0**LOST, *ticks], ["lost", *words])
    ax.set_yticks(ticks, words)
    ax.minorticks_off()
    box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * [APART, BACK]
    ax.plot(*10.0**box.T, **THEORY)
    for good, color, marker, label in ((True, COLORS["forward"], "o", "trains"),  # crosses last, on top of circles
                                       (False, COLORS["backward"], "x", "does not train")):
        shown = np.nan_to_num(sizes[ok == good].clip(-EDGE, EDGE), nan=LOST)
        ax.plot(*10.0**shown.T, linestyle="none", marker=marker, color=color, markersize=5, label=label)
    ax.legend(loc="upper left", fontsize=9)
    right, lost = forecast(sizes) == ok, np.isnan(sizes).any(axis=1)
    beyond = int(((np.abs(sizes) >= EDGE).any(axis=1) & ~lost).sum())
    rounded = f"; in {lost.sum()} others rounding loses what tells inputs apart" if lost.any() else ""
    edge = f" At the edge of the picture: {beyond} networks that gain or lose ten powers of ten or more{rounded}."
    names = {"none": "no normalization", "batch": "batch norm", "layer": "layer norm"}
    ways = {"plain": "no shortcuts", "residual": "shortcuts"}
    return (f"Networks with {names[norm]} and {ways[shortcut]}: {int(ok.sum())} of {len(ok)}, of 5 to 100 layers of "
            f"{WIDTH}, train. The dashed box forecasts {int(right.sum())} of {len(ok)} correctly, before "
            f"training.{edge * (beyond > 0)}")
