"""Kinds of runs that strangers bring: three variants of each get the right cause, or "undecided" that asks for more."""

import io
import zipfile

import numpy as np
import pytest

from vgtext.diagnose import CAUSES, ROWS, UNDECIDED, Recording, diagnose, measure_symptoms, table
from vgtext.diagnose.loop import decays
from vgtext.diagnose.rules import questions

R = 4
FLAT = np.full(100, 2.0)
STUCK = np.r_[np.linspace(3, 1.8, 50), np.full(250, 1.75)]
LEARNS = 2.3 * np.exp(-np.arange(200) / 20)


def fine(layers=5, rows=R):
    return {"gradient": np.ones((rows, layers)), "activation": np.ones((rows, layers))}


def ratio(*rows, layers=5):
    return {"update_ratio": np.repeat(np.array(rows, float)[:, None], layers, 1)}


def rows(*sizes, layers=5):
    return np.repeat(np.array(sizes, float)[:, None], layers, 1)


def zeros_then_ones(rows_of_zeros, layers=5):
    gradient = np.ones((R, layers))
    gradient[:rows_of_zeros, :-1] = 0
    return {"gradient": gradient, "activation": np.ones((R, layers))}


def there_and_back(up=2.3, at=100):
    return np.r_[np.linspace(2.3, 0.1, at), np.linspace(0.1, up, 30), np.full(70, up)]


