"""The rows of a log, read out of CSV, JSON or printed lines."""

import codecs
import csv
import json
import re
from pathlib import Path

from . import printed
from .order import count

PRINTED = (".txt", ".log", ".out")
ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", *PRINTED)
KEYS = {"key", "tag", "metric", "name"}  # columns that name the value in a row, as MLflow and TensorBoard write them
SPLITS = {"phase", "split", "mode", "set", "subset", "stage", "dataset"}  # columns that say which data a row is of
WHOLE = {"data", "fields", "logs", "metrics", "payload", "record", "scalars", "values"}  # names that say nothing
BLANK = {"none", "null", "na", "n/a", "-", "--", "no log"}  # what stands in a cell that has no value


def rows(path, sides, measures, say):
    """Return the rows of a file, each a dictionary {name: value}; raises ValueError.

    ``sides`` are the words for training data and those for test data, ``measures`` those for what is measured there,
    ``say`` takes a sentence on what was left out.
    """
    ending = path.suffix.lower()
    try:
        text = _text(path)
        text = _tabs(text, measures) if ending in PRINTED else text
        if ending in PRINTED and not _is_table(text):
            return printed.rows(text, sides, measures, say)
        if ending in (".csv", ".tsv", *PRINTED):
            return list(_cells(text, say))
        found = _json(text, say)
    except (ValueError, csv.Error, RecursionError) as error:
        why = "too many lists in lists" if isinstance(error, RecursionError) else error
        raise ValueError(f"{path} is no table in {ending[1:].upper()}: {why}") from error
    if isinstance(found, dict):
        found = dict(_flat(found))
        lists = {name: values for name, values in found.items() if isinstance(values, list)}
        tables = [values for values in lists.values() if values and all(isinstance(row, dict) for row in values)]
        cells = [{name: value} for name, values in lists.items() for value in values]
        found = tables[0] if len(tables) == 1 else cells or [found]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError(f"{path} is no table: it must hold a list of rows, each with names and numbers")
    return [dict(_flat(row)) for row in found]


def named(row, sides):
    """Return a row that holds a value and its name as {name: value}, with its counts; others as they are.

    Where a column such as ``split`` says which data a row is of, by one of the words ``sides``, its names do, too.
    """
    keys = KEYS & row.keys()
    if "value" in row and len(keys) == 1:
        counts = {column: value for column, value in row.items() if count(column) is not None}
        row = {**counts, str(row[keys.pop()]): row["value"]}
    said = [side for column, value in row.items() if str(column).lower() in SPLITS
            and (side := str(value).strip().lower()) in sides]
    return {name if count(name) is not None else f"{said[0]} {name}": row[name] for name in row} if said else row


def _text(path):
    """Return what a file says, in UTF-8, or in UTF-16 with its mark, as PowerShell writes it."""
    data = Path(path).read_bytes()
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16")
    return data.decode("utf-8-sig", errors="strict" if "json" in path.suffix.lower() else "replace")


def _tabs(text, measures):
    """Return a text with tabs between its columns where these stand one space apart, numbers below their names."""
    names, *rows = [line.split() for line in text.splitlines() if line.strip()] or [[]]
    table = rows and len(names) > 1 and not measures.isdisjoint(re.findall("[a-z]+", " ".join(names).lower())) and all(
        len(row) == len(names) and all(map(printed.IN_TABLE.fullmatch, row)) for row in rows)
    return "\n".join(map("\t".join, [names, *rows])) + "\n" if table else text


def _is_table(text):
    """Are printed lines a table in CSV: names between commas, tabs or semicolons, and below them as many values?"""
    two = [line[:printed.LONGEST] for line in text.splitlines() if line.strip()][:2]
    mark = max(",;\t", key=two[0].count) if two else ","
    names, values = ([*csv.reader([line], delimiter=mark), []][0] for line in (*two, "", "")[:2])
    numbers = [any(map(printed.IN_TABLE.fullmatch, map(str.strip, row))) for row in (names, values)]
    return len(names) == len(values) > 1 and numbers == [False, True]


def _cells(text, say):
    """Yield the rows of a table whose first line names its columns; with semicolons, numbers may have a comma.

    A line of names that comes again, where a program was started again, is no row; nor is a comment, nor a last line
    that was cut off. A comment above numbers may be the line of names, as NumPy writes it. Raises ValueError for a line
    with more cells than names, as commas in numbers make them.
    """
    whole = [line for line in text.splitlines() if line.strip()]
    lines = [line for line in whole if not line.startswith("#")]
    if lines and lines[0] != whole[0] and not re.search(r"(?i)[a-df-z]", lines[0]):
        lines.insert(0, whole[whole.index(lines[0]) - 1].lstrip("# "))
    mark = max(",;\t", key=lines[0].count) if lines else ","
    if len(lines) > 2 and not text.endswith(("\n", "\r")) and lines[-1].count(mark) < lines[0].count(mark):
        say(f"The last line, {lines.pop()[:60]!r}, was cut off, and is left out.")
    cells = csv.reader((line.replace(",", ".") for line in lines) if mark == ";" else lines, delimiter=mark,
                       skipinitialspace=True)
    names = next(cells, [])
    for row in cells:
        if any(row[len(names):]):
            raise ValueError(f"the row {mark.join(row)[:60]!r} has {len(row)} cells for {len(names)} columns; where "
                             "numbers have a decimal comma, semicolons or tabs must stand between the columns")
        if row != names:
            yield {name: None if cell.strip().lower() in BLANK else cell for name, cell in zip(names, row)}


def _json(text, say):
    """Return what JSON holds, or its lines, without a last one that was cut off."""
    try:
        return json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
    found = []
    for i, line in enumerate(lines, 1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            if i < len(lines) or not found:
                raise ValueError(f"line {i}: {error}") from error
            say(f"Line {i}, the last one, was cut off, and is left out.")
    return found


def _flat(row, above=""):
    """Yield the names and values of a row; one within another is train/loss, one by numbers a list.

    What holds all of a row's numbers, as its ``data``, is no part of their names.
    """
    inner = [name for name, value in row.items() if isinstance(value, dict)]
    for name, value in row.items():
        if isinstance(value, dict) and value and all(str(key).isdigit() for key in value):
            value = list(value.values())
        if isinstance(value, dict) and value:
            yield from _flat(value, above if inner == [name] and name in WHOLE else f"{above}{name}/")
        else:
            yield f"{above}{name}", value
