"""A generator and its critic, trained against each other on points of a bow; one of the two is watched."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.strangers.models import build
from vgtext.diagnose import Recorder

NOISE, SHOWN = 8, 500
SOUND = {"kind": "mlp", "act": "leaky", "init": "he", "depth": 4, "width": 48, "lr": 1e-3}  # the one not watched


def bow(n, rng):
    """Return n points near a bent line around (2, 1), as float32 (n, 2)."""
    x = 0.8 * rng.standard_normal(n)
    points = np.stack([2 + x, 1 + 0.5 * x**2], 1) + 0.1 * rng.standard_normal((n, 2))
    return torch.tensor(points, dtype=torch.float32)


def energy(a, b):
    """Return the energy distance of two sets of points: 0 if they come from one distribution."""
    return float(2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean())


def score(generator, rng):
    """Return 1 - energy distance of what is made and what is real, over that of a standard cloud; at least 0."""
    real, cloud = bow(SHOWN, rng), torch.tensor(rng.standard_normal((SHOWN, 2)), dtype=torch.float32)
    with torch.no_grad():
        made = generator(torch.tensor(rng.standard_normal((SHOWN, NOISE)), dtype=torch.float32))
    if not torch.isfinite(made).all():
        return 0.0
    return float(np.clip(1 - energy(made, real) / energy(cloud, real), 0, 1))


def train(s):
    """Return (recording of the watched network, (score, score)) of a setup; nan scores where the run broke."""
    rng, watched = np.random.default_rng(s["seed"]), s["watch"]
    shapes = {"generator": (NOISE, 2), "critic": (2, 1)}
    own = {name: s | {"kind": "mlp"} if name == watched else s | SOUND | {"bias": {}, "std": None} for name in shapes}
    nets = {name: build(own[name], *shape) for name, shape in shapes.items()}
    copy = build(own[watched], *shapes[watched]) if s["held"] == "copy" else nets[watched]
    optimizers = {name: torch.optim.Adam((copy if name == watched else net).parameters(), own[name]["lr"], (0.5, 0.99))
                  for name, net in nets.items()}
    recorder, broke = Recorder(nets[watched], optimizers[watched], every=s["steps"] // 8), 0
    for step in range(1, s["steps"] + 1):
        real = bow(s["batch"], rng)
        noise = torch.tensor(rng.standard_normal((s["batch"], NOISE)), dtype=torch.float32)
        for name in shapes:
            optimizers[name].zero_grad()
            nets[name].train(), nets["critic" if name == "generator" else "generator"].eval()
            made = nets["generator"](noise)
            if name == "generator":
                loss = F.softplus(-nets["critic"](made)).mean()
            else:
                loss = F.softplus(-nets["critic"](torch.cat([real, made.detach()]))[:, 0] * torch.tensor(
                    [1.0, -1.0]).repeat_interleave(len(real))).mean()
            loss.backward()
            optimizers[name].step()
            if name == watched:
                recorder.step(loss)
                broke += not math.isfinite(float(loss.detach()))
        if broke > 3:
            return recorder.recording(), (np.nan, np.nan)
        if step % (s["steps"] // 8) == 0 and not broke:
            recorder.evaluate(train_accuracy=score(nets["generator"], rng), test_accuracy=score(nets["generator"], rng))
    return recorder.recording(), (np.nan, np.nan) if broke else tuple(score(nets["generator"], rng) for _ in range(2))
