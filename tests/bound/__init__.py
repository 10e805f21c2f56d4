"""What the words of a figure name is computed again, from single runs and arrays, and is what is drawn.

``bound/<chapter>.py`` has a function for each figure, of its name. It takes the controls that it needs, and returns
{words: what they are of}: of the name of the x axis places, of other words heights. Words of two panels are told apart
as (panel, words). Heights are those of one line or many, or a function of the places, nan where nothing is said; of the
name of a line they are of all lines of that name, else of some in the panel. None is what only tells where or how. "_"
is a list of what is drawn without a name, None where that is an ornament. Every name of an axis or a line is in the
dictionary, and every line, group of dots or bars and picture is one of its data.
``left.py`` says which figures have no function, and why.
"""

import inspect
import re
from importlib import import_module
from importlib.util import find_spec
from itertools import chain

import numpy as np
from matplotlib.colors import to_rgb

from vgtext.tools.notebooks import slugs

from .left import LEFT

#: Words that claim something of data: which statistic, of what, of which runs, and when.
CLAIM = re.compile(
    r"(?<![\w-])(mean|median|typical|average|largest|smallest|least|most|deviation|variance|rms|products?|ratio|factor|"
    r"gradients?|signal|error|loss|accuracy|entropy|right(?! to left)|dead|(?<!batch )size|(?<!no )(?<!batch )"
    r"(?<!layer )(?<!RMS )norm|length|stretch|radius|angle|degrees|correlation|first|last|training|test|before|after|"
    r"(?<!not )clipped|raw|theory|predicted|law|measured|steps?|epochs?)(?!\w)|‖|∂")
#: Statistics that a caption or a docstring names with what they are of.
OF_MANY = re.compile(r"(?:(?:geometric )?means?|medians?) (?:of|over) (?:the )?(?:\w+ )?(?:seeds|runs|networks|"
                     r"directions)|best of \w+(?: \w+)? rates")


def bound(figure, panels, values, caption):
    """Yield the words of a figure that claim something and are not bound, and those whose data are not drawn."""
    again = again_of(figure)
    if not again:
        return
    needs = inspect.signature(again).parameters
    given = again(**{name: value for name, value in ({**figure.defaults, **values}).items() if name in needs})
    parts, known = dict(zip(figure.panels, panels)), {words if isinstance(words, str) else words[1] for words in given}
    told = {plain(words) for ax in panels for words in words_in(ax) if CLAIM.search(words)}
    told |= {plain(words) for ax in panels for words in names_in(ax) if words}
    told |= {found[0] for text in (caption, figure.draw.__doc__ or "") for found in OF_MANY.finditer(text)}
    yield from (f"“{words}” is bound to nothing" for words in sorted(told - known))
    for key, expected in given.items():
        panel, words = (None, key) if isinstance(key, str) else key
        some = [parts[panel]] if panel else panels
        own = [ax for ax in some if words in map(plain, words_in(ax))]
        if not own and (panel or words == "_" or words not in f"{caption} {figure.draw.__doc__}"):
            continue  # of another state
        if expected is not None and not is_drawn(expected, own or some, words):
            yield f"“{words}” is not what is drawn"
    yield from unknown(given, panels)


def unknown(given, panels):
    """Yield what is drawn and was not computed again; and of what has no name, what was computed and is not drawn."""
    drawn = [(ax, *found) for ax in panels for found in drawn_in(ax)]
    known = [expected for expected in given.values() if expected is not None]
    for ax, what, places, heights in drawn:
        ornament = "_" in given and given["_"] is None and "“" not in what
        if not ornament and not any(fits(one, places, heights) for one in known):
            yield f"{what} of “{ax.get_title() or ax.get_ylabel()}” is drawn, and was not computed again"
    for i, one in enumerate(given.get("_") or ()):
        if not any(fits(one, *found[2:]) for found in drawn):
            yield f"number {i} of what has no name is not drawn"


def again_of(figure):
    """Return the function that computes again what a figure draws; None for those that have none, on purpose."""
    slug = figure.draw.__module__.removeprefix("vgtext.chapters.").partition(".")[0]
    name = f"{slug}/{figure.name}"
    if slug not in slugs() or name in LEFT:
        return None
    found = getattr(import_module(f"bound.{slug}"), figure.name, None) if find_spec(f"bound.{slug}") else None
    assert found, f"{name}: tests/bound binds its words to nothing"
    return found


def words_in(ax):
    """Yield the names of axes and lines, the title and the words of a panel."""
    yield from (ax.get_title(), *(text.get_text() for text in ax.texts), *names_in(ax))


def names_in(ax):
    """Yield the names of a panel's axes and lines."""
    yield from (ax.get_xlabel(), ax.get_ylabel())
    yield from (line.get_label() for line in [*ax.lines, *ax.collections] if line.get_label()[0] != "_")
    yield from (group.colorbar.ax.get_ylabel() for group in ax.collections if group.colorbar)


