"""The backward pass of a normalization is the residual of a straight line: no offset and no slope gets through."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, REFERENCE

BATCHES = [2, 3, 4, 8, 16, 64]


def normalize(z, axis=1, center=True, eps=1e-5):
    """Return x = (z - mean) / s and s, by hand; means over ``axis``, 1: the examples, 0: the units."""
    mean = z.mean(axis, keepdims=True) * center
    s = np.sqrt(((z - mean) ** 2).mean(axis, keepdims=True) + eps)
    return (z - mean) / s, s


def normalize_backward(g, x, s, axis=1, center=True):
    """Return dL/dz from g = dL/dx: take out the mean, and the part along x."""
    mean = g.mean(axis, keepdims=True) * center
    along = (g * x).mean(axis, keepdims=True)
    return (g - mean - x * along) / s


def against_engine(norm, n=5, examples=7, seed=0):
    """Largest difference between these lines and the engine's forward and backward pass, relative to their size."""
    rng, engine = np.random.default_rng(seed), nn.norms.NORMS[norm](n)
    z, g = rng.normal(size=(2, n, examples))
    for name, shape in engine.shapes.items():
        setattr(engine, name, np.full(shape, float(name == "gamma")))
        setattr(engine, f"{name}_gradient", np.zeros(shape))
    how = {"axis": int(norm == "batch"), "center": norm != "rms"}
    x, s = normalize(z, **how)
    forward = np.abs(engine.forward(z) - x).max() / np.abs(x).max()
    dz = normalize_backward(g, x, s, **how)
    return float(max(forward, np.abs(engine.backward(g) - dz).max() / np.abs(dz).max()))


@cache
def one_unit(batch, offset, slope, seed=1):
    """A unit's normalized values, the error signal that comes in, and what goes on (times s): three arrays (batch,)."""
    rng = np.random.default_rng(seed)
    x, _ = normalize(rng.normal(size=(1, 64))[:, :batch], eps=0.0)
    g = offset + slope * x + 0.5 * rng.normal(size=(1, 64))[:, :batch]
    return x[0], g[0], normalize_backward(g, x, 1.0)[0]


def through(batch, offset, slope):
    """Which share of the error signal's squared size gets through."""
    _, g, out = one_unit(batch, offset, slope)
    return float(out @ out / (g @ g))


def signed(x):
    """A number with two decimals and a true minus sign."""
    return f"{x:.2f}".replace("-", "−")


def draw_residual(incoming, outgoing, batch=16, offset=1.0, slope=1.0):
    """The error signal of one unit before and after the norm's backward pass, against its normalized value."""
    x, g, out = one_unit(batch, offset, slope)
    mean, along, line = g.mean(), (g * x).mean(), np.array([-3, 3])
    for ax, title in ((incoming, "error signal that comes in"), (outgoing, "what goes on, times s")):
        ax.set(xlim=(-3, 3), ylim=(-7, 7), xlabel="normalized value x", title=title)
        ax.axhline(0, **REFERENCE)
    incoming.set_ylabel("∂L/∂x of one example")
    incoming.plot(line, mean + along * line, color=COLORS["theory"], linestyle="--", linewidth=1.1)
    incoming.text(0.04 if along >= 0 else 0.96, 0.95, "dashed: best line", color=COLORS["theory"], fontsize=9, va="top",
                  ha="left" if along >= 0 else "right", transform=incoming.transAxes)
    incoming.plot(x, g, "o", color=COLORS["backward"], markersize=4)
    outgoing.plot(x, out, "o", color=COLORS["backward"], markersize=4)
    return (f"A unit with {batch} examples: the error signal that comes in has mean {signed(mean)} and slope "
            f"{signed(along)} along x; both are taken out, and {through(batch, offset, slope):.0%} of its "
            "squared size goes on.")