def saw(period, n=300):
    return np.tile(np.r_[np.linspace(4, 0.1, period)], n // period + 1)[:n]


KINDS = {
    "layers not trained": [
        {"loss": FLAT, **fine(), **ratio(0, 0, 0, 0)},
        {
            "loss": LEARNS,
            "gradient": np.tile([0, 0, 1, 1, 1.0], (R, 1)),
            "activation": np.ones((R, 5)),
            "train_accuracy": [0.95],
        },
        {
            "loss": STUCK,
            "gradient": np.ones((R, 4)),
            "weight": np.ones((R, 4)),
            "update": np.tile([0.0, 1e-3, 1e-3, 1e-3], (R, 1)),
        },
        {"update_ratio": np.zeros((3, 6)), "loss": FLAT},
    ],
    "flat output": [
        {"loss": FLAT, "gradient": np.zeros((R, 3)), "dead": np.tile([0, 0, 1.0], (R, 1))},
        {"loss": FLAT, "gradient": np.zeros((R, 6)), "activation": np.ones((R, 6))},
        {
            "loss": np.r_[1198, np.linspace(100, 0.5, 20), np.full(100, 0.5)],
            "gradient": np.r_[np.ones((1, 3)), np.zeros((3, 3))],
            "dead": np.r_[np.zeros((1, 3)), np.tile([0, 0, 1.0], (3, 1))],
        },
        {
            "loss": np.full(50, 0.69),
            "gradient": np.zeros((1, 2)),
            "activation": np.ones((1, 2)),
            "train_accuracy": [0.5],
        },
    ],
    "scale of inputs or targets": [
        {"loss": [3e10, 2e28, np.nan], "weight": np.full((1, 3), 5.0), "update": [[4e3, 1e4, 2e4]]},
        {
            "loss": [3e10, 2e28, np.nan],
            "weight": np.full((1, 6), 5.0),
            "update": [[4e3] * 6],
            "gradient": [[1e-3, 1e-2, 1e-1, 1, 10, 100.0]],
            "activation": [[1, 1e-1, 1e-2, 1e-3, 1e-4, 1.0]],
        },
        {"loss": FLAT, **fine(), **ratio(3e-2, 0, 0, 0), "input": [145.0] * R},
    ],
    "late divergence": [
        {
            "loss": there_and_back(),
            "test_loss": [2.0, 2.0],
            "gradient": np.tile([0.24, 0.4, 0.6, 0.8, 1], (3, 1)),
            "activation": np.ones((3, 5)),
            "dead": [[0] * 5, [0] * 5, [1, 1, 1, 1, 0]],
        },
        {"loss": there_and_back(5.0, 60), **fine(), **ratio(2e-3, 2e-3, 2e-3, 0.3)},
        {"loss": np.r_[there_and_back(30.0), [np.nan] * 3], **fine(), **ratio(2e-3, 2e-3, 2e-3, 2e-3)},
    ],
    "bad batch or operation": [
        {"loss": np.r_[LEARNS[:59], [np.nan] * 5], **fine(), **ratio(2e-3, 2e-3, 2e-3, 2e-3)},
        {"loss": np.r_[LEARNS[:20], [np.inf]], **ratio(5e-4, 5e-4, layers=2)},
        {
            "loss": np.r_[LEARNS[:30], [np.nan] * 2],
            "steps": [1, 10, 30],
            "gradient": [[1, 1.0], [1, 1], [np.nan, np.nan]],
            **ratio(1e-3, 1e-3, np.nan, layers=2),
        },
    ],
    "weight decay too large": [
        {"loss": STUCK, **fine(), "weight": rows(11, 1, 0.1, 5e-4), "update": rows(0.1, 0.01, 1e-3, 5e-6)},
        {"loss": FLAT, "weight": rows(3, 2, 1, 0.3), "test_accuracy": [0.1]},
        {"loss": STUCK, **fine(3), "weight": rows(8, 4, 2, 1, layers=3), "train_accuracy": [0.2]},
    ],
    "learning rate too large": [
        {
            "loss": [1, 1e3, 1e6, np.nan],
            "gradient": [[1e3]],
            "activation": [[1.0]],
            "update_ratio": [[1000.0]],
            "weight": [[1.0]],
            "train_accuracy": [0.1],
            "test_accuracy": [0.1],
        },
        {"loss": STUCK, **fine(), **ratio(0.4, 0.3, 0.4, 0.3)},
        {"loss": np.r_[2.3, np.linspace(5, 9, 60)], **fine(2), **ratio(0.9, 0.9, 0.9, 0.9, layers=2)},
    ],
    "data in order of class": [
        {"loss": saw(30), **fine(), **ratio(2e-3, 2e-3, 2e-3, 2e-3), "test_accuracy": [0.1, 0.12]},
        {"loss": saw(21), "train_accuracy": [0.1, 0.12]},
        {"loss": saw(50, 500), **fine(3), "test_loss": [2.0, 2.0]},
    ],
    "underflow in half precision": [
        {"loss": FLAT, "gradient": np.tile([0, 0, 2e-7, 1e-6, 1e-5], (R, 1)), "activation": np.ones((R, 5))},
        {
            "loss": STUCK,
            "gradient": np.tile([0, 6e-8, 2e-7], (R, 1)),
            "activation": np.ones((R, 3)),
            "precision": "float16",
        },
        {"loss": FLAT, "gradient": np.tile([0, 0, 0, 1e-6], (R, 1)), "dead": np.zeros((R, 4))},
    ],
    "vanishing through time": [
        {"loss": FLAT, **fine(2), "time_gradient": np.tile(0.8 ** np.arange(100)[::-1], (R, 1))},
        {"loss": FLAT, **fine(2, 1), "time_gradient": [[0.0] * 20 + [1.0] * 20]},
        {
            "loss": FLAT,
            **fine(3),
            **ratio(2e-3, 2e-3, 2e-3, 2e-3, layers=3),
            "time_gradient": np.geomspace(1e-9, 1, 50)[None].repeat(R, 0),
        },
    ],
    "warm-up missing": [
        {
            "loss": FLAT,
            "gradient": rows(1, 0.5, 1e-3, 1e-4, layers=20),
            "activation": np.ones((R, 20)),
            "shortcuts": True,
            "normalized": True,
            **ratio(5e-3, 5e-3, 5e-3, 5e-3, layers=20),
        },
        {
            "loss": STUCK[:200],
            "gradient": rows(1, 1e-1, 1e-4, 1e-5, layers=9),
            "activation": np.ones((R, 9)),
            "shortcuts": True,
            "normalized": True,
            **ratio(2e-2, 2e-2, 1e-2, 5e-3, layers=9),
        },
        {
            "loss": FLAT,
            "gradient": rows(3, 3, 3, 1e-2, layers=30),
            "activation": np.ones((R, 30)),
            "shortcuts": True,
            "normalized": True,
            "train_accuracy": [0.1],
            **ratio(9e-3, 9e-3, 9e-3, 9e-3, layers=30),
        },
    ],
}


@pytest.mark.parametrize(
    ("cause", "i"), [(cause, i) for cause, variants in KINDS.items() for i in range(len(variants))]
)
def test_a_kind_is_named(cause, i):
    found = diagnose(Recording(**KINDS[cause][i]))
    assert found.cause == cause, found
    assert any(character.isdigit() for character in "".join(found.evidence))


@pytest.mark.parametrize("schedule", [(7e-3, 3e-4, 7e-6), (7e-5, 7e-3, 7e-3), (7e-3, 7e-3, 7e-5), (1e-4, 7e-3, 1e-5)])
@pytest.mark.parametrize("loss", [STUCK, LEARNS, FLAT])
def test_what_a_schedule_explains_is_no_symptom(schedule, loss):
    known = {"loss": loss, **fine(rows=3)}
    assert (
        diagnose(Recording(**known, **ratio(*schedule))).cause
        == diagnose(Recording(**known, **ratio(7e-3, 7e-3, 7e-3))).cause
    )


@pytest.mark.parametrize("silent_rows", [1, 2, 3])
def test_the_first_record_in_which_every_layer_gets_a_signal_is_the_judge(silent_rows):
    """A head that starts at 0 sends nothing back at step 1."""
    known = {**zeros_then_ones(silent_rows), **ratio(*[7e-3] * 4), "train_accuracy": [0.99], "test_accuracy": [0.98]}
    assert diagnose(Recording(loss=LEARNS, **known)).cause == "healthy"
    assert measure_symptoms(Recording(**zeros_then_ones(silent_rows))).row == silent_rows


@pytest.mark.parametrize("loss", [np.linspace(-1, -5, 100), np.linspace(1, -5, 100), np.linspace(-5, -1, 100)])
def test_a_loss_that_may_be_negative_is_not_divided(loss):
    found = diagnose(Recording(loss=loss, **fine(), **ratio(*[2e-3] * 4)))
    assert found.cause == UNDECIDED and "accuracy" in found.record_next[0]
    assert "learning rate too large" not in found.candidates


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_few_layers_do_not_hide_what_is_lost_through_time(layers):
    """An LSTM whose signal lies far back: its layers cannot show it, so the time steps are asked for."""
    known = {
        "gradient": [np.geomspace(1e-3, 1, layers)],
        "activation": np.ones((1, layers)),
        **ratio(1e-3, layers=layers),
    }
    found = diagnose(Recording(loss=np.full(200, 1.38), **known))
    assert found.cause == UNDECIDED and "vanishing through time" in found.candidates
    assert any("time step" in words for words in found.record_next)


@pytest.mark.parametrize("layers", [18, 24, 40])
def test_signals_lost_after_the_start_are_not_blamed_on_the_start(layers):
    gradient = np.array([np.geomspace(0.04, 1, layers), np.geomspace(2e-6, 1e-3, layers)])
    found = diagnose(
        Recording(
            loss=np.full(200, 2.3),
            gradient=gradient,
            activation=np.ones((2, layers)),
            **ratio(5e-3, 5e-3, layers=layers),
        )
    )
    assert found.cause == UNDECIDED and "warm-up missing" in found.candidates


@pytest.mark.parametrize("end", [1.2, 3.0, 30.0])
def test_steps_that_hardly_touch_the_weights_are_not_too_long_though_the_loss_rises(end):
    """The loss of a generator rises as its critic learns, whatever its own steps do."""
    rises = Recording(loss=np.linspace(0.7, end, 200), train_accuracy=[0.1], **fine(), **ratio(*[1e-6] * 4))
    assert diagnose(rises).cause == "learning rate too small"
    jumps = np.r_[0.7, end * np.random.default_rng(0).uniform(0.8, 1.2, 199)]
    for loss, cause in ((jumps, "learning rate too large"), (np.linspace(0.7, end, 200), UNDECIDED)):
        rises = Recording(loss=loss, train_accuracy=[0.1], **fine(), **ratio(*[5e-2] * 4))
        assert diagnose(rises).cause == cause, "what rises entry by entry may go uphill"


@pytest.mark.parametrize("known", [fine(), fine(12), {**fine(3), "dead": np.zeros((R, 3))}])
def test_a_loss_that_never_moved_is_not_called_label_noise(known):
    layers = known["gradient"].shape[1]
    found = diagnose(Recording(loss=FLAT, **known, **ratio(*[3e-3] * 4, layers=layers)))
    assert found.cause == UNDECIDED and "label noise" in found.candidates
    assert "twin of few layers" in found.record_next[0]


@pytest.mark.parametrize("known", [{}, {"activation": np.zeros((2, 3))}, {"activation": np.ones((2, 3))}])
def test_no_factor_is_made_of_zeros(known):
    found = diagnose(Recording(loss=FLAT, gradient=np.zeros((2, 3)), **known))
    assert not any("times" in sentence or "factor" in sentence for sentence in found.evidence)


def test_frozen_layers_are_named_by_their_numbers():
    found = diagnose(Recording(**KINDS["layers not trained"][1]))
    assert "layers 1 and 2" in found.evidence[0] and "healthy" not in str(found)


def test_the_output_layer_is_not_a_hidden_one():
    """Planted faults: its dead units, its silence, and its number."""
    dead = np.tile([0.1, 0.97, 0.2, 1.0], (2, 1))
    s = measure_symptoms(Recording(dead=dead))
    assert (s.dead, s.dead_layer, s.dead_output) == (0.97, 2, True)
    assert diagnose(Recording(loss=FLAT, dead=dead)).evidence[0].startswith("In layer 2, 97%")
    assert measure_symptoms(Recording(saturation=[[0.2, 0.4, 0.9]])).saturation == pytest.approx(0.3)
    assert measure_symptoms(Recording(activation=[[1.0, 1.0, 0.0]])).silent is False
    assert measure_symptoms(Recording(activation=[[1.0, 0.0, 1.0]])).silent is True
    assert diagnose(Recording(loss=FLAT, dead=np.tile([0.1, 0.2, 0.2, 1.0], (2, 1)))).cause != "dead units"


@pytest.mark.parametrize(
    "known",
    [
        {"loss": [1.0]},
        {"loss": [np.nan]},
        {"loss": [np.inf, np.nan]},
        {"loss": [0.0] * 20},
        {"loss": [-1.0]},
        {"gradient": [[1.0]]},
        {"gradient": [[0.0]]},
        {"gradient": [[np.nan, np.nan]]},
        {"activation": [[0.0, 0.0]]},
        {"update_ratio": [[np.inf, 0.0]]},
        {"weight": [[0.0, 0.0]], "update": [[0.0, 1.0]]},
        {"dead": [[1.0]]},
        {"train_accuracy": [1.0]},
        {"test_loss": [0.0, 1.0]},
        {"time_gradient": [[0.0, 0.0]]},
        {"steps": [3]},
        {"learning_rate": 0.1},
        {"gradient": [[1e308, 1e-308]], "activation": [[1e-308, 1e308]]},
        {"loss": np.r_[np.ones(20), np.nan], "gradient": [[1.0, 1.0], [np.nan, 1.0]], "steps": [1, 21]},
    ],
)
def test_thin_or_odd_recordings_get_an_answer(known):
    found = diagnose(Recording(**known))
    assert found.cause in (*CAUSES, UNDECIDED) and found.remedy
    assert found.cause != UNDECIDED or found.candidates or found.record_next or found.remedy
    assert len(found.record_next) <= 4


def test_a_long_recording_is_measured_in_a_part_of_its_rows():
    """10,000 steps of 500 layers; the last row counts as much as the first."""
    g = np.ones((10_000, 500))
    recording = Recording(
        gradient=g,
        activation=g,
        update_ratio=1e-3 * g,
        weight=g * np.geomspace(1, 1e-3, 10_000)[:, None],
        loss=np.ones(10_000),
    )
    assert diagnose(recording).cause == "weight decay too large"
    s = measure_symptoms(recording)
    assert s.shrinks == pytest.approx(1e-3) and s.ratio_peak == 1e-3


def test_the_table_has_a_row_for_every_cause_and_asks_in_its_order():
    assert CAUSES == tuple(row.cause for row in ROWS) and len(set(CAUSES)) == len(CAUSES)
    for row in ROWS:
        assert row.question.endswith("?") and row.page.startswith("notebooks/") and all(row)


def test_a_recording_survives_its_file(tmp_path):
    recording = Recording(
        loss=LEARNS,
        **fine(),
        names=["a", "b", "c", "d", "e"],
        learning_rate=[0.1, 0.1, 0.01, 0.01],
        optimizer="Adam",
        precision="float16",
        shortcuts=True,
        normalized=False,
    )
    recording.save(tmp_path / "run.npz")
    again = Recording.load(tmp_path / "run.npz")
    assert again.given().keys() == recording.given().keys()
    for name, value in recording.given().items():
        assert np.array_equal(value, getattr(again, name)), name
    np.savez(tmp_path / "own.npz", loss=LEARNS, **fine())
    assert Recording.load(tmp_path / "own.npz").gradient.shape == (4, 5)


def test_a_file_that_is_no_recording_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"path must end in \.npz, got 'run.txt'"):
        Recording(loss=[1.0]).save("run.txt")
    np.savez(tmp_path / "odd.npz", losses=[1.0])
    with pytest.raises(ValueError, match="a recording has no losses; it may hold steps, gradient"):
        Recording.load(tmp_path / "odd.npz")
    with pytest.raises(ValueError, match="a recording has no losses; it may hold steps, gradient"):
        Recording(loss=[1.0]).only("losses")
    (tmp_path / "text.npz").write_text("no file of numpy's")
    np.save(tmp_path / "array.npy", LEARNS)
    whole = (tmp_path / "odd.npz").read_bytes()
    for name, content in (("empty.npz", b""), ("cut.npz", whole[:-9])):  # a run that ended while it was writing
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:  # as torch.save writes
        archive.writestr("model/data.pkl", b"")
    for name in ("text.npz", "array.npy", "empty.npz", "cut.npz", "model.pt"):
        with pytest.raises(ValueError, match=r"must name a file that np\.savez wrote, and wrote to its end") as refused:
            Recording.load(tmp_path / name)
    advice = str(refused.value).split("too: ")[1]  # holds as it stands
    exec(advice.replace("run.npz", str(tmp_path / "run.npz")), {"np": np, "losses": [2.3, 2.2, 2.1]})
    assert Recording.load(tmp_path / "run.npz").loss.tolist() == [2.3, 2.2, 2.1]
    at = whole.index(b"NUMPY") + 130  # a number of the array
    (tmp_path / "odd.npz").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(ValueError, match="cannot be read"):
        Recording.load(tmp_path / "odd.npz")
    with pytest.raises(FileNotFoundError):
        Recording.load(tmp_path / "none.npz")


