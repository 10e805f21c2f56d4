"""The chapter's exercises: what is asked, the right answer, and the wrong ones that readers come to."""

import numpy as np

from vgtext.ask import Exercise

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise(
            "branch", "the scale s of the branches, a number", lambda: np.sqrt(np.exp(0.01) - 1),
            mistakes=(
                (lambda: 0.1, "Nearly: this is 1/√L, and 1.01 to the power 100 is 2.705. Exactly e is asked for."),
                (lambda: 0.01, "This is 1/L. The factor of the squared error is 1 + s²χ: the scale enters squared."),
                (lambda: np.exp(0.01) - 1, "This is s². Take the root."),
                (lambda: np.exp(0.01), "This is the factor of one layer, 1 + s². Solve for s."),
                (lambda: np.sqrt(np.exp(0.02) - 1), "This lets the error itself grow e-fold; the square was asked."),
            ),
            tolerance=0.001,
        ),
        Exercise(
            "sum-of-norms", "the factor on the squared error signal, a number",
            lambda L, slope, v: np.prod(1 + slope / (v * np.arange(1, L + 1))),
            lambda rng: (int(rng.integers(2, 200)), rng.uniform(0.2, 1.0), rng.uniform(0.2, 1.0)),
            mistakes=(
                (lambda L, slope, v: (1 + slope / v) ** L,
                 "This gives every branch the weight of the first. The stream grows, so later ones count less."),
                (lambda L, slope, v: np.prod(slope / (v * np.arange(1, L + 1))),
                 "This leaves out the shortcut, the 1 of 1 + χ."),
                (lambda L, slope, v: 1 + (slope / (v * np.arange(1, L + 1))).sum(),
                 "Factors of layers multiply; this adds them up."),
                (lambda L, slope, v: np.prod(np.sqrt(1 + slope / (v * np.arange(1, L + 1)))),
                 "This is the factor of the error signal; its square was asked for."),
                (lambda L, slope, v: np.prod(1 + slope / (v * np.arange(1, L))), "One layer is missing, the last."),
            ),
        ),
        Exercise(
            "apart", "the share of the signal that differs between inputs, a number",
            lambda a: np.linalg.norm(a - a.mean(axis=1, keepdims=True)) / np.linalg.norm(a),
            lambda rng: (rng.normal(size=(6, 1)) + rng.uniform(0.1, 1) * rng.normal(size=(6, 20)),),
            mistakes=(
                (lambda a: np.linalg.norm(a - a.mean(axis=0, keepdims=True)) / np.linalg.norm(a),
                 "This takes off each example's mean over the units. Columns are examples: average over axis 1."),
                (lambda a: np.linalg.norm(a - a.mean()) / np.linalg.norm(a),
                 "This takes off one number. What all inputs share is one number for each unit."),
                (lambda a: (np.linalg.norm(a - a.mean(axis=1, keepdims=True)) / np.linalg.norm(a)) ** 2,
                 "This is its square, a share of the power. Sizes are norms here."),
                (lambda a: np.linalg.norm(a - a.mean(axis=1, keepdims=True)),
                 "This is its size. Divide by the size of the whole."),
            ),
        ),
    )
}
