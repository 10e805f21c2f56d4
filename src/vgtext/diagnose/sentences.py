"""The evidence in sentences, each with its numbers, and what would have to be recorded to know more."""

from .digits import dead, factor, percent, points, times
from .numbers import layers_of, others, rounded_away, unmoved
from .table import ALIKE, RUNS_ON, WANES


def evidence(cause, s, recording):
    """Return the sentences that speak for ``cause``, given the symptoms ``s`` of a recording."""
    signals = [_no_weights, _round_trip, _factors, _profile]
    told = {
        "layers not trained": [_frozen, rounded_away, _loss],
        "bad batch or operation": [_bad_input, _broke, _nan_first, _ratio, _round_trip],
        "scale of inputs or targets": [_input, _first_loss, _ratio, _broke_or_loss],
        "underflow in half precision": [_zeros, _loss],
        "flat output": [_zeros, _dead_output, _loss],
        "data in order of class": [_waves, _loss],
        "late divergence": [_lowest, _broke_or_loss, _ratio],
        "weight decay too large": [_shrinks, _loss],
        "dead units": [_dead, _loss],
        "exploding": [_growth, *signals, _ratio, _broke],
        "vanishing through time": [_time, _loss],
        "warm-up missing": [_collapse, _round_trip, _ratio, _loss],
        "learning rate too large": [_ratio, _round_trip, _broke_or_loss],
        "learning rate too small": [_ratio, rounded_away, _round_trip, _loss],
        "overfitting": [_gap, _loss, _round_trip],
        "label noise": [_loss, _still, _gap, _round_trip, _ratio],
        "healthy": [_loss, _gap, _round_trip, _constant, _same],
        "fault in the training loop": [_broke_or_loss],
        "undecided": [_broke_or_loss, _shrinks, _waves, _constant, _zeros, *signals, _saturation, _ratio, _collapse],
    }.get(cause, [*signals, _saturation, _loss])
    return tuple(sentence for sentence in (say(s, recording) for say in told) if sentence)


def _round_trip(s, r):
    if s.round_trip is None or s.layers < 3:
        return ""
    when = "At the first record" if s.row == 0 else f"At step {r.step(s.row)}, the first at which all layers are live,"
    if s.round_trip < -100:
        return f"{when} nothing is left of a signal after the round trip through the hidden layers."
    size = times(s.round_trip) or "near"
    return f"{when} a signal comes back from the round trip through the hidden layers {size} its size."


def _no_weights(s, r):
    return "The weights of a hidden layer are exactly 0 in the first record." if s.no_weights else ""


def _factors(s, r):
    if s.forward is None or s.layers < 3:
        return ""
    return f"A layer changes activations by the factor {factor(s.forward)} and the error by {factor(s.backward)}."


def _profile(s, r):
    if s.profile is None:
        return "" if s.round_trip is not None or s.growth is None else (
            f"From the first hidden layer to the last, activations change by the factor {10.0 ** s.growth:.2g}.")
    return f"Layer 1 gets {times(s.profile) or 'about'} the weight gradient of layer {s.layers}."


def _ratio(s, r):
    if s.ratio is None:
        return ""
    return f"The median layer's first update-to-weight ratio is {s.ratio:.2g}{others(s)} (guide, if narrow: 1e-3)."


def _frozen(s, r):
    if not s.no_update and s.slow:
        return (f"With gradients as large, the weights of {layers_of(s.slow)} move less than a ten-thousandth as far "
                "as the others: another learning rate?")
    if s.no_update:
        return unmoved(s)
    return f"The gradient of {layers_of(s.no_gradient)} is exactly 0 in every record, that of the others is not."


def _zeros(s, r):
    if s.all_zero:
        return "The gradient of every layer is exactly 0."
    rest = "" if s.smallest is None else f"; the smallest of the others is {s.smallest:.1g}"
    return f"The gradient of {layers_of(s.no_gradient)} is exactly 0{rest}." if s.no_gradient else ""


def _dead_output(s, r):
    return "The output is 0 for every example: predictions are constant." if s.dead_output else ""


def _input(s, r):
    return "" if s.input is None else "The inputs are exactly 0: look at what loads them." if s.input == 0 else (
        f"The inputs have a root mean square of {s.input:.2g}.")


def _bad_input(s, r):
    return "The inputs hold nan or inf at a record." if s.bad_input else ""


def _first_loss(s, r):
    return "" if s.curve is None else f"The first loss is {s.curve.start:.2g}."


