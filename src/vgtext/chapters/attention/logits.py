"""Growing logits, collapsing entropy, and what holds them: runs made once, kept in ``data/attention_logits.npz``.

Remade in some two minutes by

    python -m vgtext.chapters.attention.logits
"""

from functools import cache
from math import lgamma

import numpy as np

from vgtext import nn, results
from vgtext.claims import Claim, Evidence
from vgtext.nn import language, optimizers
from vgtext.nn.attention import entropy
from vgtext.palette import COLORS, REFERENCE, label_line, log_axis, number

from .places import LETTERS_ALONE

WIDTH, HEADS, TOKENS, BLOCKS, STEPS, EVERY, BATCH, SEEDS = 32, 4, 32, 2, 300, 10, 16, 2
RATES = (0.01, 0.03, 0.1, 0.2, 0.3)
KINDS = {"nothing": {}, "QK-norm": {"qk_norm": True}, "soft cap 50": {"cap": 50.0}, "soft cap 10": {"cap": 10.0},
         "z-loss": {"loss": nn.losses.z_loss(1e-2)}}  # a hundred times PaLM's weight: it has 300 steps to act in
SAID = {"nothing": "no remedy", "soft cap 50": "a soft cap of 50", "soft cap 10": "a soft cap of 10"}
RECORDED = ("loss", "largest logit", "entropy", "ln Z", "without gradient")
MOST = lgamma(TOKENS + 1) / TOKENS  # entropy if every token looks at all before it alike: the mean of ln 1 ... ln T

letters = cache(lambda: language.letters(TOKENS, 4000))


def train(kind, rate, seed):
    """A transformer of two blocks on letters, Adam with 20 steps of warm-up: (recorded, STEPS / EVERY)."""
    net = nn.transformer(30, WIDTH, HEADS, TOKENS, BLOCKS, seed=seed, activation="gelu_tanh", **KINDS[kind])
    optimizer, rates, rng, found = nn.Adam(), optimizers.warmup(rate, 20), np.random.default_rng(seed), []
    for step in range(STEPS):
        part = rng.integers(0, letters().x.shape[1], BATCH)
        loss = net.loss_and_gradient(letters().x[:, part], letters().y[:, part])
        if step % EVERY == 0:
            found.append([loss, *measure(net)])
        optimizer.step(net.theta, net.gradient, rates(step + 1))
    return np.array(found).T


