"""The examination: a reader's network, trained within the budget, held against the bars, with a hint where it fails."""

from dataclasses import dataclass

import numpy as np

from vgtext import nn
from vgtext.ask import Verdict
from vgtext.ask.call import call, show_printed
from vgtext.ask.describe import describe
from vgtext.diagnose import Recording, diagnose
from vgtext.explore.show import current_mode

from .instruments import ENOUGH, EVEN, IMAGES, factor, follow
from .plans import BATCH, DEPTH, STEPS, WIDTH, accuracies, digits, treat
from .runs import TEST_BAR, TRAIN_BAR

SEEDS = (0, 1)


@dataclass(frozen=True)
class Finding:
    """What one seed of a network showed: before the first step, and at the end of the budget."""

    seed: int
    factor: float  # of the error signal between layers
    directions: float  # at the last hidden layer
    train: float
    test: float
    recording: Recording

    @property
    def passes(self):
        """Whether all bars are reached."""
        return self.factor <= EVEN and self.train >= TRAIN_BAR and self.test >= TEST_BAR

    def __str__(self):
        return (f"seed {self.seed}: error within {self.factor:.2g}-fold (bar {EVEN:.0f}), training {self.train:.0%} "
                f"(bar {TRAIN_BAR:.0%}), test {self.test:.0%} (bar {TEST_BAR:.0%})")


def check_rescue(my_network, learning_rate=0.02, optimizer="sgd", seeds=SEEDS):
    """Train ``my_network(seed)`` within the budget for each seed and return a Verdict: is the patient rescued?

    ``my_network`` returns an untrained :class:`vgtext.nn.Network` of 50 dense layers, 64 units wide, from 64 pixels to
    10 classes. The budget is fixed: 300 steps with 64 digits each. Prints what was measured, one line a seed.
    """
    refused = refuse_training(learning_rate, optimizer)
    if refused:
        return Verdict(False, refused)
    for seed in seeds:
        net, problem, printed = call(my_network, (seed,)) if callable(my_network) else (None, NOT_CALLABLE, "")
        show_printed(printed)
        problem = problem or refuse_network(net)
        if problem:
            return Verdict(False, problem)
        finding = examine(net, learning_rate, optimizer, seed)
        print(finding)
        if not finding.passes:
            return Verdict(False, hint(finding))
    return Verdict(True, f"The patient is rescued: {DEPTH} layers of {WIDTH}, {STEPS} steps, {len(seeds)} seeds.")


NOT_CALLABLE = "Give the function itself, my_network and not my_network(0): it is called with one seed after the other."


def refuse_training(rate, optimizer):
    """Say what is not allowed about the training, "" if nothing."""
    if isinstance(rate, bool) or not isinstance(rate, (int, float, np.number)) or not 0 < rate < np.inf:
        return f"learning_rate must be a number above 0, such as 0.02; got {describe(rate)}."
    if optimizer not in tuple(nn.OPTIMIZERS):
        return f"optimizer must be one of {', '.join(nn.OPTIMIZERS)}; got {describe(optimizer)}."
    return ""


def refuse_network(net):
    """Say what is not allowed about a network, "" if nothing: fifty layers of 64 units stay what they are."""
    if not isinstance(net, nn.Network):
        return f"my_network(seed) must return a network of vgtext.nn, such as nn.mlp(…); got {describe(net)}."
    if net.depth != DEPTH:
        return f"The network must keep its {DEPTH} layers; this one has {net.depth}. Fewer layers are another patient."
    for l, layer in enumerate(net.layers[1:], 1):
        n_out, n_in = layer.W.shape
        wanted = (10 if l == DEPTH else WIDTH, WIDTH)
        if (n_out, n_in) != wanted:
            return (f"Layer {l} must have {wanted[0]} units and {wanted[1]} inputs; this one has {n_out} and {n_in}. "
                    "Depth and width stay as they are.")
    if not np.isfinite(net.theta).all():
        return "The network's weights hold nan or inf before the first step."
    return ""


def examine(net, rate, optimizer="sgd", seed=0):
    """Measure a network, train it within the budget, and return the :class:`Finding`."""
    d = digits()
    start = follow(net, d.x[:, :IMAGES], d.y[:IMAGES])
    run = treat(net, rate, seed, optimizer=optimizer, record_every=25, progress=current_mode() == "live")
    train, test = accuracies(run)
    return Finding(seed, factor(start.error), float(start.directions[-1]), float(train), float(test),
                   Recording.of_history(run, net, rate))


def hint(finding):
    """Say which bar was missed first, and what is likely to blame."""
    found = diagnose(finding.recording)
    if finding.factor > EVEN:
        lead = (f"Before the first step the error signal differs by a factor of {finding.factor:.2g} between layers; "
                f"at most {EVEN:.0f} is asked for.")
    elif finding.train < TRAIN_BAR:
        lead = (f"The training accuracy is {finding.train:.0%} after {STEPS} steps of {BATCH} digits; {TRAIN_BAR:.0%} "
                "is asked for.")
    else:
        lead = f"The test accuracy is {finding.test:.0%}; {TEST_BAR:.0%} is asked for."
    if finding.directions < ENOUGH and found.cause in ("label noise", "undecided", "healthy", "vanishing by depth"):
        return (f"{lead} Sizes are in order, but only {finding.directions:.1f} directions reach the last hidden layer: "
                "the layers have mixed up what tells the digits apart. Add shortcuts, or start orthogonal.")
    if found.cause in ("healthy", "undecided"):
        return f"{lead} Nothing is wrong with signals and steps: it learns, and needs larger steps or a better start."
    return f"{lead} The likely cause: {found.cause}. {found.remedy}"
