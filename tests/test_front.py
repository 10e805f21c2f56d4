"""The front page: what it says of its figure holds in every state of it."""

import numpy as np

from vgtext.chapters.problem import layer_sizes


def test_what_the_front_page_says_of_its_figure_holds_at_every_depth():
    shares = {change: [] for change in ("sigmoid units", "weights × 4", "as it is")}
    for depth in range(2, 51):
        for change, found in shares.items():
            gradient = layer_sizes(change, depth).gradient
            found.append(gradient[1] / gradient[depth])
    fading = shares["sigmoid units"]
    assert fading[0] < 1 and all(np.diff(fading) < 0)
    assert min(shares["weights × 4"]) > 1
    assert 0.5 < min(shares["as it is"]) <= max(shares["as it is"]) < 2.5