def test_a_file_whose_arrays_do_not_fit_into_memory_is_refused(tmp_path):
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**14,)})
    with zipfile.ZipFile(tmp_path / "run.npz", "w") as file:
        file.writestr("loss.npy", head.getvalue())
    with pytest.raises(ValueError, match="cannot be read: Unable to allocate"):
        Recording.load(tmp_path / "run.npz")


@pytest.mark.parametrize(("known", "words"), [
    ({"loss": [1 + 2j]}, "loss must hold numbers, .*complex128"),
    ({"loss": np.array(["2026-01-01"], "M8[D]")}, "loss must hold numbers, .*datetime64"),
    ({"steps": [1.5], "gradient": [[1.0]]}, "steps must be whole numbers, none below 0"),
    ({"steps": [-1], "gradient": [[1.0]]}, "steps must be whole numbers, none below 0"),
    ({"steps": [np.inf], "gradient": [[1.0]]}, "steps must be whole numbers, none below 0")])
def test_what_is_no_number_is_refused(known, words):
    with pytest.raises(ValueError, match=words):
        Recording(**known)


def signal(forward=1.0, backward=1.0, layers=6):
    """Sizes of one record whose activations and errors change by these factors over all hidden layers."""
    way = np.arange(layers) / (layers - 2)
    return {"activation": [forward**way], "error": [backward ** way[::-1]]}


