"""Read the log of a training run as a recording: a table of losses and accuracies, or the lines that it printed."""

import csv
import json
import re
from pathlib import Path

from . import printed
from .recording import Recording

PRINTED = (".txt", ".log", ".out")
ENDINGS = (".csv", ".tsv", ".json", ".jsonl", *PRINTED)
KEYS = {"key", "tag", "metric", "name"}  # columns that name the value in a row, as MLflow and TensorBoard write them
BOARD = {"Wall time", "Step", "Value"}  # what TensorBoard downloads; the file's name says which value it is
TRAIN, TEST = {"train", "training"}, {"val", "valid", "validation", "eval", "test", "dev"}
MEASURES = {"loss": ("loss", "test_loss"), "accuracy": ("train_accuracy", "test_accuracy"),
            "acc": ("train_accuracy", "test_accuracy")}
SAYS_NOTHING = {"step", "epoch", "sparse", "categorical", "binary"}  # in a column's name


def read_log(path, say=None):
    """Return the :class:`Recording` in a log; ``say`` is given a sentence on which columns it was read from.

    Rows are CSV with a header (between its columns commas, tabs or, with or without decimal commas, semicolons), JSON
    (a list of rows, lists by column, or what holds a list of rows, as ``log_history``), or JSON lines; a row may lack
    columns, or hold a ``value`` and beside it what it is of, its ``key``, ``tag`` or ``metric``. What TensorBoard
    downloads is named by its file: ``run-train-tag-loss.csv``. In ``.txt``, ``.log`` and ``.out`` a row is a printed
    line, as ``epoch 3 train loss 1.2 acc 85%``. ``loss``, ``train_loss``, ``val/loss``, ``eval_accuracy`` and the like
    are read, and no others; of several that fit a field, the one with most entries. Raises OSError, and ValueError for
    a file that is no table, has no such column, or has words in one.
    """
    table, found = {}, {}
    for row in _rows(Path(path)):
        for column, value in row.items():
            if column and value not in (None, ""):
                table.setdefault(column, []).append(value)
    for column, values in table.items():
        field = _field(column)
        if field and len(values) > len(table.get(found.get(field), ())):
            found[field] = column
    if not found:
        hint = "name the file for its values, as train_loss.csv" if table.keys() == BOARD else (
            "name one of them loss, train_accuracy, test_loss or test_accuracy")
        raise ValueError(f"{path} has the columns {', '.join(table) or '(none)'}, and none is a loss or an accuracy: "
                         f"{hint}")
    if say:
        read = (f"{field} from {column} ({len(table[column])} entries)" for field, column in found.items())
        say(f"Read {', '.join(read)}.")
    numbers = {field: [_number(path, column, value) for value in table[column]] for field, column in found.items()}
    try:
        return Recording(**numbers)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _rows(path):
    """Return the rows of a file, each a dictionary; raises ValueError."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace" if path.suffix.lower() in PRINTED else "strict")
        if path.suffix.lower() in PRINTED:
            return printed.rows(text, TRAIN | TEST)
        if path.suffix.lower() in (".csv", ".tsv"):
            rows = list(_cells(text.splitlines()))
            name = _in_name(path.stem)
            if rows and rows[0].keys() == BOARD and name:
                return [{name: row["Value"]} for row in rows]
            return list(map(_named, rows))
        try:
            rows = json.loads(text)
        except ValueError:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path} is no table in {path.suffix[1:].upper()}: {error}") from error
    if isinstance(rows, dict):
        lists = {name: values for name, values in rows.items() if isinstance(values, list)}
        tables = [values for values in lists.values() if values and all(isinstance(row, dict) for row in values)]
        cells = [{name: value} for name, values in lists.items() for value in values]
        rows = tables[0] if len(tables) == 1 else cells or [rows]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{path} is no table: it must hold a list of rows, each with names and numbers")
    return list(map(_named, rows))


def _cells(lines):
    """Return the rows of a table whose first line names its columns; with semicolons, numbers may have a comma."""
    mark = max(",;\t", key=lines[0].count) if lines else ","
    return csv.DictReader((line.replace(",", ".") if mark == ";" else line for line in lines), delimiter=mark)


def _named(row):
    """Return a row that holds a value and its name as {name: value}; others as they are."""
    keys = KEYS & row.keys()
    return {str(row[keys.pop()]): row["value"]} if "value" in row and len(keys) == 1 else row


def _in_name(stem):
    """Return what a file's name says its values are of, as "train Loss"; None where that is no loss or accuracy."""
    run, mark, tag = re.sub(r" ?\(\d+\)$", "", stem).rpartition("-tag-")
    side = [word for word in re.split(r"[^a-z]+", run.lower()) if mark and word in TRAIN | TEST][-1:]
    return next((name for name in (" ".join([*side, tag]), tag) if _field(name)), None)


def _field(column):
    """Return the field of a recording that a column holds by its name, or None; exports put the run before " - "."""
    words = set(re.split(r"[^a-z0-9]+", column.split(" - ")[-1].lower())) - SAYS_NOTHING - {""}
    measure, which = words & set(MEASURES), words & (TRAIN | TEST)
    if len(measure) != 1 or len(which) > 1 or words - measure - which:
        return None
    return MEASURES[measure.pop()][which <= TEST and bool(which)]


def _number(path, column, value):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{path} must hold numbers in the column {column}, got {value!r}") from None