def measure(net):
    """Largest logit, mean entropy, root mean square of ln Z, and the share of queries whose gradient is exactly 0."""
    ln_Z = np.logaddexp.reduce(net.layers[-1].a.astype(np.float64), axis=0)
    dQ = np.array([block.Q.delta for block in net.attentions]).reshape(BLOCKS, HEADS, WIDTH // HEADS, -1)
    return (max(float(np.abs(block.S).max()) for block in net.attentions),
            float(np.mean([entropy(block.A) for block in net.attentions])), float(np.sqrt(np.mean(ln_Z**2))),
            float(np.mean(np.all(dQ == 0, axis=2))))


def after(high, low=0.01, first=100, steps=150, seed=0):
    """The loss after ``steps`` steps at the rate ``low``, its mean over the last 30, of a network that first had
    ``first`` steps at the rate ``high``."""
    net = nn.transformer(30, WIDTH, HEADS, TOKENS, BLOCKS, seed=seed, activation="gelu_tanh")
    rates = optimizers.warmup(lambda step: high if step <= first else low, 20)
    history = nn.train(net, letters().x, letters().y, steps=first + steps, optimizer="adam", learning_rate=rates,
                       batch_size=BATCH, seed=seed, progress=False)
    return float(history.loss[-30:].mean())


@cache
def stored():
    """The runs: (kind, rate, seed, recorded, step / EVERY)."""
    return results.load("attention_logits")["runs"].astype(float)


def run(kind, rate):
    """What was recorded, {name: (seed, step)}."""
    found = stored()[list(KINDS).index(kind), RATES.index(rate)]
    return dict(zip(RECORDED, found.swapaxes(0, 1)))


def end(kind, rate, what="loss", last=5):
    """The last 50 steps of a run: mean over them, then the mean of the seeds (of logits the geometric mean)."""
    values = run(kind, rate)[what][:, -last:]
    return float(np.exp(np.log(values).mean())) if what == "largest logit" else float(values.mean())


def draw_logits(sizes, spread, losses, rate=0.2, kind="nothing"):
    """Largest logit, entropy and loss along training: with no remedy, and with one."""
    steps = np.arange(0, STEPS, EVERY)
    log_axis(sizes, 1, 1e7, "largest logit")
    spread.set(ylim=(-0.1, 3.1), ylabel="entropy of attention, nats")
    losses.set(ylim=(1.8, 4.4), ylabel="training loss")
    losses.axhline(LETTERS_ALONE, **REFERENCE)
    label_line(losses, STEPS - 5, LETTERS_ALONE + 0.2, "letters' frequencies alone", COLORS["reference"],
               xytext=(0, 0), ha="right")
    spread.axhline(MOST, **REFERENCE)
    label_line(spread, 5, MOST + 0.16, "all alike", COLORS["reference"], xytext=(0, 0))
    for ax, what in ((sizes, "largest logit"), (spread, "entropy"), (losses, "loss")):
        ax.set(xlim=(0, STEPS), xlabel="training step")
        for name, color, style in (("nothing", COLORS["seed"], "--"), (kind, COLORS["forward"], "-")):
            for values in run(name, rate)[what]:
                ax.plot(steps, values, color=color, linestyle=style, linewidth=1.2, label=name)
    shown = {line.get_label(): line for line in sizes.lines}  # of "nothing" with nothing, the line above the other
    sizes.legend(handles=[*shown.values()])
    return (f"Two blocks, width {WIDTH}, letters, Adam at {rate:g}, {SEEDS} seeds, with {SAID.get(kind, kind)}: over "
            f"the last 50 of {STEPS} steps the largest logit is {number(end(kind, rate, 'largest logit'))}, the "
            f"entropy {end(kind, rate, 'entropy'):.2f} nats of at most {MOST:.2f}, the loss {end(kind, rate):.2f}; "
            f"{100 * end(kind, rate, 'without gradient'):.0f}% of the queries get a gradient of exactly 0.")


def make():
    """Run everything and write the file."""
    runs = np.array([[[train(kind, rate, seed) for seed in range(SEEDS)] for rate in RATES] for kind in KINDS])
    results.save("attention_logits", SEEDS, runs=runs.astype(np.float32))


def _evidence(what, kind, rate, name, expected, tolerance, unit=""):
    return Evidence(what, lambda: end(kind, rate, name), expected, tolerance, unit=unit, stored="attention_logits")


SETTING = (f"{BLOCKS} blocks of width {WIDTH}, {HEADS} heads, letters, Adam with 20 steps of warm-up, {STEPS} steps, "
           f"{SEEDS} seeds.")
CLAIMS = (
    Claim(
        "R.36", "Dehghani and others 2023, Wortsman and others 2024: at high learning rates attention logits grow "
        "until attention is nearly one-hot, and training suffers; QK-norm prevents it.",
        "holds", "At a learning rate of 0.2, seven times the best of the five tried. At 0.01 and 0.03 QK-norm makes no "
        "difference to the loss above 0.1.",
        (
            _evidence("nothing: entropy after 300 steps", "nothing", 0.2, "entropy", 0.08, 0.06, "nats"),
            _evidence("nothing: loss", "nothing", 0.2, "loss", 2.75, 0.1),
            _evidence("QK-norm: entropy", "QK-norm", 0.2, "entropy", 2.1, 0.3, "nats"),
            _evidence("QK-norm: loss", "QK-norm", 0.2, "loss", 2.38, 0.1),
        ), "logits?rate=0.20&kind=QK-norm", setting=SETTING,
    ),
    Claim(
        "R.37", "Gemma Team 2024: attention logits are capped, cap tanh(S / cap), with a cap of 50.",
        "holds if", "The aim is to bound the logits and keep the entropy up: it does both. But it moves the saturation "
        "from the softmax to the tanh, whose slope is 0 far beyond the cap: about half of the queries still get no "
        "gradient at 50, nearly all of them at 10, and the loss stays above that with QK-norm.",
        (
            _evidence("cap 50: largest logit", "soft cap 50", 0.2, "largest logit", 50.0, 0.5),
            _evidence("cap 50: entropy", "soft cap 50", 0.2, "entropy", 1.8, 0.4, "nats"),
            _evidence("cap 50: share of queries without gradient", "soft cap 50", 0.2, "without gradient", 0.52, 0.2),
            _evidence("cap 10: share of queries without gradient", "soft cap 10", 0.2, "without gradient", 0.92, 0.1),
            Evidence("cap 50: its loss over that with QK-norm", lambda: end("soft cap 50", 0.2) - end("QK-norm", 0.2),
                     0.18, 0.1, stored="attention_logits"),
        ), "logits?rate=0.20&kind=soft cap 50", setting=f"{SETTING[:-1]}, learning rate 0.2.",
    ),
    Claim(
        "R.38", "Chowdhery and others 2023 (PaLM): an auxiliary loss of 10⁻⁴ (ln Z)² keeps the output's softmax "
        "normalizer Z near 1 and makes training more stable.",
        "holds if", "What drifts is the output's ln Z, which it pulls to 0 (here with a weight of 0.01, to act within "
        "300 steps). It does not act on the logits of attention, which grow as without it.",
        (
            _evidence("nothing, 0.01: root mean square of ln Z", "nothing", 0.01, "ln Z", 5.1, 0.4),
            _evidence("z-loss, 0.01: root mean square of ln Z", "z-loss", 0.01, "ln Z", 0.6, 0.25),
            _evidence("z-loss, 0.2: entropy of attention", "z-loss", 0.2, "entropy", 0.06, 0.06, "nats"),
        ), "logits?rate=0.20&kind=z-loss", setting=SETTING,
    ),
)

if __name__ == "__main__":
    make()
