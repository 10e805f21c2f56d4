"""Linear recurrences with long memories: the state is stable, and yet a small change of λ moves it far.

White noise x of variance 1 and one unit, h[t] = λ h[t-1] + γ x[t] with 0 < λ < 1. Its mean square and that of its
derivative tend to 1/(1 - λ²) and (1 + λ²)/(1 - λ²)³ for γ = 1 (Zucchet and Orvieto 2024).
"""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.linear_recurrence import LinearRecurrence, backward, forward
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number, positive

LAMBDAS, UNITS, MEMORIES = (0.5, 0.7, 0.9, 0.97, 0.99, 0.997, 0.999), 400, 8
#: How the unit is written: its derivative is taken with respect to λ, or to ν in λ = exp(-exp(ν)).
FORMS = {"λ, γ = 1": "plain", "λ, γ = √(1 − λ²)": "normalized", "ν, the LRU": "lru"}


def predicted(form, lam):
    """The mean square of the derivative of h after many steps, a = 1 - λ²: plain (1 + λ²)/a³, normalized 1/a²."""
    a = 1 - lam**2
    return {"plain": (1 + lam**2) / a**3, "normalized": 1 / a**2, "lru": (lam * np.log(lam) / a) ** 2}[form]


def state(form, lam):
    """The mean square of h itself: 1/(1 - λ²), or 1 where γ makes it so."""
    return 1 / (1 - lam**2) if form == "plain" else np.ones_like(lam)


@cache
def noise(T, seed=0):
    """White noise for UNITS copies of a unit: (T, UNITS, 1)."""
    return np.random.default_rng(seed).standard_normal((T, UNITS, 1))


@cache
def measured(form, lam, steps=None):
    """Mean squares of h[T] and of its derivative over copies of the unit, by the backward pass of ``vgtext.nn``."""
    T = steps or round(MEMORIES / (1 - lam))
    Ux, copies = noise(T), np.full(UNITS, lam)
    h = forward(copies, Ux)
    by_lam = backward(copies, h, np.ones((UNITS, 1)))[0]  # dh[T]/dλ with γ = 1, (UNITS,)
    last, a = h[-1, :, 0], 1 - lam**2
    if form == "plain":
        return float(np.mean(last**2)), float(np.mean(by_lam**2))
    slope = np.sqrt(a) * by_lam - lam / np.sqrt(a) * last  # γ dh/dλ + h dγ/dλ
    factor = lam * np.log(lam) if form == "lru" else 1.0  # dλ/dν
    return float(np.mean(a * last**2)), float(np.mean((factor * slope) ** 2))


def draw_memory(course, limit, lam=0.999, form="λ, γ = 1"):
    """The state and its derivative as time goes by, and after long times against 1 - λ."""
    kind, T = FORMS[form], 10_000
    t = np.unique(np.geomspace(1, round(MEMORIES / (1 - lam)), 25).astype(int))
    sizes = np.sqrt([measured(kind, lam, int(steps)) for steps in t])
    words = form.replace(" − ", "\u00a0−\u00a0")  # no title breaks inside 1 − λ²
    course.set(xscale="log", xlim=(1, T), xlabel="time step t", title=f"λ = {lam:g}, written with {words}")
    limit.set(xscale="log", xlim=(0.7, 7e-4), xlabel="1 − λ", title="after a long time")
    for ax in (course, limit):
        log_axis(ax, 0.01, 1e5, "root mean square")
        ax.axhline(1, **REFERENCE)
        ax.minorticks_off()
    course.plot(t, sizes[:, 0], color=COLORS["forward"], marker="s", markersize=3, label="state")
    course.plot(t, positive(sizes[:, 1]), color=COLORS["gradient"], marker="o", markersize=3, label="derivative")
    by = "ν" if kind == "lru" else "λ"
    for y, words, color in ((0.95, "■ state h[t]", "forward"), (0.87, f"● its derivative in {by}", "gradient")):
        course.text(0.04, y, words, color=COLORS[color], fontsize=9, transform=course.transAxes, va="top")
    limit.set_xticks([0.1, 0.01, 0.001], ["0.1", "0.01", "0.001"])
    line = 1 - np.geomspace(0.5, 8e-4, 60)
    ends = np.sqrt([measured(kind, k) for k in LAMBDAS])
    for i, (law, color, mark, words) in enumerate(((state, "forward", "s", "state"),
                                                   (predicted, "gradient", "o", "derivative"))):
        limit.plot(1 - line, np.sqrt(law(kind, line)), **THEORY, label=f"{words}, predicted")
        limit.plot(1 - np.array(LAMBDAS), ends[:, i], mark, color=COLORS[color], markersize=5, label=words)
        limit.plot([1 - lam], [ends[LAMBDAS.index(lam), i]], mark, color=COLORS[color], markersize=9)
    handle(limit, lambda lam: (1 - lam, ends[LAMBDAS.index(lam), 0]))
    label_line(limit, 0.6, 3e4, "dashed: predicted", COLORS["theory"], xytext=(0, 0))
    h, slope = ends[LAMBDAS.index(lam)]
    return (f"λ = {lam:g}, a memory of {1 / (1 - lam):,.0f} steps, white noise, {UNITS} units: the state has a root "
            f"mean square of {number(h)}, and its derivative in {by} one of {number(slope)} (predicted "
            f"{number(np.sqrt(predicted(kind, lam)))}).")


