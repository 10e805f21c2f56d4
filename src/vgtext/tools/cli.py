"""The command vgtext: list what is in the book, take chapters and figures away, hand them out and collect them."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from vgtext.tools import collect, commands, marks
from vgtext.tools.notebooks import Mistake
from vgtext.words import BrokenTable

EXAMPLES = """examples:
  vgtext list two_by_two
  vgtext fork two_by_two my_book --title "Matrix products" --author "A. Teacher" --student
  vgtext update --from ../original
  vgtext slides two_by_two -o lecture.html
  vgtext figure unit_circle --state depth=5 -o circle.svg
  vgtext links two_by_two --hub https://hub.example.edu
  vgtext grades handed_in -o grades.csv
  vgtext diagnose run.npz -o report.html
"""
CHAPTERS = "chapters, by the names that 'vgtext list' shows"


def share(text):
    """Return a share above 0 and at most 1 that was written as 0.9 or as 90%; ArgumentTypeError for anything else."""
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"a share is written as 0.9 or 90%, above 0 and at most 1, not {text!r}")
    return value


def a_loss(text):
    """Return a loss; ArgumentTypeError for what is no number, or nan or inf."""
    try:
        loss = float(text)
    except ValueError:
        loss = float("nan")
    if not abs(loss) < float("inf"):
        raise argparse.ArgumentTypeError(f"a loss is a number such as 0.69, not {text!r}")
    return loss


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="vgtext", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = top.add_subparsers(required=True, metavar="COMMAND")

    def command(run, help, description):
        one = names.add_parser(run.__name__[4:], help=help, description=description)
        one.set_defaults(run=run)
        return one.add_argument

    add = command(commands.run_list, "list chapters, with their figures, questions, exercises and claims",
                  "List the chapters in reading order, with what is in each.")
    add("chapters", nargs="*", metavar="CHAPTER", help="chapters, by the names that the list shows (default: all)")

    add = command(commands.run_fork, "write chapters into a folder as a book of its own",
                  "Write chapters into a new folder as a book of its own, which builds with 'make book' and passes "
                  "'make test': notebooks, modules, tests, references, settings, licenses and a README.")
    add("chapters", nargs="+", metavar="CHAPTER", help=CHAPTERS)
    add("folder", type=Path, metavar="DIR", help="a folder that does not exist yet, or is empty but for a .git")
    add("--title", help="the book's title (default: those of its chapters)")
    add("--author", help="whom the book names as its author")
    add("--student", action="store_true", help="leave the solutions of exercises out; quizzes keep their answers")
    add("--repository", metavar="ADDRESS", help="where the book's buttons lead (default: no buttons)")

    add = command(commands.run_update, "bring corrections of the original into a fork",
                  "In a fork: merge what has changed in the original since into this folder, notebooks cell by cell. "
                  "What you changed is kept; where both changed the same, both stay, and the place is named. What you "
                  "deleted stays out; where the original changed it, it is named. The exit status is 1 if there is "
                  "such a place.")
    add("--from", dest="original", metavar="FOLDER",
        help="the original: a clone or an address (default: as fork.json says)")
    add("--commit", default="HEAD", help="the commit of the original to come to (default: its newest)")

    add = command(commands.run_slides, "write a chapter's figures as live slides",
                  "Write a chapter's figures, live, one a screen, into one HTML file that needs no network. Page Down "
                  "goes on; the arrow keys move a control.")
    add("chapter", metavar="CHAPTER", help="a chapter, by the name that 'vgtext list' shows")
    add("-o", "--output", type=Path, metavar="FILE", help="the file (default: CHAPTER.html)")

    add = command(commands.run_figure, "write one figure as a picture",
                  "Write one state of a figure as an SVG or PNG picture, and print its caption.")
    add("name", metavar="NAME", help="a figure, by the name that 'vgtext list' shows; chapter/name where two share it")
    add("--state", nargs="*", action="extend", default=[], type=commands.assignment, metavar="CONTROL=VALUE",
        help="the state (default: the opening state)")
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="a file that ends in .svg or .png")

    add = command(commands.run_pdf, "print the built book into one PDF",
                  "Print the built book into one PDF, with an installed Chromium: title page, contents, bookmarks, and "
                  "each figure at its opening state, with its caption.")
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="a file that ends in .pdf")

    add = command(commands.run_archive, "pack the built book into one zip archive",
                  "Pack the built book into one zip archive to hand out: unzipped, its index.html opens in a browser, "
                  "with no server and no network.")
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="a file that ends in .zip")

    add = command(commands.run_diagnose, "say what is wrong with a training run that was recorded",
                  "Print the diagnosis of a recording, and write a report: one page with live figures, offline.")
    add("recording", type=Path, metavar="RECORDING",
        help="a recording, such as run.npz, or a log of losses and accuracies: a table (.csv, .tsv, .json, .jsonl) or "
             "printed lines (.txt, .log, .out)")
    add("-o", "--output", type=Path, metavar="REPORT", help="the report (.html)")
    add("--target", type=share, default=0.9, metavar="SHARE", help="the training accuracy that counts as learned (0.9)")
    add("--constant-loss", type=a_loss, metavar="LOSS",
        help="the loss of the best constant answer, such as the variance of a regression's targets")

    add = command(commands.run_links, "print the links that open chapters on Binder or on your JupyterHub",
                  "Print the link that opens each chapter in a running Jupyter: on Binder, or, with --hub, on a "
                  "JupyterHub that has nbgitpuller, where it also pulls the book into the reader's home.")
    add("chapters", nargs="*", metavar="CHAPTER", help=f"{CHAPTERS} (default: all)")
    add("--hub", metavar="ADDRESS", help="the address of your JupyterHub, such as https://hub.example.edu")

    add = command(collect.run_grades, "read the verdicts on exercises out of notebooks that were handed in",
                  "Print a table (CSV) of notebooks that were handed in: for each exercise 1 if its check said "
                  "'Right.', 0 if not, nothing if its verdict is not shown; then their sum, what was wrong with the "
                  "file, and why each exercise is not right. A student's folder without a notebook has its line, too. "
                  "What counts is what the student saved, as last run, in the words of this copy: grade with the one "
                  "that was handed out. With --run it is what the book's own check says now. The exit status is 1 if a "
                  "file could not be graded.")
    add("files", nargs="+", type=Path, metavar="FILE", help="notebooks, or folders of them, also one a student")
    add("--run", dest="execute", action="store_true", help="execute each notebook first: runs the students' code, here")
    add("-o", "--output", type=Path, metavar="FILE", help="a table for spreadsheets (default: print it)")
    add("--seconds", type=float, default=300, help="with --run: the time limit of one notebook (default: 300)")
    return top


def figure_error():
    """Return the class of figures' errors; matplotlib, which comes with it, is loaded when a command has failed.

    Where a merge has left its marks in that module, no figure was at fault: Mistake.
    """
    try:
        return import_module("vgtext.explore").FigureError
    except SyntaxError:
        return Mistake


def main(arguments=None):
    """Run the command line; a mistake gets one line, and the exit status 2."""
    for stream in (sys.stdout, sys.stderr):  # a pipe of another encoding gets "?" for what it cannot write
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = parser().parse_args(arguments)
    try:
        status = given.run(given) or 0
        print(end="", flush=True)  # also where stdout is closed
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith("vgtext"):
            raise
        print(f"vgtext: this command needs the package {error.name}, which a plain installation does without: run "
              ".venv/bin/vgtext in a copy of the repository, after make book", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of "vgtext list | head" has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nvgtext: stopped", file=sys.stderr)
        return 130
    except SyntaxError as error:  # of a module or a cell that was edited, or merged
        print(f"vgtext: {marks.told(error)}", file=sys.stderr)
        return 2
    except (Mistake, BrokenTable, OSError, figure_error()) as error:  # an OSError names a file, and what it is with it
        print(f"vgtext: {error}", file=sys.stderr)
        return 2
    return status
