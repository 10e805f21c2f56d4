"""What the signs of a figure say is so: labels at lines, words for looks, names of axes, the numbers of a caption."""

import re
from itertools import combinations

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Annotation

from captions import NUMBER, check_said, missing
from vgtext.explore.handles import handles_of
from vgtext.palette import COLORS

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
SIGNALS = {"theory|predicted": "theory", r"error signal|δ|∂ℒ/∂[ahz]\b": "backward",
           r"weight gradient|∂ℒ/∂W": "gradient", r"activation|(?<!∂)\b[az]\[": "forward"}
#: Marks and looks that words name, as a line has them.
MARKS = {"●": "o.", "■": "s", "◆": "Dd", "▲": "^", "dots": "o.", "squares": "s", "rings": "o"}
DRAWN = {"solid": False, "full line": False, "dashed": True, "broken line": True}  # is it dashed?
KEY = re.compile(rf"(gray|color|dots|rings|{'|'.join(DRAWN)}): ([^,;.\n]+)", re.I)
#: What words say becomes of a line on its way, forward with depth and backward from the last layer.
GROWS, FADES = r"\b(explodes|blows up|grows)\b", r"\b(fades|vanishes|dies)\b"
#: The letters of parameters.
LETTERS = {"sigma_w": "σ_w", "eta": "η", "alpha": "α", "lam": "λ", "bias": "b", "rate": "η", "depth": "l", "L": "l",
           "scale": "σ_w"}
#: Words of which a caption has none whose opposite alone stands in the figure.
OPPOSITES = (("nats", "bits"), ("°|degrees?", "radians?"), ("right", "wrong"), ("before training", "after training"),
             ("variance", "standard deviation"), (r"‖δ‖(?!²)", "‖δ‖²"), ("smallest", "largest"), ("mean", "median"))
#: What gray words call a guide, and where it is then.
GUIDES = {r"ln 10": np.log(10), r"√2": 2**0.5, r"10\^\{(-?\d+)\}": None, r"(?<!\d)(0\.\d+)": None, "one half": 50}
COUNTS = {word: n for n, word in enumerate("no one two three four five six seven eight nine ten".split())}
#: The size that an axis, or a line, is relative to.
RELATIVE = re.compile(r"\[[lt]\]‖? / .*\[(\d+|[LT])\]")
#: Figures with curves that are no forecast of a line beside them: bounds, averages that single runs do not follow,
#: what would be at infinite width or precision, or a small part of a line.
FAR = {*("problem/growth problem/float_range backprop/error_signal backprop/step_size two_by_two/unit_circle "
         "two_by_two/columns two_by_two/order two_by_two/random_products two_by_two/float_depths causes/plane "
         "consequences/stillness detection/round_trip activations/chain clipping/angles recurrence/paths "
         "mitigation/journey mitigation/forecast attention/saturation attention/bound attention/precision "
         "width/best_rate rescue/directions").split()}
#: What is counted, a share, or a size; what the first two hold of the values on an axis of this name, the last of its
#: limits.
COUNTED = re.compile(r"\b(layer|block|epoch|depth|width|number|blocks) [a-zA-Z]\b|^epoch$|number of|tasks|, k$|"
                     r"^(training |time )?steps?( [tk])?\b(?! h| of)")