def ends_at(level, third_quarter=None):
    """A loss that starts at 1, and the level of its last quarter, and of the one before, if that is another."""
    third = level if third_quarter is None else third_quarter
    return np.r_[np.linspace(1, third, 50), np.full(25, third), np.full(25, level)]


def decaying(share):
    """An optimizer whose decay takes this share of the weights in a step."""
    return type("SGD", (), {"param_groups": [{"lr": 0.1, "weight_decay": 10 * share}]})()


FAILED = {"train_accuracy": [0.3]}
BRANCHES = {"shortcuts": True, "normalized": True}
#: What a limit divides: a cause, a recording that depends on a number, and a number on either side.
SIDES = {
    "LEARNED": ("healthy", lambda v: {"loss": ends_at(v), "constant_loss": 9.0}, 0.14, 0.28),
    "VANISHES": ("vanishing by initialization", lambda v: signal(v**0.5, v**0.5), 0.045, 0.09),
    "SOME": ("vanishing by initialization", lambda v: {**signal(v**0.5, v**0.5), **ratio(2e-5, layers=6)},
             7e-4, 1.4e-3),
    "ADAPTS": ("vanishing by initialization", lambda v: {
        **signal(v**0.5, v**0.5), **ratio(1e-3, layers=6), "optimizer": "Adam"}, 2.2e-5, 4.5e-5),
    "EXPLODES": ("exploding", lambda v: signal(v), 45, 22),
    "LOST": ("layers not trained", lambda v: {**signal(v), "update": [[0, 1, 1, 1, 1, 1]]}, 1.4e-6, 0.7e-6),
    "FEW_LAYERS": ("vanishing by initialization", lambda v: signal(0.1, 0.1, v), 5, 4),
    "FEW_LAYERS, twice": ("vanishing by depth", lambda v: signal(0.1, 0.1, v), 10, 9),
    "ALIVE": ("dead units", lambda v: {"dead": [[0.1, v, 0.1]]}, 0.96, 0.93),
    "TOO_FAST": ("learning rate too large", ratio, 0.14, 0.07),
    "GUIDE": ("vanishing by activation", lambda v: {**signal(1, 0.01), "saturation": [[0] * 6],
                                                    "update_ratio": [[*[2e-4] * 5, v]]}, 2e-3, 7e-4),
    "TOO_SLOW": ("learning rate too small", ratio, 2.1e-4, 4.2e-4),
    "NEAR_ONE, forward": ("vanishing by initialization", lambda v: signal(v**28, layers=30), 0.8, 0.89),
    "NEAR_ONE, backward": ("vanishing by activation", lambda v: {
        **signal(1, v**28, layers=30), "saturation": [[0] * 30]}, 0.8, 0.89),
    "STEEP": ("vanishing by initialization", lambda v: {
        **signal(1, 1e-4), "activation_error": [[x / v for x in signal(1, 1e-4)["error"][0]]]}, 0.6, 0.4),
    "TINY": ("underflow in half precision", lambda v: {
        "loss": v * FLAT / 2, "gradient": rows(0), "activation": rows(1), "precision": "float16"}, 7e-4, 1.4e-3),
    "STANDS": ("label noise", lambda v: {"loss": ends_at(0.5 * v, 0.5), **ratio(0.01)}, 0.82, 0.68),
    "BACK": ("label noise", lambda v: {"loss": ends_at(0.5 * v, 0.5), **ratio(0.01)}, 1.05, 1.15),
    "SLOWS": ("label noise", lambda v: {"loss": ends_at(0.5 * v, 0.5), **ratio(0.01), "test_accuracy": [0.3]},
              0.9, 0.86),
    "CLIMBS": ("label noise", lambda v: {"loss": ends_at(0.42, 0.5), **ratio(0.01),
                                         "train_accuracy": [0.1, 0.3, 0.3, 0.3 + v]}, 0.1, 0.2),
    "SATURATED": ("label noise", lambda v: {"loss": ends_at(0.5), **ratio(0.01, layers=3), "saturation": [[v, v, 0]]},
                  0.6, 0.7),
    "MOVED": ("label noise", lambda v: {"loss": ends_at(v), **ratio(0.01)}, 0.93, 0.97),
    "MOVES": ("label noise", lambda v: {"loss": ends_at(0.5), **ratio(v / 100)}, 0.7, 0.35),
    "GAP": ("overfitting", lambda v: {"train_accuracy": [0.99], "test_accuracy": [0.99 - v]}, 0.14, 0.07),
    "WIDE": ("overfitting", lambda v: {"train_accuracy": [0.8], "test_accuracy": [0.8 - v]}, 0.45, 0.35),
    "SAME": ("healthy", lambda v: {"train_accuracy": [0.95, 0.95 + v, 0.95]}, 0.003, 0.001),
    "ALIKE": ("label noise", lambda v: {"loss": ends_at(0.5), **ratio(0.01), "train_accuracy": [0.3 - v, 0.3, 0.3]},
              0.04, 0.02),
    "RISE": ("overfitting", lambda v: {"train_accuracy": [0.99], "test_loss": [2, 1, v]}, 1.3, 1.13),
    "SHRINKS": ("weight decay too large", lambda v: {"weight": rows(1, v)}, 0.14, 0.28),
    "KEPT": ("weight decay too large", lambda v: {"weight": rows(1, v), "loop": "much decay"}, 0.85, 0.95),
    "DECAYS": ("weight decay too large", lambda v: {"weight": rows(1, 0.5), "loop": [*decays(decaying(v))]},
               0.014, 0.007),
    "WANES": ("label noise", lambda v: {"loss": ends_at(0.5), **ratio(0.01, 0.01), "weight": rows(1, v)}, 0.6, 0.42),
    "INPUTS, small": ("scale of inputs or targets", lambda v: {"input": [v]}, 0.007, 0.014),
    "INPUTS, large": ("scale of inputs or targets", lambda v: {"input": [v]}, 42, 21),
    "HUGE": ("scale of inputs or targets", lambda v: {"loss": v * ends_at(0.5), **signal()}, 1.4e4, 0.7e4),
    "FORGETS": ("vanishing through time", lambda v: {"time_gradient": [np.geomspace(v, 1, 9)]}, 7e-4, 1.4e-3),
    "BRISK": ("warm-up missing", lambda v: {**fine(rows=2), **ratio(v, v), **BRANCHES}, 0.042, 0.021),
    "COLLAPSES": ("warm-up missing", lambda v: {"gradient": rows(1, v), **ratio(1e-3, 1e-3), **BRANCHES}, 0.007, 0.014),
    "BEGUN": ("warm-up missing", lambda v: {"loss": ends_at(v), **fine(rows=2), **ratio(0.05, 0.05), **BRANCHES},
              0.85, 0.75),
    "TRAINED": ("learning rate too small", lambda v: {"loss": v * FLAT / 2, **ratio(1e-5)}, 0.12, 0.08),
    "RUNS_AWAY": ("learning rate too large", lambda v: {"loss": np.r_[1, np.full(40, v)], **ratio(0.05)}, 120, 80),
    "RUNS_ON": ("data in order of class", lambda v: {"loss": saw(40, 40 * v + 20)}, 4, 3),
}


