"""``python -m vgtext.live BOOK [--from DIR] [--public [ADDRESS]]``: put Python beside a built book (``make live``)."""

import argparse
import sys
from pathlib import Path

from .pyodide import RELEASE, FilesError


def main(arguments=None):
    """Read the command line, and do it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vgtext.live", description=__doc__)
    parser.add_argument("book", type=Path, help="the folder of the built book, _build/html")
    parser.add_argument("--from", dest="source", type=Path, help=f"a folder with Pyodide's files; else {RELEASE}")
    parser.add_argument("--public", nargs="?", const=RELEASE, metavar="ADDRESS", help=(
        "leave the large files at this address (default: the release's own), which the pages name, and load from after "
        "a reader's consent; each file's sha256 is checked in the page"))
    given = parser.parse_args(arguments)
    if not any(given.book.glob("*.html")):
        print(f"{given.book} holds no built book: run make book first", file=sys.stderr)
        return 1
    try:
        from .assemble import assemble
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith("vgtext"):
            raise
        print(f"This needs the package {error.name}, which a plain installation does without: run make live in a copy "
              "of the repository", file=sys.stderr)
        return 1
    try:
        total = assemble(given.book, given.source, given.public)
    except FilesError as error:
        print(f"{error}\nThe book is as it was, without the button that runs Python.", file=sys.stderr)
        return 1
    place = given.public or given.book / "_static/live"
    print(f"The book's pages run Python: a click on one loads {total / 1e6:.1f} MB, from {place}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
