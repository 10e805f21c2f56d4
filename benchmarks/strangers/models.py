"""Networks of the kinds that strangers train: MLPs, convolutions, recurrent ones, a transformer, a mixer."""

from itertools import pairwise

import torch
from torch import nn

ACTIVATIONS = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "leaky": nn.LeakyReLU,
    "silu": nn.SiLU,
    "elu": nn.ELU,
    "hardsigmoid": nn.Hardsigmoid,
    "softplus": nn.Softplus,
}
MATRICES = (nn.Linear, nn.Conv1d, nn.Conv2d)
RECURRENT = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Residual(nn.Module):
    """x + f(x), with the last matrix of f starting at 0 if asked."""

    def __init__(self, width, act, zero):
        super().__init__()
        self.a, self.b, self.act = nn.Linear(width, width), nn.Linear(width, width), act()
        if zero:
            nn.init.zeros_(self.b.weight)

    def forward(self, x):
        return x + self.b(self.act(self.a(x)))


def mlp(s, n_in, n_out):
    act, layers = ACTIVATIONS[s["act"]], [nn.Flatten()]
    for l in range(s["depth"] - 1):
        layers.append(nn.Linear(n_in if l == 0 else s["width"], s["width"]))
        if s["norm"]:
            layers.append(nn.BatchNorm1d(s["width"]) if s["norm"] == "batch" else nn.LayerNorm(s["width"]))
        layers.append(act())
        if s["shortcut"] and l:
            layers.append(Residual(s["width"], act, s["shortcut"] == "zero"))
    return nn.Sequential(*layers, nn.Linear(s["width"] if s["depth"] > 1 else n_in, n_out))


def conv(s, n_in, n_out):
    act, layers, channels = ACTIVATIONS[s["act"]], [], 1
    for l in range(s["depth"] - 1):
        layers.append(nn.Conv2d(channels, s["width"], 3, padding=1))
        if s["norm"]:
            layers.append(nn.BatchNorm2d(s["width"]))
        layers.append(act())
        if l == 1:
            layers.append(nn.MaxPool2d(2))
        channels = s["width"]
    head = (
        [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, n_out)]
        if s["pool"]
        else [nn.Flatten(), nn.Linear(channels * 16, n_out)]
    )
    return nn.Sequential(*layers, *head)


class Recurrent(nn.Module):
    def __init__(self, s, n_in, n_out):
        super().__init__()
        self.body = RECURRENT[s["cell"]](n_in, s["width"], num_layers=s["depth"] - 1, batch_first=True)
        self.head = nn.Linear(s["width"], n_out)

    def forward(self, x):
        return self.head(self.body(x)[0][:, -1])


class Transformer(nn.Module):
    def __init__(self, s, n_in, n_out):
        super().__init__()
        self.embed = nn.Linear(n_in, s["width"])
        self.position = nn.Parameter(0.1 * torch.randn(64, s["width"]))
        layer = nn.TransformerEncoderLayer(
            s["width"],
            4,
            2 * s["width"],
            dropout=0.0,
            batch_first=True,
            norm_first=s["norm"] == "pre",
            activation=s["act"],
        )
        self.body = nn.TransformerEncoder(layer, s["depth"], enable_nested_tensor=False)
        self.head = nn.Linear(s["width"], n_out)

    def forward(self, x):
        return self.head(self.body(self.embed(x) + self.position[: x.shape[1]]).mean(1))


class Temporal(nn.Module):
    """Convolutions along time, and the mean over it."""

    def __init__(self, s, n_in, n_out):
        super().__init__()
        channels = [n_in, *[s["width"]] * (s["depth"] - 1)]
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 5, padding=2) for a, b in pairwise(channels))
        self.act, self.head = ACTIVATIONS[s["act"]](), nn.Linear(s["width"], n_out)

    def forward(self, x):
        x = x.transpose(1, 2)
        for conv in self.convs:
            x = self.act(conv(x))
        return self.head(x.mean(2))


class Mixer(nn.Module):
    """Blocks that mix the rows of an image and then its columns, each with a layer norm and a shortcut."""

    def __init__(self, s, n_in, n_out):
        super().__init__()
        self.embed, self.act = nn.Linear(n_in, s["width"]), ACTIVATIONS[s["act"]]()
        sizes = [size for _ in range(s["depth"]) for size in (8, s["width"])]
        self.norms = nn.ModuleList(nn.LayerNorm(s["width"]) for _ in sizes)
        self.ups = nn.ModuleList(nn.Linear(size, 2 * size) for size in sizes)
        self.downs = nn.ModuleList(nn.Linear(2 * size, size) for size in sizes)
        self.head = nn.Linear(s["width"], n_out)

    def forward(self, x):
        x = self.embed(x)
        for i, (norm, up, down) in enumerate(zip(self.norms, self.ups, self.downs)):
            y = norm(x) if i % 2 else norm(x).transpose(1, 2)
            y = down(self.act(up(y)))
            x = x + (y if i % 2 else y.transpose(1, 2))
        return self.head(x.mean(1))


KINDS = {"mlp": mlp, "conv": conv, "recurrent": Recurrent, "transformer": Transformer, "temporal": Temporal,
         "mixer": Mixer}


def build(s, n_in, n_out):
    """Return the untrained network of a setup, its planted weights and biases set."""
    torch.manual_seed(s["seed"])
    net = KINDS[s["kind"]](s, n_in, n_out)
    for module in net.modules():
        if isinstance(module, MATRICES) and s["init"] is not None:
            fan_in = module.weight[0].numel()
            gain = {"he": 2**0.5, "xavier": 1.0}.get(s["init"], s["init"])
            nn.init.normal_(module.weight, std=s["std"] or gain / fan_in**0.5)
            nn.init.zeros_(module.bias)
    layers = [module for module in net.modules() if isinstance(module, MATRICES)]
    for l, bias in s["bias"].items():
        for layer in layers[:-1] if l == "all" else [layers[l]]:
            nn.init.constant_(layer.bias, bias)
    tail = {"relu": nn.ReLU(), "softmax": nn.Softmax(dim=1), "sigmoid": nn.Sigmoid(), "clamp": nn.Hardtanh(0.0, 1e9)}
    return nn.Sequential(net, tail[s["out"]]) if s["out"] else net
