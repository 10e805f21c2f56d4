"""What each command of ``vgtext`` does with the words that it was given; a status but 0 says that work is left."""

import json
import sys
from pathlib import Path

from vgtext.tools import notebooks
from vgtext.tools.links import binder_link, hub_link, setting
from vgtext.tools.notebooks import Mistake


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

    missing = fork(given.chapters, given.folder, given.title, given.author, given.student, given.repository)
    print(f"Wrote {given.folder}: 'make book' builds it, 'make test' checks it, its README says how to publish it.")
    if missing:
        print(f"The chosen chapters build on {', '.join(missing)}: name them too, or teach them first.")


def run_update(given):
    """Update a fork, and name each file that was changed and each conflict."""
    from vgtext.tools.update import update

    done = update(notebooks.root(), given.original, given.commit)
    print(*done.changed, f"Now as at commit {done.commit[:10]} of the original.", sep="\n")
    if done.conflicts:
        print("Look at these places:", *done.conflicts, sep="\n  ", file=sys.stderr)
    return 1 if done.conflicts else 0


def run_slides(given):
    """Write the slides of a chapter."""
    from vgtext.tools.slides import slides

    target = writable(given.output or Path(f"{given.chapter}.html"), ".html")
    target.write_text(slides(given.chapter), encoding="utf-8")
    print(f"Wrote {target}.")


def run_figure(given):
    """Write the picture of one state of a figure."""
    from vgtext.tools.figures import write_figure

    caption = write_figure(given.name, given.state, writable(given.output, ".svg", ".png"))
    print(f"Wrote {given.output}: {caption}")


def run_pdf(given):
    """Print the book."""
    from vgtext.tools.pdf import write_pdf

    target = writable(given.output, ".pdf")
    print(f"Wrote {target}: {write_pdf(target)} pages.")


def run_archive(given):
    """Pack the book."""
    from vgtext.tools.archive import write_archive

    target = writable(given.output, ".zip")
    print(f"Wrote {target}: {write_archive(target)} files.")


def run_diagnose(given):
    """Print the diagnosis of a recording, and write its report."""
    from vgtext.diagnose import Recording
    from vgtext.diagnose.report import Report

    target = given.output and writable(given.output, ".html")
    try:
        report = Report(Recording.load(given.recording), given.target, given.recording.stem)
    except FileNotFoundError:
        raise Mistake(f"{given.recording}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    print(report.diagnosis)
    if target:
        report.save(target)
        print(f"Wrote {target}.")


def run_links(given):
    """Print the links of chapters; say so on stderr where a fork has no address of its own."""
    record = notebooks.root() / "fork.json"
    if record.exists() and json.loads(record.read_text("utf8"))["original"] == setting("url"):
        print("These open the original: write this book's own address into _config.yml (repository: url)",
              file=sys.stderr)
    for slug in given.chapters or notebooks.slugs():
        print(f"{slug}: {hub_link(slug, given.hub) if given.hub else binder_link(slug)}")


def run_grades(given):
    """Print the table of verdicts, and each problem on stderr; a bar shows how far a run of notebooks has come."""
    from tqdm import tqdm

    from vgtext.ask.grades import grade, write_table

    files = [file for path in given.files for file in (sorted(path.glob("*.ipynb")) if path.is_dir() else [path])]
    if not files:
        raise Mistake(f"no notebook is in {', '.join(map(str, given.files))}")
    files = tqdm(files, "running notebooks", leave=False, disable=not (given.execute and sys.stderr.isatty()))
    if not given.seconds > 0:
        raise Mistake(f"--seconds is a time above 0, not {given.seconds:g}")
    target = given.output and writable(given.output, ".csv")
    rows = {str(path): grade(path, given.execute, given.seconds) for path in files}
    if target:
        # so marked, spreadsheets read any name; one that is no text gets "?"
        with target.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            write_table(rows, file)
        print(f"Wrote {target}: {len(rows)} notebooks.")
    else:
        write_table(rows, sys.stdout)
    problems = [f"{path}: {grades.problem}" for path, grades in rows.items() if grades.problem]
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    return 1 if problems else 0


def writable(path, *endings):
    """Return ``path``; Mistake if its name ends in none of ``endings``, or its folder is not there."""
    if path.suffix not in endings:
        raise Mistake(f"{path}: the file's name ends in {' or '.join(endings)}")
    if not path.parent.is_dir():
        raise Mistake(f"{path}: there is no folder {path.parent}")
    return path
