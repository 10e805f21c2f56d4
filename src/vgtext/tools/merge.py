"""Three-way merge of files: a text line by line, a notebook cell by cell, what both sides changed is kept twice."""

import subprocess
import tempfile
from difflib import SequenceMatcher
from pathlib import Path

import nbformat

LABELS = ("yours", "before", "original")


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


def merge_notebooks(yours, before, original):
    """Return (notebook, the ids of cells that both sides changed) of three notebooks; cells are told apart by id.

    A cell that one side deleted is gone unless the other side changed it: then it stays, and is named.
    """
    name_as_before(yours, before)
    sides = [{cell.id: cell for cell in book.cells} for book in (yours, before, original)]
    order = merge_lines(*("".join(f"{name}\n" for name in side) for side in sides), union=True)[0].split()
    merged = nbformat.from_dict({**(original if yours.metadata == before.metadata else yours), "cells": []})
    clashes = []
    for name in dict.fromkeys(order + list(sides[0]) + list(sides[2])):
        cell, clash = merge_cells(*(side.get(name) for side in sides))
        merged.cells += [cell] if cell else []
        clashes += [name] if clash else []
    return merged, clashes


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
    """Return (cell, whether both sides changed it); None stands for a cell that is not there."""
    if content(yours) == content(original):
        rerun = yours and before and yours.get("outputs") != before.get("outputs")
        return (yours if rerun else original), False
    if content(yours) == content(before):
        return original, False
    if content(original) == content(before):
        return yours, False
    if yours is None or original is None:
        return yours or original, True
    source, clash = merge_lines(yours.source, before.source if before else "", original.source)
    metadata = original.metadata if before and yours.metadata == before.metadata else yours.metadata
    return nbformat.from_dict({**yours, "source": source, "metadata": metadata}), clash
