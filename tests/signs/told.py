"""Every number of a caption is known in its place; what was chosen, and what lies beyond a panel, is called so."""

import re

import numpy as np

from bound import given_of

from .controls import LETTERS
from .lines import in_data
from .numbers import NUMBER, N, chosen_numbers, drawn_numbers, is_told, named_in, value_of

#: What a caption adds to a number that its panel has no room for.
BEYOND = re.compile(rf"{N}[^\d.;]*? \(beyond the panel\)")


def belied(figure, values, caption):
    """Yield the words that a caption is to have and has not, and those whose numbers are others, computed again."""
    for words, found, expected in said_again(figure, values, caption):
        if not found:
            yield f"“{words}” is not said"
        elif not all(is_told(number, [value]) for number, value in zip(found.groups(), expected, strict=True)):
            yield f"“{found[0]}” is {expected}"


def said_again(figure, values, caption):
    """Yield (words, where a caption has them, their numbers computed again)."""
    for words, expected in given_of(figure, values).get("caption", {}).items():
        yield words, re.search(re.escape(words).replace(re.escape("#"), N), caption), np.ravel(expected)


def missing(figure, values, caption):
    """Yield (number, the words before it) where it is neither computed again, nor chosen, nor drawn at an end, an
    extreme, or a place that is named."""
    panels = figure.sheet.panels
    known = {found.start(k) for _, found, _ in said_again(figure, values, caption) if found
             for k in range(1, 1 + found.re.groups)}
    chosen = [number for value in values.values() for number in chosen_numbers(value)]
    drawn = drawn_numbers(panels, named_in(caption, values))
    for number in NUMBER.finditer(caption):
        if number.start() not in known and not is_told(number[0], [*chosen, *drawn]):
            yield number[0], place_of(number)


def place_of(number):
    """Return the words before a number, without other numbers."""
    return NUMBER.sub("", number.string[: number.start()])[-20:]


def by_letter(figure, values, caption):
    """Yield “letter = number” where the control of this letter has another value, if its own is told nowhere."""
    for control in figure.controls:
        value, letter = values[control.name], letter_of(control)
        if not isinstance(value, (int, float)):
            continue
        said = re.findall(rf"(?<![\w\[^/]){re.escape(letter)} = {N}", caption)
        if said and not any(is_told(number, [value]) for number in said):
            yield f"“{letter} = {said[0]}” is {value:g}"


def letter_of(control):
    """Return the letter of a control: the last word of its label, or how captions write its name."""
    *_, last = control.label.split() or [""]
    return last if len(last) < 4 else LETTERS.get(control.name, control.name)


def beyond(caption, panels):
    """Return {words before a number: (is it said to lie beyond the panel, does it: None where no line tells)}."""
    said = {found.start(1) for found in BEYOND.finditer(caption)}
    return {place_of(number): (number.start() in said, lies_beyond(number[0], panels))
            for number in NUMBER.finditer(caption)}


def lies_beyond(number, panels):
    """Say whether a number is of an end of a line outside of its panel, and of none inside; all panels have it not."""
    value, off = value_of(number)
    if all(low <= value <= high for low, high in (sorted(ax.get_ylim()) for ax in panels)):
        return False
    inside = []
    for line in (line for ax in panels for line in ax.lines if in_data(line)):
        y, (low, high) = np.asarray(line.get_ydata(), float), sorted(line.axes.get_ylim())
        y = y[np.isfinite(y)]
        inside += [bool(low <= end <= high) for end in y[[0, -1]] if abs(end - value) <= off] if len(y) > 2 else []
    return not any(inside) if inside else None
