"""Text for the page: plain words as they are, mathtext as positioned runs of characters (no math library there)."""

from functools import cache
from unicodedata import combining

from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from . import Unreadable
from .marks import rare
from .units import svg_shape

SIZE = 100  # lengths of a run are in hundredths of the font's size
FACES = {"Book": 0, "Oblique": 1, "Italic": 1, "Display": 0, "Bold": 2, "Bold Oblique": 3}  # 1: slanted, 2: bold


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
