"""What a loss did: how far it fell, whether it stands, whether it had learned and lost it, whether it runs in waves.

Quotients are taken of losses that are above 0 only. A loss that was negative anywhere is measured in differences.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """What can be read off a training loss; None where it is too short or was negative."""

    start: float  # the first entry
    negative: bool
    fall: float | None  # end / start; before it broke
    lowest: float | None  # the lowest running median / start
    late: float | None  # end / third quarter
    drop: float  # (start - end) / (largest - smallest): 1 fell all the way, below 0 rose
    rising: bool | None  # was it rising just before its end, or before it broke?
    waves: int  # how often it jumped up by far and fell again
    constant: bool
    entries: int


def measure(loss):
    """Return the :class:`Curve` of a loss (T,), up to where it broke; None if its first entry is no number."""
    broke = ~np.isfinite(loss)
    finite = loss[: int(broke.argmax())] if broke.any() else loss
    if not len(finite):
        return None
    n, start, negative = len(finite), float(finite[0]), bool((finite < 0).any())
    window = min(max(n // 20, 1), 5)
    end = float(np.median(finite[-max(n // 10, 1):]))
    spread = float(finite.max() - finite.min())
    quotients = not negative and start > 0
    long = n >= 8
    smooth = running_median(finite, window)
    middle = float(np.median(finite[n // 2 : -(n // 4)])) if long else None
    return Curve(
        start, negative, end / start if quotients and long else None,
        float(smooth.min()) / start if quotients else None,
        None if not long or negative else end / middle if middle > 0 else 1.0,
        (start - end) / spread if spread > 0 else 0.0, _rising(finite, bool(broke.any())) if n >= 3 else None,
        _waves(finite), spread == 0, len(loss))


def running_median(values, window):
    """Return the median of every ``window`` neighbors."""
    if window < 2 or len(values) < window:
        return values
    return np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1)


def _rising(loss, broke):
    """Did the last entries stand far above the lowest ones before them?"""
    last = loss[-3:].max() if broke else np.median(loss[-max(len(loss) // 20, 3):])
    before = loss[:-3] if len(loss) > 6 else loss[:1]
    usual = np.median(before[-20:])
    scatter = np.median(np.abs(before[-20:] - usual)) if len(before) > 3 else 0.0
    return bool(last > usual + max(6 * scatter, 0.5 * abs(usual)))


def _waves(loss):
    """How often a loss jumps from below a fifth of its usual height to above half of it, and stays for a while."""
    if len(loss) < 30 or (loss < 0).any():
        return 0
    high = np.quantile(loss, 0.9)
    state, count = 1, 0
    low, top = loss < 0.25 * high, loss > 0.5 * high
    for is_low, is_top in zip(low, top):
        if state and is_low:
            state = 0
        elif not state and is_top:
            state, count = 1, count + 1
    return count
