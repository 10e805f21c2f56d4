"""The command ``vgtext``: list what is in the book, take chapters and figures away, hand them out and collect them."""

import argparse
import os
import sys
from pathlib import Path

from vgtext.ask.grades import NoNotebook, verdicts, write_table
from vgtext.explore import FigureError
from vgtext.explore.show import picture_file
from vgtext.nn.training import bar
from vgtext.tools import notebooks
from vgtext.tools.fork import ForkError, fork
from vgtext.tools.links import NoAddress, binder_link, hub_link
from vgtext.tools.notebooks import NoChapter
from vgtext.tools.slides import slides

EXAMPLES = """examples:
  vgtext list
  vgtext fork two_by_two my_book --title "Matrix products" --author "A. Teacher" --student
  vgtext slides two_by_two -o lecture.html
  vgtext figure unit_circle --state depth=5 -o circle.svg
  vgtext links two_by_two --hub https://hub.example.edu
  vgtext marks handed_in/*.ipynb > marks.csv
"""


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="vgtext", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser(
        "list",
        help="list chapters, with their figures, questions, exercises and claims",
        description="List the chapters in reading order, with what is in each.",
    )
    one.set_defaults(run=run_list)

    one = commands.add_parser(
        "fork",
        help="write chapters into a folder as a book of its own",
        description="Write chapters into a new folder as a book of its own, which builds with 'make book' and passes "
        "'make test': notebooks, modules, tests, references, settings, licences and a README.",
    )
    one.add_argument("chapters", nargs="+", metavar="CHAPTER", help="chapters, by the names that 'vgtext list' shows")
    one.add_argument("folder", type=Path, metavar="DIR", help="a folder that does not exist yet, or is empty")
    one.add_argument("--title", help="the book's title (default: those of its chapters)")
    one.add_argument("--author", help="whom the book names as its author")
    one.add_argument("--student", action="store_true", help="leave the solutions of exercises out")
    one.set_defaults(run=run_fork)

    one = commands.add_parser(
        "slides",
        help="write a chapter's figures as live slides",
        description="Write a chapter's figures, live, one a screen, into one HTML file that needs no network. "
        "Page Down goes on; the arrow keys move a control.",
    )
    one.add_argument("chapter", metavar="CHAPTER", help="a chapter, by the name that 'vgtext list' shows")
    one.add_argument("-o", "--output", type=Path, metavar="FILE", help="the file (default: CHAPTER.html)")
    one.set_defaults(run=run_slides)

    one = commands.add_parser(
        "figure",
        help="write one figure as a picture",
        description="Write one state of a figure as an SVG or PNG picture, and print its caption.",
    )
    one.add_argument("name", metavar="NAME", help="a figure, by the name that 'vgtext list' shows")
    one.add_argument(
        "--state",
        nargs="*",
        default=[],
        metavar="CONTROL=VALUE",
        help="the state, with values as the controls show them (default: the opening state)",
    )
    one.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="a file that ends in .svg or .png"
    )
    one.set_defaults(run=run_figure)

    one = commands.add_parser(
        "links",
        help="print the links that open chapters on Binder or on your JupyterHub",
        description="Print the link that opens each chapter in a running Jupyter: on Binder, or, with --hub, on a "
        "JupyterHub that has nbgitpuller, where it also pulls the book into the reader's home.",
    )
    one.add_argument("chapters", nargs="*", metavar="CHAPTER", help="chapters (default: all)")
    one.add_argument("--hub", metavar="ADDRESS", help="the address of your JupyterHub, such as https://hub.example.edu")
    one.set_defaults(run=run_links)

    one = commands.add_parser(
        "marks",
        help="read the verdicts on exercises out of notebooks that were handed in",
        description="Print a table (CSV) of notebooks that were handed in: for each exercise 1 if its check said "
        "'Right.', 0 if not. What counts is what the student saved; with --run, what the check says now.",
    )
    one.add_argument("files", nargs="+", type=Path, metavar="FILE", help="notebooks")
    one.add_argument(
        "--run", dest="execute", action="store_true", help="execute each notebook first: runs the students' code, here"
    )
    one.set_defaults(run=run_marks)
    return top


def run_list(_):
    """Print chapters, figures, questions and exercises from the executed notebooks, claims from the modules."""
    from vgtext.ledger import gather

    claims = gather()
    for slug in notebooks.slugs():
        book = notebooks.read(slug)
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
    missing = fork(given.chapters, given.folder, given.title, given.author, given.student)
    print(f"Wrote {given.folder}: 'make book' builds it, 'make test' checks it.")
    if missing:
        print(f"The chosen chapters build on {', '.join(missing)}: name them too, or teach them first.")


def run_slides(given):
    """Write the slides of a chapter."""
    target = given.output or Path(f"{given.chapter}.html")
    target.write_text(slides(given.chapter), encoding="utf-8")
    print(f"Wrote {target}.")


def run_figure(given):
    """Write the picture of one state of a figure."""
    kind = given.output.suffix.removeprefix(".")
    if kind not in ("svg", "png"):
        raise NoChapter(f"{given.output}: the file's name ends in .svg or .png")
    figure = notebooks.find_figure(given.name)
    image, caption = picture_file(figure, kind, read_state(figure, given.state))
    given.output.write_bytes(image)
    print(f"Wrote {given.output}: {caption}")


def run_links(given):
    """Print the links of chapters."""
    for slug in given.chapters or notebooks.slugs():
        print(f"{slug}: {hub_link(slug, given.hub) if given.hub else binder_link(slug)}")


def run_marks(given):
    """Print the table of verdicts; a bar shows how far the running of notebooks has come."""
    files = bar(given.files, None, "running notebooks") if given.execute else given.files
    write_table({str(path): verdicts(path, given.execute) for path in files}, sys.stdout)


def read_state(figure, words):
    """Return the parameters that ``CONTROL=VALUE`` words ask of a figure, the opening ones where they say nothing."""
    state = dict(zip((c.name for c in figure.controls), figure.start))
    for word in words:
        name, _, text = word.partition("=")
        control = next((c for c in figure.controls if c.name == name), None)
        if control is None:
            raise NoChapter(f"figure {figure.name} has no control {name!r}; it has {', '.join(state) or 'none'}")
        if text not in control.texts:
            raise NoChapter(f"control {name} does not take {text!r}; it takes {', '.join(control.texts)}")
        state[name] = control.texts.index(text)
    return figure.values(tuple(state.values()))


def main(arguments=None):
    """Run the command line; a mistake gets one line, and the exit status 2."""
    given = parser().parse_args(arguments)
    try:
        given.run(given)
        sys.stdout.flush()
    except (NoChapter, NoAddress, NoNotebook, ForkError, FigureError) as error:
        print(f"vgtext: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of "vgtext list | head" has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
