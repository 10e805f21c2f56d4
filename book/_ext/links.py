"""Links that MyST does not know: to a figure, with or without a state, and to a page that was left out.

``[the rotation](#unit-circle?matrix=rotation)`` points to a figure of the same page, and
``[the rotation](two_by_two.ipynb#unit-circle?matrix=rotation)`` to one of another chapter. A figure that is not
there is a warning, so an error. In a book that holds some of the pages, a link to another one becomes plain text.
"""

import pkgutil
import re
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform

from vgtext import chapters

CHAPTERS = {module.name for module in pkgutil.iter_modules(chapters.__path__)}


def find_figures(app, doctree):
    """Note down the figures of a page while it is read."""
    found = set()
    for raw in doctree.findall(nodes.raw):
        found.update(re.findall(r'<vg-(?:explore|carry) id="([\w-]+)"', raw.astext()))
    for text in doctree.findall(nodes.literal_block):  # where figures are asked for as text
        found.update(name.replace("_", "-") for name in re.findall(r"^\[figure\] (\w+)", text.astext()))
    app.env.metadata[app.env.docname]["figures"] = found


def split(node, here):
    """Return (page, anchor) that a MyST or doc reference points to, as it was written."""
    if node.get("refdomain") == "doc":
        return node["reftarget"], unquote(node.get("reftargetid") or "")
    target = unquote(node["reftarget"])
    path, _, anchor = target.partition("#")
    if node["reftype"] == "myst" and not path.endswith((".ipynb", ".md")):
        return here, target
    return path.removesuffix(".ipynb").removesuffix(".md"), anchor


class FigureLinks(SphinxPostTransform):
    """Resolve links to figures and to pages left out, before MyST looks at them."""

    default_priority = 5

    def run(self, **options):
        """Replace each such link by a reference, or by its words."""
        for node in list(self.document.findall(pending_xref)):
            if node["reftype"] not in ("myst", "doc"):
                continue
            page, anchor = split(node, self.env.docname)
            if anchor.split("?")[0] in self.env.metadata.get(page, {}).get("figures", ()):
                address = self.app.builder.get_relative_uri(self.env.docname, page)
                link = nodes.reference("", "", internal=True, refuri=f"{address}#{quote(anchor, safe='?=&,')}")
                link += node.children
                node.replace_self(link)
            elif self.left_out(page):
                node.replace_self(nodes.inline("", node.astext()))

    def left_out(self, page):
        """Say whether ``page`` is ours but not in this book: a chapter, or a file that ``_toc.yml`` leaves out."""
        there = any((Path(self.env.srcdir) / f"{page}.{kind}").is_file() for kind in ("md", "ipynb"))
        slug = PurePosixPath(page).name
        listed = {PurePosixPath(name).name for name in self.env.found_docs}
        return slug not in listed and (there or slug in CHAPTERS)


def setup(app):
    """Register the transform."""
    app.connect("doctree-read", find_figures)
    app.add_post_transform(FigureLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
