"""What the figures of two_by_two show, computed again."""

import math
from functools import cache

import numpy as np
from scipy.special import digamma

from vgtext.chapters.two_by_two import precision, repeated, varied


def stretch(W, L=20):
    """The largest singular value of W^l, l = 0 … L: the root of the largest eigenvalue of W^l times its transpose."""
    powers = [np.eye(2)]
    for _ in range(L):
        powers.append(np.asarray(W, float) @ powers[-1])
    found = np.array([np.linalg.svd(P, compute_uv=False)[0] for P in powers])
    return np.where(found > 1e-300, found, np.nan)


def radius(W):
    """The largest absolute value of an eigenvalue."""
    return np.abs(np.linalg.eigvals(np.asarray(W, complex))).max()


def three_fates(size, L):
    plus, mixed = (stretch(size * np.array(signs), L) for signs in ([[1, 1], [1, 1]], [[1, 1], [-1, 1]]))
    off = [" (beyond the panel)" * (not 1e-8 <= line[-1] <= 1e8) for line in (plus, mixed)]
    said = {"size #; only": size, f"After # layers an input is stretched at most #-fold by four plus signs{off[0]}, "
            f"#-fold with one minus sign{off[1]}, and is exactly # from layer # on with two minus signs in one row":
            [L, plus[-1], mixed[-1], 0, 2]}
    return {"largest stretch σ₁(Wᴸ)": [plus, mixed], "+ + / + +": plus, "+ + / − +": mixed, "depth L": np.arange(L + 1),
            "+ + / − −": [1, 2 * size], "caption": said}


def unit_circle(matrix, depth):
    W = repeated.MATRICES[matrix]
    line, rho = stretch(W), radius(W)
    low, high = (1e-15, 1e2) if rho > 1e-6 and line[20] < 1e-9 else (1e-5, 1e5)
    ends = [round(rho, 12) ** depth, line[1] ** depth]
    off = [" (beyond the panel)" * bool(end > 0 and not low <= end <= high) for end in ends]
    return {"largest stretch σ₁(Wᴸ)": [line, line[: depth + 1]], "_": frames(W, depth),
            "depth L": [np.arange(21), np.arange(depth + 1)],
            "at most, σ₁(W)ᴸ": lambda l: line[1] ** l,
            "at least, ρ(W)ᴸ": lambda l: np.where((rho > 1e-6) | (l == 0), rho**l, np.nan), "caption": {
                f"{matrix[:1].upper()}{matrix[1:]} at depth #: the circle's longest radius is #. The eigenvalues say "
                f"at least #{off[0]}, the largest singular value allows up to #{off[1]}.":
                [depth, np.nan_to_num(line[depth]), *ends]}}


def frames(W, depth):
    """Heights of the circle's images: those to some depth, those after it, of all where (1, 0) is sent; the circles."""
    t, found, circles = np.linspace(0, 2 * np.pi, 61), [], []
    for l in range(21):
        M = np.linalg.matrix_power(W, l)
        x, y = (row[0] * np.cos(t) + row[1] * np.sin(t) for row in M)
        scale = min(0.44 / max(1, *abs(y)), 0.85 / max(1, *abs(x)))
        for heights, some in ((y, found), (np.sin(t), circles)):
            heights = scale * heights - l % 7
            some.append([*np.where(abs(heights) > 1e-9, heights, np.nan), np.nan])  # what is 0 is so to rounding only
    lines = np.ravel(found[: depth + 1])[:-1], np.append(np.nan, np.ravel(found[depth + 1 :])), np.array(found)[:, 0]
    lines += (np.ravel(circles),)
    return [lambda x, line=line: line if len(x) == len(line) else x + np.nan for line in lines if len(line) > 1]


