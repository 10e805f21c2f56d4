"""A gallery of artists: each is drawn once by matplotlib and once by the page, and the two pictures are compared."""

import numpy as np
from matplotlib import patheffects
from matplotlib.collections import (
    EllipseCollection,
    LineCollection,
    PolyCollection,
    RegularPolyCollection,
    StarPolygonCollection,
)
from matplotlib.image import NonUniformImage
from matplotlib.markers import MarkerStyle
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import (
    Arc,
    Circle,
    ConnectionPatch,
    Ellipse,
    FancyArrowPatch,
    FancyBboxPatch,
    PathPatch,
    Polygon,
    Rectangle,
    RegularPolygon,
    Wedge,
)
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from vgtext.explore.read.units import rectangle

T = np.linspace(0, 10, 80)
X, Y = np.meshgrid(T, T)
WAVES = np.sin(X / 2) * np.cos(Y / 3)
RNG = np.random.default_rng(1)
CLOUD = RNG.normal(size=(2, 150))
GALLERY = {}


def entry(draw):
    """Put a drawing function into the gallery, with a caption added."""

    def draw_it(ax):
        draw(ax)
        return f"The gallery's picture {draw.__name__}, number {len(GALLERY)}."

    draw_it.__name__ = f"draw_{draw.__name__}"
    GALLERY[draw.__name__] = draw_it
    return draw


@entry
def line(ax):
    ax.plot(T, np.sin(T), color="#0072B2", lw=4)


@entry
def dashes(ax):
    for k, style in enumerate(["--", ":", "-.", (0, (6, 2, 1, 2))]):
        ax.plot(T, np.full_like(T, k), ls=style, lw=4, color="k")
    ax.set_ylim(-1, 4)


@entry
def gaps(ax):
    ax.plot(T, np.where(np.abs(T - 5) < 1.5, np.nan, np.cos(T)), lw=5, color="#D55E00")


@entry
def log_scale(ax):
    ax.semilogy(T, np.exp(-3 * T), lw=4)
    ax.set_ylim(1e-9, 10)


@entry
def symlog_scale(ax):
    ax.plot(T, (T - 5) ** 3, lw=4)
    ax.set_yscale("symlog", linthresh=1)


@entry
def inverted(ax):
    ax.plot(T, T**2, lw=4)
    ax.invert_yaxis()
    ax.set_xlim(10, 0)


@entry
def autoscaled_late(ax):
    ax.plot(T, T, lw=4)
    ax.plot(T * 2, -T, lw=4)


@entry
def steps(ax):
    for k, where in enumerate(["pre", "mid", "post"]):
        ax.step(T[::10], np.sin(T[::10]) + 3 * k, where=where, lw=3)


@entry
def markers(ax):
    for k, marker in enumerate("os^vD*x+P"):
        ax.plot(T[::8], np.full(10, k), marker=marker, ls="none", ms=11, color="#009E73", mec="k")
    ax.set_ylim(-1, 9)


@entry
def every_tenth(ax):
    ax.plot(T, np.sin(T), "-o", markevery=10, ms=12, color="#CC79A7")


@entry
def unfilled(ax):
    ax.plot(T[::8], np.cos(T[::8]), "o", ms=14, mfc="none", mec="k", mew=2)


@entry
def scattered(ax):
    rng = np.random.default_rng(0)
    ax.scatter(*rng.normal(size=(2, 40)), s=rng.uniform(20, 400, 40), c=rng.uniform(size=40), alpha=0.7)


@entry
def filled_between(ax):
    ax.fill_between(T, np.sin(T), np.sin(T) + 1, color="#56B4E9", alpha=0.6)
    ax.fill_between(T, -2, -1, where=T > 5, color="#E69F00")


@entry
def bars(ax):
    ax.bar(["one", "two", "three"], [3, 1, 2], color="#0072B2", edgecolor="k", lw=2)


@entry
def spans(ax):
    ax.axhspan(0.2, 0.4, color="#999999", alpha=0.5)
    ax.axvspan(0.6, 0.8, color="#D55E00", alpha=0.5)
    ax.axhline(0.7, lw=4)
    ax.axvline(0.1, lw=4, ls="--")


