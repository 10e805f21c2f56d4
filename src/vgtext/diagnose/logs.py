"""Read the log of a training run as a recording: a table of losses and accuracies, or the lines that it printed."""

import re
from itertools import chain

from . import checks, order, plain, printed, tables
from .recording import Recording

BOARD = {"Wall time", "Step", "Value"}  # what TensorBoard downloads; the file's name says which value it is
TRAIN, TEST = {"train", "training"}, {
    "val", "valid", "validation", "validating", "eval", "evaluation", "evaluating", "test", "testing", "dev"}
MEASURES = {"loss": ("loss", "test_loss"), "accuracy": ("train_accuracy", "test_accuracy"),
            "acc": ("train_accuracy", "test_accuracy")}
SAYS_NOTHING = {"step", "epoch", "sparse", "categorical", "binary", "history", "metrics", "total", "lm",
                "avg", "average", "mean", "running", *printed.PER_CENT}  # in a name
ZERO, GRADIENT = {"0", "0.0"}, re.compile(r"grad(?:ient)?[^a-z]*norm|gnorm", re.IGNORECASE)
PER_CENT = re.compile(rf"%|(?<![a-z])(?:{'|'.join(printed.PER_CENT)})(?![a-z])", re.IGNORECASE)


def read_log(path, say=None):
    """Return the :class:`Recording` in a log; ``say`` is given a sentence on which columns it was read from.

    Rows are CSV with a header (between its columns commas, tabs or, with or without decimal commas, semicolons),
    JSON (a list of rows, lists by column, or what holds a list of rows, as ``log_history``), or JSON lines; a row
    may lack columns, or hold a ``value`` and beside it what it is of, its ``key``, ``tag`` or ``metric``; a column
    such as ``split`` or ``phase`` may say which data a row is of. What TensorBoard downloads is named by its file:
    ``run-train-tag-loss.csv``. In ``.txt``, ``.log`` and ``.out`` a row is a printed line, as ``epoch 3 train loss
    1.2 acc 85%``, or one of a printed table, or of CSV; lists by name (``history.history``) are read where no row is.
    A number may be printed as ``tensor(2.3, device='cuda:0')`` or ``np.float64(2.3)``. A heading such as ``Test
    Error:`` says which data the next lines are of.
    ``loss``, ``train_loss``, ``val/loss``, ``eval_accuracy``, ``top1`` and the like are read, and no others; of several
    that fit a field, the one with most entries, and of several runs one; accuracies such as 61.5 are per cent. Where
    epochs or steps go back, as in a run that was resumed, what was made again is left out; so are the lines of Keras's
    bar in an epoch under way. A loss of 0 beside a gradient norm that is nan is nan. Raises TypeError, OSError, and
    ValueError for a file that is no table, has no such column, or has words in one.
    """
    path, say = checks.a_file(path), say or (lambda sentence: None)
    rows = _rows(path, say)
    table, found = _table(rows), {}
    cells = [[value for column, value in row.items() if _field(column)] for row in rows]
    if none := sum(values != [] and all(value is None for value in values) for values in cells):
        say(f"Rows that hold null for a loss or an accuracy are left out ({none}); if it was nan, write NaN.")
    run = max((column for column in table if _field(column)), key=lambda column: (
        _field(column) == "loss", len(table[column])), default="").rpartition(" - ")[0]  # of several runs, one
    for column, valued in table.items():
        field = _field(column) if column.rpartition(" - ")[0] == run else None
        if field and len(valued) > len(table.get(found.get(field), ())):
            found[field] = column
    if not table:
        raise ValueError(f"{path} holds no row with a name and a number{_lines(path)}")
    if not found:
        hint = "name the file for its values, as train_loss.csv" if table.keys() == BOARD else (
            "name one of them loss, train_accuracy, test_loss or test_accuracy")
        hint = "its first line must name the columns" if all(map(printed.IN_TABLE.fullmatch, table)) else hint
        raise ValueError(f"{path} has the columns {', '.join(table)[:500]}, and none is a loss or an accuracy: {hint}"
                         f"{_lines(path)}")
    if beside := {"train_accuracy", "loss"} <= found.keys() and _unmarked(found, table):
        say(f"{beside} does not say of which data it is, where losses do or stand in other rows, and is left out: name "
            f"it train_{beside} or val_{beside}.")
        del found["train_accuracy"]
    at, by = order.positions(rows), found.get("loss", next(iter(found.values())))
    anew = order.begins_anew(by, table[by], at, say)
    values = {field: order.in_order(column, table[column], at, anew, say) for field, column in found.items()}
    read = (f"{field} from {column} ({len(values[field])} entries)" for field, column in found.items())
    say(f"Read {', '.join(read)}.")
    if others := [column for column in table if _field(column) and column not in (*found.values(), beside)]:
        say(f"Of a field one column is read, of several runs one; left out: {', '.join(others)[:200]}.")
    numbers = {field: [_number(path, found[field], value) for value in values[field]] for field in found}
    for field in numbers:
        if field != "loss":
            numbers[field] = _made(found[field], numbers[field], say)
    shares = {field: values for field, values in numbers.items() if field.endswith("accuracy")}
    scaled = any(map(_in_per_cent, shares.values()))
    for field, values in shares.items():
        named = PER_CENT.search(found[field]) and not any("%" in str(row[found[field]]) for row in table[found[field]])
        if named or (scaled and max(values) > 1):
            say(f"{found[field]} is read as per cent: it comes to {max(values):g}.")
            numbers[field] = [value / 100 for value in values]
    try:
        return Recording(**numbers)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _table(rows):
    """Return {column: the rows that have a value in it}; of what is no loss or accuracy, the first such row."""
    table = {column: [] for column in chain.from_iterable(rows)}
    fields = {column: _field(column) for column in table if column}
    for row in rows:
        for column, value in row.items():
            if column and value not in (None, "") and (fields[column] or not table[column]):
                table[column].append(row)
    return {column: valued for column, valued in table.items() if valued}


