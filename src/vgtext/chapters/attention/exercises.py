"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise


def softmax(S, axis=0):
    """A softmax over the keys, the rows."""
    A = np.exp(S - S.max(axis=axis, keepdims=True))
    return A / A.sum(axis=axis, keepdims=True)


def head(rng):
    """Queries, keys and values of a few tokens, (d_head, T) each."""
    d_head, T = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    return tuple(rng.normal(size=(3, d_head, T)))


def attend(Q, K, V, mask="upper", scale=True, axis=0):
    """Causal attention with columns as tokens, and its faults."""
    S = K.T @ Q / (np.sqrt(len(Q)) if scale else 1)
    seen = np.triu(np.ones(S.shape, bool)) if mask == "upper" else np.tril(np.ones(S.shape, bool))
    return V @ softmax(S if mask is None else np.where(seen, S, -np.inf), axis)


def weights(rng):
    """Attention weights and the gradient that arrives at them, (T, T) each."""
    T = int(rng.integers(2, 6))
    return softmax(2 * rng.normal(size=(T, T))), rng.normal(size=(T, T))


def back(A, dA, axis=0):
    """The gradient of the logits."""
    return A * (dA - (A * dA).sum(axis=axis, keepdims=True))


def slope(lead):
    """The sum of A (1 - A) of two keys, one of them ``lead`` nats ahead."""
    p = 1 / (1 + np.exp(-lead))
    return 2 * p * (1 - p)


def alike(mu, T=64):
    """The cosine when the squared size of the mean has grown from 1/T to mu/T."""
    return (mu - 1) / T / (1 + (mu - 1) / T)


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "attend", "the outputs of causal attention, an array", attend, head,
            mistakes=((lambda Q, K, V: attend(Q, K, V, None), "The mask is missing: tokens see those that come later."),
                      (lambda Q, K, V: attend(Q, K, V, "lower"), "The mask is transposed: rows are keys, columns "
                       "queries, and a query may look at keys up to its own place."),
                      (lambda Q, K, V: V @ np.triu(softmax(K.T @ Q / np.sqrt(len(Q)))),
                       "Mask the logits, before the softmax: here the columns no longer sum to 1."),
                      (lambda Q, K, V: V @ softmax(np.triu(K.T @ Q / np.sqrt(len(Q)))),
                       "A later key with the logit 0 still gets a weight, since e⁰ is 1. Its logit has to be −∞."),
                      (lambda Q, K, V: attend(Q, K, V, scale=False), "Divide the logits by √d_head, the root of the "
                       "number of rows of Q."),
                      (lambda Q, K, V: attend(Q, K, V, axis=1), "The softmax runs over the keys: each column sums to "
                       "1.")),
        ),
        Exercise(
            "back", "the gradient of the logits, an array", back, weights,
            mistakes=((lambda A, dA: A * dA, "This moves the weights as if they need not sum to 1: subtract the mean "
                       "of dA, weighted by A."),
                      (lambda A, dA: back(A, dA, 1), "The sum runs over the keys, the rows of a column."),
                      (lambda A, dA: A * (1 - A) * dA, "This is the diagonal of the Jacobian only; a weight also falls "
                       "when another logit rises."),
                      (lambda A, dA: A * (dA - dA.mean(axis=0)), "The mean is weighted by A.")),
            tolerance=1e-4,  # in float32 the difference loses digits
        ),
        Exercise(
            "lead", "the slope at a lead of 6 nats, a number", lambda: slope(6.0),
            mistakes=((lambda: slope(6.0) / 2, "This is the slope of one weight. Two weights move."),
                      (lambda: 1 - slope(6.0), "This is the sum of the squared weights. The slope is 1 less that.")),
            tolerance=0.01,
        ),
        Exercise(
            "alike", "the cosine between tokens, a number", lambda: alike(np.e),
            mistakes=((lambda: alike(2.0**100), "This is s = 1. Here s is 1/√L, and (1 + 1/L)^L is about e."),
                      (lambda: np.e / 64, "This is the squared size of the mean. Subtract what it was at the input, "
                       "then divide by the squared size of a token."),
                      (lambda: (np.e - 1) / 64, "Nearly: tokens have grown as well, divide by their squared size.")),
            tolerance=0.01,
        ),
        Exercise(
            "round", "the lead at which bfloat16 rounds the weight to 1, a number in nats",
            lambda: float(np.log(2.0**9 - 1)),
            mistakes=((lambda: float(np.log(2.0**8 - 1)), "Numbers just below 1 are 2⁻⁸ apart; half of this is rounded "
                       "up."),
                      (lambda: float(np.log(2.0**7)), "bfloat16 has 8 binary digits, the hidden one included."),
                      (lambda: 9.0, "This is the power of two. A lead in nats is its natural logarithm.")),
            tolerance=0.01,
        ),
    )
}
