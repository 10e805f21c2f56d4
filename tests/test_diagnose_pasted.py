"""Logs as people paste them: bars, colors, lines that a terminal wrapped, several runs in one file."""

import json

import numpy as np
import pytest

from vgtext.diagnose import Recording, diagnose, measure_symptoms, read_log
from vgtext.diagnose.checks import add_evaluation

N = 40
LOSS = 0.3 + 2 * np.exp(-np.arange(N) / 8)


def read(path, text):
    """The recording in a file that holds ``text``, and what is said of it."""
    said = []
    path.write_text(text, encoding="utf-8")
    return read_log(path, said.append), " ".join(said)


def printed(line, losses=LOSS):
    return "\n".join(line.format(i=i, x=x, v=x + 0.1, n=i + 1) for i, x in enumerate(losses))


@pytest.mark.parametrize("line, tested", [
    ("epoch {i} loss -> {x}", False), ("epoch {i} loss => {x}", False), ("epoch {i} loss ≈ {x}", False),
    ("第{i}轮 loss：{x}，lr：0.1", False), ("| loss            | {x} |\n| learning_rate   | 0.0003 |", False),
    ("| {i} | {x} | **{v}** |", True), ("│ {i} │ {x} │ {v} │", True),
    ("Epoch {i} train loss:\n{x} val loss: {v}", True),
    ("Epoch {i} loss =\r\n  {x}", False), ("Loss scale 65536.0\nstep {i} loss {x} grad_norm 1.2", False),
    ("Epoch {i}:  30%|#  | 3/9 [00:01<00:02, 3.1it/s, v_num=3, train_loss_step={x}, val_loss={v}]", True),
    ("{i}/9 loss {x} ± 0.01 nats", False), ("|    loss    | {x} |\n| eval/      |    |\n|    loss    | {v} |", True)])
def test_a_name_and_its_number_are_paired_however_they_stand(tmp_path, line, tested):
    head = "| epoch | **train loss** | **val loss** |\n|---|---|---|\n" * line[2:].startswith("{i}")
    made, _ = read(tmp_path / "a.log", head + printed(line))
    assert made.loss == pytest.approx(LOSS) and (made.test_loss is not None) == tested
    assert not tested or made.test_loss == pytest.approx(LOSS + 0.1)


@pytest.mark.parametrize("name, text", [
    ("a.txt", "epoch loss val_loss\n0 2.5 3\n10 2.25 nan\n"),
    ("a.csv", "step,avg_loss,mean_val_loss\n0,2.5,3\n1,2.25,nan"),
    ("a.txt", "Step\tTraining Loss\tValidation Loss\n1\tNo log\t3\n2\t2.5\tNo log\n3\t2.25\tnan\n")])
def test_tables_are_read_as_notebooks_and_print_write_them(tmp_path, name, text):
    made, _ = read(tmp_path / name, text)
    assert made.loss.tolist() == [2.5, 2.25] and made.test_loss == pytest.approx([3, np.nan], nan_ok=True)


def test_words_above_numbers_are_a_table_only_where_all_lines_are(tmp_path):
    made, _ = read(tmp_path / "a.txt", "my loss\n1 2\nloss 2.5\n")
    assert made.loss.tolist() == [2.5]


def test_a_name_above_a_column_of_numbers_is_not_that_of_the_first(tmp_path):
    made, _ = read(tmp_path / "a.log", "loss:\n2.5\n2.25\n2.0\nloss 2.125\n")
    assert made.loss.tolist() == [2.125]


BARS = ["{k}/3 [==>...] - ETA: 0s - loss: {x} - accuracy: {a}\n",
        "{k}/3 [==>...] - ETA: 0s - loss: {x} - acc: {a}" + "\b" * 60,
        "\x1b[1m{k}/3\x1b[0m \x1b[32m━━━\x1b[0m \x1b[1m0s\x1b[0m 12ms/step - accuracy: {a} - loss: {x}\b\b\r"]


