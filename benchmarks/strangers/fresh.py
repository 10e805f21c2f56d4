"""A third set, made after the rules had been fixed: other data, networks, optimizers and seeds; scored once.

    python -m benchmarks.strangers.fresh      # needs torch; some minutes; writes the stored file again

It is here because a rule was changed for a generator and its critic after both halves had been seen. So half of
it are pairs of these two, and data in order of class with their healthy look-alikes; the rest is of other causes.
"""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import torch

from benchmarks.strangers.__main__ import deserved, kind, run
from benchmarks.strangers.recipes import group
from vgtext.chapters.detection import torch_runs

ARC = {"kind": "pair", "data": "arc", "watch": "generator", "act": "leaky", "depth": 5, "opt": "adam", "lr": 1e-3,
       "steps": 450, "batch": 96}
JUDGE = ARC | {"watch": "critic", "width": 64}
WINE = {"data": "wine", "width": 24, "depth": 4, "batch": 16, "lr": 0.05}
CLUSTERS = {"data": "clusters", "width": 40, "depth": 6, "opt": "nadam", "lr": 2e-3, "act": "silu"}
TEMPORAL = {"kind": "temporal", "data": "waves", "T": 24, "depth": 4, "width": 16, "opt": "adam", "lr": 3e-3,
            "init": None}
GRU = TEMPORAL | {"kind": "recurrent", "cell": "gru", "depth": 2, "width": 24, "lr": 1e-2}
MIXER = {"kind": "mixer", "data": "rows", "depth": 2, "width": 24, "act": "gelu", "opt": "adamw", "lr": 2e-3,
         "init": None, "steps": 350}
DEEP = {"data": "clusters", "width": 40, "lr": 0.03}


def recipes():
    """Return all recipes of the set, in a fixed order."""
    groups = (*pairs(), *orders(), *others())
    return [(cause, setup | {"seed": setup["seed"] + 50_000}, mended | {"seed": setup["seed"] + 50_000})
            for part in groups for cause, setup, mended in part]


def pairs():
    """Yield generators and critics, healthy and sick."""
    yield group("healthy", {}, [ARC, ARC | {"norm": "layer", "act": "silu"}, JUDGE | {"act": "relu", "shortcut": "he"},
                                ARC | {"opt": "nadam", "act": "gelu", "depth": 4}, ARC | {"loss": "hinge"},
                                JUDGE | {"loss": "hinge"}])
    yield group("vanishing by activation", {"act": "leaky", "init": "he"},
                [base | {"act": "sigmoid", "init": "xavier", "depth": 9, "width": 40} for base in (ARC, JUDGE)])
    yield group("vanishing by initialization", {"init": "he"},
                [base | {"act": "gelu", "init": 0.4, "depth": 9} for base in (ARC, JUDGE)])
    yield group("exploding", {"init": "he"},
                [base | {"act": "leaky", "init": 3.4, "depth": 9, "width": 40} for base in (ARC, JUDGE)])
    yield group("learning rate too small", {"lr": 1e-3},
                [ARC | {"opt": "nadam", "lr": 2e-6}, JUDGE | {"lr": 1e-7}, ARC | {"loss": "hinge", "lr": 1e-6}])
    yield group("learning rate too large", {"lr": 1e-3},
                [ARC | {"opt": "nadam", "lr": 0.5}, JUDGE | {"lr": 3.0, "opt": "nadam"},
                 JUDGE | {"lr": 1.0, "loss": "hinge"}])
    yield group("layers not trained", {"held": None}, [ARC | {"held": 3}, JUDGE | {"held": "copy", "opt": "nadam"}])
    yield group("dead units", {"bias": {}}, [ARC | {"act": "relu", "bias": {2: -20.0}},
                                             JUDGE | {"act": "relu", "bias": {1: -25.0}}])


def orders():
    """Yield data in order of class, and healthy runs whose loss jumps for other reasons: small batches, restarts."""
    yield group("healthy", {}, [WINE | {"batch": 2, "steps": 600}, CLUSTERS | {"schedule": "restarts"},
                                {"batch": 4, "lr": 0.01, "steps": 900, "depth": 4}, TEMPORAL | {"batch": 8}])
    yield group("data in order of class", {"ordered": False}, [
        base | {"ordered": True, "steps": 600} for base in (
            WINE | {"batch": 4}, CLUSTERS | {"batch": 24}, TEMPORAL | {"batch": 24}, GRU | {"batch": 16},
            MIXER | {"batch": 16}, {"data": "tumours", "loss": "bce", "width": 32, "depth": 4, "batch": 8},
            {"depth": 3, "width": 128, "opt": "rmsprop", "lr": 1e-3, "act": "elu", "batch": 16})])
    yield group("data in order of class", {"ordered": False}, [
        base | {"ordered": True, "steps": 600, "batch": 12} for base in (
            {"opt": "momentum", "lr": 0.01, "act": "gelu", "depth": 4},
            {"kind": "conv", "data": "images", "width": 8, "act": "silu", "opt": "nadam", "lr": 2e-3, "depth": 4})])


