"""The built book as one file to hand out: unzipped, its index.html opens in a browser, with no server and no net."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from vgtext.tools import notebooks
from vgtext.tools.notebooks import Mistake

#: What a reader has no use for: what the build left for itself, for other books, and for a host.
LEFT_OUT = {".buildinfo", ".buildinfo.bak", "objects.inv", ".nojekyll"}


def write_archive(target, built=None):
    """Write the built book into the zip archive ``target``, in one folder of its name; return the number of files.

    Raises Mistake if the book is not built, or the archive would lie in what it packs.
    """
    built, target = built or notebooks.root() / "_build" / "html", Path(target)
    if not (built / "index.html").is_file():
        raise Mistake(f"{built} holds no built book: run make book first")
    if target.resolve().is_relative_to(built.resolve()):
        raise Mistake(f"{target.name} would lie in the book that it packs, {built}: name a place outside of it")
    files = sorted(path for path in built.rglob("*") if path.is_file() and path.name not in LEFT_OUT)
    files = [path for path in files if "_sources" not in path.parts]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, f"{notebooks.as_text(target.stem)}/{path.relative_to(built).as_posix()}")
    return len(files)
