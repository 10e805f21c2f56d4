"""What the signs of a figure say is so: labels at lines, words for looks, names of axes, the numbers of a caption."""

from bound import bound

from .axes import axes, kinds, misnamed, opposites, relative, titles
from .captions import NUMBER, check_said, missing
from .controls import chosen, controls, held, ties
from .exempt import BESIDE, MEANT
from .lines import bounds, colors, far, guides, signs_of, verdicts
from .words import by_color, keys, labels, looks, own_looks

#: Laws of a panel, and what each is about.
PANEL = {labels: "label", own_looks: "look", axes: "axis", relative: "axis", colors: "color", by_color: "key",
         verdicts: "verdict", guides: "guide", bounds: "bound", far: "theory"}


def check_signs(figure, values, caption):
    """Assert that the signs of the state drawn last tell what is drawn; return what ``check_numbers`` takes."""
    panels, name = figure.sheet.panels, name_of(figure)
    found = [(about, law(ax)) for ax in panels for law, about in PANEL.items()]
    for ax in panels:
        found += [("handle", ties(figure, ax)), ("held", held(figure, values, ax)), ("look", looks([ax], signs_of(ax)))]
    found += [("look", looks(panels, [caption])), ("title", titles(figure)), ("control", controls(figure)),
              ("key", keys(panels, [caption, *(sign for ax in panels for sign in signs_of(ax))])),
              ("opposite", opposites(figure, panels, caption)), ("kind", kinds(figure, panels, caption)),
              ("chosen", chosen(figure, values, caption)), ("data", bound(figure, panels, values, caption)),
              ("axis", misnamed(panels, caption)), ("caption", check_said(caption, values, panels))]
    wrong = [words for about, wrong in found if name not in MEANT.get(about, ()) for words in wrong]
    assert not wrong, f"{name}, {values}: {wrong}"
    return {*NUMBER.findall(caption)}, [*missing(caption, values, panels)]


def check_numbers(figure, told):
    """Assert that of the numbers in captions that are not the same in all states, few are neither chosen nor drawn."""
    same = set.intersection(*(numbers for numbers, _ in told)) if len(told) > 1 else set()
    most = max((sorted({*missing} - same) for _, missing in told), key=len)
    assert len(most) <= BESIDE.get(name_of(figure), 0), f"{name_of(figure)}: of a caption, {most} are not drawn"


def name_of(figure):
    """Return the chapter and the name of a figure."""
    return "/".join([*figure.draw.__module__.split(".")[2:3], figure.name])
