"""What a legend, and the readout of bars and cells, calls things has the color, the mark and the dashes of its name."""

from itertools import combinations

from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bound.drawn import is_of_boxes

from .lines import is_gray
from .words import parts


def legends(ax):
    """Words of a legend stand beside the color, the mark and the dashes of something that has them for its name.

    Its lines differ in more than their color: in marks, dashes or width.
    """
    legend = ax.get_legend()
    lines = [key for key in legend.legend_handles if isinstance(key, Line2D)] if legend else ()
    for one, other in combinations(lines, 2):
        same = one.get_linewidth() == other.get_linewidth() and one._dash_pattern == other._dash_pattern
        if same and look(one)[0] != look(other)[0] and look(one)[1:] == look(other)[1:]:
            yield f"in the legend only their color tells “{one.get_label()}” from “{other.get_label()}”"
    for key, text in zip(legend.legend_handles, legend.get_texts()) if legend else ():
        looks = [look(artist) for artist, name in named(ax) if name == text.get_text()]
        if looks and look(key) not in looks:
            yield f"in the legend “{text.get_text()}” stands beside something else"


def read_out(panels):
    """What bars and cells are called has the color of the words in the panels that name it."""
    words = {text.get_text(): to_hex(text.get_color()) for ax in panels for text in ax.texts
             if text.get_text() and not is_gray(text.get_color())}
    for bar, name in (found for ax in panels for found in named(ax)):
        inks = {ink for text, ink in words.items() if parts(name) <= parts(text)}
        if (isinstance(bar, Patch) or is_of_boxes(bar)) and inks and look(bar)[0] not in inks:
            yield f"“{name}” has not the color of the words that name it"


def named(ax):
    """Yield (artist, its name) of what has one in a panel; of bars the first one."""
    every = [(artist, artist.get_label()) for artist in [*ax.lines, *ax.patches, *ax.collections]]
    every += [(bars[0], bars.get_label()) for bars in ax.containers if len(bars)]
    yield from ((artist, name) for artist, name in every if (name or "_")[0] != "_")


def look(artist):
    """Return the color of an artist, and the mark and dashes of a line."""
    if isinstance(artist, Line2D):
        return to_hex(artist.get_color()), artist.get_marker(), artist.get_linestyle()
    face = artist.get_facecolor()
    return (to_hex(face[0] if getattr(face, "ndim", 1) > 1 and len(face) else face),) if len(face) else ()
