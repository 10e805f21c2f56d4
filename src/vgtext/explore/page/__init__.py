"""The page's side of a figure: scripts in rooms, joined here without a toolchain, and their style.

Each room is a JavaScript module. A page from ``file://`` may load no modules, so that rooms become plain scripts:
imports and exports are dropped, the rooms of a script share one scope, and each comes after those that it uses.
"""

import re
from pathlib import Path

from vgtext.words import in_script

HERE = Path(__file__).parent
#: What draws and answers; what a hand needs, which a page fetches where it can take hold, or with a reader's first
#: touch; what a figure in a kernel needs.
SCRIPTS = {
    "explore": ("fill", "words", "format", "layout", "ink", "arrows", "marks", "legend", "frame", "controls", "view",
                "element"),
    "touch": ("fill", "words", "values", "lines", "cells", "readout", "handles", "touch"), "live": ("live",),
}


def source(kind):
    """Return what a page needs to show figures, in one piece: the scripts ("js") or the style ("css")."""
    return "".join(map(script, SCRIPTS)) if kind == "js" else (HERE / "style.css").read_text("utf8")


def script(name):
    """Return one of the :data:`SCRIPTS`."""
    return join(*(HERE / f"{room}.js" for room in SCRIPTS[name]))


def join(*paths):
    """Return the rooms at ``paths`` as one plain script, less their comments and indents, with its words."""
    text = "".join(path.read_text("utf8") for path in paths)
    text = re.sub(r"^import [^;]*;\n|^export |^ *//.*\n|^\n|^ +| +// [^\"`\n]*$", "", text, flags=re.M)
    return f'(() => {{\n"use strict";\n{in_script(text)}}})();\n'
