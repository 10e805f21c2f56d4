"""What the figures of consequences show, computed again."""

from functools import cache

import numpy as np

from vgtext import nn, results
from vgtext.chapters.consequences import curvature as bend
from vgtext.chapters.consequences import edge, flat, frozen, rates, rounding, runs, scaling, slow
from vgtext.chapters.consequences import explosion as blast
from vgtext.palette import ACTIVATION_NAMES, raised

from .ways import descent, most_downward

DIGITS = nn.data.digits()


def shares(name, column):
    """The share of right answers in training (0) or in the test (1), from the stored counts; nan where none is."""
    counts = results.load("consequences_runs")[name][..., column].astype(float)
    return np.where(counts < 0, np.nan, counts / (DIGITS.y, DIGITS.y_test)[column].size)


@cache
def trained(network):
    """A run that is followed: how far layer by layer it is from its start, and its mean losses, by epoch."""
    activation, depth, init, rate = frozen.NETWORKS[network]
    net = nn.mlp(64, 64, 10, depth=depth, activation=activation, init=init, seed=0)
    first = [layer.W.copy() for layer in net.layers[1:]]
    moved, losses = [np.zeros(depth)], [net.loss_and_gradient(DIGITS.x, DIGITS.y)]
    for epoch in range(40):
        run = nn.train(net, DIGITS.x, DIGITS.y, steps=22, learning_rate=rate, seed=epoch, progress=False)
        losses.append(run.loss.sum() / 22)
        moved.append([np.sqrt(np.sum((layer.W - W) ** 2) / np.sum(W**2)) for layer, W in zip(net.layers[1:], first)])
    return np.array(moved), np.array(losses)


def frozen_layers(epoch, network="sigmoid, 8 layers"):
    moved, losses = trained(network)
    lines = {f"epoch {t}": moved[t] for t in (*range(5, epoch, 5), epoch)}
    said = {f"{network}, after # epochs: layer # has moved by # of its initial size, the last hidden layer by #. The "
            "mean loss of this epoch is #; guessing has #": [epoch, 1, moved[epoch][0], moved[epoch][-2], losses[epoch],
                                                        np.log(10)]}
    return {"caption": said, **lines, "movement d[l] since step 0": [*lines.values()],
            f"after epoch {epoch}": [*lines.values()],
            "layer l (input at the left)": np.arange(1, moved.shape[1] + 1), "epoch": [np.arange(41),
            np.arange(epoch + 1)], "training loss": lambda t: losses[t.astype(int)], "loss": losses}


