"""The page's side of a figure: a script in rooms, joined here without a toolchain, and its style.

Each room is a JavaScript module under 200 lines. A page from ``file://`` may load no modules, so that they become one
plain script: their imports and exports are dropped, they share one scope, and a room comes after those that it uses.
"""

import re
from pathlib import Path

ROOMS = ("format", "layout", "marks", "frame", "controls", "readout", "element")
HERE = Path(__file__).parent


def source(kind):
    """Return what a page needs to show figures: its script ("js") or its style ("css")."""
    if kind == "css":
        return (HERE / "style.css").read_text(encoding="utf-8")
    script = "".join((HERE / f"{room}.js").read_text(encoding="utf-8") for room in ROOMS)
    script = re.sub(r"^import [^;]*;\n|^export |^ *//.*\n|^ +", "", script, flags=re.M)
    return f'(() => {{\n"use strict";\n{script}}})();\n'
