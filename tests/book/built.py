"""The built book, for its tests: where it is, its pages, its links, and a server on loopback."""

import functools
import gzip
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "_build" / "html"
LANGUAGE = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))["sphinx"]["config"]["language"]


def pages():
    """Return the book's pages by their path, less the redirect at its root."""
    found = sorted(path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.html"))
    return [path for path in found if path != "index.html" and not path.startswith("_")]


@functools.cache
def soup(path):
    """Return the parsed page at ``path``."""
    assert (BOOK / path).is_file(), f"{path} is not in the built book: run make book"
    return BeautifulSoup((BOOK / path).read_text("utf8"), "html.parser")


@functools.cache
def holds(path, tag):
    """Whether a page has an element of a kind; asked when tests are collected, where reading every page takes long."""
    return f"<{tag} " in (BOOK / path).read_text("utf8")


@functools.cache
def anchors(path):
    """Return every id of a page that a link can point to."""
    return {tag["id"] for tag in soup(path).find_all(id=True)}


def resolve(page, link):
    """Return (file, anchor) inside the book that ``link`` on ``page`` points to, or None for one that leaves the book.

    A figure's anchor may carry a state, ``#unit-circle?a=0.9``; the state is left off.
    """
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = (BOOK / page).parent / unquote(parts.path) if parts.path else BOOK / page
    return target.resolve(), unquote(parts.fragment).split("?")[0]


def figure_files(page):
    """Return the files of a page's figures: their packed states, and their pictures."""
    links = [tag.get("data-src") or tag.get("src") for tag in soup(page).select("vg-explore :is(script, img)")]
    return [resolve(page, link)[0] for link in links]


def size(path, body):
    """Return the bytes that a server sends for a file: text gzipped, fonts and pictures as they are."""
    packed = Path(path).suffix in {".woff2", ".png", ".jpg", ".gif"}
    return len(body if packed else gzip.compress(body, mtime=0))


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps silent."""

    def log_message(self, *words):
        pass


def build_small(folder, **options):
    """Build the pages in ``folder`` as a small book; return the folder of what was built, and the warnings.

    It leaves nothing behind for the next build of this process. (Sphinx would add this book's kinds of files to the
    default of the next, so each begins with none.)
    """
    (folder / "conf.py").touch()
    app = SphinxTestApp("html", srcdir=folder, confoverrides={"source_suffix": {}, **options})
    app.build()
    warnings = app.warning.getvalue()
    app.cleanup()
    return Path(app.outdir), warnings


@contextmanager
def serve():
    """Serve the built book on loopback; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=BOOK)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
