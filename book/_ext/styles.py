"""One style sheet for the book: those that its pages name, in their order, less what no page can match.

A rule stays if each class, id, element and attribute of one of its selectors is in some page, or in a script, which may
put it there. Custom properties that nothing asks for go, too. Then every page names the one sheet, before which its
faces and what its first figure needs are asked for, so that one wait on a slow line is enough.
"""

import re
import zlib
from pathlib import Path
from posixpath import normpath

import tinycss2

SHEET = "all.css"
LINK = re.compile(r'\s*<link [^>]*?href="(?P<up>(?:\.\./)*)_static/(?P<file>[^"?]+\.css)[^"]*"[^>]*>')
IMPORT = re.compile(r"@import\s+(?:url\()?[\"']?([^\"')]+)[\"']?\)?\s*;")
TAG = re.compile(r"""<([a-z][\w-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.I)
ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)(?:=["']?((?<=")[^"]*|(?<=')[^']*|[^\s"'>]*))?""")
#: The whole library is in this script; what it does to the elements of a page is in STATES.
LIBRARY = "bootstrap.js"
STATES = set("show fade collapse collapsing collapsed active disabled dialog open tooltip tooltip-inner tooltip-arrow "
             "data-popper-placement bs-tooltip-auto bs-tooltip-top bs-tooltip-bottom bs-tooltip-start bs-tooltip-end"
             .split())
ALTERNATIVES = {"is", "where", "has", "matches", "-webkit-any", "-moz-any"}


def names(pages, scripts):
    """Return every name that a selector may ask for: elements, attributes, classes, ids of pages; words of scripts."""
    found = set(STATES)
    for tag, attributes in {tag for page in pages for tag in TAG.findall(page)}:
        named = {name.lower(): value for name, value in ATTRIBUTE.findall(attributes)}
        found.update((tag.lower(), *named, *named.get("class", "").split(), named.get("id", "")))
    for script in scripts:
        found.update(re.findall(r"[\w-]+", script))
        found.update("data-" + re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)
                     for name in re.findall(r"\.dataset\.(\w+)", script))
    return found


def parts(tokens):
    """Split tokens at their commas."""
    lists = [[]]
    for token in tokens:
        if token == ",":
            lists.append([])
        else:
            lists[-1].append(token)
    return lists


def matches(selector, known):
    """Say whether something with the names ``known`` could match a selector, as a list of tokens."""
    before = None
    for token in selector:
        if token.type == "ident" and before != ":":
            name = token.value if before == "." else token.lower_value
            if name not in known:
                return False
        elif token.type == "hash" and token.value not in known:
            return False
        elif token.type == "[] block":
            attribute = next((part.value for part in token.content if part.type == "ident"), "")
            if attribute not in known:
                return False
        elif token.type == "function" and token.lower_name in ALTERNATIVES:
            if not any(matches(part, known) for part in parts(token.arguments)):
                return False
        before = token.value if token.type == "literal" else None
    return True


