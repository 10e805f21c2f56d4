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
    "color": "activations/chain normalization/price normalization/self_normalizing",
    "caption": "mitigation/journey",
    "bound": "mitigation/hundred"}.items()}
#: How many numbers of a figure's caption are not drawn, at most: they are measured on what is, or beside it.
BESIDE = {name: most for most, names in {
    1: "attention/collapse attention/stream backprop/by_hand backprop/promise backprop/step_size causes/slopes "
       "clipping/bias clipping/spike clipping/start clipping/thresholds consequences/epochs_needed "
       "consequences/explosion consequences/frozen_layers detection/dead_units detection/false_friends "
       "initialization/he_xavier initialization/scale mitigation/map normalization/companions recurrence/memory "
       "normalization/healed normalization/sharing problem/yardsticks recurrence/learning "
       "rescue/operation shortcuts/noise shortcuts/sizes two_by_two/columns two_by_two/order "
       "two_by_two/three_rules width/best_rate width/depth_rate",
    2: "activations/dying attention/bound attention/saturation backprop/wrong_gradient causes/mean_and_variance "
       "causes/plane causes/rates clipping/valley consequences/loss_scaling consequences/rounded_away "
       "consequences/sharpening consequences/step_size consequences/stillness detection/one_number "
       "detection/strangers detection/update_ratios initialization/spectrum mitigation/hundred mitigation/pair "
       "normalization/tuning problem/float_range recurrence/paths shortcuts/norms shortcuts/training width/muon "
       "width/newton_schulz",
    3: "activations/shape backprop/last_layer clipping/step consequences/freezing normalization/residual "
       "shortcuts/paths shortcuts/shattered",
    4: "attention/logits causes/depth_over_width consequences/largest_rate detection/confusion "
       "mitigation/forecast problem/growth recurrence/same_or_fresh",
    7: "clipping/cliff"}.items() for name in names.split()}
