"""Runs the code of pages ahead, on all cores, and only where nothing that it depends on was run before.

Each page's kernelspec is given, while Sphinx reads it, the digest of what its code depends on (``depends``). The cache
of Jupyter Book tells notebooks apart by their code and their kernelspec, so it keeps several runs of one notebook and
finds an old one again when a change is undone; a page is read again when its digest is another.
"""

import json
import math
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import unfinished
from depends import Sources
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from sphinx.errors import ConfigError, ExtensionError
from sphinx.util import logging

from vgtext.ask.kernels import over_files
from vgtext.keeping import KEPT
from vgtext.tools.marks import told
from vgtext.words import TABLE, BrokenTable, table

RUNS = 300  # kept of notebooks, about half a megabyte each; those used longest ago go first
PARTS = 1000  # kept of what pages show: figures, up to 400 kilobytes each, and numbers of claims
QUIET = ["--log-level=ERROR"]  # without its warning that a kernel on loopback is not encrypted


class Execution:
    """The code of the book's pages: what it depends on, and its runs."""

    def __init__(self):
        """Start with nothing looked at."""
        self.keys, self.sources = {}, None

    def notebook(self, env, docname):
        """Return a page as a notebook, stamped if its digest is known; None for a page without code."""
        path = str(env.doc2path(docname))
        text = stamped(Path(path).read_text("utf8"), self.keys.get(docname))
        if path.endswith(".ipynb"):
            try:
                json.loads(text)
            except json.JSONDecodeError as error:
                raise ExtensionError(f"{path}, line {error.lineno} is no notebook: {error.msg}") from None
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
        return reader and reader.read(text)

    def find_stale(self, app, env, added, changed, removed):
        """Work out each page's digest; return the pages that were read with another one."""
        self.sources, left = Sources(), unfinished.left(app)
        self.keys = {docname: self.key(env, docname) for docname in env.found_docs}
        return [docname for docname, key in self.keys.items() if key != read_with(env, docname) or docname in left]

    def key(self, env, docname):
        """Return the digest of a page; None for one without code."""
        page = self.notebook(env, docname)
        code = [cell.source for cell in page.cells if cell.cell_type == "code"] if page else []
        if not code:
            return None
        code, root = "\n".join(code), Path(env.srcdir)
        reads_the_book = "vgtext.tools" in code
        beside = [root / "_config.yml", root / "_toc.yml", *sorted(root.glob("notebooks/*.ipynb"))]
        try:
            return self.sources.key(code, beside if reads_the_book else ())
        except SyntaxError as error:
            raise ExtensionError(told(error)) from None

    def stamp(self, app, docname, source):
        """Write a page's digest into the text that Sphinx has read."""
        source[0] = stamped(source[0], self.keys.get(docname))

    def run_ahead(self, app, env, docnames):
        """Run what no kept run fits, the longest first, before Sphinx reads the pages one at a time."""
        cache = get_cache(app.config.nb_execution_cache_path)
        cache.change_cache_limit(RUNS)
        seconds = {record.uri: record.data["execution_seconds"] for record in cache.list_cache_records()}
        pages = {str(env.doc2path(name)): self.notebook(env, name) for name in docnames if self.keys.get(name)}
        todo = sorted((path for path, page in pages.items() if not has_run(cache, page)),
                      key=lambda path: -seconds.get(path, math.inf))
        if not todo:
            return
        print(f"running the code of {len(todo)} of {len(env.found_docs)} pages", flush=True)
        kept = Path(app.config.nb_execution_cache_path) / "parts"
        os.environ[KEPT] = json.dumps(parts_of(self.sources, kept))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, run in zip(todo, pool.map(lambda path: self.run(app, path, pages[path]), todo)):
                if run.err is not None:  # it is run again when the page is read
                    logging.getLogger(__name__).warning("a cell failed: %s", reason(run.exc_string),
                                                         location=(env.path2doc(path), None))
                else:
                    bundle = CacheBundleIn(run.nb, path, data={"execution_seconds": run.time})
                    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        drop_oldest(kept, PARTS)

    @staticmethod
    def run(app, path, page):
        """Run a page's code in its folder; what a cell prints stays as it was printed, in however many pieces it comes.

        (Where a piece ends within a line, the merging of myst-nb breaks the line.) The kernel is ended at once: one in
        five that are asked to end takes three seconds for it.
        """
        kernel = page.metadata.get("kernelspec", {}).get("name", "python3")
        if kernel != "python3":
            raise ExtensionError(f"{path} asks for the kernel {kernel}, which is that of one machine: write python3 as "
                                 "the name in the kernelspec at its end")
        done = single_nb_execution(page, str(Path(path).parent), app.config.nb_execution_timeout, False,
                                   extra_arguments=list(QUIET), shutdown_kernel="immediate", config=over_files())
        CoalesceStreamsPreprocessor().preprocess(done.nb, {})
        return done


