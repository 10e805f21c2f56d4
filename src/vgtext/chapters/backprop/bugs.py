"""Planted bugs: seven backward passes of which one is right, what each learns, and what a gradient check says."""

from functools import cache

import numpy as np
from matplotlib.patches import Rectangle

from vgtext import nn
from vgtext.palette import ACTIVATION_NAMES, COLORS, REFERENCE, beyond, log_axis, number, running_mean

BUGS = ["none", "(BP2) φ′ forgotten", "(BP2) φ′ taken at a[l]", "(BP2) W not transposed", "(BP3) mean taken twice",
        "(BP4) a[l] for a[l−1]", "loss: mean forgotten"]
SIZES, BATCH = [64, 32, 32, 32, 10], 32
WRONG = 1e-4  # a relative error above this is a bug, in float64 with smooth activation functions


def backward_with(bug, W, z, a, dL_da, activation):
    """The backward pass with one planted bug, else as ``nn.backward``: (dW, db).

    A bug is planted only where its shapes fit; where they clash, Python itself would tell.
    """
    L, phi = len(W) - 1, nn.get_activation(activation)
    if bug == "loss: mean forgotten":
        dL_da = dL_da * dL_da.shape[1]
    delta = [None] * L + [dL_da]  # the output layer is linear
    for l in range(L - 1, 0, -1):
        slope = phi.derivative(a[l] if bug == "(BP2) φ′ taken at a[l]" else z[l])
        if bug == "(BP2) φ′ forgotten":
            slope = 1.0
        square = W[l + 1].shape[0] == W[l + 1].shape[1]
        back = W[l + 1] if bug == "(BP2) W not transposed" and square else W[l + 1].T
        delta[l] = (back @ delta[l + 1]) * slope
    into = [a[l] if bug == "(BP4) a[l] for a[l−1]" and a[l].shape == a[l - 1].shape else a[l - 1]
            for l in range(1, L + 1)]
    db = [None, *(d.sum(axis=1, keepdims=True) for d in delta[1:])]
    if bug == "(BP3) mean taken twice":
        db = [None, *(g / dL_da.shape[1] for g in db[1:])]
    return [None, *(d @ s.T for d, s in zip(delta[1:], into, strict=True))], db


def pass_with(bug, W, b, x, y, activation):
    """Forward, loss and a backward pass with a planted bug: (loss, dW, db)."""
    names = [activation] * (len(W) - 2) + ["identity"]
    z, a = nn.forward(W, b, x, names)
    loss, dL_da = nn.get_loss("softmax_cross_entropy")(a[-1], y)
    return loss, *backward_with(bug, W, z, a, dL_da, activation)


@cache
def learn(bug, activation, steps=300, eta=0.1, batch=BATCH, seed=0):
    """The training loss of every step, digits, plain gradient descent on batches with a planted bug: (steps,)."""
    d, rng = nn.data.digits("float64"), np.random.default_rng(seed)
    W, b = nn.random_network(SIZES, "he_normal", seed=seed)
    losses = np.full(steps, np.nan)
    for i in range(steps):
        pick = rng.integers(d.x.shape[1], size=batch)
        losses[i], dW, db = pass_with(bug, W, b, d.x[:, pick], d.y[pick], activation)
        if not losses[i] < 1e3:
            break
        for l in range(1, len(W)):
            W[l], b[l] = W[l] - eta * dW[l], b[l] - eta * db[l]
    return losses


@cache
def check(bug, activation, examples=BATCH, h=1e-6, tries=3, sigma_b=0.1, seed=0):
    """The relative error of every layer's dW and db against central differences along random directions: (2, L).

    ‖g - n‖ / (‖g‖ + ‖n‖), with g and n the derivatives along ``tries`` directions by backward pass and differences.
    """
    d, rng = nn.data.digits("float64"), np.random.default_rng(seed + 1)
    x, y = d.x[:, :examples], d.y[:examples]
    W, b = nn.random_network(SIZES, "he_normal", sigma_b=sigma_b, seed=seed)
    gradients = pass_with(bug, W, b, x, y, activation)[1:]
    errors = np.zeros((2, len(W) - 1))
    for i, parameters in enumerate((W, b)):
        for l in range(1, len(W)):
            pairs = np.array([along(W, b, x, y, activation, parameters, l, gradients[i][l], rng, h)
                              for _ in range(tries)])
            sizes = np.linalg.norm(pairs, axis=0)
            errors[i, l - 1] = np.linalg.norm(pairs[:, 0] - pairs[:, 1]) / sizes.sum()
    return errors


