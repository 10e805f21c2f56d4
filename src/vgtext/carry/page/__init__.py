"""The page's side of the figure: its rooms, joined, and its style. Both come after those of :mod:`vgtext.explore`."""

from pathlib import Path

from vgtext.explore.page import HERE as SHARED
from vgtext.explore.page import join

HERE = Path(__file__).parent
ROOMS = ("rules", "recipe", "layout", "ribbon", "picture", "parts", "goal", "element")


def source(kind):
    """Return the script ("js") or the style ("css"), in one piece."""
    if kind == "css":
        return (HERE / "style.css").read_text("utf8")
    return join(SHARED / "fill.js", *(HERE / f"{room}.js" for room in ROOMS))
