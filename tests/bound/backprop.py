"""What the figures of backprop show, computed again."""

import numpy as np

from vgtext import nn
from vgtext.chapters.backprop import bugs, chain, checking
from vgtext.chapters.backprop import error_signal as deep


def wrong_gradient(bug, activation):
    lines = [[line[k - 14 : k + 1].mean() for k in range(14, len(line))]
             for line in (np.array(bugs.learn(which, activation), float) for which in ("none", bug))]
    errors = np.maximum(bugs.check(bug, activation), 1e-13)
    return {"training loss": lines, "the right gradient": lines[0], "this gradient": lines[1], "relative error":
            [*errors], "weights": errors[0], "biases": errors[1], "gradient check": None,
            "steps": np.arange(15, 15 + len(lines[0])),
            "dashed: the right gradient solid: this one": None, "× wrong · right": None}


def descend(eta, steps):
    """The losses of the chapter's network of three units, unit by unit."""
    V, c, w, d = np.array([[1, 0.5], [-2, 0.5]]), np.array([0, -1.0]), np.array([1.0, 3]), 2.0
    x, line = np.array([1, 2]), []
    for _ in range(steps + 1):
        z = V @ x + c
        slope = np.where(z < 0, 0.5, 1)
        error = w @ (slope * z) + d - 3
        line.append(error**2 / 2)
        back = error * w * slope
        w, d = w - eta * error * slope * z, d - eta * error
        V, c = V - eta * np.outer(back, x), c - eta * back
    return np.array(line)


def promise(eta):
    """By differences of the loss along the gradient."""
    line = descend(eta, 20)
    drop = [(2 - descend(e, 1)[1]) / e for e in (1e-5, 2e-5)]
    size = 2 * drop[0] - drop[1]  # ‖∇ℒ‖²
    after = lambda es: np.array([descend(e, 1)[1] if 0 < e < 0.2 else np.nan for e in es])  # noqa: E731
    promised = lambda e: np.where(np.abs(2 - e * size) > 0.02, 2 - e * size, np.nan)  # noqa: E731
    return {"loss ℒ": line, "steps": np.arange(21), "loss after one step": after, "the first step": None,
            "learning rate η": np.geomspace(0.001, 0.1, 80), "measured": after, "loss before": np.array([2, 2]),
            "promised": promised, "_": [line, after, promised]}


def last_layer(activation, a):
    phi = nn.get_activation(activation)

    def measured(w):
        loss = [0.5 * (phi((w + h) * a - 1) - 1.5) ** 2 for h in (1e-5, -1e-5)]
        slope = np.abs(loss[0] - loss[1]) / 2e-5
        return np.where(slope > 1e-5, slope, np.nan)

    def printed(w):
        """What the notes say: the right rule but for the slope, which they take at a, and below the line."""
        slope = (phi(a + 1e-5) - phi(a - 1e-5)) / 2e-5
        return np.abs((phi(w * a - 1) - 1.5) / slope)

    assert chain.B == -1 and chain.Y == 1.5
    return {"size of ∂ℒ/∂w": measured, "dots: measured by differences dashed: the chain rule": measured,
            "weight w of the last layer": [np.arange(-80, 81) / 10, np.arange(-16, 17) / 2], "_": [measured, printed],
            f"last layer: {activation}": None}


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
            "bound, whole product": most, "bound, layer by layer": bound, "measured, and predicted (dashed)": mean,
            "layer l (input at the left)": np.arange(1, 21)}


def parts(dtype, formula):
    """What truncation and rounding add to the error at every step, from polynomials through the losses along lines."""
    W, b, x, y = checking.setting()
    places, shares = 0.02 * np.cos(np.arange(9) * np.pi / 8), []
    for dW, db in checking.directions():
        line = []
        for t in places:
            a = x
            for w, c, v, u in zip(W[1:], b[1:], dW[1:], db[1:]):
                a = np.tanh((w + t * v) @ a + c + t * u)
            line.append(((a - y) ** 2).sum() / 2 / x.shape[1])
        loss, slope, second, third = np.polynomial.Polynomial.fit(places, line, 8).convert().coef[:4]
        shares.append(np.abs([second, third, loss]) / abs(slope))
    second, third, loss = np.prod(shares, axis=0) ** (1 / len(shares))
    loss, central = loss * np.finfo(dtype).eps, formula == "central"
    return (lambda h: third * h**2, lambda h: loss / 2 / h) if central else (lambda h: second * h, lambda h: loss / h)


def quotients(dtype, formula, steps):
    """Relative errors of difference quotients, against the slope by a step along the imaginary axis."""
    W, b, x, y = checking.setting(dtype)

    def loss(h, direction, kind):
        a = x.astype(kind)
        for w, c, v, u in zip(W[1:], b[1:], *(part[1:] for part in direction)):
            a = np.tanh((w + (h * v).astype(kind)) @ a + (c + (h * u).astype(kind)))
        error = (a - y).ravel()
        return error @ error / 2 / y.shape[1] if kind is complex else 0.5 * float(error @ error) / y.shape[1]

    found = []
    for direction in checking.directions():
        exact = loss(1e-30j, direction, complex).imag / 1e-30
        back, width = (-1, 2) if formula == "central" else (0, 1)
        measured = [(loss(h, direction, dtype) - loss(back * h, direction, dtype)) / (width * h) for h in steps]
        found.append(np.abs(np.array(measured) - exact) / abs(exact))
    return np.transpose(found)


def step_size(dtype, formula):
    steps = 10.0 ** np.arange(-12, 0.1, 0.5)
    errors = np.maximum(quotients(dtype, formula, steps), 1e-17)
    mean = np.prod(errors, axis=1) ** (1 / 10)
    truncation, rounding = (np.where(part(steps) > 1e-12, part(steps), np.nan) for part in parts(dtype, formula))
    return {"relative error": [mean, *errors.T], "geometric mean": mean, "geometric mean of 10 directions": mean,
            "step h": steps, "theory, truncation": truncation, "theory, rounding": rounding}
