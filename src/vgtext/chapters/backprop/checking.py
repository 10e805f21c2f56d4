"""Gradient checking: the error of a difference quotient against its step, with the step that theory calls best."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, REFERENCE, SEED, THEORY, label_line, log_axis, number

from . import by_hand

STEPS = 10.0 ** np.arange(-12, 0.1, 0.5)
FORMATS = ["float64", "float32"]
FORMULAS = ["central", "one-sided"]
DIRECTIONS = 10
SIZES = [8, 16, 16, 4]


@cache
def setting(dtype="float64", seed=0):
    """A random tanh network and data, (W, b, x, y), rounded to float32 first so that both formats hold the same."""
    W, b = nn.random_network(SIZES, sigma_b=0.1, seed=seed, dtype="float32")
    rng = np.random.default_rng(seed + 1)
    x, y = rng.standard_normal((SIZES[0], 12)).astype("float32"), rng.standard_normal((SIZES[-1], 12)).astype("float32")
    return ([None, *(w.astype(dtype) for w in W[1:])], [None, *(c.astype(dtype) for c in b[1:])],
            x.astype(dtype), y.astype(dtype))


def move(W, b, direction, h):
    """The parameters moved by h times a direction (dW, db), in their own format: new lists."""
    dW, db = direction
    return ([None, *(w + (h * d).astype(w.dtype) for w, d in zip(W[1:], dW[1:], strict=True))],
            [None, *(c + (h * d).astype(c.dtype) for c, d in zip(b[1:], db[1:], strict=True))])


def random_direction(W, b, rng):
    """A direction with N(0, 1) entries for every weight and bias."""
    return tuple([None, *(rng.standard_normal(p.shape) for p in ps[1:])] for ps in (W, b))


def loss_at(W, b, x, y, activation="tanh"):
    """The loss of a network, one forward pass."""
    return nn.get_loss("mean_squared_error")(nn.forward(W, b, x, activation)[1][-1], y)[0]


def slope_along(direction, grad):
    """The derivative of the loss along a direction: the sum of all d·dL/dtheta."""
    return float(sum((d * g).sum() for ds, gs in zip(direction, (grad.dW, grad.db)) for d, g in zip(ds[1:], gs[1:])))


def exact_slope(direction, h=0.0):
    """Backpropagation's derivative along a direction, at the float64 parameters moved by h."""
    W, b, x, y = setting()
    W, b = move(W, b, direction, h)
    z, a = nn.forward(W, b, x, "tanh")
    return slope_along(direction, nn.backward(W, z, a, nn.get_loss("mean_squared_error")(a[-1], y)[1], "tanh"))


@cache
def directions():
    """The random directions of the experiment, fixed."""
    W, b, _, _ = setting()
    rng = np.random.default_rng(7)
    return [random_direction(W, b, rng) for _ in range(DIRECTIONS)]


def difference(direction, h, dtype, formula):
    """The difference quotient along a direction: central (L(+h) - L(-h)) / 2h, or one-sided (L(+h) - L(0)) / h."""
    W, b, x, y = setting(dtype)
    above = loss_at(*move(W, b, direction, h), x, y)
    if formula == "central":
        return (above - loss_at(*move(W, b, direction, -h), x, y)) / (2 * h)
    return (above - loss_at(W, b, x, y)) / h


@cache
def check_errors(dtype, formula):
    """The relative error of the difference quotient for every step and direction: (steps, DIRECTIONS)."""
    exact = np.array([exact_slope(d) for d in directions()])
    measured = np.array([[difference(d, h, dtype, formula) for d in directions()] for h in STEPS])
    return abs(measured - exact) / abs(exact)


@cache
def predicted(dtype, formula):
    """The two parts of the error by theory, for every step: truncation and rounding, each (steps,).

    With f(h) the loss along a direction: truncation h^2 |f'''| / 6 (central) or h |f''| / 2 (one-sided); rounding
    u |f| / h, or 2 u |f| / h, u the unit roundoff. Both over |f'|, and averaged (geometrically) over the directions.
    """
    h, u = 1e-3, np.finfo(dtype).eps / 2
    slopes = np.array([[exact_slope(d, s) for s in (-h, 0.0, h)] for d in directions()])  # (DIRECTIONS, 3)
    second, third = (slopes[:, 2] - slopes[:, 0]) / (2 * h), (slopes @ [1, -2, 1]) / h**2
    W, b, x, y = setting()
    mean = lambda values: np.exp(np.log(abs(values / slopes[:, 1])).mean())  # noqa: E731
    if formula == "central":
        return STEPS**2 * mean(third) / 6, u * loss_at(W, b, x, y) * mean(np.ones(DIRECTIONS)) / STEPS
    return STEPS * mean(second) / 2, 2 * u * loss_at(W, b, x, y) * mean(np.ones(DIRECTIONS)) / STEPS


