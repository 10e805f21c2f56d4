"""How signals pass through the layers, forward and back: the round trip, its hops, slopes, the gradient profile."""

import numpy as np

HALF = (0.35, 0.95)  # sizes of the activations of sigmoids: 0.5 of small inputs, 0.7 of large ones


def signals(whole, layers):
    """Return (row, (forward, backward, log10 R, one jump?), last log10 R), of rows in which all layers get a signal."""
    gradient, activation, error = map(whole.get, ("gradient", "activation", "error"))
    if activation is None or (gradient is None and error is None):
        return None, (None,) * 4, None
    back = error if error is not None else gradient
    n = min(len(back), len(activation))
    live = (back[:n] > 0).all(axis=1) & (activation[:n, :-1] > 0).all(axis=1)
    if not live.any():
        return None, (None,) * 4, None
    if layers < 3:
        return int(live.argmax()), (1.0, 1.0, 0.0, False), 0.0
    rows = np.flatnonzero(live)[[0, -1]]
    a, e = np.log10(activation[rows][:, :-1]), np.log10(back[rows][:, 1:])
    e = e if error is not None else e - a
    there, way_back, hops = a[:, -1] - a[:, 0], e[:, 0] - e[:, -1], layers - 2
    trips = there + way_back
    factors = 10.0 ** np.clip(np.array([there[0], way_back[0]]) / hops, -300, 300)
    found = (float(factors[0]), float(factors[1]), float(trips[0]), one_jump(trips[0], a[0], e[0]))
    return int(rows[0]), found, float(trips[1])


def slope(whole, row):
    """What the hidden activation functions let through of the error, the median over layers."""
    after = whole.get("activation_error", ())
    if row is None or row >= len(after) or row >= len(whole.get("error", ())) or not after[row, :-1].all():
        return None
    return float(np.median(whole["error"][row, :-1] / after[row, :-1])) if after.shape[1] > 1 else None


def one_jump(trip, a, e):
    """Is a growth R that of one hop between layers, made up for by the others?

    A norm that sets small embeddings to size 1 makes such a jump; what explodes grows in most hops.
    """
    return bool(trip > 0 and (np.diff(a) - np.diff(e)).max() >= trip)


def halves(whole, row):
    """Have all hidden activations the size of sigmoids', about a half, whatever came in?"""
    if row is None or "activation" not in whole or whole["activation"].shape[1] < 2:
        return None
    hidden = whole["activation"][row, :-1]
    return bool(((hidden > HALF[0]) & (hidden < HALF[1])).all())


def profile(gradient):
    """log10 of the first column over the last one, in the first row where both are above 0."""
    if gradient is None or gradient.shape[1] < 2:
        return None
    live = gradient[(gradient[:, [0, -1]] > 0).all(axis=1)]
    return float(np.log10(live[0, 0]) - np.log10(live[0, -1])) if len(live) else None
