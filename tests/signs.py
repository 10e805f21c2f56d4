"""What the signs of a figure say is so: labels at lines, words for looks, names of axes, the numbers of a caption."""

import re
from itertools import combinations

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Annotation

from vgtext.explore.handles import handles_of
from vgtext.palette import COLORS

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?%?")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
#: Words for how lines look, and whether one does.
LOOKS = {
    "dashed": lambda line: line.is_dashed(),
    "dotted": lambda line: line.is_dashed() and line.get_linestyle() != "--",
    "dots": lambda line: line.get_marker() in "o.", "squares": lambda line: line.get_marker() == "s",
    "rings": lambda line: line.get_marker() == "o" and line.get_markerfacecolor() == "none",
    "gray": lambda line: is_gray(line.get_color()),
    "guide": lambda line: line.get_linestyle() == ":" and is_gray(line.get_color()),
}
#: Signals, and what COLORS calls their color.
SIGNALS = {"theory|predicted": "theory", "error signal|δ": "backward", "weight gradient": "gradient",
           "activation": "forward"}
#: What is counted, a share, or a size; what the first two hold of the values on an axis of this name, the last of its
#: limits.
COUNTED = re.compile(r"\b(layer|block|epoch|depth|width|number|blocks) [a-zA-Z]\b|^epoch$|number of|tasks|, k$|"
                     r"^(training |time )?steps?( [tk])?\b(?! h| of)")
SHARE = re.compile(r"accuracy|^right\b|\bshare\b|correlation|cosine|likeness|probability|attention weight")
SIZE = re.compile(r"‖|\b(?<!change of the )(size|norm|variance|loss|error|factor|product|round trip|stretch|entropy)\b")
#: Signs that mean something else, on purpose: (chapter/figure, what they are about).
MEANT = {("initialization/scale", "label"), ("initialization/sum_of_terms", "axis"), ("activations/kink", "handle"),
         ("clipping/recurrent", "handle"), ("activations/chain", "color"),
         ("normalization/price", "color"), ("consequences/stillness", "axis"), ("backprop/by_hand", "label"),
         ("shortcuts/starts", "title"), ("recurrence/memory", "title")}
#: How many numbers of a figure's caption are not drawn, at most: they are measured on what is, or beside it.
BESIDE = {name: most for most, names in {
    1: "attention/collapse attention/stream backprop/by_hand backprop/promise backprop/step_size causes/slopes "
       "clipping/bias clipping/spike clipping/start clipping/thresholds consequences/epochs_needed "
       "consequences/explosion consequences/frozen_layers detection/dead_units detection/false_friends "
       "initialization/he_xavier initialization/scale mitigation/map normalization/companions recurrence/memory "
       "normalization/healed normalization/sharing normalization/tuning problem/yardsticks recurrence/learning "
       "rescue/operation shortcuts/noise shortcuts/sizes two_by_two/columns two_by_two/order "
       "two_by_two/three_rules width/best_rate width/depth_rate",
    2: "activations/dying attention/bound attention/saturation backprop/wrong_gradient causes/mean_and_variance "
       "causes/plane causes/rates clipping/valley consequences/loss_scaling consequences/rounded_away "
       "consequences/sharpening consequences/step_size consequences/stillness detection/one_number "
       "detection/strangers detection/update_ratios initialization/spectrum mitigation/hundred mitigation/pair "
       "problem/float_range recurrence/paths shortcuts/norms shortcuts/training width/muon width/newton_schulz",
    3: "activations/shape backprop/last_layer clipping/step consequences/freezing normalization/residual "
       "shortcuts/paths shortcuts/shattered",
    4: "attention/logits causes/depth_over_width consequences/largest_rate detection/confusion "
       "mitigation/forecast problem/growth recurrence/same_or_fresh",
    7: "clipping/cliff"}.items() for name in names.split()}


def is_gray(color):
    """Say whether a color is a gray, black included."""
    rgb = to_rgb(color)
    return max(rgb) - min(rgb) < 0.06


def check_signs(figure, values, caption):
    """Assert that the signs of the state drawn last tell what is drawn; return what ``check_numbers`` takes."""
    panels = figure.sheet.panels
    found = [("look", words) for words in looks(panels, [caption])]
    for ax in panels:
        found += [(about, words) for about, wrong in (("label", labels(ax)), ("look", looks([ax], signs_of(ax))),
                                                      ("axis", axes(ax)), ("color", colors(ax)), ("key", keys(ax)),
                                                      ("handle", ties(figure, ax)))
                  for words in wrong]
    found += [("title", words) for words in titles(figure)]
    wrong = [words for about, words in found if (name_of(figure), about) not in MEANT]
    assert not wrong, f"{name_of(figure)}, {values}: {wrong}"
    return {*NUMBER.findall(caption)}, [*missing(caption, values, panels)]


