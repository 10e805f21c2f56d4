"""Read the verdicts on a reader's exercises out of notebooks that were handed in.

What a student saved is read from the outputs (:func:`saved`). :func:`executed` runs a notebook in a kernel of its own,
a cell at a time, and asks the book's own ``check`` for each answer, whatever the notebook has made of that name.
"""

import ast
import csv
import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

TIME_LIMIT = 300  # seconds for one notebook


@dataclass
class Grades:
    """What one notebook earns: ``right``, {exercise: True, False, or None where no verdict is shown}, and a problem."""

    right: dict = field(default_factory=dict)
    problem: str = ""  # why nothing, or not all, could be read


@dataclass
class Check:
    """A call ``check(…EXERCISES["name"], answer)``, and whether its cell shows the verdict, and in which output."""

    name: str
    exercise: str  # the source of its first argument
    answer: str  # the source of its second argument
    shown: str  # "stream" if it is printed, "execute_result" if it is the cell's last line, else ""


def grade(path, run=False, seconds=TIME_LIMIT):
    """Return the :class:`Grades` of the notebook at ``path``, solutions left aside.

    ``run`` executes it first, for at most ``seconds``, in its own folder, going on where a cell raises; without it the
    verdicts are those that its author saved. Never raises for a bad notebook: ``problem`` says what is wrong with it.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        return Grades(problem=f"not a notebook ({type(error).__name__}: {error})".splitlines()[0][:200])
    cells = [(cell, checks(python(cell.source))) for cell in students_cells(notebook)]
    forged = any(redefines_check(python(cell.source)) for cell, _ in cells)
    if run:
        return executed(notebook, cells, Path(path).parent, seconds)
    return saved(cells, forged)


def students_cells(notebook):
    """Yield the code cells outside of solutions."""
    inside = False
    for cell in notebook.cells:
        inside = (inside or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code" and not inside:
            yield cell


def python(source):
    """Return a cell's source as a syntax tree, lines of magic and of the shell translated; None if it is no Python."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:  # a reader's unfinished code: nothing in it can have been checked
        return None


def checks(tree):
    """Return the :class:`Check` of each call of ``check`` in a cell; shown is what is printed, and the last line."""
    found, body = [], tree.body if tree else []
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check" and len(node.args) > 1:
                name = getattr(getattr(node.args[0], "slice", None), "value", None)
                if isinstance(name, str):
                    value = statement.value if isinstance(statement, ast.Expr) else None
                    printed = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "print"
                    last = statement is body[-1] and value is node
                    shown = "stream" if printed else "execute_result" if last else ""
                    found.append(Check(name, ast.unparse(node.args[0]), ast.unparse(node.args[1]), shown))
    return found


def redefines_check(tree):
    """Say whether a cell makes a ``check`` of its own, or imports one that is not the book's."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == "check":
            return True
        if isinstance(node, ast.Name) and node.id == "check" and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Import | ast.ImportFrom):
            books = getattr(node, "module", "") == "vgtext.ask"
            if any((k.asname or k.name) == "check" and not (books and k.name == "check") for k in node.names):
                return True
    return False


def saved(cells, forged):
    """Return the Grades that the outputs of executed cells say; none count where ``check`` is the notebook's own.

    Nor do printed verdicts count where the cell prints more of them than it prints checks.
    """
    grades = Grades(problem="it defines a check of its own: run it (--run) to grade it" if forged else "")
    for cell, asked in cells:
        said = {kind: verdicts(output for output in cell.outputs if output.output_type == kind)
                for kind in ("stream", "execute_result")}
        if len(said["stream"]) > sum(check.shown == "stream" for check in asked):
            said["stream"] = []
        for check in asked:
            shown = said.get(check.shown)
            grades.right[check.name] = None if shown is None and not forged else bool(
                shown and shown.pop(0) and not forged)
    return grades


def verdicts(outputs):
    """Return the verdicts among a cell's outputs, in order: True for each that begins with "Right.", else False."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    starts = (re.findall(r"^(Right|Not yet)\. ", "".join(text), re.M) for text in texts)
    return [word == "Right" for several in starts for word in several]


def executed(notebook, cells, folder, seconds):
    """Return the Grades of a notebook that is run now, a cell at a time, for at most ``seconds``."""
    genuine, grades, end = f"_check_{secrets.token_hex(8)}", Grades(), time.monotonic() + seconds
    client = NotebookClient(notebook, timeout=round(seconds), kernel_name="python3",
                            resources={"metadata": {"path": str(folder)}})
    ours = {id(cell): asked for cell, asked in cells}
    try:
        with client.setup_kernel():
            run_cell(client, f"from vgtext.ask import check as {genuine}", end)
            for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
                if not run_cell(client, cell.source, end):
                    for line in re.findall(r"^(?:import|from) .+$", cell.source, re.M):
                        run_cell(client, line, end)
                for check in ours.get(id(cell), ()):
                    grades.right[check.name] = asked_again(client, genuine, check, end)
    except (CellTimeoutError, TimeoutError):
        grades.problem = f"it ran for more than {seconds:g} seconds"
    except DeadKernelError:
        grades.problem = "its kernel died"
    for check in (check for _, asked in cells for check in asked):
        grades.right.setdefault(check.name, False)
    return grades


def asked_again(client, genuine, check, end):
    """Return the genuine verdict on an answer, as the notebook stands now."""
    shown = run_cell(client, f"print({genuine!r}, {genuine}({check.exercise}, {check.answer}).right)", end)
    return f"{genuine} True" in "".join(shown or ())  # a reader's function may print, too, but does not know the name


def run_cell(client, source, end):
    """Run ``source`` in the notebook's kernel until ``end`` at most; return what it printed, or None if it raised."""
    cell = nbformat.v4.new_code_cell(source)
    client.nb.cells.append(cell)
    client.timeout = max(1, round(end - time.monotonic()))
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError:
        return None
    finally:
        client.nb.cells.pop()
    return [output["text"] for output in cell.outputs if output.output_type == "stream"] or [""]


def write_table(rows, file):
    """Write ``rows``, {file: Grades}, as CSV: a line a notebook, a column an exercise (1, 0, empty), sum, problem."""
    names = list(dict.fromkeys(name for grades in rows.values() for name in grades.right))
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["notebook", *names, "right", "problem"])
    for path, grades in rows.items():
        marks = ["" if grades.right.get(name) is None else int(grades.right[name]) for name in names]
        table.writerow([path, *marks, sum(mark == 1 for mark in marks), grades.problem])
