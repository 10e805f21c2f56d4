"""What the figures of two_by_two show, computed again."""

import numpy as np

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
    return {"largest stretch σ₁(Wᴸ)": [plus, mixed], "+ + / + +": plus, "+ + / − +": mixed}


def unit_circle(matrix, depth):
    W = repeated.MATRICES[matrix]
    line, rho = stretch(W), radius(W)
    return {"largest stretch σ₁(Wᴸ)": [line, line[: depth + 1]], "at most, σ₁(W)ᴸ": lambda l: line[1] ** l,
            "at least, ρ(W)ᴸ": lambda l: np.where((rho > 1e-6) | (l == 0), rho**l, np.nan)}


def columns(first, second):
    W = np.transpose([first, second])
    line, rho = stretch(W), radius(W)
    small = np.isclose(line, 0, atol=1e-12)
    paths = {name: np.array([np.linalg.matrix_power(W, l)[1, k] for l in range(1, 9)]) for k, name in
             enumerate(("first", "second"))}
    return {"largest stretch σ₁(Wᴸ)": None if small.any() else line, "at most, σ₁(W)ᴸ": lambda l: line[1] ** l,
            "at least, ρ(W)ᴸ": lambda l: np.where((rho > 1e-6) | (l == 0), rho**l, np.nan), **paths,
            "first entry": None, "first, second": None,
            f"ρ(W) = {rho:.2f}: the power keeps its size": None}


def three_rules(a, b, c):
    return {"largest stretch σ₁(Wᴸ)": stretch([[a, b], [c, a]]), "b, top right": None}


def order(order, eps):
    """Of orders without chance; eigenvalues of A B say the rate of A B A B."""
    A = np.array([[eps, 2.0], [0.0, eps]])
    if order == varied.ORDERS[2]:
        return {"σ₁(W[L] … W[1])": None, "spectral radius of each factor": lambda l: radius(A) ** l}
    W, line = np.eye(2), [1.0]
    for l in range(20):
        W = (A.T if l % 2 and order == varied.ORDERS[1] else A) @ W
        line.append(np.linalg.svd(W, compute_uv=False)[0])
    rate = eps if order == varied.ORDERS[0] else np.sqrt(radius(A.T @ A))
    return {"spectral radius of each factor": lambda l: radius(A) ** l,
            "σ₁(W[L] … W[1])": np.where(np.array(line) > 0, line, np.nan), "theory": lambda l: rate**l if rate else
            np.where(l > 0, np.nan, 1)}


def random_products(sigma_w, n):
    W = np.random.default_rng(0).normal(size=(100, 20, n, n)) * sigma_w / np.sqrt(n)
    runs = []
    for k in range(20):
        v, line = np.eye(n)[:, 0], [1.0]
        for l in range(100):
            v = W[l, k] @ v
            line.append(np.sqrt(v @ v))
        runs.append(line)
    mean = np.exp(np.mean(np.log(runs), axis=0))
    return {"‖W[L] … W[1] x‖": [mean, *np.array(runs)[:, ::4]], "geometric mean": mean, "typical": None,
            "theory, typical": None, "theory, root mean square": lambda l: sigma_w**l,
            "root mean square": lambda l: sigma_w**l, "geometric mean of 20 runs": mean}


def layer_gradients(a, network):
    """By differences of the loss x · a[L] in every weight, bias and so in every z."""
    L, x = 10, np.array([0.6, 0.8])
    b = x - a * x if network.startswith("with a bias") else np.zeros(2)
    phi = (lambda z: 1 / (1 + np.exp(-z))) if network.startswith("with sigmoid") else (lambda z: z)

    def run(at=0, W=0.0, shift=0.0):
        signal, enters = x, []
        for l in range(1, L + 1):
            enters.append(np.linalg.norm(signal))
            signal = phi((a * np.eye(2) + W * (l == at)) @ signal + b + shift * (l == at))
        return x @ signal, enters

    h, unit = 1e-4, np.eye(2)
    by = lambda l, **how: (run(l, **how)[0] - run(l, **{k: -v for k, v in how.items()})[0]) / (2 * h)  # noqa: E731
    error = np.array([np.hypot(*(by(l, shift=h * unit[i]) for i in (0, 1))) for l in range(1, L + 1)])
    gradient = np.array([np.sqrt(sum(by(l, W=h * np.outer(unit[i], unit[j])) ** 2 for i in (0, 1) for j in (0, 1)))
                         for l in range(1, L + 1)])
    far = lambda line: lambda l: np.where(line > 1e-9, line, np.nan)  # noqa: E731
    return {"size": None, "activation that enters, ‖a[l−1]‖": run()[1], "error signal, ‖δ[l]‖": far(error),
            "weight gradient, ‖∂ℒ/∂W[l]‖": far(gradient)}


def float_depths(loss_scale):
    def depth(name, a):
        form = precision.FORMATS[name]
        return (np.log(form.smallest if a[0] < 1 else form.largest) - np.log(loss_scale)) / np.log(a)

    laws = {f"theory, {name}": lambda a, name=name: depth(name, a) for name in precision.FORMATS}
    return {**laws, "factor a of each layer": None}
