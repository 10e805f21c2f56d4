"""Room for a figure before it opens: about what its picture and caption will take, so that nothing jumps."""

import base64
import gzip
import json
import math

#: Pixels around a panel, as page/layout.js lays out: its edge, numbers, lines of words.
EDGE, NUMBERS, LABEL, TITLE, LEGEND = 10, 24, 17, 24, 19
LETTER, KEY = 7, 48  # of a letter; of an entry of a legend without its letters
#: On a phone, where panels stand one below the other: a panel, the most of a square one, a row of a legend.
PANEL, SQUARE, NARROW = 220, 300, 300
#: In a column of text: its width; of panels in a row, the least and the most, and height over width; of one alone.
WIDE, LEAST, MOST, ROW, ALONE, STACKED, STACK_BELOW = 688, 220, 340, 0.9, 0.5, 195, 270
LETTERS = {NARROW: 46, WIDE: 92}  # of a caption, in a line


def around(frame, width):
    """Return the pixels above and below a panel that is so wide, of its words."""
    entries = [words if isinstance(words, str) else "x" * 9 for words, _ in frame.get("legend") or ()]
    rows = math.ceil(sum(KEY + LETTER * len(words) for words in entries) / width)
    below = LABEL * bool(frame["x"].get("label")) + (NUMBERS if frame["x"].get("texts") else EDGE)
    return EDGE + TITLE * bool(frame.get("title")) + (LEGEND * rows + 4) * bool(rows) + below


def tall(frame):
    """Return the pixels of one panel with the words around it, on a phone."""
    panel = min(SQUARE * frame["aspect"], PANEL + 120) if frame.get("aspect") else PANEL
    return panel + around(frame, NARROW)


def wide(frames):
    """Return the pixels of a picture of these panels in a column of text."""
    each = WIDE / len(frames)
    stacked = len(frames) > 1 and each < STACK_BELOW
    inside = [(WIDE if stacked else each) - 66 - 56 * bool(frame.get("bar")) for frame in frames]
    if stacked:
        return sum(STACKED + around(frame, room) + 8 for frame, room in zip(frames, inside)) - 8
    high = min(MOST, max(LEAST, inside[0] * (ROW if len(frames) > 1 else ALONE)))
    shapes = [frame.get("aspect") for frame in frames]
    if all(shapes):  # they widen until the row is full
        high = min(MOST, inside[0] * shapes[0]) if len(frames) == 1 else min(
            1.25 * high, sum(inside) / sum(1 / shape for shape in shapes))
    return high + max(around(frame, room) for frame, room in zip(frames, inside))


def room(states):
    """Return the style of a figure's element that keeps its room, from its packed states."""
    payload = json.loads(gzip.decompress(base64.b64decode(states)))
    parts, columns = payload["parts"], [*zip(*payload["states"])]
    frames = [[parts[number] for number in {panel[0] for panel in column}] for column in columns]
    panels = [max(map(tall, states)) for states in frames]
    longest = max(map(len, payload["captions"]))
    lines, rows = (math.ceil(longest / letters) for letters in LETTERS.values())
    return (f"--tall:{sum(panels) + 8 * len(panels) - 8:.0f}px;--lines:{lines};"
            f"--wide:{wide([states[0] for states in frames]):.0f}px;--rows:{rows}")
