"""What the test of a chapter asks of its figures: they draw, and say with a number what is seen.

A state that was drawn after others is the same as one drawn alone.
"""

import re
from itertools import product
from math import prod

import numpy as np
from matplotlib.figure import Figure

from signs import check_numbers, check_signs, name_of
from signs.captions import misfits
from signs.exempt import MEANT
from signs.numbers import NUMBER, value_of
from vgtext.explore.figure import Explorable
from vgtext.explore.handles import handles_of
from vgtext.palette import ACTIVATION_NAMES, COLORS

FATES = ("inf or nan", "to inf")  # words of captions that tell of overflow
SHIFTS = range(-5, 6)  # layers by which a theory curve may be off
SEEN = 0.15  # decades, or 3 % of a linear axis, that an eye sees


def states(figure):
    """Return the opening state of a figure, its first, its last and two between; of up to six states all.

    A build draws them all, and ``book/test_states.py`` reads all their captions.
    """
    rng = np.random.default_rng(0)
    inside = (tuple(int(rng.integers(len(c.values))) for c in figure.controls) for _ in range(2))
    last = tuple(len(c.values) - 1 for c in figure.controls)
    grid = [range(len(control.values)) for control in figure.controls]
    few = product(*grid) if prod(map(len, grid)) <= 6 else ()
    return [*dict.fromkeys([tuple(figure.start), (0,) * len(last), last, *inside, *few])]


def check_caption(caption):
    """Assert that a caption is a sentence with a number, tells of nan and inf in words, and names panels by order.

    Its words fit its numbers, whatever the state.
    """
    plain = caption
    for fate in FATES:
        plain = plain.replace(fate, "")
    assert re.search(r"\d", caption) and caption.endswith("."), caption
    assert not re.search(r"\b(nan|inf)\b", plain), caption
    assert not re.search(r"\b(left|right) panel\b|(^|[.:;] )(Left|Right), ", caption), caption
    assert not [*misfits(caption)], ([*misfits(caption)], caption)


def check_figure(figure):
    """Assert that a figure draws at its ends and between them, and says what it shows, with a number.

    Its menus speak of ReLU, not of relu, and its captions name a panel by what it shows, or as the first or second.
    """
    shown = {text for control in figure.controls for text in control.texts}
    code = {name: words for name, words in {**ACTIVATION_NAMES, "muP": "μP"}.items() if name in shown and words != name}
    assert not code, f"{figure.name}: a menu shows names of code; {{name: what it is to show}}: {code}"
    alike = [control.name for control in figure.controls if len({*map(repr, control.values)}) < len(control.values)]
    assert not alike, f"{figure.name}: two choices of a control stand for the same value: {alike}"
    told = []
    for state in states(figure):
        scene, caption = figure.scene(figure.values(state))
        assert scene, state
        check_caption(caption)
        check_theory(figure, state)
        told.append(check_signs(figure, figure.values(state), caption))
    check_numbers(figure, told)
    check_between(figure)
    alone = Explorable(figure.draw, {}, {})
    again, words = alone.scene(figure.values(state))
    assert (bare(scene), caption) == (bare(again), words), f"{state}: drawn alone it differs"
    figure.close(), alone.close()


def check_between(figure):
    """Assert that a caption that tells a slider's value tells it in full where a hand, with Python, lets it stop.

    Rounded to the steps, a value between two would be called one of them, of which the other numbers are not true.
    """
    opening = figure.scene(figure.values(figure.start))[1]
    held = {name for ax in figure.sheet.panels for each in handles_of(ax) for name in each.names}
    for at, control in enumerate(figure.controls):
        if control.between and control.name in held and control.values[control.start] in numbers_in(opening):
            state = [*figure.start]
            state[at] += 0.375 if state[at] == 0 else -0.375
            caption, value = figure.scene(figure.values(state))[1], control.value(state[at])
            assert any(abs(each - value) < 1e-9 for each in numbers_in(caption)), (figure.name, value, caption)


def numbers_in(caption):
    """Return the numbers of a caption."""
    return [value_of(found[0])[0] for found in NUMBER.finditer(caption)]