@cache
def by_phase(size, seeds=UNITS):
    """Mean square of the derivative in the phase of λ of an LRU's state, |λ| = ``size``, over units: measured."""
    T = round(MEMORIES / (1 - size))
    net = LinearRecurrence(1, seeds, 1, least=0.1, most=0.2, loss="mean_squared_error", dtype="float64")
    net.nu[...], net.U[...] = np.log(-np.log(size)), [np.ones((seeds, 1)), np.zeros((seeds, 1))]
    net.V[...] = [np.ones((1, seeds)), np.zeros((1, seeds))]
    found = []
    for seed in range(4):
        net.forward(np.random.default_rng(seed).standard_normal((T, 1, 1)))
        net.backward(np.ones((1, 1)))
        found.append(np.mean(net.phase_gradient**2))
    return float(np.mean(found))


def by_phase_predicted(size):
    """Its root after many steps: that of half of |λ|² (1 + |λ|²)/(1 - |λ|²)², as half of |dh|² is real."""
    return float(size * ((1 + size**2) / 2) ** 0.5 / (1 - size**2))


CLAIMS = (
    Claim(
        "R.21", "Zucchet and Orvieto 2024: as the memory of a linear recurrence grows, its state becomes ever more "
        "sensitive to λ, as (1 + λ²)/(1 − λ²)³ under white noise, though no error signal explodes.", "holds",
        "White noise, one unit, real λ, long sequences. Both are mean squares: that of the state grows as 1/(1 − λ²) "
        "only.",
        (
            *(Evidence(f"λ = {lam:g}: mean square of dh/dλ over the prediction",
                       lambda k=lam: measured("plain", k)[1] / predicted("plain", k), 1.0, 0.25)
              for lam in (0.9, 0.99, 0.999)),
            Evidence("λ = 0.999: mean square of the state over 1/(1 − λ²)",
                     lambda: measured("plain", 0.999)[0] * (1 - 0.999**2), 1.0, 0.25),
        ),
        "memory?lam=0.999",
        setting=f"One linear unit, {UNITS} copies, white noise, {MEMORIES} memories long.",
    ),
    Claim(
        "R.22", "Orvieto and others 2023, Zucchet and Orvieto 2024: the normalization √(1 − |λ|²) and |λ| = "
        "exp(−exp(ν)) hold state and sensitivity at any memory.", "holds if",
        "The derivative is with respect to ν; with respect to λ, or to the phase of a complex λ, its root mean square "
        "still grows as 1/(1 − λ²).",
        (
            *(Evidence(f"|λ| = {lam:g}: mean square of the derivative in ν", lambda k=lam: measured("lru", k)[1],
                       float(predicted("lru", lam)), 0.06) for lam in (0.9, 0.999)),
            Evidence("λ = 0.999, with γ: root mean square of the derivative in λ",
                     lambda: measured("normalized", 0.999)[1] ** 0.5, float(predicted("normalized", 0.999) ** 0.5),
                     60.0),
            Evidence("|λ| = 0.997: root mean square of the derivative of Re h by the phase",
                     lambda: by_phase(0.997) ** 0.5, by_phase_predicted(0.997), 20.0),
        ), "memory?form=ν, the LRU&lam=0.999",
        setting=f"One linear unit, {UNITS} copies, white noise, {MEMORIES} memories long.",
    ),
)
