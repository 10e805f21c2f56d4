"""What figures are allowed that other figures are not, and why."""

#: What a law is about, and the figures whose signs mean something else, on purpose.
MEANT = {about: names.split() for about, names in {
    # no forecast of a line beside it: averages that single runs do not follow, what would be at infinite width
    # or precision, or a small part of a line
    "theory": "problem/growth problem/float_range backprop/step_size "
              "two_by_two/order two_by_two/random_products two_by_two/float_depths causes/plane "
              "consequences/stillness detection/round_trip activations/chain clipping/angles recurrence/paths "
              "mitigation/journey mitigation/forecast attention/saturation attention/precision "
              "width/best_rate rescue/directions",
    # the same, for a curve that is moved by some layers
    "shift": "backprop/error_signal activations/chain normalization/self_normalizing recurrence/paths",
    "label": "backprop/by_hand",
    "axis": "consequences/stillness",
    "handle": "activations/kink clipping/recurrent",
    # a handle that stays in its panel where its line does not, or beside marks of something else
    "held": "problem/two_lists problem/float_range detection/round_trip normalization/healed clipping/cliff",
    # told where a straight line begins, beside what was chosen
    "letter": "activations/kink",
    "color": "activations/chain normalization/price normalization/self_normalizing",
    "caption": "mitigation/journey",
    "bound": "mitigation/hundred"}.items()}
#: At how many places of a figure's caption a number is not drawn: it is measured on what is, or beside it.
BESIDE = {name: most for most, names in {
    1: "bench_page/runs mitigation/map problem/yardsticks width/muon",
    2: "recurrence/learning width/newton_schulz",
    7: "mitigation/forecast"}.items() for name in names.split()}
