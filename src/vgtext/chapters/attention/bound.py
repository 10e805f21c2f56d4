"""How sharp attention can become: the least entropy of a softmax whose logits have a given norm."""

import numpy as np

from vgtext import nn
from vgtext.claims import Claim, Evidence
from vgtext.palette import COLORS, THEORY, log_axis, number


def bound(sigma, keys):
    """The least entropy, in nats, of a softmax over k logits of norm sigma, as Zhai and others 2023 prove it.

    ln(1 + (k - 1) beta) + sigma sqrt(k (k - 1)) beta / (1 + (k - 1) beta), beta = exp(-sigma sqrt(k / (k - 1))).
    """
    beta = np.exp(-sigma * np.sqrt(keys / (keys - 1)))
    return np.log1p((keys - 1) * beta) + sigma * np.sqrt(keys * (keys - 1)) * beta / (1 + (keys - 1) * beta)


def steepest(sigma, keys):
    """The logits of norm ``sigma`` that reach it: one above all others, which are equal; their sum is 0."""
    S = np.full(keys, -1 / np.sqrt(keys * (keys - 1)))
    S[0] = np.sqrt((keys - 1) / keys)
    return sigma * S


def least_found(sigma, keys, draws=3000, seed=0):
    """The least entropy over random logits of norm ``sigma`` with a sum of 0, and over the steepest."""
    S = np.random.default_rng(seed).standard_normal((keys, draws))
    S -= S.mean(axis=0)
    S = np.column_stack([sigma * S / np.linalg.norm(S, axis=0), steepest(sigma, keys)])
    A = nn.attention.softmax(S)
    return float((-np.sum(A * np.log(np.where(A > 0, A, 1)), axis=0)).min())


def draw_bound(ax, keys=32):
    """The least entropy against the norm of the logits, and the entropies of random logits of that norm."""
    sigma = np.linspace(0.1, 30, 120)
    log_axis(ax, 1e-14, 10, "entropy of one query, nats")
    ax.set(xlim=(0, 30), xlabel="norm of the query's logits, less their mean")
    rng = np.random.default_rng(0)
    S = rng.standard_normal((keys, 120))
    S -= S.mean(axis=0)
    A = nn.attention.softmax(sigma * S / np.linalg.norm(S, axis=0))
    ax.plot(sigma, -np.sum(A * np.log(np.where(A > 0, A, 1)), axis=0), "o", color=COLORS["forward"], markersize=3,
            label="random logits")
    ax.plot(sigma, bound(sigma, keys), **THEORY, label="at least")
    ax.legend()
    return (f"{keys} keys: logits of norm 10 leave an entropy of {number(bound(10.0, keys))} nats at least, those of "
            f"norm 20 leave {number(bound(20.0, keys))}; dots are random logits of each norm.")


CLAIMS = (
    Claim(
        "R.31", "Zhai and others 2023: the least entropy of attention falls exponentially with the spectral norm of "
        "its logits.",
        "holds", "For one query, whose norm this is, with the mean of its logits taken out; the bound is reached where "
        "one key is ahead of all others, which are equal.",
        (
            Evidence("32 keys, norm 10: the least entropy found, of the bound",
                     lambda: least_found(10.0, 32) / bound(10.0, 32), 1.0, 1e-6),
            Evidence("norm 20 to 30: change of its logarithm per unit of the norm",
                     lambda: float(np.log(bound(30.0, 32) / bound(20.0, 32)) / 10), -1.0, 0.05),
        ), "bound?keys=32", setting="3,000 random sets of logits of the same norm, and the steepest.",
    ),
)