@entry
def rules(ax):
    ax.vlines([1, 2, 3], 0, [3, 2, 1], lw=4, colors=["k", "#D55E00", "#009E73"])
    ax.hlines([0.5, 1.5], 0, 4, lw=4, ls=":")


@entry
def error_bars(ax):
    ax.errorbar(T[::10], np.sin(T[::10]), yerr=0.4, lw=3, elinewidth=3, capsize=6, capthick=3, marker="s", ms=10)


@entry
def image(ax):
    ax.imshow(np.arange(12).reshape(3, 4) % 5, aspect="auto")


@entry
def image_from_below(ax):
    ax.imshow(np.arange(12).reshape(3, 4) % 7, origin="lower", extent=(0, 8, 0, 3))


@entry
def mesh(ax):
    ax.pcolormesh(np.arange(6), np.arange(5), np.add.outer(np.arange(4), np.arange(5)) % 6)


@entry
def uneven_mesh(ax):
    ax.pcolormesh([0, 1, 4, 9], [0, 2, 3], [[1, 2, 3], [4, 5, 6]])


@entry
def mesh_on_log(ax):
    ax.set_xscale("log")
    ax.pcolormesh([1, 10, 30, 1000], [0, 1, 2], [[1, 2, 3], [6, 5, 4]], cmap="RdBu")


@entry
def contours(ax):
    x, y = np.meshgrid(T, T)
    ax.contour(x, y, np.sin(x / 2) * np.cos(y / 3), levels=5, linewidths=3)


@entry
def filled_contours(ax):
    x, y = np.meshgrid(T, T)
    ax.contourf(x, y, np.sin(x / 2) * np.cos(y / 3), levels=6)


@entry
def arrows(ax):
    ax.quiver([0, 0, 1], [0, 1, 1], [1, 1, -1], [1, -1, 0], angles="xy", scale_units="xy", scale=1, width=0.007)
    ax.set(xlim=(-1, 2), ylim=(-1, 2))


@entry
def annotation(ax):
    ax.annotate("", (0.9, 0.8), (0.1, 0.1), arrowprops={"arrowstyle": "->", "lw": 4, "color": "#D55E00"})


@entry
def bent_annotation(ax):
    look = {"arrowstyle": "-|>", "lw": 4, "connectionstyle": "arc3,rad=0.4", "color": "k"}
    ax.annotate("", (0.9, 0.5), (0.1, 0.5), arrowprops=look)


@entry
def patches(ax):
    ax.add_patch(Circle((0.3, 0.5), 0.2, fc="#009E73", ec="k", lw=3))
    ax.add_patch(Rectangle((0.6, 0.1), 0.3, 0.3, fc="none", ec="#D55E00", lw=5, ls="--"))
    ax.add_patch(Polygon([(0.6, 0.6), (0.9, 0.6), (0.75, 0.95)], fc="#E69F00"))
    ax.add_patch(FancyArrowPatch((0.1, 0.1), (0.5, 0.2), mutation_scale=30, fc="#0072B2"))


@entry
def square(ax):
    ax.plot(np.cos(T), np.sin(T), lw=5)
    ax.set_aspect("equal")


@entry
def grid(ax):
    ax.grid(True)
    ax.plot([0, 1], [0, 1], lw=4)


@entry
def clipped(ax):
    ax.plot(T, 5 * np.sin(T), lw=4)
    ax.fill_between(T, -9, 5 * np.cos(T), alpha=0.4)
    ax.set_ylim(-2, 2)


@entry
def layered(ax):
    ax.axhspan(0.3, 0.7, color="#0072B2", zorder=5)
    ax.axvspan(0.3, 0.7, color="#D55E00", zorder=4)


@entry
def words(ax):
    ax.text(0.5, 0.5, "MMMMMMMMMM", ha="center", va="center", fontsize=26, color="k", weight="bold")


@entry
def formula(ax):
    ax.text(0.05, 0.5, r"$\sigma_w^2 = \frac{W}{\sqrt{n}}$", fontsize=44, color="k", va="center")


def simple(name, body):
    """Put one call of one kind of plot into the gallery."""
    body.__name__ = name
    entry(body)


def set_limits(ax, x=(0, 1), y=(0, 1)):
    ax.set(xlim=x, ylim=y)
    return ax