def fate_of(W):
    """What becomes of the powers of W, by its trace and determinant."""
    half, det = np.trace(W) / 2, W[0][0] * W[1][1] - W[0][1] * W[1][0]
    rho = abs(half) + np.sqrt(half**2 - det) if half**2 >= det else np.sqrt(det)
    if abs(rho - 1) > 1e-9:
        return "explodes" if rho > 1 else "fades"
    return "grows, but only linearly" if half**2 == det and (W[0][1] or W[1][0]) else "keeps its size"


def columns(first, second):
    W = np.transpose([first, second])
    line, rho = stretch(W), radius(W)
    off = " (beyond the panel)" if line[20] > 1e5 or 0 < line[20] < 1e-5 else ""
    far = f"at most #-fold{off}" if line[20] > 0 else "make every input 0"
    said = {f"Columns (#, #) and (#, #): one layer stretches at most #-fold, # layers {far}. The spectral radius is #, "
            f"and the power {fate_of(W)}": [*first, *second, line[1], 20, *line[20:][line[20:] > 0], rho]}
    sent = np.array([np.linalg.matrix_power(W, l) for l in range(1, 9)])
    paths = {"first": sent[:, 1, 0], "second": sent[:, 1, 1]}
    across, up = np.cos(t := np.linspace(0, 2 * np.pi, 41)), np.sin(t)
    return {"largest stretch σ₁(Wᴸ)": line, "depth L": np.arange(21), "at most, σ₁(W)ᴸ": lambda l: line[1] ** l,
            "at least, ρ(W)ᴸ": lambda l: np.where((rho > 1e-6) | (l == 0), rho**l, np.nan), **paths,
            "first entry": [*sent[:, 0].T, across], "second entry": [*paths.values()], "first, second": None,
            f"ρ(W) = {rho:.2f}: the power keeps its size": None, "_": [up], "caption": said}


@cache
def erring(c):
    """Shares of the square |a|, |b| < 1: of it explode, by an integral over a; of what fades, have a norm above 1."""
    a, b = np.linspace(-1, 1, 1002)[1:, None] - 1 / 1001, np.linspace(-1, 1, 1002)[1:] - 1 / 1001
    if not c:
        return 0.0, np.mean(abs(b) > 1 - a**2)
    explode = [np.mean((1 - edge / abs(c)).clip(0)) / 2 for edge in ((1 - abs(a)) ** 2, 1 - a**2)]  # b c > 0, < 0
    fit = (2 * a**2 + b**2 + c**2 <= 2) & (1 - 2 * a**2 - b**2 - c**2 + (a**2 - b * c) ** 2 >= 0)  # 1 - WᵀW is none < 0
    return sum(explode), 1 - fit.mean() / (1 - sum(explode))


def three_rules(a, b, c):
    wrong, missed = erring(c)
    W = [[a, b], [c, a]]
    said = {f"a = #, b = #, c = #: the spectral radius is #, and the power {fate_of(W)}": [a, b, c, radius(W)],
            **({", though at depth # its largest stretch is still #.": [20, stretch(W)[20]]}
               if radius(W) < 1 < stretch(W)[20] else {}),
            **({"yet # of it (shaded) explodes": wrong} if wrong else {"and none of it explodes": ()}),
            "misses # of the matrices in the square that fade": missed}
    corners = np.array([[-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]])
    return {"largest stretch σ₁(Wᴸ)": stretch(W), "depth L": np.arange(21),
            "a, on the diagonal": [corners[0], [a]], "b, top right": [corners[1], [b]], "_": [[0.5, 1.5], [1.0]],
            "caption": said}


