"""What the numbers of a caption are: chosen or drawn, measured or predicted, of the line and place that it names."""

import re

import numpy as np
from matplotlib.text import Annotation

from vgtext.palette import COLORS

from .numbers import NUMBER, N, is_told, named_in, numbers_of, value_of

#: A prediction in a caption, as "(the law: 0.5)", ", predicted 0.5" or "0.4 measured, 0.5 predicted".
PREDICTED = re.compile(rf"(?:\((?:the law|predicted|theory|(?:thin )?dash|in very wide|\d [kL]/n)[^()\d]*{N}|"
                       rf", predicted {N})|{N}(?: measured, |; the theory says ){N}")
#: What is before or behind a number that says where, and not what.
WHERE = re.compile(r"(?:layers?|width|blocks?|steps?|[=√]|at most) $"), re.compile(r" (?:layers|blocks|steps|inputs)")
#: Two numbers of which the first is not the larger one.
RISING = re.compile(rf"between {N} and {N}|(?<!from ){N} to {N}|values go from {N} to {N}|{N}(?: \w+)? of at most {N}|"
                    rf"at least {N}[^.]*? up to {N}|[Ll]east [^.]*?\({N}\), most [^.]*?\({N}\)|"
                    rf"less than {N}[^.]*? more than {N}")
FALLING = re.compile(rf"[Mm]ost [^.]*?\({N}\), least [^.]*?\({N}\)|at most {N}[^.]*? up to {N}")
#: A factor that is not below 1, or not above it.
LARGER = re.compile(rf"(?:largest|slowest)[^.;]{{0,30}}? (?:is|takes) {N} times (?:the smallest|as long)")
SMALLER = re.compile(rf"smallest is {N} times the largest|fastest[^.;]* takes {N} times as long")
#: A first one over a last, or the reverse.
TIMES = re.compile(rf"(first|last|layer 1 )[^.;,]*? {N} times [^.;,]*?(?:first|last|layer)")
#: A number that is called a share of one thing, and one by which something is said to grow.
SHARE = re.compile(rf"{N} of (?:(?:the|its) (?:error signal|first value|gradient|largest|length|push|size|weight)|"
                   r"their size|a signal)\b")
#: So many of so many, and a share of something in percent.
COUNT = re.compile(r"(?<![\d.,%])\b(\d+) of (?:the |all )?(\d+) (?!× )")
PERCENT = re.compile(r"(?<![\w.])(\d[\d,.]*)% of (?!its initial)")
GROWN = re.compile(rf"grows [^.;]*?{N}-fold")
#: What captions count.
MANY = "layer|step|block|run|epoch|unit|example|digit|network|seed|factor|input|token|key|direction|bug"
#: One with the verb or the plural of many, many with a singular, a number that is rounded to nothing, no range.
MISFITS = re.compile(r"(?<![\d.,])1 (?:of \S+ )?(?:others |runs )?(?:are|come|do|get|have|solve)\b|(?<![\d.])0\.0+%|"
                     r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+%|(?:loss is|ends at) 0\.0+(?!\d)|"
                     rf"(?<![\w.,·×])1 (?:{MANY})s\b|"
                     rf"(?<![\w.,·×√^⁻/−-])(?:0|[2-9]|\d\d+|\d,\d{{3}}) (?:{MANY})(?![\w-])|"
                     r"(?:between (\d[\d.]*) and \1|from (\d[\d.]*) to \2|radii (\d[\d.]*) to \3)(?![\d.]*\d| ×)")
#: Lines whose labels are words that captions use in another sense.
OTHERWISE = {"value", "slope"}


def misfits(caption):
    """Yield the words of a caption that do not fit its numbers: what is larger than 1 is no share of one thing."""
    yield from (found[0] for found in MISFITS.finditer(caption))
    yield from (m[0] for m in COUNT.finditer(caption) if value_of(m[1])[0] > value_of(m[2])[0])
    yield from (m[0] for m in PERCENT.finditer(caption) if value_of(m[1])[0] > 100)
    for pattern, fits in ((SHARE, lambda n: n <= 1), (GROWN, lambda n: n > 1)):
        yield from (m[0] for m in pattern.finditer(caption) if m[1][-1] != "%" and not fits(value_of(m[1])[0]))


def check_said(caption, values, panels):
    """Yield what a caption says of its numbers and is not so."""
    for pattern, wrong in ((RISING, lambda low, high: low > high), (FALLING, lambda high, low: low > high),
                           (LARGER, lambda n: n < 1), (SMALLER, lambda n: n > 1)):
        yield from (f"“{m[0]}”" for m in pattern.finditer(caption)
                    if wrong(*(value_of(number)[0] for number in m.groups() if number)))
    yield from roles(caption, values, panels)
    yield from directions(caption, panels)
    yield from places(caption, panels)
    yield from lines_named(caption, values, panels)
    yield from guides_named(caption, panels)