def check_numbers(figure, told):
    """Assert that of the numbers in captions that are not the same in all states, few are neither chosen nor drawn."""
    same = set.intersection(*(numbers for numbers, _ in told)) if len(told) > 1 else set()
    most = max((sorted({*missing} - same) for _, missing in told), key=len)
    assert len(most) <= BESIDE.get(name_of(figure), 0), f"{name_of(figure)}: of a caption, {most} are not drawn"


def name_of(figure):
    """Return the chapter and the name of a figure."""
    return "/".join([*figure.draw.__module__.split(".")[2:3], figure.name])


def signs_of(ax):
    """Return the words in a panel and above it."""
    return [ax.get_title(), *(text.get_text() for text in ax.texts)]


def labels(ax):
    """A label on a line has its color, and a word of its name; colored words have something of their color."""
    inks = {to_hex(ink) for ink in inks_of(ax) if not is_gray(ink)}
    for text in ax.texts:
        words, ink = text.get_text(), to_hex(text.get_color())
        if words and inks and not is_gray(ink) and ink not in inks:
            yield f"“{words}” has a color that nothing has"
        if not (words and isinstance(text, Annotation) and text.arrow_patch is None and text.xycoords == "data"):
            continue
        under = [line for line in ax.lines if passes(line, ax.transData.transform(text.xy))]
        colors = {to_hex(line.get_color()) for line in under}
        if colors and ink not in colors and not any(map(is_gray, colors)):
            yield f"“{words}” stands on a line of another color"
        names = [line.get_label() for line in under if to_hex(line.get_color()) == ink and line.get_label()[0] != "_"]
        if names and not any(parts(name) & parts(words) for name in names):
            yield f"“{words}” stands on the line “{names[0]}”"


def keys(ax):
    """Words that name lines by their color, away from them, name lines that differ in their marks or dashes, too."""
    looks = {}
    for text in ax.texts:
        if text.get_text() and not isinstance(text, Annotation) and not is_gray(text.get_color()):
            ink = to_hex(text.get_color())
            look = {(line.get_marker(), line.is_dashed()) for line in ax.lines if to_hex(line.get_color()) == ink}
            looks[ink] = text.get_text(), look
    for (one, first), (other, second) in combinations(looks.values(), 2):
        if first and first == second:
            yield f"only their color tells “{one}” from “{other}”"


def parts(words):
    """Return what words are made of, without their commas and the small ones."""
    return {*re.split(r"[\s,;:()]+", words)} - {"", "of", "the", "to", "at"}


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


def inks_of(ax):
    """Yield the colors of what is drawn in a panel."""
    for line in ax.lines:
        yield from (line.get_color(), line.get_markeredgecolor())
    yield from (patch.get_facecolor() for patch in ax.patches)
    for group in ax.collections:
        yield from (*group.get_facecolor(), *group.get_edgecolor())
    yield from (text.arrowprops.get("color", "black") for text in ax.texts if getattr(text, "arrow_patch", None))


def passes(line, point):
    """Say whether a line, or a mark of it, comes within a pixel of a point of the screen."""
    places = line.get_transform().transform(np.column_stack([np.asarray(v, float) for v in line.get_data()]))
    places = places[np.isfinite(places).all(axis=1)]
    start, step = places[:-1], np.diff(places, axis=0)
    if len(places) < 2 or line.get_linestyle() == "None":
        start, step = places, np.zeros_like(places)
    share = np.clip(np.sum((point - start) * step, axis=1) / np.maximum(np.sum(step**2, axis=1), 1e-12), 0, 1)
    return bool((np.linalg.norm(start + share[:, None] * step - point, axis=1) < 1).any())


def looks(panels, signs):
    """What is called dashed, or dots, is there."""
    lines = [line for ax in panels for line in ax.lines]
    for sign in signs:
        for look, has in LOOKS.items():
            if re.search(rf"\b(?<!least ){look}\b", sign.lower()) and not any(map(has, lines)):
                yield f"“{sign}”: nothing is {look}"