BLUE, RED, GREEN = "#0072B2", "#D55E00", "#009E73"
THREE = [3, 1, 2]
SQUARE = (np.arange(30).reshape(5, 6) % 7) / 6
FIVE = [CLOUD[0, k::5] + k for k in range(3)]

simple("hexagons", lambda ax: ax.hexbin(*CLOUD, gridsize=8))
simple("barbs", lambda ax: set_limits(ax).barbs([0.3, 0.6], [0.4, 0.6], [20, 65], [30, -15], length=14, lw=2))
simple("ellipses", lambda ax: set_limits(ax).add_collection(EllipseCollection(
    [0.3, 0.2], [0.1, 0.3], [30, 60], units="x", offsets=[(0.3, 0.4), (0.7, 0.6)],
    offset_transform=ax.transData, facecolors=[BLUE, RED])))
simple("see_through_image", lambda ax: ax.imshow(SQUARE, alpha=0.4, aspect="auto"))
simple("smooth_image", lambda ax: ax.imshow(SQUARE, interpolation="bilinear", aspect="auto"))
simple("color_image", lambda ax: ax.imshow(np.dstack([SQUARE, SQUARE[::-1], 1 - SQUARE]), aspect="auto"))
simple("turned_image", lambda ax: set_limits(ax, (-4, 8), (-4, 8)).imshow(
    SQUARE, extent=(0, 6, 0, 5), transform=Affine2D().rotate_deg(30) + ax.transData, aspect="auto"))
simple("image_flipped", lambda ax: ax.imshow(SQUARE, extent=(6, 0, 5, 0), aspect="auto"))
simple("matrix_of_zeros", lambda ax: (ax.spy(SQUARE > 0.5, aspect="auto"), ax.xaxis.tick_bottom()))
simple("fast_mesh", lambda ax: ax.pcolorfast([0, 1, 3, 6, 8, 9, 12], [0, 1, 4, 6, 7, 9], SQUARE))
simple("power_spectrum", lambda ax: ax.specgram(np.sin(np.arange(3000) ** 1.4 / 20), NFFT=256))
simple("background", lambda ax: (ax.set_facecolor("#FFEEAA"), ax.plot(T, np.sin(T), lw=4)))
simple("arc", lambda ax: set_limits(ax).add_patch(Arc((0.5, 0.5), 0.8, 0.6, angle=20, theta1=30, theta2=250, lw=6)))
simple("wedge", lambda ax: set_limits(ax).add_patch(Wedge((0.5, 0.5), 0.4, 30, 300, width=0.2, fc=GREEN)))
simple("ellipse", lambda ax: set_limits(ax).add_patch(Ellipse((0.5, 0.5), 0.8, 0.3, angle=30, alpha=0.4, lw=5, ec="k")))
simple("regular_polygon", lambda ax: set_limits(ax).add_patch(RegularPolygon((0.5, 0.5), 5, radius=0.4, fc=RED)))
simple("box", lambda ax: set_limits(ax).add_patch(FancyBboxPatch((0.3, 0.3), 0.4, 0.4, boxstyle="round,pad=0.1")))
simple("bezier", lambda ax: set_limits(ax).add_patch(PathPatch(Path(
    [(0.1, 0.1), (0.3, 1.2), (0.7, -0.4), (0.9, 0.9), (0.9, 0.1), (0.1, 0.1)], [1, 4, 4, 4, 3, 3]), fc="none", lw=6)))
simple("connection", lambda ax: set_limits(ax).add_artist(ConnectionPatch(
    (0.1, 0.1), (0.9, 0.8), "data", "axes fraction", arrowstyle="-|>", mutation_scale=40, lw=5)))
simple("plain_quiver", lambda ax: ax.quiver(X[::16, ::16], Y[::16, ::16], np.cos(X[::16, ::16]), 1, width=0.01))
simple("quiver_on_middles", lambda ax: ax.quiver(
    T[::16], T[::16], 1 + 0 * T[::16], T[::16] / 5, T[::16], pivot="mid", width=0.01))
