"""``python -m vgtext.live BOOK [--from DIR]``: put Python beside a built book (``make live``)."""

import argparse
import sys
from pathlib import Path

from .assemble import assemble
from .pyodide import RELEASE, FilesError


def main(arguments=None):
    """Read the command line, and do it; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vgtext.live", description=__doc__)
    parser.add_argument("book", type=Path, help="the folder of the built book, _build/html")
    parser.add_argument("--from", dest="source", type=Path, help=f"a folder with Pyodide's files; else {RELEASE}")
    given = parser.parse_args(arguments)
    if not any(given.book.glob("*.html")):
        print(f"{given.book} holds no built book: run make book first", file=sys.stderr)
        return 1
    try:
        total = assemble(given.book, given.source)
    except FilesError as error:
        print(f"{error}\nThe book is as it was, without the button that runs Python.", file=sys.stderr)
        return 1
    print(f"Python is beside the book: a click on a page loads {total / 1e6:.1f} MB of {given.book / '_static/live'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
