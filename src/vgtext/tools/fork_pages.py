"""What a fork has of its own: settings, its first page, and a README that says where it came from."""

import re

from vgtext.tools import links

REFERENCE = ("claims", "notation", "glossary", "references")
README = """# {title}

A book of one part of {original}, forked with `vgtext fork`.

```
make book     # sets up .venv, builds the book: open _build/html/index.html
make test     # checks code, notebooks and built pages
```

Both need Python 3.11 to 3.14 and make, and nothing else. The prose is in `notebooks/`, the experiments and figures in
`src/vgtext/chapters/`, the order of the pages in `_toc.yml`, title and address in `_config.yml`. After changing a
notebook, `make notebooks` runs it again. Lesson plans, and how to hand out, collect and translate, are on the
original's page for instructors, `book/instructors.md`; its `CONTRIBUTING.md` says how to change, add and take out
figures, quizzes and exercises.

## Publish it, and take later corrections

Put this folder under git, in a repository of your own, and write its address into `_config.yml` (`repository: url`):
the buttons at the top of a page lead there, and `make notebooks` writes it into the cell that gets this book's package
where a notebook is opened alone, as on Colab. {buttons}The workflow in `.github/` publishes the book on GitHub Pages
once Pages is set to "GitHub Actions" in the repository's settings.

`fork.json` says which commit of the original this book came from. When the original has been corrected,

```
.venv/bin/vgtext update{source}
```

merges what has changed there into this folder, notebooks cell by cell, and keeps what you have changed. Where both
changed the same, it keeps both, between `<<<<<<<` and `>>>>>>>`, and names the place: choose there what stays before
you build the book or update again. What you deleted stays out, and is named where the original changed it. A file whose
name you changed is such a one: rename a chapter by its title, and keep the names of its files. A chapter whose files
the original has renamed gets their new names here. Commit your own changes first: then `git diff` shows what it did.

{license}
"""
FOR_STUDENTS = """# {title}

A book of one part of {original}. You need Python 3.11 to 3.14 and make, and nothing else.

```
make lab      # opens JupyterLab on the notebooks, in which you work
make book     # builds the book, to read: open _build/html/index.html
```

The first of them takes a few minutes, once. The notebooks are in `notebooks/`. A cell with `check(…)` says whether your
answer is right: run it again after each change, and save the notebook before you hand it in.

{license}
"""
INDEX = """# {title}

{chapters}

{license}
"""
CLAIMS = """This page lists the statements of other texts that the chapters check, in our own words, with a verdict and
the numbers that decide it.

"""
LICENSE = (
    "Text and figures are by the authors of {original}, under CC BY 4.0; the code is under the BSD 3-Clause license. "
    "You may change and share both if you say where they came from and what you changed."
)


def write_pages(target, books, title, student, repository):
    """Write the book's first page, and a README; a student's copy names the original without a link to it.

    What a teacher has to know of that copy stands on the page for instructors.
    """
    address = "" if student else links.setting("url")
    original = "*Vanishing and Exploding Gradients*" + (f" ({address})" if address else "")
    license = LICENSE.format(original=original)
    listed = "\n".join(f"- [](../notebooks/{slug}.ipynb)" for slug in books)  # with their titles, when it is built
    (target / "book/index.md").write_text(INDEX.format(title=title, chapters=listed, license=license), encoding="utf-8")
    readme = (FOR_STUDENTS if student else README).format(
        title=title, original=original, license=license,
        source="" if address else " --from ../original  # a clone of it",
        buttons="" if repository else "There are none now: without an address they would lead to the original, whose "
        "notebooks hold the solutions. `vgtext fork --repository ADDRESS` sets both. ",
    )
    (target / "README.md").write_text(readme, encoding="utf-8")


def reworded(text, student, buttons):
    """Return a chapter's text without what does not hold in a fork: folded solutions, a rocket without buttons."""
    if student:
        text = re.sub(r"\s*(The s|S)olutions\s+are\s+folded\s+away\.", "", text)
    rocket = r"\(the\s+rocket\s+at\s+the\s+top\s+of\s+the\s+page,\s+or\s+`make\s+lab`\)"
    return text if buttons else re.sub(rocket, "(`make lab`)", text)


def shown_claims(target):
    """Keep of the ledger's page the sections of the sources whose claims the chapters of the fork measure."""
    path = target / "book/claims.md"
    code = "".join(module.read_text(encoding="utf-8") for module in target.glob("src/vgtext/chapters/*/*.py"))
    sources = re.findall(r"\bClaim\(\s*(?:id=)?\"(\w+)\.", code)
    kept = {"stored-runs", *(f"source-{source.lower()}" for source in sources)}
    head, *sections = re.split(r"^(?=\([\w-]+\)=$)", path.read_text(encoding="utf-8"), flags=re.M)
    head = re.sub(r"^This book follows four .*?\n\n", CLAIMS, head, flags=re.M | re.S)
    shown = [part for part in sections if part[1:].partition(")")[0] in kept]
    path.write_text("".join([head, *shown]), encoding="utf-8")


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


def keep_cited(target):
    """Keep of the references those that a page of the fork cites."""
    path = target / "book/references.bib"
    text = "".join(page.read_text(encoding="utf-8") for page in [*target.glob("*/*.md"), *target.glob("*/*.ipynb")])
    cited = {key.strip() for keys in re.findall(r"\{cite[^}]*\}`([^`]+)`", text) for key in keys.split(",")}
    head, *entries = re.split(r"\n(?=@)", path.read_text(encoding="utf-8"))
    kept = [entry for entry in entries if re.match(r"@\w+\{([^,]+),", entry)[1] in cited]
    path.write_text("\n".join([head, *kept]), encoding="utf-8")


def quoted(text):
    """Return ``text`` as a YAML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
