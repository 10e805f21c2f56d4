"""The number that answers each question, in a few words, and what to record where there is none."""

from .digits import dead, factor, percent, points, ratio, round_trip, told
from .logic import every
from .table import GAP, ROWS, TOO_SLOW

MOST_WISHES = 4  # things to record next that are named at once


def measured(cause, s):
    """Return the number that answers a cause's question, in a few words; "" where it was not recorded."""
    c = s.curve
    trip = None if s.round_trip is None else round_trip(s.round_trip)
    by_layer = None if s.forward is None else (
        f"{trip}; a layer: forward {factor(s.forward)}, backward {factor(s.backward)}")
    peak = None if s.ratio_peak is None else f"ratio {ratio(s.ratio_peak)}"
    words = {
        "layers not trained": layers_of(s.no_update or s.no_gradient or s.slow) if (
            s.no_update or s.no_gradient or s.slow) else (
            None if s.no_update is None and s.no_gradient is None else "all move"),
        "bad batch or operation": None if s.broke is None else (s.broke or "no nan"),
        "scale of inputs or targets": ", ".join(filter(None, (
            s.input is not None and f"inputs {s.input:.2g}", c and f"first loss {c.start:.2g}"))),
        "underflow in half precision": s.no_gradient is not None and (
            f"0 in {layers_of(s.no_gradient)}" if s.no_gradient else "no gradient is 0"),
        "flat output": s.all_zero is not None and ("all gradients 0" if s.all_zero else "gradients above 0"),
        "data in order of class": c and f"{c.waves} jumps",
        "late divergence": c and c.lowest is not None and c.fall is not None and (
            f"lowest {c.lowest:.2g}, end {c.fall:.2g} of its start"),
        "weight decay too large": s.shrinks is not None and f"{s.shrinks:.2g} of their first size",
        "dead units": s.dead is not None and (f"{dead(s.dead)} in layer {s.dead_layer}" if s.dead else "none"),
        "vanishing through time": s.through_time is not None and f"{s.through_time:.1g}",
        "warm-up missing": s.collapse is not None and f"{s.collapse:.2g} of the first",
        "learning rate too large": peak, "learning rate too small": peak,
        "overfitting": s.gap is not None and points(told(100 * s.gap, 0, 100 * GAP, write="{:z.{}f}", digits=0)),
        "label noise": c and c.late is not None and f"{c.late:.2f} of its third quarter",
        "healthy": f"accuracy {percent(s.accuracy)}" if s.accuracy is not None else c and c.fall is not None and (
            f"loss {c.fall:.2g} of its start"),
    }
    return words.get(cause, trip if cause == "exploding" else by_layer) or ""


def missing(s, recording, candidates):
    """Return what was not recorded and would narrow the diagnosis down: the few most telling, these first."""
    curve_known = s.broke or (s.curve is not None and s.curve.fall is not None)
    known = {
        "vanishing by depth": s.round_trip is not None,
        "label noise": curve_known, "late divergence": curve_known, "data in order of class": curve_known,
        "learning rate too large": s.ratio is not None,
        "dead units": (s.dead is not None) if s.silent is None else True,
        "overfitting": any(known is not None for known in (s.gap, s.test_rise, s.tested)),
        "vanishing through time": s.through_time is not None,
        "layers not trained": s.no_update is not None,
        "weight decay too large": s.shrinks is not None,
        "scale of inputs or targets": s.input is not None,
        "underflow in half precision": recording.precision is not None,
        "bad batch or operation": s.ratio is not None and not s.broke,
        "warm-up missing": s.collapse is not None and (s.collapse > 0.5 or _early(recording)),
        "flat output": s.all_zero is not None and s.dead is not None,
    }
    order = ("vanishing by depth", *(cause for cause in known if cause != "vanishing by depth"))
    wanted = {"vanishing by activation": "vanishing by depth", "exploding": "vanishing by depth",
              "vanishing by initialization": "vanishing by depth", "learning rate too small": "learning rate too large"}
    asked = {wanted.get(cause, cause) for cause in candidates} | {"vanishing through time"} & set(candidates)
    rows = {row.cause: row.record for row in ROWS}
    more = [words for words, wish in (
        ("whether it has shortcuts and normalization layers (shortcuts, normalized)",
         "exploding" in candidates and known["vanishing by depth"]
         and every(recording.shortcuts, recording.normalized) is None),
        ("the share of dead units of every layer, or the error before its activation function (activation_error)",
         "vanishing by activation" in candidates and s.forward is not None and not s.slopes_known)) if wish]
    found = [*more, *(rows[cause] for cause in order if cause in asked and not known[cause])]
    return tuple(dict.fromkeys(found))[:MOST_WISHES]


def others(s):
    """Say which other update-to-weight ratios tell something beside the first; "" if none does."""
    peak = "" if s.ratio_peak is None or s.ratio_peak <= 2 * s.ratio else f", the largest {ratio(s.ratio_peak)}"
    mean = f", the mean over the run {s.travel:.2g}" if s.travel is not None and s.travel < 0.1 * s.ratio_peak else ""
    lags = s.ratio_slowest is not None and s.ratio_slowest < TOO_SLOW <= s.ratio_peak
    return f"{peak}{mean}" + (f", in the slowest layer {s.ratio_slowest:.2g} at most" if lags else "")


def unmoved(s):
    """Say which layers' updates are 0, and why that may be."""
    if len(s.no_update) == s.layers > 1:
        return ("The updates of all layers are exactly 0 in every record: frozen, or not in the optimizer, or it makes "
                "no step between the backward pass and recorder.step.")
    return f"The updates of {layers_of(s.no_update)} are exactly 0 in every record: frozen, or not in the optimizer."


def rounded_away(s, r):
    """Say which steps weights of 16 bits cannot make; "" of other weights."""
    share = {"bfloat16": 256, "float16": 2048}.get(r.precision)
    return share and (f"In {r.precision} a step below 1/{share} of a weight may be rounded away: keep a copy of the "
                      "weights in float32, before you raise the rate.")


def _early(recording):
    """Were gradients recorded at several of the first steps?"""
    return recording.steps is not None and 5 <= sum(step <= 64 for step in recording.steps)


def layers_of(numbers):
    """Write layer numbers in words."""
    words = [str(n) for n in numbers]
    shown = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1] if len(words) < 7 else (
        f"{words[0]} to {words[-1]}" if numbers[-1] - numbers[0] + 1 == len(numbers) else
        f"{', '.join(words[:5])} and {len(words) - 5} more")
    return f"layer{'s' if len(words) > 1 else ''} {shown}"