def kept(rules, known):
    """Return style rules as text, less those, and those of their selectors, that nothing can match."""
    texts = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in parts(rule.prelude) if matches(part, known)]
            if selectors:
                texts.append(",".join(tinycss2.serialize(part).strip() for part in selectors)
                             + "{" + tinycss2.serialize(rule.content).strip() + "}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "layer", "container"):
            inside = kept(tinycss2.parse_rule_list(rule.content or [], True, True), known)
            if inside:
                texts.append(f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{inside}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            texts.append(rule.serialize())
        elif rule.type == "error":
            raise ValueError(f"a style sheet cannot be read: {rule.message}")
    return "\n".join(texts)


def without_unused(css, elsewhere):
    """Return style rules without the custom properties that neither they nor the text ``elsewhere`` ask for."""
    property = re.compile(r"(?<=[{;\s])(--[\w-]+)\s*:(?:[^;{}\"]|\"[^\"]*\")*(?:;|(?=\}))")
    named = set(re.findall(r"[\"'`](--[\w-]+)", elsewhere))
    while True:
        unused = set(property.findall(css)) - named - set(re.findall(r"var\(\s*(--[\w-]+)", css + elsewhere))
        if not unused:
            return css
        css = property.sub(lambda found, unused=unused: "" if found[1] in unused else found[0], css)


def located(css, folder):
    """Return style rules with the addresses of their files told from ``_static``, not from ``folder`` in it."""
    def move(found):
        return found[0] if found[1].startswith(("data:", "#", "/")) else f"url({normpath(f'{folder}/{found[1]}')})"

    return re.sub(r"url\(\s*[\"']?([^\"')]+?)[\"']?\s*\)", move, css)


def text_of(static, sheet):
    """Return the text of a style sheet, with those that it imports in their place, and files named from ``static``."""
    folder = str(Path(sheet).parent)
    pieces = IMPORT.split((static / sheet).read_text("utf8"))
    return "".join(text_of(static, normpath(f"{folder}/{piece}")) if k % 2 else located(piece, folder)
                   for k, piece in enumerate(pieces))


def join(static, sheets, pages):
    """Return the one sheet of the style sheets ``sheets``, names of files in ``static``, for the texts ``pages``."""
    files = (path for path in static.rglob("*.js") if path.name != LIBRARY and "figures" not in path.parts)
    scripts = [path.read_text("utf8") for path in files]
    known = names(pages, scripts)
    texts = []
    for sheet in sheets:
        rules = tinycss2.parse_stylesheet(text_of(static, sheet), True, True)
        texts.append(kept(rules, known))
    return without_unused("\n".join(texts), "\n".join([*pages, *scripts]))


def preloads(page, up):
    """Return a line that asks early for what the first screen needs; from file:// nothing may be preloaded."""
    faces = [f"{up}_static/fonts/source-serif-4-latin-{weight}-normal.woff2" for weight in (400, 600)]
    scripts = re.findall(r'src="([^"]+/explore.js[^"]*)"', page)[:1] + re.findall(r'data-src="([^"]+)"', page)[:1]
    asked = [("font", face) for face in faces] + [("script", file) for file in scripts]
    listed = ", ".join(f'["{kind}", "{file}"]' for kind, file in asked)
    return (f'<script>if (location.protocol !== "file:") for (const [as, href] of [{listed}]) document.head.append('
            'Object.assign(document.createElement("link"), {rel: "preload", as, href, '
            'crossOrigin: as === "font" ? "" : null}));</script>')


def one_sheet(app, exception):
    """Write the one sheet, and let every page name it alone; pages of an earlier build name it already."""
    if exception or app.builder.format != "html":
        return
    out, static = Path(app.outdir), Path(app.outdir) / "_static"
    light = ('data-theme="auto"', 'data-theme="light"', 1)  # where no script chooses
    pages = {path: path.read_text("utf8").replace(*light) for path in out.rglob("*.html")}
    named = sorted(([found["file"] for found in LINK.finditer(page)] for page in pages.values()), key=len, reverse=True)
    sheets = dict.fromkeys(sheet for listed in named for sheet in listed)  # the fullest page says their order
    listed = static / "all.txt"
    sheets = [name for name in sheets if name != SHEET] or listed.read_text("utf8").split()
    listed.write_text("\n".join(sheets), "utf8")
    css = join(static, sheets, list(pages.values()))
    (static / SHEET).write_text(css, "utf8")
    for path, page in pages.items():
        first = LINK.search(page)
        if first is None:
            continue
        link = f'<link rel="stylesheet" href="{first["up"]}_static/{SHEET}?v={zlib.crc32(css.encode()):08x}">'
        early = "" if first["file"] == SHEET else f"\n  {preloads(page, first['up'])}"
        text = LINK.sub("", page)
        path.write_text(f"{text[:first.start()]}{early}\n  {link}{text[first.start():]}", "utf8")


def setup(app):
    """Do it when the pages are written and the icons slim."""
    app.connect("build-finished", one_sheet, priority=910)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