simple("streams", lambda ax: ax.streamplot(X, Y, np.cos(Y), np.sin(X), density=0.5, linewidth=4, arrowsize=3))
simple("less_than_a_decade", lambda ax: (ax.semilogy(T, 2 + 0.5 * np.sin(T), lw=4), ax.set_ylim(1.5, 4.5)))
simple("double_log", lambda ax: ax.loglog(T + 1, (T + 1) ** 3, "s-", lw=4, ms=9, markevery=16))
simple("pie", lambda ax: ax.pie(THREE, colors=[BLUE, RED, GREEN], wedgeprops={"ec": "w", "lw": 5}))
simple("donut", lambda ax: ax.pie(THREE, startangle=40, explode=[0.1, 0, 0], wedgeprops={"width": 0.5}))
simple("hatched_bars", lambda ax: ax.bar([1, 2, 3], THREE, color="w", ec="k", hatch=["//", "xx", "o"], lw=3))
simple("hatched_area", lambda ax: ax.fill_between(T, np.sin(T), 2, hatch="\\\\", fc="#56B4E9", ec="k"))
simple("hatched_contours", lambda ax: ax.contourf(X, Y, WAVES, levels=3, hatches=["/", "", "x"], cmap="Greens"))
simple("many_levels", lambda ax: ax.contourf(X[::4, ::4], Y[::4, ::4], WAVES[::4, ::4], levels=40))
simple("logarithmic_contours", lambda ax: (ax.set_xscale("log"), ax.contourf(X + 1, Y, WAVES, levels=4)))
simple("labeled_contours", lambda ax: ax.clabel(ax.contour(X, Y, WAVES, levels=3, linewidths=4, colors="k")))
simple("half_filled", lambda ax: [ax.plot(T[::10], k + 0 * T[::10], "o", ms=18, fillstyle=style, markerfacecoloralt=RED)
                                  for k, style in enumerate(["left", "top", "bottom"])] and ax.set_ylim(-1, 3))
simple("turned_markers", lambda ax: ax.plot(T[::10], np.sin(T[::10]), ms=20, ls="none",
                                         marker=MarkerStyle("^", transform=Affine2D().rotate_deg(40))))
simple("stars", lambda ax: ax.plot(T[::10], np.cos(T[::10]), marker=(5, 1, 20), ms=22, ls="", color=GREEN, alpha=0.6))
simple("formula_as_marker", lambda ax: ax.plot(T[::10], np.cos(T[::10]), marker=r"$\alpha$", ms=22, ls="", color="k"))
simple("markers_by_distance", lambda ax: ax.plot(T**2, T, "D-", ms=10, markevery=0.1, lw=3))
simple("markers_from_the_fourth", lambda ax: ax.plot(T, np.sin(T), "o", ms=14, markevery=(3, 12)))
simple("turned_words", lambda ax: set_limits(ax).text(
    0.5, 0.5, "MMMMMM", rotation=30, ha="center", va="bottom", fontsize=26, bbox={"fc": "#F0E442", "ec": "none"}))
simple("upright_words", lambda ax: set_limits(ax).text(0.3, 0.1, "MMMMMM", rotation=90, ha="right", fontsize=26))
simple("script_letters", lambda ax: set_limits(ax).text(
    0.1, 0.3, r"$\mathcal{L}\ \mathbf{W}\ \widehat{xy}$", fontsize=60))
simple("pale_words", lambda ax: set_limits(ax).text(
    0.1, 0.4, "MMMMM", fontsize=40, alpha=0.4, style="italic", weight=700))
