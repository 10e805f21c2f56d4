"""The cliff: a recurrent network of one unit, its loss over its two parameters, and the step that is thrown off."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.palette import COLORS, beyond, log_axis, number

T, TARGET, START, STEPS = 50, 0.7, (4.2, -2.6), 24
RATES, LIMITS = [0.1, 0.2, 0.3], [0.1, 1.0, 10.0]
WHOLE, CLOSE = ((3.5, 7.5), (-3.2, 4.0)), ((4.0, 4.5), (-2.7, -1.8))  # what is shown of w and b

sigmoid = nn.get_activation("sigmoid")


def loss_and_gradient(w, b, steps=T):
    """One sigmoid unit that feeds itself: the loss (h[T] - 0.7)² with h[0] = 1/2, and its derivatives in w and b.

    z[t] = w h[t-1] + b, h[t] = sigmoid(z[t]); w and b are numbers or arrays of one shape. The derivatives are carried
    forward with the state: dh[t]/dw = phi'(z[t]) (h[t-1] + w dh[t-1]/dw), phi' = h[t] (1 - h[t]), and likewise for b.
    """
    h = np.full(np.shape(w), 0.5)
    dw, db = np.zeros_like(h), np.zeros_like(h)
    for _ in range(steps):
        before, h = h, sigmoid(w * h + b)
        slope = h * (1 - h)
        dw, db = slope * (before + w * dw), slope * (1 + w * db)
    error = h - TARGET
    return error**2, 2 * error * dw, 2 * error * db


def clip(g, c):
    """Scale the vector g down to length c where it is longer; c = None leaves it alone."""
    size = np.linalg.norm(g)
    return g if c is None or size <= c else g * (c / size)


@cache
def descend(rate, c=None, start=START, steps=STEPS):
    """Gradient descent on the tiny network: places (steps + 1, 2), losses and gradient norms (steps + 1,)."""
    theta, places, losses, norms = np.array(start, float), [], [], []
    for _ in range(steps + 1):
        loss, *g = (float(v) for v in loss_and_gradient(*theta))
        places.append(theta.copy()), losses.append(loss), norms.append(np.hypot(*g))
        theta -= rate * clip(np.array(g), c)
    return np.array(places), np.array(losses), np.array(norms)


@cache
def surface(part, points=100):
    """The loss over a part of the plane of w and b: (points, points), b upwards, at the middles of the pixels."""
    w, b = (low + (high - low) * (np.arange(points) + 0.5) / points for low, high in part)
    return loss_and_gradient(*np.meshgrid(w, b))[0]


def longest(rate, c=None, steps=STEPS):
    """The longest of the first steps: (its number, its length)."""
    lengths = np.linalg.norm(np.diff(descend(rate, c)[0], axis=0), axis=1)[:steps]
    k = int(lengths.argmax())
    return k + 1, float(lengths[k])


def looks(c):
    """Of descent without a limit and with one, c: the limit, color, marker and name."""
    return (None, COLORS["backward"], "s", "not clipped"), (c, COLORS["forward"], "o", "clipped")


def draw_cliff(plane, close, c=1.0, rate=0.2, step=STEPS):
    """Descent with and without clipping on the loss of the tiny network, and its start close up."""
    for ax, part, words in ((plane, WHOLE, "the loss (dark: high)"), (close, CLOSE, "where both start, close up")):
        ax.imshow(surface(part), cmap="Greys", vmin=0, vmax=0.6, extent=(*part[0], *part[1]), origin="lower",
                  aspect="auto", interpolation="nearest")
        ax.set(xlim=part[0], ylim=part[1], xlabel="weight w", ylabel="bias b", title=words)
        for limit, color, marker, words in looks(c):
            ax.plot(*descend(rate, limit)[0][: step + 1].T, color=color, marker=marker, markersize=4, linewidth=1.4,
                    label=words)
        ax.plot(*START, "k*", markersize=9)
    handle(close, lambda step: tuple(descend(rate, c)[0][step]))
    handle(plane, lambda step: tuple(descend(rate, c)[0][step]))
    close.set_xticks([4.0, 4.2, 4.4])
    plane.text(7.4, -0.5, "■ not clipped", color=COLORS["backward"], ha="right", va="top", fontsize=9)
    plane.text(7.4, -1.2, "● clipped", color=COLORS["forward"], ha="right", va="top", fontsize=9)
    return story(rate, c, step)


def story(rate, c, step):
    """What the figure shows, in words."""
    _, losses, norms = descend(rate)
    if step == 0:
        return (f"Both runs start at the star, w = {START[0]}, b = −{-START[1]}, with a gradient of {number(norms[0])} "
                f"and a loss of {number(losses[0])}.")
    k, length = longest(rate, None, step)
    return (f"η = {rate:g}, {step} step{'s' * (step > 1)}. Not clipped: step {k} met a gradient of "
            f"{number(norms[k - 1])} and moved by {number(length)}. The gradient is "
            f"{number(norms[step])} now, the loss {told(losses[step])}. "
            f"Clipped at C = {c:g}: no step was longer than {number(longest(rate, c, step)[1])}, and the loss is "
            f"{told(descend(rate, c)[1][step])}.")


def told(loss):
    """Write a loss for a sentence: below 10⁻²⁴ the output differs from its target by rounding alone."""
    return number(loss) if loss > 1e-24 else "0 but for rounding"


def draw_start(plane, losses, w=4.2, b=-2.6, rate=0.2):
    """The start of both runs, to be dragged: their ways on the loss close up, and the loss at every step."""
    part, start = ((3.95, 4.5), CLOSE[1]), (w, b)
    plane.imshow(surface(part), cmap="Greys", vmin=0, vmax=0.6, extent=(*part[0], *part[1]), origin="lower",
                 aspect="auto", interpolation="nearest")
    plane.set(xlim=part[0], ylim=part[1], xlabel="weight w", ylabel="bias b", title="the loss (dark: high)",
              xticks=[4.0, 4.2, 4.4])
    losses.set(xlim=(0, STEPS), xlabel="step", title="the loss on the way", xticks=range(0, STEPS + 1, 6))
    log_axis(losses, 1e-8, 1, "loss")
    (_, free, norms), held = descend(rate, None, start), descend(rate, 1.0, start)[1]
    for limit, color, marker, words in looks(1.0):
        places, loss, _ = descend(rate, limit, start)
        plane.plot(*places.T, color=color, marker=marker, markersize=4, linewidth=1.4, label=words)
        losses.plot(loss, color=color, marker=marker, markersize=3, label=words)
    fast = min(held[: STEPS // 2]) < 1e-6  # the line passes the lower left
    for low, words, color in ((1e-7, "■ not clipped", "backward"), (1.5e-8, "● clipped", "forward")):
        losses.text(0.98 if fast else 0.02, low, words, color=COLORS[color], fontsize=9, ha="right" if fast else "left",
                    transform=losses.get_yaxis_transform())
    plane.plot(w, b, "k*", markersize=11)
    handle(plane, lambda w, b: (w, b))
    k, ends = int(norms[:STEPS].argmax()), [told(each[-1]) + beyond(losses, each[-1]) for each in (free, held)]
    met = (f"no gradient is longer than 1, so clipping at C = 1 changes nothing; after {STEPS} steps the loss is "
           f"{ends[0]}" if norms[k] <= 1 else f"step {k + 1} meets a gradient of {number(norms[k])}. After "
           f"{STEPS} steps the loss is {ends[0]}; clipped at C = 1, {ends[1]}")
    return f"From w = {w:g}, b = −{-b:g} with η = {rate:g}, {met}."
