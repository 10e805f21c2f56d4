"""What lines are called, and what words beside them say, is so: colors, growth, bounds, guides, theory."""

import re

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Annotation

from vgtext.palette import COLORS

#: Signals, and what COLORS calls their color.
SIGNALS = {"theory|predicted": "theory", r"error signal|δ|∂ℒ/∂[ahz]\b": "backward",
           r"weight gradient|∂ℒ/∂W": "gradient", r"activation|(?<!∂)\b[az]\[": "forward"}
#: What words say becomes of a line on its way, forward with depth and backward from the last layer.
GROWS, FADES = r"\b(explodes|blows up|grows)\b", r"\b(fades|vanishes|dies)\b"
BOUND = re.compile("at (least|most)|bound")  # what a line is called that others need not come near
#: What gray words call a guide, and where it is then.
GUIDES = {r"ln 10": np.log(10), r"√2": 2**0.5, r"10\^\{(-?\d+)\}": None, r"(?<!\d)(0\.\d+)": None, "one half": 50}
COUNTS = {word: n for n, word in enumerate("no one two three four five six seven eight nine ten".split())}


def colors(ax):
    """A line that is named for a signal has its color; so have the lines along an axis of that name, if any has one."""
    for line in ax.lines:
        key = signal(line.get_label())
        if key and line.get_label()[0] != "_" and to_hex(line.get_color()) != COLORS[key].lower():
            yield f"“{line.get_label()}” has not the color of its signal"
    known = {COLORS[key].lower() for key in (*SIGNALS.values(), "weight")} - {COLORS["theory"]}
    found, key = known & {to_hex(line.get_color()) for line in ax.lines}, signal(ax.get_ylabel())
    if key and len(found) == 1 and COLORS[key].lower() not in found:
        yield f"“{ax.get_ylabel()}”: its lines have not the color of their signal"


def signal(name):
    """Return the color of the signal that a name tells of, None where it tells of none."""
    return next((key for words, key in SIGNALS.items() if re.search(words, name)), None)


def verdicts(ax):
    """What colored words say grows or fades, does: the line that they stand on, or the only one of their color."""
    for text in (ax.title, *ax.texts):
        words, ink = text.get_text(), to_hex(text.get_color())
        grows, fades = (bool(re.search(verdict, words)) for verdict in (GROWS, FADES))
        lines = [line for line in ax.lines if to_hex(line.get_color()) == ink and len(line.get_xdata()) > 2]
        if isinstance(text, Annotation) and text.xycoords == "data":
            lines = [line for line in lines if passes(line, on_pixels(line), ax.transData.transform(text.xy))]
        if grows == fades or is_gray(ink) or len(lines) != 1:
            continue
        y = np.asarray(lines[0].get_ydata(), float)
        y = y[np.isfinite(y)]
        back = ax.get_xlabel().startswith("layer") and ink in (COLORS["backward"].lower(), COLORS["gradient"].lower())
        if (y[0] > y[-1] if back else y[-1] > y[0]) != grows and len(y) > 2:
            yield f"“{words}”: from {y[0]:.2g} to {y[-1]:.2g}"


def far(ax):
    """A curve of theory comes near a line beside it, in the mean over the places of that: in decades, or fifths."""
    lines = [(line, *on_screen(line)) for line in ax.lines if in_data(line) and len(line.get_xdata()) > 2]
    beside = [(x, y) for line, x, y in lines if line.get_color() not in (COLORS["theory"], COLORS["reference"])]
    for line, x, y in lines:
        if line.get_color() != COLORS["theory"] or line.get_linestyle() == "None" or BOUND.match(line.get_label()):
            continue
        inside = [(a >= x[0] - 1e-9) & (a <= x[-1] + 1e-9) for a, _ in beside]
        off = [np.abs(np.interp(a[some], x, y) - b[some]).mean() for (a, b), some in zip(beside, inside)
               if some.sum() > 2]
        if off and min(off) > 0.25:
            yield f"the curve “{line.get_label()}” is {min(off):.2f} away from what it is theory of"


