"""Take chapters away as a book of their own: notebooks, modules, tests, settings, licenses and a README.

What is written is a copy of this project less the chapters that were not chosen. It builds and passes its tests with
the same two commands, and everything in it is there to be changed.
"""

import json
import re
import shutil
from pathlib import Path
from pkgutil import iter_modules

import nbformat

from vgtext import chapters
from vgtext.tools import notebooks
from vgtext.tools.alone import with_package
from vgtext.tools.fork_pages import write_pages
from vgtext.tools.leaks import PACKED, check_leaks, pack, without_solutions
from vgtext.tools.links import setting
from vgtext.tools.notebooks import Mistake, owner, root
from vgtext.tools.update import RECORD, commit_of

FILES = (
    "Makefile pyproject.toml requirements.in requirements.txt binder .ci .github LICENSE LICENSE-text .gitignore"
    " _config.yml book/_ext book/_static book/_templates book/claims.md book/glossary.md book/notation.md "
    "book/references.bib book/references.md notebooks/conftest.py src/vgtext tests/conftest.py tests/figures.py "
    "tests/signs tests/prose.py tests/book tests/test_ledger.py tests/test_chapter_exercises.py "
    "tests/test_house.py"
).split()
REFERENCE = ("claims", "notation", "glossary", "references")


class ForkError(Mistake):
    """A fork that cannot be made; the message says why."""


def fork(slugs, target, title=None, author=None, student=False, repository=None):
    """Write the chapters ``slugs`` into the folder ``target`` as a book of its own.

    ``title`` and ``author`` are what the book says of itself; ``student`` leaves solutions out; ``repository`` is the
    address that its buttons lead to, and without one they go; a student's copy then names no address at all. A folder
    that holds a ``.git`` alone is empty. Returns the list of chapters that the chosen ones name as needed and that are
    not among them. Raises NoChapter for an unknown chapter, ForkError if ``target`` is there and no empty folder, Leak
    if a student's copy would show a solution.
    """
    target, books = Path(target), {slug: notebooks.read_notebook(slug) for slug in dict.fromkeys(slugs)}
    if not books:
        raise ForkError(f"name at least one chapter of {', '.join(notebooks.slugs())}")
    repository = checked_address(repository)
    if target.exists() and (not target.is_dir() or any(path.name != ".git" for path in target.iterdir())):
        raise ForkError(f"{target} exists and is no empty folder; name a new one, or empty it")
    record = {"chapters": list(books), "student": student, "title": title, "author": author, "repository": repository}
    title = title or " · ".join(map(notebooks.title, books.values()))
    address = repository or ("" if student else setting("url"))
    copy_files(target, set(books))
    for slug, book in books.items():
        write_notebook(target, slug, with_package(book, address), set(books), student)
    for page in target.glob("book/*.md"):
        page.write_text(unlink(page.read_text(encoding="utf-8"), set(books)), encoding="utf-8")
    write_settings(target, books, title, author, address, buttons=bool(repository))
    write_pages(target, books, title, student, repository)
    keep_cited(target)
    write_record(target, record)
    if student:
        for slug in books:
            for name in PACKED:
                pack(target / name.format(slug=slug))
        allow_unused_imports(target / "pyproject.toml")
        forget_pages(target / "src/vgtext/diagnose/report.py")
        check_leaks(target, set(books))
    return [slug for slug in notebooks.slugs() if slug not in books and any(slug in needs(b) for b in books.values())]


def checked_address(repository):
    """Return the address of a repository without ``.git`` or a slash at its end; ForkError if it is none."""
    address = (repository or "").rstrip("/").removesuffix(".git")
    if repository and not re.fullmatch(r"https?://[^/\s]+(/[^/\s]+){2,}", address):
        raise ForkError(f"a repository is an address such as https://github.com/you/book, not {repository!r}")
    return address or None


def copy_files(target, chosen):
    """Copy the project's files, leaving out the modules and data of chapters that were not chosen."""
    every = {module.name for module in iter_modules(chapters.__path__)}

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
    (target / "tests" / "chapters").mkdir()
    for slug in chosen:
        shutil.copyfile(root() / f"tests/chapters/test_{slug}.py", target / f"tests/chapters/test_{slug}.py")