@pytest.mark.parametrize("bar", BARS)
def test_of_a_bar_of_keras_the_end_of_each_epoch_is_read(tmp_path, bar):
    """The accuracy of the first batch may be 1 by chance: such a run seemed to have lost what it had learned."""
    text = "".join(f"Epoch {i}/{N}\n" + bar.format(k=1, x=9, a=1.0) + bar.format(k=2, x=8, a=0.75)
                   + bar.format(k=3, x=x, a=0.5) + "\n" for i, x in enumerate(LOSS))
    made, said = read(tmp_path / "a.log", text)
    assert made.loss == pytest.approx(LOSS) and {*made.train_accuracy} == {0.5} and diagnose(made).cause == "undecided"
    assert "Lines of an epoch under way (80) are left out" in said
    made, said = read(tmp_path / "b.log", bar.format(k=1, x=9, a=1.0) + bar.format(k=2, x=8, a=0.75))
    assert made.loss.tolist() == [9, 8] and "under way" not in said


@pytest.mark.parametrize("name, row", [("a.log", "{{'loss': {x}, 'grad_norm': {g}, 'epoch': {i}}}"),
                                       ("a.jsonl", '{{"step": {i}, "loss": {x}, "train/gradient norm": {g}}}')])
def test_a_loss_of_0_beside_a_gradient_that_is_nan_is_no_success(tmp_path, name, row):
    rows = [(2.5, 1.25), (2.0, 1.0), *[(0.0, "NaN")] * 38]
    made, said = read(tmp_path / name, "\n".join(row.format(i=i, x=x, g=g) for i, (x, g) in enumerate(rows)))
    assert made.loss.tolist()[:2] == [2.5, 2.0] and np.isnan(made.loss[2:]).all() and "read as nan (38 entries)" in said
    assert "broke" in str(diagnose(made)) or "nan" in str(diagnose(made))
    made, said = read(tmp_path / name, "\n".join(row.format(i=i, x=x, g=1) for i, (x, _) in enumerate(rows)))
    assert made.loss[-1] == 0 and "nan" not in said


@pytest.mark.parametrize("row", [{"time": "10:00", "data": {"loss": 2.0, "val": {"loss": 3.0}}},
                                 {"metrics": {"step": 1, "loss": 2.0, "val_loss": 3.0}}])
def test_what_holds_all_numbers_of_a_row_is_no_part_of_their_names(tmp_path, row):
    made, _ = read(tmp_path / "a.jsonl", "\n".join([json.dumps(row)] * 3))
    assert (made.loss.tolist(), made.test_loss.tolist()) == ([2.0] * 3, [3.0] * 3)
    with pytest.raises(ValueError, match="columns data/loss, physics/loss, and none"):
        read(tmp_path / "b.jsonl", json.dumps({"data": {"loss": 1.0}, "physics": {"loss": 2.0}}))


@pytest.mark.parametrize("name, text, words", [
    ("a.csv", "0,2.31\n1,2.05\n", "columns 0, 2.31, and none is a .*: its first line must name"),
    ("a.log", "epoch 1: 2.31 train loss, 2.4 val loss\n", "columns epoch, and none .*; a printed line may say: ep")])
def test_a_log_that_cannot_be_read_is_told_how_it_may_look(tmp_path, name, text, words):
    with pytest.raises(ValueError, match=words):
        read(tmp_path / name, text)


def test_a_line_without_a_count_does_not_hide_that_a_run_was_resumed(tmp_path):
    line = "epoch {i} loss {x}\nval_loss {v}"
    again = "epoch 20 " + printed(line).split("\nepoch 20 ")[1]
    made, said = read(tmp_path / "a.log", f"loss 9\n{printed(line, LOSS[:30])}\nResuming at loss 0.46\n{again}")
    assert made.loss[1:] == pytest.approx(LOSS) and made.test_loss == pytest.approx(LOSS + 0.1) and "go back" in said


