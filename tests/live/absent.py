"""A browser's Python, acted out: started as a script of its own, this takes away what is not there.

``python absent.py CODE [--no-scipy]`` runs CODE with ``sys.platform`` set and without the modules that a browser lacks.
"""

import importlib.machinery
import importlib.util
import sys

ABSENT = {"_multiprocessing", "multiprocessing", "concurrent.futures.process", "threadpoolctl", "tqdm", "anywidget",
          "traitlets", "ipywidgets", "IPython", "nbformat", "nbclient", "sklearn.datasets", "pytest"}


class Absence:
    """Finds, before anything else does, that a module is not there; of scikit-learn there are the data files alone."""

    def __init__(self, absent):
        self.absent = absent
        self.sklearn = importlib.util.find_spec("sklearn").submodule_search_locations

    def find_spec(self, name, path=None, target=None):
        if name in self.absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name == "sklearn":
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = self.sklearn
            return spec


def go(absent=frozenset()):
    """Be in a browser from here on, without the modules that are always absent and those of ``absent``."""
    import matplotlib.figure  # noqa: F401  NumPy and matplotlib are those of the machine
    import numpy  # noqa: F401

    for name in [name for name in sys.modules if name.split(".")[0] in ABSENT]:
        del sys.modules[name]
    sys.meta_path.insert(0, Absence(ABSENT | set(absent)))
    sys.platform = "emscripten"


if __name__ == "__main__":
    go({"scipy"} if "--no-scipy" in sys.argv else ())
    exec(sys.argv[1])