def plain(words):
    """Return words without breaks of lines."""
    return " ".join(words.split())


def is_drawn(expected, panels, words):
    """Say whether panels show all that is expected; lines that have the words for a name show nothing else."""
    lines = [line for ax in panels for line in ax.lines]
    own = [line for line in lines if plain(line.get_label()) == words]
    if callable(expected):
        pairs = [at_finite(expected(np.asarray(line.get_xdata(), float)), line.get_ydata()) for line in own or lines]
        fits = [same(*pair) for pair in pairs if len(pair[0])]
        return bool(fits) and (all(fits) if own else any(fits))
    many = any(map(np.ndim, expected)) if isinstance(expected, list) else np.ndim(expected) > 1
    expected = [*expected] if many else [expected]
    others = [values for ax in panels for side in sides_of(ax, words) for values in other_values(ax, side)]
    shown = [[np.asarray(line.get_data()[side], float) for side in sides_of(line.axes, words)] for line in own or lines]
    return (all(any(same(each, values) for values in [*chain(*shown), *others]) for each in expected)
            and (not own or all(any(same(each, values) for each in expected for values in both) for both in shown)))


def drawn_in(ax):
    """Yield (its name, places, heights) of what shows data: lines of three points and more that are no guides, dots,
    bars, the values of meshes and images."""
    for line in ax.lines:
        x, y = (np.asarray(values, float) for values in line.get_data())
        if np.isfinite(y).sum() > 2 and np.ptp(y[np.isfinite(y)]) and in_data(line) and not is_gray(line):
            yield f"the line “{line.get_label()}”" if line.get_label()[0] != "_" else "a line without a name", x, y
    for group in ax.collections:
        dots, values = np.asarray(group.get_offsets(), float), group.get_array()
        if len(dots) > 2 and np.ptp(dots[:, 1]):
            yield f"a group of {len(dots)} dots", dots[:, 0], dots[:, 1]
        if values is not None and np.ndim(values) > 1:
            yield "a picture", None, np.ravel(values)
    yield from (("a picture", None, np.ravel(image.get_array())) for image in ax.images)
    bars = [bar for bar in ax.patches if hasattr(bar, "get_height") and in_data(bar)]
    sizes = [np.array([getattr(bar, size)() for bar in bars], float) for size in ("get_width", "get_height")]
    if len(bars) > 2 and np.ptp(sizes[1]) + np.ptp(sizes[0]):
        yield f"a group of {len(bars)} bars", None, sizes[bool(np.ptp(sizes[1]))]


def in_data(artist):
    """Say whether an artist lies in the data of its panel, and is not tied to the panel."""
    return all(artist.get_transform().contains_branch_seperately(artist.axes.transData))


def is_gray(line):
    """Say whether a line is dotted in gray, as guides are."""
    rgb = to_rgb(line.get_color())
    return max(rgb) - min(rgb) < 0.06 and line.get_linestyle() == ":"


def fits(expected, places, heights):
    """Say whether heights at some places are those that are expected, or one of many."""
    if callable(expected):
        pair = at_finite(expected(places), heights) if places is not None else ([],)
        return len(pair[0]) > 1 and same(*pair)
    many = any(map(callable, expected)) or any(map(np.ndim, expected)) if isinstance(expected, list) else (
        np.ndim(expected) > 1)
    if many:
        return any(fits(each, places, heights) for each in expected) or (
            not any(map(callable, expected)) and same(np.concatenate([*map(np.ravel, expected)]), heights))
    return same(expected, heights)


def sides_of(ax, words):
    """Return of which axis words tell: of x (0) or y (1) if they are its name; else of either."""
    names = plain(ax.get_xlabel()), plain(ax.get_ylabel())
    return [side for side in (0, 1) if names[side] == words] or [0, 1]


def other_values(ax, side):
    """Yield the places (side 0) or heights of a panel's dots and bars, and the values of its meshes, images
    and cells with a number."""
    bars = [patch for patch in ax.patches if hasattr(patch, "get_height")]
    yield from (np.array([getattr(bar, size)() for bar in bars], float) for size in ("get_width", "get_height"))
    yield np.array([float(text.get_text()) for text in ax.texts if re.fullmatch(r"[\d.]+", text.get_text())])
    yield from (np.asarray(group.get_offsets(), float)[:, side] for group in ax.collections)
    yield from (np.asarray(group.get_array(), float).ravel() for group in [*ax.collections, *ax.images]
                if group.get_array() is not None)


def at_finite(expected, heights):
    """Return both where something is expected."""
    there = np.isfinite(expected)
    return expected[there], np.asarray(heights, float)[there]


def same(one, other):
    """Say whether the finite values of two arrays are the same, to rounding."""
    one, other = (np.ravel(np.asarray(values, float)) for values in (one, other))
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    return one.shape == other.shape and np.allclose(one, other, rtol=5e-3, atol=0)