def order(order, eps):
    """Eigenvalues of A B say the rate of A B A B."""
    A, L = np.array([[eps, 2.0], [0.0, eps]]), 20
    picks = {varied.ORDERS[0]: np.zeros((L, 1)), varied.ORDERS[1]: np.arange(L)[:, None] % 2}
    chance, lines = order not in picks, []
    for pick in (np.random.default_rng(0).integers(0, 2, size=(L, 12)) if chance else picks[order]).T:
        W, line = np.eye(2), [1.0]
        for transposed in pick:
            W = (A.T if transposed else A) @ W
            line.append(np.linalg.svd(W, compute_uv=False)[0] or np.nan)
        lines.append(line)
    mean, dead = np.prod(lines, axis=0) ** (1 / len(lines)), np.isnan(np.array(lines)[:, -1]).sum()
    said = {"A and B each have spectral radius # and norm #": [eps, lines[0][1]]}
    if not chance:
        said[f"; {order} … has norm # after ten factors, and # after #."] = [*np.nan_to_num(mean[[10, 20]]), L]
    elif dead:
        said["; # of # products in random order are exactly # after #."] = [dead, 12, 0, L]
    else:
        said["; # products in random order have a geometric mean norm of # after #."] = [12, mean[-1], L]
    theory, every = (lambda l: np.sqrt(radius(A.T @ A)) ** l), (lambda l: eps**l)
    return {"spectral radius of each factor": every, "dotted: spectral radius of each factor": every, "theory": theory,
            "depth L": [np.arange(21), *([] if eps else [np.arange(3)])],
            "σ₁(W[L] … W[1])": [*lines, mean, *([] if eps else [[1, 2, 1e-7]])],
            "_": [line for line in [*lines, mean] if np.isfinite(line).sum() > 2], "caption": said}


