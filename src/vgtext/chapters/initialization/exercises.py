"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext import nn
from vgtext.ask import Exercise

#: Limits a of uniform weights on (-a, a), and the number of inputs, of the exercise "scale-of-uniform".
LAYERS = ((0.1225, 400), (0.1, 75), (0.0625, 256))


def scale_of_uniform():
    """σ_w of the three layers: a/√3 times √n_in."""
    return np.array([a / np.sqrt(3) * np.sqrt(n) for a, n in LAYERS])


def halves_left(L=50):
    """What Glorot leaves of He's error signal after L - 1 ReLU layers."""
    return 2.0 ** (-(L - 1) / 2)


def slope_of_leak(rng):
    """A slope of the negative side."""
    return (float(rng.uniform(0.05, 0.6)),)


def gain_of_leak(alpha):
    """The σ_w that keeps both signals through leaky ReLUs."""
    return np.sqrt(2 / (1 + alpha**2))


def layer_shape(rng):
    """Two unlike widths."""
    n_in, n_out = rng.permutation([int(rng.integers(40, 60)), int(rng.integers(150, 200))])
    return int(n_in), int(n_out)


def mean_squares(n_in, n_out):
    """How Glorot changes the mean square of a component, forward and backward: linear layer."""
    return np.array([2 * n_in / (n_in + n_out), 2 * n_out / (n_in + n_out)])


def a_gain(rng):
    """An activation by name (not ReLU: its factor 1 would hide every mistake)."""
    return (str(rng.choice(["tanh", "sigmoid", "gelu", "silu", "softplus"])),)


def unit_factor(activation):
    """The factor of ‖delta‖ a layer when z has variance 1 in every layer."""
    mean, phi = nn.meanfield.gaussian_mean, nn.get_activation(activation)
    return np.sqrt(mean(lambda u: phi.derivative(u) ** 2) / mean(lambda u: phi(u) ** 2))


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "scale-of-uniform", "the weight scales of the three layers, an array of three numbers", scale_of_uniform,
            mistakes=(
                (lambda: np.array([a for a, _ in LAYERS]), "These are the limits, not the weight scales."),
                (lambda: np.array([a * np.sqrt(n) for a, n in LAYERS]),
                 "A uniform weight on ±w_max has the standard deviation w_max/√3, not w_max."),
                (lambda: np.array([a / np.sqrt(3) for a, _ in LAYERS]),
                 "This is the standard deviation of a weight. The scale is that times the root of the inputs."),
                (lambda: np.array([a * a / 3 * n for a, n in LAYERS]), "This is the square of the weight scale."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "halves", "what layer 1 gets of the error signal of layer 50, a number", halves_left,
            mistakes=(
                (lambda: 2.0**-25, "There are 49 steps from layer 50 to layer 1, not 50."),
                (lambda: 2.0**-49, "That is what is left of the square. The size has the root of it."),
                (lambda: 2.0**24.5, "Glorot's weights are too small for ReLU: the signal shrinks."),
            ),
            tolerance=0.01,
        ),
        Exercise(
            "leak", "the weight scale σ_w from the slope α, a number", gain_of_leak, slope_of_leak,
            mistakes=(
                (lambda alpha: 2 / (1 + alpha**2), "This is σ_w². The scale is its root."),
                (lambda alpha: 2**0.5, "This is He's value for α = 0: the negative side passes something on, too."),
                (lambda alpha: np.sqrt(2 / (1 + alpha)), "A slope α scales the second moment by α²."),
                (lambda alpha: np.sqrt((1 + alpha**2) / 2), "Upside down: a smaller share kept needs larger weights."),
            ),
        ),
        Exercise(
            "both-ways", "two factors of the mean square, forward and backward: an array of two", mean_squares,
            layer_shape,
            mistakes=(
                (lambda i, o: mean_squares(i, o)[::-1], "The other way round: a sum in z runs over n_in terms."),
                (lambda i, o: np.sqrt(mean_squares(i, o)), "These are the factors of the size, not of its square."),
                (lambda i, o: np.array([1.0, o / i]), "This is a layer with variance 1/n_in, LeCun's."),
                (lambda i, o: np.ones(2), "Glorot keeps both only if n_in = n_out."),
            ),
        ),
        Exercise(
            "unit-variance", "the factor of ‖δ‖ per layer, a number", unit_factor, a_gain,
            mistakes=(
                (lambda name: unit_factor(name) ** 2, "This is the factor of the square."),
                (lambda name: np.sqrt(nn.meanfield.chi(name, q=1.0)),
                 "These are the slopes alone; the weights that keep the variance at 1 multiply, too."),
                (lambda name: 1 / unit_factor(name), "Upside down: φ′ belongs on top, φ below."),
            ),
        ),
    )
}
