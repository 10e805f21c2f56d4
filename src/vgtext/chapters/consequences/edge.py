"""The edge of stability: full-batch training raises the sharpness until the step is as long as it allows.

Descent stops at λ = 2/η (Cohen et al. 2021). Adam divides by P = sqrt(v) + eps first, so what counts is the largest
eigenvalue of H between two factors P^(-1/2), and its limit is (2 + 2 β1)/((1 - β1) η), 38/η at β1 = 0.9 (Cohen et al.
2022). The runs are kept in ``data/consequences_edge.npz``, remade in half a minute by

    python -m vgtext.chapters.consequences.edge
"""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, THEORY, label_line, log_axis, number

from .curvature import batch, hessian_times, network
from .rates import bisect

DEPTH, SIGMA_W, STEPS, EVERY = 5, 0.7, 3000, 25
DESCENT, ADAM = (0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2), (0.0001, 0.0003, 0.001, 0.003, 0.01)
BETA1 = 0.9
LIMITS = {"sgd": 2.0, "adam": (2 + 2 * BETA1) / (1 - BETA1)}  # of λη


def preconditioner(optimizer, size):
    """What a step divides the gradient by, one number a parameter: 1, or Adam's sqrt(v) + eps, bias corrected."""
    if isinstance(optimizer, nn.SGD):
        return np.ones(size)
    share = (1 - optimizer.beta2) / (1 - optimizer.beta2**optimizer.t)
    return np.sqrt(optimizer.v * share) + optimizer.eps


def sharpest(net, v, P, rounds):
    """The largest eigenvalue of P^(-1/2) H P^(-1/2), by power iteration from v, and its eigenvector."""
    root, value = P**-0.5, 0.0
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        Hv = root * hessian_times(net, root * v, *batch())
        value, v = v @ Hv, Hv
    return float(value), v


def run(name, rate, steps=STEPS):
    """Full-batch training from small weights: the loss and λη at step 1 and after every EVERY steps, (n, 2)."""
    net, optimizer, met = network("tanh", DEPTH, SIGMA_W), nn.optimizers.get_optimizer(name), []
    v = np.random.default_rng(0).standard_normal(net.theta.size)
    for step in range(steps + 1):
        loss = net.loss_and_gradient(*batch())
        gradient = net.gradient.copy()
        if step % EVERY == 0:
            P = preconditioner(optimizer, v.size) if step or name == "sgd" else np.abs(gradient) + 1e-8
            value, v = sharpest(net, v, P, 10 if step else 100)
            met.append((loss, value * rate))
        optimizer.step(net.theta, gradient, rate)
    return np.array(met)


@cache
def stored(name):
    """The stored runs of "sgd" or "adam": (rate, time, loss and λη)."""
    return results.load("consequences_edge")[name].astype(float)


