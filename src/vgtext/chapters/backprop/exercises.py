"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext import nn
from vgtext.ask import Exercise


def by_hand(delta=1.0, a=(2.0, -1.0), slopes=(1.0, 0.5)):
    """The error signals and the last weight gradient of the little network with target 0: δ[2], dW[2], δ[1]: (5,)."""
    back = delta * np.array([1.0, 3.0]) * slopes
    return np.array([delta, *(delta * np.array(a)), *back])


def layer_sizes(rng):
    """The widths n_0 … n_L of a network."""
    return (rng.integers(2, 400, size=rng.integers(3, 7)).tolist(),)


def multiplications(sizes, backward=lambda all_of, first: 2 * all_of - first):
    """The multiplications of a forward and a backward pass on one example: (2,)."""
    weights = [n * m for n, m in zip(sizes[1:], sizes[:-1], strict=True)]
    return np.array([sum(weights), backward(sum(weights), weights[0])])


def factors(rng):
    """Square weight matrices W[2] … W[L] and the slopes φ'(z[1]) … φ'(z[L-1]) that go with them."""
    n, L = rng.integers(2, 6), rng.integers(4, 8)
    return list(rng.normal(size=(L - 1, n, n))), list(rng.uniform(0.1, 1, size=(L - 1, n)))


def product(W, slopes, factor=lambda w, slope: w * slope):
    """The Jacobian dz[L]/dz[1], the latest factor on the left: (n_L, n_1)."""
    J = np.eye(len(slopes[0]))
    for w, slope in zip(W, slopes, strict=True):
        J = factor(w, slope) @ J
    return J


def suspect(rng):
    """A loss, its parameters, a gradient (wrong by a factor or the sign), a direction and a long step."""
    k, theta = rng.uniform(0.5, 1.5, size=6), rng.uniform(0, 1, size=6)
    gradient = k * np.exp(k * theta) * rng.choice([1.5, 2.0, 0.5, -1.0, -1.0])
    return lambda theta: np.sum(np.exp(k * theta)), theta, gradient, rng.uniform(0.5, 2, size=6), rng.uniform(0.05, 0.2)


def central(loss, theta, v, h):
    """The slope of the loss along v by central differences."""
    return (loss(theta + h * v) - loss(theta - h * v)) / (2 * h)


def one_sided(loss, theta, v, h):
    """The slope of the loss along v by one-sided differences."""
    return (loss(theta + h * v) - loss(theta)) / h


def relative(given, measured):
    """The distance of two derivatives over the sum of their sizes."""
    return abs(given - measured) / (abs(given) + abs(measured))


def tanh_pass(rng):
    """A tanh network of square layers after its forward pass on three examples: W, z, a, dL/da[L]."""
    n, L = rng.integers(2, 5), rng.integers(3, 5)
    W, b = nn.random_network([n] * (L + 1), sigma_b=0.5, seed=int(rng.integers(1_000_000)))
    z, a = nn.forward(W, b, rng.normal(size=(n, 3)), "tanh")
    return W, z, a, rng.normal(size=(n, 3))


