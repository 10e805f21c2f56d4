"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise
from vgtext.nn.theory.meanfield import gaussian_mean

#: The factors of the exercise "reach": tanh with σ_w = 0.9, ReLU with 1, a sigmoid with 1.
FACTORS = np.array([0.9, 0.5**0.5, 0.236])


def reach(factors=FACTORS, steps=np.floor, layers=1):
    """The largest depth at which layer 1 gets a tenth or more: (3,)."""
    return layers + steps(np.log(0.1) / np.log(factors))


def unit(rng):
    """The slope of a unit tanh(k z), a weight scale, and the variance of the pre-activations."""
    k = rng.uniform(0.8, 2)
    return lambda z: k / np.cosh(k * z) ** 2, rng.uniform(2, 3.5), rng.uniform(1.8, 6)


def factor(slope, sigma_w, q):
    """√χ, with the mean taken over N(0, q)."""
    return sigma_w * np.sqrt(gaussian_mean(lambda u: slope(np.sqrt(q) * u) ** 2))


def layers(rng):
    """An activation function, σ_w, σ_b, the variance q[1] and the depth."""
    phi = [np.tanh, lambda z: np.maximum(z, 0), lambda z: 1 / (1 + np.exp(-z)), np.abs][rng.integers(4)]
    return phi, rng.uniform(0.7, 1.6), rng.uniform(0.4, 0.8), rng.uniform(1.5, 3), int(rng.integers(5, 12))


def variances(phi, sigma_w, sigma_b, q, L, square=lambda a: a**2, spread=np.sqrt, bias=lambda b: b**2, center=False):
    """The variances q[1] … q[L] of the pre-activations: (L,)."""
    found = [q]
    for _ in range(L - 1):
        def activation(u, q=found[-1]):
            return phi(spread(q) * u)

        mean = gaussian_mean(lambda u: square(activation(u))) - center * gaussian_mean(activation) ** 2
        found.append(sigma_w**2 * mean + bias(sigma_b))
    return np.array(found)


def two_inputs(rng):
    """The activations of two inputs in some layers, around a bias common to both: [(n_1, 2), (n_2, 2), …]."""
    n = rng.integers(20, 60, size=rng.integers(3, 7))
    return ([0.6 + rng.normal(size=(k, 1)) + 0.7 ** (2 * l) * rng.normal(size=(k, 2)) for l, k in enumerate(n)],)


def per_layer(measure):
    """A measure of two vectors, for every layer of activations."""
    return lambda a: np.array([measure(*layer.T) for layer in a])


