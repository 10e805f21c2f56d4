"""PyTorch's side of every workload, eager, written as its users write it. Imports NumPy and PyTorch only."""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
from protocol import serve
from sizes import NETWORKS, RECURRENT, SIGNALS, SWEEP, TRAIN, TRANSFORMER, signal_arrays

torch.set_num_threads(1)
PHI = {"tanh": torch.tanh, "relu": torch.relu}


def norms_of(W, b, x, g, phi):
    """Norms of every activation, error signal and weight gradient of one network; W and b are lists of tensors."""
    a, z, activations = x, [], []
    for weight, bias in zip(W, b):
        z.append(torch.addmm(bias, weight, a))
        z[-1].retain_grad()
        a = phi(z[-1])
        activations.append(a)
    a.backward(g)
    found = [k.grad.norm() for k in z] + [k.grad.norm() for k in W] + [k.detach().norm() for k in activations]
    for k in W:
        k.grad = None
    return torch.stack(found).tolist()


def signals(n):
    """All per-layer norms of a forward and a backward pass."""
    W, b, x, g = (torch.from_numpy(k) for k in signal_arrays(n))
    W = [k.clone().requires_grad_() for k in W]  # the sizes of dL/db are not asked for, on our side neither
    return lambda: norms_of(W, b, x, g, torch.tanh)


def sample(seed):
    """One sample of weights for a seed, shared by all scales, and a batch."""
    torch.manual_seed(seed)
    L, n, B = SWEEP["depth"], SWEEP["width"], SWEEP["batch"]
    return torch.randn(L, n, n) / n**0.5, torch.randn(L, n, 1), torch.randn(n, B), torch.randn(n, B)


def sweep_loop():
    """The sweep as a loop over networks."""
    def run():
        for seed in range(SWEEP["seeds"]):
            W, b, x, g = sample(seed)
            for name in SWEEP["activation"]:
                for sigma_w in SWEEP["sigma_w"].tolist():
                    for sigma_b in SWEEP["sigma_b"]:
                        scaled = [k.detach().requires_grad_() for k in W * sigma_w]
                        norms_of(scaled, list(b * sigma_b), x, g, PHI[name])

    return run


def sweep_vmap():
    """The sweep with torch.func: vmap over scales of the gradient with respect to W and each example's b."""
    scales = torch.cartesian_prod(torch.tensor(SWEEP["sigma_w"], dtype=torch.float32), torch.tensor(SWEEP["sigma_b"]))

    def output(W, b, x, g, phi):
        a, norms = x, []
        for weight, bias in zip(W, b):
            a = phi(weight @ a + bias)
            norms.append(a.norm())
        return (a * g).sum(), torch.stack(norms)

    def network(scale, W, b, x, g, phi):
        b = (b * scale[1]).expand(-1, -1, x.shape[1])  # one for each example: its gradient is that of z
        (dW, dz), norms = torch.func.grad(output, argnums=(0, 1), has_aux=True)(W * scale[0], b, x, g, phi)
        return dW.flatten(1).norm(dim=1), dz.flatten(1).norm(dim=1), norms

    def run():
        for seed in range(SWEEP["seeds"]):
            W, b, x, g = sample(seed)
            for name in SWEEP["activation"]:
                torch.func.vmap(lambda s, phi=PHI[name], W=W, b=b, x=x, g=g: network(s, W, b, x, g, phi))(scales)

    return run


def train(kind):
    """Steps of training on random digits of the same shape."""
    torch.manual_seed(0)
    layers, n = [], TRAIN["width"]
    for l in range(1, TRAIN["depth"]):
        layers.append(torch.nn.Linear(64 if l == 1 else n, n))
        if kind == "batch norm":
            layers.append(torch.nn.BatchNorm1d(n))
        layers.append(torch.nn.Tanh())
    model = torch.nn.Sequential(*layers, torch.nn.Linear(n, 10))
    make = torch.optim.Adam if kind == "adam" else torch.optim.SGD
    optimizer, loss = make(model.parameters(), lr=1e-3), torch.nn.CrossEntropyLoss()
    x, y = torch.randn(1438, 64), torch.randint(0, 10, (1438,))

    def run():
        for _ in range(TRAIN["steps"]):
            part = torch.randint(0, 1438, (TRAIN["batch"],))
            optimizer.zero_grad()
            value = loss(model(x[part]), y[part])
            value.backward()
            optimizer.step()
            value.item()

    return run


