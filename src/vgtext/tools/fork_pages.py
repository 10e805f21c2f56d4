"""The pages that a fork has of its own: its first page, and a README that says where it came from."""

import shutil
import subprocess

from vgtext.tools import links, notebooks
from vgtext.tools.notebooks import root

README = """# {title}

A book of one part of *Vanishing and Exploding Gradients* ({url}), forked with `vgtext fork`.

```
make book     # sets up .venv, builds the book: open _build/html/index.html
make test     # checks code, notebooks and built pages
```

Both need Python 3.11 or later and make, and nothing else. The prose is in `notebooks/`, the experiments and figures in
`src/vgtext/chapters/`, the order of the pages in `_toc.yml`, title and address in `_config.yml`. After changing a
notebook, `make notebooks` runs it again. Lesson plans, and how to hand out and collect, are on the original's page
for instructors: {url}/blob/main/book/instructors.md

## Publish it, and take later corrections

This folder was forked {version}. Put it under git with the fork on a branch of its own, so that corrections to the
original can be merged into what you change:

```
git init -b original && git add -A && git commit -m "As forked"
git switch -c main                      # work here

git switch original                     # later, with a newer copy of the original beside this folder:
git ls-files -z | xargs -0 rm
(cd ../original && {command} {here})
git add -A && git commit -m "As forked again"
git switch main && git merge original
```

For a repository of your own, write its address into `_config.yml` (`repository: url`): the buttons at the top of a page
lead there. {buttons}

{license}
"""
INDEX = """# {title}

{chapters}

{license}
"""
LICENSE = (
    "Text and figures are by the authors of *Vanishing and Exploding Gradients* ({url}), under CC BY 4.0; the code "
    "is under the BSD 3-Clause license. You may change and share both if you say where they came from and what you "
    "changed."
)


def write_pages(target, books, title, student, repository):
    """Write the book's first page, and a README that says where it came from and how to take corrections."""
    url, _ = links.repository()
    license = LICENSE.format(url=url)
    listed = "\n".join(f"- [{notebooks.title(book)}](../notebooks/{slug}.ipynb)" for slug, book in books.items())
    (target / "book/index.md").write_text(INDEX.format(title=title, chapters=listed, license=license), encoding="utf-8")
    readme = README.format(
        title=title, url=url, license=license, version=version(), here=f"../{target.resolve().name}",
        command=f"vgtext fork {' '.join(books)}{' --student' * student}",
        buttons="" if repository else "There are none now: without an address they would lead to the original, whose "
        "notebooks hold the solutions. `vgtext fork --repository ADDRESS` sets both.",
    )
    (target / "README.md").write_text(readme, encoding="utf-8")


def version():
    """Say which state of the original a fork is of: its commit, where git knows it."""
    git = shutil.which("git")
    done = git and subprocess.run([git, "-C", str(root()), "rev-parse", "HEAD"], capture_output=True, text=True)
    return f"at commit {done.stdout.strip()}" if done and done.returncode == 0 else "from a copy without a history"
