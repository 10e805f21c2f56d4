"""A gallery of artists: each is drawn once by matplotlib and once by the page, and the two pictures are compared."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Polygon, Rectangle

T = np.linspace(0, 10, 80)
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
