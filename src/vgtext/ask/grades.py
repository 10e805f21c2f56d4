"""Read the verdicts on a reader's exercises out of notebooks that were handed in."""

import ast
import csv
from pathlib import Path

import nbformat
from nbclient import NotebookClient


class NoNotebook(ValueError):
    """A file that is no notebook; the message names it."""


def verdicts(path, run=False):
    """Return {exercise: right} for every checked exercise of the notebook at ``path``, solutions left aside.

    ``run`` executes the notebook first, in its own folder, going on where a cell raises; without it, the verdicts are
    those that its author saved. Raises NoNotebook if the file cannot be read as one.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise NoNotebook(f"{path}: not a notebook ({error})".splitlines()[0]) from None
    if run:
        NotebookClient(notebook, timeout=300, allow_errors=True,
                       resources={"metadata": {"path": str(Path(path).parent)}}).execute()
    found, inside = {}, False
    for cell in notebook.cells:
        inside = (inside or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code" and not inside:
            said = [str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs]
            for name in checked(cell.source):
                found[name] = bool(said) and said[-1].startswith("Right.")
    return found


def checked(source):
    """Yield the names of the exercises that a cell checks: those in ``check(…EXERCISES["name"], …)``."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a reader's unfinished code: nothing in it can have been checked
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check" and node.args:
            name = getattr(getattr(node.args[0], "slice", None), "value", None)
            if isinstance(name, str):
                yield name


def write_table(rows, file):
    """Write ``rows``, {file: verdicts}, as CSV: a line a notebook, a column an exercise (1, 0, empty), their sum."""
    names = list(dict.fromkeys(name for found in rows.values() for name in found))
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["notebook", *names, "right"])
    for path, found in rows.items():
        marks = [int(found[name]) if name in found else "" for name in names]
        table.writerow([path, *marks, sum(found.values())])