def reason(traceback):
    """Return what a traceback ends with, the error and its message, without colors, and the line of the cell."""
    lines = (text := re.sub(r"\x1b\[[\d;]*m", "", traceback).strip()).splitlines()
    place = re.search(r"Cell In ?\[(\d+)\], line (\d+)", text)
    start = max((i for i, line in enumerate(lines) if re.match(r"\w*(Error|Exception|Interrupt)\b", line)), default=-1)
    said = " ".join(line.strip() for line in lines[start:])[:1000]
    return said + (f" (code cell {place[1]}, line {place[2]})" if place else "")


def drop_oldest(folder, most):
    """Delete the files of a folder but for the ``most`` that were used last."""
    for file in sorted(folder.glob("*"), key=lambda path: -path.stat().st_mtime)[most:]:
        file.unlink()


def parts_of(sources, folder):
    """Return {name: path} of what is kept of each chapter, its claims' numbers and the figures that it draws.

    The path is another one where what is kept depends on something new.
    """
    code = {}
    for slug in sources.slugs:
        chapter = f"vgtext.chapters.{slug}"
        code[f"{chapter}.CLAIMS"] = f"from {chapter} import CLAIMS\nCLAIMS"
        for module, name in sources.module(sources.file(chapter)).imports.values():
            if name.startswith("draw_"):
                code[f"{module}.{name}"] = f"from vgtext.explore import explore\nfrom {module} import {name}\n" \
                                           f"explore({name})"
    return {name: str(folder / f"{name}-{sources.key(text)}") for name, text in code.items()}


def stamped(text, key):
    """Return the text of a page with ``key`` in its kernelspec."""
    if key is None:
        return text
    if text.startswith("{"):
        notebook = json.loads(text)
        notebook["metadata"]["kernelspec"]["digest"] = key
        return json.dumps(notebook)
    return re.sub(r"^kernelspec:\n( +)", rf"kernelspec:\n\1digest: '{key}'\n\1", text, count=1, flags=re.M)


def read_with(env, docname):
    """Return the digest of a page when it was last read."""
    return env.metadata.get(docname, {}).get("kernelspec", {}).get("digest")


def has_run(cache, page):
    """Whether the cache keeps a run of this code with this digest."""
    try:
        return bool(cache.match_cache_notebook(page))
    except KeyError:
        return False


def set_cache(app, config):
    """Keep runs beside the built pages, so that they are there whatever is built."""
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache")


def check_words(app, config):
    """Raise ConfigError, before anything asks for a word, if the table of words cannot be read."""
    try:
        table(TABLE)
    except BrokenTable as error:
        raise ConfigError(str(error)) from None


def setup(app):
    """Register the above."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends at once, not when the pages that run have come to an end
    execution = Execution()
    app.connect("config-inited", check_words, priority=1)
    app.connect("config-inited", set_cache)
    app.connect("env-get-outdated", execution.find_stale)
    app.connect("env-before-read-docs", execution.run_ahead)
    app.connect("source-read", execution.stamp)
    app.connect("env-before-read-docs", unfinished.begin, priority=1)
    app.connect("build-finished", unfinished.end, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
