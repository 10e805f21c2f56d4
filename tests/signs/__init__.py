"""What the signs of a figure say is so: labels at lines, words for looks, names of axes, the numbers of a caption."""

from bound import bound

from .axes import axes, kinds, misnamed, opposites, relative, ticks, titles
from .captions import check_said
from .controls import chosen, controls, held, ties
from .exempt import BESIDE, MEANT
from .keys import legends, read_out
from .lines import bounds, colors, far, guides, signs_of, verdicts
from .numbers import NUMBER
from .told import belied, beyond, by_letter, missing
from .words import by_color, crowded, keys, labels, looks, own_looks, shades

#: What a caption says of a number and is not so: that it lies beyond the panel, and that it does not.
BELIED = (True, False), (False, True)
#: Laws of a panel, and what each is about.
PANEL = {labels: "label", crowded: "place", own_looks: "look", axes: "axis", relative: "axis", ticks: "tick",
         shades: "look", colors: "color", by_color: "key", legends: "key", verdicts: "verdict", guides: "guide",
         bounds: "bound", far: "theory"}


def check_signs(figure, values, caption):
    """Assert that the signs of the state drawn last tell what is drawn; return what ``check_numbers`` takes."""
    panels, name = figure.sheet.panels, name_of(figure)
    found = [(about, law(ax)) for ax in panels for law, about in PANEL.items()]
    for ax in panels:
        found += [("handle", ties(figure, ax)), ("held", held(figure, values, ax)), ("look", looks([ax], signs_of(ax)))]
    found += [("look", looks(panels, [caption])), ("title", titles(figure)), ("control", controls(figure)),
              ("key", read_out(panels)),
              ("key", keys(panels, [caption, *(sign for ax in panels for sign in signs_of(ax))])),
              ("opposite", opposites(figure, panels, caption)), ("kind", kinds(figure, panels, caption)),
              ("chosen", chosen(figure, values, caption)), ("data", bound(figure, panels, values, caption)),
              ("axis", misnamed(panels, caption)), ("caption", check_said(caption, values, panels)),
              ("letter", by_letter(figure, values, caption)), ("again", belied(figure, values, caption))]
    wrong = [words for about, wrong in found if name not in MEANT.get(about, ()) for words in wrong]
    assert not wrong, (f"{name}, {values}: {wrong}. If the figure is right, say so in "
                       f"tests/bound/{name.partition('/')[0]}.py, or in tests/signs/exempt.py")
    return {*NUMBER.findall(caption)}, [*missing(figure, values, caption)], beyond(caption, panels)


def check_numbers(figure, told):
    """Assert that of the numbers in captions that are not the same in all states, few are neither chosen nor drawn.

    Of all states together they are counted by the words before them. What one state says to lie beyond the panel, every
    state says of just the numbers that do.
    """
    name = name_of(figure)
    same = set.intersection(*(numbers for numbers, *_ in told)) if len(told) > 1 else set()
    most = {place for _, missing, _ in told for number, place in missing if number not in same}
    assert len(most) <= BESIDE.get(name, 0), f"{name}: of a caption, {most} are not drawn"
    marked = {place for *_, places in told for place, (said, _) in places.items() if said}
    wrong = {place for *_, places in told for place in marked & {*places} if places[place] in BELIED}
    assert not wrong, f"{name}: what is beyond the panel is not what is said to be: {wrong}"


def name_of(figure):
    """Return the chapter and the name of a figure."""
    return "/".join([*figure.draw.__module__.split(".")[2:3], figure.name])
