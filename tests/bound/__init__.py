"""What the words of a figure name is computed again, from single runs and arrays, and is what is drawn.

``bound/<chapter>.py`` has a function for each figure, of its name. It takes the controls that it needs, and returns
{words: what they are of}: of the name of the x axis places, of other words heights. Words of two panels are told apart
as (panel, words). Heights are those of one line or many, or a function of the places, nan where nothing is said; of the
name of a line they are of all lines of that name, of the name of an axis of some on each axis that has it, else of some
in the panel. None is what only tells where or how. "_" is a list of what is drawn without a name, None where that is an
ornament. Every name of an axis or a line is in the dictionary, every line, group of dots or bars and picture is one of
its data, and stands at places that the name of its x axis has, or that a function knows. "caption" is {words that
the caption of the state has: a number for each # in them}; ``signs/told.py`` asks for them.
"""

import inspect
import re
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain

import numpy as np

from vgtext.tools.notebooks import slugs

from .drawn import drawn_in, named, names_in, plain, shown_on, values_of, words_in

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
    given = given_of(figure, values)
    if not given:
        return
    given.pop("caption", None)
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
    yield from elsewhere(given, parts)
    yield from unknown(given, panels)
    yield from misplaced(given, parts)


def given_of(figure, values):
    """Return what was computed again of a state, {} for figures that have no function."""
    again = again_of(figure)
    if not again:
        return {}
    needs = inspect.signature(again).parameters
    return {**computed(again, tuple(item for item in {**figure.defaults, **values}.items() if item[0] in needs))}


@lru_cache(maxsize=1)
def computed(again, values):
    """Return what a figure draws in a state, computed once for all that is asked of the state one after the other."""
    return again(**dict(values))


def elsewhere(given, parts):
    """Yield the titles of panels that are only known of another one."""
    for panel, ax in parts.items():
        title = plain(ax.get_title())
        some = [key[0] for key in given if not isinstance(key, str) and key[1] == title]
        if some and panel not in some and title not in given:
            yield f"the title “{title}” is of {some}, and stands in {panel}"


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


def misplaced(given, parts):
    """Yield what stands at other places than those that the name of its x axis has, and that no function knows."""
    functions = [one for expected in given.values() if expected is not None for one in parts_of(expected)
                 if callable(one)]
    for panel, ax in parts.items():
        words = plain(ax.get_xlabel())
        expected = given.get((panel, words), given.get(words))
        for what, places, heights in drawn_in(ax) if expected is not None else ():
            if places is not None and not (any(agrees(one, None, places) for one in parts_of(expected))
                                           or any(agrees(one, places, heights) for one in functions)):
                yield f"{what} stands at other places than those of “{words}”"


def again_of(figure):
    """Return the function that computes again what a figure of a chapter draws; None for other figures."""
    slug = figure.draw.__module__.removeprefix("vgtext.chapters.").partition(".")[0]
    if slug not in slugs():
        return None
    found = getattr(import_module(f"bound.{slug}"), figure.name, None) if find_spec(f"bound.{slug}") else None
    assert found, f"{slug}/{figure.name}: tests/bound binds its words to nothing"
    return found


def is_drawn(expected, panels, words):
    """Say whether what has the words for its name, lines and axes, else the panels, shows all that is expected; and
    that each of these lines and axes shows some of it."""
    each = parts_of(expected)
    groups = [[values_of(line, side) for side in (0, 1)] for ax in panels for line in ax.lines
              if plain(line.get_label()) == words]
    groups += [[*shown_on(ax, side)] for ax in panels for side in named(ax, words)]
    groups = groups or [[found for ax in panels for side in (0, 1) for found in shown_on(ax, side)]]
    return (all(any(agrees(one, *found) for found in chain(*groups)) for one in each)
            and all(any(agrees(one, *found) for one in each for found in group) for group in groups))


def fits(expected, places, heights):
    """Say whether heights at some places are those that are expected, or one of many, or many one after the other."""
    each = parts_of(expected)
    return any(agrees(one, places, heights) for one in each) or (
        not any(map(callable, each)) and same(np.concatenate([*map(np.ravel, each)]), heights))


def parts_of(expected):
    """Return the functions and arrays that something is expected to be, one or many."""
    many = isinstance(expected, list) and any(callable(one) or np.ndim(one) for one in expected)
    return [*expected] if many or (not callable(expected) and np.ndim(expected) > 1) else [expected]


def agrees(expected, places, heights):
    """Say whether heights at some places are an array's, or a function's wherever it says something."""
    if not callable(expected):
        return same(expected, heights)
    pair = at_finite(expected(places), heights) if places is not None else ([],)
    return len(pair[0]) >= min(2, np.isfinite(heights).sum()) > 0 and same(*pair)


def at_finite(expected, heights):
    """Return both where something is expected."""
    there = np.isfinite(expected)
    return expected[there], np.asarray(heights, float)[there]


def same(one, other):
    """Say whether the finite values of two arrays are the same, to rounding, and at the same places of as many."""
    one, other = (np.ravel(np.asarray(values, float)) for values in (one, other))
    if one.shape == other.shape and (np.isfinite(one) != np.isfinite(other)).any():
        return False
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    return one.shape == other.shape and np.allclose(one, other, rtol=5e-3, atol=0)
