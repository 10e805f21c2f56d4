"""Read the lines that a training loop printed: a name and a number, as in ``epoch 3 train loss 1.2 acc 85%``."""

import re

BESIDE = {"avg", "average", "mean", "running", "set", "info", "debug"}  # beside a measure, without a meaning
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)"
PAIR = re.compile(rf"""([a-z](?:[a-z_/. ]|(?<=[a-z])-(?=[a-z]))*?)['"]?\s*[:=]?\s*['"]?  # its name
                       (?:[a-z][\w.]*\()?                                                # tensor(
                       (?<![\w.])({NUMBER})(\s?%|\s?/\s?\d+(?![.\d]))?(?![\w.]|,\d)""", re.IGNORECASE | re.VERBOSE)
FILES = re.compile(r"[^\s()\[\]{}=,'\"]*\.(?:py|ipynb|sh)\b(?::\d+)*")  # as a logger writes where a line comes from
COLORS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


def rows(text, sides):
    """Return a row {name: number} for each line; ``sides`` are the words for training data and for test data.

    A name without such a word has the last one that stands before it in its line: ``val loss 1.2 acc 0.5``.
    """
    return [row for row in (_row(line, sides) for line in COLORS.sub("", text).splitlines()) if row]


def _row(line, sides):
    row, line = {}, FILES.sub("", line)
    for pair in PAIR.finditer(line):
        words = [word for word in _words(pair[1]) if word not in BESIDE]
        if sides.isdisjoint(words):
            words = [word for word in _words(line[: pair.start()]) if word in sides][-1:] + words
        row.setdefault(" ".join(words), _number(pair[2], pair[3] or ""))
    return row


def _words(text):
    return re.findall(r"[a-z]+", text.lower())


def _number(number, unit):
    """Return a number; one in per cent, or of so many, as a share."""
    of = 100.0 if unit.endswith("%") else float(unit.strip("/ ") or 1)
    return float(number) / of if of else float("nan")
