"""Three-way merge of files: a text line by line, a table of words text by text, a notebook cell by cell.

What both sides changed is kept twice.
"""

import subprocess
import tempfile
from difflib import SequenceMatcher
from pathlib import Path

import nbformat

LABELS = ("yours", "before", "original")
#: What is said of lines that both sides changed.
BOTH = "both changed the same lines, which stand between <<<<<<< and >>>>>>>"
SHOWN = 40  # characters of a cell, which tell it from others


def merge_lines(yours, before, original, union=False):
    """Return (text, whether both sides changed the same lines), as ``git merge-file`` merges three texts.

    What both sides changed stands in the text twice, between the marks of git; with ``union``, without marks.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / label for label in LABELS]
        for path, text in zip(paths, (yours, before, original)):
            path.write_bytes(text.encode())
        names = [word for label in LABELS for word in ("-L", label)]
        done = subprocess.run(["git", "merge-file", "-p", *names, *["--union"] * union, *paths], capture_output=True)
    if done.returncode > 127:
        raise OSError(f"git merge-file: {done.stderr.decode().strip()}")
    return done.stdout.decode(), done.returncode > 0


def keyed(table):
    """Yield (key, line) of each line of a table of words: a text's section and name, any other line itself."""
    section = ""
    for line in table.splitlines(keepends=True):
        section = line.partition("]")[0] if line.startswith("[") else section
        name, is_text, _ = line.partition(" = ")
        yield (section, name) if is_text else line, line


def merge_tables(yours, before, original):
    """Merge three tables of words, as lines are, once a text that the original left alone is yours in all three.

    So a text that is new to a translated table meets no other, though every line around it is translated.
    """
    mine, old, new = (dict(keyed(table)) for table in (yours, before, original))
    alone = {key: mine[key] for key in mine.keys() & old.keys() if old[key] == new.get(key)}
    before, original = ("".join(alone.get(key, line) for key, line in keyed(table)) for table in (before, original))
    return merge_lines(yours, before, original)


def merge_notebooks(yours, before, original):
    """Return (notebook, {id: what to look at, in words}) of three notebooks; cells are told apart by id.

    A cell that you deleted is gone. One that the original deleted goes, too, unless you changed it: then it stays where
    it stands. Where the other side had changed it, the words say so.
    """
    name_as_before(yours, before)
    sides = [{cell.id: cell for cell in book.cells} for book in (yours, before, original)]
    names = dict.fromkeys(name for side in sides for name in side)
    cells = {name: merge_cells(*(side.get(name) for side in sides)) for name in names}
    for name, (cell, _) in cells.items():
        if cell and name not in sides[2]:  # to the order of cells it is one that you have added
            sides[1].pop(name, None)
    order = merge_lines(*("".join(f"{name}\n" for name in side) for side in sides), union=True)[0].split()
    merged = nbformat.from_dict({**(original if yours.metadata == before.metadata else yours), "cells": []})
    for name in dict.fromkeys([*order, *names]):
        merged.cells += filter(None, [cells[name][0]])
    return merged, {name: f"{opening(sides[0].get(name) or sides[2][name])}: {words}"
                    for name, (_, words) in cells.items() if words}


def name_as_before(yours, before):
    """Give cells the ids that they had, where an editor has given all cells new ones."""
    if {cell.id for cell in yours.cells} & {cell.id for cell in before.cells}:
        return
    sources = [[cell.source for cell in book.cells] for book in (before, yours)]
    for kind, start, stop, at, end in SequenceMatcher(None, *sources, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and stop - start == end - at):
            for cell, old in zip(yours.cells[at:end], before.cells[start:stop]):
                cell["id"] = old.id


def content(cell):
    """Return what an author writes of a cell; its outputs follow from that."""
    return cell and (cell.cell_type, cell.source, cell.metadata)


def merge_cells(yours, before, original):
    """Return (cell, what to look at, in words); None stands for no cell, and for nothing to look at."""
    if content(yours) == content(original):
        rerun = yours and before and yours.get("outputs") != before.get("outputs")
        return (yours if rerun else original), None
    if content(yours) == content(before):
        return original, None
    if content(original) == content(before):
        return yours, None
    if yours is None:
        return None, "you deleted it, and the original changed it: it stays out"
    if original is None:
        return yours, "the original deleted it, and you changed it: yours stays"
    source, clash = merge_lines(yours.source, before.source if before else "", original.source)
    metadata = original.metadata if before and yours.metadata == before.metadata else yours.metadata
    return nbformat.from_dict({**yours, "source": source, "metadata": metadata}), BOTH if clash else None


def opening(cell):
    """Return how a cell begins, for those who do not see its id: " (Some words…)"."""
    text = " ".join(cell.source.split())
    return f" ({text[:SHOWN]}{'…' * (len(text) > SHOWN)})"