def best_step(dtype, formula):
    """The step at which the two parts together are smallest, by theory: (step, relative error)."""
    truncation, rounding = (part / power for part, power in zip(
        predicted(dtype, formula), (STEPS**2 if formula == "central" else STEPS, 1 / STEPS)))
    t, r = float(truncation[0]), float(rounding[0])  # t h^2 + r / h, or t h + r / h
    h = (r / (2 * t)) ** (1 / 3) if formula == "central" else (r / t) ** 0.5
    return h, (t * h**2 if formula == "central" else t * h) + r / h


def draw_step_size(ax, dtype="float64", formula="central"):
    """The error of a gradient check against its step h: too long truncates, too short rounds away."""
    errors = check_errors(dtype, formula)
    mean = np.exp(np.log(np.maximum(errors, 1e-17)).mean(axis=1))
    log_axis(ax, 1e-12, 1e4, "relative error")  # the upper part is for words
    ax.set(xscale="log", xlim=(7e-13, 1.5), xlabel="step h")
    ax.set_xticks(10.0 ** np.arange(-12, 1, 2))
    ax.minorticks_off()
    ax.plot(STEPS, np.maximum(errors, 1e-17), **SEED)
    ax.plot(STEPS, mean, marker="o", markersize=4, color=COLORS["gradient"], zorder=3, label="geometric mean")
    for part, words in zip(predicted(dtype, formula), ("truncation", "rounding"), strict=True):
        ax.plot(STEPS, np.where((part > 1e-12) & (part < 50), part, np.nan), **THEORY, label=f"theory, {words}")
    h, error = best_step(dtype, formula)
    ax.axvline(h, **REFERENCE)
    label_line(ax, h, 0.2 if dtype == "float64" else 1e-11, "best h", COLORS["reference"], ha="right", xytext=(-4, 0))
    label_line(ax, 2e-12, 1e3, "short: rounding", COLORS["theory"], xytext=(0, 0))
    label_line(ax, 1, 1e3, "long: truncation", COLORS["theory"], ha="right", xytext=(0, 0))
    best = int(np.argmin(mean))
    return (f"{dtype}, {formula} differences: theory calls h = {number(h)} best, with a relative error of "
            f"{number(error)}; measured, the error is smallest at h = {number(STEPS[best])}, where it is below "
            f"{number(10.0 ** np.ceil(np.log10(mean[best])), 1)} (geometric mean of {DIRECTIONS} directions).")


def worst_entry():
    """‖analytic - numerical‖ / (‖analytic‖ + ‖numerical‖), the worst of all weight matrices and bias vectors."""
    W, b, x, y = setting()
    W, b = [None, *(w.copy() for w in W[1:])], [None, *(c.copy() for c in b[1:])]
    z, a = nn.forward(W, b, x, "tanh")
    grad = nn.backward(W, z, a, nn.get_loss("mean_squared_error")(a[-1], y)[1], "tanh")
    pairs = ((g, nn.numerical_gradient(lambda: loss_at(W, b, x, y), p))
             for gs, ps in ((grad.dW, W), (grad.db, b)) for g, p in zip(gs[1:], ps[1:], strict=True))
    return float(max(np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n)) for g, n in pairs))


CLAIMS = (
    Claim(
        "S2.1", "Backpropagation multiplies local derivatives from the output back to a layer; a weight moves by minus "
        "the learning rate times its gradient.", "holds", "",
        (
            Evidence("relative difference to differences, worst array, tanh 8-16-16-4", worst_entry, 0.0, 1e-7),
            Evidence("∂ℒ/∂W[1] of the network of 3 units, last entry, −6 by hand",
                     lambda: by_hand.walk()[0].grad.dW[1][1, 1], -6.0, 0.0),
            Evidence("loss after one step with η = 0.01, from 2", lambda: by_hand.walk()[1].loss, 1.106, 0.001),
        ), "by-hand?step=12",
        setting="tanh layers of 8, 16, 16 and 4 units, float64; and the network of 3 units of the chapter on "
        "backpropagation.",
    ),
)
