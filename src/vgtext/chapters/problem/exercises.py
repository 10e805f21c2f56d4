"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise

#: The factors per layer of the exercise "depths".
FACTORS = np.array([0.5, 0.9, 0.99])
#: The patterns of factors of the exercise "typical", each repeated through the depth.
PATTERNS = ((3, 0.3), (0.1, 1.5, 1.5, 1.5), (2, 1, 0.5))


def depths(size=1e-6):
    """After how many layers the factors have brought a signal below ``size``: (3,)."""
    return np.ceil(np.log(size) / np.log(FACTORS))


def means(mean):
    """The ``mean`` of every pattern: (3,)."""
    return np.array([mean(np.array(pattern)) for pattern in PATTERNS])


def geometric(factors):
    """The geometric mean of factors."""
    return np.exp(np.log(factors).mean())


def error_sizes(rng):
    """Sizes ‖δ[1]‖ … ‖δ[L]‖ that fade or grow toward layer 1, by factors that scatter: (L,)."""
    log = rng.uniform(-0.7, 0.7) + 0.2 * rng.normal(size=rng.integers(5, 60))
    return (np.exp(np.cumsum(log)[::-1]),)


def layer_arrays(rng):
    """Weights and weight gradients of some layers, and a learning rate: [W[1], …], [dW[1], …], η."""
    n = rng.integers(2, 7, size=rng.integers(3, 6))
    W = [rng.normal(size=shape) for shape in zip(n[1:], n[:-1], strict=True)]
    return W, [10.0 ** rng.uniform(-9, 0) * rng.normal(size=w.shape) for w in W], 10.0 ** rng.uniform(-3, -0.5)


def ratios(W, dW, eta, size=np.linalg.norm):
    """The size of every layer's step over that of its weights, by the measure ``size``: (L,)."""
    return np.array([eta * size(g) / size(w) for w, g in zip(W, dW, strict=True)])


def weights_and_steps(rng):
    """A thousand weights and their steps in float32, some of them lost to rounding: (1000,), (1000,).

    Half of the weights are powers of two, where floats are half as far apart toward 0.
    """
    w = rng.normal(size=1000) * 10.0 ** rng.uniform(-3, 1)
    w[::2] = 2.0 ** np.floor(np.log2(np.abs(w[::2])))
    return w.astype(np.float32), (w * 10.0 ** rng.uniform(-9, -6, size=1000)).astype(np.float32)


