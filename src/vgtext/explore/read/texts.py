"""Texts for the page: words, annotations and their arrows, which keep their size and distance where a panel shrinks.

Plain words go over as they are, mathtext as positioned runs of characters: the page has no math library.
"""

from functools import cache
from unicodedata import combining

import numpy as np
from matplotlib.cbook import is_math_text
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties, weight_dict
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from . import Unreadable
from .ink import brush, ink, keeps_colors, only, opacity, pen, rare
from .units import PX, svg_shape, to_units

SIZE = 100  # lengths of a run are in hundredths of the font's size
FACES = {"Book": 0, "Oblique": 1, "Italic": 1, "Display": 0, "Bold": 2, "Bold Oblique": 3}  # 1: slanted, 2: bold
THIN = ("-", "->", "<-", "<->", "-|>", "<|-", "<|-|>")  # arrows that a page draws, unless one of SET is given
NARROW = 340  # pixels, of a figure on a phone
HIGHEST = 380  # pixels, of a panel on a page: what is tied to a place outside it is further away there
FAMILIES = {"DejaVu Sans", "sans-serif", "DejaVu Sans Mono", "monospace"}
SET = {"shrinkA", "shrinkB", "relpos", "patchA", "patchB", "mutation_scale", "fc", "facecolor", "path_effects"}


@cache
def words(text):
    """Return the words (``FORMAT.md``) of a text; script letters, large brackets and accents go over as outlines."""
    if not is_math_text(text):
        return text.replace(r"\$", "$")
    Unreadable.when("\n" in text,
                    f"a formula in words of several lines, {text!r}; make them one line, or a text for each")
    try:
        parsed = text_to_path.mathtext_parser.parse(text, dpi=72, prop=FontProperties(size=SIZE))  # as the picture does
    except ValueError as error:
        raise Unreadable(f"the formula '{text}' ({str(error).splitlines()[-1]}); use what matplotlib's mathtext has "
                         r"(\frac, \sqrt, Greek letters), or \$ for a dollar") from None
    runs, shapes = [], []
    for font, size, code, *index, x, y in parsed.glyphs:
        char, kind = chr(code), [round(float(y)), round(float(size)), FACES.get(font.style_name, 0)]
        font.set_size(size, 72)
        glyph = font.load_char(code) if not index else font.load_glyph(index[0])
        if combining(char) or not font.family_name.startswith("DejaVu Sans"):
            shapes.append(svg_shape(Affine2D().translate(float(x), float(y)).transform_path(Path(*font.get_path()))))
            continue
        end = float(x) + glyph.linearHoriAdvance / 65536
        if runs and runs[-1][1] == kind and float(x) - runs[-1][3] < 0.15 * size:
            runs[-1][2], runs[-1][3] = runs[-1][2] + char, end
        else:
            runs.append([float(x), kind, char, end])
    rules = [[round(float(v)) for v in rule] for rule in parsed.rects]
    return {
        "width": round(parsed.width), "height": round(parsed.height), "depth": round(parsed.depth),
        "runs": [[round(x), *kind, chars, round(end - x)] for x, kind, chars, end in runs],
        **rare(rules=rules, outlines=shapes),
    }


def words_of(text, one_line=False):
    """Return the words of a Text as matplotlib sets them, or all in ``one_line``; "" of one that is not seen."""
    if not (text.get_visible() and opacity(to_rgba(text.get_color(), text.get_alpha()))):
        return ""
    Unreadable.when(text.get_usetex(), "usetex; leave it out: matplotlib sets formulas itself")
    lines = text.get_text().replace("\n", " ") if one_line else text.get_text()
    return words(lines) if text.get_parse_math() else lines


def record_text(text, recorder):
    """Add the marks of a text or an annotation, its arrow included, to those of ``recorder``."""
    check_text(text)
    shift, head = np.zeros(2), None
    if isinstance(text, Annotation):
        if not text._check_xy(recorder):  # what it is about lies outside the panel
            return
        head = text._get_position_xy(recorder)
        text.update_positions(recorder)
    anchor = text.get_transform().transform(text.get_unitless_position())
    if str(getattr(text, "anncoords", "")).startswith("offset"):  # points, pixels, or sizes of its letters
        anchor, shift = head, anchor - head
    if not np.isfinite(anchor).all():
        return
    if getattr(text, "arrow_patch", None):
        add_arrow(text, recorder, anchor, shift, head)
    if text.get_text() and (gc := room(text, anchor, shift, recorder)):
        recorder.put(block(text, recorder, anchor, shift), gc)


def weight_of(text):
    """Return the weight of letters, a number: 400 is usual, 600 and more are bold."""
    return weight_dict.get(text.get_fontweight(), text.get_fontweight())


def check_text(text):
    """Raise Unreadable if a page would not set a text as matplotlib does."""
    lines, font = "\n" in text.get_text(), text.get_fontproperties()
    own = {font.get_stretch(), font.get_variant()} != {"normal"} or weight_of(text) < 400
    Unreadable.when(own or not {*font.get_family()} <= FAMILIES,
                    f"letters of the font {', '.join(font.get_family())!r}, or thin ones, or of a stretch or variant; "
                    'leave them out, or use family="monospace" or weight="bold"')
    words_of(text)
    Unreadable.when(text.get_path_effects(),
                    'path effects on a text; give it a ground: bbox={"fc": "white", "ec": "none"}')
    Unreadable.when(text.get_wrap() or text.get_transform_rotates_text(),
                    'a text that wraps or turns with the data; break its lines with "\\n", turn it with rotation alone')
    spaced = text._get_multialignment() != text.get_ha() or text._linespacing not in ("normal", 1.2)
    Unreadable.when(lines and spaced, "linespacing, or multialignment other than ha; leave it out, or make it two")


