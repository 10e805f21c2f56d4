"""Train a setup with a recorder attached, and plant the faults that arise in training."""

import math
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer, load_digits, load_wine, make_classification

from benchmarks.strangers import pair
from benchmarks.strangers.models import build
from vgtext.diagnose import Recorder

DEFAULT = {
    "kind": "mlp",
    "depth": 5,
    "width": 48,
    "act": "relu",
    "norm": None,
    "init": "he",
    "std": None,
    "shortcut": None,
    "bias": {},
    "out": None,
    "pool": False,
    "cell": "lstm",
    "data": "digits",
    "loss": "ce",
    "opt": "sgd",
    "lr": 0.1,
    "schedule": None,
    "steps": 250,
    "batch": 64,
    "decay": 0.0,
    "seed": 0,
    "examples": None,
    "noise": 0.0,
    "ordered": False,
    "scale_x": 1.0,
    "scale_y": 1.0,
    "shift_y": 0.0,
    "held": None,
    "half": 0.0,
    "poison": None,
    "T": 8,
}
SEQUENCES = ("recurrent", "transformer", "temporal", "mixer")
OPTIMIZERS = {
    "sgd": lambda p, s: torch.optim.SGD(p, s["lr"], weight_decay=s["decay"]),
    "momentum": lambda p, s: torch.optim.SGD(p, s["lr"], momentum=0.9, weight_decay=s["decay"]),
    "adam": lambda p, s: torch.optim.Adam(p, s["lr"], weight_decay=s["decay"]),
    "adamw": lambda p, s: torch.optim.AdamW(p, s["lr"], weight_decay=s["decay"]),
    "nadam": lambda p, s: torch.optim.NAdam(p, s["lr"], weight_decay=s["decay"]),
    "adagrad": lambda p, s: torch.optim.Adagrad(p, s["lr"], weight_decay=s["decay"]),
    "rmsprop": lambda p, s: torch.optim.RMSprop(p, s["lr"], weight_decay=s["decay"]),
}
SCHEDULES = {
    None: lambda t: 1.0,
    "step": lambda t: 1.0 if t < 0.5 else 0.1 if t < 0.75 else 0.01,
    "cosine": lambda t: 0.5 * (1 + math.cos(math.pi * t)),
    "warmup": lambda t: min(1.0, t / 0.2 + 0.005),
    "warmup, cosine": lambda t: min(1.0, t / 0.1 + 0.01) * 0.5 * (1 + math.cos(math.pi * t)),
    "restarts": lambda t: 0.55 + 0.45 * math.cos(math.pi * (4 * t % 1)),
    "ramp": lambda t: 1.0 if t < 0.6 else 10 ** (4 * min(1.0, (t - 0.6) / 0.2)),
    "jump": lambda t: 1.0 if t < 0.7 else 3000.0,
}


@cache
def data(name, T):
    """Return x, y of the training and of the test examples, as float32 and int64 (float32 for a regression)."""
    rng = np.random.default_rng(0)
    if name in ("digits", "images", "rows"):
        d = load_digits()
        x = (d.data / 16 - 0.3) / 0.38
        x = x.reshape({"digits": (-1, 64), "images": (-1, 1, 8, 8), "rows": (-1, 8, 8)}[name])
        y = d.target
    elif name == "tumours":
        d = load_breast_cancer()
        x, y = (d.data - d.data.mean(0)) / d.data.std(0), d.target
    elif name == "wine":
        d = load_wine()
        x, y = (d.data - d.data.mean(0)) / d.data.std(0), d.target
    elif name == "clusters":
        x, y = make_classification(1500, 20, n_informative=12, n_classes=6, n_clusters_per_class=1, flip_y=0.0,
                                   class_sep=2.0, random_state=0)
        x = (x - x.mean(0)) / x.std(0)
    elif name == "waves":
        y = rng.integers(0, 4, 1500)
        phase, time = 2 * np.pi * rng.random((1500, 1)), np.arange(T)
        x = np.sin(0.3 * (1 + y[:, None]) * time + phase) + 0.2 * rng.standard_normal((1500, T))
        x = x[:, :, None]
    elif name == "memory":
        y = rng.integers(0, 4, 1500)
        x = np.concatenate([0.1 * rng.standard_normal((1500, T, 4)), np.zeros((1500, T, 1))], axis=2)
        x[np.arange(1500), 0, y] += 1
        x[:, 0, 4] = 1
    else:
        x = rng.standard_normal((1500, 10))
        y = np.tanh(x @ rng.standard_normal((10, 3))) @ rng.standard_normal(3)
        y = (y - y.mean()) / y.std()
    order = rng.permutation(len(y))
    x, y = torch.tensor(x[order], dtype=torch.float32), torch.tensor(y[order])
    y = y.float() if y.dtype == torch.float64 else y.long()
    n = len(y) * 3 // 4
    return x[:n], y[:n], x[n:], y[n:]


