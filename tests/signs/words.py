"""Words in and over panels have the color, the mark and the dashes of what they name."""

import re
from itertools import combinations

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from vgtext.palette import COLORS

from .lines import in_data, inks_of, is_gray, on_pixels, passes, signal

#: Words for how lines look, and whether one does.
LOOKS = {
    "dashed": lambda line: line.is_dashed(),
    "dotted": lambda line: line.is_dashed() and line.get_linestyle() != "--",
    "dots": lambda line: line.get_marker() in "o.", "squares": lambda line: line.get_marker() == "s",
    "rings": lambda line: line.get_marker() == "o" and line.get_markerfacecolor() == "none",
    "gray": lambda line: is_gray(line.get_color()),
    "guide": lambda line: line.get_linestyle() == ":" and is_gray(line.get_color()),
}
#: Marks and looks that words name, as a line has them.
MARKS = {"●": "o.", "■": "s", "◆": "Dd", "▲": "^", "dots": "o.", "squares": "s", "rings": "o"}
DRAWN = {"solid": False, "full line": False, "dashed": True, "broken line": True}  # is it dashed?
KEY = re.compile(rf"(gray|color|dots|rings|{'|'.join(DRAWN)}): ([^,;.\n]+)", re.I)


def crowded(ax):
    """No words of a panel lie on others, or on a colored line, where a page's panel is no wider than the sheet's."""
    shown = [text for text in (ax.title, *ax.texts) if text.get_visible() and text.get_text().strip()]
    places = [(text.get_text(), text.get_window_extent()) for text in shown]
    for (one, where), (other, there) in combinations(places, 2):
        both = Bbox.intersection(where, there)
        if both and both.width > 2 and both.height > 3:
            yield f"“{one}” lies on “{other}”"
    colored = [line for line in ax.lines if line.get_linestyle() != "None" and not is_gray(line.get_color())]
    for line in colored if len(ax.figure.axes) < 3 else ():
        at = line.get_transform().transform(np.column_stack([np.asarray(v, float) for v in line.get_data()]))
        pieces = [Path(piece) for piece in np.split(at, np.flatnonzero(np.isnan(at).any(axis=1)))]
        for words, where in places:
            inner = where.padded(-2, -3)  # letters fill no more of it
            inner = Bbox.intersection(inner, ax.bbox) if line.get_clip_on() else inner
            if inner and any(piece.intersects_bbox(inner, filled=False) for piece in pieces):
                yield f"“{words}” lies on a line"


def labels(ax):
    """A label on a line has its color, and a word of its name; colored words have something of their color."""
    inks, places = {to_hex(ink) for ink in inks_of(ax) if not is_gray(ink)}, []
    for text in ax.texts:
        words, ink = text.get_text(), to_hex(text.get_color())
        if words and inks and not is_gray(ink) and ink not in inks:
            yield f"“{words}” has a color that nothing has"
        if not (words and isinstance(text, Annotation) and text.arrow_patch is None and text.xycoords == "data"):
            continue
        places = places or [(line, on_pixels(line)) for line in ax.lines]
        under = [line for line, at in places if passes(line, at, ax.transData.transform(text.xy))]
        colors = {to_hex(line.get_color()) for line in under}
        if colors and ink not in colors and not any(map(is_gray, colors)):
            yield f"“{words}” stands on a line of another color"
        names = [line.get_label() for line in under if to_hex(line.get_color()) == ink and line.get_label()[0] != "_"]
        alike = likest(words, [line for line, _ in places if to_hex(line.get_color()) == ink])
        if names and not {*names} & {line.get_label() for line in alike}:
            yield f"“{words}” stands on the line “{names[0]}”"


def shades(ax):
    """What colored words call shaded, or a line, has their color."""
    areas = [*(patch.get_facecolor() for patch in ax.patches),
             *(color for group in ax.collections for color in group.get_facecolor())]
    inks = {"shaded": areas, "line": [line.get_color() for line in ax.lines]}
    for text in (ax.title, *ax.texts):
        for look, colors in inks.items():
            if re.match(f"{look}: ", text.get_text()) and not is_gray(text.get_color()):
                if to_hex(text.get_color()) not in map(to_hex, colors):
                    yield f"“{text.get_text()}”: nothing is a {look} of this color"