def room(text, anchor, shift, recorder):
    """Return the context that cuts a text as matplotlib does, None if nothing is left; Unreadable beyond a margin."""
    box, lines, size = recorder.box, text.get_text().split("\n"), text.get_size() * PX
    reach = size * np.array([0.7 * max(map(len, lines)), 1.3 * len(lines)])
    if (np.abs(anchor + shift - (box.p0 + box.p1) / 2) < box.size / 2 - reach).all():
        return recorder.clip_of(text)
    extent = Text.get_window_extent(text, recorder)
    past = (anchor - np.clip(anchor, box.p0, box.p1)) * [0, max(0, HIGHEST / box.height - 1)]
    low, high = extent.p0 - box.p0 + past, extent.p1 - box.p1 + past
    cut = text.get_clip_on() and (text.get_clip_box() is not None or text.get_clip_path() is not None)
    Unreadable.when(extent.overlaps(box) and (extent.size > np.minimum(box.size, (NARROW, HIGHEST))).any(),
                    f"{text.get_text()!r}, larger than its panel or a phone; use fewer words, or break their line with "
                    '"\\n"')
    if cut or ((low > 0) & (high < 0)).all():
        return recorder.clip_of(text) if extent.overlaps(box) else None
    most = (-40, 12) if text.get_rotation() else (-40 - extent.width, box.width / 3 + extent.width)
    fits = ((low > (most[0], -recorder.foot)) & (high < (most[1], 10))).all()
    Unreadable.when(not fits, f"{text.get_text()!r} outside its panel, where a page has no room; use the title, labels "
                              "of axes, or a place inside, or let the panel cut it: clip_on=True")
    return recorder.new_gc()


def block(text, recorder, anchor, shift):
    """Return the mark of a text that hangs ``shift`` pixels from the display point ``anchor``."""
    align, valign, turn, size = text.get_ha(), text.get_va(), text.get_rotation(), text.get_fontsize() * PX
    if turn and text.get_rotation_mode() != "anchor":  # matplotlib aligns the box of the turned words
        extent = Text.get_window_extent(text, recorder)  # without its arrow
        shift, align, valign = (extent.p0 + extent.p1) / 2 - anchor, "center", "center"
    ground = ground_of(text)  # words on what keeps its colors on a dark page keep theirs
    hides = "fill" in ground and ground.get("fillOpacity", 1) >= 0.6
    at = anchor + shift + [0, size * {"bottom": 0.5, "top": -0.5}.get(valign, 0)]
    paper = keeps_colors(ground) if hides else any(area.contains_point(at) for area in recorder.areas)
    return {
        "kind": "text",
        "at": to_units([anchor], recorder.box)[0].tolist(),
        "shift": np.round(shift, 1).tolist(),
        "words": words_of(text),
        "size": round(size, 1),
        "align": align, "valign": valign,
        **ink("fill", to_rgba(text.get_color(), text.get_alpha()), 4.5, paper),
        **rare(turn=round(float(turn), 1), bold=weight_of(text) >= 600, ground=ground,
               italic=text.get_fontstyle() != "normal", mono="Mono" in text.get_fontname()),
    }


def ground_of(text):
    """Return the look of the box behind a text; {} where there is none."""
    box = text.get_bbox_patch()
    if box is None or not box.get_visible():
        return {}
    style = box.get_boxstyle()
    Unreadable.when(type(style).__name__ not in ("Square", "Round") or style.pad > 0.6 or box.get_hatch()
                    or getattr(style, "rounding_size", None) or box.get_linestyle() not in ("solid", "-"),
                    'a text box of this shape; use boxstyle="round" or "square" and leave out pad, rounding_size, '
                    "linestyle and hatch")
    return {**brush(box.get_facecolor()), **pen(box.get_edgecolor(), box.get_linewidth())}


def add_arrow(text, recorder, anchor, shift, head):
    """Add the arrow of an annotation: a thin one as words and a point, any other as matplotlib draws it."""
    patch, style = text.arrow_patch, text.arrowprops.get("arrowstyle", "simple")
    way, own = patch.get_connectionstyle(), SET & {*text.arrowprops} or (text.get_text() and text.get_rotation())
    own = own or patch.get_clip_path()
    first = len(recorder.marks)
    patch.draw(recorder)
    if len(recorder.marks) == first or style not in THIN or type(way).__name__ != "Arc3" or own:
        return
    drawn, recorder.marks[first:] = recorder.marks[first:], []
    start, end = to_units([anchor, head], recorder.box).tolist()
    label = [words_of(text), round(text.get_size() * PX, 1), text.get_ha(), text.get_va()] if text.get_text() else None
    mark = {
        "kind": "arrow", "from": start, "shift": np.round(shift, 1).tolist(), "to": end,
        "heads": f"{int('<' in style)}{int('>' in style)}",
        **only(drawn[0], "stroke", "width", "dash"),
        **only(drawn[-1] if "|" in style else {}, "fill"),
        **rare(bend=way.rad, label=label),
    }
    is_inside = recorder.box.contains(*(anchor + shift)) and recorder.box.contains(*head)
    recorder.put(mark, recorder.clip_of(text) if is_inside else recorder.new_gc())