simple("typewriter", lambda ax: set_limits(ax).text(0.1, 0.4, "MMMMM", fontsize=40, family="monospace"))
simple("curved_mesh", lambda ax: ax.pcolormesh(X[::8, ::8] + Y[::8, ::8] ** 2 / 20, Y[::8, ::8], WAVES[:-8:8, :-8:8]))
simple("mesh_with_edges", lambda ax: ax.pcolormesh(SQUARE, edgecolors="k", linewidth=3))
simple("mesh_of_points", lambda ax: ax.pcolormesh(T[::16], T[::16], WAVES[::16, ::16], alpha=0.6))
simple("polygons_of_a_mesh", lambda ax: ax.pcolor(X[::16, ::16], Y[::16, ::16], WAVES[:-16:16, :-16:16]))
simple("triangles", lambda ax: ax.tripcolor(*CLOUD[:, :40], CLOUD[0, :40]))
simple("triangle_lines", lambda ax: ax.triplot(*CLOUD[:, :20], lw=4))
simple("triangle_contours", lambda ax: ax.tricontourf(*CLOUD[:, :60], CLOUD[0, :60], levels=5))
simple("stems", lambda ax: ax.stem(T[::8], np.sin(T[::8]), linefmt="k-", markerfmt="o"))
simple("stairs", lambda ax: ax.stairs([3, 1, 4, 2], [0, 1, 3, 4, 6], fill=True, color=BLUE))
simple("histogram", lambda ax: ax.hist(CLOUD[0], 12, color=BLUE, ec="k", lw=2))
simple("histogram_outline", lambda ax: ax.hist(FIVE, 8, histtype="step", lw=4))
simple("stacked_histogram", lambda ax: ax.hist(FIVE, 8, stacked=True))
simple("histogram_of_pairs", lambda ax: ax.hist2d(*CLOUD, bins=8))
simple("boxes", lambda ax: ax.boxplot(FIVE, notch=True, patch_artist=True, widths=0.6, boxprops={"lw": 4}))
simple("violins", lambda ax: ax.violinplot(FIVE, showmedians=True, widths=0.8))
simple("events", lambda ax: ax.eventplot(FIVE, linewidths=3, colors=[BLUE, RED, GREEN]))
simple("stack", lambda ax: ax.stackplot(T, 1 + np.sin(T) ** 2, 1 + np.cos(T) ** 2, colors=[BLUE, RED]))
simple("broken_bars", lambda ax: ax.broken_barh([(1, 2), (4, 1), (6, 3)], (0, 1), facecolors=[RED, GREEN, BLUE]))
simple("lying_bars", lambda ax: (ax.barh(["a", "b", "c"], THREE, color=GREEN, xerr=0.4, capsize=8), ax.invert_yaxis()))
simple("labeled_bars", lambda ax: ax.bar_label(
    ax.bar([1, 2, 3], THREE, color="#BBDDEE"), label_type="center", fontsize=20))
simple("limits_of_errors", lambda ax: ax.errorbar(
    T[::10], np.sin(T[::10]), 0.6, uplims=True, elinewidth=4, fmt="o", ms=9))
simple("filled_shape", lambda ax: ax.fill([0, 2, 1, 3], [0, 1, 2, 3], fc=BLUE, ec="k", lw=6, alpha=0.5))
simple("filled_beside", lambda ax: ax.fill_betweenx(T, np.sin(T), 2, color=RED, step="mid"))
simple("endless_line", lambda ax: set_limits(ax).axline((0.2, 0.3), slope=0.7, lw=6))
simple("cumulated", lambda ax: ax.ecdf(CLOUD[0], lw=4))
simple("correlations", lambda ax: ax.acorr(np.sin(T), lw=5, maxlags=20))
simple("table", lambda ax: ax.table(
    [["MMM", "MMM"], ["MMM", "MMM"]], loc="center", cellColours=[["#F0E442", "w"], ["w", RED]]))
simple("fancy_arrow", lambda ax: ax.annotate("", (0.9, 0.8), (0.1, 0.2), arrowprops={
    "arrowstyle": "fancy", "mutation_scale": 60, "fc": RED}))
simple("wedge_arrow", lambda ax: ax.annotate("", (0.9, 0.2), (0.1, 0.8), arrowprops={
    "arrowstyle": "wedge", "mutation_scale": 60, "fc": GREEN, "connectionstyle": "arc3,rad=0.3"}))
simple("old_arrow", lambda ax: ax.annotate("", (0.9, 0.8), (0.1, 0.2), arrowprops={"facecolor": "k"}))
simple("arrow_patch", lambda ax: set_limits(ax).arrow(0.1, 0.2, 0.6, 0.5, width=0.05, head_width=0.2, fc=BLUE))
simple("framed_picture", lambda ax: set_limits(ax).add_artist(AnnotationBbox(OffsetImage(SQUARE, zoom=20), (0.5, 0.5))))
simple("gaps_of_a_color", lambda ax: ax.plot(T, np.sin(T), "--", lw=8, color=BLUE, gapcolor=RED))
simple("outlined_line", lambda ax: ax.plot(T, np.sin(T), lw=5, color="w", path_effects=[
    patheffects.withStroke(linewidth=11, foreground=RED)]))
