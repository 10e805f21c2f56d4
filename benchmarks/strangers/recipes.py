"""What was planted: cause, setup, and the one change that takes it out again.

Within each cause the recipes alternate between the halves: the first is *tuned*, the second *held out*, and so on. A
recipe whose run does not fail, or whose mended twin does not train, is thrown out before anything is scored.
"""

PAIR = {"kind": "pair", "watch": "generator", "act": "leaky", "depth": 4, "opt": "adam", "lr": 1e-3, "steps": 400,
        "batch": 128}
CRITIC = PAIR | {"watch": "critic"}
MLP = {}
BN = {"norm": "batch", "depth": 8}
TUMOURS = {"data": "tumours", "loss": "bce", "width": 24}
FIT = {"data": "fit", "loss": "mse", "lr": 0.05, "depth": 4}
CONV = {"kind": "conv", "data": "images", "width": 12}
CONVBN = CONV | {"norm": "batch", "depth": 6}
POOL = CONVBN | {"pool": True, "opt": "adam", "lr": 3e-3}
GRU = {
    "kind": "recurrent",
    "data": "memory",
    "T": 6,
    "depth": 2,
    "width": 32,
    "cell": "gru",
    "opt": "adam",
    "lr": 1e-2,
    "init": None,
}
LSTM, RNN = GRU | {"cell": "lstm"}, GRU | {"cell": "rnn", "lr": 3e-3}
ROWS = GRU | {"data": "rows", "T": 8, "cell": "lstm"}
PRE = {
    "kind": "transformer",
    "data": "rows",
    "depth": 3,
    "width": 32,
    "norm": "pre",
    "opt": "adamw",
    "lr": 2e-3,
    "init": None,
}
POST = PRE | {"norm": "post", "schedule": "warmup"}
ADAM, MOMENTUM, TANH = {"opt": "adam", "lr": 2e-3}, {"opt": "momentum", "lr": 0.02}, {"act": "tanh", "init": "xavier"}
SIGMOID = {"act": "sigmoid", "init": "xavier"}


def group(cause, mend, setups):
    """Yield (cause, setup, mended setup); ``mend`` is a change, or a function from a setup to one.

    Of a fault the first seven recipes are trained, for the time it takes; the rest are spare.
    """
    for i, setup in enumerate(setups if cause == "healthy" else setups[:7]):
        setup = setup | {"seed": 100 * (sum(map(ord, cause)) % 90) + i}
        yield cause, setup, setup | (mend(setup) if callable(mend) else mend)


def recipes():
    """Return all recipes, in a fixed order."""
    return [recipe for part in (*signals(), *steps(), *data(), *pairs()) for recipe in part]


