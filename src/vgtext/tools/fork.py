"""Take chapters away as a book of their own: notebooks, modules, tests, settings, licences and a README.

What is written is a copy of this project less the chapters that were not chosen. It builds and passes its tests with
the same two commands, and everything in it is there to be changed.
"""

import re
import shutil
from pathlib import Path
from pkgutil import iter_modules

import nbformat

from vgtext import chapters
from vgtext.tools import notebooks
from vgtext.tools.notebooks import ROOT

FILES = (
    "Makefile pyproject.toml requirements.in requirements.txt runtime.txt LICENSE LICENSE-text .gitignore _config.yml"
    " book/_ext book/_static book/_templates book/claims.md book/glossary.md book/notation.md book/references.bib "
    "book/references.md src/vgtext tests/browser.py tests/conftest.py tests/figures.py tests/prose.py tests/book "
    "tests/test_ledger.py tests/test_chapter_exercises.py tests/test_house.py tests/test_states.py"
).split()
REFERENCE = ("claims", "notation", "glossary", "references")
README = """# {title}

A book of one part of *Vanishing and Exploding Gradients* ({url}), forked with `vgtext fork`.

```
make book     # sets up .venv, builds the book: open _build/html/index.html
make test     # checks code, notebooks and built pages
```

Both need Python 3.11 or later and make, and nothing else. The prose is in `notebooks/`, the experiments and figures in
`src/vgtext/chapters/`, the order of the pages in `_toc.yml`, title and address in `_config.yml`. After changing a
notebook, `make notebooks` runs it again. Lesson plans, and how to hand out and collect, stand on the original's page
for instructors: {url}/blob/main/book/instructors.md

{license}
"""
INDEX = """# {title}

{chapters}

{license}
"""
LICENSE = (
    "Text and figures are by the authors of *Vanishing and Exploding Gradients* ({url}), under CC BY 4.0; the code "
    "is under the BSD 3-Clause licence. You may change and share both if you say where they came from and what you "
    "changed."
)


class ForkError(ValueError):
    """A fork that cannot be made; the message says why."""


def fork(slugs, target, title=None, author=None, student=False):
    """Write the chapters ``slugs`` into the folder ``target`` as a book of its own.

    ``title`` and ``author`` are what the book says of itself; ``student`` leaves solutions out. Returns the list of
    chapters that the chosen ones name as needed and that are not among them. Raises NoChapter for an unknown chapter,
    ForkError if ``target`` exists and is not empty.
    """
    target, books = Path(target), {slug: notebooks.read(slug) for slug in dict.fromkeys(slugs)}
    if not books:
        raise ForkError(f"name at least one chapter of {', '.join(notebooks.slugs())}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ForkError(f"{target} exists and is not empty; name a new folder, or empty it")
    title = title or " · ".join(map(notebooks.title, books.values()))
    copy_files(target, set(books))
    for slug, book in books.items():
        write_notebook(target, slug, book, set(books), student)
    for page in target.glob("book/*.md"):
        page.write_text(unlink(page.read_text(encoding="utf-8"), set(books)), encoding="utf-8")
    keep_cited(target / "book/references.bib", books)
    write_settings(target, books, title, author)
    return [slug for slug in notebooks.slugs() if slug not in books and any(slug in needs(b) for b in books.values())]


def copy_files(target, chosen):
    """Copy the project's files, leaving out the modules and data of chapters that were not chosen."""
    others = tuple({module.name for module in iter_modules(chapters.__path__)} - chosen)

    def left_out(folder, names):
        inside = Path(folder).name in ("chapters", "data")
        return {name for name in names if name == "__pycache__" or (inside and name.startswith(others))}

    for name in FILES:
        source, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=left_out)
        else:
            shutil.copyfile(source, copy)
    (target / "tests" / "chapters").mkdir()
    for slug in chosen:
        shutil.copyfile(ROOT / f"tests/chapters/test_{slug}.py", target / f"tests/chapters/test_{slug}.py")


def write_notebook(target, slug, book, chosen, student):
    """Write a chapter's notebook: links to chapters that are not there become text, solutions go if asked."""
    cells, inside = [], False
    for cell in book.cells:
        start, end = "{solution-start}" in cell.source, "{solution-end}" in cell.source
        inside = inside or start
        if not (student and inside):
            cells.append(cell)
        inside = inside and not end
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = unlink(cell.source, chosen)
            if student:
                cell.source = re.sub(r"\s*The solutions are\s+folded away\.", "", cell.source)
    path = target / "notebooks" / f"{slug}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.from_dict({**book, "cells": cells}), path)


def unlink(text, chosen):
    """Turn Markdown links to chapters that are not ``chosen`` into their text."""

    def plain(match):
        return match[0] if match[2] in chosen or match[2] not in notebooks.slugs() else match[1]

    return re.sub(r"\[([^\]]*)\]\((?:\.\./)?(?:notebooks/)?(\w+)\.(?:ipynb|html)[^)]*\)", plain, text)


def keep_cited(path, books):
    """Keep of the references at ``path`` those that the chapters cite."""
    text = "".join(cell.source for book in books.values() for cell in book.cells if cell.cell_type == "markdown")
    cited = {key.strip() for keys in re.findall(r"\{cite[^}]*\}`([^`]+)`", text) for key in keys.split(",")}
    head, *entries = re.split(r"\n(?=@)", path.read_text(encoding="utf-8"))
    kept = [entry for entry in entries if re.match(r"@\w+\{([^,]+),", entry)[1] in cited]
    path.write_text("\n".join([head, *kept]), encoding="utf-8")


def needs(book):
    """Return the chapters that a notebook's paragraph "What you need" links to."""
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    paragraph = re.search(r"\*\*What you need\.?\*\*(.*?)(?:\n\n|$)", text, re.S)
    return set(re.findall(r"\((?:\.\./notebooks/)?(\w+)\.ipynb", paragraph[1])) if paragraph else set()


def write_settings(target, books, title, author):
    """Write title and author into the settings, and the table of contents, first page and README."""
    path = target / "_config.yml"
    settings = path.read_text(encoding="utf-8")
    url = re.search(r"url: (\S+)", settings)[1]
    settings = re.sub(r"^title: .*$", lambda m: f"title: {quoted(title)}", settings, flags=re.M)
    if author:
        settings = re.sub(r"^author: .*$", lambda m: f"author: {quoted(author)}", settings, flags=re.M)
    path.write_text(settings, encoding="utf-8")
    listing = "".join(f"      - file: notebooks/{slug}\n" for slug in books)
    reference = "".join(f"      - file: book/{page}\n" for page in REFERENCE)
    (target / "_toc.yml").write_text(
        f"format: jb-book\nroot: book/index\nparts:\n  - caption: Chapters\n    chapters:\n{listing}"
        f"  - caption: Reference\n    chapters:\n{reference}",
        encoding="utf-8",
    )
    license = LICENSE.format(url=url)
    listed = "\n".join(f"- [{notebooks.title(book)}](../notebooks/{slug}.ipynb)" for slug, book in books.items())
    (target / "book/index.md").write_text(INDEX.format(title=title, chapters=listed, license=license), encoding="utf-8")
    (target / "README.md").write_text(README.format(title=title, url=url, license=license), encoding="utf-8")


def quoted(text):
    """Return ``text`` as a YAML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
