"""The entries of a log in the order of their steps: what a resumed run made again, or an earlier run made, is none."""

import re
from functools import cache
from itertools import chain, pairwise

COUNTS = (("epoch",), ("step", "global step", "iteration", "iter"))  # columns that say where in its run a row is
BACK, MOVED = 0.15, 0.25  # of the first entry: another run begins as near to it, where the one before was as far off


def in_order(column, found, at, anew, say):
    """Return the values of a column out of its rows, without those that a resumed run made again.

    ``at`` has the rows' :func:`positions`. Where epochs or steps go back, rows from there on count, as in TensorBoard;
    a file with the last row first is turned round. Batches that are counted anew in each epoch, without the epochs,
    stay as they are, unless the loss begins ``anew`` with them.
    """
    values, at = [row[column] for row in found], [at[id(row)] for row in found]
    if None in at or len({len(position) for position in at}) > 1:
        return values
    backs = _backs(at)
    if not backs:
        return values
    if all(before >= after for before, after in pairwise(at)):
        return values[::-1]
    where = ", ".join(f"{value:g}" for value in at[backs[-1]] if value is not None)
    batches = len(at[0]) == 1 and all(count(name) != 0 for name in found[0])  # epochs begin again in another run
    if batches and not anew and len(backs) > 1 and all(at[i] == at[0] for i in backs):
        say(f"In {column} the steps begin again {len(backs)} times, and are read as epochs of one run.")
        return values
    kept, again = [], set(backs)
    for i, position in enumerate(at):
        while i in again and kept and at[kept[-1]] >= position:
            kept.pop()
        kept.append(i)
    say(f"In {column} the steps go back, the last time to {where}: what was made again, or by an earlier run, is left "
        f"out ({len(values) - len(kept)} entries).")
    return [values[i] for i in kept]


def begins_anew(column, found, at, say):
    """Is a value back where it began each time that the steps begin again, and was far from there just before?

    Where nothing counts the rows, the first entries at which it is so are said: another run may begin there.
    """
    try:
        values, at = [float(row[column]) for row in found], [at[id(row)] for row in found]
    except (TypeError, ValueError, OverflowError):
        return False
    if None not in at:
        return bool(backs := _backs(at)) and all(_back(values, i) for i in backs)
    backs = [i for i in range(4, len(values)) if _back(values, i) and all(
        abs(value - values[0]) > MOVED * abs(values[0]) for value in values[i - 4 : i]) and not any(
        abs(value - values[i - 1]) < MOVED * abs(values[0]) for value in values[i + 1 : i + 4])]  # a batch's noise
    if backs:
        entries = ", ".join(str(i + 1) for i in backs[:5]) + ", …" * (len(backs) > 5)
        say(f"At entry {entries} {column} is back where it began, and no epoch or step tells whether another run "
            "begins there. If one does, leave one run in the file.")
    return False


def positions(rows):
    """Return where in its run each row is, by its id: (epoch, step), or what of them it has.

    A row without both is where the row before it is, one before all counts where these begin; None without any.
    """
    counts = {}
    for column in dict.fromkeys(chain.from_iterable(rows)):
        if count(column) is not None:
            counts.setdefault(count(column), []).append(column)
    names = [counts[kind] for kind in sorted(counts)]
    try:  # at once, where every row has them, as numbers
        at = list(zip(*[[float(row[column]) for row in rows] for *_, column in names])) or [None] * len(rows)
    except (KeyError, TypeError, ValueError):
        at = [_position(row, names) for row in rows]
    found, here = {}, next(filter(None, at), None)
    for row, position in zip(rows, at):
        here = found[id(row)] = position or here
    return found


@cache
def count(column):
    """Return which of COUNTS a column is, or None."""
    words = " ".join(re.findall(r"[a-z]+", str(column).lower()))
    return next((i for i, names in enumerate(COUNTS) if words in names), None)


def _position(row, names):
    """Return the numbers of a row's counts, the last one of each kind that it has; None without one."""
    found = [[row[column] for column in columns if row.get(column) is not None][-1:] for columns in names]
    try:
        return tuple(float(value) for values in found for value in values) or None
    except (TypeError, ValueError):
        return None


def _backs(at):
    """Return the entries at which steps go back."""
    return [i for i in range(1, len(at)) if at[i] < at[i - 1]]


def _back(values, i):
    """Is entry ``i`` near the first one, and was the one before it far from that?"""
    return abs(values[i] - values[0]) < BACK * abs(values[0]) and (
        abs(values[i - 1] - values[0]) > MOVED * abs(values[0]))