def recurrent(cell):
    """A loop over the steps of a cell, forward and backward; no gradient of the hidden states is kept."""
    T, n, n_in, B = (RECURRENT[k] for k in ("T", "width", "n_in", "batch"))
    step = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell](n_in, n)
    readout, loss = torch.nn.Linear(n, 4), torch.nn.CrossEntropyLoss()
    x, y = torch.randn(T, B, n_in), torch.arange(B) % 4
    parameters = [*step.parameters(), *readout.parameters()]

    def run():
        for k in parameters:
            k.grad = None
        h = torch.zeros(B, n)
        state = (h, torch.zeros(B, n)) if cell == "lstm" else h
        for t in range(T):
            state = step(x[t], state)
        value = loss(readout(state[0] if cell == "lstm" else state), y)
        value.backward()
        return value.item()

    return run


class Block(torch.nn.Module):
    """Pre-norm attention and MLP, with PyTorch's own fused attention."""

    def __init__(self, n, heads, phi):
        super().__init__()
        self.heads, self.phi = heads, phi
        self.norms = torch.nn.ModuleList([torch.nn.LayerNorm(n), torch.nn.LayerNorm(n)])
        self.qkv, self.out = torch.nn.Linear(n, 3 * n), torch.nn.Linear(n, n)
        self.up, self.down = torch.nn.Linear(n, 4 * n), torch.nn.Linear(4 * n, n)

    def forward(self, x):
        B, T, n = x.shape
        parts = self.qkv(self.norms[0](x)).split(n, dim=2)
        q, k, v = (z.view(B, T, self.heads, -1).transpose(1, 2) for z in parts)
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(B, T, n))
        return x + self.down(self.phi(self.up(self.norms[1](x))))


def transformer(activation):
    """Forward and backward of a small transformer."""
    size, functional = TRANSFORMER, torch.nn.functional
    V, n, T = size["vocabulary"], size["width"], size["T"]
    phi = {"relu": torch.relu, "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh")}[activation]
    embed, place, readout = torch.nn.Embedding(V, n), torch.nn.Embedding(T, n), torch.nn.Linear(n, V)
    blocks = [Block(n, size["heads"], phi) for _ in range(size["depth"])]
    model = torch.nn.Sequential(*blocks, torch.nn.LayerNorm(n), readout)
    parameters = [*embed.parameters(), *place.parameters(), *model.parameters()]
    x, y = torch.randint(0, V, (2, size["batch"], T))

    def run():
        for k in parameters:
            k.grad = None
        value = functional.cross_entropy(model(embed(x) + place.weight).view(-1, V), y.view(-1))
        value.backward()
        return value.item()

    return run


def matrix_products(kind):
    """The log norms of all powers or products up to depth 10,000, rescaled at each step."""
    W = torch.from_numpy(np.random.default_rng(0).standard_normal((10_000, 2, 2)))

    def run():
        P, log, out = torch.eye(2, dtype=torch.float64), 0.0, []
        for l in range(10_000):
            P = W[0 if kind == "powers" else l] @ P
            size = P.norm()
            P, log = P / size, log + size.log()
            out.append(log)
        return torch.stack(out)

    return run


if __name__ == "__main__":
    work = {f"signals {n}": lambda n=n: signals(n) for n in SIGNALS}
    work |= {f"train {k}": lambda k=k: train(k) for k in ("sgd", "adam", "batch norm")}
    work |= {k: lambda k=k: recurrent(k) for k in ("rnn", "lstm", "gru")}
    work |= {f"transformer {k}": lambda k=k: transformer(k) for k in ("relu", "gelu_tanh")}
    work |= {f"2x2 {k}": lambda k=k: matrix_products(k) for k in ("powers", "products")}
    serve(work | {f"sweep {NETWORKS}": sweep_loop, f"sweep {NETWORKS} vmap": sweep_vmap})
