"""Name the cause of a training run's trouble from what was recorded of it, whatever the framework.

    from vgtext.diagnose import Recording, diagnose
    print(diagnose(Recording(gradient=..., activation=..., update_ratio=..., loss=...)))

:class:`Recording` says what can be recorded, :class:`Recorder` records it from PyTorch and :class:`KerasRecorder` from
Keras, :func:`read_log` reads the losses and accuracies of a log, ``symptoms`` measures the telling numbers, ``table``
has the questions with their limits and remedies, ``rules`` asks them, and ``slips`` has what a recorder sees in the
code of a loop. NumPy is all that is needed; ``report`` draws with the rest of this book.
"""

from .checklist import Checklist
from .keras import KerasRecorder
from .logs import read_log
from .recorder import Recorder
from .recording import Recording
from .rules import Diagnosis, diagnose
from .symptoms import Symptoms, measure_symptoms
from .table import CAUSES, ROWS, UNDECIDED

__all__ = ["CAUSES", "ROWS", "UNDECIDED", "Checklist", "Diagnosis", "KerasRecorder", "Recorder", "Recording",
           "Symptoms", "diagnose", "measure_symptoms", "read_log"]