@pytest.mark.parametrize("limit", SIDES)
def test_a_limit_divides_the_runs_on_its_two_sides(limit):
    cause, make, yes, no = SIDES[limit]
    kept = {} if limit in ("LEARNED", "RUNS_AWAY", "BEGUN", "TRAINED") else FAILED
    answers = [questions(measure_symptoms(r), r)[cause]
               for r in (Recording(**{**kept, **make(value)}) for value in (yes, no))]
    assert answers[0] is True and answers[1] is not True


@pytest.mark.parametrize(("left", "dies"), [(4e-3, True), (4e-4, False)])
def test_units_that_die_while_training_are_named_also_where_signals_fade_somewhat(left, dies):
    """A network of small weights trains all the same; one whose signals are lost has that trouble first."""
    sizes = {name: 2 * row for name, row in signal(left**0.5, left**0.5).items()}
    run = Recording(**FAILED, **sizes, **ratio(0.02, 0.02, layers=6), dead=[[0.1] * 6, [0.1, 1.0] * 3])
    assert (questions(measure_symptoms(run), run)["dead units"] is True) is dies


def test_every_limit_has_its_two_sides():
    constants = {name for name, value in vars(table).items() if name.isupper() and isinstance(value, float | int)}
    assert constants | {"INPUTS"} == {limit.partition(",")[0] for limit in SIDES}