@cache
def edges():
    """Where a product of n × n matrices keeps a signal: by theory, n = 1 … 64, and one vector after the other."""
    theory = [np.sqrt(n / 2) * np.exp(-digamma(n / 2) / 2) for n in range(1, 65)]
    measured = []
    for n in 2 ** np.arange(7):
        W, logs = np.random.default_rng(0).normal(size=(500, min(64, 4096 // n**2), n, n)), []
        for k in range(W.shape[1]):
            v, log = np.eye(n)[0], 0.0
            for layer in W[:, k]:
                v = layer @ v
                log, v = log + np.log(np.linalg.norm(v)), v / np.linalg.norm(v)
            logs.append(log / 500)
        measured.append(np.sqrt(n) * np.exp(-np.mean(logs)))
    return theory, measured


def random_products(sigma_w, n):
    W = np.random.default_rng(0).normal(size=(100, 20, n, n)) * sigma_w / np.sqrt(n)
    runs = []
    for k in range(20):
        v, line = np.eye(n)[:, 0], [1.0]
        for l in range(100):
            v = W[l, k] @ v
            line.append(np.sqrt(v @ v))
        runs.append(line)
    mean, (theory, measured) = np.exp(np.mean(np.log(runs), axis=0)), edges()
    typical = lambda l: (sigma_w / theory[n - 1]) ** l  # noqa: E731
    off = [" (beyond the panel)" * (not 1e-20 <= end <= 1e20) for end in (mean[-1], typical(100), sigma_w**100)]
    said = {f"Width #, σ_w = #: after # layers the geometric mean of # runs is #{off[0]}":
            [n, sigma_w, 100, 20, mean[-1]],
            f"; the theory says #{off[1]} for a typical run, and #{off[2]} for the root mean square":
            [typical(100), sigma_w**100],
            "The threshold for this width is σ_w = # measured, # predicted": [measured[n.bit_length() - 1],
                                                                              theory[n - 1]]}
    return {"‖W[L] … W[1] x‖": [mean, *np.array(runs)[:, ::4]], "geometric mean": mean, "typical": typical,
            "depth L": [np.arange(101), np.arange(0, 101, 4)], "width n": [np.arange(1, 65), 2 ** np.arange(7)],
            "threshold of $\\sigma_w$": [theory, measured], "_": [theory, measured],
            "theory, typical": typical, "theory, root mean square": lambda l: sigma_w**l,
            "root mean square": lambda l: sigma_w**l, "geometric mean of 20 runs": mean,
            "caption": said}


def layer_gradients(a, network):
    """By a step along the imaginary axis, of the loss x · a[L], in every weight, bias and so in every z."""
    L, x = 10, np.array([0.6, 0.8])
    b = x - a * x if network.startswith("with a bias") else np.zeros(2)
    phi = (lambda z: 1 / (1 + np.exp(-z))) if network.startswith("with sigmoid") else (lambda z: z)

    def run(at=0, W=0.0, shift=0.0):
        signal, enters = x, []
        for l in range(1, L + 1):
            enters.append(np.linalg.norm(signal))
            signal = phi((a * np.eye(2) + W * (l == at)) @ signal + b + shift * (l == at))
        return x @ signal, enters

    unit = np.eye(2)
    by = lambda l, **how: run(l, **{name: 1e-30j * step for name, step in how.items()})[0].imag / 1e-30  # noqa: E731
    error = np.array([np.hypot(*(by(l, shift=unit[i]) for i in (0, 1))) for l in range(1, L + 1)])
    gradient = np.array([np.sqrt(sum(by(l, W=np.outer(unit[i], unit[j])) ** 2 for i in (0, 1) for j in (0, 1)))
                         for l in range(1, L + 1)])
    said = {f"a = #, {network}: layer # gets a weight gradient of #, layer # one of #; the first layer's is # times "
            "the last one's": [a, 1, gradient[0], L, gradient[-1], gradient[0] / gradient[-1]]}
    return {"caption": said, "size": None, "layer l (input at the left)": np.arange(1, L + 1),
            "activation that enters, ‖a[l−1]‖": run()[1], "error signal, ‖δ[l]‖": error,
            "weight gradient, ‖∂ℒ/∂W[l]‖": gradient}


@cache
def lost(a, name, x):
    """How many factors a, rounded to a format, a product takes until it stands still, and where."""
    digits, low, high, taken = precision.FORMATS[name]

    def rounded(x):
        unit = 2.0 ** (max(math.frexp(x)[1] - 1, low) - digits + 1)
        return round(x / unit) * unit if x < math.inf and round(x / unit) * unit <= most else math.inf

    most, depth = (2 - (1 + taken) * 2.0 ** (1 - digits)) * 2.0**high, 0
    a, x = rounded(a), rounded(x)
    while (y := rounded(x * a)) != x:
        x, depth = y, depth + 1
    return depth, x


def float_depths(a, loss_scale):
    def depth(name, a):
        form = precision.FORMATS[name]
        return (np.log(form.smallest if a[0] < 1 else form.largest) - np.log(loss_scale)) / np.log(a)

    laws = {f"theory, {name}": lambda a, name=name: depth(name, a) for name in precision.FORMATS}
    dots = {name: [lost(a, name, loss_scale)[0] for a in precision.FACTORS] for name in precision.FORMATS}
    below, above = np.geomspace(0.008, 0.99, 60), np.geomspace(1.01, 13, 60)
    ends = {name: lost(a, name, loss_scale) for name in precision.FORMATS}
    fates = {x for k, x in ends.values() if k}
    fate = ("overflows" if fates == {math.inf} else "is exactly #" if fates == {0.0} else
            "sticks near the smallest number" if 0 < min(fates) <= max(fates) < 1e-2 else "")
    counts = ", ".join(f"# ({name})" for name, (k, _) in ends.items() if k)
    scaled = "a loss scaled by #" if loss_scale > 1 else "no loss scaling"
    odd = "".join(f" {name} {'cannot hold this loss' if math.isinf(x) else 'rounds this factor to 1'}."
                  for name, (k, x) in ends.items() if not k)
    numbers = [a, *([loss_scale] if loss_scale > 1 else ()), *([0] if "#" in fate else ())]
    said = {f"With a = # and {scaled}, the error signal {fate} after this many layers: {counts}.{odd}":
            [*numbers, *(k for k, _ in ends.values() if k)]}
    return {"caption": said, **laws, **dots, "factor a of each layer": [precision.FACTORS, below, above],
            "depth at which it is lost": [*dots.values()]}