def check_theory(figure, state):
    """Assert that each theory curve over layers of the state drawn last stands at its layers.

    It fits what is measured beside it no worse, as far as an eye sees, than if it were moved by some layers; or, where
    it fits nowhere, it starts or ends at 1, or with a line beside it.
    """
    for line in lines_on(figure.sheet.panels):
        x, y = points(line)
        if line.get_color() != COLORS["theory"] or line.get_linestyle() == "None" or len(x) < 8 or (x % 1).any():
            continue
        beside = [points(other) for other in line.axes.lines if other.get_color() != COLORS["theory"]]
        off = min((distances(x, y, *other) for other in beside), key=lambda off: min(off.values()), default={0: 0})
        best = min(off.values())
        apart = best > SEEN or name_of(figure) in MEANT["shift"]
        stands = off[0] <= best + SEEN or (apart and is_anchored(x, y, beside))
        assert stands, f"{figure.name}, {figure.values(state)}: a theory curve is off by some layers"


def points(line):
    """Return the places of a line, and its heights in decades; on a linear axis five of them fill it."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    with np.errstate(all="ignore"):
        return x, np.log10(y) if line.axes.get_yscale() == "log" else y / np.ptp(line.axes.get_ylim()) * 5


def distances(x, y, places, heights):
    """Return {shift: how far a curve, moved by so many layers, is from a line, in the mean}."""
    _, here, there = np.intersect1d(x, places, return_indices=True)
    off = {0: np.inf}
    for shift in SHIFTS:
        inside = (here + shift >= 0) & (here + shift < len(y))
        far = np.abs(y[here[inside] + shift] - heights[there[inside]])
        if np.isfinite(far).sum() >= 5:
            off[shift] = np.mean(far[np.isfinite(far)])
    return off


def is_anchored(x, y, beside):
    """Say whether a curve's end, or the layer before or after, has the height 1 (0 on a linear axis) or a line's."""
    steps = np.diff(y)
    ends = [(x[0], y[0]), (x[-1], y[-1]), (x[0] - 1, y[0] - steps[0]), (x[-1] + 1, y[-1] + steps[-1])]
    known = [(at, height) for places, heights in beside for at, height in zip(places, heights)]
    return any(abs(height) < 0.02 or any(at == l and abs(height - h) < 0.02 for l, h in known) for at, height in ends)


def bare(scene):
    """Return a scene without its handles, which are of controls."""
    return [panel._replace(handles=()) for panel in scene]


def lines_of(figure, **parameters):
    """Return the lines that a figure draws at its opening state but for ``parameters``, of all its panels."""
    axes = np.ravel(Figure().subplots(1, len(figure.panels)))
    figure.draw(*axes, **{**figure.values(figure.start), **parameters})
    return lines_on(axes)


def lines_on(panels):
    """Return the lines of panels."""
    return [line for ax in panels for line in ax.lines]


def words_at(axis):
    """Return the words of an axis' ticks as {place: words}."""
    return dict(zip(np.asarray(axis.get_majorticklocs(), float).tolist(),
                    [label.get_text() for label in axis.get_ticklabels()]))


def drawn(figure):
    """Return the panels of a figure at its opening state."""
    axes = np.ravel(Figure().subplots(1, len(figure.panels)))
    figure.draw(*axes, **figure.values(figure.start))
    return axes


def told(figures, name, words, /, **parameters):
    """Return the numbers that a caption has where ``words`` have #, at the opening state but for ``parameters``."""
    figure = figures[name]
    axes = np.ravel(Figure().subplots(1, len(figure.panels)))
    caption = figure.draw(*axes, **{**figure.values(figure.start), **parameters})
    found = re.search(re.escape(words).replace(re.escape("#"), f"({NUMBER.pattern})"), " ".join(caption.split()))
    assert found, f"“{words}” is not in “{caption}”"
    return [value_of(number)[0] for number in found.groups()]


def in_panel(line):
    """Say whether a line's heights are shares of its panel: they are no values, and a readout skips it."""
    return not line.axes.transData.contains_branch_seperately(line.get_transform())[1]


def theory_of(figure, **parameters):
    """Return the theory curves that a figure draws, each as {x: y}."""
    drawn = [line for line in lines_of(figure, **parameters) if line.get_color() == COLORS["theory"]]
    return [dict(zip(*(np.asarray(values).tolist() for values in line.get_data()))) for line in drawn]


def caption_of(figures, name, /, **parameters):
    """Return the caption of a figure at its opening state but for ``parameters``."""
    figure = figures[name]
    return figure.scene({**figure.values(figure.start), **parameters})[1]
