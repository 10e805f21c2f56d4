"""Gradient descent, and what a gradient promises: for a small step, the loss drops by eta times its squared size."""

from functools import cache

import numpy as np

from vgtext.explore import handle
from vgtext.palette import COLORS, MEASURED, REFERENCE, THEORY, beyond, label_line, log_axis, number

from .by_hand import downhill, network, one_pass

STEPS = 20
ETAS = [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.05, 0.1]


def squared_size(grad):
    """The sum of all squared derivatives, ‖∇L‖²."""
    return float(sum((g**2).sum() for g in (*grad.dW[1:], *grad.db[1:])))


@cache
def losses(eta, steps=STEPS):
    """The loss of the little network before and after each of ``steps`` steps downhill: (steps + 1,)."""
    W, b = network()
    history = []
    for _ in range(steps + 1):
        now = one_pass(W, b)
        history.append(now.loss)
        W, b = downhill(W, b, now.grad, eta)
    return np.array(history)


@cache
def promised(eta):
    """The drop of the loss that the gradient promises for the first step, eta ‖∇L‖²."""
    return eta * squared_size(one_pass(*network()).grad)


def kept(eta):
    """The drop of the loss in the first step as a share of what was promised; negative where the loss rises."""
    history = losses(eta)
    return float((history[0] - history[1]) / promised(eta))


def draw_promise(descent, first_step, eta=0.01):
    """The loss during descent with step size eta, and the loss after the first step against eta."""
    history = losses(eta)
    log_axis(descent, 1e-8, 1e4, "loss ℒ")
    descent.set(xlim=(0, STEPS), xlabel="steps", xticks=range(0, STEPS + 1, 5), title=f"descent, η = {eta:g}")
    descent.plot(history, **{**MEASURED, "color": COLORS["forward"]})
    etas = np.geomspace(0.001, 0.1, 80)
    first_step.set(xscale="log", xlim=(0.00085, 0.12), ylim=(-0.4, 6.4), xlabel="learning rate η",
                   ylabel="loss after one step", title="the first step")
    first_step.set_xticks([0.001, 0.01, 0.1], ["0.001", "0.01", "0.1"])
    first_step.minorticks_off()
    first_step.axhline(2, **REFERENCE)
    first_step.plot(etas, [losses(float(e), 1)[1] for e in etas], color=COLORS["forward"])
    promise = 2 - np.array([promised(float(e)) for e in etas])
    first_step.plot(etas[promise > -0.4], promise[promise > -0.4], **THEORY)
    first_step.plot([eta], [losses(eta)[1]], **{**MEASURED, "color": COLORS["forward"], "markersize": 8})
    handle(first_step, lambda eta: (eta, losses(eta)[1]))
    label_line(first_step, 0.0125, 0.55, "promised", COLORS["theory"], ha="right", xytext=(-4, 0))
    label_line(first_step, 0.062, 3.6, "measured", COLORS["forward"], ha="right", xytext=(-6, 0))
    label_line(first_step, 0.001, 2, "loss before", COLORS["reference"], xytext=(2, 15))
    return (f"η = {eta:g}: the gradient promises that the first step lowers the loss from 2 by "
            f"{number(promised(eta), 3)}; it becomes {number(history[1], 3)}. After {STEPS} steps it is "
            f"{number(history[-1])}{beyond(descent, history[-1])}.")
