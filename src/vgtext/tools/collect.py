"""The command ``vgtext grades``: find what students handed in, and write the table of their verdicts."""

import sys
from functools import cache

from vgtext.tools import notebooks
from vgtext.tools.commands import written
from vgtext.tools.notebooks import Mistake
from vgtext.tools.progress import progress


def run_grades(given):
    """Print the table of verdicts, and each problem on stderr; a bar shows how far a run of notebooks has come."""
    from vgtext.ask.grades import grade, write_table

    files = [file for path in given.files for file in handed_in(path)]
    if all(path.is_dir() for path in files):
        raise Mistake(f"no notebook is in {', '.join(map(str, given.files))}")
    if not 0 < given.seconds < float("inf"):
        raise Mistake(f"--seconds is a time above 0, not {given.seconds:g}")
    with written(given.output, ".csv") as table:
        rows = {}
        with progress("running notebooks" if given.execute else "reading notebooks", len(files)) as done:
            for path in files:
                rows[str(path)] = grade(path, given.execute, given.seconds, handed_out)
                done()
        if table:
            # so marked, spreadsheets read any name; one that is no text gets "?"
            with table.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
                write_table(rows, file)
        else:
            write_table(rows, sys.stdout)
    if table:
        print(f"Wrote {given.output}: {sum(not path.is_dir() for path in files)} notebooks.")
    problems = [f"{path}: {grades.problem}" for path, grades in rows.items() if grades.problem]
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    return 1 if problems else 0


def handed_in(path):
    """Return what to grade for a name that was given: a file, or the notebooks in a folder and its folders, in order.

    A folder without a notebook stands for itself: it is a student's who handed in something else. So do folders in it
    beside others that hold some.
    """
    if not path.is_dir():
        return [path]
    found = below(path)
    theirs = {file.relative_to(path).parts[0] for file in found if file.parent != path}
    others = [folder for folder in path.iterdir() if folder.is_dir() and folder.name[0] not in "._"]
    for folder in others if theirs else ():
        if folder.name not in theirs:
            found += below(folder) or [folder]
    return sorted(found) or [path]


def below(folder):
    """Return the notebooks in a folder and its folders, such as one a student, in order.

    Folders are left out whose names begin with . or _, where Jupyter and a build keep copies.
    """
    found = sorted(path for path in folder.rglob("*.ipynb") if path.is_file())
    return [path for path in found if not any(name[0] in "._" for name in path.relative_to(folder).parts[:-1])]


@cache
def handed_out(slug):
    """Return what the cells of a chapter show that a student has not run (see untouched); {} where it is not here."""
    from vgtext.ask.grades import untouched

    try:
        return untouched(notebooks.read_notebook(slug))
    except (Mistake, OSError):
        return {}