SHARE = re.compile(r"accuracy|^right\b|\bshare\b|correlation|cosine|likeness|probability|attention weight")
SIZE = re.compile(r"‖|\b(?<!change of the )(size|norm|variance|loss|error|factor|product|round trip|stretch|entropy)\b")
#: Signs that mean something else, on purpose: (chapter/figure, what they are about).
MEANT = {("initialization/scale", "label"), ("initialization/sum_of_terms", "axis"), ("activations/kink", "handle"),
         ("clipping/recurrent", "handle"), ("activations/chain", "color"),
         ("normalization/price", "color"), ("normalization/rescue", "color"), ("detection/false_friends", "color"),
         ("normalization/self_normalizing", "color"), ("initialization/he_xavier", "color"),
         ("backprop/error_signal", "look"), ("mitigation/journey", "caption"), ("clipping/thresholds", "chosen"),
         ("mitigation/hundred", "bound"),  # a reader may choose one network twice
         ("mitigation/switches", "chosen"), ("recurrence/adding", "opposite"),
         ("consequences/stillness", "axis"), ("backprop/by_hand", "label"),
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
    found += [("key", words) for words in keys(panels, [caption, *(sign for ax in panels for sign in signs_of(ax))])]
    for ax in panels:
        found += [(about, words) for about, wrong in (
            ("label", labels(ax)), ("look", looks([ax], signs_of(ax))), ("look", own_looks(ax)), ("axis", axes(ax)),
            ("axis", relative(ax)), ("color", colors(ax)), ("key", by_color(ax)), ("verdict", verdicts(ax)),
            ("guide", guides(ax)), ("bound", bounds(ax)), ("handle", ties(figure, ax))) for words in wrong]
    found += [("theory", words) for ax in panels if name_of(figure) not in FAR for words in far(ax)]
    found += [(about, words) for about, wrong in (
        ("title", titles(figure)), ("opposite", opposites(figure, panels, caption)),
        ("chosen", chosen(figure, values, caption)), ("control", controls(figure)),
        ("caption", check_said(caption, values, panels))) for words in wrong]
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


def by_color(ax):
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


def own_looks(ax):
    """Words that name a mark or a look have it on a line of their color, and on the one whose name is most like them.

    Colored words have no more in common with the names of lines of other colors.
    """
    lines = [line for line in ax.lines if in_data(line)]
    for text in ax.texts:
        same = [line for line in lines if to_hex(line.get_color()) == to_hex(text.get_color())]
        if not same or is_gray(text.get_color()):
            continue
        named = likest(text.get_text(), [line for line in lines if line.get_color() != COLORS["theory"]])
        if named and not {*named} & {*same}:
            yield f"“{text.get_text()}” names a line of another color"
        pieces = re.split(r"[,;\n]| {2,}", text.get_text())
        for piece in pieces if len({*text.get_text()} & {*MARKS}) < 2 else ():
            for look in [*MARKS, *DRAWN]:
                if re.search(rf"(?<!\w){look}(?!\w)", piece):
                    has = [line for line in likest(piece, same) or same
                           if (line.get_marker() in MARKS[look] if look in MARKS else
                               line.get_linestyle() != "None" and line.is_dashed() == DRAWN[look])]
                    if not has:
                        yield f"“{text.get_text()}”: no such line is {look}"


def keys(panels, signs):
    """What stands behind the word for a look is the name of lines that have it, if of any."""
    lines = [line for ax in panels for line in ax.lines]
    for sign in signs:
        for look, name in KEY.findall(sign):
            named = likest(name, lines) if re.search("[a-z]{2}", name) else []
            if named and not any(has(line, look.lower()) for line in named):
                yield f"“{sign}”: {[line.get_label() for line in named]} are not {look}"


def has(line, look):
    """Say whether a line has the look that a key names."""
    if look in DRAWN:
        return line.get_linestyle() == "None" or line.is_dashed() == DRAWN[look]
    if look in ("dots", "rings"):
        return LOOKS[look](line) and LOOKS["rings"](line) == (look == "rings")
    return is_gray(line.get_color()) == (look == "gray")


def likest(words, lines):
    """Return the lines whose names have most in common with words; none if none has anything."""
    count = [len(parts(words) & parts(line.get_label())) if line.get_label()[0] != "_" else 0 for line in lines]
    return [line for line, n in zip(lines, count) if n and n == max(count)]


def verdicts(ax):
    """What colored words say grows or fades, does: the line that they stand on, or the only one of their color."""
    for text in (ax.title, *ax.texts):
        words, ink = text.get_text(), to_hex(text.get_color())
        grows, fades = (bool(re.search(verdict, words)) for verdict in (GROWS, FADES))
        lines = [line for line in ax.lines if to_hex(line.get_color()) == ink and len(line.get_xdata()) > 2]
        if isinstance(text, Annotation) and text.xycoords == "data":
            lines = [line for line in lines if passes(line, ax.transData.transform(text.xy))]
        if grows == fades or is_gray(ink) or len(lines) != 1:
            continue
        y = np.asarray(lines[0].get_ydata(), float)
        y = y[np.isfinite(y)]
        back = ax.get_xlabel().startswith("layer") and ink in (COLORS["backward"].lower(), COLORS["gradient"].lower())
        if (y[0] > y[-1] if back else y[-1] > y[0]) != grows and len(y) > 2:
            yield f"“{words}”: from {y[0]:.2g} to {y[-1]:.2g}"


def relative(ax):
    """What is relative to a layer or a step is 1 there."""
    found = RELATIVE.search(ax.get_ylabel())
    lines = [line for line in ax.lines if found and in_data(line)]
    last = max((max(line.get_xdata(), default=0) for line in lines), default=0)
    measured = [line.get_xydata()[np.isfinite(line.get_ydata())] for line in lines
                if line.get_color() != COLORS["theory"]]
    for line in measured:
        there = line[line[:, 0] == (float(found[1]) if found[1].isdigit() else last), 1]
        if len(line) > 2 and len(there) and abs(there[0] - 1) > 0.02:
            yield f"“{ax.get_ylabel()}” is {there[0]:.2g} there"


    for line in ax.lines:
        y = np.asarray(line.get_ydata(), float)
        first = y[0] if re.search("first size|over its start|over the input's", ax.get_ylabel()) else 1
        if abs(first - 1) > 0.02 or ("over the largest" in line.get_label() and abs(np.nanmax(y) - 1) > 0.02):
            yield f"“{ax.get_ylabel()}”, “{line.get_label()}”: it is not 1 there"


def far(ax):
    """A curve of theory comes near a line beside it, in the mean over the places of that: in decades, or fifths."""
    lines = [(line, *on_screen(line)) for line in ax.lines if in_data(line) and len(line.get_xdata()) > 2]
    beside = [(x, y) for line, x, y in lines if line.get_color() not in (COLORS["theory"], COLORS["reference"])]
    for line, x, y in lines:
        if line.get_color() != COLORS["theory"] or line.get_linestyle() == "None" or len(x) < 2:
            continue
        inside = [(a >= x[0] - 1e-9) & (a <= x[-1] + 1e-9) for a, _ in beside]
        off = [np.abs(np.interp(a[some], x, y) - b[some]).mean() for (a, b), some in zip(beside, inside)
               if some.sum() > 2]
        if off and min(off) > 0.25:
            yield f"the curve “{line.get_label()}” is {min(off):.2f} away from what it is theory of"


def on_screen(line):
    """Return the places of a line from left to right, and its heights in decades, or in fifths of a linear axis."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    with np.errstate(all="ignore"):
        x = np.log10(x) if line.axes.get_xscale() == "log" else x
        y = np.log10(y) if line.axes.get_yscale() == "log" else 5 * y / np.ptp(line.axes.get_ylim())
    x, y = x[np.isfinite(x + y)], y[np.isfinite(x + y)]
    return x[np.argsort(x, kind="stable")], y[np.argsort(x, kind="stable")]


def opposites(figure, panels, caption):
    """Yield the words of a caption whose opposite stands in the figure, where it has not both."""
    shown = [words for ax in panels for words in (ax.get_xlabel(), ax.get_ylabel(), *signs_of(ax))]
    shown = " ".join([*shown, *(control.label for control in figure.controls)])
    for pair in OPPOSITES:
        said, drawn = ([bool(re.search(rf"(?<!\w){word}(?!\w)", words)) for word in pair] for words in (caption, shown))
        if sum(said) == sum(drawn) == 1 and said != drawn:
            yield f"of {pair} the caption has one, the figure the other"


def chosen(figure, values, caption):
    """Yield the words of a menu that a caption has, where others were chosen."""
    for control in figure.controls:
        own = control.texts[control.values.index(values[control.name])]
        others = [words for words in control.texts if not re.search(r"\d", words) and len(words) > 2 and words != own]
        said = [words for words in others if re.search(rf"(?<![\w-]){re.escape(words)}(?!\w)", caption, re.I)]
        if said and not re.search(re.escape(own), caption, re.I) and not re.search(r"\d", own):
            yield f"“{own}” was chosen, and the caption has {said}"


def bounds(ax):
    """What is called at most is nowhere below what is called at least; a legend has no name twice."""
    names = [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []
    if len({*names}) < len(names):
        yield f"a name is twice in {names}"
    named = {word: line.get_ydata() for word in ("at least", "at most") for line in ax.lines
             if line.get_label().startswith(word)}
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


def controls(figure):
    """No two controls would fit their labels better the other way round."""
    def fit(label, name):
        return len({name, *name.split("_"), LETTERS.get(name, name)} & tokens(label))

    for one in figure.controls:
        for other in figure.controls:
            own = fit(one.label, one.name) + fit(other.label, other.name)
            if fit(one.label, other.name) + fit(other.label, one.name) > own:
                yield f"“{one.label}” is the label of {one.name}"


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