def test_signals_are_not_to_blame_while_the_loss_has_halved_and_falls_on():
    signals = {**signal(1e3), **FAILED}
    assert diagnose(Recording(loss=np.linspace(1, 0.3, 100), **signals)).cause == UNDECIDED
    assert diagnose(Recording(loss=ends_at(0.3), **signals)).cause == "exploding"


@pytest.mark.parametrize(("last", "named"), [(2.0, "label noise"), (0.02, UNDECIDED)])
def test_what_fades_a_little_at_the_first_record_alone_is_not_named(last, named):
    first, then = signal(0.2, 0.2), signal(last**0.5, last**0.5)
    both = {name: first[name] + then[name] for name in first}
    found = diagnose(Recording(loss=ends_at(0.5), **both, **ratio(0.01, 0.01, layers=6), **FAILED))
    assert found.cause == named and (named != UNDECIDED or "vanishing by initialization" in found.candidates)


@pytest.mark.parametrize(("precision", "named"), [
    ("float16", "underflow in half precision"), (None, "layers not trained")])
def test_in_16_bits_a_small_update_may_be_rounded_away(precision, named):
    known = {"gradient": np.tile([0, 1e-5, 1e-3, 1e-2], (R, 1)), "update": np.tile([0, 0, 1e-5, 1e-4], (R, 1))}
    assert diagnose(Recording(loss=FLAT, precision=precision, **known, **FAILED)).cause == named


