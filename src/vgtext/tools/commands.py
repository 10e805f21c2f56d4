"""What each command of ``vgtext`` does with the words that it was given; a status but 0 says that work is left."""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from vgtext.tools import notebooks
from vgtext.tools.links import binder_link, hub_link, setting
from vgtext.tools.notebooks import Mistake
from vgtext.tools.origin import record_of


def run_list(given):
    """Print chapters, figures, questions and exercises from the executed notebooks, claims from the modules."""
    from vgtext.ledger import gather

    try:
        claims = gather()
    except ValueError as error:
        raise Mistake(error) from error
    for slug in given.chapters or notebooks.slugs():
        book = notebooks.read_notebook(slug)
        print(f"\n{slug}: {notebooks.title(book)}")
        for line in notebooks.figure_heads(slug).values():
            print(f"  figure   {line}")
        for text in notebooks.text_outputs(book, "quiz"):
            print(f"  quiz     {text.splitlines()[0]}")
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
    from vgtext.tools.taken import remarks

    missing = fork(given.chapters, given.folder, given.title, given.author, given.student, given.repository)
    readme = "is for your students" if given.student else "says how to publish it"
    print(f"Wrote {given.folder}: 'make book' builds it, 'make test' checks it, its README {readme}.")
    print(*(f"{line}\n" for line in remarks(given.chapters, given.student)), sep="", end="")
    if missing:
        print(f"The chosen chapters build on {', '.join(missing)}: name them too, or teach them first.")


def run_update(given):
    """Update a fork, and name each file that was changed and each conflict."""
    from vgtext.tools.update import update

    done = update(notebooks.root(), given.original, given.commit)
    for slug, new in done.renamed.items():
        print(f"Chapter {slug} is called {new} now, and so are its files here.")
    print(*done.changed, f"Now as at commit {done.commit[:10]} of the original.", sep="\n")
    if done.conflicts:
        print("Look at these places:", *done.conflicts, sep="\n  ", file=sys.stderr)
    return 1 if done.conflicts else 0


def run_slides(given):
    """Write the slides of a chapter."""
    from vgtext.tools.slides import slides

    target = given.output or Path(f"{given.chapter}.html")
    with written(target, ".html") as file:
        file.write_text(slides(given.chapter), encoding="utf-8")
    print(f"Wrote {target}.")


def assignment(word):
    """Return a word that reads CONTROL=VALUE; raise ArgumentTypeError for another, such as a name after the states."""
    if "=" not in word:
        raise argparse.ArgumentTypeError(f"{word!r} is no CONTROL=VALUE, such as depth=5; a figure's name comes first")
    return word


def run_figure(given):
    """Write the picture of one state of a figure."""
    from vgtext.tools.figures import write_figure

    with written(given.output, ".svg", ".png") as file:
        caption = write_figure(given.name, given.state, file)
    print(f"Wrote {given.output}: {caption}")


def run_pdf(given):
    """Print the book."""
    notebooks.root()  # no book: said before what a book's build needs is missing, too
    from vgtext.tools.pdf import write_pdf

    with written(given.output, ".pdf") as file:
        pages = write_pdf(file)
    print(f"Wrote {given.output}: {pages} pages.")


def run_archive(given):
    """Pack the book."""
    from vgtext.tools.archive import write_archive

    with written(given.output, ".zip") as file:
        count = write_archive(file)
    print(f"Wrote {given.output}: {count} files.")


def run_diagnose(given):
    """Print the diagnosis of a recording, and write its report."""
    from vgtext.diagnose import Recording, read_log
    from vgtext.diagnose.checks import holds_arrays
    from vgtext.diagnose.report import Report
    from vgtext.diagnose.tables import ENDINGS

    path, ending = given.recording, given.recording.suffix.lower()
    if path.is_dir():
        raise Mistake(f"{path} is a folder, and no file")
    if path.is_file() and ending not in (".npz", *ENDINGS) and not holds_arrays(path):
        raise Mistake(f"{path}: the name of a recording ends in .npz, that of a log in {', '.join(ENDINGS)}")
    with written(given.output, ".html") as file:
        try:
            recording = read_log(path, print) if ending in ENDINGS else Recording.load(path)
            if given.constant_loss is not None:
                recording = Recording(**recording.given() | {"constant_loss": given.constant_loss})
            report = Report(recording, given.target, notebooks.as_text(path.stem))
        except FileNotFoundError:
            raise Mistake(f"{path}: there is no such file") from None
        except (OSError, ValueError) as error:
            raise Mistake(error) from error
        print(report.diagnosis)
        if file:
            report.save(file)
    if file:
        print(f"Wrote {given.output}.")


def run_links(given):
    """Print the links of chapters; say so on stderr where a fork has no address of its own."""
    record, address = record_of(notebooks.root()), setting("url")
    if record and address and record.get("original") == address:
        print("These open the original: write this book's own address into _config.yml (repository: url)",
              file=sys.stderr)
    for slug in given.chapters or notebooks.slugs():
        print(f"{slug}: {hub_link(slug, given.hub) if given.hub is not None else binder_link(slug)}")


@contextmanager
def written(path, *endings):
    """Yield a path to write to; what is there becomes the file ``path`` once all went well, else nothing is left of it.

    Raises Mistake, before any work, if the name ends in none of ``endings`` or no such file can be written. Without a
    path, yields None.
    """
    if path is None:
        yield None
        return
    if path.suffix not in endings:
        raise Mistake(f"{path}: the file's name ends in {' or '.join(endings)}")
    if not path.parent.is_dir():
        raise Mistake(f"{path}: there is no folder {path.parent}")
    if path.is_dir():
        raise Mistake(f"{path} is a folder, and no file")
    try:
        beside = TemporaryDirectory(prefix=".vgtext-", dir=path.parent)
    except OSError as error:
        raise Mistake(f"{path}: cannot be written ({error.strerror})") from error
    with beside as folder:
        yield Path(folder) / path.name
        (Path(folder) / path.name).replace(path)
