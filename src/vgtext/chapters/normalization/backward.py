"""The backward pass of a normalization is the residual of a straight line: no offset and no slope gets through."""

from functools import cache

import numpy as np

from vgtext import nn
from vgtext.explore import handle
from vgtext.palette import COLORS, REFERENCE, number

BATCHES = [2, 3, 4, 8, 16, 64]


def normalize(z, axis=1, center=True, eps=1e-5):
    """Return z_hat = (z - mu) / sigma and sigma, by hand; means over ``axis``, 1: the examples, 0: the units."""
    mu = z.mean(axis, keepdims=True) * center
    sigma = np.sqrt(((z - mu) ** 2).mean(axis, keepdims=True) + eps)
    return (z - mu) / sigma, sigma


def normalize_backward(d, z_hat, sigma, axis=1, center=True):
    """Return dL/dz from d = dL/dz_hat: take out the mean, and the part along z_hat."""
    mean = d.mean(axis, keepdims=True) * center
    along = (d * z_hat).mean(axis, keepdims=True)
    return (d - mean - z_hat * along) / sigma


def against_engine(norm, n=5, examples=7, seed=0):
    """Largest difference between these lines and the engine's forward and backward pass, relative to their size."""
    rng, engine = np.random.default_rng(seed), nn.norms.NORMS[norm](n)
    z, d = rng.normal(size=(2, n, examples))
    for name, shape in engine.shapes.items():
        setattr(engine, name, np.full(shape, float(name == "gamma")))
        setattr(engine, f"{name}_gradient", np.zeros(shape))
    how = {"axis": int(norm == "batch"), "center": norm != "rms"}
    z_hat, sigma = normalize(z, **how)
    forward = np.abs(engine.forward(z) - z_hat).max() / np.abs(z_hat).max()
    dz = normalize_backward(d, z_hat, sigma, **how)
    return float(max(forward, np.abs(engine.backward(d) - dz).max() / np.abs(dz).max()))


@cache
def one_unit(batch, offset, slope, seed=1):
    """A unit's z_hat, the error signal that comes in, and what is passed on (times sigma): three arrays (batch,)."""
    rng = np.random.default_rng(seed)
    z_hat, _ = normalize(rng.normal(size=(1, 64))[:, :batch], eps=0.0)
    d = offset + slope * z_hat + 0.5 * rng.normal(size=(1, 64))[:, :batch]
    return z_hat[0], d[0], normalize_backward(d, z_hat, 1.0)[0]


def best_line(batch, offset, slope):
    """The heights at ẑ = 0 and ẑ = 2 of the line that fits the incoming error signal best."""
    z_hat, d, _ = one_unit(batch, offset, slope)
    return float(d.mean()), float(d.mean() + 2 * (d * z_hat).mean())


def through(batch, offset, slope):
    """Which share of the error signal's squared size gets through."""
    _, d, out = one_unit(batch, offset, slope)
    return float(out @ out / (d @ d))


def signed(x):
    """A number with two decimals and a true minus sign."""
    return f"{x:.2f}".replace("-", "−")


def draw_residual(incoming, outgoing, batch=16, offset=1.0, slope=1.0):
    """The error signal of one unit before and after the normalization's backward pass, against its normalized value."""
    z_hat, d, out = one_unit(batch, offset, slope)
    mean, along, line = d.mean(), (d * z_hat).mean(), np.array([-3.3, 3.3])
    for ax, title in ((incoming, "error signal that comes in"), (outgoing, "what is passed on, times $\\sigma_z$")):
        ax.set(xlim=(-3.3, 3.3), ylim=(-9, 9), yticks=range(-8, 9, 4), xlabel="normalized value ẑ", title=title)
        ax.axhline(0, **REFERENCE)
    incoming.set_ylabel("∂ℒ/∂ẑ of one example")
    incoming.plot(line, mean + along * line, color=COLORS["theory"], linestyle="--", linewidth=1.1)
    incoming.text(0.04 if along >= 0 else 0.96, 0.95, "dashed: best line", color=COLORS["theory"], fontsize=9, va="top",
                  ha="left" if along >= 0 else "right", transform=incoming.transAxes)
    incoming.plot(z_hat, d, "o", color=COLORS["backward"], markersize=4)
    handle(incoming, lambda offset: (0, best_line(batch, offset, slope)[0]))
    handle(incoming, lambda slope: (2, best_line(batch, offset, slope)[1]))
    outgoing.plot(z_hat, out, "o", color=COLORS["backward"], markersize=4)
    share = through(batch, offset, slope)
    left = f"{number(100 * share)}%" if share > 1e-5 else number(share)
    passed = f"{left} of its squared size" if batch > 2 else "nothing"
    return (f"A unit with {batch} examples: the error signal that comes in has mean {signed(mean)} and slope "
            f"{signed(along)} along ẑ; both are taken out, and {passed} is passed on.")
