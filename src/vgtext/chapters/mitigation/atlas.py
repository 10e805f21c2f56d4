"""The map: depth across, normalization and shortcuts down, one map for each activation and initialization."""

from functools import cache

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.palette import ACTIVATION_NAMES, COLORS

from .runs import DEPTHS, INITS, RATES, Recipe, again, best, counts, digits, recipes

NAMES = {name: ACTIVATION_NAMES[name] for name in ("sigmoid", "tanh", "relu")}
ROWS = {"nothing": ("none", "plain"), "layer norm": ("layer", "plain"), "batch norm": ("batch", "plain"),
        "residual": ("none", "residual"), "residual, layer norm": ("layer", "residual"),
        "residual, batch norm": ("batch", "residual")}
TRAINS = 0.8  # a test accuracy of at least this counts as "trains"
MEASURES = {"test accuracy, %": "accuracy", "steps needed": "steps", "learning rates that work": "rates"}


def trains():
    """Which cells train at their best learning rate: bool (activation, init, norm, shortcut, depth)."""
    return best()[..., 0] >= TRAINS


def deepest(recipe):
    """The largest of DEPTHS up to which a recipe trains at every depth; 0 if at none."""
    ok = trains()[recipe.cell]
    return int(DEPTHS[(len(ok) if ok.all() else ok.argmin()) - 1]) if ok[0] else 0


def rates_that_work(recipe):
    """At how many of RATES a recipe trains, for each depth: (7,)."""
    return (counts()[recipe.cell][..., 1] >= TRAINS * digits().y_test.size).sum(axis=-1)


def table(activation, init, measure="accuracy"):
    """One map, (6, 7): test accuracy in percent, steps to a loss of 0.5 (nan: never), or how many rates work."""
    cells = [Recipe(activation, init, *row) for row in ROWS.values()]
    if measure == "rates":
        return np.array([rates_that_work(cell) for cell in cells], float)
    column, factor = {"accuracy": (0, 100), "steps": (2, 1)}[measure]
    return np.array([factor * best()[cell.cell][:, column] for cell in cells])


@cache
def trained():
    """How many of the 42 networks of a map train, for each initialization and activation: (4, 3)."""
    return np.array([[(table(name, init) >= 100 * TRAINS).sum() for name in NAMES] for init in INITS], float)


def draw_maps(ax):
    """All twelve maps, each as the number of its networks that train; a click chooses one."""
    heat(ax, 100 * trained() / (len(ROWS) * len(DEPTHS)), trained())
    ax.set_box_aspect(1.1)
    ax.set_xticks(range(len(NAMES)), NAMES.values())
    ax.set_yticks(range(len(INITS)), (name.replace(" ", "\n") for name in INITS))
    ax.set_title(f"of {len(ROWS) * len(DEPTHS)}, how many train")
    handle(ax, lambda activation, init: (list(NAMES).index(activation), list(INITS).index(init)), "cell")


def draw_map(ax, maps, activation="relu", init="He", measure="accuracy"):
    """Six remedies at seven depths, as numbers on colors; beside it all such maps in one number each."""
    draw_maps(maps)
    values = table(activation, init, measure)
    shade = {"accuracy": values, "rates": 25 * values, "steps": 100 - np.nan_to_num(values, nan=300) / 3}[measure]
    heat(ax, shade, values)
    ax.set_xticks(range(len(DEPTHS)), map(str, DEPTHS))
    ax.set_yticks(range(len(ROWS)), (row.replace(", ", ",\n") for row in ROWS))  # narrow: numbers need the width
    ax.set(xlabel="depth L", title=f"{NAMES[activation]}, {init} initialization")
    deep = {row: deepest(Recipe(activation, init, *cell)) for row, cell in ROWS.items()}
    plain, rest = deep.pop("nothing"), [row.replace(", ", " + ") for row, depth in deep.items() if depth == DEPTHS[-1]]
    shown = {"accuracy": "test accuracy in percent", "rates": f"at how many of {len(RATES)} learning rates it trains",
             "steps": "steps until the mean loss of ten steps is below 0.5; – means not within 300"}[measure]
    words = f"to {plain} layers" if plain else "at no depth"
    words = "at all depths" if plain == DEPTHS[-1] else words
    count = trained()[list(INITS).index(init), list(NAMES).index(activation)]
    return (f"{NAMES[activation]}, {init} initialization, width 32: {count:.0f} of the {values.size} networks train "
            f"(at least {TRAINS:.0%} of the test digits right); with nothing else {words}, and to 100 layers with "
            f"{', '.join(rest) if rest else 'none of the five remedies'}. Color and number: {shown}.")


