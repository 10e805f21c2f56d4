"""What the figures of backprop show, computed again."""

import numpy as np

from vgtext import nn
from vgtext.chapters.backprop import bugs, chain, checking
from vgtext.chapters.backprop import error_signal as deep
from vgtext.palette import ACTIVATION_NAMES


def wrong_gradient(bug, activation):
    lines = [[line[k - 14 : k + 1].mean() for k in range(14, len(line))]
             for line in (np.array(bugs.learn(which, activation), float) for which in ("none", bug))]
    errors = np.maximum(bugs.check(bug, activation), 1e-13)
    above = "" if any(loss < 12 for loss in lines[1]) else " (above)"
    return {"caption": of_bug(bug, activation), "training loss": lines, "the right gradient": lines[0],
            "this gradient": lines[1], "relative error": [*errors],
            "weights": errors[0], "biases": errors[1], "gradient check": None,
            "steps": np.arange(15, 15 + len(lines[0])),
            f"dashed: the right gradient solid: this one{above}": None, "× wrong · right": None}


def of_bug(bug, activation):
    """What a caption says of a bug: the mean of the last 50 losses, the largest error, and whether that is an error."""
    right, wrong = (np.array(bugs.learn(which, activation)) for which in ("none", bug))
    worst = max(bugs.check(bug, activation).ravel())
    says = "the gradient is wrong" if worst > 1e-4 else "no error" + " that this check can see" * (bug != "none")
    off = " (beyond the panel)" if sum(wrong[250:]) / 50 > 12 else ""
    ended = {
        f"the training loss has the mean #{off}": sum(wrong[250:]) / 50} if wrong[-1] < 1e3 else {
        "the training loss has no value: it blew up at step #": 1 + np.argmin(wrong < 1e3)}
    return {f"{ACTIVATION_NAMES[activation]}, bug: {bug}. Over the last # steps ": 50, **ended,
            "; with the right gradient it is #. The check's largest relative error is #: " + says:
            [sum(right[250:]) / 50, worst]}


def fingerprints(activation, examples, h):
    """No data are drawn; of each bug, the largest relative error."""
    worst = {bug: bugs.check(bug, activation, examples, h).max() for bug in bugs.BUGS}
    unseen = [bug for bug in bugs.BUGS[1:] if worst[bug] < 1e-4]
    found = "the right gradient fails as well, so a failure proves no bug" if worst["none"] > 1e-4 else (
        "the check finds # of # bugs" + f"; it cannot see {', '.join(unseen)}" * bool(unseen))
    return {"_": None, "W and b of layers 1 to 4": None, "× wrong · right": None, "caption": {
        f"{ACTIVATION_NAMES[activation]}, # example{'s' * (examples > 1)}, h = #: {found}.":
        [examples, h, *([6 - len(unseen), 6] * ("#" in found))]}}