def hovers(name, rate):
    """The mean of λη over the last third of a stored run, over its limit."""
    runs = stored(name)[(DESCENT if name == "sgd" else ADAM).index(rate)]
    return float(runs[-len(runs) // 3 :, 1].mean() / LIMITS[name])


def momentum_factor(curvature, beta1=BETA1):
    """The largest |eigenvalue| of one step of w ← w - m, m ← β1 m + (1 - β1) λη w on a parabola of curvature λη.

    This is Adam with its divisor held fixed at 1.
    """
    push = (1 - beta1) * curvature
    return float(np.abs(np.linalg.eigvals([[1 - push, -beta1], [push, beta1]])).max())


def largest_curvature(beta1=BETA1):
    """The largest λη at which that descent settles, by bisection."""
    return bisect(lambda x: momentum_factor(x, beta1) < 1, 1.0, 1e4, halvings=30)


def draw_sharpening(descent, adam, rate=0.1, adam_rate=0.003):
    """The sharpness over training at every learning rate, over its limit: gradient descent and Adam."""
    t, told = np.arange(0, STEPS + 1, EVERY), []
    for ax, name, rates, chosen, words in ((descent, "sgd", DESCENT, rate, "gradient descent: λ over 2/η"),
                                           (adam, "adam", ADAM, adam_rate, "Adam: divided λ over 38/η")):
        ax.set(xlim=(0, STEPS), xlabel="step", title=words, xticks=[0, 1000, 2000, 3000])
        log_axis(ax, 0.002, 3, "sharpness over its limit")
        ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        ax.axhline(1, **THEORY)
        label_line(ax, 2950, 1.28, "the limit", COLORS["theory"], xytext=(0, 0), ha="right")
        for other, met in zip(rates, stored(name)[..., 1] / LIMITS[name], strict=True):
            if other != chosen:
                ax.plot(t, met, color=COLORS["seed"], linewidth=0.8, label=f"η = {other:g}")
        met = stored(name)[rates.index(chosen)]
        ax.plot(t, met[:, 1] / LIMITS[name], color=COLORS["weight"], linewidth=1.8, label=f"η = {chosen:g}")
        label_line(ax, STEPS, 0.003, f"η = {chosen:g}", COLORS["weight"], xytext=(-4, 0), ha="right")
        told.append((hovers(name, chosen), met[-1, 0]))
    (hover, loss), (hover_adam, _) = told
    return (f"5 tanh layers of 32 units from small weights, all 200 digits at every step. Descent with η = {rate:g}: "
            f"over the last thousand steps the sharpness is {hover:.2f} times 2/η on average, and the loss ends at "
            f"{number(loss)}. Adam with η = {adam_rate:g}: {hover_adam:.2f} times 38/η.")


CLAIMS = (
    Claim(
        "R.15", "Cohen and others 2021: full-batch gradient descent raises the sharpness to about 2/η, where it "
        "hovers, while the loss goes on falling in the long run.", "holds if",
        "The learning rate is large enough for the sharpness to get there before the data are fitted. At the small "
        "rate below it comes to rest under the limit.",
        (
            *(Evidence(f"η = {r:g}: sharpness times η/2, mean of the last thousand steps",
                       lambda r=r: hovers("sgd", r), 1.0, 0.05, stored="consequences_edge") for r in (0.1, 0.15)),
            Evidence("η = 0.02: the same", lambda: hovers("sgd", 0.02), 0.26, 0.05, stored="consequences_edge"),
            Evidence("η = 0.1: share of the loss at step 1,500 that is left at step 3,000",
                     lambda: float(stored("sgd")[DESCENT.index(0.1), -1, 0]
                                   / stored("sgd")[DESCENT.index(0.1), STEPS // EVERY // 2, 0]), 0.4, 0.1,
                     stored="consequences_edge"),
        ), "sharpening?rate=0.10",
        setting="5 tanh layers of 32 units, σ_w = 0.7, least squares on a full batch of 200 digits, 3,000 steps, one "
        "seed.",
    ),
    Claim(
        "R.16", "Cohen and others 2022: under full-batch Adam the sharpness, divided by what Adam divides by, settles "
        "around (2 + 2 β1)/((1 − β1) η), which is 38/η at β1 = 0.9.", "holds if",
        "The rate is large enough to get there within the budget. The limit itself is exact on a parabola while Adam's "
        "divisor stands still.",
        (
            Evidence("largest curvature times η that is stable at momentum 0.9 on a parabola, the divisor held at 1",
                     largest_curvature, 38.0, 1e-3),
            *(Evidence(f"Adam, η = {r:g}: divided sharpness times η/38, mean of the last thousand steps",
                       lambda r=r: hovers("adam", r), 1.0, 0.15, stored="consequences_edge") for r in (0.001, 0.003)),
            Evidence("Adam, η = 0.0001: the same", lambda: hovers("adam", 0.0001), 0.21, 0.05,
                     stored="consequences_edge"),
        ), "sharpening?adam_rate=0.003",
        setting="5 tanh layers of 32 units, σ_w = 0.7, least squares on a full batch of 200 digits, 3,000 steps, one "
        "seed.",
    ),
)


def make():
    """Run everything and write the file."""
    results.save("consequences_edge", 1, sgd=np.array([run("sgd", r) for r in DESCENT], np.float32),
                 adam=np.array([run("adam", r) for r in ADAM], np.float32))


if __name__ == "__main__":
    make()