def freezing(epoch):
    right, found, costs = shares("by_frozen", 1), {}, {}
    for i, (name, (_, depth, _)) in enumerate(runs.FREEZING.items()):
        each = right[i, :depth, :, epoch - 1]
        costs[name] = 100 * sum(each[0] - each[depth // 2]) / 3
        found |= {f"{name}, one seed": each.T, name: each.sum(axis=1) / 3}
    tanh, relu, four, eight = (costs[f"{words} layers"] for words in ("tanh, 8", "ReLU, 8", "sigmoid, 4", "sigmoid, 8"))
    said = {"After # epochs, freezing the first half of the layers costs the network of # tanh layers # points of test "
            "accuracy, # ReLU layers #, # sigmoid layers #, and # sigmoid layers #. Mean of # seeds (gray), width #":
            [epoch, 8, tanh, 8, relu, 4, four, 8, eight, 3, 64]}
    return {"caption": said, **found, "test accuracy": [line for name, line in found.items() if "seed" not in name],
            "number k of frozen layers, from the input": [np.arange(8), np.arange(4)],
            "Mean of 3 seeds": [found["ReLU, 8 layers"]]}


def depths(reached):
    """Of which depths a goal is reached, in words."""
    k = sum(reached)
    if k in (0, len(reached)):
        return f"at every depth up to {runs.DEPTHS[-1]}" if k else "never"
    assert reached in ([True] * k + [False] * (len(reached) - k), [False] * (len(reached) - k) + [True] * k)
    return f"up to {runs.DEPTHS[k - 1]} layers" if reached[0] else f"only from {runs.DEPTHS[-k]} layers on"


def epochs_needed(goal, rate):
    right, found = shares("by_depth", 0), {}
    for i, activation in enumerate(runs.ACTIVATIONS):
        each = np.full(right.shape[1:4], np.inf)  # depth, rate, seed
        for at in np.ndindex(each.shape):
            reached = np.flatnonzero(right[i][at] >= goal)
            each[at] = reached[0] + 1 if reached.size else np.inf
        middle = np.sort(each, axis=2)[..., 1]
        k = middle.argmin(axis=1) if rate == slow.BEST else np.full(len(middle), runs.RATES.index(rate))
        lines = np.array([one[j] for one, j in zip(each, k)])
        found[ACTIVATION_NAMES[activation]] = [np.where(np.isinf(v), np.nan, v) for v in
                                               (lines.T, np.sort(lines, axis=1)[:, 1])]
    never = [[L for L, middle in zip(runs.DEPTHS, both[1]) if np.isnan(middle)] for both in found.values()]
    medians = {name: middle for name, (_, middle) in found.items()}
    at = "the best of five learning rates for each depth" if rate == slow.BEST else f"learning rate {rate:g}"
    far = "; ".join(f"{name} {depths([*np.isfinite(middle)])}" for name, middle in medians.items())
    said = {f"# of the training digits within # epochs, {at}, median of # seeds, width #: {far}.": [goal, 60, 3, 64]}
    return {"caption": said, **medians, **{f"{name}, one seed": each for name, (each, _) in found.items()},
            "epochs needed": [*medians.values()], "depth L": runs.DEPTHS, "median of 3 seeds": [*medians.values()],
            "best of five learning rates": [*medians.values()], "not within 60 epochs": never}


def equal_budget(activation, epoch):
    i = runs.ACTIVATIONS.index(activation)
    train, test = (shares("by_depth", column)[i, ..., epoch - 1].mean(axis=-1) for column in (0, 1))
    best = train.argmax(axis=1)
    train, test = (np.array([row[k] for row, k in zip(line, best)]) for line in (train, test))
    counts = results.load("consequences_runs")["by_images"].mean(axis=2)  # images, frozen, training/test
    few = [[counts[:, k, 0] / runs.IMAGES, counts[:, k, 1] / DIGITS.y_test.size] for k in (0, 1)]
    both, at = [train, test], runs.DEPTHS.index(8)
    said = {f"After # epochs, {ACTIVATION_NAMES[activation]} networks of # layers classify # of the training digits "
            "correctly and # of the test digits": [epoch, 8, train[at], test[at]],
            "few images in # steps. With # images they reach # on those and # on the test digits, with the first four "
            "layers frozen (open) # and #. Means of # seeds":
            [1500, 60, few[0][0][1], few[0][1][1], few[1][0][1], few[1][1][1], 3]}
    return {"caption": said, "training": train, "test": test, "depth L": runs.DEPTHS, "accuracy": both,
            "each depth": both,
            "training accuracy": [train, few[0][0], few[1][0]], "test accuracy": [test, few[0][1], few[1][1]],
            "few images": few[0], "few images, 4 layers frozen": few[1], "Means of 3 seeds": both,
            f"{ACTIVATION_NAMES[activation]}, {epoch} epochs": None}


@cache
def descended(depth):
    """Descend step by step: the loss and the size of the gradient before each."""
    net = flat.network(depth)
    return np.array([(loss, np.linalg.norm(net.gradient)) for loss in descent(net, *flat.batch(), 0.5, 2999)]).T


def stillness(depth, step):
    """Where the loss is most curved downward is taken from the chapter, once it is the direction that was found."""
    net, (x, y) = flat.network(depth), flat.batch()
    start = flat.descent(depth)[2][step]

    def at(theta):
        net.theta[...] = theta
        return net.loss_and_gradient(x, y), net.gradient.copy()

    loss, g = at(start)
    away, h, changes, least = np.random.default_rng(1).standard_normal(g.size), np.arange(31), {}, 0.0
    v = flat.surroundings(depth, step)[3][1]
    assert abs(v @ most_downward(lambda theta: at(theta)[1], start)) > 0.99
    for words, way in (("downhill", -g), ("most curved downward", v), ("random", away)):
        change = np.array([at(start + k * way / np.linalg.norm(way))[0] - loss for k in h])
        least = min(least, *change[1:])
        changes[words] = np.where(np.append(0, change[:-1] > 0.6) * (change > 0.6), np.nan, change)
        changes[words][0] = 0.0
    curvature = v @ (at(start + 1e-4 * v)[1] - at(start - 1e-4 * v)[1]) / 2e-4
    falls = "the loss can fall by # along one of these lines" if least < 0 else (
        "every point drawn on these lines is higher")
    said = {"# sigmoid layers, step #: gradient of size #, loss #. The smallest curvature is #; within # of here, ":
            [depth, step, np.linalg.norm(g), loss, curvature, 30], falls: [-least] if least < 0 else []}
    lines = {L: descended(L)[:, np.union1d(flat.DRAWN, [29, 2998])] for L in flat.DEPTHS}
    return {"caption": said, "size of the gradient ‖g‖": [[np.linalg.norm(g)], *(size for _, size in lines.values())],
            "training loss": [[loss], *(line for line, _ in lines.values())],
            f"{depth} layers, step {step:,}": [[loss]], **{f"{L} layers": line for L, (line, _) in lines.items()},
            "change of the loss": [*changes.values()],
            "distance h": h, **changes,
            "most curved, predicted": np.clip(g @ v * h + curvature * h**2 / 2, -1.1, 0.65)}


def rounded_away(name, depth, rate):
    d = nn.data.digits("float64")
    net = nn.mlp(64, 64, 10, depth=depth, activation="sigmoid", seed=0, dtype="float64")
    net.loss_and_gradient(d.x[:, :64].astype("float32"), d.y[:64])
    held, moved = lambda x: rounding.round_to(x, name), []
    for k in net.layers[1:]:
        moved.append(np.mean(held(held(k.W) - held(rate * k.W_gradient)) != held(k.W)))
    few = sum(share < 0.01 for share in moved)
    words = "In # of the layers fewer than # move" if few else "In every layer at least # move"
    said = {f"# sigmoid layers, η = #: in {name} one step moves # of the weights of layer # and # of those of layer #":
            [depth, rate, moved[0], 1, moved[-1], depth], words: [few, 0.01] if few else 0.01,
            "An update of at most # of its weight never moves it": 0.5 ** (rounding.FORMATS[name].p + 1)}
    ratios = [np.sort(np.abs(rate * k.W_gradient / k.W).ravel()) for k in net.layers[1:]]
    return {"caption": said, "median of |ηg| / |w|": [(r[(r.size - 1) // 2] + r[r.size // 2]) / 2 for r in ratios],
            f"gaps between {name} numbers": np.arange(-3, 4), "layer l (input at the left)": np.arange(1, depth + 1)}


def held(name, power, flushed):
    """Of the gradients, times a power of two: which a format holds as a number, as 0, and as inf."""
    form, scaled = rounding.FORMATS[name], np.abs(scaling.gradients()) * 2.0**power
    zero = rounding.round_to(scaled, name) < (form.normal if flushed else form.smallest)
    large = ~np.isfinite(rounding.round_to(scaled, name))
    return scaled, (~zero & ~large, zero, large)


@cache
def lost(name, flushed):
    return [1 - held(name, power, flushed)[1][0].mean() for power in scaling.POWERS]


def loss_scaling(name, power, flushed):
    lines, (scaled, parts) = {other: lost(other, flushed) for other in scaling.NAMES}, held(name, power, flushed)
    bars = [np.unique(np.floor(np.log2(scaled[part])), return_counts=True)[1] / scaled.size for part in parts]
    _, zero, large = (np.count_nonzero(part) / scaled.size for part in parts)
    scale = f"loss times 2{raised(power)}" if power else "loss not scaled"
    form = rounding.FORMATS[name]
    said = {f"# sigmoid layers at the first step, {scale}: {name}{' without subnormals' * flushed} holds # of the "
            f"weight gradients as #; {'# are' if large else 'none is'} too large. It reaches from # to #":
            [15, zero, 0, *([large] if large else []), form.normal if flushed else form.smallest, form.largest]}
    return {"caption": said, **lines, "gradients that are lost": [*lines.values()], "size of a gradient": None,
            "gradients, scaled": None, "scale of the loss, a power of 2": scaling.POWERS, "_": [np.concatenate(bars)]}


def step_size(ratio):
    """A network that was pushed along its sharpest direction, beside one that was not."""
    theta, sharp, v = bend.settled()
    net, ends = bend.network(), []
    for push in (1e-3, 0):
        net.theta[...] = theta + push * v
        ends.append(np.array([net.theta @ v for _ in descent(net, *bend.batch(), ratio / sharp, 21)]))
    moved = (ends[0] - ends[1]) / 1e-3
    k = (ratio > 0.999) + (ratio > 1.001) + (ratio > 1.999) + (ratio > 2.001)
    fate = ("creeps back from one side", "is back after one step", "swings from side to side, and settles",
            "swings without end", "swings further out at every step")[k]
    off, out = (" (beyond the panel)" * bool(abs(end) > 2.2) for end in ((1 - ratio) ** 10, moved[10]))
    said = {f"η = #/λ: w {fate}. In # steps the push is multiplied by #{off} on the parabola, by #{out} in "
            "the network. Its sharpness is λ = #, so here η = #":
            [ratio, 10, (1 - ratio) ** 10, moved[10], sharp, ratio / sharp]}
    moved = np.clip(moved, -3, 3)
    w = np.linspace(-2.2, 2.2, 61)
    return {"caption": said, "step t": np.arange(21), "loss λw²/2": lambda w: w**2 / 2,
            "a network of 3 tanh layers": moved, "w": w,
            "a parabola": w**2 / 2, "_": [np.clip([(1 - ratio) ** t for t in range(21)], -3, 3)],
            "displacement": lambda t: np.where(np.abs(moved) > 0.05, moved, np.nan) if len(t) == 21 else t - np.inf}


def largest_rate():
    first, last = (np.array([f(*one) for one in some]).T for f, some in
                   ((rates.largest_first_rate, rates.STARTS), (rates.largest_settled_rate, rates.SETTLED)))
    assert np.allclose(last[0][:2], [2 / bend.settled(*one)[1] for one in rates.SETTLED[:2]])
    more, off = first[1] / first[0], abs(last[1] / last[0] - 1)
    said = {"# trained networks: the largest learning rate at which a small push dies out is 2/λ within #. # networks "
            "at their initial weights tolerate # to # times as much. Least squares on # digits, width #":
            [8, max(off), 12, min(more), max(more), 200, 32]}
    return {"caption": said, "2/λ, from the measured curvature": [first[0], last[0]],
            "largest learning rate": [first[1], last[1]], "at the first step (rings)": first[1],
            "after training (dots)": last[1]}


def sharpening(rate, adam_rate):
    found, met = {"step": np.arange(0, 3001, 25)}, results.load("consequences_edge")
    one, other = met["sgd"][edge.DESCENT.index(rate)], met["adam"][edge.ADAM.index(adam_rate)]
    said = {"# tanh layers of # units from small weights, all # digits at every step. Descent with η = #: over the "
            "last thousand steps the sharpness is # times 2/η on average, and the loss ends at #. Adam with η = #: # "
            "times 38/η":
            [5, 32, 200, rate, one[80:, 1].mean() / 2, one[-1, 0], adam_rate, other[80:, 1].mean() / 38]}
    for panel, name, values, limit in (("descent", "sgd", edge.DESCENT, 2), ("adam", "adam", edge.ADAM, 38)):
        for k, eta in enumerate(values):
            found[panel, f"η = {eta:g}"] = met[name][k, :, 1] / limit
    return {"caption": said, **found, "gradient descent: λ over 2/η": None,
            "sharpness over its limit": [line for key, line in found.items() if key != "step"]}


@cache
def breaks(rate, sigma_w):
    """The step at which inf or nan appears, in a loop of its own, nan if none does; and whether in the loss alone."""
    net, rate = bend.network("tanh", 10, sigma_w, dtype="float32"), np.float32(rate)
    with np.errstate(all="ignore"):
        for step, loss in enumerate(descent(net, *bend.batch(), rate, 100), 1):
            parts = net.gradient, net.theta - rate * net.gradient, *(layer.a for layer in net.layers[1:])
            if not np.isfinite(loss) or not all(np.isfinite(part).all() for part in parts):
                return step, all(np.isfinite(part).all() for part in parts)
    return np.nan, False


@cache
def sharpness(sigma_w):
    """The largest curvature at the initial weights: along the direction in which it is, by differences."""
    net = bend.network("tanh", 10, sigma_w)
    start = net.theta.copy()
    down = lambda theta: -bend.gradient_at(net, theta, *bend.batch())[1]  # noqa: E731
    v = most_downward(down, start, steps=30)
    return v @ (down(start - 1e-4 * v) - down(start + 1e-4 * v)) / 2e-4


def story(losses, rise, far, end, alone):
    """What a caption says of a run: losses, steps at which trouble begins, and whether it breaks in the loss."""
    first, last = losses[0], losses[-1]
    if np.isnan(rise):
        return {": the loss falls at every one of # steps, from # to #.": [100, first, last]}
    words, numbers = ": the loss first rises at step #", [rise]
    if np.isnan(far):
        return {f"{words}, yet it ends at #, from #.": [*numbers, last, first]}
    words, numbers = f"{words}, is above ten times its start at step #", [*numbers, far]
    if np.isnan(end):
        return {f"{words}, and is # at the end.": [*numbers, last]}
    return {f"{words}, and inf or nan appears at step #, {'in the loss' * alone}.": [*numbers, end]}


def explosion(rate, sigma_w):
    losses = {eta: blast.run("tanh", sigma_w, eta).loss.astype(float) for eta in (rate, *blast.RATES)}
    lines = [losses[eta] for eta in blast.RATES]
    rises = [next((t + 1 for t in range(1, len(line)) if not line[t] <= line[t - 1]), np.nan) for line in lines]
    far = [next((t + 1 for t, loss in enumerate(line) if not loss < 10 * line[0]), np.nan) for line in lines]
    ends, alone = zip(*(breaks(eta, sigma_w) for eta in blast.RATES))
    chosen = blast.RATES.index(rate)
    said = {"# tanh layers, σ_w = #, η = # = #/λ": [10, sigma_w, rate, rate * sharpness(sigma_w)],
            **story(lines[chosen], *(each[chosen] for each in (rises, far, ends, alone)))}
    return {"caption": said, ("curve", "step"): np.arange(1, len(losses[rate]) + 1), "rise": rises, "× 10": far,
            "inf or nan": ends,
            "learning rate η": blast.RATES, "training loss": losses[rate], "full batch, one run": losses[rate],
            "step of the first …": [rises, far, ends], "all learning rates": [rises, far, ends]}
