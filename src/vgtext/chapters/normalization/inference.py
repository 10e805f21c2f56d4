"""Training against inference: in training mode an answer depends on the other examples of its batch.

In float64: training under batch norm enlarges rounding errors until those of float32 show in the answers.
"""

from functools import cache, partial

import numpy as np

from vgtext import nn
from vgtext.palette import COLORS, REFERENCE, label_line

from . import runs
from .runs import BATCH_RATES, BATCHES, accuracies

SIZES, DRAWS = (2, 4, 8, 16, 32, 64), 60
IMAGES = {"a clear 6": 0, "an average 1": 9, "an odd 8": 33, "an unsure 9": 21}
COMPANIONS = {"mixed": False, "of one class": True}
digits = partial(runs.digits, "float64")
network = partial(runs.network, "relu", 6, "batch", dtype="float64")


@cache
def trained(seed=0):
    """Six ReLU layers with batch norm, ten epochs in batches of 64."""
    net, d = network(seed=seed), digits()
    nn.train(net, d.x, d.y, steps=220, learning_rate=0.1, seed=seed, progress=False)
    return net


def answer(batch, training=True):
    """Class probabilities for each column of ``batch``, (10, examples), leaving the running averages as they were."""
    net = trained()
    kept = [layer.norm.running.copy() for layer in net.layers[1:-1]]
    out = net.forward(batch, training).astype(float)
    for layer, running in zip(net.layers[1:-1], kept, strict=True):
        layer.norm.running = running
    out = np.exp(out - out.max(axis=0))
    return out / out.sum(axis=0)


@cache
def among(image, size, one_class=False):
    """The probability of the right class of one test image in DRAWS random batches of test images, (DRAWS,)."""
    d, rng = digits(), np.random.default_rng(0)
    pool = np.flatnonzero(d.y_test == (d.y_test[image] if one_class else d.y_test))
    pool, found = pool[pool != image], []
    for _ in range(DRAWS):
        batch = np.append(image, rng.choice(pool, size - 1, size - 1 > pool.size))
        found.append(answer(d.x_test[:, batch])[d.y_test[image], 0])
    return np.array(found)


@cache
def accuracy(size, one_class=False):
    """Share of the test digits that are right in training mode, mixed or sorted by class.

    In batches of ``size``; the last one has what is left, or one more where one would be left alone.
    """
    d = digits()
    order = np.argsort(d.y_test, kind="stable") if one_class else np.arange(d.y_test.size)
    right = sum((answer(d.x_test[:, p]).argmax(axis=0) == d.y_test[p]).sum()
                for p in np.split(order, range(size, d.y_test.size - 1, size)))
    return float(right / d.y_test.size)


@cache
def accuracy_in_inference():
    """The same with running averages: no batch matters."""
    d = digits()
    return float((answer(d.x_test, False).argmax(axis=0) == d.y_test).mean())


@cache
def shifted(contrast, brightness):
    """Accuracy on test digits of another contrast and brightness: with running averages, and with the batch's own."""
    d = digits()
    x = d.x_test * contrast + brightness
    return tuple(float((answer(x, training).argmax(axis=0) == d.y_test).mean()) for training in (False, True))


@cache
def lagging(momentum, steps=10):
    """Test accuracy in inference and in training mode (all test digits one batch) after a few steps of training."""
    net, d = network(), digits()
    for layer in net.layers[1:-1]:
        layer.norm.momentum = momentum
    nn.train(net, d.x, d.y, steps=steps, learning_rate=0.1, progress=False)
    return tuple(float((net.forward(d.x_test, mode).argmax(axis=0) == d.y_test).mean()) for mode in (False, True))


def by_batch(norm):
    """Stored test accuracies for each of BATCHES, mean over seeds at the rate that is best in inference mode: (6, 2).

    First in inference mode, then in training mode with test batches of the size used in training.
    """
    mean = accuracies()["by_batch"][("batch", "layer").index(norm)].mean(axis=2)  # (batch, rate, 3)
    best = mean[..., 1].argmax(axis=1)
    assert mean.shape[1] == len(BATCH_RATES)
    return mean[np.arange(len(BATCHES)), best, 1:]


def draw_companions(one, all_, image=33, one_class=False):
    """One image's answer in many batches, and the accuracy on all, against the batch size, in training mode."""
    truth = digits().y_test[image]
    inference = answer(digits().x_test, False)[truth, image]
    for ax, label in ((one, "probability of the right class"), (all_, "test accuracy")):
        ax.xaxis.update_units([*map(str, SIZES)])  # names, so that what is beside one is still of that size
        ax.set(xlim=(-0.42, 5.49), ylim=(-0.03, 1.06), xlabel="batch size", ylabel=label)
    for k, size in enumerate(SIZES):
        values = among(image, size, one_class)
        spread = k + np.linspace(-0.22, 0.22, DRAWS)
        one.plot(spread, values, "o", color=COLORS["seed"], markersize=2.5, label="one batch")
        one.plot(k, np.median(values), "o", color=COLORS["forward"], markersize=6, label="median")
    all_.plot([accuracy(size, one_class) for size in SIZES], "o", color=COLORS["forward"], markersize=6)
    one.axhline(inference, **REFERENCE)
    all_.axhline(accuracy_in_inference(), **REFERENCE)
    label_line(all_, 5.49, accuracy_in_inference(), "inference mode", COLORS["reference"], xytext=(-2, 8), ha="right")
    wrong = np.mean(among(image, 8, one_class) < 0.5)
    return (f"One test image of the digit {truth} in {DRAWS} batches of each size, companions "
            f"{'of its class, in 64 some twice' if one_class else 'mixed'} (median blue): at batch size 8 the right "
            f"class gets less than half in {wrong:.0%} of them. Accuracy on all test digits, "
            f"{'sorted by class' if one_class else 'mixed'}: {accuracy(2, one_class):.0%} in batches of 2, "
            f"{accuracy(64, one_class):.0%} of 64, {accuracy_in_inference():.0%} in inference mode.")
