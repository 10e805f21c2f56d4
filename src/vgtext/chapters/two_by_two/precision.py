"""Where numbers of 8, 16, 32 and 64 bits give out: a depth for every factor a."""

from functools import cache

import numpy as np

from vgtext.claims import Claim, Evidence
from vgtext.explore import handle
from vgtext.nn.theory.floats import FORMATS, last_depth
from vgtext.palette import COLORS, REFERENCE, THEORY, log_axis

from .repeated import norms

FACTORS = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0]

lost = cache(last_depth)


def draw_float_depths(ax, a=0.2, loss_scale=1.0):
    """After how many factors a product a·a·… is lost, in six number formats, against a."""
    ax.set_xscale("log")
    ax.set_xlim(0.008, 13)
    log_axis(ax, 0.4, 1e5, "depth at which it is lost")
    ax.set_xticks([0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.01", "0.1", "0.2", "0.5", "1", "2", "5", "10"])
    ax.minorticks_off()
    ax.set_xlabel("factor a of each layer")
    ax.axvline(a, **REFERENCE)
    handle(ax, lambda a: (a, lost(a, "float64", loss_scale)[0]))
    for name, marker in zip(FORMATS, "DPov^s", strict=True):
        for part, limit in ((np.geomspace(0.008, 0.99, 60), FORMATS[name].smallest),
                            (np.geomspace(1.01, 13, 60), FORMATS[name].largest)):
            ax.plot(part, (np.log(limit) - np.log(loss_scale)) / np.log(part), **THEORY, label=f"theory, {name}")
        depths = [lost(x, name, loss_scale)[0] for x in FACTORS]
        ax.plot(FACTORS, depths, linestyle="none", marker=marker, markersize=4, color=COLORS["backward"], label=name)
        ax.plot([a], [lost(a, name, loss_scale)[0]], marker=marker, markersize=9, color=COLORS["backward"])
    ax.legend(handles=[line for line in ax.lines if line.get_label() in FORMATS])
    depth, end = ({name: lost(a, name, loss_scale)[i] for name in FORMATS} for i in (0, 1))
    fate = "overflows" if a > 1 else "sticks near the smallest number" if end["float64"] else "is exactly 0"
    depths = ", ".join(f"{depth[name]:,} ({name})" for name in FORMATS if depth[name])
    scale = f"a loss scaled by {loss_scale:,.0f}" if loss_scale > 1 else "no loss scaling"
    odd = "".join(f" {name} {'cannot hold this loss' if np.isinf(end[name]) else 'rounds this factor to 1'}."
                  for name in FORMATS if not depth[name])
    return f"With a = {a:g} and {scale}, the error signal {fate} after this many layers: {depths}.{odd}"


CLAIMS = (
    Claim(
        "S3.6", "0.01ˡ tends to zero and 1.5ˡ to infinity.", "holds", "",
        (
            Evidence("0.01¹⁰", lambda: norms([[0.01]])[10], 1e-20, 1e-30),
            Evidence("1.5²⁰", lambda: norms([[1.5]])[20], 1.5**20, 1e-8),
            Evidence("factors 0.01 until float32 holds exactly 0", lambda: lost(0.01, "float32")[0],
                     np.log(FORMATS["float32"].smallest) / np.log(0.01), 1.0, "layers"),
            Evidence("factors 1.5 until float32 overflows", lambda: lost(1.5, "float32")[0],
                     np.log(FORMATS["float32"].largest) / np.log(1.5), 1.0, "layers"),
        ), "float-depths",
        setting="Numbers, and the formats that hold them; float32 with its subnormal numbers.",
    ),
)
