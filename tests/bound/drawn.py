"""What stands in a panel: its words, and what shows data."""

import re

import numpy as np
from matplotlib.collections import PatchCollection, PolyCollection, QuadMesh
from matplotlib.contour import ContourSet
from matplotlib.patches import StepPatch


def words_in(ax):
    """Yield the names of axes and lines, the title and the words of a panel."""
    yield from (ax.get_title(), *(text.get_text() for text in ax.texts), *names_in(ax))


def names_in(ax):
    """Yield the names of a panel's axes and lines."""
    yield from (ax.get_xlabel(), ax.get_ylabel())
    yield from (line.get_label() for line in [*ax.lines, *ax.collections]
                if line.get_label()[0] != "_" and not is_of_boxes(line))
    yield from (group.colorbar.ax.get_ylabel() for group in ax.collections if group.colorbar)


def plain(words):
    """Return words without breaks of lines."""
    return " ".join(words.split())


def drawn_in(ax):
    """Yield (its name, places, heights) of what shows data: lines of three points and more that are not level, dots,
    bars, areas, levels of contours, the values of meshes and images."""
    for line in ax.lines:
        x, y = (np.asarray(values, float) for values in line.get_data())
        if np.isfinite(y).sum() > 2 and np.ptp(y[np.isfinite(y)]) and in_data(line):
            yield f"the line “{line.get_label()}”" if line.get_label()[0] != "_" else "a line without a name", x, y
    for group in ax.collections:
        dots, values = np.asarray(group.get_offsets(), float), group.get_array()
        if len(dots) > 2 and np.ptp(dots[:, 1]):
            yield f"a group of {len(dots)} dots", dots[:, 0], dots[:, 1]
        if isinstance(group, ContourSet):
            yield "a contour", None, np.asarray(group.levels, float)
        elif values is not None and np.ndim(values) > 1:
            yield "a picture", None, np.ravel(values)
    yield from (("a picture", None, np.ravel(image.get_array())) for image in ax.images)
    left, widths, _, heights = bars_of(ax)
    yield from (("an area", *found) for found in areas(ax) if found[0] is None or len(np.unique(found[0])) > 4)
    upright = len(left) > 2 and np.ptp(heights) > 1e-9
    if upright or (len(left) > 2 and np.ptp(widths) > 1e-9):
        yield f"a group of {len(left)} bars", *((left + widths / 2, heights) if upright else (None, widths))


def areas(ax):
    """Yield (places, heights) of the areas of a panel: the steps of a histogram, the border of what is filled to 0."""
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            yield None, patch.get_data().values
    for group in ax.collections:
        if isinstance(group, PolyCollection) and not is_of_boxes(group):
            border = np.concatenate([path.vertices for path in group.get_paths()])
            yield border[border[:, 1] != 0].T


def bars_of(ax):
    """Return where the bars of a panel begin and how long they are, along x and along y: (4, bars)."""
    return np.array([*boxes(ax)], float).reshape(-1, 4).T[[0, 2, 1, 3]]


def boxes(ax):
    """Yield (left, foot, width, height) of the bars and cells of a panel, one by one or many in one group."""
    for bar in ax.patches:
        if hasattr(bar, "get_height") and in_data(bar):
            yield *bar.get_xy(), bar.get_width(), bar.get_height()
    for box in (path.get_extents() for group in ax.collections if is_of_boxes(group) for path in group.get_paths()):
        yield *box.p0, box.width, box.height


def is_of_boxes(group):
    """Say whether a group of shapes consists of bars or cells: it was made of some, and is no area between lines."""
    return type(group) in (PatchCollection, PolyCollection)


def in_data(artist):
    """Say whether an artist lies in the data of its panel, and is not tied to the panel."""
    return all(artist.get_transform().contains_branch_seperately(artist.axes.transData))


def named(ax, words):
    """Return which axes of a panel have the name: x (0), y (1)."""
    return [side for side, name in enumerate((ax.get_xlabel(), ax.get_ylabel())) if plain(name) == words]


def values_of(line, side):
    """Return (places, heights) of a line; of its places (side 0) no places."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    return (x, y) if side else (None, x)


def shown_on(ax, side):
    """Yield (places, values) of what a panel shows along x (0) or y (1): lines, dots and bars, and the values of its
    meshes, images and cells with a number."""
    yield from (values_of(line, side) for line in ax.lines)
    bars = bars_of(ax)
    start, size = bars[2 * side : 2 * side + 2]
    yield from ((None, values) for values in (bars[1], bars[3], start, start + size / 2))
    yield None, np.array([float(text.get_text()) for text in ax.texts if re.fullmatch(r"[\d.]+", text.get_text())])
    yield from ((None, np.asarray(group.get_offsets(), float)[:, side]) for group in ax.collections)
    yield from ((None, found[side]) for found in areas(ax) if found[side] is not None)
    edges = [mesh.get_coordinates() for mesh in ax.collections if isinstance(mesh, QuadMesh)]
    yield from ((None, (at[:, 0, 1] if side else at[0, :, 0])) for at in edges)
    yield from ((None, np.asarray(group.get_array(), float).ravel()) for group in [*ax.collections, *ax.images]
                if group.get_array() is not None)
