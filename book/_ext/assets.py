"""The figures of a built book: their script and style, and a file of its own for what each of them weighs.

It says to ``vgtext.explore`` that a book is being built.
"""

import hashlib
import os
import re
import zlib
from pathlib import Path
from urllib.parse import unquote

from room import room
from sphinx.util import logging

from vgtext.ask.page import source as quiz_source
from vgtext.carry.page import source as carry_source
from vgtext.explore.page import script as figure_script
from vgtext.explore.page import source as figure_source
from vgtext.words import TABLE

#: Where "Carry it home" sends a reader who asks why.
WHY = "notebooks/problem"
logger = logging.getLogger(__name__)


def sources():
    """Return {file name: text} of the styles and scripts of figures and quizzes."""
    scripts = {f"{name}.js": figure_script(name) for name in ("explore", "touch")}
    scripts |= {"quiz.js": quiz_source("js"), "explore.css": figure_source("css"), "quiz.css": quiz_source("css")}
    return scripts | {f"carry.{kind}": carry_source(kind) for kind in ("js", "css")}


def note_assets(app, config):
    """Write all pages again, but read none and run nothing, when a style, a script or what builds them has changed."""
    book = Path(app.srcdir) / "book"
    files = [TABLE, *book.glob("_static/*.css"), *book.glob("_ext/*.py")]
    texts = [*sources().values(), *(path.read_text("utf8") for path in files)]
    config.vgtext_assets = hashlib.sha256("".join(texts).encode()).hexdigest()


def add_figures(app):
    """Copy the script and style of figures and quizzes, and load them as plain files, so that file:// works."""
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    for name, text in sources().items():
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


def move_figures(app, pagename, templatename, context, doctree):
    """Move what a figure's states and its picture weigh into files beside the page, loaded when a reader comes near.

    The script of figures stands behind the first of them, which so answers before the page has come to its end.
    """
    folder, moved = Path(app.outdir) / "_static" / "figures", set()

    def move(match):
        name, element = f"{Path(pagename).name}-{match[1]}", match[0]
        if name in moved:
            logger.warning("two figures of this page are named %r, and both would show the second: give one drawing "
                           "function another name", match[1], location=pagename)
        moved.add(name)
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
    version = zlib.crc32("".join(sources()[f"{name}.js"] for name in ("explore", "touch")).encode())
    source = f"{context['pathto']('_static/explore.js', 1)}?v={version:08x}"
    context["body"] = re.sub("</vg-(?:explore|carry)>", rf'\g<0><script src="{source}"></script>', body, count=1)


def setup(app):
    """Register all of the above."""
    os.environ.setdefault("VGTEXT_EXPLORE", "static")
    app.add_config_value("vgtext_assets", "", "html")
    app.connect("config-inited", note_assets)
    app.connect("builder-inited", add_figures)
    app.connect("html-page-context", add_carry, priority=899)
    app.connect("html-page-context", move_figures, priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
