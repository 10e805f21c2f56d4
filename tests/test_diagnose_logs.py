"""Logs that other programs wrote, as tables: which columns are read, and what is said of those that cannot be."""

import json
import re

import numpy as np
import pytest

from vgtext.diagnose import diagnose, read_log
from vgtext.tools.cli import main

N = 40
LOSS, TEST_LOSS = 2.3 * np.exp(-np.arange(N) / 5), np.r_[np.linspace(2.3, 0.8, 10), np.linspace(0.8, 1.6, N - 10)]
SHARE, TEST_SHARE = np.linspace(0.1, 0.99, N), np.linspace(0.1, 0.7, N)
KERAS = {"epoch": range(N), "accuracy": SHARE, "learning_rate": [1e-3] * N, "loss": LOSS, "val_accuracy": TEST_SHARE,
         "val_loss": TEST_LOSS}
LIGHTNING = [row for i in range(N) for row in (
    {"epoch": i, "step": 2 * i, "train_loss_step": LOSS[i] + 0.1},
    {"epoch": i, "step": 2 * i, "train_loss_step": LOSS[i]},
    {"epoch": i, "step": 2 * i, "val_acc": TEST_SHARE[i], "val_loss": TEST_LOSS[i]},
    {"epoch": i, "step": 2 * i, "train_loss_epoch": LOSS[i] + 0.05})]
TRAINER = {"epoch": 3.0, "log_history": [
    *({"epoch": i / 9, "grad_norm": 1.0, "learning_rate": 5e-5, "loss": LOSS[i], "step": 10 * i} for i in range(N)),
    {"eval_loss": 0.8, "eval_accuracy": 0.7, "eval_runtime": 1.0, "step": 400}, {"train_loss": 0.4, "step": 400}]}


def as_csv(rows):
    columns = dict.fromkeys(name for row in rows for name in row)
    lines = (",".join(str(row.get(name, "")) for name in columns) for row in rows)
    return "\n".join([",".join(columns), *lines])


def by_row(table):
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def as_json(given):
    return json.dumps(given, default=lambda values: list(map(float, values)))


@pytest.mark.parametrize("name, text, fields", [
    ("keras.csv", as_csv(by_row(KERAS)), {"loss", "test_loss", "train_accuracy", "test_accuracy"}),
    ("history.json", as_json(KERAS), {"loss", "test_loss", "train_accuracy", "test_accuracy"}),
    ("metrics.csv", as_csv(LIGHTNING), {"loss", "test_loss", "test_accuracy"}),
    ("trainer_state.json", as_json(TRAINER), {"loss", "test_loss", "test_accuracy"}),
    ("run.jsonl", "\n".join(json.dumps({"_step": i, "train/loss": x, "val/loss": x}) for i, x in enumerate(LOSS)),
     {"loss", "test_loss"}),
    ("wandb.csv", as_csv([{"Step": i, "run-1 - train/loss": x, "run-1 - train/loss__MIN": 0} for i, x in
                          enumerate(LOSS)]), {"loss"}),
    ("excel.csv", as_csv(by_row(KERAS)).replace(",", ";").replace(".", ","),
     {"loss", "test_loss", "train_accuracy", "test_accuracy"}),
    ("points.csv", as_csv(by_row(KERAS)).replace(",", ";"),
     {"loss", "test_loss", "train_accuracy", "test_accuracy"}),
    ("keras.tsv", as_csv(by_row(KERAS)).replace(",", "\t"),
     {"loss", "test_loss", "train_accuracy", "test_accuracy"}),
    ("mlflow.csv", as_csv([{"run_id": "a", "key": key, "value": x, "step": i} for i in range(N) for key, x in (
        ("train_loss", LOSS[i]), ("val_acc", TEST_SHARE[i]), ("lr", 1e-3))]), {"loss", "test_accuracy"}),
    ("mlflow.json", json.dumps({"metrics": [{"key": "loss", "value": x, "step": i} for i, x in enumerate(LOSS)],
                                "next_page": None}), {"loss"}),
    ("board.csv", as_csv([{"run": ".", "tag": "Loss/train", "step": i, "value": x} for i, x in enumerate(LOSS)]),
     {"loss"}),
    ("spaced.csv", as_csv([{"step": i, "tag": "Loss/train", "value": x} for i, x in enumerate(LOSS)]).replace(
        ",", ",   "), {"loss"}),
])
def test_logs_of_other_programs_are_read(tmp_path, name, text, fields):
    (tmp_path / name).write_text(text, encoding="utf-8-sig" if name == "keras.csv" else "utf-8")
    told = []
    recording = read_log(tmp_path / name, told.append)
    assert set(recording.given()) == fields and all(field in told[0] for field in fields)
    assert len(recording.loss) == (2 * N if name == "metrics.csv" else N)
    assert recording.loss[-1] == pytest.approx(LOSS[-1])


