"""What the figures of backprop show, computed again."""

import numpy as np

from vgtext import nn
from vgtext.chapters.backprop import bugs, chain, checking, descent
from vgtext.chapters.backprop import error_signal as deep


def wrong_gradient(bug, activation):
    lines = [[line[k - 14 : k + 1].mean() for k in range(14, len(line))]
             for line in (np.array(bugs.learn(which, activation), float) for which in ("none", bug))]
    errors = np.maximum(bugs.check(bug, activation), 1e-13)
    return {"training loss": lines, "the right gradient": lines[0], "this gradient": lines[1], "relative error":
            [*errors], "weights": errors[0], "biases": errors[1], "gradient check": None, "steps": None,
            "dashed: the right gradient solid: this one": None, "× wrong · right": None}


def promise(eta):
    """By differences of the loss along the gradient."""
    line = descent.losses(eta)
    drop = [(2 - float(descent.losses(e, 1)[1])) / e for e in (1e-7, 2e-7)]
    size = 2 * drop[0] - drop[1]  # ‖∇ℒ‖²
    return {"loss ℒ": line, "steps": None, "loss after one step": [[line[1]]], "the first step": None, "measured":
            [[line[1]]], "loss before": np.array([2, 2]),
            "promised": lambda e: np.where(np.abs(2 - e * size) > 0.02, 2 - e * size, np.nan)}


def last_layer(activation, a):
    phi = nn.get_activation(activation)

    def measured(w):
        loss = [0.5 * (phi((w + h) * a - 1) - 1.5) ** 2 for h in (1e-5, -1e-5)]
        slope = np.abs(loss[0] - loss[1]) / 2e-5
        return np.where(slope > 1e-5, slope, np.nan)

    assert chain.B == -1 and chain.Y == 1.5
    return {"size of ∂ℒ/∂w": measured, "dots: measured by differences dashed: the chain rule": measured,
            "weight w of the last layer": None, f"last layer: {activation}": None}


def error_signal(activation, sigma_w):
    W, z = deep.deep_pass(activation, sigma_w)
    phi, d = nn.get_activation(activation), deep.output_errors()
    lines, J, most, bound, rms = [np.ones(20)], np.eye(64), [1.0], [1.0], [1.0]
    for l in range(19, 0, -1):
        D = phi.derivative(z[l]).T
        d = (W[l + 1].T @ d) * phi.derivative(z[l])
        lines.insert(0, np.sqrt((d**2).sum(axis=0)))
        J = J @ (W[l + 1] * D)
        values = np.linalg.svd(J, compute_uv=False)
        most.insert(0, values[0]), rms.insert(0, np.sqrt(np.mean(values**2)))
        bound.insert(0, bound[0] * np.linalg.svd(W[l + 1] * D, compute_uv=False)[0])
    mean = np.exp(np.mean(np.log(lines), axis=1))
    return {"‖δ[l]‖, with ‖δ[L]‖ = 1": [mean, *np.transpose(lines)], "measured": mean, "predicted": rms,
            "bound, whole product": most, "bound, layer by layer": bound, "measured, and predicted (dashed)": mean}


def step_size(dtype, formula):
    errors = np.maximum(checking.check_errors(dtype, formula), 1e-17)
    mean = np.prod(errors, axis=1) ** (1 / 10)
    return {"relative error": [mean, *errors.T], "geometric mean": mean, "geometric mean of 10 directions": mean,
            "step h": 10.0 ** np.arange(-12, 0.1, 0.5), "theory, truncation": None, "theory, rounding": None}