simple("points_with_gaps", lambda ax: ax.scatter([1, 2, np.nan, 4], [1, np.nan, 3, 4], s=900, c=[1, 2, 3, 4]))
simple("ringed_points", lambda ax: ax.scatter(
    *CLOUD[:, :30], s=250, c=CLOUD[0, :30], edgecolors="k", linewidths=3, marker="h"))
simple("overlapping_points", lambda ax: ax.scatter([1, 1.02, 1.04, 2], [1, 1, 1, 2], s=4000, c=[RED, BLUE, RED, GREEN]))
simple("colored_lines", lambda ax: set_limits(ax).add_collection(LineCollection(
    [[(0.1, k / 6), (0.9, k / 5)] for k in range(6)], array=np.arange(6), linewidths=6)))
simple("dash_start", lambda ax: [ax.plot([0, 1], [k, k], ls=(2 * k, (3, 6)), lw=5, color="k") for k in range(3)])
simple("round_dots", lambda ax: ax.plot(T, np.sin(T), ls=(0, (0.01, 2)), dash_capstyle="round", lw=9))
simple("contours_under_a_shape", lambda ax: (
    ax.contourf(X, Y, WAVES), ax.contour(X, Y, WAVES), ax.add_patch(Circle((5, 5), 4, fc=RED, zorder=3))))
