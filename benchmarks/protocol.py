"""How speed is compared: a process per library, pinned to one core and one thread, rounds ABCABC, medians of ratios.

Within a round the libraries run one after the other, so that whatever slows the machine down slows all of them; the
ratio is taken within the round, and the median over the rounds is reported. If the middle half of the ratios spreads
over more than 15 % of the median, the verdict is "inconclusive". Seconds are those of the processor, not of the clock:
with one thread they are the same on a quiet machine, and on a busy one they leave out the time spent waiting.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SPREAD = 0.15
ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass
class Row:
    """One line of the table: a ratio, its spread, and the gate that it must keep ("<=" 1.9 or ">=" 5)."""

    name: str
    versus: str
    ratios: np.ndarray
    gate: tuple[str, float]
    note: str = ""

    @property
    def median(self):
        """The median ratio."""
        return float(np.median(self.ratios))

    @property
    def spread(self):
        """The width of the middle half of the ratios, as a share of the median."""
        low, high = np.percentile(self.ratios, [25, 75])
        return float((high - low) / self.median)

    @property
    def verdict(self):
        """"holds", "missed", or "inconclusive" if the ratios spread too widely."""
        sign, gate = self.gate
        if self.spread > SPREAD:
            return "inconclusive"
        return "holds" if (self.median <= gate if sign == "<=" else self.median >= gate) else "missed"

    def misses(self, slack):
        """Whether a ratio to the floor is above ``slack`` times its gate, and surely so."""
        return self.gate[0] == "<=" and self.spread <= SPREAD and self.median > slack * self.gate[1]

    def __str__(self):
        gate = f"{self.gate[0]} {self.gate[1]:g}"
        return (f"{self.name:34} {self.versus:20} {self.median:8.2f}  +-{50 * self.spread:4.1f} %   gate {gate:8}"
                f" {self.verdict:12} {self.note}")


class Worker:
    """A process that holds one library's side of every workload and times it on request."""

    def __init__(self, script, python=sys.executable):
        """Start ``script`` (a file of this folder) with one thread, on the last core at hand."""
        command = [python, str(Path(__file__).parent / script)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **ONE_THREAD})
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, {max(os.sched_getaffinity(0))})
        self.names = self._read()["workloads"]

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker {self.process.args} ended before it answered")
        return json.loads(line)

    def seconds(self, name):
        """Return the seconds that one call of the workload takes now."""
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        return self._read()["seconds"]

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def serve(workloads, least=0.05):
    """Be a worker: say which workloads there are, then answer each name on stdin with the CPU seconds of one call.

    ``workloads``: name -> function that sets up and returns the function to time. Calls are repeated for ``least`` s.
    """
    ready = {}
    print(json.dumps({"workloads": list(workloads)}), flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            ready[name] = workloads[name]()
            ready[name]()  # once to warm up
        start, calls = time.process_time(), 0
        while calls == 0 or time.process_time() - start < least:
            ready[name]()
            calls += 1
        print(json.dumps({"seconds": (time.process_time() - start) / calls}), flush=True)


def rounds(workers, name, count):
    """Return the seconds of each worker in each round, (count, workers), in the order ABCABC..."""
    return np.array([[worker.seconds(name) for worker in workers] for _ in range(count)])