def test_a_log_is_diagnosed_like_a_recording(tmp_path, capsys):
    path = tmp_path / "keras.csv"
    path.write_text(as_csv(by_row(KERAS)))
    main(["diagnose", str(path), "-o", str(tmp_path / "report.html")])
    said = capsys.readouterr().out
    assert "test_loss from val_loss (40 entries)" in said and "cause: overfitting" in said
    assert "overfitting" in (tmp_path / "report.html").read_text()
    assert diagnose(read_log(path)).cause == "overfitting"


def test_losses_of_a_log_are_healthy_beside_that_of_a_constant_answer(tmp_path, capsys):
    path = tmp_path / "run.csv"
    path.write_text(as_csv([{"loss": x, "val_loss": x} for x in LOSS]))
    for constant, said in (([], "undecided"), (["--constant-loss", "2.0"], "healthy")):
        main(["diagnose", str(path), *constant])
        assert f"cause: {said}" in capsys.readouterr().out


def test_a_target_is_written_as_a_share_or_in_per_cent(tmp_path, capsys):
    path = tmp_path / "run.csv"
    path.write_text(as_csv([{"accuracy": x, "val_accuracy": x, "loss": y, "val_loss": y} for x, y in zip(SHARE, LOSS)]))
    said = []
    for target in ("0.995", "99.5%", "0.5"):
        main(["diagnose", str(path), "--target", target])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] != said[2]
    for target in ("most", "90", "0", "-0.2", "100.5%", "nan"):
        with pytest.raises(SystemExit):
            main(["diagnose", str(path), "--target", target])
        words = f"--target: a share is written as 0.9 or 90%, above 0 and at most 1, not {target!r}"
        assert words in capsys.readouterr().err


def test_a_run_that_broke_keeps_its_nan_and_a_cell_that_is_empty_is_none(tmp_path):
    (tmp_path / "log.csv").write_text("loss,val_loss\n2,3\n1,\n,2\nnan,\n")
    recording = read_log(tmp_path / "log.csv")
    assert recording.test_loss.tolist() == [3, 2]
    assert recording.loss.tolist()[:2] == [2, 1] and np.isnan(recording.loss[2])


@pytest.mark.parametrize("line, read", [
    ("epoch {i} loss {x} acc {a}", {"loss", "train_accuracy"}),
    ("Epoch [{i}/40], Step [100/600], Loss: {x:.4f}, Acc: {p:.2f}%", {"loss", "train_accuracy"}),
    ("step {i}: train loss {x:.4f}, val loss {v:.4f}, time 20.11ms, mfu -100.00%", {"loss", "test_loss"}),
    ("45/45 [====] - 1s 3ms/step - loss: {x} - accuracy: {a} - val_loss: {v} - val_accuracy: {a}",
     {"loss", "train_accuracy", "test_loss", "test_accuracy"}),
    ("Train Epoch: {i} [0/60000 (0%)]\tLoss: {x}\nTest set: Average loss: {v}, Accuracy: {n}/10000 ({p:.0f}%)",
     {"loss", "test_loss", "test_accuracy"}),
    ("{{'loss': {x}, 'grad_norm': 1.2, 'epoch': {i}.0}}\n{{'eval_loss': {v}, 'eval_accuracy': {a}}}",
     {"loss", "test_loss", "test_accuracy"}),
    ("train Loss: {x} Acc: {a}\nval Loss: {v} Acc: {a}", {"loss", "train_accuracy", "test_loss", "test_accuracy"}),
    ("Epoch {i} train loss {x} acc {a} | valid loss {v} acc {a} | aux loss 7",
     {"loss", "train_accuracy", "test_loss", "test_accuracy"}),
    ("Epoch {i} | loss (train): {x} | loss(val)={v} | acc [Train] {a}", {"loss", "test_loss", "train_accuracy"}),
    ("epoch {i} took 1.2 (s) loss {x}", {"loss"}),
    ("epoch {i} Loss (avg): {x} Loss (cls): 7", {"loss"}),
    ("\x1b[32m2024-01-01 12:30:11,123 INFO trainer - loss\x1b[0m = tensor({x}, grad_fn=<NllLossBackward0>)", {"loss"}),
    ("  3%|# | 30/1000 [00:10<05:00, 3.1it/s, loss={x}]\rEpoch {i}: val_loss improved from inf to 0.5, saving",
     {"loss"}),
])
@pytest.mark.parametrize("ending", ["txt", "log"])
def test_printed_lines_are_read(tmp_path, line, read, ending):
    lines = (line.format(i=i, x=LOSS[i], v=TEST_LOSS[i], a=SHARE[i], p=100 * SHARE[i], n=round(1e4 * SHARE[i]))
             for i in range(N))
    (tmp_path / f"run.{ending}").write_text("\n".join(["Using device: cuda", *lines, "Done. \xe9"]), encoding="latin-1")
    given = read_log(tmp_path / f"run.{ending}").given()
    values = {"loss": LOSS, "test_loss": TEST_LOSS, "train_accuracy": SHARE, "test_accuracy": SHARE}
    assert given == {field: pytest.approx(values[field], abs=1e-4) for field in read}


