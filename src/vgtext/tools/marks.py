"""Marks that a merge has left in files, ``<<<<<<<``: which files hold them, and how a broken file is told of."""

import os
import re
from pathlib import Path

#: The line that begins what ``vgtext update`` could not merge; in a notebook, a string of JSON.
LEFT = {True: re.compile(rb'"<<<<<<< yours\\n'), False: re.compile(rb"^<<<<<<< yours\r?$", re.M)}
#: The first or last line of such a place, of an update or of git.
MARK = re.compile(r"<<<<<<< |>>>>>>> ")
CHOOSE = "choose what stays of the lines between <<<<<<< and >>>>>>>"
HIDDEN = {".ci", ".github"}  # folders of a book whose names begin with a dot


def is_of_the_book(folder):
    """Whether a folder belongs to a book: it is no build, no environment, and nothing that a tool keeps."""
    built = folder.name in ("_build", "__pycache__") or (folder / "pyvenv.cfg").exists()
    return not built and (folder.name[0] != "." or folder.name in HIDDEN)


def marked(book):
    """Return the files of the book in the folder ``book`` in which an update has left marks, as paths in it, sorted."""
    found = []
    for here, folders, names in os.walk(book):
        folders[:] = [name for name in folders if is_of_the_book(Path(here, name))]
        paths = filter(Path.is_file, (Path(here, name) for name in names))
        found += [path for path in paths if LEFT[path.suffix == ".ipynb"].search(read(path))]
    return sorted(path.relative_to(book).as_posix() for path in found)


def read(path):
    """Return the bytes of a file; none of one that cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def told(error):
    """Return a SyntaxError in one line, which names file and line: those of a mark, if one was left there."""
    lines = read(Path(error.filename)).decode(errors="replace").splitlines() if error.filename else []
    marks = [number for number, line in enumerate(lines, 1) if MARK.match(line)]
    place = f"{error.filename}, line {marks[0] if marks else error.lineno}"
    if marks or MARK.match(error.text or ""):
        return f"{place}: a merge has left its marks: {CHOOSE}"
    return f"{place} is no Python: {error.msg}"
