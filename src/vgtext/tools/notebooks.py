"""Read chapters and their figures out of the book's files, for tools that work on them one by one."""

import ast
import io
import os
import re
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache, cached_property
from pathlib import Path


class Mistake(ValueError):
    """What a command cannot do; the message is one line for its user."""


def as_text(name):
    """Return the name of a file as text: bytes that are none in this locale are read as UTF-8, and else become �."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


class NoChapter(Mistake):
    """A chapter, or a figure, that does not exist; the message lists those that do."""


#: Why a chapter that was renamed in one place only cannot be found in another.
SAME_SLUG = ("a chapter's slug names its line in _toc.yml, its notebook, its package and its tests alike, "
             "so rename all of them or none")


class NoBook(Mistake):
    """The book's files are not here: the package alone is installed."""


@cache
def root():
    """Return the folder of the book: the nearest one at or above the current folder, else the one of this package.

    A folder is a book's if it holds ``_toc.yml`` and ``notebooks``. Raises NoBook, which says what to do, if there is
    none: an installed package holds the library, not the notebooks.
    """
    for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).parents[3]):
        if (folder / "_toc.yml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise NoBook(
        "this command needs the book's files, and there is no _toc.yml with a folder notebooks here or above: "
        "run it in a copy of the repository"
    )


def slugs():
    """Return the chapters' slugs in reading order, as ``_toc.yml`` says it."""
    return re.findall(r"file: notebooks/(\w+)", (root() / "_toc.yml").read_text(encoding="utf-8"))


def notebook_path(slug):
    """Return the path of a chapter's notebook; NoChapter, with the list of chapters, if there is none."""
    if slug not in slugs():
        package = f"src/vgtext/chapters/{slug}"
        renamed = f"; {package} is here: {SAME_SLUG}" if slug.isidentifier() and (root() / package).is_dir() else ""
        raise NoChapter(f"unknown chapter {slug!r}; there are {', '.join(slugs())}{renamed}")
    return root() / "notebooks" / f"{slug}.ipynb"


def read_notebook(slug):
    """Return a chapter's notebook; Mistake if its file is none, as after a merge with conflicts."""
    import nbformat  # its schemas take a second, which commands without a notebook do without

    path = notebook_path(slug)
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise Mistake(f"notebooks/{slug}.ipynb is no notebook: {str(error).splitlines()[0][:100]}") from error


def title(notebook):
    """Return a notebook's title: its first heading; Mistake if it has none."""
    headings = (re.match(r"# (.+)", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    for heading in filter(None, headings):
        return heading[1]
    raise Mistake("a chapter's notebook begins with its title, '# Title', and one has none")


def text_outputs(notebook, kind):
    """Return the text outputs of an executed notebook that begin with ``[kind]``, without that."""
    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    texts = [str(output.get("data", {}).get("text/plain", "")) for output in outputs]
    return [text.removeprefix(f"[{kind}] ") for text in texts if text.startswith(f"[{kind}] ")]


def figure_heads(slug):
    """Return {name: name and controls} of a chapter's figures in the order in which a reader meets them."""
    found = (re.match(r"(\w+)(\(.*?\))?(?=: )", text, re.S) for text in text_outputs(read_notebook(slug), "figure"))
    return {head[1]: head[0] for head in found}


def owner(path, slugs):
    """Return the chapter, one of ``slugs``, that a file of the package belongs to; None if it serves all of them.

    ``path`` is relative to the package: ``chapters/<slug>/…`` and ``data/<slug>_….npz`` are a chapter's own.
    """
    for slug in sorted(slugs, key=len, reverse=True):
        if re.match(rf"(chapters/{slug}(/|$)|data/{slug}_)", path):
            return slug
    return None


@contextmanager
def text_mode():
    """Let figures show themselves as text while the block runs, whatever the environment says."""
    before = os.environ.get("VGTEXT_EXPLORE")
    os.environ["VGTEXT_EXPLORE"] = "text"
    try:
        yield
    finally:
        del os.environ["VGTEXT_EXPLORE"]
        if before is not None:
            os.environ["VGTEXT_EXPLORE"] = before


def needed_for(functions, cells, naming=""):
    """Return those of some code cells, as (id, statements), that end in a call to ``functions``, and what they need.

    Of the calls those count whose cell holds the text ``naming``.
    """
    wanted, chosen = set(), []
    for cell in reversed(cells):
        body = ast.parse(cell.source, f"cell {cell.id}").body
        made = {name for node in body for name in names_made(node)}
        last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
        called = getattr(last.func, "id", None) if isinstance(last, ast.Call) and naming in cell.source else None
        if made & wanted or called in functions:
            wanted |= {node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)}
            chosen.insert(0, (cell.id, body))
    return chosen


def names_made(statement):
    """Return the names that a statement binds, or changes a part of."""
    for node in ast.walk(statement):
        if isinstance(node, ast.alias):
            yield node.asname or node.name.split(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def cell_values(notebook, functions, naming=""):
    """Run the cells of a notebook that :func:`needed_for` names, yield what they show.

    The experiments between them, which no figure waits for, are left out.
    """
    scope = {"__name__": "__main__"}
    for name, body in needed_for(functions, [cell for cell in notebook.cells if cell.cell_type == "code"], naming):
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), scope)
        if last is not None:
            yield eval(compile(ast.Expression(last.value), name, "eval"), scope)


class Figures(Mapping):
    """A chapter's figures, {name: Explorable}, in the order in which a reader meets them; made when first asked for."""

    def __init__(self, slug):
        """Take the chapter."""
        self.slug = slug

    def __iter__(self):
        return iter(figure_heads(self.slug))

    def __len__(self):
        return len(figure_heads(self.slug))

    def __getitem__(self, name):
        if name not in self.made:
            raise KeyError(f"notebooks/{self.slug}.ipynb shows no figure {name!r}")
        return self.made[name]

    @cached_property
    def made(self):
        """Every figure."""
        return self.make()

    def make(self, naming=""):
        """Return the figures whose cells hold the text ``naming``, and those that these need, {name: Explorable}."""
        from vgtext.explore.show import Shown  # matplotlib, which most commands do without

        with text_mode(), redirect_stdout(io.StringIO()):
            values = list(cell_values(read_notebook(self.slug), {"explore"}, naming))
        return {value.figure.name: value.figure for value in values if isinstance(value, Shown)}


def figures(slug):
    """Return a chapter's figures, {name: Explorable}; nothing runs before the first is asked for."""
    return Figures(slug)
