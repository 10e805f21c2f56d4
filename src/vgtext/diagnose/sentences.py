"""The evidence in sentences, each with its numbers, and what would have to be recorded to know more."""


def evidence(cause, s):
    """Return the sentences that speak for ``cause``, given the symptoms ``s``."""
    signals = [_round_trip(s), _factors(s), _profile(s)]
    told = {
        "dead units": [_dead(s), _loss(s)],
        "exploding": [*signals, _ratio(s), _broke(s)],
        "learning rate too large": [_ratio(s), _round_trip(s), _broke(s) or _loss(s)],
        "learning rate too small": [_ratio(s), _round_trip(s), _loss(s)],
        "overfitting": [_gap(s), _loss(s), _round_trip(s)],
        "label noise": [_loss(s), _still(s), _round_trip(s), _ratio(s)],
        "healthy": [_loss(s), _gap(s), _round_trip(s)],
        "undecided": [_broke(s) or _loss(s), *signals, _ratio(s)],
    }.get(cause, [*signals, _fade(s), _saturation(s), _loss(s)])
    return tuple(sentence for sentence in told if sentence)


def missing(s):
    """Return what was not recorded and would narrow the diagnosis down, the most telling first."""
    wanted = {
        "gradient and activation sizes of every layer at the first step": s.round_trip,
        "the training loss at every step": s.fall if not s.broke else 1.0,
        "the update-to-weight ratio of every layer": s.ratio,
        "the share of dead units of every layer": s.dead if s.silent is None else 0.0,
        "the accuracy or the loss on test data": s.test_rise if s.gap is None else s.gap,
    }
    return tuple(words for words, value in wanted.items() if value is None)


def _round_trip(s):
    if s.round_trip is None:
        return ""
    if s.round_trip < -100:
        return "At the first record nothing is left of a signal after the round trip through the hidden layers."
    return (f"At the first record a signal comes back from the round trip through the hidden layers "
            f"{10**s.round_trip:.2g} times its size.")


def _factors(s):
    if s.forward is None:
        return ""
    return f"A layer changes activations by the factor {s.forward:.2f} and the error by {s.backward:.2f}."


def _profile(s):
    if s.profile is None:
        return ""
    return f"Layer 1 gets {10**s.profile:.2g} times the weight gradient of layer {s.layers}."


def _ratio(s):
    return "" if s.ratio is None else f"The first update-to-weight ratio is {s.ratio:.2g} (guide: 1e-3)."


def _fade(s):
    if s.ratio_fade is None or s.ratio_fade > 0.5:
        return ""
    return f"The update-to-weight ratio fell to {s.ratio_fade:.2g} of its first value."


def _dead(s):
    if s.dead is None:
        return "A hidden layer's activation is exactly 0 for the whole batch."
    return f"In layer {s.dead_layer}, {s.dead:.0%} of the units give 0 for every example, before any training."


def _saturation(s):
    return "" if not s.saturation or s.saturation < 0.1 else f"{s.saturation:.0%} of the hidden slopes are nearly 0."


def _loss(s):
    if s.fall is None:
        return ""
    accuracy = "" if s.accuracy is None else f"; training accuracy {s.accuracy:.0%}"
    return f"The loss ends at {s.fall:.2g} of its first value{accuracy}."


def _still(s):
    return "" if s.late_fall is None else f"It stands still: its last tenth is {s.late_fall:.2f} of its third quarter."


def _gap(s):
    if s.gap is not None:
        return f"Training accuracy is {100 * s.gap:.0f} points above test accuracy."
    return "" if s.test_rise is None else f"The test loss ends at {s.test_rise:.1f} times its smallest value."


def _broke(s):
    return "" if not s.broke else f"The run broke: {s.broke}."
