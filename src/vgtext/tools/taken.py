"""What a fork takes along of this book, and what is to be said of it."""

import re
import shutil
from pathlib import Path
from pkgutil import iter_modules

from vgtext import chapters
from vgtext.tools import notebooks
from vgtext.tools.notebooks import Mistake, owner, root
from vgtext.tools.origin import commit_of, origin, uncommitted

FILES = (
    "Makefile pyproject.toml requirements.in requirements.txt binder .ci .github LICENSE LICENSE-text .gitignore"
    " _config.yml book/_ext book/_static book/_templates book/claims.md book/glossary.md book/notation.md "
    "book/references.bib book/references.md notebooks/conftest.py src/vgtext tests/conftest.py tests/figures.py "
    "tests/signs tests/prose.py tests/book tests/test_ledger.py tests/test_chapter_exercises.py "
    "tests/test_house.py tests/bound/__init__.py tests/bound/drawn.py tests/bound/ways.py"
).split()
SHOWN = 3  # files that are named one by one
#: What a chapter has of its own, by its slug.
OWN = ("notebooks/{slug}.ipynb", "src/vgtext/chapters/{slug}", "tests/chapters/test_{slug}.py", "tests/bound/{slug}.py")


class ForkError(Mistake):
    """A fork that cannot be made; the message says why."""


def own_files(slug):
    """Return what a chapter has of its own, as paths in this book; NoChapter if there is no such chapter."""
    notebooks.notebook_path(slug)
    return [name.format(slug=slug) for name in OWN]


def check_whole(slugs):
    """Raise ForkError if this book lacks a file that a fork takes along."""
    for slug in slugs:
        if absent := [name for name in own_files(slug) if not (root() / name).exists()]:
            raise ForkError(f"chapter {slug!r} has no {', '.join(absent)}: {notebooks.SAME_SLUG}")
    if absent := [name for name in FILES if not (root() / name).exists()]:
        raise ForkError(f"this book has no {', '.join(absent)}, which a fork takes along: fork from a whole copy")


def remarks(slugs, student):
    """Yield what is to be said of a fork of ``slugs``: whether it can be updated, and what it holds beside a commit."""
    commit = origin(student)["commit"]
    if not commit:
        yield "It cannot be updated from this original, which has no history that git can read: fork from a clone."
    elif commit == commit_of(root()) and (files := unsaved(slugs)):
        more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
        yield (f"It holds changes that are in no commit ({', '.join(files[:SHOWN])}{more}), and that an update will "
               "take for the fork's own: commit them, and fork again.")


def unsaved(slugs):
    """Return the files that a fork of ``slugs`` takes along and that are not as the commit of this book has them."""
    files = uncommitted([*FILES, *(name for slug in slugs for name in own_files(slug))])
    return [name for name in files if owner(name.removeprefix("src/vgtext/"), modules()) in (None, *slugs)]


def modules():
    """Return the names of all chapters' packages."""
    return {module.name for module in iter_modules(chapters.__path__)}


def copy_files(target, chosen):
    """Copy the project's files, to be changed, leaving out the modules and data of chapters that were not chosen."""
    every = modules()

    def left_out(folder, names):
        inside = Path(folder).relative_to(root()).as_posix().removeprefix("src/vgtext")[1:]
        owners = {name: owner(f"{inside}/{name}", every) for name in names}
        return {name for name in names if name == "__pycache__" or owners[name] not in (None, *chosen)}

    for name in FILES:
        source, copy = root() / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=left_out)
        else:
            shutil.copyfile(source, copy)
        for path in (copy, *copy.rglob("*")):  # the original may be one that nobody may write to
            path.chmod(path.stat().st_mode | 0o200)
    (target / "tests" / "chapters").mkdir()
    for slug in chosen:
        for name in filter(re.compile("tests/").match, own_files(slug)):
            shutil.copyfile(root() / name, target / name)
