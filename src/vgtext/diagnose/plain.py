"""Printed text without what stands around its names and numbers: colors, bold type, a framework's words."""

import re

NUMBER = r"[-+]?(?:\.?\d(?:\w|[.,](?=\d)|(?<=e)[-+](?=\d))*|(?:infinity|inf|nan)(?!\w))"
#: What frameworks print around a number: tensor(2.3, device='cuda:0'), np.float64(2.3), tf.Tensor(2.3, shape=()).
WRAPPED = re.compile(rf"(?<![\w.])[\w.]*(?:tensor|array|float\d*)\(\s*({NUMBER})(?:[,.](?:[^()\n]|\([^()\n]*\))*)?\)",
                     re.IGNORECASE)
ODD = re.compile(r"1\.#(?=INF)|1\.#Q(?=NAN)|(?<=nan)\(\w+\)", re.IGNORECASE)  # as C prints it
COLORS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
BARS = dict.fromkeys(map(ord, "\u2502\u2503\u2551"), "|")  # between the columns of a table
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
#: A name at the end of a line, and its one number below it.
BELOW = re.compile(rf"""((?:loss|acc|accuracy)['"]?[ \t]*[:=])[ \t]*\r?\n[ \t]*({NUMBER}%?)
                         (?![\w.,%])(?![ \t]*\r?\n[ \t]*[-+.\d])""", re.IGNORECASE | re.VERBOSE)

UNDER_WAY = re.compile(r"\s*(\d+)/(\d+) ?[\[\u2501].* - \w+: ")  # so far, of all batches


def plain(text):
    """Return a text with a minus for each dash that is one, what was printed over in lines of its own, and no colors.

    A number below its name comes up beside it; the lines keep their numbers.
    """
    text = re.sub("\b+", "\r", COLORS.sub("", text).replace("\u2212", "-").translate(BARS))
    return BELOW.sub(r"\1 \2\n", BOLD.sub(r"\1", text))


def done(lines, say):
    """Return numbered lines without those of Keras's bar, as ``12/60 [=>..] - loss: 1.2``, in an epoch under way."""
    bars = [UNDER_WAY.match(line) for _, line in lines]
    kept = [line for line, bar in zip(lines, bars) if not bar or bar[1] == bar[2]]
    if len(kept) == len(lines) or not any(bar and bar[1] == bar[2] for bar in bars):
        return lines
    say(f"Lines of an epoch under way ({len(lines) - len(kept)}) are left out: they hold means over its first batches.")
    return kept


def bare(line):
    """Return a line without what stands around its numbers."""
    return WRAPPED.sub(r"\1", ODD.sub("", line))
