"""Read texts, annotations and their arrows into marks (``artists.py`` reads everything else)."""

from matplotlib.colors import to_rgba
from matplotlib.text import Annotation
from matplotlib.transforms import Transform, blended_transform_factory

from .colors import themed
from .marks import Unreadable, brush, dash_pattern, pen
from .mathtext import words
from .paths import PX, to_units


def locate(ax, xy, coords, bbox):
    """Return the whole-number point of ``xy``, given in an annotation's coordinates ``coords``."""
    known = {"data": ax.transData, "axes fraction": ax.transAxes}
    if isinstance(coords, tuple) and all(c in known for c in coords):
        transform = blended_transform_factory(known[coords[0]], known[coords[1]])
    else:
        transform = coords if isinstance(coords, Transform) else known.get(coords if isinstance(coords, str) else "")
    if transform is None:
        raise Unreadable(f"coordinates {coords!r} of an annotation; use 'data' or 'axes fraction'")
    xy = (ax.convert_xunits(xy[0]), ax.convert_yunits(xy[1])) if transform is ax.transData else xy
    return to_units([transform.transform(xy)], bbox)[0].tolist()


def read_text(text, bbox):
    """Read a text or an annotation, its arrow included."""
    ax, shift, marks = text.axes, [0, 0], []
    if isinstance(text, Annotation):
        if text.anncoords == "offset points":
            at, shift = locate(ax, text.xy, text.xycoords, bbox), [round(float(v) * PX, 1) for v in text.xyann]
        else:
            at = locate(ax, text.xyann, text.anncoords, bbox)
        if text.arrowprops is not None:
            marks.append(annotation_arrow(text, at, shift, locate(ax, text.xy, text.xycoords, bbox)))
    else:
        at = to_units([text.get_transform().transform(text.get_unitless_position())], bbox)[0].tolist()
    if not text.get_text():
        return marks
    mark = {
        "k": "t",
        "at": at,
        "sh": shift,
        "t": words(text.get_text()),
        "z": round(text.get_fontsize() * PX, 1),
        "f": themed(tuple(to_rgba(text.get_color())[:3]), 4.5),
        "ha": text.get_ha(),
        "va": text.get_va(),
    }
    extra = {"r": text.get_rotation()} if text.get_rotation() else {}
    extra |= {"b": 1} if text.get_fontweight() in ("bold", "semibold", 600, 700) else {}
    extra |= {"bg": brush(text.get_bbox_patch().get_facecolor())} if text.get_bbox_patch() else {}
    extra |= {} if text.get_clip_on() else {"nc": 1}
    return [*marks, {**mark, **extra}]


def annotation_arrow(text, at, shift, head):
    """Return the arrow of an annotation, from its words to the point that it annotates."""
    patch = text.arrow_patch
    style = text.arrowprops.get("arrowstyle", "->")
    if style not in ("-", "->", "<-", "<->", "-|>", "<|-", "<|-|>"):
        raise Unreadable(f"arrowstyle {style!r}; use one of - -> <- <-> -|> <|- <|-|>")
    bend = getattr(patch.get_connectionstyle(), "rad", 0)
    ends = f"{int('<' in style)}{int('>' in style)}"
    stroke = pen(patch.get_edgecolor(), patch.get_linewidth(), dash_pattern(patch))
    return {
        "k": "a",
        "a": at,
        "sh": shift,
        "b": head,
        "h": ends,
        **stroke,
        **({"rad": bend} if bend else {}),
        **(
            {"words": [words(text.get_text()), round(text.get_fontsize() * PX, 1), text.get_ha(), text.get_va()]}
            if text.get_text()
            else {}
        ),
    }