def by_hand(alpha, step):
    """No data are drawn, but numbers: those of each step, unit by unit."""
    x, V, c, w, d = (1, 2), ((1, 0.5), (-2, 0.5)), (0, -1), (1, 3), 2

    def forward(V, c, w, d):
        z = [V[i][0] * x[0] + V[i][1] * x[1] + c[i] for i in (0, 1)]
        a = [v if v > 0 else alpha * v for v in z]
        return z, a, w[0] * a[0] + w[1] * a[1] + d

    z, a, out = forward(V, c, w, d)
    error, slope = out - 3, [1 if v > 0 else alpha for v in z]
    back = [error * w[i] * slope[i] for i in (0, 1)]
    entries = [back[i] * x[j] for i in (0, 1) for j in (0, 1)]
    moved = [w[i] - 0.01 * error * a[i] for i in (0, 1)]
    after = forward([[V[i][j] - 0.01 * back[i] * x[j] for j in (0, 1)] for i in (0, 1)],
                    [c[i] - 0.01 * back[i] for i in (0, 1)], moved, d - 0.01 * error)[2]
    f = lambda *values: ["#" if v >= 0 else "(#)" for v in values]  # noqa: E731
    A, E = f(*a), f(error)[0]
    words, numbers = [
        ("Two inputs # and #, two hidden units, one output. The target is y = #", [*x, 3]),
        ("z[#] = (#·# + #·# + #, #·# + #·# + (#)) = (#, #)",
         [1, V[0][0], x[0], V[0][1], x[1], c[0], V[1][0], x[0], V[1][1], x[1], c[1], *z]),
        ("Unit # passes # on as it is; unit # passes α times #, that is #", [1, z[0], 2, z[1], a[1]]),
        (f"z[#] = #·{A[0]} + #·{A[1]} + # = #", [2, w[0], a[0], w[1], a[1], d, out]),
        ("a[#] = z[#] = #", [2, 2, out]),
        ("ℒ = ½(# − #)² = #", [out, 3, error**2 / 2]),
        ("δ[#] = # − # = #: raise the output by a little and the loss changes by "
         f"{'just as much' if error == 1 else '# times as much'}.", [2, out, 3, *[error] * (2 - (error == 1))]),
        (f"∂ℒ/∂W[#] = (#·{A[0]}, #·{A[1]}) = (#, #); the bias gets # itself",
         [2, error, a[0], error, a[1], error * a[0], error * a[1], error]),
        (f"(#·{E}, #·{E}) = (#, #), the derivatives of ℒ with respect to a[#]",
         [w[0], error, w[1], error, error * w[0], error * w[1], 1]),
        ("Times the slopes # and # at z[#]: δ[#] = (#, #)", [*slope, 1, 1, *back]),
        ("∂ℒ/∂W[#] has the entries #, #, #, #. All # derivatives are known", [1, *entries, 9]),
        ("With η = #, each weight moves by minus η times its derivative: W[#] becomes (#, #)", [0.01, 2, *moved]),
        ("The output is now # and the loss falls from # to #", [after, error**2 / 2, (after - 3) ** 2 / 2])][step]
    loss = ((after if step == 12 else out) - 3) ** 2 / 2
    shown = f"loss {loss:.4g}", *(f"∂ℒ/∂a = {error * w[i]:.4g}".replace("-", "−") for i in (0, 1)), *(
        "the loss: ℒ = ½(a[2] − y)²", "(BP1): δ[2] = ∂ℒ/∂a[2] · 1", "(BP3), (BP4): ∂ℒ/∂W[2] = δ[2] a[1]ᵀ",
        "(BP3), (BP4): ∂ℒ/∂W[1] = δ[1] xᵀ", "downhill: W ← W − η ∂ℒ/∂W")
    return {**dict.fromkeys(shown), "_": None, "caption": {"Step # of #.": [step, 12], words: numbers}}


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
    off = " (beyond the panel)" if line[20] < 1e-8 else ""
    said = {"η = #: the gradient promises that the first step lowers the loss from # by #; it becomes #. After # steps "
            f"it is #{off}.": [eta, 2, eta * size, line[1], 20, line[20]]}
    return {"caption": said, "loss ℒ": line, "steps": np.arange(21), "loss after one step": after,
            "the first step": None, "learning rate η": np.geomspace(0.001, 0.1, 80), "measured": after,
            "loss before": np.array([2, 2]),
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
    slope, notes = ((phi(at + 1e-5) - phi(at - 1e-5)) / 2e-5 for at in (2 * a - 1, a))
    right, wrong = (phi(2 * a - 1) - 1.5) * slope * a, (phi(2 * a - 1) - 1.5) / notes
    said = {f"{activation}, incoming activation #: at w = # differences measure ∂ℒ/∂w = #, the chain rule says #, the "
            "printed formula #, which is # times as much": [a, 2, right, right, wrong, wrong / right]}
    return {"caption": said, "size of ∂ℒ/∂w": measured,
            "dots: measured by differences dashed: the chain rule": measured,
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
    said = {f"{ACTIVATION_NAMES[activation]}, σ_w = #: layer # gets # times the error signal of layer # (geometric "
            "mean of # directions); the product of Jacobians predicts a root mean square of # and at most #, while the "
            "layers' largest stretches multiply to #": [sigma_w, 1, mean[0], 20, 20, rms[0], most[0], bound[0]]}
    return {"caption": said, "‖δ[l]‖, with ‖δ[L]‖ = 1": [mean, *np.transpose(lines)], "measured": mean,
            "geometric mean of 20 directions": mean, "predicted": rms,
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
    both, fine = parts(dtype, formula), np.geomspace(1e-10, 1, 20_001)
    truncation, rounding = (np.where((part(steps) > 1e-12) & (part(steps) < 50), part(steps), np.nan) for part in both)
    sums = sum(part(fine) for part in both)
    said = {f"{dtype}, {formula} differences: theory calls h = # best, with a relative error of #; measured, the error "
            "is smallest at h = #, where it is below # (geometric mean of # directions)":
            [fine[sums.argmin()], min(sums), steps[mean.argmin()], 10.0 ** np.ceil(np.log10(min(mean))), 10]}
    return {"caption": said, "relative error": [mean, *errors.T], "geometric mean": mean,
            "geometric mean of 10 directions": mean, "step h": steps, "theory, truncation": truncation,
            "theory, rounding": rounding}
