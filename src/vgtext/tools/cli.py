"""The command ``vgtext``: list what is in the book, take chapters and figures away, hand them out and collect them."""

import argparse
import os
import sys
from pathlib import Path

from vgtext.tools import notebooks
from vgtext.tools.links import binder_link, hub_link
from vgtext.tools.notebooks import Mistake

EXAMPLES = """examples:
  vgtext list
  vgtext fork two_by_two my_book --title "Matrix products" --author "A. Teacher" --student
  vgtext slides two_by_two -o lecture.html
  vgtext figure unit_circle --state depth=5 -o circle.svg
  vgtext links two_by_two --hub https://hub.example.edu
  vgtext grades handed_in/*.ipynb > grades.csv
  vgtext diagnose run.npz -o report.html
"""
CHAPTERS = "chapters, by the names that 'vgtext list' shows"


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="vgtext", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(run, help, description):
        one = commands.add_parser(run.__name__[4:], help=help, description=description)
        one.set_defaults(run=run)
        return one.add_argument

    command(run_list, "list chapters, with their figures, questions, exercises and claims",
            "List the chapters in reading order, with what is in each.")

    add = command(run_fork, "write chapters into a folder as a book of its own",
                  "Write chapters into a new folder as a book of its own, which builds with 'make book' and passes "
                  "'make test': notebooks, modules, tests, references, settings, licenses and a README.")
    add("chapters", nargs="+", metavar="CHAPTER", help=CHAPTERS)
    add("folder", type=Path, metavar="DIR", help="a folder that does not exist yet, or is empty but for a .git")
    add("--title", help="the book's title (default: those of its chapters)")
    add("--author", help="whom the book names as its author")
    add("--student", action="store_true", help="leave the solutions of exercises out")
    add("--repository", metavar="ADDRESS", help="where the book's buttons lead (default: no buttons)")

    add = command(run_slides, "write a chapter's figures as live slides",
                  "Write a chapter's figures, live, one a screen, into one HTML file that needs no network. Page Down "
                  "goes on; the arrow keys move a control.")
    add("chapter", metavar="CHAPTER", help="a chapter, by the name that 'vgtext list' shows")
    add("-o", "--output", type=Path, metavar="FILE", help="the file (default: CHAPTER.html)")

    add = command(run_figure, "write one figure as a picture",
                  "Write one state of a figure as an SVG or PNG picture, and print its caption.")
    add("name", metavar="NAME", help="a figure, by the name that 'vgtext list' shows; chapter/name where two share it")
    add("--state", nargs="*", default=[], metavar="CONTROL=VALUE", help="the state (default: the opening state)")
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="a file that ends in .svg or .png")

    add = command(run_diagnose, "say what is wrong with a training run that was recorded",
                  "Print the diagnosis of a recording, and write a report: one page with live figures, offline.")
    add("recording", type=Path, metavar="FILE", help="a recording, such as run.npz")
    add("-o", "--output", type=Path, metavar="FILE", help="the report (.html)")
    add("--target", type=float, default=0.9, metavar="SHARE", help="the training accuracy that counts as learned (0.9)")

    add = command(run_links, "print the links that open chapters on Binder or on your JupyterHub",
                  "Print the link that opens each chapter in a running Jupyter: on Binder, or, with --hub, on a "
                  "JupyterHub that has nbgitpuller, where it also pulls the book into the reader's home.")
    add("chapters", nargs="*", metavar="CHAPTER", help=f"{CHAPTERS} (default: all)")
    add("--hub", metavar="ADDRESS", help="the address of your JupyterHub, such as https://hub.example.edu")

    add = command(run_grades, "read the verdicts on exercises out of notebooks that were handed in",
                  "Print a table (CSV) of notebooks that were handed in: for each exercise 1 if its check said "
                  "'Right.', 0 if not, nothing if its verdict is not shown; then their sum, and what was wrong with "
                  "the file. What counts is what the student saved; with --run, what the book's own check says now. "
                  "The exit status is 1 if a file could not be graded.")
    add("files", nargs="+", type=Path, metavar="FILE", help="notebooks")
    add("--run", dest="execute", action="store_true", help="execute each notebook first: runs the students' code, here")
    add("--seconds", type=float, default=300, help="with --run: the time limit of one notebook (default: 300)")
    return top