def roles(caption, values, panels):
    """What is measured is no number of the theory's lines alone, and is near what is predicted; and the reverse."""
    named = named_in(caption, values)
    lines = [line for ax in panels for line in ax.lines]
    theory = numbers_of([line for line in lines if line.get_color() == COLORS["theory"]], named)
    others = numbers_of([line for line in lines if line.get_color() not in (COLORS["theory"], COLORS["reference"])],
                        named)
    for measured, predicted in pairs(caption):
        a, b = (abs(value_of(number)[0]) for number in (measured, predicted))
        if a != b and not (a and b and abs(np.log10(a / b)) < 0.31 + 0.08 * abs(np.log10(b))):
            yield f"{measured} is far from the {predicted} that is predicted"
        if is_told(predicted, others) and not (is_told(predicted, theory) or is_told(measured, others)):
            yield f"{predicted} is measured, not predicted"
        if is_told(measured, theory) and not (is_told(measured, others) or is_told(predicted, theory)):
            yield f"{measured} is predicted, not measured"


def directions(caption, panels):
    """A first one that is so many times a last one is that, and not the reverse."""
    ends = [line.get_ydata()[[0, -1]] for ax in panels for line in ax.lines if len(line.get_xdata()) > 2]
    with np.errstate(all="ignore"):
        ratios = np.array([np.float64(first) / last for first, last in ends])
        ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    for m in TIMES.finditer(caption):
        forth, back = (ratios, 1 / ratios) if m[1] in ("first", "layer 1 ") else (1 / ratios, ratios)
        if is_told(m[2], back) and not is_told(m[2], forth):
            yield f"“{m[0]}” is the other way round"


def places(caption, panels):
    """A number in a clause that names one place of an axis is of a line there, if it is of one at any named place."""
    for noun in ("layer", "step", "epoch", "block"):
        lines = [line for ax in panels for line in ax.lines if ax.get_xlabel().startswith((noun, f"after {noun}"))]
        named = {float(at) for at in re.findall(rf"{noun} (\d+)", caption, re.I)}
        there = {at: [y for line in lines for y in np.asarray(line.get_ydata())[np.asarray(line.get_xdata()) == at]]
                 for at in named}
        for clause in re.split(r"[;:.,)] |[.)]$| ?\(| and ", caption) if len(named) > 1 else ():
            at, rest = re.findall(rf"{noun} (\d+)", clause, re.I), re.sub(rf"(?i){noun} \d+", "", clause)
            for number in NUMBER.findall(rest) if len(at) == 1 else ():
                others = [y for place in named - {float(at[0])} for y in there[place]]
                if value_of(number)[0] and is_told(number, others) and not is_told(number, there[float(at[0])]):
                    yield f"in “{clause}” {number} is not of that {noun}"


def pairs(caption):
    """Yield (what is measured, what is predicted) of a caption."""
    for found in PREDICTED.finditer(caption):
        *alone, measured, predicted = found.groups()
        if measured:
            yield measured, predicted
            continue
        said = re.split(r"[;:.] |, ", caption[: found.start()])[-1]
        some = [n[0] for n in NUMBER.finditer(said)
                if not (WHERE[0].search(said[: n.start()]) or WHERE[1].match(said[n.end():]))]
        yield from ((number, alone[0] or alone[1]) for number in some[-1:])


def lines_named(caption, values, panels):
    """A number in a clause that names one line is of that line, if it is of any that has a name."""
    named, lines = named_in(caption, values), {}
    for line in (line for ax in panels for line in ax.lines if line.get_color() != COLORS["reference"]):
        if line.get_label()[0] != "_" and line.get_label() not in OTHERWISE:
            lines.setdefault(line.get_label(), []).append(line)
    for clause in re.split(r"[;:.,)] |[.)]$| ?\(| and ", caption):
        own = [name for name in lines if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", clause, re.I)]
        own = [name for name in own if not any(name != other and name.lower() in other.lower() for other in own)]
        for number in NUMBER.finditer(clause.replace(own[0], "")) if len(own) == 1 else ():
            holders = [name for name in lines if is_told(number[0], numbers_of(lines[name], named))]
            if holders and own[0] not in holders:
                yield f"in “{clause}” {number[0]} is of {holders}"


def guides_named(caption, panels):
    """What a caption says that the mean or the median is, is where the guide of that name stands."""
    said = re.findall(rf"\b(mean|median)(?: is|,) {N}", caption)
    for text in (text for ax in panels for text in ax.texts if isinstance(text, Annotation)):
        for word, number in said if text.xycoords == "data" else ():
            if re.match(rf"{word}\b", text.get_text()) and not is_told(number, text.xy):
                yield f"“{text.get_text()}” does not stand at {number}"
