"""Read the verdicts on a reader's exercises out of notebooks that were handed in.

What a student saved is read from the outputs (:func:`saved`). ``rerun`` runs a notebook in a kernel of its own, a cell
at a time, and asks the book's own ``check`` for each answer, whatever the notebook has made of that name or of the
book's modules. A notebook that reads a solution out of the book, or changes NumPy or Python, is not run (``meddles``).
"""

import csv
import json
import re
import warnings
from pathlib import Path

import nbformat

from vgtext.words import words

from .handed_in import (
    Grades,
    chapters,
    checks,
    fault,
    line,
    meddles,
    named,
    python,
    redefines_check,
    students_cells,
    verdict_words,
)
from .rerun import executed

TIME_LIMIT = 300  # seconds for one notebook
GRADE_WITH = "grade with the copy that was handed out, or run it (--run)"


def grade(path, run=False, seconds=TIME_LIMIT, handed_out=lambda chapter: {}):
    """Return the :class:`Grades` of the notebook at ``path``, solutions left aside.

    ``run`` executes it first, for at most ``seconds``, in its own folder, going on where a cell raises; without it the
    verdicts are those that its author saved, where a cell shows others than ``handed_out(chapter)`` (see
    :func:`untouched`). Never raises for a bad notebook, or a folder: ``problem`` says what is wrong with it.
    """
    if Path(path).is_dir():
        return Grades(problem="no notebook is in this folder")
    try:
        notebook = read(path)
    except Exception as error:  # whatever was handed in, the others get their rows
        reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        return Grades(problem=line(f"not a notebook ({reason})".splitlines()[0]))
    trees = [(cell, python(cell.source)) for cell in students_cells(notebook)]
    cells = [(cell, checks(tree)) for cell, tree in trees]
    problem = meddles(tree for _, tree in trees)
    if problem:
        names = [check.name for _, asked in cells for check in asked]
        return Grades(dict.fromkeys(names, False), f"{problem}: look at it yourself", dict.fromkeys(names, problem))
    forged = any(redefines_check(tree) for _, tree in trees)
    slugs = chapters(cell for cell, _ in trees)
    shown = {} if run else {key: source for slug in slugs for key, source in handed_out(slug).items()}
    grades = executed(notebook, cells, Path(path).parent, seconds) if run else saved(cells, forged, shown)
    grades.chapters = slugs
    for cell in (cell for cell, tree in trees if tree is None):
        for name in set(named(cell.source)) - set(grades.right):
            grades.mark(name, False, f"its cell is no Python: {fault(cell.source)}")
    return grades


def read(path):
    """Return the notebook at ``path``, whatever JSON's encodings it is in; raise what nbformat does if it is none."""
    content = Path(path).read_bytes()
    with warnings.catch_warnings(action="ignore"):  # of what is mended on the way, such as two cells with one id
        notebook = nbformat.reads(content.decode(json.detect_encoding(content)), as_version=4)
        nbformat.validate(notebook)
    return notebook


def saved(cells, forged, handed_out):
    """Return the Grades that the outputs of executed cells say; none count where ``check`` is the notebook's own.

    Nor do printed verdicts count where the cell prints more of them than it prints checks. What a cell shows from
    before it was changed is told from ``handed_out`` (see :func:`untouched`) if it is that, and else from nothing.
    """
    grades = Grades(problem="it defines a check of its own: run it (--run) to grade it" if forged else "")
    for cell, asked in cells:
        said = {kind: verdicts(output for output in cell.outputs if output.output_type == kind)
                for kind in ("stream", "execute_result")}
        stray = len(said["stream"]) > sum(check.shown == "stream" for check in asked)
        if stray:
            said["stream"] = []
        for check in asked:
            if forged:
                grades.mark(check.name, False, "judged by a check of its own")
            elif check.shown not in said:
                grades.mark(check.name, None, "its cell does not show the verdict")
            elif handed_out.get(shows(cell, check), cell.source) != cell.source:
                grades.mark(check.name, False, "its cell was changed, and shows what it was handed out with")
                grades.problem = "cells that were changed show what they were handed out with: run it (--run)"
            elif said[check.shown]:
                right, told = said[check.shown].pop(0)
                grades.mark(check.name, right, told)
                grades.note = grades.note or ("" if right else "as last run and saved")
            elif not stray and not raised(cell) and any(output.output_type == check.shown for output in cell.outputs):
                grades.mark(check.name, False, "its output is no verdict in the words of this copy")
                grades.problem = f"outputs are no verdicts in the words of this copy: {GRADE_WITH}"
            else:
                lacks = "the cell prints a verdict of its own" if stray else raised(cell) or "the check was not run"
                grades.mark(check.name, False, lacks)
    return grades


def untouched(notebook):
    """Return {what a cell shows of a check (see shows): its source} of a notebook as it is handed out."""
    asking = [cell for cell in students_cells(notebook) if "check(" in cell.source]
    shown = {shows(cell, check): cell.source for cell in asking for check in checks(python(cell.source))}
    return {key: source for key, source in shown.items() if key[2:]}


def shows(cell, check):
    """Return the name of an exercise with the number of its cell's last run and the verdicts shown there."""
    return check.name, cell.execution_count, *(told for _, told in verdicts(cell.outputs))


def raised(cell):
    """Return which error a saved cell ended in, in words; "" if in none."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    return f"its cell ended in {errors[0].ename}: {errors[0].evalue}" if errors else ""


def verdicts(outputs):
    """Return the verdicts among a cell's outputs, in order, as (True for "Right.", else False; the words after it)."""
    texts = ["".join(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in outputs]
    parts = (re.split(f"^{verdict_words()}", text, flags=re.M)[1:] for text in texts)
    pairs = (pair for several in parts for pair in zip(several[::2], several[1::2]))
    return [(word == words("check.right"), line(said)) for word, said in pairs]


def write_table(rows, file):
    """Write ``rows``, {file: Grades}, as CSV.

    A line is a notebook: a column an exercise (1, 0, or nothing where no verdict is shown), their sum, what was wrong
    with the file, and why each exercise is not right, also one that others of the same chapter have and it has not; the
    exercises of other chapters are empty. No cell is a formula of a spreadsheet.
    """
    names = list(dict.fromkeys(name for grades in rows.values() for name in grades.right))
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["notebook", *map(plain, names), "right", "problem", "reasons"])
    for path, grades in rows.items():
        marks = ["" if grades.right.get(name) is None else int(grades.right[name]) for name in names]
        absent = {name: "not in this notebook" for other in rows.values() if not grades.problem
                  and (grades.chapters & other.chapters or not (grades.chapters and other.chapters))
                  for name in other.right}
        reasons = {name: why for name, why in {**absent, **grades.reasons}.items() if not grades.right.get(name)}
        reasons = "; ".join(f"{name}: {why.rstrip('.')}" for name, why in reasons.items())
        reasons += f" ({grades.note})" if grades.note and reasons else ""
        table.writerow([plain(path), *marks, sum(mark == 1 for mark in marks), grades.problem, plain(reasons)])


def plain(text):
    """Return a text that a stranger chose with a quote before it where a spreadsheet would compute it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