simple("cells_of_two_like_colors", lambda ax: ax.pcolor(np.indices((6, 7)).sum(0) % 2, vmin=-127, vmax=128))
simple("dates", lambda ax: ax.plot(np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]"), np.arange(60.0), lw=4))
simple("names", lambda ax: ax.plot(["ReLU", "tanh", "GELU"], THREE, "o-", ms=14, lw=4))
simple("large_numbers", lambda ax: ax.plot(T * 1e7, T * 1e7, lw=4))


@entry
def titled_left(ax):
    ax.set_title("at the left", loc="left", color=RED)
    ax.set_xlabel("below", color=BLUE)
    ax.tick_params(left=False, bottom=False)
    ax.plot(T, np.sin(T), lw=4)
    ax.plot(T, np.cos(T), lw=4, ls="--", label="cosine")
    ax.legend(title="waves")
    ax.set_ylim(-2, 1)  # what matplotlib puts over the panel, the page puts above it


@entry
def clipped_image(ax):
    ax.imshow(SQUARE, aspect="auto").set_clip_path(Circle((2.5, 2), 2, transform=ax.transData))


@entry
def uneven_image(ax):
    image = NonUniformImage(ax, extent=(0, 9, 0, 3), cmap="cividis")
    image.set_data([0.5, 2, 8], [0.5, 2.5], [[1, 2, 3], [3, 1, 2]])
    ax.add_image(image)
    ax.set(xlim=(0, 9), ylim=(0, 3))


@entry
def annotated(ax):
    look = {"arrowstyle": "->", "lw": 4, "color": RED}
    ax.annotate("M", (0.9, 0.8), (0.1, 0.1), arrowprops=look, fontsize=22)


CORNER = {"xlim": (14, 16), "ylim": (14, 21)}  # of what is much larger

simple("image_from_near", lambda ax: (ax.imshow(SQUARE, extent=(0, 60, 0, 50), aspect="auto"), ax.set(**CORNER)))
simple("mesh_from_near", lambda ax: (ax.pcolormesh([0, 9, 15, 70], [0, 16, 17, 90], SQUARE[:3, :3]), ax.set(**CORNER)))
simple("shape_from_near", lambda ax: set_limits(ax).fill([0, 50, 100], [0, 100, 0], ec="k", lw=5))
simple("shapes_from_near", lambda ax: set_limits(ax).add_collection(PolyCollection(
    [[(0, 0), (50, 100), (100, 0)], [(0, 0), (-50, 100), (0.2, 0)]], fc=[BLUE, RED])))
simple("curve_from_near", lambda ax: set_limits(ax).add_patch(Ellipse((0.5, -30), 200, 61.4, fc="none", ec="k", lw=9)))
simple("arrow_from_near", lambda ax: set_limits(ax).quiver(
    [0], [0], [1e4], [2e4], angles="xy", scale_units="xy", scale=1, width=0.02))
simple("image_on_log", lambda ax: (ax.imshow(SQUARE, extent=(1, 100, 1, 100), aspect="auto"), ax.set_xscale("log")))
simple("ends_of_lines", lambda ax: [ax.plot([2, 8], [k, k], lw=25, solid_capstyle=style) and ax.set(
    xlim=(0, 10), ylim=(-1, 3)) for k, style in enumerate(["butt", "round", "projecting"])])
simple("corners_of_lines", lambda ax: [ax.plot([k, k + 1, k + 2], [0, 1, 0], lw=30, solid_joinstyle=style) and ax.set(
    xlim=(-1, 9), ylim=(-1, 2)) for k, style in ((0, "miter"), (3, "round"), (6, "bevel"))])
simple("fine_grid", lambda ax: (ax.loglog(T + 0.1, T + 0.1, lw=4), ax.grid(which="both")))
simple("line_in_the_open", lambda ax: set_limits(ax).plot([0, 0.9, 1.015], [0.2, 0.9, 0.5], lw=9, clip_on=False))
simple("angled_annotation", lambda ax: set_limits(ax).annotate("", (0.8, 0.8), (0.2, 0.2), arrowprops={
    "arrowstyle": "->", "connectionstyle": "arc,armA=60,armB=60,rad=10", "lw": 6, "mutation_scale": 30}))
simple("short_annotation", lambda ax: set_limits(ax).annotate("", (0.9, 0.8), (0.1, 0.2), arrowprops={
    "arrowstyle": "-|>", "shrinkA": 70, "shrinkB": 70, "lw": 6, "mutation_scale": 30}))
simple("shape_with_a_hole", lambda ax: set_limits(ax).add_patch(PathPatch(Path.make_compound_path(
    rectangle(0.1, 0.1, 0.9, 0.9), Path(rectangle(0.3, 0.3, 0.7, 0.7).vertices[::-1])), fc=BLUE, lw=5)))
simple("hexagons_by_mean", lambda ax: ax.hexbin(*CLOUD, C=CLOUD[0], gridsize=(6, 4), edgecolors="k", linewidths=2))
simple("outlined_arrow", lambda ax: set_limits(ax).annotate("", (0.9, 0.8), (0.1, 0.2), arrowprops={
    "arrowstyle": "->", "lw": 5, "path_effects": [patheffects.withStroke(linewidth=15, foreground=RED)]}))
simple("image_of_many_alphas", lambda ax: ax.imshow(SQUARE, alpha=SQUARE[::-1], aspect="auto"))
simple("key_of_arrows", lambda ax: ax.quiverkey(
    set_limits(ax).quiver([0.2], [0.3], [1], [1], width=0.02), 0.5, 0.8, 1, ""))
simple("points_of_all_looks", lambda ax: ax.scatter(
    T[:40:5], T[:40:5], s=900, linewidths=range(8), edgecolors=["k", RED] * 4, facecolors=[BLUE, "none"] * 4))
simple("words_behind_a_shape", lambda ax: (set_limits(ax).text(
    0.5, 0.5, "MMMMMM", ha="center", va="center", fontsize=40, zorder=0), ax.add_patch(
        Rectangle((0.3, 0.3), 0.4, 0.4, fc=RED))))
simple("outlined_points", lambda ax: set_limits(ax).plot(
    [0.2, 0.5, 0.8], [0.3, 0.7, 0.3], "o", ms=99, fillstyle="left", markerfacecoloralt=RED, path_effects=[
        patheffects.withStroke(linewidth=20, foreground="k")]))
simple("outlined_scatter", lambda ax: set_limits(ax).scatter(
    [0.2, 0.5, 0.8], [0.3, 0.7, 0.3], s=9000, c=[1, 2, 3], path_effects=[
        patheffects.withStroke(linewidth=20, foreground="k")]))
simple("infinite_values", lambda ax: set_limits(ax, (0, 6), (0, 6)).plot(
    [1, 2, 3, 3.5, 4, 5], [1, np.inf, 3, 4, -np.inf, 5], "o-", ms=14, lw=9))
simple("mesh_from_zero_on_log", lambda ax: (ax.pcolormesh([0, 1, 10, 100], [0, 1, 2], SQUARE[:2, :3]), ax.set(
    xscale="log", xlim=(0.1, 100))))
simple("turned_annotation", lambda ax: set_limits(ax).annotate(
    "MMMM", (0.8, 0.8), (0.3, 0.3), rotation=45, fontsize=26, arrowprops={"arrowstyle": "->", "lw": 4}))
simple("large_head", lambda ax: set_limits(ax).annotate("", (0.9, 0.8), (0.1, 0.2), arrowprops={
    "arrowstyle": "-|>", "mutation_scale": 150, "lw": 3, "facecolor": RED}))
simple("words_under_a_shape", lambda ax: (set_limits(ax).text(
    0.5, 0.5, "MMMMMM", ha="center", va="center", fontsize=40, zorder=3), ax.add_patch(
        Rectangle((0.2, 0.3), 0.6, 0.4, fc=RED, zorder=5))))
simple("letters_apart", lambda ax: set_limits(ax).annotate(
    "MMMM", (0.2, 0.2), (6, 4), textcoords="offset fontsize", fontsize=26, arrowprops={"arrowstyle": "->", "lw": 4}))
simple("pixels_apart", lambda ax: set_limits(ax).annotate(
    "MMMM", (0.2, 0.2), (160, 99), textcoords="offset pixels", fontsize=26, arrowprops={"arrowstyle": "-|>", "lw": 4}))
simple("bent_annotation_of_words", lambda ax: set_limits(ax).annotate("MMMM", (0.9, 0.9), (0.1, 0.2), arrowprops={
    "arrowstyle": "->", "connectionstyle": "arc3,rad=0.4", "lw": 6}))
simple("sharp_corner", lambda ax: set_limits(ax).plot(
    [0, 0.4, 0.02], [0.45, 0.5, 0.55], lw=20, solid_joinstyle="miter"))
simple("faint_shapes", lambda ax: [set_limits(ax).axvspan(0.2, 0.7, fc="k", alpha=0.0149) for _ in range(60)])
simple("edges_of_two_like_colors", lambda ax: ax.pcolormesh(
    np.indices((6, 7)).sum(0) % 2, vmin=-127, vmax=128, edgecolors="face", linewidth=0.1))
simple("hatch_of_two_like_colors", lambda ax: ax.pcolor(
    np.indices((6, 7)).sum(0) % 2, vmin=-127, vmax=128, hatch="/", hatch_linewidth=0))
simple("wiggling_stack", lambda ax: ax.stackplot(
    T, *(1 + np.sin(T + k) ** 2 for k in range(3)), baseline="wiggle", colors=[BLUE, RED, GREEN]))
simple("signed_areas", lambda ax: [ax.fill_between(
    T, np.sin(T), 0.3, where=sign * (np.sin(T) - 0.3) > 0, interpolate=True, color=color)
    for sign, color in ((1, BLUE), (-1, RED))])
simple("area_under_a_curve_of_colors", lambda ax: ax.imshow(
    WAVES, extent=(0, 10, -1, 1), aspect="auto", interpolation="bilinear").set_clip_path(
        Polygon([*zip(T, np.sin(T)), (10, -1), (0, -1)], transform=ax.transData)))
simple("stars_and_polygons", lambda ax: [set_limits(ax).add_collection(kind(
    5, sizes=[3000, 900], offsets=[(x, 0.3), (x + 0.2, 0.7)], offset_transform=ax.transData, ec="k", lw=4))
    for kind, x in ((RegularPolyCollection, 0.2), (StarPolygonCollection, 0.6))])
simple("bars_of_one_color", lambda ax: set_limits(ax, (-0.5, 76.5), (0, 1)).bar(range(77), 2, 1))
simple("clipped_annotation", lambda ax: set_limits(ax).annotate("", (0.9, 0.9), (0.1, 0.1), arrowprops={
    "arrowstyle": "->", "lw": 9}).arrow_patch.set_clip_path(Circle((0.5, 0.5), 0.2, transform=ax.transAxes)))
simple("ellipses_in_points", lambda ax: set_limits(ax).add_collection(EllipseCollection(
    [90, 60], [90, 30], [0, 30], units="points", offsets=[(0.3, 0.4), (0.7, 0.6)], offset_transform=ax.transData)))