WRAPPERS = ["tensor({})", "tensor({}, device='cuda:0', grad_fn=<NllLossBackward0>)", "np.float64({})", "float32({})",
            "Array({}, dtype=float32)", "tf.Tensor({}, shape=(), dtype=float32)", "array({})", "jnp.bfloat16({})"]


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("ending, line", [
    ("log", "Epoch 2 - loss: {} - lr 0.1"), ("log", "{{'epoch': 2, 'loss': {}}}"), ("log", "aux loss = 9, loss = {}"),
    ("csv", 'epoch;loss\n1;"{}"'), ("jsonl", '{{"epoch": 1, "loss": "{}"}}'), ("txt", 'step,loss\n1,"{}"'),
    ("txt", "losses = [{0}, {0}]")])
def test_what_a_framework_prints_around_a_number_is_no_part_of_it(tmp_path, wrapper, ending, line):
    (tmp_path / f"run.{ending}").write_text(line.format(wrapper.format("-2.5e-1")))
    assert {*read_log(tmp_path / f"run.{ending}").given()["loss"]} == {-0.25}


@pytest.mark.parametrize("text, read", [
    ("step,loss\n0,2.3\n1,2.1\n", {"loss": [2.3, 2.1]}), ('"Step"\t"a - train/loss"\n0\t2.3\n', {"loss": [2.3]}),
    ("Epoche;loss\n0;2,3\n1;2,1\n", {"loss": [2.3, 2.1]}),
    ("step,train_loss,val_loss\n0,2.3,\n0,,2.4\n1,2.1,\n", {"loss": [2.3, 2.1], "test_loss": [2.4]}),
    ("Done\n{'loss': [2.3, 2.1, nan], 'val_accuracy': [0.5, 0.25]}", {"loss": [2.3, 2.1, np.nan],
                                                                      "test_accuracy": [0.5, 0.25]}),
    ("train_losses = array([2.3, 2.1,\n  1.9 ])\nval_losses: [3]\nlr = [0.1]", {"loss": [2.3, 2.1, 1.9],
                                                                                   "test_loss": [3]}),
    ("loss 2.3, sizes = [1, 2]\nloss 2.1\nlosses = [9, 9]", {"loss": [2.3, 2.1]}),
    ("start, please wait\nloss 2.3, acc 0.5", {"loss": [2.3], "train_accuracy": [0.5]}),
    ("loss 2.5\nloss nan(ind)\nloss 1.#QNAN\nloss 1.#INF", {"loss": [2.5, np.nan, np.nan, np.inf]})])
def test_tables_and_lists_in_what_was_printed_are_read(tmp_path, text, read):
    (tmp_path / "run.txt").write_text(text)
    given = read_log(tmp_path / "run.txt").given()
    assert given == {field: pytest.approx(values, nan_ok=True) for field, values in read.items()}


@pytest.mark.parametrize("lines, read", [
    ("loss: 2,31\nloss: 1,2e-3\nloss: 0,693", {"loss": [2.31, 1.2e-3, 0.693]}),
    ("epoch 1, loss 2,302, acc 45,2%\nepoch 2, loss 0,931, acc 46,1 %",
     {"loss": [2.302, 0.931], "train_accuracy": [0.452, 0.461]}),
    ("loss=0,45; lr=0,001\nloss 2,acc 0.5", {"loss": [0.45, 2], "train_accuracy": [0.5]}),
    ("step 1,200 loss 1,234.5\nstep 1_300 loss 1_234.5\nloss: 1,234,567", {"loss": [1234.5, 1234.5, 1234567]}),
    ("The loss is 2.31.\nloss Infinity\nloss: -Infinity\nloss -inf.\nloss NaN,", None),
    ("loss: \u22122.31\n 10%|#| 1/10, loss=2,1]\r 20%|#| 2/10, loss=-2.0]\r", {"loss": [-2.31, 2.1, -2]})])
def test_printed_numbers_with_commas_and_signs_are_read_whole(tmp_path, lines, read):
    (tmp_path / "run.log").write_text(lines, encoding="utf-8")
    given = read_log(tmp_path / "run.log").given()
    if read is None:
        assert given["loss"] == pytest.approx([2.31, np.inf, -np.inf, -np.inf, np.nan], nan_ok=True)
    else:
        assert given == {field: pytest.approx(values) for field, values in read.items()}


