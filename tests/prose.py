"""Check the numbers that are typed into a chapter's prose: each is either given to start from, or computed again."""

import re
from pathlib import Path

import nbformat

NUMBER = re.compile(
    r"(?<![\w.])\d[\d,]*\.\d+(?:%| ?\\times ?10\^\{-?\d+\})?"  # 0.2, 0.1%, 1.024 \times 10^{-7}
    r"|(?<![\w.,])\d{1,3}(?:,\d{3})+|(?<![\w.])\d{4,}"  # 32,768 and 1024
    r"|(?<![\w.,])\d{1,3}(?:%|-fold\b)"  # 70%, and 7-fold
)

LETTERS = ("none one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
           "seventeen eighteen nineteen twenty").split()


def prose(slug):
    """The markdown of a chapter, without code spans and citations."""
    path = Path(__file__).parents[1] / "notebooks" / f"{slug}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"`[^`]*`", "", text)


def said(slug, words):
    """The numbers that a chapter's prose has where ``words`` have #, in digits or, up to twenty, in letters."""
    found = re.search(re.escape(words).replace(r"\#", r"(\w+(?:,\d{3})*)"), " ".join(prose(slug).split()))
    assert found, f"“{words}” is not in the prose of {slug}"
    return [LETTERS.index(n.lower()) if n.lower() in LETTERS else float(n.replace(",", "")) for n in found.groups()]


def has_solutions(slug):
    """Whether the chapter holds its solutions; a student's fork has none, nor the numbers in them."""
    return "{solution-start}" in prose(slug)


def numbers(slug):
    """The decimal numbers, the whole numbers of four or more digits, the percentages and the ratios in the prose."""
    return set(NUMBER.findall(prose(slug)))


def agrees(text, value):
    """Whether ``value``, rounded to the digits of ``text``, is the number in ``text``: a share, where it ends in %."""
    value = 100 * value if text.endswith("%") else value
    digits, _, power = re.sub(",|%|-fold", "", text).partition("\\times")
    exponent = int(re.search(r"\{(-?\d+)\}", power)[1]) if power else 0
    unit = 10.0 ** (exponent - len(digits.strip().partition(".")[2]))
    return abs(float(digits) * 10.0**exponent - value) <= 0.5000001 * unit


def check_prose(slug, given, computed):
    """Assert that each number in the prose is in ``given`` (a set of texts) or agrees with ``computed[text]``."""
    found = numbers(slug)
    listed = set(given) | set(computed)
    assert found <= listed, f"typed but not listed (given or computed): {sorted(found - listed)}"
    if has_solutions(slug):
        assert found == listed, f"listed but gone: {sorted(listed - found)}"
    wrong = {text: value for text, value in computed.items() if not agrees(text, value)}
    assert not wrong, f"the prose of {slug} says otherwise than the computation: {wrong}"
