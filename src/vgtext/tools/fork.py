"""Take chapters away as a book of their own: notebooks, modules, tests, settings, licenses and a README.

What is written is a copy of this project less the chapters that were not chosen. It builds and passes its tests with
the same two commands, and everything in it is there to be changed.
"""

import json
import re
import shutil
import unicodedata
from contextlib import contextmanager
from pathlib import Path

import nbformat

from vgtext.tools import notebooks
from vgtext.tools.alone import with_package
from vgtext.tools.fork_pages import REFERENCE, keep_cited, reworded, shown_claims, write_pages, write_settings
from vgtext.tools.leaks import PACKED, check_leaks, pack, without_solutions
from vgtext.tools.links import setting
from vgtext.tools.notebooks import root
from vgtext.tools.origin import RECORD, origin
from vgtext.tools.taken import FILES, ForkError, check_whole, copy_files


def fork(slugs, target, title=None, author=None, student=False, repository=None):
    """Write the chapters ``slugs`` into the folder ``target`` as a book of its own.

    ``title`` and ``author`` are what the book says of itself; ``student`` leaves solutions out; ``repository`` is the
    address that its buttons lead to, and without one they go; a student's copy then names no address at all. A folder
    that holds a ``.git`` alone is empty. Returns the list of chapters that the chosen ones name as needed and that are
    not among them. Raises NoChapter for an unknown chapter, ForkError if ``target`` is there and no empty folder or if
    this book lacks a file, Leak if a student's copy would show a solution.
    """
    check_whole(slugs)
    target, books = Path(target), {slug: notebooks.read_notebook(slug) for slug in dict.fromkeys(slugs)}
    if not books:
        raise ForkError(f"name at least one chapter of {', '.join(notebooks.slugs())}")
    repository, title, author = checked_address(repository), one_line("title", title), one_line("author", author)
    if any(target.resolve().is_relative_to(root() / name) for name in FILES):
        raise ForkError(f"{target} is a place in this book that a fork takes along; name a folder outside of it")
    if str(target) in set(notebooks.slugs()) - set(books):
        raise ForkError(f"{target} is a chapter, and no folder's name: name a folder after the chapters, as ../my_book")
    if target.exists() and (not target.is_dir() or any(path.name != ".git" for path in target.iterdir())):
        raise ForkError(f"{target} exists and is no empty folder; name a new one, or empty it")
    record = {"chapters": list(books), "title": title, "author": author, "repository": repository}
    record = {**origin(student), **record}
    heading = title and re.sub(r"([\\`*_{}\[\]<>#$&|~])", r"\\\1", title)  # as Markdown, which a chapter's title is
    title = title or " · ".join(map(notebooks.title, books.values()))
    address = repository or ("" if student else setting("url"))
    with all_or_nothing(target):
        copy_files(target, set(books))
        for slug, book in books.items():
            write_notebook(target, slug, with_package(book, address), set(books), student, bool(repository))
        for page in target.glob("book/*.md"):
            page.write_text(unlink(page.read_text(encoding="utf-8"), set(books)), encoding="utf-8")
        write_settings(target, books, title, author, address, buttons=bool(repository))
        write_pages(target, books, heading or title, student, repository)
        shown_claims(target)
        keep_cited(target)
        (target / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if student:
            hide_solutions(target, set(books))
    return [slug for slug in notebooks.slugs() if slug not in books and any(slug in needs(b) for b in books.values())]


def checked_address(repository):
    """Return the address of a repository without ``.git`` or a slash at its end; ForkError if it is none."""
    address = (repository or "").rstrip("/").removesuffix(".git")
    if repository and not re.fullmatch(r"https?://[^/\s]+(/[^/\s]+){2,}", address):
        raise ForkError(f"a repository is an address such as https://github.com/you/book, not {repository!r}")
    return address or None


@contextmanager
def all_or_nothing(target):
    """Leave nothing of the folder ``target``, but a ``.git``, if the block fails or is stopped."""
    there = target.exists()
    try:
        yield
    except BaseException:
        for path in target.iterdir() if target.is_dir() else ():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if target.is_dir() and not there:
            target.rmdir()
        raise


def hide_solutions(target, chosen):
    """Pack the modules of a student's copy that know answers; Leak if a solution is left."""
    for slug in chosen:
        for name in PACKED:
            pack(target / name.format(slug=slug))
    allow_unused_imports(target / "pyproject.toml")
    forget_pages(target / "src/vgtext/diagnose/report.py")
    check_leaks(target, chosen)


def one_line(name, text):
    """Return a title or an author on one line; ForkError if it holds what no line of text does; None for nothing."""
    line = " ".join((text or "").split())
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in line):
        raise ForkError(f"{name} is a line of text, not {text!r}")
    return line or None


def write_notebook(target, slug, book, chosen, student, buttons=False):
    """Write a chapter's notebook: links to chapters that are not there become text, solutions go if asked."""
    cells = without_solutions(book.cells) if student else book.cells
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = reworded(unlink(cell.source, chosen), student, buttons)
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


def needs(book):
    """Return the chapters that a notebook's paragraph "What you need" links to."""
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    paragraph = re.search(r"\*\*What you need\.?\*\*(.*?)(?:\n\n|$)", text, re.S)
    return set(re.findall(r"\((?:\.\./notebooks/)?(\w+)\.ipynb", paragraph[1])) if paragraph else set()
