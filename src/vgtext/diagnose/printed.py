"""Read the lines that a training loop printed: a name and a number, as in ``epoch 3 train loss 1.2 acc 85%``.

Or, below a line of names, with wide gaps or bars between them, lines of their numbers. Or lists by name.
"""

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import zip_longest

from .plain import NUMBER, bare, done, plain

PER_CENT = {"percent", "pct", "percentage"}
#: Words beside a measure that have no meaning for its name.
BESIDE = {"avg", "average", "mean", "running", "current", "the", "is", "set", "info", "debug", *PER_CENT}
COUNTS = {"epoch", "step", "iteration", "iter"}
#: Words that a line may have beside one of the side whose numbers stand below it, as "Epoch 1 - Validation".
HEADING = COUNTS | {"of", "on", "the", "set", "data", "dataset", "error", "result", "results", "metrics", "performance",
                    "summary", "phase", "loop", "running", "starting", "start"}
LONGEST = 20_000  # characters of a line that is read
PAIR = re.compile(rf"""(?<![^\W\d_])([a-z](?:[a-z_/. ]|(?<=[a-z])-(?=[a-z])){{0,79}}?)  # its name
                       ['"]?\s*(?:(?:[:=|~\u2248\uff1a]|[-=]*[>\u2192])\s*)?  # loss: 1, loss -> 1
                       ['"]?(?:[a-z][\w.]{{0,79}}\()?                       # tensor(
                       (?<![\w.])({NUMBER})(\s?%(?!\w)|\s?(?:percent|pct)\b|\s?/\s?\d+(?!\w|[.,]\d))?
                   """, re.IGNORECASE | re.VERBOSE)
LIST = re.compile(r"""(?<![^\W\d_])([a-z][a-z_/. ]{0,79})['"]?\s*[:=]\s*(?:[\w.]+\()?\[([^\[\]]*)\]""", re.IGNORECASE)
MANY = {"losses": "loss", "accuracies": "accuracy", "accs": "acc"}
DECIMALS = re.compile(r"[-+]?\d+,\d+(?:e[-+]?\d+)?", re.IGNORECASE)
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})*,\d{3}(?:\.\d+|(?<=,\d{3},\d{3}))")
EITHER = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")  # 2,302 is 2.302 or 2302
FIRST = re.compile(r"(?:acc(?:uracy)?[_/ ]?)?top[-_]?1(?!\d)|acc(?:uracy)?@?1(?![\d.])", re.IGNORECASE)  # Acc@1, top1
CELL = re.compile(r"[^\s|]+(?: [^\s|]+)*")  # of a table
IN_TABLE = re.compile(r"([-+]?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|inf|nan))(\s?%)?", re.IGNORECASE)  # a cell with a number
BARE = re.compile(r"^\s*\d+/\s*\d+:\s*([-+.\w]+)\s*$")  # steps/all: loss, as Karpathy's makemore prints it
FILES = re.compile(r"""(?<![^\s()\[\]{}=,'"])[^\s()\[\]{}=,'"]*\.(?:py|ipynb|sh)\b(?::\d+)*""")  # as a logger writes it
ENCLOSED = re.compile(r"[(\[]\s*([a-z]+)\s*[)\]](?=\s*[:=]|\s+[-+.\d])", re.IGNORECASE)  # loss (train): 1.2
SIGN = re.compile(r"[(\[]\s*(?:in )?%\s*[)\]]")  # acc (%): 85


class Unread(str):
    """What stands where a number should, and is none that can be read; ``where`` says in which line."""

    def __new__(cls, token, unit, line):
        """Take what was written, its unit, and the number of its line."""
        made = super().__new__(cls, token)
        made.unit = unit
        two = f", which may be {token.replace(',', '.')} or {token.replace(',', '')}" * bool(EITHER.fullmatch(token))
        made.where = f" in line {line}{two}; numbers may be written as 2.31, 2,31, 1,234.5, 1.2e-3, nan, inf or 45%"
        return made


def rows(text, sides, measures, say):
    """Return a row {name: number} for each line; ``sides`` are the words for training data, and those for test data.

    A name without such a word has the last one that stands before it in its line: ``val loss 1.2 acc 0.5``; or that
    of test data, below a heading. What is no number is kept as it was written where it should be one of the
    ``measures``. A comma before three digits (2,302) is that of a decimal where another number of that name has one
    that is. ``say`` takes a sentence on the headings, and one on lines of more than ``LONGEST`` characters, which are
    left out. Raises ValueError where no others hold a number.
    """
    text = FIRST.sub("accuracy", plain(text))
    lines = [(i, part) for i, line in enumerate(text.split("\n"), 1) for part in line.splitlines()]
    long = next(((i, len(line)) for i, line in lines if len(line) > LONGEST), None)
    lines = done([(i, bare(line)) for i, line in lines if len(line) <= LONGEST], say)
    names, commas, found = [], set(), []
    for i, line in lines:
        row = _row(line, sides[0] | sides[1], measures, i, commas)
        if not row and _is_header(cells := [*CELL.finditer(line)], measures):
            names = cells
        found.append((names and _below(names, [*CELL.finditer(line)], measures)) or row)
    if long:
        words = f"line {long[0]} has {long[1]:,} characters, where a printed line may have {LONGEST:,}"
        if not any(found):
            raise ValueError(words)
        say(f"L{words[1:]}; such lines are left out.")
    for row in found:
        for name in commas & row.keys():
            if isinstance(row[name], Unread) and EITHER.fullmatch(row[name]):
                row[name] = _share(row[name].replace(",", "."), row[name].unit)
    read = [*_counted(row for row in _headed([line for _, line in lines], found, sides, measures, say) if row)]
    return read if any(not measures.isdisjoint(_words(name)) for row in read for name in row) else (
        _listed("\n".join(line for _, line in lines), measures) or read)


