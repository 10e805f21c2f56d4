"""The few numbers that a diagnosis rests on, measured from a recording; None where what they need was not recorded.

The most telling one is the **round trip**: what is left of a signal that runs forward through the hidden layers, times
what is left of the error that runs back,

    R = (|a[L-1]| / |a[1]|) * (|delta[2]| / |delta[L]|),    |delta[l]| recorded, or estimated by |dL/dW[l]| / |a[l-1]|.

Weight gradients alone can hide it: where both signals fade alike, |dL/dW[l]| is the same in all layers. It is measured
in the first record in which every layer gets a signal: a head that starts at 0 sends none at step 1. Exact zeros and
nan are never divided; they are symptoms of their own.
"""

from dataclasses import dataclass

import numpy as np

from . import accuracies, losses, sizes, trips


@dataclass(frozen=True)
class Symptoms:
    """What can be measured in a :class:`~vgtext.diagnose.recording.Recording`; None means not recorded."""

    broke: str | None  # where nan or inf began, in words; "" if nowhere
    curve: losses.Curve | None  # what the loss did
    accuracy: float | None  # training accuracy at the end
    best: float | None  # the best training accuracy on the way
    accuracy_range: float | None  # its largest minus its smallest value, of three evaluations or more
    climb: float | None  # how much it rose in the second half of its evaluations; of two or three, since the first
    tested: float | None  # test accuracy at the end
    gap: float | None  # training minus test accuracy at the end
    test_rise: float | None  # test loss at the end / its smallest value
    left: float | None  # training loss at the end / its start, or the loss of the best constant answer if that is less
    wrong: float | None  # the largest share of wrong answers that a classifier's loss allows, beside a constant's
    test_left: float | None  # test loss at the end / the same
    test_high: float | None  # the largest test loss of the second half of its evaluations / the same
    loss_gap: float | None  # how far the test loss ends above the training loss / the same
    ripples: bool | None  # is the training loss, waves and all, far below the test loss?
    swings: float | None  # a test loss of the second half of its evaluations / the lowest before it, and after it
    common: float | None  # share of the most frequent class, at least, by the entropy of the classes
    baseline: bool  # is the loss of the best constant answer known?
    scored: bool  # is an accuracy or a test loss known, or that batches hold several classes?
    made: int  # steps, or entries of the loss where these are more: one may stand for many steps
    layers: int | None
    row: int | None  # the record in which signals are measured
    forward: float | None  # factor a layer by which activations change, layer 1 to L-1
    backward: float | None  # factor a layer by which the error changes, layer L to 2
    round_trip: float | None  # log10 R
    one_jump: bool | None  # is a growth R that of one hop between layers, and the others make none?
    round_trip_last: float | None  # the same in the last record that allows it
    profile: float | None  # log10 of |dL/dW[1]| / |dL/dW[L]|
    no_gradient: tuple[int, ...] | None  # layers whose gradient is exactly 0 in every record
    no_update: tuple[int, ...] | None  # layers that have a gradient, and whose update is exactly 0 in every record
    slow: tuple[int, ...] | None  # layers that move far less than another, though their gradient is as large
    all_zero: bool | None  # is the gradient of every layer exactly 0, in the last record?
    comes_back: float | None  # the last layer's error in the last record: what the loss sends back
    smallest: float | None  # the smallest gradient above 0 beside layers without one
    collapse: float | None  # median gradient of the last record / of the first
    cosine: float | None  # the least cosine between updates and gradients, over the records in which it is known
    ratio: float | None  # update-to-weight ratio, median over layers, at the first record in which it is not 0
    ratio_peak: float | None  # the largest such median: what a schedule takes away is no symptom
    ratio_later: float | None  # the same after the first record
    ratio_before: float | None  # the last such median before the run broke
    ratio_slowest: float | None  # the largest such ratio of the layer in which it is smallest
    ratio_fastest: float | None  # the largest update-to-weight ratio of any layer, at any record
    dead: float | None  # largest share of dead units in a hidden layer, at the first record
    dead_layer: int | None
    dead_last: float | None  # the same at the last record
    dead_output: bool | None  # is the output 0 for every example, at the last record?
    dead_outputs: float | None  # share of the outputs that are 0 for every example, at the last record
    silent: bool | None  # does a hidden layer pass nothing on, at the first record: activation exactly 0?
    silent_last: bool | None  # the same at the last record
    saturation: float | None  # mean share in the hidden layers, at the first record
    no_weights: bool  # are the weights of a hidden layer exactly 0 in the first record?
    shrinks: float | None  # the smallest median weight norm of a record / that of the first
    input: float | None  # root mean square of the inputs, at the first record
    bad_input: bool  # did the inputs hold nan or inf at a record?
    through_time: float | None  # gradient at the first time step / the largest
    through_time_last: float | None  # the same in the last record that has any
    grows_in_time: float | None  # gradient at the first time step / that of the median step
    nan_gradient_first: bool | None  # did gradients hold nan at a step whose loss was a number?
    never_a_number: bool  # was the loss recorded, and nan or inf from its first entry on?
    passes_forward: bool | None  # are the activations of the first record ordinary numbers?
    growth: float | None  # log10 of the last hidden layer's activation over the first one's, at the first record
    halves: bool | None  # are all hidden activations about a half, as those of sigmoids?
    slope: float | None  # of the hidden units: the error before an activation over that after it; median layer
    travel: float | None  # update-to-weight ratio, median over layers, mean over the steps
    rate_kept: bool | None  # did the learning rate end at half of its largest value, or above?
    alike: bool  # are all hidden activations nearly 0 though norms set their sizes, as where examples do not differ?
    many_answers: bool  # has an example many answers, as a text has one for each token?

    @property
    def fall(self):
        """Loss at the end / loss at the start; None where that says nothing."""
        return None if self.curve is None else self.curve.fall

    @property
    def slopes_known(self):
        """Is anything known of the slopes of the hidden units?"""
        return bool(self.halves) or any(known is not None for known in (self.dead, self.slope, self.saturation))


