"""What the figure shows itself as, as in :mod:`vgtext.explore`: a widget, an element of a page, or its sentence."""

import base64
from html import escape

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from vgtext.explore.element import address_of, file_of
from vgtext.explore.figure import LOOK
from vgtext.explore.show import current_mode
from vgtext.palette import COLORS, REFERENCE, number
from vgtext.words import words

from .rules import EXPLODED, LEAST, MOST, VANISHED, Recipe, error_sizes, forward, length, root_mean_square, sentence

NAME = "carry-it-home"
SIZE = (7.2, 3.28)  # inches: the element's height in the page, to the pixel


def carry(recipe=None):
    """Show the figure, opening at ``recipe`` in print; in a page it opens at the default one."""
    return Shown(recipe or Recipe())


class Shown:
    """The figure's outputs."""

    def __init__(self, recipe):
        """Make those that ``VGTEXT_EXPLORE`` asks for."""
        self.mimebundle = {"text/plain": f"[carry] {sentence(recipe)}"}
        mode = current_mode()
        if mode in ("static", "page"):
            self.mimebundle["text/html"] = page_element(recipe)
        elif mode == "live":
            from .widget import CarryWidget

            self.widget = CarryWidget()
            image = base64.b64encode(picture(recipe, "png")).decode()
            self.mimebundle = {**self.widget._repr_mimebundle_()[0], **self.mimebundle, "image/png": image}

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Offer the outputs."""
        return self.mimebundle


def page_element(recipe):
    """Return the page's element: picture and sentence, which its script takes over."""
    said = escape(sentence(recipe))
    return (
        f'<vg-carry id="{NAME}" class="vg-explore vg-carry" style="--controls:5"><figure><div class="vg-picture">'
        f'<img class="vg-print" width="720" height="328" alt="{said}" src="{address_of(picture(recipe, "svg"))}"></div>'
        f'<div class="vg-next"></div><div class="vg-controls"></div><figcaption>{said}</figcaption></figure></vg-carry>'
    )


def picture(recipe, kind):
    """Return the picture of a recipe as bytes of an "svg" or "png"."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=SIZE)
        FigureCanvasAgg(figure)
        rows = ((0.72, 0.22), (0.35, 0.24), (0, 0.27))  # their feet and heights
        draw(*(figure.add_axes((0.08, foot, 0.91, high)) for foot, high in rows), recipe)
        return file_of(figure, kind)


def draw(shapes, scales, ribbon, recipe):
    """Draw a recipe: the circle on its way forward, the layers' scales, and the error on its way back."""
    L, (_, activations), sizes = len(recipe.scales), forward(recipe), error_sizes(recipe)
    l, step, wide = np.arange(1, L + 1), -(-L // 12), L + 1.6
    high = wide * 0.5 * (SIZE[1] * shapes.get_position().height) / (SIZE[0] * shapes.get_position().width)
    for k, size in [(k, root_mean_square(length(a))) for k, a in enumerate(activations)][::step]:
        x, y = 0.6 * high * share(size, 1.4) * activations[k] / (size or 1)
        shapes.fill(k + x, y, facecolor=(*to_rgb(COLORS["forward"]), 0.18), edgecolor=COLORS["forward"])
    shapes.set(ylim=(-high, high), yticks=())
    counts = [words("carry.input"), *range(step, L + 1, step)]
    shapes.set_xticks(range(0, L + 1, step), counts, color=COLORS["reference"])
    shapes.set_title(words("carry.signal"), loc="left", color=COLORS["forward"])
    foot = LEAST / 1.2
    scales.bar(l, np.array(recipe.scales) - foot, width=0.5, bottom=foot, color=COLORS["weight"], alpha=0.5)
    scales.axhline(1, **REFERENCE)
    scales.set(yscale="log", ylim=(foot, MOST * 1.2))
    scales.set_title(words("carry.bars"), loc="left")
    scales.set_yticks((0.03, 0.1, 0.3, 1, 3), ("0.03", "0.1", "0.3", "1", "3"))
    scales.minorticks_off()
    half = np.array([share(size, 1.75) for size in sizes])
    ribbon.fill_between(l, half, -half, color=COLORS["backward"], linewidth=0)
    for side in (-1, 1):
        ribbon.axhline(side, **REFERENCE)
        gate = [side * share(size, 9) for size in (VANISHED, EXPLODED)]  # home are edges between its ends
        ribbon.vlines(1, *gate, color=COLORS["theory"], linewidth=2)
    ribbon.set_title(words("carry.error"), loc="right", color=COLORS["backward"])
    ribbon.text(-0.5, -2.4, arrival(sizes[0]), va="center")
    ribbon.text(L + 0.9, -2.4, words("carry.limits", least=number(VANISHED), most=number(EXPLODED)), va="center",
                ha="right", color=COLORS["reference"])
    ribbon.set(ylim=(-3, 2), yticks=())
    for ax in (shapes, scales, ribbon):
        ax.spines[:].set_visible(False)
        ax.tick_params(axis="x", length=0)
        ax.set(xlim=(-0.6, L + 1))
    scales.set_xticks(())
    ribbon.set_xticks(())


def arrival(size):
    """Return what arrives at layer 1 and, unless it is at home there, what became of it."""
    gets = words("carry.gets", size=number(size))
    if VANISHED <= size <= EXPLODED:
        return gets
    return f"{gets}: {words('carry.too_little' if size < VANISHED else 'carry.too_much')}"


def share(size, most):
    """Return the width of a thing of this size, on a log scale: 1 at size 1, 0 up to 10⁻⁴, at most ``most``."""
    return float(np.clip(1 + np.log10(size or 1e-99) / 4, 0, most))