def signals():
    """Yield the healthy runs, and the faults of signals."""
    yield group(
        "healthy",
        {},
        [
            MLP,
            MLP | TANH | ADAM | {"schedule": "cosine"},
            {"act": "gelu", "opt": "adamw", "lr": 2e-3, "schedule": "warmup"},
            BN | MOMENTUM,
            {"act": "leaky"} | MOMENTUM | {"schedule": "step"},
            TUMOURS,
            TUMOURS | TANH | ADAM,
            CONVBN,
            CONV | ADAM,
            POOL,
            CONVBN | MOMENTUM | {"schedule": "step", "act": "leaky"},
            GRU,
            LSTM,
            RNN,
            ROWS,
            PRE,
            POST,
            PRE | {"opt": "adam", "schedule": "warmup, cosine", "steps": 320},
            FIT,
            FIT | TANH | {"opt": "adam", "lr": 5e-3},
            {"shortcut": "zero", "depth": 4},
            {"shortcut": "zero", "depth": 6, "norm": "layer"} | ADAM,
            {"act": "silu", "opt": "rmsprop", "lr": 1e-3},
            {"depth": 3, "act": "elu", "schedule": "cosine"},
            FIT | {"depth": 2, "steps": 400},
            {"depth": 1, "steps": 300},
            {"depth": 2, "width": 96},
            TUMOURS | {"depth": 1, "lr": 0.3},
        ],
    )
    mend = {"act": "relu", "init": "he", "norm": None}
    yield group(
        "vanishing by activation",
        mend,
        [
            SIGMOID | {"depth": 8},
            SIGMOID | {"depth": 7} | ADAM,
            SIGMOID | {"depth": 10} | MOMENTUM,
            {"act": "sigmoid", "depth": 9},
            SIGMOID | {"depth": 7, "opt": "rmsprop", "lr": 5e-4},
            {"act": "hardsigmoid", "init": "xavier", "depth": 8},
            SIGMOID | TUMOURS | {"depth": 10, "lr": 0.05},
            CONV | {"act": "sigmoid", "init": "xavier", "depth": 8, "lr": 0.05},
            {"act": "sigmoid", "init": 2.5, "depth": 11, "lr": 0.05},
            SIGMOID | {"depth": 9, "schedule": "cosine", "lr": 0.05},
            SIGMOID | TUMOURS | {"depth": 12, "width": 48, "lr": 0.05},
            CONV | SIGMOID | {"depth": 9} | ADAM,
        ],
    )
    yield group(
        "vanishing by initialization",
        lambda s: {"init": "xavier" if s["act"] == "tanh" else "he", "std": None},
        [
            {"act": "relu", "init": None, "depth": 14, "lr": 0.05},
            {"act": "relu", "init": 0.6, "depth": 12, "lr": 0.05},
            {"act": "tanh", "init": 0.4, "depth": 12, "lr": 0.05},
            {"act": "gelu", "init": None, "depth": 12, "lr": 0.05},
            {"act": "relu", "init": "he", "std": 0.02, "depth": 9, "lr": 0.05},
            {"act": "leaky", "init": 0.5, "depth": 13, "lr": 0.05},
            CONV | {"act": "relu", "std": 0.02, "depth": 8, "lr": 0.05},
            CONV | {"act": "relu", "init": 0.5, "depth": 9, "lr": 0.03},
            {"act": "relu", "init": 0.5, "depth": 12} | MOMENTUM,
            {"act": "silu", "init": 0.7, "depth": 10, "lr": 0.05},
            TUMOURS | {"act": "relu", "init": 0.6, "depth": 14, "lr": 0.03},
            {"act": "tanh", "init": 0.3, "depth": 9} | MOMENTUM,
            FIT | {"act": "relu", "init": 0.5, "depth": 12, "lr": 0.02},
        ],
    )
    yield group(
        "vanishing by depth",
        {"depth": 5},
        [
            {"depth": 70, "lr": 0.02},
            {"depth": 60, "width": 32, "lr": 0.02},
            TANH | {"depth": 70, "lr": 0.02},
            {"depth": 90, "lr": 0.02, "width": 64},
            TANH | {"depth": 100, "lr": 0.02},
            {"depth": 60, "act": "leaky", "lr": 0.02, "width": 24},
            TUMOURS | {"depth": 80, "lr": 0.02},
            {"depth": 80, "act": "elu", "init": "xavier", "lr": 0.02},
        ],
    )
    yield group(
        "exploding",
        lambda s: {"init": "xavier" if s["act"] == "tanh" else "he", "std": None},
        [
            {"act": "relu", "init": 3.0, "depth": 10, "lr": 0.02},
            {"act": "relu", "std": 1.0, "depth": 6, "lr": 0.02},
            {"act": "tanh", "init": 4.0, "depth": 14, "lr": 0.02},
            {"act": "leaky", "init": 2.6, "depth": 12} | ADAM,
            {"act": "relu", "std": 0.5, "depth": 9} | ADAM,
            CONV | {"act": "relu", "init": 3.5, "depth": 8, "lr": 0.02},
            {"act": "tanh", "std": 1.0, "depth": 12} | ADAM,
            CONV | {"act": "relu", "std": 0.5, "depth": 8} | MOMENTUM,
            {"act": "elu", "init": 3.0, "depth": 12, "lr": 0.02},
            TUMOURS | {"act": "relu", "init": 3.5, "depth": 10, "lr": 0.02},
            {"act": "gelu", "init": 3.2, "depth": 10} | MOMENTUM,
        ],
    )
    yield group(
        "dead units",
        {"bias": {}},
        [
            {"bias": {"all": -4.0}},
            {"bias": {2: -15.0}},
            {"bias": {1: -12.0}, "depth": 7} | ADAM,
            {"bias": {"all": -3.0}} | MOMENTUM,
            CONV | {"bias": {2: -20.0}, "depth": 6, "lr": 0.05},
            {"bias": {3: -15.0}, "depth": 6, "width": 64},
            TUMOURS | {"bias": {1: -25.0}},
            CONV | {"bias": {"all": -4.0}, "depth": 5} | ADAM,
            FIT | {"bias": {1: -25.0}},
            {"bias": {0: -30.0}} | MOMENTUM,
        ],
    )
    yield group(
        "vanishing through time",
        {"T": 5},
        [
            RNN | {"T": 80},
            LSTM | {"T": 120},
            GRU | {"T": 100},
            RNN | {"T": 120, "opt": "sgd", "lr": 0.1},
            LSTM | {"T": 150, "width": 16},
            GRU | {"T": 60, "lr": 3e-3},
            RNN | {"T": 50, "opt": "rmsprop", "lr": 1e-3},
            LSTM | {"T": 80, "width": 48},
            GRU | {"T": 150, "width": 16},
            LSTM | {"T": 60, "depth": 3},
        ],
    )
    yield group(
        "underflow in half precision",
        lambda s: {"half": 0.0},
        [
            {"half": 1e-7} | ADAM,
            {"half": 1e-6, "depth": 8} | ADAM,
            CONV | {"half": 1e-7} | ADAM,
            {"half": 3e-7, "act": "tanh", "init": "xavier"} | ADAM,
            CONVBN | {"half": 1e-7} | ADAM,
            PRE | {"half": 1e-7},
            {"half": 1e-6, "width": 32} | ADAM,
            TUMOURS | {"half": 3e-8} | ADAM,
            {"half": 1e-6, "act": "gelu", "init": None, "depth": 6} | ADAM,
            CONV | {"half": 1e-6, "depth": 7} | ADAM,
        ],
    )


