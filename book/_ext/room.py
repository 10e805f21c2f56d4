"""Room for a figure before it opens: about what its picture and caption will take, so that nothing jumps."""

import base64
import gzip
import json
import math

#: Pixels on a phone, as page/layout.js lays out: a panel, the most of a square one, its edge, numbers, lines of words.
PANEL, SQUARE, EDGE, NUMBERS, LABEL, TITLE, LEGEND = 220, 300, 10, 24, 17, 24, 19
WIDTH, LETTER, KEY = 300, 7, 48  # of a row of a legend; of a letter in it; of an entry without its letters
LETTERS = 46  # of a caption, in a line


def tall(frame):
    """Return the pixels of one panel with the words around it, on a phone."""
    panel = min(SQUARE * frame["aspect"], PANEL + 120) if frame.get("aspect") else PANEL
    entries = [words if isinstance(words, str) else "x" * 9 for words, _ in frame.get("legend") or ()]
    rows = math.ceil(sum(KEY + LETTER * len(words) for words in entries) / WIDTH)
    below = LABEL * bool(frame["x"].get("label")) + (NUMBERS if frame["x"].get("texts") else EDGE)
    return panel + EDGE + TITLE * bool(frame.get("title")) + (LEGEND * rows + 4) * bool(rows) + below


def room(states):
    """Return the style of a figure's element that keeps its room, from its packed states."""
    payload = json.loads(gzip.decompress(base64.b64decode(states)))
    parts, columns = payload["parts"], zip(*payload["states"])
    panels = [max(tall(parts[number]) for number in {panel[0] for panel in column}) for column in columns]
    lines = math.ceil(max(map(len, payload["captions"])) / LETTERS)
    return f"--tall:{sum(panels) + 8 * len(panels) - 8:.0f}px;--lines:{lines}"
