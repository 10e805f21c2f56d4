"""Name the cause of a training run's trouble from what was recorded of it, whatever the framework.

    from vgtext.diagnose import Recording, diagnose
    print(diagnose(Recording(gradient=..., activation=..., update_ratio=..., loss=...)))

:class:`Recording` says what can be recorded, ``symptoms`` reads the telling numbers from it, ``rules`` asks the
questions. Plain NumPy; nothing else of this book is needed.
"""

from .recording import Recording
from .rules import CAUSES, UNDECIDED, Diagnosis, diagnose
from .symptoms import Symptoms, read

__all__ = ["CAUSES", "UNDECIDED", "Diagnosis", "Recording", "Symptoms", "diagnose", "read"]