@pytest.mark.parametrize("runs, kept", [(2, N), (3, N), (5, N)])
def test_steps_that_begin_again_with_the_loss_are_those_of_another_run(tmp_path, runs, kept):
    text = "step,loss,val_acc\n" + "\n".join(f"{i},{x},{1 - x / 3}" for _ in range(runs) for i, x in enumerate(LOSS))
    made, said = read(tmp_path / "a.csv", text)
    assert made.loss == pytest.approx(LOSS) and len(made.test_accuracy) == N and "of one run" not in said


def test_batches_that_are_counted_anew_while_the_loss_falls_on_are_epochs(tmp_path):
    made, said = read(tmp_path / "a.csv", "step,loss\n" + "\n".join(f"{i % 10},{x}" for i, x in enumerate(LOSS)))
    assert made.loss == pytest.approx(LOSS) and "the steps begin again 3 times, and are read as epochs" in said


@pytest.mark.parametrize("second", [LOSS, np.full(N, 2.3), [2.3, 5.0, *["nan"] * 9], 2.3 * 1.3 ** np.arange(N)])
def test_where_nothing_counts_it_is_said_that_another_run_may_begin(tmp_path, second):
    """What fell in the first run and stood in the second was called a late divergence, without a word."""
    said = "At entry 41 loss is back where it began, and no epoch or step tells whether another run begins there."
    assert said in read(tmp_path / "a.log", "\n".join(f"loss {x}" for x in [*LOSS, *second]))[1]
    rng = np.random.default_rng(0)
    for losses in (LOSS, LOSS + 0.1 * rng.normal(size=N), [*LOSS[:20], 2.3, *LOSS[20:]]):
        assert "began" not in read(tmp_path / "b.log", "\n".join(f"loss {x}" for x in losses))[1]


@pytest.mark.parametrize("name, text", [
    ("a.csv", 'step,loss\n1,"1,234.5"\n2,"1,100.25"\n'), ("a.jsonl", '{"loss": "1234,5"}\n{"loss": "1100,25"}')])
def test_numbers_with_commas_are_read_whole_in_tables_too(tmp_path, name, text):
    assert read(tmp_path / name, text)[0].loss.tolist() == [1234.5, 1100.25]


def test_a_table_with_letters_of_another_alphabet_is_read(tmp_path):
    (tmp_path / "a.csv").write_bytes("Époque;loss\n1;2,5\n2;2,25\n".encode("latin-1"))
    assert read_log(tmp_path / "a.csv").loss.tolist() == [2.5, 2.25]


@pytest.mark.parametrize("text", ['{"loss": [[1, 2], [3, 4]]}', '[{"loss": 1}, {"loss": [1, 2]}]'])
def test_a_list_where_a_number_should_be_is_named(tmp_path, text):
    with pytest.raises(ValueError, match=r"a.json must hold numbers in the column loss, got '\[1, 2\]'"):
        read(tmp_path / "a.json", text)


@pytest.mark.parametrize("call, words", [
    (lambda: read_log(None), "path must name a file, got None"), (lambda: Recording.load(3), "path must name a file"),
    (lambda: measure_symptoms(None), "measure_symptoms takes a Recording.*, got NoneType"),
    (lambda: diagnose(Recording(loss=[1.0]), np.array([0.5, 0.6])), "target must be an accuracy"),
    (lambda: Recording(loss=[1.0], constant_loss=np.nan), "constant_loss must be a finite number, got nan"),
    (lambda: add_evaluation({}, {"constant_loss": np.inf}), "constant_loss must be a finite number, got inf"),
    (lambda: Recording(gradient=[[1], [1]], steps=[2, 1]), r"steps must increase, got \[2.0, 1.0\]")])
def test_what_is_given_wrongly_is_named(call, words):
    """Beside a constant answer's loss of nan any loss that fell seemed to have learned."""
    with pytest.raises((TypeError, ValueError), match=words):
        call()
