"""The exercises of the chapter, with the mistakes that readers make."""

import numpy as np

from vgtext.ask import Exercise


def sigmoid(b):
    """The opening of a gate."""
    return 1 / (1 + np.exp(-b))


def logit(p):
    """The bias of a gate that is open by p."""
    return np.log(p / (1 - p))


def weight_gradient(W, h, slope, dh_T):
    """dL/dW, the loss at the end, for h (T+1, n) and slope (T+1, n), slope[t] = phi'(z[t])."""
    dW, dh = np.zeros_like(W), dh_T
    for t in range(len(h) - 1, 0, -1):
        dz = slope[t] * dh
        dW += np.outer(dz, h[t - 1])
        dh = W.T @ dz
    return dW


def some_pass(rng):
    """A matrix, the states and slopes of a few steps of a tanh network, and dL/dh[T]."""
    n, T = int(rng.integers(2, 5)), int(rng.integers(3, 8))
    W, h = rng.normal(size=(n, n)), [rng.normal(size=n)]
    for _ in range(T):
        h.append(np.tanh(W @ h[-1] + rng.normal(size=n)))
    h = np.array(h)
    return W, h, 1 - h**2, rng.normal(size=n)


def last_only(W, h, slope, dh_T):
    """The term of the last step alone."""
    return np.outer(slope[-1] * dh_T, h[-2])


def not_transposed(W, h, slope, dh_T):
    """Back through W instead of its transpose."""
    dW, dh = np.zeros_like(W), dh_T
    for t in range(len(h) - 1, 0, -1):
        dz = slope[t] * dh
        dW += np.outer(dz, h[t - 1])
        dh = W @ dz
    return dW


def same_step(W, h, slope, dh_T):
    """With the state that leaves the step, h[t], instead of the one that enters."""
    dW, dh = np.zeros_like(W), dh_T
    for t in range(len(h) - 1, 0, -1):
        dz = slope[t] * dh
        dW += np.outer(dz, h[t])
        dh = W.T @ dz
    return dW


def no_slopes(W, h, slope, dh_T):
    """Without the activation's slope."""
    return weight_gradient(W, h, np.ones_like(slope), dh_T)


def lstm_factor(forget_bias, input_bias, scale):
    """The factor per step of an LSTM at rest: sigmoid(b_f) + sigmoid(b_i) * 1/2 * scale."""
    return sigmoid(forget_bias) + sigmoid(input_bias) * 0.5 * scale


def some_biases(rng):
    """A forget bias, an input bias, a scale of the recurrent matrix."""
    return float(rng.uniform(-1, 4)), float(rng.uniform(-3, 1)), float(rng.uniform(0.3, 1.5))


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "half-life", "a bias, a number", lambda: logit(0.5 ** (1 / 50)), tolerance=1e-3,
            mistakes=(
                (lambda: np.log(49.0), "With this bias 1/e is left after about 50 steps. Half is asked for."),
                (lambda: 0.5 ** (1 / 50), "This is what the gate has to keep per step. Which bias opens it so far?"),
                (lambda: -logit(0.5 ** (1 / 50)), "The sign: a gate that keeps nearly all has a positive bias."),
                (lambda: np.log(0.5 ** (1 / 50)), "The inverse of a sigmoid is ln(p / (1 − p)), not ln p."),
            ),
        ),
        Exercise(
            "sum", "the gradient of W, an array of its shape", weight_gradient, some_pass,
            mistakes=(
                (last_only, "This is the term of the last step. W is used at every step: add them all up."),
                (not_transposed, "On the way back the matrix is transposed."),
                (same_step, "The term of step t needs the state that enters it, h[t−1]."),
                (no_slopes, "The slopes are missing: dL/dz[t] is phi'(z[t]) times dL/dh[t]."),
            ),
        ),
        Exercise(
            "all-paths", "the factor per step by all paths, a number", lstm_factor, some_biases,
            mistakes=(
                (lambda bf, bi, g: sigmoid(bf), "This is the direct path. The other one runs through W."),
                (lambda bf, bi, g: sigmoid(bf) + sigmoid(bi) * g,
                 "The output gate is missing: h = ½ tanh(c) at rest."),
                (lambda bf, bi, g: sigmoid(bf) + 0.25 * g, "The input gate is open by σ(b_i), not by ½."),
                (lambda bf, bi, g: sigmoid(bf) * sigmoid(bi) * 0.5 * g, "The two ways add up, they do not multiply."),
            ),
        ),
        Exercise(
            "default", "a bias, a number", lambda: np.log(4 * np.sqrt(3) - 1), tolerance=2e-3,
            mistakes=(
                (lambda: np.log(3.0), "This is for W of scale 1. Uniform numbers within 1/√n have a smaller scale."),
                (lambda: np.log(11.0), "The scale is the root of the variance times n: 1/√3, not 1/3."),
                (lambda: 1 - 1 / (4 * np.sqrt(3)), "This is what the gate has to keep. Which bias opens it so far?"),
            ),
        ),
        Exercise(
            "keep", "a number of steps, whole", lambda: np.ceil(np.log(0.01) / np.log(0.75)),
            mistakes=(
                (lambda: 1.0, "One step keeps a quarter: 1 − c."),
                (lambda: np.ceil(np.log(0.01 * 0.25) / np.log(0.75)),
                 "The last k terms sum to (1 − c^k)/(1 − c), all of them to 1/(1 − c): the 1 − c cancels."),
                (lambda: np.floor(np.log(0.01) / np.log(0.75)), "Nearly: with this many, more than 1% is lost."),
            ),
        ),
    )
}