def bounds(ax):
    """What is called at most is nowhere below what is called at least; a legend has no name twice."""
    names = [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []
    if len({*names}) < len(names):
        yield f"a name is twice in {names}"
    named = {word: line.get_ydata() for word in ("at least", "at most") for line in ax.lines
             if line.get_label().startswith(word)}
    for words in signs_of(ax) if len(named) == 1 else ():
        if f"at {' '.join(re.findall(r'least|most', words))}" in {"at least", "at most"} - {*named}:
            yield f"“{words}”, and the line is {[*named]}"
    if len(named) == 2 and (named["at most"] < named["at least"] * (1 - 1e-9)).any():
        yield "what is “at most” is below what is “at least”"


def guides(ax):
    """A gray word for a place is beside a guide there; so many others are gray as words say."""
    gray = [line for line in ax.lines if is_gray(line.get_color())]
    places = {float(value) for line in gray if not in_data(line) for value in line.get_xydata().ravel()}
    for words in signs_of(ax):
        for word, at in GUIDES.items():
            found = re.search(word, words)
            if not (found and places and re.search("guide|dotted: one|guessing|rule of", words)):
                continue
            at = at or (10.0 ** int(found[1]) if "{" in word else float(found[1]))
            if not np.isclose([*places], at).any():
                yield f"“{words}”: there is no guide at {at:.3g}"
        if found := re.search(r"gray: the (\w+) others", words):
            others = {line.get_label() for line in gray if line.get_color() != COLORS["theory"]}
            others = {name for name in others if name[0] != "_"}
            if COUNTS.get(found[1]) != len(others):
                yield f"“{words}”, and these are gray: {others}"


def signs_of(ax):
    """Return the words in a panel and above it."""
    return [ax.get_title(), *(text.get_text() for text in ax.texts)]


def is_gray(color):
    """Say whether a color is a gray, black included."""
    rgb = to_rgb(color)
    return max(rgb) - min(rgb) < 0.06


def in_data(line):
    """Say whether both coordinates of a line are data."""
    return all(line.get_transform().contains_branch_seperately(line.axes.transData))


def on_screen(line):
    """Return the places of a line from left to right, and its heights in decades, or in fifths of a linear axis."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    with np.errstate(all="ignore"):
        x = np.log10(x) if line.axes.get_xscale() == "log" else x
        y = np.log10(y) if line.axes.get_yscale() == "log" else 5 * y / np.ptp(line.axes.get_ylim())
    x, y = x[np.isfinite(x + y)], y[np.isfinite(x + y)]
    return x[np.argsort(x, kind="stable")], y[np.argsort(x, kind="stable")]


def on_pixels(line):
    """Return where the points of a line are on the screen."""
    places = line.get_transform().transform(np.column_stack([np.asarray(v, float) for v in line.get_data()]))
    return places[np.isfinite(places).all(axis=1)]


def passes(line, places, point):
    """Say whether a line, or a mark of it, comes within a pixel of a point of the screen."""
    start, step = places[:-1], np.diff(places, axis=0)
    if len(places) < 2 or line.get_linestyle() == "None":
        start, step = places, np.zeros_like(places)
    share = np.clip(np.sum((point - start) * step, axis=1) / np.maximum(np.sum(step**2, axis=1), 1e-12), 0, 1)
    return bool((np.linalg.norm(start + share[:, None] * step - point, axis=1) < 1).any())


def inks_of(ax):
    """Yield the colors of what is drawn in a panel."""
    for line in ax.lines:
        yield from (line.get_color(), line.get_markeredgecolor())
    yield from (patch.get_facecolor() for patch in ax.patches)
    for group in ax.collections:
        yield from (*group.get_facecolor(), *group.get_edgecolor())
    yield from (text.arrowprops.get("color", "black") for text in ax.texts if getattr(text, "arrow_patch", None))