def steps():
    """Yield the faults of steps."""
    yield group(
        "learning rate too small",
        lambda s: {"lr": s["lr"] * 1000},
        [
            {"lr": 1e-4},
            {"opt": "adam", "lr": 3e-6},
            CONV | {"lr": 5e-5},
            {"opt": "momentum", "lr": 2e-5},
            CONVBN | {"opt": "adam", "lr": 5e-6},
            LSTM | {"lr": 1e-5},
            PRE | {"lr": 2e-6},
            TUMOURS | {"lr": 1e-4},
            {"opt": "adamw", "lr": 2e-6, "schedule": "cosine"},
            POST | {"lr": 2e-6},
            FIT | {"lr": 5e-5},
            {"lr": 1e-4, "schedule": "warmup"},
        ],
    )
    yield group(
        "learning rate too large",
        lambda s: {"lr": s["lr"] / 1000 if s.get("opt", "sgd") != "sgd" else 0.03},
        [
            {"lr": 5.0},
            {"opt": "adam", "lr": 1.0},
            CONV | {"lr": 3.0},
            {"opt": "momentum", "lr": 3.0},
            PRE | {"lr": 1.0},
            LSTM | {"opt": "adam", "lr": 5.0},
            {"lr": 10.0, "act": "tanh", "init": "xavier"},
            TUMOURS | {"opt": "adam", "lr": 3.0},
            CONVBN | {"opt": "adam", "lr": 3.0},
            {"opt": "rmsprop", "lr": 1.0},
            FIT | {"lr": 3.0},
            {"opt": "adamw", "lr": 2.0, "schedule": "cosine"},
            {"depth": 1, "lr": 300.0, "data": "fit", "loss": "mse"},
        ],
    )
    yield group(
        "warm-up missing",
        {"schedule": "warmup"},
        [
            POST | {"schedule": None, "depth": depth, "lr": lr, "opt": opt, "width": width, "steps": 200}
            for depth, lr, opt, width in (
                (6, 1e-2, "adam", 32),
                (8, 7e-3, "adam", 32),
                (8, 6e-3, "adamw", 32),
                (6, 1.2e-2, "adam", 24),
                (8, 8e-3, "adamw", 24),
                (6, 8e-3, "adamw", 48),
                (8, 5e-3, "adam", 48),
            )
        ],
    )
    yield group(
        "late divergence",
        lambda s: {"schedule": None},
        [
            {"schedule": "ramp"},
            {"schedule": "jump", "lr": 0.05},
            CONV | {"schedule": "ramp", "lr": 0.05},
            {"schedule": "ramp", "opt": "adam", "lr": 1e-3},
            CONVBN | {"schedule": "jump", "opt": "adam", "lr": 2e-3},
            PRE | {"schedule": "ramp", "steps": 400},
            TUMOURS | {"schedule": "ramp"},
            LSTM | {"schedule": "jump"},
            {"act": "tanh", "init": "xavier", "schedule": "jump"},
            FIT | {"schedule": "ramp"},
            {"opt": "momentum", "lr": 0.02, "schedule": "jump"},
        ],
    )
    yield group(
        "weight decay too large",
        {"decay": 0.0},
        [
            {"decay": 0.5},
            {"decay": 30.0, "opt": "adamw", "lr": 3e-3},
            CONV | {"decay": 0.8, "lr": 0.05},
            {"decay": 0.3} | {"opt": "momentum", "lr": 0.03},
            {"decay": 1.0, "opt": "adam", "lr": 3e-3},
            PRE | {"decay": 30.0},
            TUMOURS | {"decay": 1.0},
            LSTM | {"decay": 3.0, "opt": "adamw"},
            {"decay": 1.0, "act": "tanh", "init": "xavier"},
            FIT | {"decay": 1.0},
        ],
    )
    yield group(
        "layers not trained",
        {"held": None},
        [
            {"held": "copy"},
            {"held": "copy"} | ADAM,
            CONV | {"held": "copy"},
            PRE | {"held": "copy"},
            {"held": 2, "depth": 6},
            CONV | {"held": 3, "depth": 6} | ADAM,
            {"held": 3, "depth": 5} | TANH,
            TUMOURS | {"held": "copy"},
            LSTM | {"held": "copy"},
            CONVBN | {"held": 2},
            {"held": 1, "depth": 4} | MOMENTUM,
        ],
    )
    yield group(
        "bad batch or operation",
        {"poison": None},
        [
            base | {"poison": (at, kind)}
            for base, at, kind in (
                (MLP, 60, "sqrt"),
                (ADAM, 110, "log"),
                (CONV, 90, "divide"),
                (PRE, 140, "inf"),
                (TUMOURS, 40, "log"),
                (CONVBN, 75, "sqrt"),
                (LSTM, 120, "divide"),
                (TANH | MOMENTUM, 33, "inf"),
                (FIT, 80, "sqrt"),
                (POOL, 64, "log"),
                (BN, 150, "divide"),
                (POST, 100, "sqrt"),
            )
        ],
    )


