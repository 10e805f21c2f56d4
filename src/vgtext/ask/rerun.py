"""Run a notebook that was handed in, a cell at a time, and ask the book's own ``check`` for each answer."""

import re
import secrets
import subprocess
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from vgtext.words import words

from .handed_in import Grades, books_name, imports, line, verdict_words
from .kernels import over_files

START = 120  # seconds that a kernel may take until it knows this package


def executed(notebook, cells, folder, seconds):
    """Return the Grades of a notebook that is run now, a cell at a time, for at most ``seconds``."""
    judge, grades, names = f"_judge_{secrets.token_hex(8)}", Grades(), {}
    client = NotebookClient(notebook, timeout=round(seconds), kernel_name="python3", shutdown_kernel="immediate",
                            resources={"metadata": {"path": str(folder)}}, config=over_files())
    ours = {id(cell): asked for cell, asked in cells}
    chapters = sorted({module for cell, _ in cells for module in imports(cell.source).values()})
    setup = f"from vgtext.ask import apart as {judge}\n{judge}.settle({judge!r}, {chapters})"
    try:
        with client.setup_kernel(stderr=subprocess.DEVNULL):  # what a kernel says of itself, or last, is no verdict
            run_cell(client, setup, time.monotonic() + START)
            end = time.monotonic() + seconds
            for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
                _, failed = run_cell(client, cell.source, end)
                names |= imports(cell.source)
                for statement in re.findall(r"^(?:import|from) .+$", cell.source, re.M) if failed else ():
                    run_cell(client, statement, end)
                for check in ours.get(id(cell), ()):
                    home = books_name(check.exercise, names)
                    exercise = home and f"{home}[{check.name!r}]"
                    grades.mark(check.name, *asked_again(client, judge, exercise, check.answer, end, failed))
    except (CellTimeoutError, TimeoutError):
        grades.problem = f"it ran for more than {seconds:g} seconds"
    except DeadKernelError:
        grades.problem = "its kernel died"
    except Exception as error:  # whatever a stranger's notebook does to a kernel, the others get their rows
        grades.problem = line(f"it could not be run ({type(error).__name__}: {error})")
    for check in (check for _, asked in cells for check in asked):
        if check.name not in grades.right:
            grades.mark(check.name, False, grades.problem or "its cell was not reached")
    return grades


def asked_again(client, judge, exercise, answer, end, failed):
    """Return the genuine verdict on an answer, as the notebook stands now, and its words or why there is none.

    A reader's function may print, too, but before the verdict, and does not know the mark that stands before that.
    """
    if not exercise:
        return False, "it checks no exercise that its notebook imports from the book"
    mark = secrets.token_hex(8)
    shown, error = run_cell(client, f"__import__({judge!r})({mark!r}, {exercise!r}, {answer})", end)
    *_, told = [None, *re.finditer(f"{mark} {verdict_words()}", shown)]
    if told:
        return told[1] == words("check.right"), line(shown[told.end() :])
    return False, f"its cell ended in {failed or error}" if failed or error else "its verdict could not be read"


def run_cell(client, source, end):
    """Run ``source`` in the notebook's kernel until ``end`` at most; return (what it printed, its error or "").

    Raises TimeoutError where the end has come.
    """
    if time.monotonic() > end:
        raise TimeoutError
    cell = nbformat.v4.new_code_cell(source)
    client.nb.cells.append(cell)
    client.timeout = max(1, round(end - time.monotonic()))
    error = ""
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError as failure:
        error = line(f"{failure.ename}: {failure.evalue}")
    finally:
        client.nb.cells.pop()
    return "".join(output["text"] for output in cell.outputs if output.output_type == "stream"), error
