"""The page of the training bench: its form, made from the parts of a recipe, its script in rooms, its style.

``live`` writes :func:`script` and :func:`style` beside a book that runs Python; the page holds :func:`element`.
"""

import json
from html import escape
from pathlib import Path

from vgtext.diagnose.table import TOO_FAST, TOO_SLOW
from vgtext.explore.page import join
from vgtext.explore.read.colors import themed
from vgtext.palette import COLORS

from ..bench import TARGET
from ..recipe import PARTS, Recipe
from .runs import RECIPES, STEPS, draw_runs

HERE = Path(__file__).parent
ROOMS = ("words", "form", "plot", "panels", "results", "main")
#: The parts of a recipe under the headings of the form.
GROUPS = {"Network": ("depth", "width", "activation", "init", "gain", "norm", "shortcut"),
          "Training": ("optimizer", "rate", "clip", "batch", "steps", "seed")}
PREDICTIONS = {"learns": f"It learns ({TARGET:.0%} of the training digits)",
               "vanishes": "It does not: its gradients vanish", "explodes": "It does not: its gradients explode",
               "neither": "It does not, for another reason"}
STILL = ("A click on <em>Start the bench</em> starts Python in this page; the networks then train on your machine. "
         "Where there is no such button, this copy of the book came without the files that it takes: the figure below "
         "shows four runs, and the bench runs in any Python that has <code>vgtext</code>.")
#: What is said beside the button when a link was clicked before the start.
LINK = "The link's recipe is in the address: the bench opens with it when you start it."
#: What is drawn in which color of the book.
LINES = {"activation": "forward", "error": "backward", "gradient": "gradient", "ratio": "weight"}


#: What the page proposes to predict: the recipe in words, and as it is.
PROPOSALS = {
    "20 ReLU layers with He initialization, all weights times 2":
        Recipe(activation="relu", init="he_normal", gain=2, steps=300),
    "100 ReLU layers with He initialization": RECIPES["100 ReLU layers"],
    "the same 100 layers with shortcuts and layer norm": RECIPES["100 ReLU layers, shortcuts and layer norm"],
    "100 tanh layers with orthogonal weights: no shortcut, no normalization":
        RECIPES["100 plain tanh layers, orthogonal weights"],
}
__all__ = ["PROPOSALS", "RECIPES", "STEPS", "draw_runs", "element", "links", "script", "style"]


def script():
    """Return the bench's script, in one piece."""
    return join(*(HERE / f"{room}.js" for room in ROOMS))


def style():
    """Return the bench's style, with the colors of the palette."""
    colors = "".join(f"--bench-{line}: light-dark({themed(COLORS[role], 4.5).replace(',', ', ')}); "
                     for line, role in LINES.items())
    return (HERE / "style.css").read_text("utf8").replace("/* colors of the palette */", colors)


def element():
    """Return the bench as an element of a page, with a sentence that stands there until Python runs."""
    return (f'<div id="bench" class="bench" data-live="bench" data-button="Start the bench" data-link="{LINK}">'
            f'<p class="bench-still">{STILL}</p><template>{_bench()}</template></div>')


def links():
    """Return the :data:`PROPOSALS` as a list of links that bring their recipes to the bench."""
    items = (f'<li><a href="#bench?{escape(recipe.query())}">{words}</a></li>' for words, recipe in PROPOSALS.items())
    return f'<ol class="bench-proposals">{"".join(items)}</ol>'


def _bench():
    facts = json.dumps({"fast": TOO_FAST, "slow": TOO_SLOW, "target": TARGET})
    panels = "".join(f'<div class="bench-{name}"></div>' for name in ("sizes", "ratio", "loss", "accuracy"))
    groups = "".join(f'<fieldset><legend>{title}</legend><div class="bench-fields">'
                     f'{"".join(map(_control, names))}</div></fieldset>' for title, names in GROUPS.items())
    guesses = "".join(f'<label><input type="radio" name="prediction" value="{key}"> {words}</label>'
                      for key, words in PREDICTIONS.items())
    return f"""
<div class="bench-root">
<script type="application/json" class="bench-facts">{facts}</script>
<form aria-label="The recipe">{groups}
<fieldset><legend>Your prediction</legend><div class="bench-guesses">{guesses}</div></fieldset>
<div class="bench-buttons"><button type="button" class="bench-run">Run</button>
<button type="button" class="bench-step">One step</button>
<button type="button" class="bench-reset">Reset</button></div></form>
<p class="bench-fault" role="alert" hidden></p>
<p class="bench-status"></p><p class="bench-answer" role="status"></p><p class="bench-spoken" role="status"></p>
<div class="bench-panels">{panels}</div>
<p class="bench-price"></p>
<section aria-labelledby="bench-says"><p id="bench-says" class="bench-heading">What <code>diagnose</code> says</p>
<div class="bench-verdict"></div></section>
<details class="bench-numbers"><summary>The numbers of every layer</summary>
{_table("bench-layers", "", ("layer", "activation", "error signal", "weight gradient", "update-to-weight ratio"))}
</details>
<div hidden>{_table("bench-runs", "Your runs, the newest first",
                    ("recipe", "predicted", "outcome", "diagnose", "accuracy", "steps", "ms a step"))}</div>
</div>"""


def _table(name, caption, columns):
    head = "".join(f'<th scope="col">{words}</th>' for words in columns)
    label = caption or "The numbers of every layer"
    return (f'<div class="bench-scroll" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="{name}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody></tbody></table>'
            f"</div>")


def _control(name):
    part, value = PARTS[name], getattr(Recipe, name)
    given = f'id="bench-{name}" name="{name}" data-part="{name}"'
    label = f'<label for="bench-{name}">{escape(part.label)}</label>'
    if part.choices:
        options = "".join(f'<option value="{key}"{" selected" if key == value else ""}>{escape(words)}</option>'
                          for key, words in part.choices.items())
        return f'<div>{label}<select {given}>{options}</select></div>'
    ends = f'min="{part.low:g}" max="{part.high:g}" step="{1 if part.whole else "any"}" value="{value:g}"'
    if name == "depth":
        return (f'<div>{label}<span class="bench-slider"><input type="range" {given} {ends}>'
                f'<output for="bench-{name}">{value}</output></span></div>')
    return f'<div>{label}<input type="number" inputmode="decimal" {given} {ends}></div>'
