"""A light book: of what the theme brings, only what some page uses stays in it."""

import base64
import logging
import re
from pathlib import Path

from fontTools import subset


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
    for font in (static / "vendor" / "fontawesome" / "webfonts").glob("*"):
        if font.suffix == ".woff2":
            subset_font(font, used)
        else:
            font.unlink()
    sheet.write_text(with_icons(css, sheet.parent), "utf8")


def with_icons(css, folder):
    """Return a style sheet of ``folder`` with the icon fonts in it: in a frame, a page may load no font."""
    def data(found):
        return f"url(data:font/woff2;base64,{base64.b64encode((folder / found[1]).read_bytes()).decode()})"

    return re.sub(r"url\(([^)?#]*/fa-[\w-]+\.woff2)[^)]*\)", data, css)


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


def setup(app):
    """Register both, in this order."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    app.connect("build-finished", drop_unused, priority=900)
    app.connect("build-finished", slim_icons, priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