def along(W, b, x, y, activation, parameters, l, gradient, rng, h):
    """The derivative along one random direction in the parameters of layer l: (by the gradient, by differences)."""
    kept, direction = parameters[l], rng.standard_normal(parameters[l].shape)
    sides = []
    for sign in (1, -1):
        parameters[l] = kept + sign * h * direction
        sides.append(pass_with("none", W, b, x, y, activation)[0])
    parameters[l] = kept
    return float((direction * gradient).sum()), (sides[0] - sides[1]) / (2 * h)


def verdict(bug, errors):
    """What a check says of a backward pass with this bug, in words."""
    if errors.max() < WRONG:
        return "no error" if bug == "none" else "no error that this check can see"
    return "a false alarm" if bug == "none" else "the gradient is wrong"


def draw_wrong_gradient(learning, checked, bug=BUGS[2], activation="tanh"):
    """A network trained with a planted bug beside the right one, and what a gradient check says of every layer."""
    right, wrong = learn("none", activation), learn(bug, activation)
    steps = np.arange(len(right) - 14) + 15
    log_axis(learning, 0.02, 12, "training loss")
    learning.set(xlim=(0, len(right)), xlabel="steps", title="learning")
    learning.plot(steps, running_mean(right), color=COLORS["reference"], linestyle="--", label="the right gradient")
    learning.plot(steps, running_mean(wrong), color=COLORS["forward"], label="this gradient")
    above = "" if (running_mean(wrong) < learning.get_ylim()[1]).any() else " (above)"
    learning.text(0.97, 0.97, f"dashed: the right gradient\nsolid: this one{above}", transform=learning.transAxes,
                  ha="right", va="top", fontsize=9)
    errors = check(bug, activation)
    l = np.arange(1, len(SIZES))
    log_axis(checked, 1e-13, 1e3, "relative error")
    checked.set(xlim=(0.5, len(l) + 0.5), title="gradient check")
    checked.set_xticks(l, [f"layer {k}" for k in l])  # a word stands for what is beside it, too
    checked.axhspan(WRONG, 1e3, color=COLORS["backward"], alpha=0.1, linewidth=0)
    checked.axhline(WRONG, **REFERENCE)
    checked.text(0.6, 90, "wrong", fontsize=9, color=COLORS["backward"], va="center")
    for sizes, shift, marker, words in ((errors[0], -0.1, "o", "weights"), (errors[1], 0.1, "^", "biases")):
        checked.plot(l + shift, np.maximum(sizes, 1e-13), marker, color=COLORS["gradient"], label=words)
    checked.text(0.97, 0.03, "● weights   ▲ biases", transform=checked.transAxes, ha="right", va="bottom", fontsize=9)
    mean = wrong[-50:].mean()
    ended = (f"has the mean {mean:.2f}{beyond(learning, mean)}" if np.isfinite(mean) else
             f"has no value: it blew up at step {int(np.isfinite(wrong).sum())}")
    return (f"{ACTIVATION_NAMES[activation]}, bug: {bug}. Over the last 50 steps the training loss {ended}; "
            f"with the right gradient it is {right[-50:].mean():.2f}. The check's largest relative error is "
            f"{number(errors.max())}: {verdict(bug, errors)}.")


def draw_fingerprints(ax, activation="tanh", examples=BATCH, h=1e-6):
    """Which arrays a gradient check finds wrong, for every bug."""
    table = {bug: check(bug, activation, examples, h).T.ravel() for bug in BUGS}  # W[1], b[1], W[2], ..., b[4]
    ax.set(xlim=(-0.5, 7.5), ylim=(len(BUGS) - 0.5, -0.5))
    for i, j in np.ndindex(len(BUGS), 8):
        if wrong := table[BUGS[i]][j] > WRONG:
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, color=COLORS["backward"], alpha=0.25, linewidth=0))
        ax.text(j, i, "×" if wrong else "·", ha="center", va="center", fontsize=11,
                color=COLORS["backward" if wrong else "reference"])
    ax.set_xticks(range(8), [f"{array}[{l}]" for l in range(1, 5) for array in "Wb"])
    ax.set_xlabel("W and b of layers 1 to 4")
    ax.set_yticks(range(len(BUGS)), [bug.split(") ")[-1].removeprefix("loss: ") for bug in BUGS])
    ax.tick_params(length=0)
    ax.set_title("× wrong   · right")
    missed = [bug for bug in BUGS[1:] if table[bug].max() < WRONG]
    found = f"the check finds {len(BUGS) - 1 - len(missed)} of {len(BUGS) - 1} bugs"
    if table["none"].max() > WRONG:
        found = "the right gradient fails as well, so a failure proves no bug"
    elif missed:
        found += f"; it cannot see {', '.join(missed)}"
    return (f"{ACTIVATION_NAMES[activation]}, {examples} example{'s' * (examples > 1)}, h = {number(h, 1)}: {found}.")