def axes(ax):
    """Counts are whole numbers and called so, shares lie between −1 and 1, sizes are not negative."""
    for side, axis in enumerate((ax.xaxis, ax.yaxis)):
        name = axis.get_label_text()
        low, high = sorted(axis.get_view_interval())
        drawn = [np.asarray(line.get_data()[side], float) for line in ax.lines if in_data(line)]
        values = np.concatenate([[0], *drawn])
        values = values[np.isfinite(values)]
        if COUNTED.search(name) and np.abs(values - values.round()).max() > 1e-9:
            yield f"“{name}” is counted, and not whole"
        steps = [np.diff(values) for values in drawn if len(values) > 7]
        if not (side or COUNTED.search(name)) and any((step == 1).all() for step in steps):
            yield f"“{name}” is not said to be counted, and is"
        if SHARE.search(name) and (low < -1.1 or high > 2):
            yield f"“{name}” is a share, from {low} to {high}"
        if SIZE.search(name) and not COUNTED.search(name) and axis.get_scale() == "linear" and low < -high / 10:
            yield f"“{name}” is a size, from {low} to {high}"


def in_data(line):
    """Say whether both coordinates of a line are data."""
    return all(line.get_transform().contains_branch_seperately(line.axes.transData))


def titles(figure):
    """A panel's title has no word of another panel's name in the code, unless it has more of its own."""
    names = [{*name.split("_")} for name in figure.panels]
    for ax, own in zip(figure.sheet.panels, names):
        words = {*re.findall(r"\w+", ax.get_title().lower())}
        if any(len(words & other) > len(words & own) for other in names):
            yield f"“{ax.get_title()}” is the title of {own}"


def ties(figure, ax):
    """Where a handle stands at the value of its control, the axis has a word of the control's label, or its letter."""
    for each in handles_of(ax):
        for control in figure.controls if each.kind == "point" else ():
            if control.name not in each.names or not all(isinstance(v, (int, float)) for v in control.values):
                continue
            given = figure.defaults | figure.values(figure.start)
            values = [control.values[i] for i in (0, len(control.values) // 2, -1)]
            places = [each.place(**{name: {**given, control.name: value}[name] for name in each.names})
                      for value in values]
            for side, axis in enumerate((ax.xaxis, ax.yaxis)):
                name = axis.get_label_text() or ax.get_title() * side
                if [place[side] for place in places] == values and not (
                        tokens(name) & {*tokens(control.label), control.name}):
                    yield f"“{name}” is the axis of “{control.label}”"


def tokens(words):
    """Return the words and letters of a name."""
    return {*re.findall(r"\w+", re.sub(r"[\\${}]|mathrm", "", words).lower())} - {"of", "the", "in", "to"}


def missing(caption, values, panels):
    """Yield the numbers of a caption that are neither chosen nor drawn at an end, an extreme, or a place it names."""
    chosen = [number for value in values.values() for number in chosen_numbers(value)]
    named = [*chosen, *(value_of(number)[0] for number in NUMBER.findall(caption))]
    drawn = np.array([*drawn_numbers(panels, named)])
    known = np.concatenate([chosen, drawn, 100 * drawn])
    for number in NUMBER.findall(caption):
        value, off = value_of(number)
        if not (np.abs(known - value) <= off).any():
            yield number


def chosen_numbers(value):
    """Return the numbers in the value of a control."""
    if isinstance(value, str):
        return [value_of(number)[0] for number in NUMBER.findall(value)]
    return [float(number) for number in np.ravel(value) if isinstance(number, (int, float, np.number))]


def value_of(number):
    """Return the value of a number as it is written, and how far what it was rounded from may lie from it."""
    mantissa, _, power = number.rstrip("%").replace(",", "").partition(" × 10")
    scale, whole = 10.0 ** int(power.translate(RAISED) or 0), "." not in mantissa and len(mantissa) > 2
    last = len(mantissa) - len(mantissa.rstrip("0")) if whole else -len(mantissa.partition(".")[2])
    return float(mantissa.translate(RAISED)) * scale, 0.5001 * 10.0**last * scale


def drawn_numbers(panels, named):
    """Yield the numbers that panels show: in words, by bars, and by lines at their ends, extremes and named places."""
    for ax in panels:
        yield from (value_of(number)[0] for sign in signs_of(ax) for number in NUMBER.findall(sign))
        for patch in ax.patches:
            if hasattr(patch, "get_height"):
                yield from (patch.get_width(), patch.get_height(), patch.get_y() + patch.get_height())
        for line in ax.lines:
            x, y = (np.asarray(values, float) for values in line.get_data())
            x, y = x[np.isfinite(x + y)], y[np.isfinite(x + y)]
            if len(x):
                at = [0, -1, y.argmin(), y.argmax(), *np.flatnonzero(np.isclose(x[:, None], named, rtol=1e-6).any(1))]
                yield from (*x[at], *y[at])
                with np.errstate(all="ignore"):
                    yield from (y[0] / y[-1], y[-1] / y[0])