def heat(ax, shade, values):
    """Cells from 0 (orange) over 50 (the page's ground) to 100 (blue), a whole number in each; nan is a dash."""
    rows, columns = shade.shape
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.tick_params(length=0)
    for (i, j), value in np.ndenumerate(values):
        color = COLORS["forward" if shade[i, j] > 50 else "backward"]
        alpha = round(0.6 * abs(shade[i, j] - 50) / 50, 2)
        ax.add_patch(Rectangle((j - 0.48, i - 0.46), 0.96, 0.92, facecolor=(*to_rgb(color), alpha), linewidth=0))
        ax.text(j, i, "–" if np.isnan(value) else f"{value:.0f}", ha="center", va="center", fontsize=10)


def count_trained(activation=None, depth=100, **fixed):
    """How many recipes train at a depth, and of how many; ``fixed`` names init, norm or shortcut."""
    chosen = [r for r in recipes() if (activation in (None, r.activation))
              and all(getattr(r, name) == value for name, value in fixed.items())]
    ok = trains()[..., DEPTHS.index(depth)]
    return sum(bool(ok[r.cell]) for r in chosen), len(chosen)


def repeated():
    """Cells trained with another seed: the share with the same verdict, and the median difference in points."""
    cells, fresh = again()
    one, two = (right[:, 1] / digits().y_test.size for right in (counts()[tuple(cells.T)], fresh))
    return float(np.mean((one >= TRAINS) == (two >= TRAINS))), float(100 * np.median(np.abs(one - two)))


def at(recipe, depth):
    """Test accuracy of a recipe at one depth, at its best learning rate."""
    return float(best()[recipe.cell][DEPTHS.index(depth), 0])


def reached(words, recipe, depth, expected):
    """The evidence that a recipe reaches a test accuracy at one depth."""
    return Evidence(f"test accuracy, {depth} layers: {words}", lambda: at(recipe, depth), expected, 0.08,
                    stored="mitigation_runs")


CLAIMS = (
    Claim(
        "S0.8", "Initialization, ReLU-like activations and normalization address vanishing gradients.", "holds if",
        "They are matched to each other. ReLU with PyTorch's default weights, or a sigmoid with Glorot's, does not "
        "train ten layers; and at a hundred layers neither a normalization nor a shortcut alone is enough for ReLU. "
        "Both together are.",
        (
            reached("initialization alone (sigmoid, Glorot)", Recipe("sigmoid", "Glorot"), 10, 0.1),
            reached("activation alone (ReLU, PyTorch default)", Recipe("relu", "PyTorch default"), 10, 0.1),
            reached("matched (ReLU, He)", Recipe("relu", "He"), 10, 0.95),
            reached("normalization alone (sigmoid, layer norm)", Recipe("sigmoid", "Glorot", "layer"), 10, 0.1),
            reached("normalization alone (ReLU, He, batch norm)", Recipe("relu", "He", "batch"), 100, 0.15),
            reached("shortcut alone (ReLU, He)", Recipe("relu", "He", "none", "residual"), 100, 0.1),
            reached("both (ReLU, He, batch norm, shortcut)", Recipe("relu", "He", "batch", "residual"), 100, 0.92),
        ), "map",
        setting="32 units, 300 steps of plain SGD with batches of 64, the best of four learning rates, one seed.",
    ),
)
