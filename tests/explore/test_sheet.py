"""A state is the same on a sheet that was drawn on before as on a new one, whatever was drawn on it."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib import ticker
from matplotlib.figure import Figure

from vgtext.explore import FigureError
from vgtext.explore.figure import LOOK, Explorable
from vgtext.explore.sheet import SPARE, Sheet

from .gallery import GALLERY


def draw_any(ax, name="line"):
    return GALLERY[name](ax)


def turn_all(ax):
    """Change what a drawing can change of a panel, and leave nothing that the page cannot show."""
    ax.set(xscale="log", yscale="symlog", xlim=(9, 1), ylim=(5, -3), xlabel="below", ylabel="beside", facecolor="wheat",
           box_aspect=2, anchor="SW", position=(0.3, 0.3, 0.2, 0.5), axisbelow=False, xmargin=0.3, zorder=4, alpha=0.5)
    ax.set_title("a title", loc="left", color="red", fontsize=30)
    ax.set_xticks([1, 2, 3], ["one", "two", "three"], rotation=30)
    ax.set_yticks([-1, 2], minor=True)
    ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, place: f"<{value}>"))
    ax.grid(True, which="both", color="red")
    ax.tick_params(left=False, labelbottom=False, length=20, colors="red")
    ax.spines[["left", "top"]].set_visible(False)
    ax.spines.bottom.set(color="red", linewidth=9)
    ax.set_prop_cycle(color=["red", "green"])
    ax.patch.set(hatch="/", edgecolor="red")
    ax.plot([1, 2, 3], [0, 1, 2], label="a line")
    ax.legend(title="lines")
    ax.margins(0.4)
    ax.figure.colorbar(ax.imshow(np.eye(3)), ax=ax)
    ax.figure.set_size_inches(3, 9)
    ax.figure.set_dpi(40)
    ax.figure.set_layout_engine("none")
    ax.figure.align_labels()


def hide(ax):
    ax.set_axis_off()
    ax.set_frame_on(False)
    ax.xaxis.set_visible(False)
    ax.set_visible(False)


def edit_in_place(ax):
    """Reach for what matplotlib keeps, as no drawing should."""
    ax.viewLim.get_points()[:] = [[3, 3], [4, 4]]
    ax.dataLim.get_points()[:] = 7
    ax.transAxes.get_matrix()[:] = np.eye(3)
    ax.get_position(original=True).get_points()[:] = 0.5
    for tick in (*ax.xaxis.get_major_ticks(), *ax.yaxis.get_minor_ticks()):
        tick.label1.get_fontproperties().set_size(50)
        tick.gridline.get_path().vertices[:] = 3
    ax.title.get_fontproperties().set_weight("bold")
    ax.callbacks.connect("xlim_changed", lambda panel: panel.set_title("haunted"))


def fail(ax):
    turn_all(ax)
    raise ValueError("half way")


DEEDS = {
    "turned": turn_all,
    "hidden": hide,
    "edited": edit_in_place,
    "failed": fail,
    "removed": lambda ax: ax.remove(),
    "cleared": lambda ax: ax.figure.clear(),
    "filled": lambda ax: (ax.inset_axes([0, 0, 1, 1]), ax.figure.add_axes([0, 0, 1, 1]), ax.figure.suptitle("all")),
    "twinned": lambda ax: ax.twinx().plot([0, 90], [0, 90]),
    "tied": lambda ax: ax.sharey(Figure().subplots()),
    "set": lambda ax: matplotlib.rcParams.update({"axes.facecolor": "red", "lines.linewidth": 9}),
}


def alone(draw, **parameters):
    """The scene on a new sheet."""
    SPARE.clear()
    return Explorable(draw, {}, {}).scene(parameters)


def test_the_gallery_on_one_sheet_is_as_on_new_ones():
    figure, new = Explorable(draw_any, {}, {}), {name: alone(draw_any, name=name) for name in GALLERY}
    for name in [*GALLERY, *reversed(GALLERY)]:
        assert figure.scene({"name": name}) == new[name], name
    assert len({id(figure.picture({"name": name})[0]) for name in GALLERY}) == 2, "one is drawn on, one was drawn last"


def test_a_figure_draws_on_the_sheet_that_another_one_has_left_and_on_no_sheet_that_is_seen():
    new, first, second = alone(draw_any), Explorable(draw_any, {}, {}), Explorable(draw_any, {}, {})
    first.scene({"name": "histogram_outline"})
    seen = first.sheet
    assert second.scene({}) == new and second.sheet is not seen
    first.close()
    assert second.scene({}) == new and second.sheet is seen


@pytest.mark.parametrize("deed", DEEDS)
def test_nothing_of_a_drawing_is_left_for_the_next(deed):
    def draw_after(left, right, done=False):
        if done:
            DEEDS[deed](right)
        left.plot([0, 1], [1, 3], label="left")
        right.plot([2, 30, 4], label="right")
        right.set_xticks([0, 1, 2])
        right.legend()
        return "A caption."

    figure, new = Explorable(draw_after, {}, {}), alone(draw_after)
    for _ in range(2):
        try:
            figure.scene({"done": True})
        except FigureError:
            pass
        for _ in range(2):  # the sheet that was drawn on is not the next one, but the one after
            assert figure.scene({}) == new


@matplotlib.rc_context(LOOK)
def test_a_cleaned_sheet_is_printed_as_a_new_one():
    used = Sheet(1)
    for ax in used.panels:
        turn_all(ax)
        edit_in_place(ax)
    printed(used)
    used.clean()
    assert printed(used) == printed(Sheet(1))


def printed(sheet):
    stream = io.BytesIO()
    sheet.figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


SETTINGS = {"axes.titlelocation": "left", "axes.facecolor": "wheat"}


def test_settings_of_a_reader_or_of_a_drawing_change_no_sheet():
    def draw_own(ax, own=False):
        if own:
            matplotlib.rcParams.update(SETTINGS)
        return draw_any(ax)

    figure = Explorable(draw_own, {}, {})
    before = figure.scene({})
    for _ in range(2):
        figure.scene({"own": True})
        assert figure.scene({}) == before
    with matplotlib.rc_context(SETTINGS):
        assert [figure.scene({}) for _ in range(2)] == [before, before]