def unmoved(w, step):
    """The share of the weights that float32 leaves as they were."""
    return np.mean(w - step == w)


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "depths", "three whole numbers of layers, an array", depths,
            mistakes=(
                (lambda: np.log(1e-6) / np.log(FACTORS),
                 "This is where the curves meet a millionth. Layers come whole: the next one is the first below it."),
                (lambda: np.floor(np.log(1e-6) / np.log(FACTORS)),
                 "Rounded down: after this many layers the signal is still above a millionth."),
                (lambda: np.round(np.log(1e-6) / np.log(FACTORS)),
                 "Rounded to the nearest. Below a millionth is asked for, so round up every time."),
                (lambda: np.round(1 / (1 - FACTORS)),
                 "This loses the same amount at each layer. A factor takes its share of what is left."),
                (lambda: np.log(FACTORS) / np.log(1e-6), "Upside down: c to the power k is the size. Solve for k."),
                (lambda: depths(1e-3), "This is a thousandth. A millionth is 10 to the power −6."),
            ),
            tolerance=3e-4,  # where a curve meets a millionth, rounded, meets its hint; 1374 is no 1375
        ),
        Exercise(
            "typical", "the typical factor per layer of the three networks, an array", lambda: means(geometric),
            mistakes=(
                (lambda: means(np.mean), "These are averages. Factors multiply, so take the geometric mean."),
                (lambda: means(np.prod), "These are the factors of one round of the pattern. Take the root that "
                 "belongs to its number of layers."),
                (lambda: np.sqrt(means(np.prod)), "The square root belongs to a pattern of two layers; the other two "
                 "are longer."),
                (lambda: np.log(means(geometric)), "These are the logarithms of the answers."),
                (lambda: means(np.median), "These are medians: they do not see how far the other factors lie away."),
            ),
            tolerance=0.006,
        ),
        Exercise(
            "factor", "the typical factor per layer on the way back, a number",
            lambda error: (error[0] / error[-1]) ** (1 / (len(error) - 1)), error_sizes,
            mistakes=(
                (lambda error: (error[-1] / error[0]) ** (1 / (len(error) - 1)),
                 "Upside down. The way back begins at layer L and ends at layer 1."),
                (lambda error: (error[0] / error[-1]) ** (1 / len(error)),
                 "From layer L to layer 1 it is L − 1 steps, not L."),
                (lambda error: error[0] / error[-1], "This is the factor of all layers together. Take its root."),
                (lambda error: np.mean(error[:-1] / error[1:]),
                 "This is the average of the factors. Factors multiply, so take their geometric mean."),
                (lambda error: np.log(error[0] / error[-1]) / (len(error) - 1),
                 "This is the logarithm of the factor. Take its exponential."),
                (lambda error: np.log10(error[0] / error[-1]) / (len(error) - 1),
                 "This is the slope on the log axis, log₁₀ c. Raise 10 to it."),
                (lambda error: np.exp(-np.polyfit(np.arange(len(error)), np.log(error), 1)[0]),
                 "This is the slope of a fitted line: a fine estimate. The exercise asks for the geometric mean, which "
                 "the two ends decide."),
            ),
        ),
        Exercise(
            "yardstick", "the size of every layer's step over that of its weights, an array", ratios, layer_arrays,
            mistakes=(
                (lambda W, dW, eta: ratios(W, dW, 1), "The gradient is not the step. The step is η times that."),
                (lambda W, dW, eta: eta * np.array([np.linalg.norm(g) for g in dW]),
                 "This is the size of the step alone. Small compared with what?"),
                (lambda W, dW, eta: 1 / ratios(W, dW, eta), "Upside down: compare the step with the weights."),
                (lambda W, dW, eta: ratios(W, dW, eta, lambda m: np.linalg.norm(m, 2)),
                 "These are largest singular values. The size of a gradient is the root of the sum of all its squares: "
                 "np.linalg.norm(m), without a 2."),
                (lambda W, dW, eta: ratios(W, dW, eta, lambda m: np.abs(m).max()),
                 "These are the largest entries. Take the sizes of the whole matrices."),
                (lambda W, dW, eta: np.array([eta * np.mean(np.abs(g / w)) for w, g in zip(W, dW, strict=True)]),
                 "This averages the ratios of single weights, and the few weights near 0 decide. Divide the sizes."),
                (lambda W, dW, eta: ratios(W, dW, eta) / ratios(W, dW, eta).max(),
                 "This compares with the largest layer, the second yardstick. The third compares with the weights."),
            ),
        ),
        Exercise(
            "unmoved", "the share of the weights that a step leaves exactly as they were, a number from 0 to 1",
            unmoved, weights_and_steps,
            mistakes=(
                (lambda w, step: 1 - unmoved(w, step), "This is the share of the weights that do move."),
                (lambda w, step: np.sum(w - step == w), "This is their number. Divide it by the number of weights."),
                (lambda w, step: np.mean(w.astype(np.float64) - step == w),
                 "No step is 0, and float64 would feel them all. It is float32 that loses a step when it meets its "
                 "weight: subtract there."),
                (lambda w, step: np.mean(w + step == w),
                 "This is the share for a step away from 0. The gap between a power of two and the next float is only "
                 "half as wide on the side of 0, so the direction counts: w - step."),
                (lambda w, step: np.mean(np.abs(step) < 1e-7),
                 "This compares the steps with a fixed size. What is lost depends on the weight that a step meets."),
                (lambda w, step: np.mean(np.abs(step) < np.finfo(np.float32).eps * np.abs(w)),
                 "A good rule of thumb, but rounding is to the nearest number, and the spacing of floats jumps at "
                 "powers of two. Subtract, and look."),
            ),
        ),
    )
}
