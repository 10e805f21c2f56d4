"""A chapter's figures for a class: live, one a screen, in one file that needs no network."""

from html import escape

from vgtext import explore
from vgtext.explore.element import count_states, page_element
from vgtext.tools import notebooks
from vgtext.tools.progress import progress

STYLE = """
html { scroll-snap-type: y mandatory; font-family: system-ui, sans-serif; }
body { margin: 0; color: light-dark(#2b2f36, #d8dbe0); background: light-dark(#fff, #121417); }
section { scroll-snap-align: start; box-sizing: border-box; min-height: 100vh; padding: 2vh 6vw; display: grid;
  align-content: center; }
section > .vg-explore { max-width: 62rem; width: 100%; margin: 0 auto; font-size: 1.15rem; }
h1 { text-align: center; }
p { text-align: center; }
"""


def slides(slug):
    """Return one HTML page: a title, then each figure of the chapter on a screen of its own, live.

    Page Down and Page Up go from screen to screen; the arrow keys move the figures' controls. Raises NoChapter if
    there is no such chapter, FigureError if a figure fails.
    """
    title = escape(notebooks.title(notebooks.read_notebook(slug)))
    figures = notebooks.figures(slug).made.values()
    with progress("drawing states of figures", sum(map(count_states, figures))) as drawn:
        screens = "".join(f"<section>{page_element(figure, drawn)}</section>" for figure in figures)
    script, style = map(explore.source, ("js", "css"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}{style}</style></head><body><main>'
        f"<section><h1>{title}</h1><p>{len(figures)} figure{'s' * (len(figures) != 1)}. Page Down goes on; the "
        f"arrow keys move a control.</p></section>{screens}</main><script>{script}</script></body></html>"
    )
