"""What papers say of width, depth and Muon, with the numbers of this chapter."""

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.nn.muon import newton_schulz_on_values

from . import depth, muon, rates, updates

SWEEP = ("ReLU, 4 layers, widths 32 to 512, 100 steps of 64 digits, 3 seeds, rates a factor 2 apart; exponents "
         "are fits over the widths.")
BLOCKS = ("Residual ReLU blocks of width 64, 4 to 64 of them, Adam, 100 steps of 64 digits, 3 seeds, rates a factor 2 "
          "apart.")


def stored(what, measure, expected, tolerance, unit=""):
    """Evidence that is read from the stored runs."""
    return Evidence(what, lambda: float(measure()), expected, tolerance, unit, stored="width_runs")


def grown(optimizer, rule):
    """How many times sigma_1 of the first hidden update, over the condition, grows from the first width to the last."""
    s = updates.moved(optimizer, rule, 1)["hidden"][:, 1]
    return float(s[-1] / s[0])


def reached(s):
    """What five steps of Newton-Schulz make of one singular value."""
    return float(newton_schulz_on_values(np.array([s]))[0])


def random(shape):
    """The singular values of a random matrix of that shape after five steps."""
    return muon.values("random", shape, 5)[1]


CLAIMS = (
    Claim(
        "R.40", "Yang and others 2022: under standard parametrization Adam's best learning rate changes with the "
        "width; under μP it stays, so that it can be tuned on a narrow network.",
        "holds", "In the limit of large width, for a fixed number of steps. At these widths the best rate under μP "
        "moves by one step of the grid, a factor of 2. Exponents are fits to five points of that grid: seed by seed "
        "they lie between −0.6 and −1 (standard) and between −0.2 and 0 (μP). μP need not end lower: tuned at width "
        "512, the standard rule does, here.",
        (
            stored("standard: exponent of the best rate as a power of n", lambda: rates.slope("Adam", "standard"),
                   -0.9, 0.2),
            stored("the same, the flattest of three seeds",
                   lambda: max(rates.slope("Adam", "standard", seed) for seed in range(3)), -0.6, 0.05),
            stored("the same, the steepest", lambda: min(rates.slope("Adam", "standard", seed) for seed in range(3)),
                   -1.0, 0.05),
            stored("μP: the exponent", lambda: rates.slope("Adam", "muP"), -0.2, 0.2),
            stored("standard, width 512: loss at its own best rate",
                   lambda: rates.losses("Adam", "standard", 512).min(), 0.0098, 0.001),
            stored("standard, width 512: loss at the best rate of width 32",
                   lambda: rates.loss_at("Adam", "standard", 512, rates.best("Adam", "standard", 32)), 0.071, 0.01),
            stored("μP, width 512: loss at its own best rate",
                   lambda: rates.losses("Adam", "muP", 512).min(), 0.016, 0.002),
        ), "best-rate?way=Adam&rule=standard&n=512", setting=SWEEP,
    ),
    Claim(
        "R.41", "Yang, Simon and Bernstein 2023: features are learned alike at every width if the largest "
        "singular values of weights and updates are of order √(n_out/n_in). (Adam at one rate exceeds it "
        "by up to n_in.)",
        "holds", "The growth of the first update with the width is measured here. The whole factor n_in is reached by "
        "a single example only.",
        (
            Evidence("Adam, standard: growth of σ₁ over the condition from width 32 to 512 (law: 16)",
                     lambda: grown("adam", "standard"), 16, 2),
            Evidence("gradient descent, standard: the same (law: 4)",
                     lambda: grown("sgd", "standard"), 4, 0.6),
            Evidence("Adam, μP: the same (law: 1)", lambda: grown("adam", "muP"), 1, 0.3),
        ), "coordinate-check?optimizer=Adam&rule=standard&t=1",
        setting="ReLU, 4 layers, one step on 64 digits, 3 seeds.",
    ),
    Claim(
        "R.42", "Infinite-width theory: under standard parametrization the learning rate of gradient descent must fall "
        "as 1/n, or training is unstable (as told, and corrected, by Haas and others 2025).",
        "holds if", "With squared error the best rate falls, and the rate of width 32 breaks training from 128 on. "
        "(Under μP, too, it breaks training at three widths, by one step of the grid.) With cross-entropy, whose "
        "gradient stays bounded when outputs grow, the best rate does not fall at these widths (Haas and others: the "
        "largest stable one falls as 1/√n).",
        (
            stored("squared error: exponent of the best rate as a power of n",
                   lambda: rates.slope("SGD, squared error", "standard"), -0.6, 0.2),
            *(stored(f"squared error, {rates.WRITTEN[rule]}: widths at which the best rate of width 32 breaks training",
                     lambda rule=rule: rates.broken("SGD, squared error", rule), 3, 0, "of 5") for rule in rates.RULES),
            stored("cross-entropy: the exponent", lambda: rates.slope("SGD", "standard"), 0.2, 0.2),
        ), "best-rate?way=SGD, squared error&rule=standard&n=512", setting=SWEEP,
    ),
    Claim(
        "R.43", "Bordelon and others 2024, Yang and others 2024: with branches scaled by 1/√L the best learning rate "
        "carries over from shallow residual networks to deep ones.",
        "holds if", "With Adam the rate of the blocks falls as 1/√L too, as depth-μP says; then the losses of all "
        "depths lie on one curve. For blocks of one layer.",
        (
            stored("s = 1/√L, one rate: exponent of the best rate as a power of L",
                   lambda: depth.slope("s = 1/√L"), -0.4, 0.15),
            stored("the same: loss at the rate 2⁻¹², 64 blocks over 4", lambda: depth.shift("s = 1/√L"), 0.36, 0.05),
            stored("depth-μP: the exponent", lambda: depth.slope("depth-μP"), -0.2, 0.2),
            stored("the same: loss at the rate 2⁻¹², 64 blocks over 4", lambda: depth.shift("depth-μP"), 0.92, 0.08),
        ), "depth-rate?scale=s = 1/√L&L=64", setting=BLOCKS,
    ),
    Claim(
        "R.44", "Jordan and others 2024 (Muon): five Newton–Schulz steps turn the singular values of an update into "
        "numbers between about 0.5 and 1.5.",
        "holds if", "They are at least 0.0015 of the root of the sum of their squares. Smaller ones grow at most 485 "
        "times, and a large square random matrix has some.",
        (
            Evidence("64 × 96, random: smallest after five steps", lambda: float(random("64 × 96").min()), 0.68, 0.01),
            Evidence("64 × 96, random: largest", lambda: float(random("64 × 96").max()), 1.13, 0.02),
            Evidence("256 × 256, random: smallest", lambda: float(random("256 × 256").min()), 0.076, 0.002),
            Evidence("a singular value of 0.0015 after five steps", lambda: reached(0.0015), 0.68, 0.02),
            Evidence("one of 0.0001", lambda: reached(1e-4), 0.0485, 0.001),
        ), "newton-schulz?shape=256 × 256&source=random&steps=5",
        setting="Gaussian matrices, seed 0, float64; values before are over the root of the sum of squares.",
    ),
    Claim(
        "R.45", "The README of Muon: its learning rate has built-in muP scaling, and need not be tuned again when the "
        "model gets larger.",
        "holds if", "Nearly, for the hidden matrices: the best rate falls by 2 where Adam's falls by 4. The arrays "
        "that are left to Adam need a rule of their own.",
        (
            stored("Muon, widths 32 to 256: log2 of how far the best rate falls",
                   lambda: muon.muons_best("standard", 32)[0] - muon.muons_best("standard", 256)[0], 1, 0.5),
            stored("Adam, standard: the same", lambda: rates.best("Adam", "standard", 32)
                   - rates.best("Adam", "standard", 256), 2, 0.5),
            stored("width 256 at the best rate of 32, the rest by the standard rule: loss",
                   lambda: muon.copied("standard", 256), 0.042, 0.01),
            stored("the same, the rest by μP", lambda: muon.copied("muP", 256), 0.026, 0.006),
            stored("width 256: Muon's lowest loss", lambda: muon.muons_best("standard", 256)[1], 0.0071, 0.001),
        ), "muon?rest=standard&n=256",
        setting="ReLU, 4 layers, 100 steps of 64 digits, 3 seeds, rates a factor 2 apart; Adam at a tenth of the rate.",
    ),
)