@pytest.mark.parametrize("number, said", [
    ("1,234", "'1,234' in line 3, which may be 1.234 or 1234; numbers"),
    ("2.31nats", "'2.31nats' in line 3; numbers may"),
    ("2.31,2.21", "'2.31,2.21' in line 3"), ("1.234,5", "'1.234,5' in line 3"), ("2.3k", "'2.3k' in line 3")])
def test_a_printed_loss_that_cannot_be_read_is_named_with_its_line(tmp_path, number, said):
    (tmp_path / "run.log").write_text(f"loss 2.5\rloss 2.4\n\nloss {number}\nloss 2.2\n")
    with pytest.raises(ValueError, match=re.escape(said)) as raised:
        read_log(tmp_path / "run.log")
    assert "may be written as 2.31, 2,31, 1,234.5, 1.2e-3, nan, inf or 45%" in str(raised.value)


def test_a_table_with_decimal_commas_between_commas_is_refused(tmp_path):
    (tmp_path / "run.csv").write_text("epoch,loss\n1,2.5,\n2,2,31\n")
    with pytest.raises(ValueError, match="the row '2,2,31' has 3 cells for 2 columns; where numbers have a decimal"):
        read_log(tmp_path / "run.csv")


def test_a_printed_loss_that_is_no_number_is_where_the_run_broke(tmp_path):
    (tmp_path / "run.log").write_text("loss 2.3\nloss 1.2e1\nloss: nan\nLoss = inf\n")
    assert read_log(tmp_path / "run.log").loss == pytest.approx([2.3, 12, np.nan, np.inf], nan_ok=True)


@pytest.mark.parametrize("name, field", [
    ("run-.-tag-Loss_train", "loss"), ("run-validation-tag-epoch_loss", "test_loss"), ("run-train-tag-loss", "loss"),
    ("run-exp1_val-tag-accuracy (1)", "test_accuracy"), ("run-test-tag-train_loss", "loss"), ("val_loss", "test_loss")])
def test_what_tensorboard_downloads_is_named_by_its_file(tmp_path, name, field):
    rows = ({"Wall time": 1.7e9 + i, "Step": i, "Value": x} for i, x in enumerate(SHARE))
    (tmp_path / f"{name}.csv").write_text(as_csv(list(rows)))
    told = []
    assert read_log(tmp_path / f"{name}.csv", told.append).given() == {field: pytest.approx(SHARE)}
    assert told[0].startswith(f"Read {field} from ")


@pytest.mark.parametrize("name, text, words", [
    ("a.csv", "key,value,step\naux_loss,2,1\n", "a.csv has the columns step, aux_loss, and none is .*name one"),
    ("a.csv", "Wall time,Step,Value\n1,2,3\n",
     "a.csv has the columns Wall time, Step, Value, and none is.*name the file for its values, as train_loss.csv"),
    ("run-.-tag-aux_loss.csv", "Wall time,Step,Value\n1,2,3\n", "columns Wall time, Step, Value, and none is"),
    ("a.txt", "epoch 1 aux loss 2\nD_loss: 3 loss: [1.2]\n", "columns epoch, aux loss, d loss, and none is"),
    ("a.log", "", "a.log holds no row"),
    ("a.csv", "epoch,loss\n", "a.csv holds no row"),
    ("a.log", "loss 2 acc 0.9\nloss 1 acc 1.2\n", "a.log: train_accuracy must lie between 0 and 1.*divide per cent"),
    ("a.csv", "epoch;loss\n1;2,3\n2;nichts\n", "a.csv must hold numbers in the column loss, got 'nichts'"),
    ("a.csv", "step,aux_loss\n1,2\n", "columns step, aux_loss, and none"),
    ("a.csv", "val_acc5,loss_2\n1,2\n", "columns val_acc5, loss_2, and none"),
    ("a.csv", "", "a.csv holds no row"),
    ("a.csv", "epoch,loss\n1,2.3\n2,tensor(1.9\n", r"a.csv must hold numbers in the column loss, got 'tensor\(1.9'"),
    ("a.txt", "epoch,aux_loss\n1,2\n", "columns epoch, aux_loss, and none"),
    ("a.log", "[tensor(2.31), tensor(2.05)]\n", "a.log holds no row with a name and a number"),
    ("a.log", "loss: [0.5, 0.3]\nloss: [0.4, 0.2]\n", "a.log holds no row with a name and a number"),
    ("a.log", "lr = [0.1, 0.2]\nloss: [0.5, high]\n", "a.log holds no row with a name and a number"),
    ("a.csv", "loss,val_acc\n2,34\n1,780\n", "a.csv: test_accuracy must lie between 0 and 1, got 34 to 780"),
    ("a.csv", "loss,val_acc\n2,0.4\n1,1.2\n", "a.csv: test_accuracy must lie between 0 and 1.*divide per cent by 100"),
    ("a.json", '{"loss": [1,', "a.json is no table in JSON"),
    ("a.json", "[1, 2]", "a.json is no table: it must hold a list of rows"),
    ("a.jsonl", "iter 0: loss 2.3\n", "a.jsonl is no table in JSONL"),
    ("a.jsonl", '{"loss": 2}\n{"loss": \n{"loss": 1}\n', "a.jsonl is no table in JSONL: line 2: Expecting"),
    ("a.json", '{"loss": [1' + "0" * 400 + "]}", "a.json must hold numbers in the column loss, got '10000"),
    ("a.json", '{"loss": [true]}', "a.json must hold numbers in the column loss, got 'True'"),
    ("a.json", "[" * 100_000, "a.json is no table in JSON: too many lists in lists"),
])
def test_what_cannot_be_read_is_named(tmp_path, capsys, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=words):
        read_log(tmp_path / name)
    assert main(["diagnose", str(tmp_path / name)]) and f"vgtext: {tmp_path / name}" in capsys.readouterr().err