def _waves(s, r):
    waves = s.curve.waves if s.curve else 0
    return f"The loss fell to a quarter of its usual height and jumped up {waves} times." if waves >= RUNS_ON else ""


def _lowest(s, r):
    lowest = None if s.curve is None else s.curve.lowest
    best = "" if s.best is None or s.accuracy is None else f"Training accuracy was {percent(s.best)} at best."
    fell = "" if lowest is None or lowest >= 0.995 else f"The loss had fallen to {lowest:.2g} of its first value. "
    return (fell + best).strip()


def _shrinks(s, r):
    return "" if s.shrinks is None or s.shrinks >= WANES else f"The weights end at {s.shrinks:.2g} of their first size."


def _time(s, r):
    return f"The first time steps get {s.through_time:.2g} times the gradient of the step that gets most."


def _growth(s, r):
    grows = s.grows_in_time is not None and s.grows_in_time >= 10
    return f"The first time steps get {s.grows_in_time:.2g} times the gradient of the median step." if grows else ""


def _collapse(s, r):
    if s.collapse is None or s.collapse > 0.05 or s.all_zero:
        return ""
    return f"The median layer's gradient fell to {s.collapse:.2g} of its first size."


def _nan_first(s, r):
    return "Gradients hold nan at a step whose loss is still a number." if s.nan_gradient_first else ""


def _constant(s, r):
    return "" if not s.baseline or s.left is None else (
        f"Of its start, or of the best constant answer's loss if less, {s.left:.2g} is left.")


def _same(s, r):
    alike = s.accuracy_range is not None and s.accuracy_range < ALIKE and s.accuracy < 0.99
    return "Training accuracy hardly moved: compare it with the share of the most frequent class." if alike else ""


def _dead(s, r):
    if s.dead is None:
        return "A hidden layer's activation is exactly 0 for the whole batch."
    if s.dead < s.dead_last and s.dead < 0.95:
        return f"By the last record {dead(s.dead_last)} of the units of a hidden layer give 0 for every example."
    return f"In layer {s.dead_layer}, {dead(s.dead)} of the units give 0 for every example, before any training."


def _saturation(s, r):
    return f"{percent(s.saturation)} of the hidden slopes are nearly 0." if (s.saturation or 0) >= 0.1 else ""


def _loss(s, r):
    if s.curve is None or s.curve.entries < 8:
        return "" if s.accuracy is None else f"Training accuracy is {percent(s.accuracy)}."
    accuracy = "" if s.accuracy is None else f"; training accuracy {percent(s.accuracy)}"
    if s.curve.skipped:
        accuracy += f"; nan or inf on the way, look at these batches: {s.curve.skipped} of {s.curve.entries} entries"
    if s.curve.constant:
        return f"The loss is {s.curve.start:.3g} at every entry{accuracy}."
    if s.curve.fall is None:
        return f"The loss moved by {s.curve.drop:.2g} of its range, downward{accuracy}." if s.curve.drop > 0 else (
            f"The loss rose{accuracy}.")
    fall = f"{s.curve.fall:.2g}"
    return f"The loss ends {'near' if fall == '1' else f'at {fall} of'} its first value{accuracy}."


def _still(s, r):
    if s.curve.late is None:
        return ""
    stands = "It stands still: its" if s.curve.late > 0.95 else "Its"
    return f"{stands} last tenth is {s.curve.late:.2f} of its third quarter."


def _gap(s, r):
    if s.gap is not None:
        higher, lower = ("Training", "test") if s.gap >= 0 else ("Test", "training")
        near = "less than a point apart" if s.gap else "the same"
        return f"Training and test accuracy are {near}." if round(100 * abs(s.gap)) == 0 else (
            f"{higher} accuracy is {points(f'{100 * abs(s.gap):.0f}')} above {lower} accuracy.")
    first = "" if s.test_left is None or s.baseline else f"at {s.test_left:.2g} of the first training loss, "
    times = "near" if (s.test_rise or 1) < 1.05 else f"{'' if first else 'at '}{s.test_rise:.1f} times"
    loss = "" if s.test_rise is None else f"The test loss ends {first}{times} its smallest value."
    return f"{loss} Test accuracy is {percent(s.tested)}.".strip() if s.tested is not None else loss


def _broke(s, r):
    return "" if not s.broke else f"The run broke: {s.broke}."


def _broke_or_loss(s, r):
    return _broke(s, r) or _loss(s, r)