@pytest.mark.parametrize("frozen", [1, 2, 3, 4])
def test_a_layer_is_called_frozen_for_a_gradient_of_its_own(frozen):
    update, gradient = np.ones((R, 4)), np.ones((R, 4))
    update[:, frozen - 1] = 0
    for faint in (1, 2, 3, 4):  # one layer's gradient is lost in rounding
        small = gradient * np.where(np.arange(1, 5) == faint, 1e-9, 1)
        assert measure_symptoms(Recording(update=update, gradient=small)).no_update == (
            () if faint == frozen else (frozen,))


@pytest.mark.parametrize(("end", "cause"), [(1e-4, "learning rate too small"), (1e-8, "vanishing by initialization")])
def test_a_head_that_starts_at_0_and_grows_is_no_signal_lost_on_its_way(end, cause):
    """Past what its branches lose leads a shortcut; by short steps it grows for long."""
    start, then = signal(0.5, 1e-7), signal(0.5, end)
    both = {name: start[name] + then[name] for name in start}
    assert diagnose(Recording(loss=FLAT, **both, **ratio(1e-5, 1e-5, layers=6), **BRANCHES, **FAILED)).cause == cause


@pytest.mark.parametrize(("peak", "cause"), [(0.3, "warm-up missing"), (0.7, "learning rate too large")])
def test_gradients_that_are_lost_after_steps_that_rewrite_the_weights_ask_for_no_warm_up(peak, cause):
    known = {**ratio(0.02, peak), **BRANCHES, **fine(rows=2)}
    assert diagnose(Recording(**{**known, "gradient": rows(1, 1e-3), "loss": FLAT, **FAILED})).cause == cause