def cosine(x, y):
    """The cosine of the angle between two vectors."""
    return x @ y / (np.linalg.norm(x) * np.linalg.norm(y))


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "shifted", "the weight scale σ_w at which χ₁ = 1, a number", lambda: 4.0,
            mistakes=(
                (lambda: 10.15,
                 "This is the boundary of the plain sigmoid, whose common half pushes the units into the tails. That "
                 "half is what has been taken away."),
                (lambda: 1.0, "This is the boundary of tanh, with slope 1 at 0. Here the slope at 0 is ¼."),
                (lambda: 2.0, "χ = 1 asks for σ_w² times the square of the slope: (2/4)² is ¼."),
                (lambda: 16.0, "χ = 1 asks for σ_w² = 16. Take the root."),
                (lambda: 0.25, "This is the slope at 0. The weights have to make up for it."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "reach", "the largest depths L of the three networks, whole numbers, an array", reach,
            mistakes=(
                (lambda: reach(layers=0), "So many factors are allowed. Between L layers there are L − 1 of them."),
                (lambda: reach(steps=np.ceil), "Rounded up: at this depth less than a tenth arrives."),
                (lambda: reach(steps=lambda n: n), "Depths are whole numbers. Down or up?"),
                (lambda: reach(FACTORS**2), "These factors are √χ₁ already, those of the size. Do not square them."),
                (lambda: reach(np.sqrt(FACTORS)), "These factors are √χ₁, those of the size. Take no root."),
                (lambda: np.round(0.9 / (1 - FACTORS)),
                 "This loses the same amount at each layer. A factor takes its share of what is left."),
            ),
            tolerance=0.006,  # depths that are not whole, rounded, meet their hint
        ),
        Exercise(
            "factor", "the factor √χ of one layer, a number", factor, unit,
            mistakes=(
                (lambda slope, sigma_w, q: factor(slope, sigma_w, q) ** 2,
                 "This is χ, the factor of ‖δ‖². The factor of ‖δ‖ is its root."),
                (lambda slope, sigma_w, q: sigma_w * gaussian_mean(lambda u: slope(np.sqrt(q) * u)),
                 "This takes the mean of the slopes. Sizes add up by squares: take their root mean square."),
                (lambda slope, sigma_w, q: factor(slope, sigma_w, q**2),
                 "q is a variance. The pre-activations are √q times a standard normal number."),
                (lambda slope, sigma_w, q: factor(slope, sigma_w, 1.0),
                 "This takes the pre-activations for standard normal numbers. Their variance is q."),
                (lambda slope, sigma_w, q: factor(slope, 1.0, q),
                 "These are the slopes alone. The weights put in σ_w."),
                (lambda slope, sigma_w, q: sigma_w * slope(0.0),
                 "This puts all units at z = 0, where the slope is largest: the bound, not the factor."),
                (lambda slope, sigma_w, q: sigma_w * slope(np.sqrt(q)),
                 "This puts all units at one standard deviation. Take the mean over all of them."),
                (lambda slope, sigma_w, q: factor(slope, sigma_w**2, q), "χ has σ_w², so its root has σ_w."),
            ),
            tolerance=0.005,
        ),
        Exercise(
            "variances", "the variances q[1] … q[L] of the pre-activations, an array", variances, layers,
            mistakes=(
                (lambda *given: variances(*given, spread=lambda q: q),
                 "q is a variance: z is √q times a standard normal number."),
                (lambda *given: variances(*given, square=lambda value: value),
                 "The mean square of the activations is handed on, not the square or the size of their mean."),
                (lambda *given: variances(*given, center=True),
                 "This takes the variance of the activations. Their mean square is handed on: leave the mean in."),
                (lambda *given: variances(*given, bias=lambda b: b),
                 "σ_b is a standard deviation. Its square is added."),
                (lambda *given: variances(*given, bias=lambda b: 0), "The biases are missing: add σ_b²."),
                (lambda phi, w, b, q, L: variances(phi, np.sqrt(w), b, q, L), "Variances take σ_w², not σ_w."),
                (lambda phi, w, b, q, L: variances(phi, w, b, q, L + 1)[1:],
                 "Begin with the given q[1]: this list is one layer ahead."),
                (lambda phi, w, b, q, L: variances(phi, w, b, q, L + 1), "One too many: it ends with q[L]."),
            ),
            tolerance=0.02,
        ),
        Exercise(
            "alike", "one number a layer from −1 to 1, an array", per_layer(cosine), two_inputs,
            mistakes=(
                (per_layer(lambda x, y: np.corrcoef(x, y)[0, 1]),
                 "np.corrcoef takes off the mean over the units. That is a part of what the two have in common: leave "
                 "it in."),
                (per_layer(lambda x, y: x @ y), "This grows with the sizes of both. Divide by them."),
                (per_layer(lambda x, y: x @ y / len(x)), "This grows with the sizes of both. Divide by them."),
                (per_layer(lambda x, y: x @ y / (x @ x)), "Divide by the sizes of both inputs, not twice by one."),
                (per_layer(lambda x, y: x @ y / np.linalg.norm(x) ** 2 / np.linalg.norm(y) ** 2),
                 "Divide by the sizes, not by their squares."),
                (per_layer(lambda x, y: np.linalg.norm(x - y)), "This is their distance. The angle is asked for."),
                (per_layer(lambda x, y: 1 - cosine(x, y)), "Upside down: two equal inputs should give 1."),
            ),
        ),
    )
}
