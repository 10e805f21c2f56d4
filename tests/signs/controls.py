"""Controls are called what they do, captions tell what was chosen, and handles stand where it is shown."""

import re

import numpy as np

from vgtext.explore.handles import handles_of

from .lines import in_data, on_pixels, passes

#: The letters of parameters.
LETTERS = {"sigma_w": "σ_w", "eta": "η", "alpha": "α", "lam": "λ", "bias": "b", "rate": "η", "depth": "l", "L": "l",
           "scale": "σ_w"}


def chosen(figure, values, caption):
    """Yield the words of a menu that a caption has, where others were chosen."""
    for control in figure.controls:
        own = control.texts[control.values.index(values[control.name])]
        others = [words for words in control.texts if not re.search(r"\d", words) and len(words) > 2 and words != own]
        said = [words for words in others
                if re.search(rf"(?<![\w-])(?<!no ){re.escape(words)}(?!\w| \d)", caption, re.I)]
        if said and not re.search(re.escape(own), caption, re.I) and not re.search(r"\d", own):
            yield f"“{own}” was chosen, and the caption has {said}"


def controls(figure):
    """No two controls have one label, or would fit theirs better the other way round."""
    def fit(label, name):
        return len({name, *name.split("_"), LETTERS.get(name, name)} & tokens(label))

    for one in figure.controls:
        for other in figure.controls:
            if one is not other and tokens(one.label) <= tokens(other.label):
                yield f"“{one.label}” and “{other.label}” are one label"
            own = fit(one.label, one.name) + fit(other.label, other.name)
            if fit(one.label, other.name) + fit(other.label, one.name) > own:
                yield f"“{one.label}” is the label of {one.name}"


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


def held(figure, values, ax):
    """A handle stands on the mark that shows its state, or on a line where there is no mark; a ring is around it."""
    given = figure.defaults | values
    marks = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_markersize() >= 6 and in_data(line)]
    rings = [line.get_xydata() for line in ax.lines if len(line.get_xdata()) == 5 and in_data(line)]
    middles = [(ring.min(axis=0) + ring.max(axis=0)) / 2 for ring in rings if (ring[0] == ring[-1]).all()]
    for each in handles_of(ax):
        at = np.array(each.place(**{name: given[name] for name in each.names}), float)
        if each.kind == "cell":
            stands = not middles or any(np.isclose(middle, at).any() for middle in middles)
        elif np.isnan(at).any():
            side = int(np.isnan(at[0]))
            stands = any(np.isclose(np.asarray(line.get_data()[side], float), at[side]).any() for line in ax.lines)
        else:
            point = ax.transData.transform(at)
            stands = any(passes(line, on_pixels(line), point) for line in marks or filter(in_data, ax.lines))
        if not stands:
            yield f"the handle of {each.names} stands at {at}, where nothing shows it"


def tokens(words):
    """Return the words and letters of a name."""
    return {*re.findall(r"\w+", re.sub(r"[\\${}]|mathrm", "", words).lower())} - {"of", "the", "in", "to"}
