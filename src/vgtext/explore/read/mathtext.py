"""Text for the page: plain words as they are, mathtext as positioned runs of characters (no maths library there)."""

from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

SIZE = 100  # lengths of a run are in hundredths of the font's size
_parser = MathTextParser("path")


def italic(font):
    """Say whether a font face is slanted."""
    return any(word in font.style_name for word in ("Oblique", "Italic"))


@cache
def words(text):
    """Return ``text`` for the page: a str, or [width, runs, rules, height, depth] where it holds mathtext.

    A run is [x, y, size, italic, characters, width], a rule (of a fraction or a root) [x, y, width, height]; all
    lengths are in percent of the font's size, y up from the baseline.
    """
    if text.count("$") < 2:
        return text.replace(r"\$", "$")
    parsed = _parser.parse(text, dpi=72, prop=FontProperties(size=SIZE))
    runs = []
    for font, size, *code, x, y in parsed.glyphs:
        char, kind = chr(code[0]), (round(float(y)), round(float(size)), int(italic(font)))
        font.set_size(size, 72)
        end = float(x) + font.load_char(code[0]).linearHoriAdvance / 65536
        if runs and runs[-1][1] == kind and float(x) - runs[-1][3] < 0.15 * size:
            runs[-1][2], runs[-1][3] = runs[-1][2] + char, end
        else:
            runs.append([float(x), kind, char, end])
    return [
        round(parsed.width),
        [[round(x), *kind, chars, round(end - x)] for x, kind, chars, end in runs],
        [[round(float(v)) for v in rule] for rule in parsed.rects],
        round(parsed.height),
        round(parsed.depth),
    ]
