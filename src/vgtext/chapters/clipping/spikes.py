"""One enormous gradient among ordinary ones: what it does to plain descent, to Adam, and to clipping by inf."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, REFERENCE, THEORY, label_line, log_axis, number

AT, STEPS = 100, 1000  # the step of the spike, and how far we look
SPIKES, LIMITS = [1, 10, 100, 1000], {"none": None, "c = 10": 10.0, "c = 2": 2.0}
OPTIMIZERS = {"Plain descent": "sgd", "Adam": "adam"}


def stream(spike, c=None):
    """Gradients of one parameter: 1 at every step but at step 100, where it is ``spike``, clipped at c: (STEPS,)."""
    g = np.ones(STEPS)
    g[AT - 1] = spike
    return g if c is None else np.clip(g, -c, c)


@cache
def strides(optimizer, spike, c=None):
    """The length of each step, divided by the learning rate: (STEPS,)."""
    rule, theta, lengths = nn.OPTIMIZERS[optimizer](), np.zeros(1), []
    for g in stream(spike, c):
        before = theta.copy()
        rule.step(theta, np.array([g]), 1.0)
        lengths.append(float(np.abs(theta - before)[0]))
    return np.array(lengths)


def adam_theory(spike, beta1=0.9, beta2=0.999):
    """Adam's step after a spike among gradients of size 1: the averages remember it by their own half-lives."""
    t = np.arange(1, STEPS + 1)
    age = np.where(t >= AT, t - AT, np.inf)
    m = 1 + (1 - beta1) * beta1**age * (spike - 1) / (1 - beta1**t)
    v = 1 + (1 - beta2) * beta2**age * (spike**2 - 1) / (1 - beta2**t)
    return m / np.sqrt(v)


def lost(spike, c=None, optimizer="adam"):
    """How many ordinary steps' worth of way the 900 steps after the spike fall short."""
    return float(np.sum(1 - strides(optimizer, spike, c)[AT:]))


def draw_spike(gradient, stride, optimizer="adam", spike=1000, c=None):
    """The gradients with one spike, clipped or not, and the steps that an optimizer makes of them."""
    t = np.arange(1, STEPS + 1)
    for ax in (gradient, stride):
        ax.set(xlim=(0, 1.05 * STEPS), xlabel="step", xticks=[0, 250, 500, 750, 1000])
    log_axis(gradient, 0.003, 3000, "size of the gradient")
    log_axis(stride, 0.003, 3000, "length of the step / η")
    gradient.plot(t, stream(spike), color=COLORS["seed"], linewidth=1.2)
    gradient.plot(t, stream(spike, c), color=COLORS["gradient"])
    if c is not None and spike > c:
        gradient.text(0.97, 0.97, "grey: before clipping", color=COLORS["reference"], ha="right", va="top", fontsize=9,
                      transform=gradient.transAxes)
    stride.axhline(1, **REFERENCE)
    made = strides(optimizer, spike, c)
    stride.plot(t, made, color=COLORS["weight"], linewidth=3)
    if optimizer == "adam":
        stride.plot(t, adam_theory(spike if c is None else min(spike, c)), **THEORY)
    label_line(stride, STEPS, 1, "as without a spike", COLORS["reference"], ha="right", va="bottom", xytext=(0, 3))
    name = next(words for words, key in OPTIMIZERS.items() if key == optimizer)
    clipped = "not clipped" if c is None else f"clipped at c = {c:g}"
    walked = number(made[AT:].sum(), 3)
    size = f"one gradient {spike:,} times as large as the others" if spike > 1 else "all gradients alike"
    return (f"{name}, {size}, {clipped}: {'the step at the spike' if spike > 1 else f'step {AT}'} is "
            f"{number(made[AT - 1])} η. The 900 steps after it together are {walked} η long, instead of 900 η.")


def framework_clip(gradients, c):
    """Clip by global norm as frameworks commonly do: multiply by min(1, c/(norm + 1e-6)), whatever the norm is."""
    with np.errstate(over="ignore", invalid="ignore"):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in gradients))
        factor = np.minimum(1.0, c / (norm + 1e-6))
        return [g * factor for g in gradients], norm


def forward_overflow(sigma_w=6.0, depth=100, width=64):
    """A ReLU network whose forward pass leaves the range of float32: its loss, and its gradient before clipping."""
    net = nn.mlp(64, width, 10, depth=depth, activation="relu", init=nn.initializers.scaled_normal(sigma_w))
    d = nn.data.digits()
    return net.loss_and_gradient(d.x[:, :64], d.y[:64]), net.gradient.copy()