@pytest.mark.parametrize("name, said", [
    ("folder.csv", "folder.csv is a folder, and no file"),
    ("run.xlsx", "run.xlsx: the name of a recording ends in .npz, that of a log in .csv, .tsv, .json"),
    ("run", "run: the name of a recording ends in .npz")])
def test_what_is_neither_a_recording_nor_a_log_is_told_what_is(tmp_path, capsys, name, said):
    (tmp_path / "folder.csv").mkdir()
    for other in ("run.xlsx", "run"):
        (tmp_path / other).write_text("epoch,loss\n1,2.3\n")
    assert main(["diagnose", str(tmp_path / name)]) == 2 and said in capsys.readouterr().err


def test_a_report_without_a_recording_says_what_is_missing(capsys):
    with pytest.raises(SystemExit):
        main(["diagnose", "-o", "report.html"])
    assert "required: RECORDING" in capsys.readouterr().err


@pytest.mark.parametrize("loss", ["nan", "inf", "0,69", "x"])
def test_the_loss_of_a_constant_answer_is_a_number(tmp_path, capsys, loss):
    (tmp_path / "run.csv").write_text("loss\n2.3\n")
    with pytest.raises(SystemExit):
        main(["diagnose", str(tmp_path / "run.csv"), "--constant-loss", loss])
    assert f"--constant-loss: a loss is a number such as 0.69, not '{loss}'" in capsys.readouterr().err


@pytest.mark.parametrize("line, field", [
    ("test_run.py:12 loss {x}", "loss"), ("/home/me/validation/run.py:12:loss={x}", "loss"),
    ("[eval.py:3] INFO loss={x}", "loss"), ("train.py - val loss {x}", "test_loss")])
def test_the_name_of_a_file_in_front_of_a_line_says_nothing_of_the_data(tmp_path, line, field):
    (tmp_path / "run.log").write_text("\n".join(line.format(x=x) for x in LOSS))
    assert read_log(tmp_path / "run.log").given() == {field: pytest.approx(LOSS)}


@pytest.mark.parametrize("name, text, encoding", [
    ("run.log", "\n".join(f"epoch {i} loss {x}" for i, x in enumerate(LOSS)), "utf-16"),
    ("run.csv", as_csv([{"loss": x} for x in LOSS]), "utf-16"),
    ("run.csv", "# a comment\n\n" + as_csv([{"loss": x} for x in LOSS]), "utf-8"),
    ("run.csv", as_csv([{"loss": f"{100 * x}%"} for x in LOSS]), "utf-8"),
    ("run.ndjson", "\n".join(json.dumps({"loss": x}) for x in LOSS), "utf-8"),
    ("run.jsonl", "\n".join(json.dumps({"loss": x}) for x in LOSS) + '\n{"loss": 0.', "utf-8"),
    ("run.json", json.dumps({"history": {"loss": list(LOSS)}}), "utf-8"),
    ("run.json", json.dumps({"train": {"loss": list(LOSS)}}), "utf-8"),
    ("run.json", json.dumps([{"train": {"loss": x}} for x in LOSS]), "utf-8"),
    ("run.json", json.dumps({"loss": {str(i): x for i, x in enumerate(LOSS)}}), "utf-8")])
def test_a_log_is_read_as_programs_leave_it(tmp_path, name, text, encoding):
    (tmp_path / name).write_text(text, encoding=encoding)
    assert read_log(tmp_path / name).given() == {"loss": pytest.approx(LOSS)}


ONCE = [*range(N)]