def write_notebook(target, slug, book, chosen, student):
    """Write a chapter's notebook: links to chapters that are not there become text, solutions go if asked."""
    cells = without_solutions(book.cells) if student else book.cells
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = unlink(cell.source, chosen)
            if student:
                cell.source = re.sub(r"\s*The solutions are\s+folded away\.", "", cell.source)
    path = target / "notebooks" / f"{slug}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.from_dict({**book, "cells": cells}), path)


def allow_unused_imports(path):
    """Let notebooks import what is left for a student's own code; ``ruff`` would say that it is unused."""
    settings = path.read_text(encoding="utf-8")
    path.write_text(settings.replace('"notebooks/**" = [', '"notebooks/**" = ["F401", '), encoding="utf-8")


def forget_pages(path):
    """Let the reports of ``diagnose`` lead to no pages: those of the original hold its solutions."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'^BOOK = ".*?"', 'BOOK = ""', text, flags=re.M), encoding="utf-8")


def unlink(text, chosen):
    """Turn Markdown links to chapters that are not ``chosen``, and to pages that a fork leaves out, into their text."""
    left_out = {*notebooks.slugs(), *(page.stem for page in root().glob("book/*.md"))} - {*chosen, *REFERENCE, "index"}

    def plain(match):
        return match[1] if match[2] in left_out else match[0]

    return re.sub(r"\[([^\]]*)\]\(<?(?:\.\./)?(?:notebooks/|book/)?(\w+)\.(?:ipynb|html|md)[^)]*\)", plain, text)


def keep_cited(target):
    """Keep of the references those that a page of the fork cites."""
    path = target / "book/references.bib"
    text = "".join(page.read_text(encoding="utf-8") for page in [*target.glob("*/*.md"), *target.glob("*/*.ipynb")])
    cited = {key.strip() for keys in re.findall(r"\{cite[^}]*\}`([^`]+)`", text) for key in keys.split(",")}
    head, *entries = re.split(r"\n(?=@)", path.read_text(encoding="utf-8"))
    kept = [entry for entry in entries if re.match(r"@\w+\{([^,]+),", entry)[1] in cited]
    path.write_text("\n".join([head, *kept]), encoding="utf-8")


def needs(book):
    """Return the chapters that a notebook's paragraph "What you need" links to."""
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    paragraph = re.search(r"\*\*What you need\.?\*\*(.*?)(?:\n\n|$)", text, re.S)
    return set(re.findall(r"\((?:\.\./notebooks/)?(\w+)\.ipynb", paragraph[1])) if paragraph else set()


def write_record(target, record):
    """Write down where a fork came from, for ``vgtext update``; a student's copy names no address with solutions."""
    record = {"original": "" if record["student"] else setting("url"), "commit": commit_of(root()), **record}
    (target / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_settings(target, books, title, author, address, buttons):
    """Write title, author and address into the settings, take the ``buttons`` out if so asked; write the contents."""
    path = target / "_config.yml"
    settings = path.read_text(encoding="utf-8")
    for name, value in (("title", title), ("author", author)):
        if value:
            settings = re.sub(rf"^{name}: .*$", lambda m, n=name, v=value: f"{n}: {quoted(v)}", settings, flags=re.M)
    settings = re.sub(r"^  url: .*$", lambda m: f"  url: {address or quoted('')}", settings, flags=re.M)
    if not buttons:
        settings = settings.replace("use_repository_button: true", "use_repository_button: false")
        settings = re.sub(r"^launch_buttons:\n(?:  .*\n)+\n?", "", settings, flags=re.M)
    path.write_text(settings, encoding="utf-8")
    listing = "".join(f"      - file: notebooks/{slug}\n" for slug in books)
    reference = "".join(f"      - file: book/{page}\n" for page in REFERENCE)
    (target / "_toc.yml").write_text(
        f"format: jb-book\nroot: book/index\nparts:\n  - caption: Chapters\n    chapters:\n{listing}"
        f"  - caption: Reference\n    chapters:\n{reference}",
        encoding="utf-8",
    )


def quoted(text):
    """Return ``text`` as a YAML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
