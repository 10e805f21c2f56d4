"""One enormous gradient among ordinary ones: what it does to plain descent, to Adam, and to clipping by inf."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number

BEFORE, AFTER = 100, 900  # how many steps before and after the spike are shown
SPIKES, TIMES = [1, 10, 100, 1000], [100, 1000, 10_000]
LIMITS = {"none": None, "C = 2": 2.0}
BETA1, BETA2 = 0.9, 0.999
#: The longest step of Adam over η, for a gradient that stands alone (Kingma and Ba 2015, section 2.1).
BOUND = (1 - BETA1) / np.sqrt(1 - BETA2)


def stream(spike, when, c=None):
    """Gradients of one parameter: 1 at every step but at step ``when``, where it is ``spike``, clipped at c."""
    g = np.ones(when + AFTER)
    g[when - 1] = spike
    return g if c is None else np.clip(g, -c, c)


@cache
def strides(optimizer, spike, when, c=None):
    """The length of each step, divided by the learning rate: (when + AFTER,)."""
    rule, theta, lengths = nn.OPTIMIZERS[optimizer](), np.zeros(1), []
    for g in stream(spike, when, c)[:, None]:
        before = theta.copy()
        rule.step(theta, g, 1.0)
        lengths.append(abs(theta - before)[0])
    return np.array(lengths)


def adam_theory(spike, when):
    """Adam's step / η after a spike among gradients of 1: each average keeps its share β of the spike, step by step.

    m = 1 + (1 - β1) β1^age (spike - 1) / (1 - β1^t), v likewise with β2 and spike² - 1; the step is m / √v.
    """
    t = np.arange(1, when + AFTER + 1)
    age = np.where(t >= when, t - when, np.inf)
    m = 1 + (1 - BETA1) * BETA1**age * (spike - 1) / (1 - BETA1**t)
    v = 1 + (1 - BETA2) * BETA2**age * (spike**2 - 1) / (1 - BETA2**t)
    return m / np.sqrt(v)


def after_spike(spike, when, c=None, steps=AFTER, optimizer="adam"):
    """The way of the ``steps`` steps after the spike, in units of η: ``steps`` if there were none."""
    return float(strides(optimizer, spike, when, c)[when : when + steps].sum())


def draw_spike(gradient, stride, spike=1000, when=10_000, c=None):
    """The gradients with one spike, clipped or not, and the steps that Adam and plain descent make of them."""
    t, shown = np.arange(1 - BEFORE, AFTER + 1), slice(when - BEFORE, None)
    for ax in (gradient, stride):
        ax.set(xlim=(-BEFORE, 1.04 * AFTER), xlabel="steps after the spike", xticks=[0, 300, 600, 900])
    log_axis(gradient, 0.003, 3000, "size of the gradient")
    log_axis(stride, 0.003, 3000, "length of the step / η")
    gradient.plot(t, stream(spike, when, c)[shown], color=COLORS["gradient"], label="gradient")
    handle(gradient, lambda spike: (0, spike))
    if c is not None and spike > c:
        gradient.plot(t, stream(spike, when)[shown], color=COLORS["seed"], linewidth=1.2, zorder=1,
                      label="before clipping")
        gradient.text(0.97, 0.97, "gray: before clipping", color=COLORS["reference"], ha="right", va="top", fontsize=9,
                      transform=gradient.transAxes)
    stride.axhline(BOUND, **REFERENCE)
    label_line(stride, AFTER, BOUND, "bound for a lone gradient", COLORS["reference"], ha="right", va="bottom",
               xytext=(0, 2))
    stride.plot(t, strides("sgd", spike, when, c)[shown], color=COLORS["seed"], linewidth=1.2, label="plain descent")
    stride.text(0.97, 0.97, "gray: plain descent", color=COLORS["reference"], ha="right", va="top", fontsize=9,
                transform=stride.transAxes)
    made = strides("adam", spike, when, c)
    stride.plot(t, made[shown], color=COLORS["weight"], linewidth=3, label="Adam")
    stride.plot(t, adam_theory(spike if c is None else min(spike, c), when)[shown], **THEORY,
                label="Adam, predicted")
    label_line(stride, 0.55 * AFTER, made[when + AFTER // 2], "Adam", COLORS["weight"], ha="center", va="top",
               xytext=(0, -8))
    size = f"one gradient {spike:,} times as large as the others" if spike > 1 else "all gradients alike"
    if c is None:
        clipped = "not clipped"
    else:
        clipped = f"clipped at C = {c:g}" if spike > c else f"C = {c:g} clips nothing"
    plain, together = strides("sgd", spike, when, c)[when - 1], number(after_spike(spike, when, c), 3)
    usual = "" if together == "900" else ", instead of 900 η"
    return (f"Adam, {size}, at step {when:,}, {clipped}: the step is {number(made[when - 1])} η there (plain descent: "
            f"{plain:,.0f} η) and {number(made[when + 99])} η a hundred steps later. The "
            f"900 steps after it together are {together} η long{usual}.")


def framework_clip(gradients, c):
    """Clip by global norm as PyTorch does: multiply by min(1, c/(norm + 1e-6)), whatever the norm is."""
    with np.errstate(over="ignore", invalid="ignore"):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in gradients))
        factor = np.minimum(1.0, c / (norm + 1e-6))
        return [g * factor for g in gradients], norm


def forward_overflow(sigma_w=6.0, depth=100, width=64):
    """A ReLU network whose forward pass leaves the range of float32: its loss, and its gradient before clipping."""
    net = nn.mlp(64, width, 10, depth=depth, activation="relu", init=nn.initializers.scaled_normal(sigma_w))
    d = nn.data.digits()
    return net.loss_and_gradient(d.x[:, :64], d.y[:64]), net.gradient.copy()