@pytest.mark.parametrize("steps, kept, said", [
    ([*range(30), *range(20, N)], ONCE, "to 20: what was made again, or by an earlier run, is left out (10 entries)"),
    ([*range(N), *range(N)], ONCE, "to 0: what was made again, or by an earlier run, is left out (40 entries)"),
    (ONCE[::-1], ONCE, ""), ([i // 2 for i in ONCE], [i // 2 for i in ONCE], "")])
def test_a_run_that_was_resumed_is_read_once(tmp_path, steps, kept, said):
    """Its loss is that of its steps: two runs in one file, read as one, would have lost what they had learned."""
    (tmp_path / "run.csv").write_text(as_csv([{"step": i, "loss": LOSS[i]} for i in steps]))
    told = []
    assert read_log(tmp_path / "run.csv", told.append).loss == pytest.approx(LOSS[kept])
    assert said in told[0]


def test_a_run_that_was_begun_anew_in_the_same_file_is_the_last_one(tmp_path):
    rows = as_csv([{"epoch": i // 4, "step": i % 4, "loss": x} for i, x in enumerate(LOSS)])
    (tmp_path / "run.csv").write_text(f"{rows}\n{rows}")
    assert read_log(tmp_path / "run.csv").loss == pytest.approx(LOSS)


@pytest.mark.parametrize("line", [
    "epoch {i} loss {x}", "Epoch {i}/{n}\n9/9 [==] - 3s - loss: {x} - accuracy: 0.5", "Epoch {i}\n----\nloss: {x}"])
@pytest.mark.parametrize("earlier", [1, 2, 3])
def test_of_runs_that_were_printed_into_one_file_the_last_is_read(tmp_path, line, earlier):
    """Epochs that begin again are those of another run, also where a line of its own counts them."""
    runs = [[*range(1, 9)]] * earlier + [[*range(1, 13)]]
    made, said = read(tmp_path / "a.log", "\n".join(
        f"lr {run}\n" + "\n".join(line.format(i=i, n=len(of), x=3 + run - i / 10) for i in of)
        for run, of in enumerate(runs)))
    assert made.loss == pytest.approx([3 + earlier - i / 10 for i in runs[-1]])
    assert f"the last time to 1: what was made again, or by an earlier run, is left out ({8 * earlier} entries)" in said


def test_the_epoch_comes_before_the_step_also_where_two_columns_name_the_step(tmp_path):
    """Batches that are counted anew in each epoch are one run, though one program says step and another iter."""
    rows = [{"epoch": i // 4, "step" if i < 8 else "iter": i % 4, "loss": x} for i, x in enumerate(LOSS.tolist())]
    (tmp_path / "run.json").write_text(json.dumps(rows))
    told = []
    assert read_log(tmp_path / "run.json", told.append).loss == pytest.approx(LOSS)
    assert "go back" not in " ".join(told)


def read(path, text):
    """The recording in a file that holds ``text``, and what is said of it."""
    said = []
    path.write_text(text)
    return read_log(path, said.append), " ".join(said)


@pytest.mark.parametrize("column", ["phase", "split", "mode"])
def test_a_column_says_which_data_a_row_is_of(tmp_path, column):
    rows = [{"epoch": e, column: side, "loss": loss} for e, *both in ((1, 2.1, 2.2), (2, 0.5, 1.9), (3, 0.1, 2.4))
            for side, loss in zip(("train", "Val"), both)]
    for name, text in (("a.csv", as_csv(rows)), ("a.jsonl", "\n".join(map(json.dumps, rows)))):
        made, _ = read(tmp_path / name, text)
        assert (made.loss.tolist(), made.test_loss.tolist()) == ([2.1, 0.5, 0.1], [2.2, 1.9, 2.4])
    made, _ = read(tmp_path / "b.csv", as_csv([{"set": "large", "loss": 2.0}, {"set": "large", "loss": 1.0}]))
    assert made.loss.tolist() == [2.0, 1.0]


def test_a_last_row_that_was_cut_off_is_left_out_and_said(tmp_path):
    text = "step,train_loss,val_loss\n0,2.1,2.2\n1,1.5,1.6\n2,0."
    made, said = read(tmp_path / "cut.csv", text)
    assert made.loss.tolist() == [2.1, 1.5] and "'2,0.', was cut off" in said
    made, said = read(tmp_path / "whole.csv", text + "\n")
    assert made.loss.tolist() == [2.1, 1.5, 0.0] and "cut off" not in said


def test_rows_of_null_are_said(tmp_path):
    made, said = read(tmp_path / "null.jsonl", '{"loss": 2.0}\n{"loss": 1.0}\n{"loss": null}\n{"step": 4, "lr": null}')
    assert made.loss.tolist() == [2.0, 1.0] and "are left out (1); if it was nan" in said


def test_an_accuracy_that_names_no_data_where_losses_do_is_left_out(tmp_path):
    """As in fastai's history, where it is of validation data."""
    made, said = read(tmp_path / "a.csv", "train_loss,valid_loss,accuracy\n2.0,2.1,0.2\n1.0,2.0,0.3")
    assert made.train_accuracy is None and made.test_accuracy is None and "accuracy does not say" in said
    for text in ("train_loss,accuracy\n2.0,0.2", "loss,val_loss,accuracy\n2.0,2.0,0.2"):
        assert read(tmp_path / "b.csv", text)[0].train_accuracy.tolist() == [0.2]


def test_an_evaluation_at_the_end_of_printed_lines_is_not_the_last_epoch(tmp_path):
    epochs = "".join(f"loss: {x} - accuracy: 0.2 - val_loss: {x} - val_accuracy: 0.2\n" for x in ("2.1", "nan", "nan"))
    made, said = read(tmp_path / "a.log", epochs + "313/313 - 1s - loss: 0.07 - accuracy: 0.98\n")
    assert len(made.loss) == len(made.train_accuracy) == 3 and "it may be an evaluation" in said
    made, said = read(tmp_path / "b.log", "loss: 2.1\nval_loss: 2.1\nloss: 1.2\nval_loss: 1.4\nloss: 1.0\n")
    assert len(made.loss) == 3 and "evaluation" not in said


def test_a_line_without_an_end_does_not_hold_the_reading_up(tmp_path):
    """A name has at most 80 letters, and begins where a word does: else each start tries all ends."""
    for line in ("x" * 30_000, "words and " * 5_000, "=" * 30_000, "a b_c/" * 5_000, "a  loss | " * 5_000):
        made, _ = read(tmp_path / "a.log", f"{line}\nepoch 0: train loss 2.3\nepoch 1: train loss 2.2\n")
        assert made.loss.tolist() == [2.3, 2.2]


def test_a_run_that_had_learned_when_it_broke_was_held_back_by_no_layer(tmp_path):
    losses = [*(2.3 * 0.8 ** np.arange(20)).tolist(), *["nan"] * 5]
    found = diagnose(read(tmp_path / "a.csv", "loss\n" + "\n".join(map(str, losses)))[0])
    assert {"bad batch or operation", "late divergence", "learning rate too large"} <= {*found.candidates}
    assert not {"vanishing by depth", "layers not trained", "learning rate too small"} & {*found.candidates}


def test_accuracies_above_what_shares_come_to_are_read_as_per_cent(tmp_path):
    made, said = read(tmp_path / "a.csv", "loss,acc,val_acc\n2.0,10,0.1\n1.0,61.5,0.4\n")
    assert made.train_accuracy.tolist() == [0.1, 0.615] and made.test_accuracy.tolist() == [0.1, 0.4]
    assert "acc is read as per cent: it comes to 61.5." in said and "val_acc is read" not in said


@pytest.mark.parametrize(("name", "text"), [
    ("a.csv", "loss,train_acc(%)\n2,0.1\n1,0.9"), ("a.csv", "loss,train_acc_pct\n2,0.1\n1,0.9"),
    ("a.csv", "loss,train_acc %\n2,0.1%\n1,0.9%"), ("a.json", '{"loss": [2, 1], "percent_accuracy": [0.1, 0.9]}'),
    ("a.log", "loss 2 train accuracy (%): 0.1\nloss 1 train accuracy (%): 0.9"),
    ("a.log", "loss 2 acc (in %) 0.1\nloss 1 acc (in %) 0.9"), ("a.log", "loss 2 acc (%) 0.1%\nloss 1 acc (%) 0.9%"),
    ("a.log", "loss 2, acc 0.1 percent\nloss 1, acc 0.9 pct"), ("a.log", "loss 2 acc_pct=0.1\nloss 1 acc_pct=0.9"),
    ("a.csv", "loss,acc,val_acc\n2,0.1,10\n1,0.9,60")])
def test_a_name_or_a_unit_says_that_accuracies_are_per_cent(tmp_path, name, text):
    """They may be below 1 % all along, or one of two columns may be: that one is read so from 1 on."""
    made, _ = read(tmp_path / name, text)
    assert made.train_accuracy == pytest.approx([0.1, 0.9] if "val" in text else [0.001, 0.009])
    assert made.test_accuracy is None or made.test_accuracy == pytest.approx([0.1, 0.6])


def test_accuracies_just_above_1_are_per_cent_beside_others_that_are(tmp_path):
    made, said = read(tmp_path / "a.csv", "loss,acc,val_acc\n2,10,0.5\n1,60,1.2")
    assert made.test_accuracy == pytest.approx([0.005, 0.012]) and "val_acc is read as per cent" in said


@pytest.mark.parametrize("words", ["validation loss at iteration {i}", "validation loss at iteration {i} on test set",
                                   "[default7]: validation loss at the end of training for val data"])
def test_an_evaluation_that_megatron_prints_is_read(tmp_path, words):
    line = (" iteration {i}/ 90 | learning rate: 1.5E-04 | lm loss: {x:.6E} | loss scale: 65536.0 | grad norm: 0.5 |\n"
            f" {words} | lm loss value: {{v:.6E}} | lm loss PPL: 9.9E+00 | \n")
    made, _ = read(tmp_path / "a.log", "".join(line.format(i=i, x=3 - i / 10, v=4 - i / 10) for i in range(1, 9)))
    assert made.loss == pytest.approx(3 - np.arange(1, 9) / 10)
    assert made.test_loss == pytest.approx(4 - np.arange(1, 9) / 10)


def test_the_loss_of_a_value_is_no_value_of_the_loss(tmp_path):
    with pytest.raises(ValueError, match="none is a loss"):
        read(tmp_path / "a.csv", "value_loss,value loss\n1,2\n2,3")


@pytest.mark.parametrize("name", ["eval_top1", "val/acc1", "test_acc@1", "val accuracy_top-1"])
def test_the_accuracy_of_the_first_answer_is_the_accuracy(tmp_path, name):
    made, _ = read(tmp_path / "a.csv", f"train_loss,{name},{name.replace('1', '5')}\n2.0,0.2,0.5\n1.0,0.3,0.6")
    assert made.test_accuracy.tolist() == [0.2, 0.3]


def test_what_is_left_out_of_several_runs_is_said(tmp_path):
    made, said = read(tmp_path / "a.csv", "Step,a - train/loss,b - train/loss\n0,2.0,3.0\n1,1.0,2.0\n2,0.5,")
    assert made.loss.tolist() == [2.0, 1.0, 0.5] and "left out: b - train/loss." in said


@pytest.mark.parametrize("word", ["None", "null", "NA", "N/A", "-"])
def test_a_word_for_no_value_is_an_empty_cell(tmp_path, word):
    (tmp_path / "log.csv").write_text(f"epoch,loss,val_loss\n1,2,{word}\n2,1,3\n")
    assert read_log(tmp_path / "log.csv").test_loss.tolist() == [3]


@pytest.mark.parametrize("text, field, kept", [
    ("loss,val_loss\n3,nan\n2,2\n1,nan\n", "test_loss", [2]), ("loss,val_acc\n3,0.5\n2,nan\n", "test_accuracy", [0.5]),
    ("loss,val_loss\n3,2\n2,1\n1,nan\n", "test_loss", [2, 1, np.nan])])
def test_an_evaluation_that_is_nan_before_others_was_not_made(tmp_path, text, field, kept):
    (tmp_path / "log.csv").write_text(text)
    told = []
    assert np.array_equal(getattr(read_log(tmp_path / "log.csv", told.append), field), kept, equal_nan=True)
    assert any("no evaluation was made" in sentence for sentence in told) == (len(kept) == 1)


def test_of_two_runs_in_one_file_no_fields_are_mixed(tmp_path):
    columns = {"a - loss": LOSS, "b - loss": [*LOSS[:-1], ""], "b - val_loss": TEST_LOSS, "b - val_acc": TEST_SHARE}
    (tmp_path / "wandb.csv").write_text(as_csv(by_row({"Step": range(N), **columns})))
    told = []
    assert set(read_log(tmp_path / "wandb.csv", told.append).given()) == {"loss"}
    assert "left out: b - loss, b - val_loss, b - val_acc" in told[1]


def test_of_several_runs_the_one_with_a_loss_is_read(tmp_path):
    """Also where another has more entries of an accuracy."""
    made, _ = read(tmp_path / "a.csv", "Step,a - train/acc,b - train/loss\n0,0.1,3.0\n1,0.2,2.0\n2,0.3,\n3,0.4,")
    assert made.loss.tolist() == [3.0, 2.0] and made.train_accuracy is None


def test_an_accuracy_with_rows_of_its_own_is_left_out_unless_it_names_its_data(tmp_path):
    for name, read in (("acc", False), ("train_acc", True)):
        rows = [*({"loss": x} for x in LOSS), {name: 0.7}]
        (tmp_path / "run.jsonl").write_text("\n".join(map(json.dumps, rows)))
        assert (read_log(tmp_path / "run.jsonl").train_accuracy is not None) == read


def test_the_comment_above_numbers_names_the_columns(tmp_path):
    np.savetxt(tmp_path / "run.csv", np.c_[np.arange(N), LOSS], delimiter=",", header="epoch,loss")
    assert read_log(tmp_path / "run.csv").loss == pytest.approx(LOSS)