def measure_symptoms(recording):
    """Return the :class:`Symptoms` of a recording; raises TypeError for what is none."""
    if not hasattr(recording, "given"):
        raise TypeError(f"measure_symptoms takes a Recording(loss=..., ...), got {type(recording).__name__}")
    r, whole = recording, sizes.whole(recording)
    curve = None if r.loss is None else losses.measure(r.loss)
    constant = losses.constant(curve, r.constant_loss, r.loop)
    first = {name: whole[name][0] for name in whole if len(whole[name])}
    last = {name: whole[name][-1] for name in whole if len(whole[name])}
    layers = next((len(row) for row in first.values()), None)
    row, signals, ends = trips.signals(whole, layers)
    dead = sizes.dead(first.get("dead"))
    peak, later, before, fastest, slowest = sizes.medians(whole.get("ratio"))
    return Symptoms(
        broke=sizes.where_it_broke(r), curve=curve,
        **accuracies.measure(r.train_accuracy, r.test_accuracy), test_rise=sizes.rise(r.test_loss),
        **losses.shares(curve, r.loss, r.test_loss, constant), baseline=constant is not None,
        common=losses.common(r.constant_loss, accuracies.steadied(r.train_accuracy)),
        scored=any(v is not None for v in (r.train_accuracy, r.test_accuracy, r.test_loss)) or bool(r.mixed),
        made=max(0 if r.loss is None else len(r.loss), 0 if r.steps is None else int(r.steps[-1])),
        layers=layers, row=row, forward=signals[0], backward=signals[1], round_trip=signals[2], one_jump=signals[3],
        round_trip_last=ends, halves=trips.halves(whole, row),
        profile=trips.profile(whole.get("gradient")), no_gradient=sizes.never(whole.get("gradient")),
        no_update=sizes.unmoved(whole.get("update", whole.get("ratio")), whole.get("gradient"), r.precision),
        slow=sizes.slow(whole.get("ratio"), whole.get("gradient")),
        all_zero=sizes.all_zero(last.get("gradient"), r.time_gradient),
        comes_back=float(last["error"][-1]) if "error" in last else None,
        smallest=sizes.smallest(first.get("gradient")), collapse=sizes.quotient(whole.get("gradient")),
        cosine=sizes.least(r.cosine), ratio=sizes.first_median(whole.get("ratio")),
        ratio_peak=peak, ratio_later=later, ratio_before=before, ratio_fastest=fastest, ratio_slowest=slowest,
        dead=dead[0], dead_layer=dead[1], dead_last=sizes.dead(last.get("dead"))[0],
        dead_outputs=float(last["dead"][-1]) if "dead" in last else None,
        dead_output=sizes.dead_output(last), silent=sizes.silent(first),
        silent_last=sizes.silent(last),
        saturation=float(first["saturation"][:-1].mean()) if "saturation" in first and layers > 1 else None,
        no_weights="weight" in first and bool((first["weight"][:-1] == 0).any()),
        shrinks=sizes.smallest_quotient(whole.get("weight")),
        input=None if r.input is None or not np.isfinite(r.input[0]) else float(r.input[0]),
        bad_input=r.input is not None and not np.isfinite(r.input).all(),
        through_time=sizes.through_time(r.time_gradient), grows_in_time=sizes.through_time(r.time_gradient, np.median),
        through_time_last=sizes.through_time(r.time_gradient, record=-1),
        nan_gradient_first=sizes.nan_gradient_first(r),
        never_a_number=r.loss is not None and curve is None, passes_forward=sizes.passes_forward(r.activation),
        growth=trips.profile(whole["activation"][:1, -2::-1]) if "activation" in whole and layers > 2 else None,
        slope=None if r.shortcuts else trips.slope(whole, row), travel=sizes.travel(r),
        rate_kept=None if r.learning_rate is None else bool(
            np.ravel(r.learning_rate)[-1] >= 0.5 * np.max(r.learning_rate)), many_answers=bool(r.many_answers),
        alike=bool(r.normalized and not r.shortcuts and layers and sizes.nearly_zero(first.get("activation"))),
    )


