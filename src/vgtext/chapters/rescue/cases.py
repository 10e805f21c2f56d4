"""Case files: four more patients, each to be diagnosed from its chart."""

import numpy as np

from vgtext.diagnose import diagnose

from .charts import CASES, charts
from .patient import draw_look, draw_loss, in_words
from .plans import STEPS


def diagnosis(case):
    """What ``vgtext.diagnose`` says of a case."""
    return diagnose(charts()[case].recording())


def share_kept(case="C", layers=slice(0, -1)):
    """The median over hidden layers of the step that was made over the step that was asked for, at the first record."""
    chart = charts()[case]
    return float(np.median(chart.got[0, layers] / chart.asked[0, layers]))


def draw_case(losses, layers, case="A", look="weight gradient", step=1):
    """The loss of a case, and one instrument layer by layer at one step."""
    chart = charts()[case]
    loss = draw_loss(losses, chart, step, top=4.8, label=20 if case == "D" else -20)
    values = draw_look(layers, chart, look, step, (1e-18, 1e5))
    return (f"Case {case}: {len(values)} layers, {STEPS} steps. At step {step} the loss is {loss:.1f}, and "
            f"{in_words(look, values)}")


NAMES = tuple(CASES)