def _rows(path, say):
    rows = tables.rows(path, (TRAIN, TEST), MEASURES.keys(), say)
    name = _in_name(path.stem)
    if rows and rows[0].keys() == BOARD and name:
        return [{name: row.get("Value"), "Step": row.get("Step")} for row in rows]
    rows = _broken([tables.named(row, TRAIN | TEST) for row in rows], say)
    return _without_last(rows, say) if path.suffix.lower() in tables.PRINTED else rows


def _lines(path):
    """Say how a printed line may look; "" of a table."""
    return ("; a printed line may say: epoch 3 train loss 1.2 acc 85%; columns of a table stand two spaces apart" if
            path.suffix.lower() in tables.PRINTED else "")


def _broken(rows, say):
    """Return the rows with nan for a loss of 0 beside a gradient norm that is nan: a trainer has left out its nan."""
    broke = [row for row in rows if any(str(row[name]).lower() == "nan" for name in row if GRADIENT.search(name))]
    broke = [(row, name) for row in broke for name in row if str(row[name]) in ZERO and _field(name) == "loss"]
    for row, name in broke:
        row[name] = float("nan")
    if broke:
        say(f"A loss of 0 beside a gradient norm that is nan is read as nan ({len(broke)} entries): a trainer that "
            "leaves nan out of its mean prints 0.")
    return rows


def _without_last(rows, say):
    """Leave out a last line that has a loss and no test loss where all others have both: an evaluation at the end."""
    kept = [{_field(name) for name in row} for row in rows]
    losses = [i for i, fields in enumerate(kept) if "loss" in fields]
    if len(losses) > 2 and all("test_loss" in kept[i] for i in losses[:-1]) and kept[losses[-1]].isdisjoint(
            {"test_loss", "test_accuracy"}):
        last = ", ".join(f"{name} {value}" for name, value in rows.pop(losses[-1]).items())
        say(f"The last line with a loss ({last}) has no test loss where all others do, and is left out: it may be an "
            "evaluation.")
    return rows


def _in_name(stem):
    """Return what a file's name says its values are of, as "train Loss"; None where that is no loss or accuracy."""
    run, mark, tag = re.sub(r" ?\(\d+\)$", "", stem).rpartition("-tag-")
    side = [word for word in re.split(r"[^a-z]+", run.lower()) if mark and word in TRAIN | TEST][-1:]
    return next((name for name in (" ".join([*side, tag]), tag) if _field(name)), None)


def _field(column):
    """Return the field of a recording that a column holds by its name, or None; exports put the run before " - "."""
    name = printed.FIRST.sub("accuracy", column.split(" - ")[-1])
    name = re.sub(r"(?<=loss) value$", "", name)  # as Megatron prints it; a value loss is another
    words = set(re.split(r"[^a-z0-9]+", name.lower())) - SAYS_NOTHING - {""}
    measure, which = words & set(MEASURES), words & (TRAIN | TEST)
    if len(measure) != 1 or len(which) > 1 or words - measure - which:
        return None
    return MEASURES[measure.pop()][which <= TEST and bool(which)]


def _unmarked(found, table):
    """Return the accuracy that names neither training nor test data, where both losses do, or it has rows of its own.

    Else return "". As many rows of an accuracy as of the loss are no others.
    """
    marked = [bool(set(re.split(r"[^a-z]+", found[field].lower())) & (TRAIN | TEST))
              for field in ("train_accuracy", "loss", "test_loss") if field in found]
    rows = table[found["train_accuracy"]]
    beside = len(rows) == len(table[found["loss"]]) or any(row.get(found["loss"]) is not None for row in rows)
    return found["train_accuracy"] if not marked[0] and (marked[1:] == [True, True] or not beside) else ""


def _made(column, values, say):
    """Return the evaluations that were made. A nan with numbers behind it is none; then the last ones are none as well.

    Accuracies that are nan are none anywhere.
    """
    made = [value for value in values if value == value]
    if made and len(made) < len(values) and ("acc" in column.lower() or values[: len(made)] != made):
        say(f"Of {column} {len(values) - len(made)} entries are nan, and are left out: no evaluation was made there.")
        return made
    return values


def _in_per_cent(values):
    """Are accuracies beyond what shares come to, and none beyond 100?"""
    return all(0 <= value <= 100 for value in values) and any(value > 1.5 for value in values)


def _number(path, column, value):
    try:
        if isinstance(value, bool):
            raise TypeError("True is no number")
        number = plain.WRAPPED.sub(r"\1", value).rstrip() if isinstance(value, str) else value
        if isinstance(number, str) and printed.DECIMALS.fullmatch(number) and not printed.EITHER.fullmatch(number):
            number = number.replace(",", ".")
        elif isinstance(number, str) and printed.THOUSANDS.fullmatch(number):
            number = number.replace(",", "")
        percent = isinstance(number, str) and number.endswith("%")
        return float(number[:-1]) / 100 if percent else float(number)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{path} must hold numbers in the column {column}, got {str(value)[:60]!r}"
                         f"{getattr(value, 'where', '')}") from None
