"""The engine against its floor, the bare matrix products, and against PyTorch where a Python has it.

The floor multiplies by ``np.dot``. Where ``vgtext.nn.fast.matmul`` finds a faster form, ours may be below it.
"""

import subprocess
import time

import numpy as np

from benchmarks.protocol import Row, Worker, rounds
from benchmarks.sizes import NETWORKS
from vgtext import nn

#: workload -> (ours / floor at most, PyTorch / ours at least); None: no such gate
GATES = {
    "signals 32": (1.9, 5.0), "signals 64": (1.4, 3.2), "signals 128": (1.25, 1.7), "signals 256": (1.15, 1.1),
    "train sgd": (1.6, 2.6), "train adam": (1.75, 2.6), "train batch norm": (2.8, 2.6),
    "rnn": (1.1, 2.7), "lstm": (1.35, 2.7), "gru": (1.35, 2.7),
    "transformer relu": (None, 1.0), "transformer gelu_tanh": (None, 1.0),
    f"sweep {NETWORKS}": (None, 5.0), "2x2 powers": (None, 50.0), "2x2 products": (None, 50.0),
}


def run(options):
    """Yield the rows of the table."""
    workers = {"ours": Worker("numpy_worker.py"), "floor": Worker("floor_worker.py")}
    if _has_torch(options.torch):
        workers["torch"] = Worker("torch_worker.py", options.torch)
    else:
        print(f"{options.torch} has no PyTorch: the comparison with it is left out (--torch PYTHON names another)")
    try:
        for name, gates in GATES.items():
            if options.only in name:
                yield from _compare(workers, name, gates, options.rounds)
    finally:
        for worker in workers.values():
            worker.close()
    if options.only in "depth":
        print(*depth_line(), sep="\n")


def _compare(workers, name, gates, count):
    floor_gate, torch_gate = gates
    libraries = [k for k in workers if k == "ours" or (k == "floor" and floor_gate) or k == "torch"]
    if "sweep" in name:
        count = min(count, 7)
    seconds = rounds([workers[k] for k in libraries], name, count)
    time_of = dict(zip(libraries, seconds.T))
    note = ", ".join(f"{k} {1e3 * np.median(t):.3g} ms" for k, t in time_of.items())
    if "floor" in time_of:
        yield Row(name, "ours / floor", time_of["ours"] / time_of["floor"], ("<=", floor_gate), note)
    if "torch" in time_of:
        if "floor" in time_of:
            note += f"; PyTorch / floor {np.median(time_of['torch'] / time_of['floor']):.2f}: what no engine passes"
        yield Row(name, "PyTorch / ours", time_of["torch"] / time_of["ours"], (">=", torch_gate), note)
    if "torch" in time_of and "sweep" in name:
        ours, theirs = (np.array([w.seconds(k) for _ in range(count)])
                        for w, k in ((workers["ours"], name), (workers["torch"], f"{name} vmap")))
        yield Row(name, "torch.vmap / ours", theirs / ours, (">=", 2.5))


def depth_line(width=32, batch=32, depths=(100, 300, 1000, 3000, 10_000)):
    """Return lines of text: time and memory of a forward and backward pass against depth, and the fitted exponent."""
    lines, seconds = [f"\ndepth   ms a pass   us a layer   MB held   (width {width}, batch {batch}, tanh, norms)"], []
    for depth in depths:
        W, _ = nn.sample_weights(depth, width)
        x, g = nn.sample_batch(width, batch)
        runs = []
        for _ in range(5):
            start = time.process_time()
            nn.propagate(W, None, x, g)
            runs.append(time.process_time() - start)
        seconds.append(min(runs))
        held = W.nbytes + 2 * (depth + 1) * width * batch * 4
        lines.append(f"{depth:6d} {1e3 * seconds[-1]:10.2f} {1e6 * seconds[-1] / depth:12.2f} {held / 1e6:9.1f}")
    exponent = np.polyfit(np.log(depths), np.log(seconds), 1)[0]
    return [*lines, f"time grows as depth^{exponent:.2f}, memory as depth^1"]


def _has_torch(python):
    return subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0
