"""A generator and its critic, trained against each other on points of a bow; one of the two is watched."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.strangers.models import build
from vgtext.diagnose import Recorder

NOISE, SHOWN = 8, 500
#: the one that is not watched
SOUND = {"kind": "mlp", "opt": "adam", "norm": None, "shortcut": None, "act": "leaky", "init": "he", "depth": 4,
         "width": 48, "lr": 1e-3}
OPTIMIZERS = {"adam": lambda p, lr: torch.optim.Adam(p, lr, (0.5, 0.99)),
              "nadam": lambda p, lr: torch.optim.NAdam(p, lr, (0.5, 0.99)),
              "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr, 0.99)}


def bow(n, rng):
    """Return n points near a bent line around (2, 1), as float32 (n, 2)."""
    x = 0.8 * rng.standard_normal(n)
    points = np.stack([2 + x, 1 + 0.5 * x**2], 1) + 0.1 * rng.standard_normal((n, 2))
    return torch.tensor(points, dtype=torch.float32)


def arc(n, rng):
    """Return n points near half a circle around (2, -2), as float32 (n, 2)."""
    angle, radius = np.pi * rng.random(n), 1.5 + 0.3 * rng.standard_normal(n)
    return torch.tensor(np.stack([2 + radius * np.sin(angle), radius * np.cos(angle) - 2], 1), dtype=torch.float32)


def energy(a, b):
    """Return the energy distance of two sets of points: 0 if they come from one distribution."""
    return float(2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean())


def score(generator, draw, rng):
    """Return 1 - energy distance of what is made and what is real, over that of a standard cloud; at least 0."""
    real, cloud = draw(SHOWN, rng), torch.tensor(rng.standard_normal((SHOWN, 2)), dtype=torch.float32)
    with torch.no_grad():
        made = generator(torch.tensor(rng.standard_normal((SHOWN, NOISE)), dtype=torch.float32))
    if not torch.isfinite(made).all():
        return 0.0
    return float(np.clip(1 - energy(made, real) / energy(cloud, real), 0, 1))


def train(s):
    """Return (recording of the watched network, (score, score)) of a setup; nan scores where the run broke."""
    rng, watched, draw = np.random.default_rng(s["seed"]), s["watch"], arc if s["data"] == "arc" else bow
    shapes = {"generator": (NOISE, 2), "critic": (2, 1)}
    own = {name: s | {"kind": "mlp"} if name == watched else s | SOUND | {"bias": {}, "std": None} for name in shapes}
    nets = {name: build(own[name], *shape) for name, shape in shapes.items()}
    copy = build(own[watched], *shapes[watched]) if s["held"] == "copy" else nets[watched]
    if s["held"] and s["held"] != "copy":
        for module in [m for m in nets[watched].modules() if isinstance(m, torch.nn.Linear)][: s["held"]]:
            module.requires_grad_(False)
    optimizers = {name: OPTIMIZERS[own[name]["opt"]]((copy if name == watched else net).parameters(), own[name]["lr"])
                  for name, net in nets.items()}
    recorder, broke = Recorder(nets[watched], optimizers[watched], every=s["steps"] // 8), 0
    for step in range(1, s["steps"] + 1):
        real = draw(s["batch"], rng)
        noise = torch.tensor(rng.standard_normal((s["batch"], NOISE)), dtype=torch.float32)
        for name in shapes:
            optimizers[name].zero_grad()
            nets[name].train(), nets["critic" if name == "generator" else "generator"].eval()
            made = nets["generator"](noise)
            if name == "generator":
                judged = -nets["critic"](made)
                loss = (judged if s["loss"] == "hinge" else F.softplus(judged)).mean()
            else:
                sides = torch.tensor([1.0, -1.0]).repeat_interleave(len(real))
                judged = -nets["critic"](torch.cat([real, made.detach()]))[:, 0] * sides
                loss = (F.relu(1 + judged) if s["loss"] == "hinge" else F.softplus(judged)).mean()
            loss.backward()
            optimizers[name].step()
            if name == watched:
                recorder.step(loss)
                broke += not math.isfinite(float(loss.detach()))
        if broke > 3:
            return recorder.recording(), (np.nan, np.nan)
        if step % (s["steps"] // 8) == 0 and not broke:
            recorder.evaluate(train_accuracy=score(nets["generator"], draw, rng),
                              test_accuracy=score(nets["generator"], draw, rng))
    ended = (np.nan, np.nan) if broke else tuple(score(nets["generator"], draw, rng) for _ in range(2))
    return recorder.recording(), ended