def data():
    """Yield the faults of data and of the loss."""
    yield group(
        "overfitting",
        lambda s: {"examples": None},
        [
            {"examples": 50},
            {"examples": 80} | ADAM,
            CONV | {"examples": 40, "lr": 0.05},
            {"examples": 60} | TANH,
            BN | {"examples": 70},
            ROWS | {"examples": 60},
            {"examples": 70, "opt": "adamw", "lr": 3e-3, "act": "gelu"},
            PRE | {"examples": 70},
            CONVBN | {"examples": 50} | MOMENTUM,
            {"examples": 90, "depth": 3, "schedule": "cosine"},
        ],
    )
    yield group(
        "label noise",
        {"noise": 0.0},
        [
            {"noise": 0.5},
            {"noise": 0.4} | ADAM,
            CONV | {"noise": 0.5, "lr": 0.05},
            {"noise": 0.6} | TANH,
            CONVBN | {"noise": 0.5},
            ROWS | {"noise": 0.5},
            PRE | {"noise": 0.5},
            {"noise": 0.4, "depth": 3} | MOMENTUM,
            POOL | {"noise": 0.6},
            GRU | {"noise": 0.5},
            {"noise": 0.5, "schedule": "step"},
        ],
    )
    yield group(
        "data in order of class",
        {"ordered": False},
        [
            base | {"ordered": True, "batch": 16, "steps": 500}
            for base in (MLP, ADAM, CONV | {"lr": 0.05}, TANH, ROWS, CONVBN, PRE)
        ],
    )
    yield group(
        "flat output",
        {"out": None, "bias": {}},
        [
            TUMOURS | {"out": "softmax"},
            TUMOURS | {"out": "softmax"} | ADAM,
            FIT | {"out": "relu", "bias": {-1: -20.0}},
            FIT | {"out": "clamp", "bias": {-1: -20.0}, "depth": 3},
            {"out": "relu", "bias": {-1: -20.0}},
            CONV | {"out": "relu", "bias": {-1: -30.0}},
            {"out": "softmax", "data": "digits", "loss": "bce"},
            CONV | {"out": "softmax", "loss": "bce"},
            FIT | {"out": "relu", "bias": {-1: -30.0}, "opt": "adam", "lr": 3e-3},
            LSTM | {"out": "softmax", "loss": "bce"},
        ],
    )
    yield group(
        "scale of inputs or targets",
        {"scale_x": 1.0, "scale_y": 1.0, "shift_y": 0.0},
        [
            {"scale_x": 255.0},
            FIT | {"scale_y": 1000.0},
            CONV | {"scale_x": 255.0, "lr": 0.05},
            FIT | {"scale_y": 1e4, "opt": "momentum", "lr": 0.02},
            {"scale_x": 255.0} | TANH,
            FIT | {"shift_y": 3000.0},
            TUMOURS | {"scale_x": 1000.0},
            FIT | {"scale_x": 300.0},
            FIT | {"scale_y": 1e3, "opt": "adam", "lr": 3e-3},
            MOMENTUM | {"scale_x": 500.0},
            LSTM | {"scale_x": 3000.0, "opt": "sgd", "lr": 0.3},
            FIT | {"scale_y": 300.0, "act": "tanh", "init": "xavier"},
            CONV | {"scale_x": 1000.0} | TANH,
        ],
    )


def pairs():
    """Yield a generator and its critic; what is planted is in the one that is watched."""
    yield group("healthy", {}, [PAIR, CRITIC, PAIR | {"act": "gelu", "lr": 2e-3}, CRITIC | {"act": "relu", "depth": 5}])
    yield group("vanishing by activation", {"act": "leaky", "init": "he"},
                [base | {"act": "sigmoid", "init": "xavier", "depth": 9} for base in (PAIR, CRITIC)])
    yield group("vanishing by initialization", {"std": None},
                [base | {"act": "relu", "std": 0.02, "depth": 9} for base in (PAIR, CRITIC)])
    yield group("exploding", {"init": "he"},
                [base | {"act": "relu", "init": 3.0, "depth": 10} for base in (PAIR, CRITIC)])
    yield group("learning rate too small", {"lr": 1e-3}, [base | {"lr": 1e-6} for base in (PAIR, CRITIC)])
    yield group("learning rate too large", {"lr": 1e-3}, [base | {"lr": 1.0} for base in (PAIR, CRITIC)])
    yield group("layers not trained", {"held": None}, [base | {"held": "copy"} for base in (PAIR, CRITIC)])
