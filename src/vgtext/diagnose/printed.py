"""Read the lines that a training loop printed: a name and a number, as in ``epoch 3 train loss 1.2 acc 85%``."""

import re

#: Words beside a measure that have no meaning.
BESIDE = {"avg", "average", "mean", "running", "current", "the", "is", "set", "info", "debug"}
NUMBER = r"[-+]?(?:\.?\d(?:\w|[.,](?=\d)|(?<=e)[-+](?=\d))*|(?:infinity|inf|nan)(?!\w))"
PAIR = re.compile(rf"""(?<![^\W\d_])([a-z](?:[a-z_/. ]|(?<=[a-z])-(?=[a-z])){{0,79}}?)['"]?\s*[:=]?\s*['"]?  # its name
                       (?:[a-z][\w.]*\()?                                                # tensor(
                       (?<![\w.])({NUMBER})(\s?%(?!\w)|\s?/\s?\d+(?!\w|[.,]\d))?""", re.IGNORECASE | re.VERBOSE)
DECIMALS = re.compile(r"[-+]?\d+,\d+(?:e[-+]?\d+)?", re.IGNORECASE)
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})*,\d{3}(?:\.\d+|(?<=,\d{3},\d{3}))")
EITHER = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")  # 2,302 is 2.302 or 2302
FILES = re.compile(r"[^\s()\[\]{}=,'\"]*\.(?:py|ipynb|sh)\b(?::\d+)*")  # as a logger writes where a line comes from
COLORS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


class Unread(str):
    """What stands where a number should, and is none that can be read; ``where`` says in which line."""

    def __new__(cls, token, unit, line):
        """Take what was written, its unit, and the number of its line."""
        made = super().__new__(cls, token)
        made.unit = unit
        two = f", which may be {token.replace(',', '.')} or {token.replace(',', '')}" * bool(EITHER.fullmatch(token))
        made.where = f" in line {line}{two}; numbers may be written as 2.31, 2,31, 1,234.5, 1.2e-3, nan, inf or 45%"
        return made


def rows(text, sides, measures):
    """Return a row {name: number} for each line; ``sides`` are the words for training data and for test data.

    A name without such a word has the last one that stands before it in its line: ``val loss 1.2 acc 0.5``. What is no
    number is kept as it was written where it should be one of the ``measures``. A comma before three digits (2,302) is
    that of a decimal where another number of that name has one that is.
    """
    lines = enumerate(COLORS.sub("", text).replace("\u2212", "-").split("\n"), 1)
    commas = set()
    found = [_row(part, sides, measures, i, commas) for i, line in lines for part in line.splitlines()]
    for row in found:
        for name in commas & row.keys():
            if isinstance(row[name], Unread) and EITHER.fullmatch(row[name]):
                row[name] = _share(row[name].replace(",", "."), row[name].unit)
    return [row for row in found if row]


def _row(line, sides, measures, i, commas):
    """Return the row of line ``i``; the names of numbers with a decimal comma go to ``commas``."""
    row, line = {}, FILES.sub("", line)
    for pair in PAIR.finditer(line):
        words = [word for word in _words(pair[1]) if word not in BESIDE]
        if sides.isdisjoint(words):
            words = [word for word in _words(line[: pair.start()]) if word in sides][-1:] + words
        name, token, unit = " ".join(words), pair[2], pair[3] or ""
        if DECIMALS.fullmatch(token) and not EITHER.fullmatch(token):
            token = token.replace(",", ".")
            commas.add(name)
        elif THOUSANDS.fullmatch(token):
            token = token.replace(",", "")
        try:
            row.setdefault(name, _share(token, unit))
        except ValueError:
            if not measures.isdisjoint(words):
                row.setdefault(name, Unread(token, unit, i))
    return row


def _words(text):
    return re.findall(r"[a-z]+", text.lower())


def _share(number, unit):
    """Return a number; one in per cent, or of so many, as a share."""
    of = 100.0 if unit.endswith("%") else float(unit.strip("/ ") or 1)
    return float(number) / of if of else float("nan")
