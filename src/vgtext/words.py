"""Every word of the interface, in one table: ``data/words.toml``, which a book in another language translates.

Python asks for a word by its key, ``words("figure.reset")``; in a page's script ``WORDS.figure.reset`` stands for it,
and is put in as the script is written (:mod:`vgtext.explore.page`).
"""

import json
import re
import tomllib
from functools import cache
from html import escape
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "words.toml"

#: σ_w and a[l] in words, as page/words.js finds them; a letter is none of the small numbers above and below a line.
LETTER = "[^\\W\\d_⁰⁴-⁹₀-₉¼-¾²³¹]"
SUBSCRIPT = re.compile(rf"(?<!{LETTER}|[\d_])({LETTER})_({LETTER}{{1,4}}|\d+)(?!{LETTER}|[\d_])")
LAYER = re.compile(rf"(?<!{LETTER}|[\d_])({LETTER}|∂)\[([lL\d][^\]\s]{{0,3}})\]")


class BrokenTable(ValueError):
    """A table of words that cannot be read; the message is one line that names file and line."""


@cache
def table(path):
    """Return {"section.name": text} of the table at ``path``; BrokenTable if it is none, as after a merge."""
    text = path.read_text("utf8")
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        marked = re.search(r"^<<<<<<< ", text, re.M)
        raise BrokenTable(f"{path}: " + (
            f"a merge has left its marks, the first in line {text.count(chr(10), 0, marked.start()) + 1}: choose what "
            "stays of the lines between <<<<<<< and >>>>>>>" if marked else f"no table of words: {error}")) from None
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def raw(key):
    """Return the text of ``key`` with its {places} as they are; KeyError, which names the table, if it has none."""
    texts = table(TABLE)
    if key not in texts:
        raise KeyError(f"{TABLE.name} has no text {key!r}")
    return texts[key]


def words(key, **given):
    """Return the text of ``key``, with what is ``given`` in its {places}."""
    return raw(key).format(**given)


def in_script(text):
    """Return a script with the texts of the table in the places of their keys."""
    return re.sub(r"\bWORDS\.(\w+\.\w+)", lambda match: json.dumps(raw(match[1]), ensure_ascii=False), text)


def typeset(text):
    """Return words as HTML, with σ_w and a[l] as formulas have them: the form that they keep where no script runs."""
    return LAYER.sub(r"\1<sup>[\2]</sup>", SUBSCRIPT.sub(r"\1<sub>\2</sub>", escape(text)))