def by_color(ax):
    """Words that name lines by their color, away from them, name lines that differ in their marks or dashes, too."""
    looks = {}
    for text in ax.texts:
        if text.get_text() and not isinstance(text, Annotation) and not is_gray(text.get_color()):
            ink = to_hex(text.get_color())
            look = {(line.get_marker(), line.is_dashed()) for line in ax.lines if to_hex(line.get_color()) == ink}
            looks[ink] = text.get_text(), look
    for (one, first), (other, second) in combinations(looks.values(), 2):
        if first and first == second:
            yield f"only their color tells “{one}” from “{other}”"


def own_looks(ax):
    """Words that name a mark or a look have it on a line of their color, and on the one whose name is most like them.

    Colored words have no more in common with the names of lines of other colors.
    """
    lines = [line for line in ax.lines if in_data(line)]
    for text in ax.texts:
        gray = is_gray(text.get_color())
        same = [line for line in lines if to_hex(line.get_color()) == to_hex(text.get_color())]
        same = likest(text.get_text(), [line for line in lines if is_gray(line.get_color())]) if gray else same
        if not same:
            continue
        named = likest(text.get_text(), [line for line in lines if line.get_color() != COLORS["theory"]])
        if named and not gray and not {*named} & {*same}:
            yield f"“{text.get_text()}” names a line of another color"
        pieces = [piece for piece in re.split(r"[,;\n]| {2,}", text.get_text()) if not (gray and ":" in piece)]
        for piece in pieces if len({*text.get_text()} & {*MARKS}) < 2 else ():
            for look in [*MARKS, *DRAWN]:
                if re.search(rf"(?<!\w){look}(?!\w)", piece):
                    own = [line for line in lines if line.get_color() == COLORS["theory"]]
                    own = own if signal(piece) == "theory" and own else likest(piece, same) or same
                    has = [line for line in own if (line.get_marker() in MARKS[look] if look in MARKS else
                               line.get_linestyle() != "None" and line.is_dashed() == DRAWN[look])]
                    if not has:
                        yield f"“{text.get_text()}”: no such line is {look}"


def keys(panels, signs):
    """What stands behind the word for a look is the name of lines that have it, if of any."""
    lines = [line for ax in panels for line in ax.lines]
    for sign in signs:
        for look, name in KEY.findall(sign):
            named = likest(name, lines) if re.search("[a-z]{2}", name) else []
            if named and not any(has(line, look.lower()) for line in named):
                yield f"“{sign}”: {[line.get_label() for line in named]} are not {look}"


def looks(panels, signs):
    """What is called dashed, or dots, is there."""
    lines = [line for ax in panels for line in ax.lines]
    for sign in signs:
        for look, has in LOOKS.items():
            if re.search(rf"\b(?<!least ){look}\b", sign.lower()) and not any(map(has, lines)):
                yield f"“{sign}”: nothing is {look}"


def has(line, look):
    """Say whether a line has the look that a key names."""
    if look in DRAWN:
        return line.get_linestyle() == "None" or line.is_dashed() == DRAWN[look]
    if look in ("dots", "rings"):
        return LOOKS[look](line) and LOOKS["rings"](line) == (look == "rings")
    return is_gray(line.get_color()) == (look == "gray")


def likest(words, lines):
    """Return the lines whose names have most in common with words; none if none has anything."""
    count = [len(parts(words) & parts(line.get_label())) if line.get_label()[0] != "_" else 0 for line in lines]
    return [line for line, n in zip(lines, count) if n and n == max(count)]


def parts(words):
    """Return what words are made of, without their commas and the small ones."""
    return {*re.split(r"[\s,;:()]+", words)} - {"", "of", "the", "to", "at"}
