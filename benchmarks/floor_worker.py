"""The floor of every workload: see ``numpy_worker.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from numpy_worker import main

if __name__ == "__main__":
    sys.argv.append("--floor")
    main()