@pytest.mark.parametrize(("constant", "cause"), [({}, "warm-up missing"), ({"constant_loss": 2.0}, UNDECIDED)])
def test_brisk_first_steps_are_not_blamed_where_all_is_in_order_and_nothing_was_learned(constant, cause):
    """So it is with random labels, too; without the loss of a constant answer it is not known."""
    known = {**fine(rows=2), **ratio(0.05, 0.01), **BRANCHES, **FAILED}
    found = diagnose(Recording(**{**known, "loss": FLAT}, **constant))
    assert found.cause == cause and (cause != UNDECIDED or "warm-up missing" in found.candidates)


@pytest.mark.parametrize("still", [0, 1, 3, 5])
def test_layers_that_stand_still_on_purpose_leave_an_answer_for_the_others(still):
    moves = np.tile(np.arange(6) >= still, (2, 1))
    known = {**fine(6, rows=2), "weight": np.ones((2, 6)), "update": 1e-5 * moves, "loss": FLAT, **FAILED,
             "names": list("abcdef"), "input": [1, 1]}
    found = diagnose(Recording(**known))
    assert found.cause == ("layers not trained" if still else "learning rate too small")
    assert ("of the others alone the answer is learning rate too small" in found.evidence[-1]) == (still in (1, 3))


def test_what_starts_at_0_takes_no_long_steps_by_growing():
    """As a factor of an adapter does, or a head."""
    weight, update = np.ones((3, 5)), np.full((3, 5), 1e-3)
    weight[:, [1, 3, 4]] = np.array([[0], [1e-3], [2e-3]])
    assert measure_symptoms(Recording(weight=weight, update=update)).ratio_peak == 1e-3
    late = np.array([[0, 0, 0, 0.1], [0.5, 0.5, 0.5, 0.1]])  # a head that starts at 0 sends no error back
    assert measure_symptoms(Recording(update_ratio=late)).ratio == 0.5


def test_a_gradient_too_large_to_be_squared_is_not_frozen():
    """Adam divides by the root of its square, which is inf in float32."""
    known = {**signal(1e40), "update": np.zeros((1, 6)), "loss": FLAT, **FAILED}
    assert diagnose(Recording(**known)).cause == "layers not trained"
    assert diagnose(Recording(**{**known, "gradient": np.full((1, 6), 1e29)})).cause == "exploding"


@pytest.mark.parametrize(("last", "named"), [(0.0, "underflow in half precision"), (1.0, "flat output")])
def test_in_float16_a_tiny_loss_with_no_gradient_is_underflow_unless_the_output_is_dead(last, named):
    known = {"gradient": np.zeros((R, 3)), "dead": np.tile([0.0, 0.0, last], (R, 1)), "precision": "float16"}
    assert diagnose(Recording(loss=np.full(200, 1e-4), **known, **FAILED)).cause == named


@pytest.mark.parametrize(("last", "named"), [(0.0, "flat output"), (1e-4, "underflow in half precision")])
def test_an_error_beside_gradients_of_0_counts_in_the_same_record(last, named):
    zero_at_last = np.r_[np.ones((1, 3)), np.zeros((1, 3))]
    known = {"gradient": zero_at_last, "activation": np.ones((2, 3)), "error": [[1.0] * 3, [last] * 3]}
    assert diagnose(Recording(loss=FLAT, dead=np.zeros((2, 3)), **known)).cause == named


@pytest.mark.parametrize(("end", "flat"), [(0.0, False), (1e-3, True)])
def test_a_loss_of_exactly_0_leaves_no_gradient_and_is_not_flat(end, flat):
    """A margin that every triplet of a batch keeps."""
    known = {"gradient": np.r_[np.ones((3, 3)), np.zeros((1, 3))], "activation": np.ones((4, 3))}
    found = diagnose(Recording(loss=np.r_[np.linspace(0.4, 1e-3, 190), np.full(10, end)], **known))
    assert (found.cause == "flat output") == flat


def test_a_loss_that_fell_far_speaks_against_label_noise():
    run = {**fine(rows=1), **ratio(0.01), "train_accuracy": [0.3, 0.7, 0.85]}
    assert diagnose(Recording(loss=ends_at(0.3), **run)).cause == "label noise"
    far = diagnose(Recording(loss=ends_at(0.15), recurrent=False, **run))
    assert far.cause == UNDECIDED and "Train on" in far.remedy


def test_a_loss_of_two_kinds_of_batches_in_turn_runs_in_no_waves():
    waves = saw(40)
    turns = np.r_[np.tile([2.0, 0.2], 30), np.geomspace(1, 0.5, 200)]
    assert [measure_symptoms(Recording(loss=loss)).curve.waves > 4 for loss in (waves, turns)] == [True, False]
