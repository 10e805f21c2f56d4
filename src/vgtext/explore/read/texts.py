"""Read texts, annotations and their arrows: they keep their size and distance in pixels where the panel shrinks."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.font_manager import weight_dict
from matplotlib.text import Annotation

from .colors import opacity, themed
from .marks import Unreadable, brush, keeps_colors, only, pen
from .mathtext import words
from .units import PX, to_units

THIN = ("-", "->", "<-", "<->", "-|>", "<|-", "<|-|>")  # arrows that the page draws, of the size of its screen


def record_text(text, recorder):
    """Add the marks of a text or an annotation, its arrow included, to those of ``recorder``."""
    if text.get_path_effects():
        raise Unreadable('path effects on a text; give it a ground: bbox={"facecolor": "white", "edgecolor": "none"}')
    shift, head = np.zeros(2), None
    if isinstance(text, Annotation):
        if not text._check_xy(recorder):  # what it is about lies outside the panel
            return
        head = text._get_position_xy(recorder)
        text.update_positions(recorder)
        shift = np.array(text.xyann, float) * PX if text.anncoords == "offset points" else shift
    anchor = text.get_transform().transform(text.get_unitless_position()) - shift
    if not np.isfinite(anchor).all():
        return
    if getattr(text, "arrow_patch", None):
        add_arrow(text, recorder, anchor, shift, head)
    if text.get_text():
        recorder.put(block(text, recorder, anchor, shift), recorder.clip_of(text))


def block(text, recorder, anchor, shift):
    """Return the mark of a text that hangs ``shift`` pixels from the display point ``anchor``."""
    align = text.get_ha(), text.get_va()
    if text.get_rotation() and text.get_rotation_mode() != "anchor":  # matplotlib aligns the box of the turned words
        extent = text.get_window_extent(recorder)
        shift, align = (extent.p0 + extent.p1) / 2 - anchor, ("center", "center")
    color = to_rgba(text.get_color(), text.get_alpha())
    mark = text_mark(recorder, anchor, text.get_text(), text.get_fontproperties(), color, *align, text.get_rotation(),
                     shift, text.get_parse_math())
    ground = text.get_bbox_patch()
    if ground is not None and ground.get_visible():
        if type(ground.get_boxstyle()).__name__ not in ("Square", "Round", "Round4") or ground.get_hatch():
            raise Unreadable('a text box of this shape; use boxstyle="round" or "square", without a hatch')
        edge = pen(ground.get_edgecolor(), ground.get_linewidth())
        mark["ground"] = {**brush(ground.get_facecolor()), **edge}
        if mark["ground"].get("fillOpacity", 1) >= 0.6 and "fill" in mark["ground"]:
            mark["fill"] = themed(color[:3], 4.5, keeps_colors(mark["ground"]))
    return mark


def text_mark(recorder, anchor, text, prop, color, align, valign, turn, shift=(0, 0), math=True):
    """Return a text mark; words on what keeps its colors on a dark page keep theirs."""
    paper = any(area.contains_point(anchor + np.asarray(shift)) for area in recorder.areas)
    weight = prop.get_weight()
    extra = {"turn": round(float(turn), 1)} if turn else {}
    extra |= {"bold": True} if weight_dict.get(weight, weight) >= 600 else {}
    extra |= {"italic": True} if prop.get_style() != "normal" else {}
    extra |= {"mono": True} if "monospace" in prop.get_family() else {}
    extra |= {"fillOpacity": opacity(color)} if opacity(color) < 1 else {}
    return {
        "kind": "text",
        "at": to_units([anchor], recorder.box)[0].tolist(),
        "shift": [round(float(v), 1) for v in shift],
        "words": words(text) if math else text,
        "size": round(prop.get_size_in_points() * PX, 1),
        "fill": themed(tuple(color[:3]), 4.5, paper),
        "align": align,
        "valign": valign,
        **extra,
    }


def add_arrow(text, recorder, anchor, shift, head):
    """Add the arrow of an annotation: a thin one as words and a point, any other as matplotlib draws it."""
    patch, style = text.arrow_patch, text.arrowprops.get("arrowstyle", "simple")
    bend = getattr(patch.get_connectionstyle(), "rad", None)
    if style not in THIN or bend is None:
        patch.draw(recorder)
        return
    first = len(recorder.marks)
    patch.draw(recorder)
    drawn = recorder.marks[first:]
    del recorder.marks[first:]
    mark = {
        "kind": "arrow",
        "from": to_units([anchor], recorder.box)[0].tolist(),
        "shift": [round(float(v), 1) for v in shift],
        "to": to_units([head], recorder.box)[0].tolist(),
        "heads": f"{int('<' in style)}{int('>' in style)}",
        **only(drawn[0] if drawn else {}, "stroke", "width", "dash"),
        **({"bend": bend} if bend else {}),
    }
    if text.get_text():
        size = round(text.get_fontsize() * PX, 1)
        mark["label"] = [words(text.get_text()), size, text.get_ha(), text.get_va()]
    recorder.put(mark, recorder.clip_of(text))
