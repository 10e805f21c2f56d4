"""Find a figure by its name, and write one state of it as a picture: works wherever the package is installed."""

import ast
import inspect
import re
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.resources import files
from itertools import pairwise

from vgtext.explore import FigureError
from vgtext.explore.controls import is_number
from vgtext.explore.element import picture_file
from vgtext.explore.figure import Explorable
from vgtext.tools.notebooks import NoBook, NoChapter, figures, root


def sources():
    """Yield (module, source) of every module of the chapters."""
    chapters = files("vgtext") / "chapters"
    for folder in sorted((f for f in chapters.iterdir() if f.is_dir()), key=lambda f: f.name):
        for file in sorted((f for f in folder.iterdir() if f.name.endswith(".py")), key=lambda f: f.name):
            yield f"vgtext.chapters.{folder.name}.{file.name[:-3]}", file.read_text(encoding="utf-8")


def find_figure(name):
    """Return the drawing function of the figure ``name`` ("unit_circle", or "two_by_two/unit_circle").

    Hyphens count as underscores. Raises NoChapter, with the names that it may be, if there is none of that name, or if
    several chapters have one.
    """
    chapter, _, short = name.replace("-", "_").rpartition("/")
    known = [(m.split(".")[2], f, m) for m, source in sources() for f in re.findall(r"^def draw_(\w+)\(", source, re.M)]
    found = [(slug, figure, module) for slug, figure, module in known if figure == short and chapter in ("", slug)]
    if not found:
        there = sorted({figure for _, figure, _ in known})
        same = [f"{slug}/{figure}" for slug, figure, _ in known if figure == short]
        near = same or get_close_matches(short, there, cutoff=0.7)
        raise NoChapter(f"unknown figure {name!r}; " + ("do you mean " + " or ".join(near) + "?" if near else
                                                        f"there are {', '.join(there)}"))
    if len(found) > 1:
        full = " or ".join(f"{slug}/{short}" for slug, _, _ in found)
        raise NoChapter(f"several chapters have a figure {short!r}: say {full}")
    return getattr(import_module(found[0][2]), f"draw_{short}")


def read_state(draw, words):
    """Return the parameters that ``NAME=VALUE`` words give a drawing function, read as the kind that its default is.

    Raises NoChapter if a name is none of its parameters or comes twice, or a value cannot be read.
    """
    defaults = {p.name: p.default for p in inspect.signature(draw).parameters.values() if p.default is not p.empty}
    state = {}
    for word in words:
        name, _, text = word.partition("=")
        if name not in defaults:
            known = ", ".join(defaults) or "none"
            raise NoChapter(f"figure {draw.__name__[5:]} has no control {name!r}; it has {known}")
        if name in state:
            raise NoChapter(f"control {name} is given twice")
        state[name] = read_word(draw, name, text, defaults[name])
    return state


def read_value(text, default):
    """Return ``text`` as the kind of value that ``default`` is; ... where it is none."""
    if isinstance(default, str):
        return text
    text = {"on": "True", "off": "False", "none": "None"}.get(text.lower(), text)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return ...
    if isinstance(default, int) and type(value) is not type(default):
        return ...
    return float(value) if isinstance(default, float) and isinstance(value, int) else value


def read_word(draw, name, text, default):
    """Return the value that a control calls ``text``, or that it spells; raises NoChapter with what it may be."""
    controls = {control.name: control for control in controls_of(draw)}
    known = dict(zip(controls[name].texts, controls[name].values, strict=True)) if name in controls else {}
    if text in known:
        return known[text]
    value = read_value(text, default)
    if value is not ... and (not isinstance(default, str) or not known or text in known.values()):
        return value
    kind = {bool: "on or off", int: "whole numbers"}.get(type(default), f"values like {default!r}")
    raise NoChapter(f"control {name} takes {kind if isinstance(default, bool) else takes(known) or kind}, not {text!r}")


def takes(texts):
    """Return in words what a control with these ``texts`` takes; "" for a long slider, and where it has none."""
    return "; ".join(texts) if len(texts) < 20 else ""


def check_state(draw, state, between):
    """Raise NoChapter where a control takes no such value; a number ``between`` two of its own passes if so asked."""
    for control in controls_of(draw):
        value, texts = state[control.name], control.texts
        numbers = sorted(filter(is_number, control.values)) if between and is_number(value) else ()
        if value not in control.values and not any(low <= value <= high for low, high in pairwise(numbers)):
            known = takes(texts) or f"{texts[0]} to {texts[-1]}"
            raise NoChapter(f"control {control.name} takes {known}, not {value!r}")


@cache
def controls_of(draw):
    """Return the controls of a figure as its chapter's notebook has them; none where the book's files are not here."""
    try:
        root()
    except (NoBook, NoChapter):
        return ()
    made = figures(draw.__module__.split(".")[2]).make(draw.__name__)
    return made[draw.__name__[5:]].controls if draw.__name__[5:] in made else ()


def write_figure(name, words, target):
    """Write a figure's state, the opening one but for ``words``, as the picture ``target``; return its caption.

    Raises NoChapter for an unknown figure, control or value, FigureError if the figure cannot be drawn so.
    """
    draw = find_figure(name)
    figure, kind = Explorable(draw, {}, {}), target.suffix.removeprefix(".")
    state = {**figure.defaults, **read_state(draw, words)}
    check_state(draw, state, between=True)
    try:
        image, caption = picture_file(figure, kind, state)
    except FigureError as error:
        check_state(draw, state, between=False)
        hint = "" if controls_of(draw) else "the values that a control takes are those in the chapter; "
        raise FigureError(f"{hint}{error}") from error
    target.write_bytes(image)
    return caption
