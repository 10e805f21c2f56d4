"""One color for a light page and one for a dark page, from the color that the author chose for paper.

Greys are mirrored (black becomes white, white the page's ground). Other colors are moved toward black or white until
they stand out from the ground: 3:1 for lines, 4.5:1 for text (WCAG 2.2, success criteria 1.4.11 and 1.4.3); areas are
left as they are.
"""

from functools import cache

from matplotlib.colors import to_hex, to_rgb, to_rgba

LIGHT, DARK = (1.0, 1.0, 1.0), (0.083, 0.095, 0.111)  # the grounds of the page, #15181c in the dark


def luminance(rgb):
    """Return the relative luminance of an sRGB color, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def stand_out(rgb, ground, ratio):
    """Move ``rgb`` away from ``ground`` in steps of 4 % until their contrast ratio, 1 to 21, is at least ``ratio``."""
    goal = 0.0 if luminance(ground) > 0.5 else 1.0
    for step in range(26):
        moved = tuple(c + (goal - c) * step / 25 for c in rgb)
        low, high = sorted((luminance(moved), luminance(ground)))
        if (high + 0.05) / (low + 0.05) >= ratio:
            break
    return moved


def is_gray(rgb):
    """Say whether a color has (nearly) no hue."""
    return max(rgb) - min(rgb) < 0.06


@cache
def themed(color, ratio, paper=False):
    """Return "light,dark", the two hex colors that the page uses for a matplotlib ``color``; one where they are alike.

    ``ratio`` is the contrast with the ground that the color is moved to, if it is no gray; grays only for text (4.5).
    On ``paper`` (words on a picture, colors that stand for numbers) a color is left as it is.
    Transparency is not part of it (see :func:`opacity`).
    """
    rgb = to_rgb(color)
    if paper:
        return to_hex(rgb)
    gray = is_gray(rgb)
    mirrored = tuple(DARK[i] + (1 - DARK[i]) * (1 - c) for i, c in enumerate(rgb)) if gray else rgb
    ratio = 1.0 if gray and ratio < 4.5 else ratio
    on_dark = 1.0 if ratio == 1.0 else 4.5  # thin lines need more of it on a dark ground
    light, dark = to_hex(stand_out(rgb, LIGHT, ratio)), to_hex(stand_out(mirrored, DARK, on_dark))
    return light if light == dark else f"{light},{dark}"


def is_colored(color):
    """Say whether a matplotlib color is seen, and no gray."""
    return color is not None and opacity(color) > 0 and not is_gray(to_rgb(color))


def opacity(color):
    """Return the opacity of a matplotlib color, 0 to 1, rounded to two decimals; 1 where None stands for the usual."""
    return 1.0 if color is None else round(to_rgba(color)[3], 2)