def others():
    """Yield two runs of each of the other causes, on networks and data that the halves do not have."""
    yield group("healthy", {}, [MIXER, GRU, WINE | {"opt": "adagrad", "lr": 0.02}, CLUSTERS])
    yield group("vanishing by activation", {"act": "relu", "init": "he"},
                [DEEP | {"act": "sigmoid", "init": "xavier", "depth": 11}])
    yield group("vanishing by initialization", {"init": "he"},
                [DEEP | {"act": "elu", "init": 0.45, "depth": 11}, TEMPORAL | {"init": 0.4, "depth": 9, "opt": "sgd",
                                                                             "lr": 0.05}])
    yield group("vanishing by depth", {"depth": 5}, [DEEP | {"depth": 75, "lr": 0.02}])
    yield group("exploding", {"init": "he"}, [DEEP | {"init": 3.2, "depth": 11}, TEMPORAL | {"init": 3.5, "depth": 9}])
    yield group("dead units", {"bias": {}}, [CLUSTERS | {"act": "relu", "bias": {3: -25.0}}])
    yield group("vanishing through time", {"T": 6}, [
        {"kind": "recurrent", "data": "memory", "T": 110, "cell": "gru", "depth": 2, "width": 40, "opt": "nadam",
         "lr": 5e-3, "init": None}])
    yield group("underflow in half precision", {"half": 0.0}, [CLUSTERS | {"half": 3e-7, "opt": "adam"},
                                                               TEMPORAL | {"half": 1e-7}])
    yield group("learning rate too small", lambda s: {"lr": s["lr"] * 1000},
                [MIXER | {"lr": 2e-6}, DEEP | {"lr": 3e-5}])
    yield group("learning rate too large", lambda s: {"lr": s["lr"] / 1000},
                [MIXER | {"lr": 2.0}, CLUSTERS | {"lr": 2.0}])
    yield group("late divergence", {"schedule": None}, [CLUSTERS | {"schedule": "ramp"},
                                                        WINE | {"schedule": "jump"}])
    yield group("weight decay too large", {"decay": 0.0}, [CLUSTERS | {"decay": 1.0}, MIXER | {"decay": 30.0}])
    yield group("layers not trained", {"held": None}, [MIXER | {"held": "copy"}, TEMPORAL | {"held": 2}])
    yield group("bad batch or operation", {"poison": None}, [MIXER | {"poison": (95, "log")},
                                                             GRU | {"poison": (130, "sqrt")}])
    yield group("overfitting", {"examples": None}, [CLUSTERS | {"examples": 60}, TEMPORAL | {"examples": 40}])
    yield group("label noise", {"noise": 0.0}, [MIXER | {"noise": 0.5}, CLUSTERS | {"noise": 0.5}])
    yield group("flat output", {"out": None}, [
        {"data": "tumours", "loss": "bce", "out": "softmax", "act": "gelu", "opt": "nadam", "lr": 1e-3, "width": 32}])
    yield group("scale of inputs or targets", {"scale_x": 1.0, "scale_y": 1.0}, [
        WINE | {"scale_x": 400.0}, TEMPORAL | {"scale_x": 2000.0, "opt": "sgd", "lr": 0.05}])


def main(workers=2, folder=None):
    """Make the runs, throw out those that do not deserve their label, write the file; a folder keeps what is done."""
    kept, thrown, todo = [], Counter(), recipes()
    with ProcessPoolExecutor(workers) as pool:
        done = list(pool.map(partial(run, folder=folder), todo))
    for (cause, setup, _), result in zip(todo, done):
        if deserved(cause, setup, *result):
            kept.append(torch_runs.Stranger("fresh", cause, f"{cause}: {kind(setup)}: {setup}", *result))
        else:
            thrown[cause] += 1
            print("thrown out:", cause, setup, result[1], result[2], flush=True)
    torch_runs.write(kept, torch.__version__, "detection_fresh")
    print(len(kept), "runs; thrown out", dict(thrown))


if __name__ == "__main__":
    main(int((sys.argv[1:] or [2])[0]), *sys.argv[2:3])
