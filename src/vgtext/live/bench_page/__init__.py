"""The page of the training bench: its form, made from the parts of a recipe, its script in rooms, its style.

``live`` writes :func:`script` and :func:`style` beside a book that runs Python; the page holds :func:`element`.
"""

import json
from html import escape
from pathlib import Path

from vgtext.diagnose.table import TOO_FAST, TOO_SLOW
from vgtext.explore.page import HERE as SHARED
from vgtext.explore.page import join
from vgtext.explore.read.ink import themed
from vgtext.palette import COLORS
from vgtext.words import words

from ..bench import TARGET
from ..recipe import NEED_A_NORM, PARTS, Recipe
from .runs import PROPOSALS, RECIPES, STEPS, draw_runs

HERE = Path(__file__).parent
ROOMS = ("words", "form", "plot", "panels", "results", "main")
#: The parts of a recipe under the headings of the form.
GROUPS = {"network": ("depth", "width", "activation", "init", "gain", "norm", "shortcut"),
          "training": ("optimizer", "rate", "clip", "batch", "steps", "seed")}
PREDICTIONS = ("learns", "vanishes", "explodes", "neither")
#: What is drawn in which color of the book.
LINES = {"activation": "forward", "error": "backward", "gradient": "gradient", "ratio": "weight"}
#: The columns of the table of runs; None is what diagnose says.
RUN = ("column_recipe", "column_predicted", "column_outcome", None, "column_accuracy", "column_steps", "column_ms")

__all__ = ["PROPOSALS", "RECIPES", "STEPS", "draw_runs", "element", "links", "script", "style"]


def script():
    """Return the bench's script, in one piece."""
    return join(SHARED / "fill.js", *(HERE / f"{room}.js" for room in ROOMS))


def style():
    """Return the bench's style, with the colors of the palette."""
    colors = "".join(f"--bench-{line}: light-dark({themed(COLORS[role], 4.5).replace(',', ', ')}); "
                     for line, role in LINES.items())
    return (HERE / "style.css").read_text("utf8").replace("/* colors of the palette */", colors)


def element():
    """Return the bench as an element of a page, with a sentence that stands there until Python runs."""
    start = words("bench.start")
    still = words("bench.still", button=f"<em>{start}</em>", package="<code>vgtext</code>")
    return (f'<div id="bench" class="bench" data-live="bench" data-button="{start}" data-link="{words("bench.link")}">'
            f'<p class="bench-still">{still}</p><template>{_bench()}</template></div>')


def links():
    """Return the :data:`PROPOSALS` as a list of links that bring their recipes to the bench."""
    items = (f'<li><a href="#bench?{escape(recipe.query())}">{title}</a></li>' for title, recipe in PROPOSALS.items())
    return f'<ol class="bench-proposals">{"".join(items)}</ol>'


def _bench():
    facts = json.dumps({"fast": TOO_FAST, "slow": TOO_SLOW, "target": TARGET, "need_a_norm": NEED_A_NORM})
    panels = "".join(f'<div class="bench-{name}"></div>' for name in ("sizes", "ratio", "loss", "accuracy"))
    groups = "".join(_fieldset(f"bench.{group}", "fields", map(_control, names)) for group, names in GROUPS.items())
    buttons = {"run": "bench.run", "step": "bench.step", "reset": "figure.reset"}
    buttons = "".join(f'<button type="button" class="bench-{name}">{words(key)}</button>\n'
                      for name, key in buttons.items())
    return f"""
<div class="bench-root">
<script type="application/json" class="bench-facts">{facts}</script>
<form aria-label="{words("bench.recipe")}">{groups}
{_fieldset("bench.prediction", "guesses", map(_guess, PREDICTIONS))}
<div class="bench-buttons">{buttons}</div></form>
<p class="bench-fault" role="alert" hidden></p>
<p class="bench-status"></p><p class="bench-answer" role="status"></p><p class="bench-spoken" role="status"></p>
<div class="bench-panels">{panels}</div>
<p class="bench-price"></p>
<section aria-labelledby="bench-says">
<p id="bench-says" class="bench-heading">{words("bench.says", diagnose="<code>diagnose</code>")}</p>
<div class="bench-verdict"></div></section>
<details class="bench-numbers"><summary>{words("bench.numbers")}</summary>
{_table("bench-layers", words("bench.numbers"), "", ("column_layer", *LINES))}
</details>
<div hidden>{_table("bench-runs", words("bench.runs"), words("bench.runs"), RUN)}</div>
</div>"""


def _fieldset(title, name, parts):
    return f'<fieldset><legend>{words(title)}</legend><div class="bench-{name}">{"".join(parts)}</div></fieldset>'


def _guess(key):
    told = words(f"bench.guess_{key}", **({"share": f"{TARGET:.0%}"} if key == "learns" else {}))
    return f'<label><input type="radio" name="prediction" value="{key}"> {told}</label>'


def _table(name, label, caption, columns):
    head = "".join(f'<th scope="col">{words(f"bench.{key}") if key else "diagnose"}</th>' for key in columns)
    return (f'<div class="bench-scroll" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="{name}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody></tbody></table>'
            f"</div>")


def _control(name):
    part, value = PARTS[name], getattr(Recipe, name)
    given = f'id="bench-{name}" name="{name}" data-part="{name}"'
    label = f'<label for="bench-{name}">{words(f"recipe.{name}")}</label>'
    if part.choices:
        options = "".join(f'<option value="{key}"{" selected" if key == value else ""}>{_choice(name, key)}</option>'
                          for key in part.choices)
        return f"<div>{label}<select {given}>{options}</select></div>"
    ends = f'min="{part.low:g}" max="{part.high:g}" step="{1 if part.whole else "any"}" value="{value:g}"'
    if name == "depth":
        return (f'<div>{label}<span class="bench-slider"><input type="range" {given} {ends}>'
                f'<output for="bench-{name}" aria-live="off">{value}</output></span></div>')
    return f'<div>{label}<input type="number" inputmode="decimal" {given} {ends}></div>'


def _choice(name, key):
    return f"{key:,}" if isinstance(key, int) else words(f"recipe.{name}_{key}")