class Rounded(torch.autograd.Function):
    """The identity, whose gradient goes through float16."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return g.half().float()


def round_gradients(net):
    """Let every module with weights hand its gradients on in float16, as mixed precision does."""
    for module in net.modules():
        if getattr(module, "weight", None) is not None:
            module.register_forward_hook(lambda m, i, o: Rounded.apply(o))
            for p in module.parameters(recurse=False):
                p.register_post_accumulate_grad_hook(_round)


def _round(p):
    p.grad.copy_(p.grad.half().float())


def loss_of(s, out, y):
    if s["loss"] == "ce":
        return F.cross_entropy(out, y)
    if s["loss"] == "bce":
        return (
            F.binary_cross_entropy(out[:, 0].clamp(1e-7, 1 - 1e-7), (y > 0).float())
            if s["out"]
            else F.binary_cross_entropy_with_logits(out[:, 0], (y > 0).float())
        )
    return F.mse_loss(out[:, 0], y)


def poisoned(s, step, x, out, loss):
    """Add the operation that has no number for an answer, at the step that was planted."""
    if s["poison"] is None or step < s["poison"][0]:
        return loss
    kind, zero = s["poison"][1], 0.0 * out.flatten(1)
    return (
        loss
        + 1e-3
        * {
            "sqrt": lambda: zero.square().sum(1).sqrt().mean(),
            "log": lambda: -(zero.sum().abs()).log(),
            "divide": lambda: (zero / zero.norm()).sum(),
            "inf": lambda: out.sum() * float("inf"),
        }[kind]()
    )


def accuracy(s, net, x, y):
    """Return the share of right answers; for a regression 1 - (mean squared error / variance)."""
    net.eval()
    with torch.no_grad():
        out = net(x)
        if s["loss"] == "mse":
            score = 1 - float(F.mse_loss(out[:, 0], y) / y.var())
        elif s["loss"] == "bce":
            score = float(((out[:, 0] > (0.5 if s["out"] else 0)) == (y > 0)).float().mean())
        else:
            score = float((out.argmax(1) == y).float().mean())
    net.train()
    return score


def train(setup):
    """Return (recording, (training score, test score)) of a setup; nan scores where the run broke."""
    s = DEFAULT | setup
    if s["kind"] == "pair":
        return pair.train(s)
    x, y, xt, yt = data(s["data"], s["T"])
    rng = np.random.default_rng(s["seed"])
    x, y = x[: s["examples"]] * s["scale_x"], y[: s["examples"]]
    xt = xt * s["scale_x"]
    if s["noise"]:
        swap, other = (
            torch.tensor(v) for v in (rng.random(len(y)) < s["noise"], rng.integers(0, int(y.max()) + 1, len(y)))
        )
        y = torch.where(swap, other, y)
        swap, other = (
            torch.tensor(v) for v in (rng.random(len(yt)) < s["noise"], rng.integers(0, int(y.max()) + 1, len(yt)))
        )
        yt = torch.where(swap, other, yt)
    if s["loss"] == "mse":
        y, yt = y.float() * s["scale_y"] + s["shift_y"], yt.float() * s["scale_y"] + s["shift_y"]
    n_out = int(y.max()) + 1 if s["loss"] == "ce" and s["out"] != "softmax" else 1
    net = build(s, x.shape[-1] if s["kind"] in SEQUENCES else x[0].numel(), n_out)
    if s["half"]:
        round_gradients(net)
    trained = [p for name, p in net.named_parameters()]
    layers = [m for m in net.modules() if hasattr(m, "weight") and m.weight is not None and m.weight.ndim > 1]
    if s["held"] == "copy":
        trained = list(
            build(s, x.shape[-1] if s["kind"] in SEQUENCES else x[0].numel(), n_out).parameters()
        )
    elif s["held"] is not None:
        frozen = {id(p) for m in layers[: s["held"]] for p in m.parameters()}
        if s["held"] > 0:
            for m in layers[: s["held"]]:
                m.requires_grad_(False)
        trained = [p for p in trained if id(p) not in frozen]
    optimizer = OPTIMIZERS[s["opt"]](trained, s)
    recorder = Recorder(net, optimizer, every=max(s["steps"] // 8, 1))
    order = torch.argsort(y, stable=True) if s["ordered"] else torch.tensor(rng.permutation(len(y)))
    at, broke = 0, 0
    for step in range(1, s["steps"] + 1):
        for group in optimizer.param_groups:
            group["lr"] = s["lr"] * SCHEDULES[s["schedule"]](step / s["steps"])
        if at + 1 > len(order):
            at, order = 0, order if s["ordered"] else torch.tensor(rng.permutation(len(y)))
        batch = order[at : at + s["batch"]]
        at += s["batch"]
        optimizer.zero_grad()
        out = net(x[batch])
        loss = poisoned(s, step, x[batch], out, loss_of(s, out, y[batch]))
        (loss * s["half"] if s["half"] else loss).backward()
        optimizer.step()
        recorder.step(loss)
        broke += not math.isfinite(float(loss.detach()))
        if step % (s["steps"] // 8) == 0 and not broke and s["loss"] != "mse":
            recorder.evaluate(train_accuracy=accuracy(s, net, x, y), test_accuracy=accuracy(s, net, xt, yt))
        if broke > 3:
            return recorder.recording(), (np.nan, np.nan)
    return recorder.recording(), (np.nan, np.nan) if broke else (accuracy(s, net, x, y), accuracy(s, net, xt, yt))
