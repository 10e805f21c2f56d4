"""What the accuracies did: where they ended, how far they came on the way, how far apart they are."""

import numpy as np

JUMPS = 0.5  # a correlation of neighbors below it: each entry is the accuracy of one batch
MANY = 30  # entries, of which batches are told from epochs


def measure(train, test):
    """Return what is known of training and test accuracies (E,), by name; None where they were not recorded."""
    train, test = steadied(train), steadied(test)
    many = train is not None and len(train) > 2
    return {
        "accuracy": None if train is None else float(train[-1]), "best": None if train is None else float(train.max()),
        "accuracy_range": float(np.ptp(train)) if many else None,
        "climb": float(train[-1] - train[len(train) // 2 - 1]) if train is not None and len(train) > 1 else None,
        "tested": None if test is None else float(test[-1]),
        "gap": None if train is None or test is None else float(train[-1] - test[-1])}


def steadied(shares):
    """Return accuracies, each the mean of a tenth of all where they jump as those of single batches do.

    The best of many batches may be far above all that a network ever reached, and the last one far from where it is.
    """
    if shares is None or len(shares) < MANY:
        return shares
    half = shares[len(shares) // 2 :]
    if not np.ptp(half[1:]) or not np.ptp(half[:-1]) or np.corrcoef(half[1:], half[:-1])[0, 1] >= JUMPS:
        return shares
    return np.lib.stride_tricks.sliding_window_view(shares, len(shares) // 10).mean(axis=1)