def weight_gradients(W, z, a, dL_da, slope_at="z", transposed=True, entering=1, last=True):
    """The weight gradients of layers 1 … L, with the bugs of the exercise on request: (L, n, n)."""
    L = len(W) - 1
    slope = [None, *(1 - np.tanh(s) ** 2 if slope_at else np.ones_like(s) for s in {"a": a}.get(slope_at, z)[1:])]
    delta = dL_da * slope[L] if last else dL_da
    dW = [delta @ a[L - entering].T]
    for l in range(L - 1, 0, -1):
        delta = ((W[l + 1].T if transposed else W[l + 1]) @ delta) * slope[l]
        dW.insert(0, delta @ a[l - entering].T)
    return np.array(dW)


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "by-hand", "δ[2], the two entries of ∂ℒ/∂W[2], the two of δ[1]: five numbers in an array", by_hand,
            mistakes=(
                (lambda: by_hand(-1.0), "Output minus target: 1 − 0. The signs of all five numbers follow from it."),
                (lambda: by_hand(-2.0), "These are the numbers for the target 3. The target is 0."),
                (lambda: by_hand(slopes=(1.0, 1.0)), "δ[1] lacks the slopes: the second unit's is ½, at z = −2."),
                (lambda: by_hand(slopes=(1.0, 0.0)),
                 "A ReLU's slope is 0 at z = −2. The hidden units are leaky, with slope ½ there."),
                (lambda: by_hand(a=(2.0, -2.0)),
                 "∂ℒ/∂W[2] takes the activations that enter, (2, −1), not the pre-activations."),
                (lambda: by_hand()[[0, 1, 2]], "The first three are right. δ[1] has two more entries."),
                (lambda: by_hand()[[0, 3, 4, 1, 2]], "The right numbers, but ∂ℒ/∂W[2] comes before δ[1]."),
            ),
        ),
        Exercise(
            "cost", "the multiplications of a forward and of a backward pass, an array of two numbers", multiplications,
            layer_sizes,
            mistakes=(
                (lambda sizes: multiplications(sizes, lambda all_of, first: 2 * all_of),
                 "Twice for every weight is nearly right. Layer 1 passes no error signal on, so it needs no (BP2)."),
                (lambda sizes: multiplications(sizes, lambda all_of, first: all_of),
                 "The backward pass uses a weight matrix in (BP2), and a product of the same size in (BP4)."),
                (lambda sizes: multiplications(sizes, lambda all_of, first: all_of - first),
                 "This counts (BP2) alone. (BP4) takes one multiplication a weight, too."),
                (lambda sizes: multiplications(sizes, lambda all_of, first: 3 * all_of - first),
                 "This counts the forward pass into the backward pass. Give them apart."),
                (lambda sizes: multiplications(sizes)[::-1], "The forward pass comes first."),
                (lambda sizes: multiplications(sizes, lambda all_of, first: 2 * all_of - sizes[-1] * sizes[-2]),
                 "The layer that needs no (BP2) is layer 1: nothing lies before it that could learn."),
            ),
        ),
        Exercise(
            "jacobian", "the Jacobian of z[L] with respect to z[1], a matrix", product, factors,
            mistakes=(
                (lambda W, slopes: product(W, slopes, lambda w, slope: w),
                 "This is the product of the weights alone. Each factor is W[l+1] diag(φ'(z[l]))."),
                (lambda W, slopes: product(W, slopes, lambda w, slope: slope[:, None] * w),
                 "The slopes belong to the columns: z[l] passes the activation function first, then W[l+1]."),
                (lambda W, slopes: product(W[::-1], slopes[::-1]),
                 "The order is reversed. The latest layer stands on the left, since it acts last."),
                (lambda W, slopes: product(W, slopes).T,
                 "This is the transpose, which carries δ back. The Jacobian has the outputs in its rows."),
                (lambda W, slopes: product(W[:-1], slopes[:-1]),
                 "The last factor is missing: W[2] … W[L] are L − 1 factors."),
                (lambda W, slopes: np.prod([w * s for w, s in zip(W, slopes, strict=True)], axis=0),
                 "This multiplies entry by entry. Matrices are chained with @."),
            ),
        ),
        Exercise(
            "relative-error", "the relative error of a gradient along v, a number",
            lambda loss, theta, gradient, v, h: relative(v @ gradient, central(loss, theta, v, h)), suspect,
            mistakes=(
                (lambda loss, theta, gradient, v, h: relative(v @ gradient, one_sided(loss, theta, v, h)),
                 "This steps forward only, and its error is of order h. Step forward and back."),
                (lambda loss, theta, gradient, v, h: relative(v @ gradient, one_sided(loss, theta, v, -h)),
                 "This steps back only, and its error is of order h. Step forward and back."),
                (lambda loss, theta, gradient, v, h: relative(v @ gradient, 2 * central(loss, theta, v, h)),
                 "From θ − h v to θ + h v the way is 2h long. Divide by all of it."),
                (lambda loss, theta, gradient, v, h: relative(v @ gradient, h * central(loss, theta, v, h)),
                 "This compares a difference of the loss with a derivative. Divide by the step."),
                (lambda loss, theta, gradient, v, h: relative(np.linalg.norm(gradient), central(loss, theta, v, h)),
                 "The loss was measured along v. So is the gradient: v @ gradient, not its norm."),
                (lambda loss, theta, gradient, v, h: relative(np.sum(gradient), central(loss, theta, v, h)),
                 "A step along v counts each derivative with its entry of v: v @ gradient."),
                (lambda loss, theta, gradient, v, h: abs(v @ gradient - central(loss, theta, v, h)),
                 "This is the error itself. Divide it by the sum of both sizes, so that it has no unit."),
                (lambda loss, theta, gradient, v, h:
                 (v @ gradient - central(loss, theta, v, h)) / (v @ gradient + central(loss, theta, v, h)),
                 "An error has a size: take it without its sign."),
                (lambda loss, theta, gradient, v, h:
                 abs((v @ gradient - central(loss, theta, v, h)) / (v @ gradient + central(loss, theta, v, h))),
                 "Add the sizes of the two, |a| + |b|: numbers of two signs are as far apart as can be."),
                (lambda loss, theta, gradient, v, h:
                 relative(abs(v @ gradient), abs(central(loss, theta, v, h))),
                 "Take the difference before you take its size, or a wrong sign is no error."),
            ),
        ),
        Exercise(
            "repair", "the weight gradients of layers 1 … L, an array of matrices", weight_gradients, tanh_pass,
            mistakes=(
                (lambda W, z, a, dL_da: weight_gradients(W, z, a, dL_da, entering=0, slope_at="a"),
                 "More than one bug is left. Begin with the last layer: its δ is right only if (BP1) is."),
                (lambda W, z, a, dL_da: weight_gradients(W, z, a, dL_da, slope_at="a"),
                 "One bug is left, and it spoils every layer: at which point is the slope taken?"),
                (lambda W, z, a, dL_da: weight_gradients(W, z, a, dL_da, entering=0),
                 "One bug is left. All error signals are right now: look at (BP4)."),
                (lambda W, z, a, dL_da: weight_gradients(W, z, a, dL_da, transposed=False),
                 "The last layer is right, the others are not: on the way back the matrix is transposed."),
                (lambda W, z, a, dL_da: weight_gradients(W, z, a, dL_da, slope_at=""),
                 "Every unit's slope is missing: (BP1) and (BP2) both end with it."),
                (lambda W, z, a, dL_da: weight_gradients(W, z, a, dL_da, last=False),
                 "The last layer is a tanh layer, too: (BP1) has its slope."),
            ),
        ),
    )
}