def run_list(_):
    """Print chapters, figures, questions and exercises from the executed notebooks, claims from the modules."""
    from vgtext.ledger import gather

    claims = gather()
    for slug in notebooks.slugs():
        book = notebooks.read_notebook(slug)
        print(f"\n{slug}: {notebooks.title(book)}")
        for kind in ("figure", "quiz"):
            for text in notebooks.text_outputs(book, kind):
                line = text.splitlines()[0]
                print(f"  {kind:9}{line.split(': ')[0] if kind == 'figure' else line}")
        for line in exercise_names(book):
            print(f"  exercise {line}")
        for claim in claims.get(slug, ()):
            print(f"  claim    {claim.id} ({claim.verdict}): {claim.text}")


def exercise_names(book):
    """Return the titles of the exercises in a notebook."""
    lines = (line for cell in book.cells if cell.cell_type == "markdown" for line in cell.source.splitlines())
    return [line.split("}", 1)[1].strip() for line in lines if "{exercise}" in line]


def run_fork(given):
    """Fork, and say what comes next."""
    from vgtext.tools.fork import fork

    missing = fork(given.chapters, given.folder, given.title, given.author, given.student, given.repository)
    print(f"Wrote {given.folder}: 'make book' builds it, 'make test' checks it, its README says how to publish it.")
    if missing:
        print(f"The chosen chapters build on {', '.join(missing)}: name them too, or teach them first.")


def run_slides(given):
    """Write the slides of a chapter."""
    from vgtext.tools.slides import slides

    target = writable(given.output or Path(f"{given.chapter}.html"))
    target.write_text(slides(given.chapter), encoding="utf-8")
    print(f"Wrote {target}.")


def run_figure(given):
    """Write the picture of one state of a figure."""
    from vgtext.tools.figures import write_figure

    caption = write_figure(given.name, given.state, writable(given.output))
    print(f"Wrote {given.output}: {caption}")


def run_diagnose(given):
    """Print the diagnosis of a recording, and write its report."""
    from vgtext.diagnose import Recording
    from vgtext.diagnose.report import Report

    try:
        report = Report(Recording.load(given.recording), given.target, given.recording.stem)
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    print(report.diagnosis)
    if given.output:
        report.save(writable(given.output))
        print(f"Wrote {given.output}.")


def run_links(given):
    """Print the links of chapters."""
    for slug in given.chapters or notebooks.slugs():
        print(f"{slug}: {hub_link(slug, given.hub) if given.hub else binder_link(slug)}")


def run_grades(given):
    """Print the table of verdicts, and each problem on stderr; a bar shows how far a run of notebooks has come."""
    from tqdm import tqdm

    from vgtext.ask.grades import grade, write_table

    files = tqdm(given.files, "running notebooks", leave=False, disable=not (given.execute and sys.stderr.isatty()))
    rows = {str(path): grade(path, given.execute, given.seconds) for path in files}
    write_table(rows, sys.stdout)
    problems = [f"{path}: {grades.problem}" for path, grades in rows.items() if grades.problem]
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    return 1 if problems else 0


def writable(path):
    """Return ``path``; Mistake if the folder that it names is not there."""
    if not path.parent.is_dir():
        raise Mistake(f"{path}: there is no folder {path.parent}")
    return path


def figure_error():
    """Return the class of figures' errors; matplotlib, which comes with it, is loaded when a command has failed."""
    from vgtext.explore import FigureError

    return FigureError


def main(arguments=None):
    """Run the command line; a mistake gets one line, and the exit status 2."""
    for stream in (sys.stdout, sys.stderr):  # a pipe of another encoding gets "?" for what it cannot write
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = parser().parse_args(arguments)
    try:
        status = given.run(given) or 0
        sys.stdout.flush()
    except (Mistake, figure_error()) as error:
        print(f"vgtext: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of "vgtext list | head" has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status