def _listed(text, measures):
    """Return the rows of lists that are printed by name, each once, as ``history.history`` of Keras."""
    found = {}
    for name, numbers in LIST.findall(text):
        words = [MANY.get(word, word) for word in _words(name)]
        if not measures.isdisjoint(words):
            found.setdefault(" ".join(words), []).append(re.split(r"[,\s]+", numbers.strip(", \n")))
    columns = {name: lists[0] for name, lists in found.items() if len(lists) == 1
               and all(IN_TABLE.fullmatch(number) for number in lists[0])}
    return [{name: float(number) for name, number in zip(columns, row) if number is not None}
            for row in zip_longest(*columns.values())]


def _counted(rows):
    """Yield the rows, each with the epoch that a line above says, and nothing but that, as Keras prints it."""
    epoch = {}
    for row in rows:
        epoch = row if row.keys() == {"epoch"} else epoch
        yield epoch | row


def _is_header(cells, measures):
    """Are cells the names of a table's columns, one of them of a measure?"""
    names = [_words(cell[0]) for cell in cells]
    return len(names) > 1 and any(not measures.isdisjoint(words) for words in names) and not any(
        IN_TABLE.fullmatch(cell[0]) for cell in cells)


def _below(names, cells, measures):
    """Return the numbers of a line by the names of its table, the last ones if it has more; {} if it has none there.

    With fewer cells than names, some are empty: a cell has the name above it.
    """
    if len(cells) < len(names):
        starts, ends = [cell.start() for cell in cells], [cell.end() for cell in cells]
        pairs = [(name, cell) for name in names
                 for cell in cells[bisect_right(ends, name.start()) : bisect_left(starts, name.end())]]
    else:
        pairs = zip(names, cells[-len(names):])
    found = [(name[0], IN_TABLE.fullmatch(cell[0])) for name, cell in pairs]
    row = {name: _share(number[1], number[2] or "") for name, number in found if number}
    return row if any(not measures.isdisjoint(_words(name)) for name in row) else {}


def _headed(lines, found, sides, measures, say):
    """Yield the rows, those below a heading of test data as of these: without counts, and each name once.

    So is a line with a star below a row of test data, with which the ImageNet example of PyTorch sums it up.
    """
    title, seen, titles, above, ends = "", set(), [], set(), COUNTS | sides[0] | sides[1]
    for line, row in zip(lines, found):
        words = {word for name in row for word in _words(name)}
        heads = not words & measures and _heading(line, words, sides)
        stars = line.lstrip().startswith("* ") and above & sides[1]
        if heads or stars:
            title, seen = line.strip() if stars or heads <= sides[1] else "", set()
        elif row and title and (seen & row.keys() or not words & measures or not ends.isdisjoint(_words(line))):
            title = ""
        if row and title and not heads:
            seen |= row.keys()
            titles.append(title)
            row = {f"test {name}": value for name, value in row.items()}
        above = words if row else above
        yield row
    if titles:
        say(f"Numbers below {titles[0][:60]!r} and the like are read as of test data.")


def _heading(line, named, sides):
    """Return the words of a line for training or test data, if it only says that; ``named``: of its numbers' names."""
    words = {*_words(line.split(" - ")[-1])}
    heads = words & (sides[0] | sides[1])
    return heads if words <= heads | HEADING and named <= heads | COUNTS else set()


def _row(line, sides, measures, i, commas):
    """Return the row of line ``i``; the names of numbers with a decimal comma go to ``commas``."""
    row, side, read = {}, [], 0
    line = ENCLOSED.sub(r" \1 ", SIGN.sub(" percent ", BARE.sub(r"loss \1", FILES.sub("", line))))
    for pair in PAIR.finditer(line):
        said = _words(pair[1])
        words = [word for word in said if word not in BESIDE]
        side, read = [*side, *(word for word in _words(line[read : pair.start()]) if word in sides)][-1:], pair.start()
        words = side + words if sides.isdisjoint(words) else words
        name, token, unit = " ".join(words), pair[2], pair[3] or ("" if PER_CENT.isdisjoint(said) else "%")
        unit = "" if COUNTS.issuperset(words) else unit
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


@lru_cache(1000)
def _words(text):
    return re.findall(r"[a-z]+", text.lower())


def _share(number, unit):
    """Return a number; one in per cent, or of so many, as a share."""
    of = 100.0 if unit.endswith(("%", "t")) else float(unit.strip("/ ") or 1)
    return float(number) / of if of else float("nan")
