"""Printed lines that say above which data they are of, and printed tables."""

import time

import numpy as np
import pytest

from vgtext.diagnose import logs, read_log
from vgtext.diagnose import printed as reader

LOSS, TESTED, ACCURACY = [2.1, 1.25, 0.75, 0.5], [2.25, 1.5, 1.125, 1.0], [0.125, 0.5, 0.625, 0.75]


def read(path, text):
    """The recording in a file that holds ``text``, and what is said of it."""
    said = []
    path.write_text(text)
    return read_log(path, said.append), " ".join(said)


def printed(lines):
    """What a run prints that prints ``lines`` in each epoch."""
    return "\n".join(lines.format(i=i, x=x, v=v, a=a, p=100 * a)
                     for i, (x, v, a) in enumerate(zip(LOSS, TESTED, ACCURACY, strict=True)))


@pytest.mark.parametrize("lines", [
    "loss: {x} [64/60000]\nTest Error: \n Accuracy: {p:.1f}%, Avg loss: {v:.4f} \n",  # PyTorch's quickstart
    "Epoch {i} - Training\n  loss: {x}\nEpoch {i} - Validation\n  loss: {v}\n  accuracy: {a}",
    "2026-03-02 10:10 - INFO - step {i} loss = {x}\n10:10 - INFO - ***** Eval results *****\n acc = {a}\n loss = {v}",
    "Training\nloss: {x}\n\nRunning Validation... 100%|##| 10/10\nAccuracy: {a}\nLoss: {v}\nSaving ..",
    "Epoch: [{i}][0/9] Loss {x} ({x})\nTest: [0/9] Loss {v} ({v}) Acc@1 {p} ({p}) Acc@5 99.0\n * Acc@1 {p} Acc@5 99.0"])
def test_numbers_below_a_heading_of_test_data_are_of_these(tmp_path, lines):
    made, said = read(tmp_path / "a.log", printed(lines))
    assert made.loss.tolist() == LOSS and made.test_loss == pytest.approx(TESTED, abs=1e-4)
    assert np.unique(made.test_accuracy) == pytest.approx(sorted(ACCURACY), abs=1e-3) and made.train_accuracy is None
    assert "and the like are read as of test data" in said


@pytest.mark.parametrize("lines", [
    "Validating: 100%|##| 10/10\nEpoch {i}: loss {x} acc {a}", "Validating\nEpoch {i}: loss {x} acc {a}",
    "Saving best validation checkpoint\nloss {x} acc {a}", "Validation error: 0.3\nloss {x} acc {a}",
    "Loaded 10000 test images\n * loss {x}\n * acc {a}", "Evaluation\nEpoch {i}\nloss {x} acc {a}"])
def test_a_line_that_tells_something_else_is_no_heading(tmp_path, lines):
    """Nor does a heading hold below a line that counts."""
    made, said = read(tmp_path / "a.log", printed(lines))
    assert (made.loss.tolist(), made.train_accuracy.tolist()) == (LOSS, ACCURACY) and "test data" not in said


@pytest.mark.parametrize("names, line", [
    ("epoch     train_loss  valid_loss  valid_acc  time    ",  # fastai, behind what is left of its bar
     "Epoch 1/20 : |###| 100.00% [58/58 00:04<00:00 2.13]{i}         {x}    {v}    {a}  00:00   "),
    ("| Training Loss | Step | Validation Loss | Val Accuracy |\n|:---:|:---:|:---:|:---:|",
     "| {x}       | {i}.0  | {v} | {p}% |"),
    ("Step\tTraining Loss\tValidation Loss\tVal Acc", "{i}\t{x}\t{v}\t{a}"),
    ("    epoch  train_loss  val_loss  val_accuracy", "{i}       {i}  {x}  {v}      {a}"),  # pandas
    ("  epoch    train_loss    valid_acc    valid_loss    cp     dur\n-------  ------------  -----------",
     "{i:7d}  \x1b[36m{x:12.6f}\x1b[0m  {a:11.4f}  {v:12.6f}          0.0123")])  # skorch, where nothing was saved
def test_printed_tables_are_read(tmp_path, names, line):
    made, _ = read(tmp_path / "a.log", f"Using device cuda\n{names}\n{printed(line)}\nDone.  The best loss is saved.")
    assert made.loss == pytest.approx(LOSS) and made.test_loss == pytest.approx(TESTED)
    assert made.test_accuracy == pytest.approx(ACCURACY, abs=1e-3)


def test_a_table_without_a_measure_is_no_log_and_its_rows_do_not_hide_lines(tmp_path):
    report = "      precision    recall  f1-score\n 0       0.97      0.97      0.97\nloss 2.5\n"
    assert read(tmp_path / "a.log", report * 3)[0].loss.tolist() == [2.5] * 3
    layers = "  | Name  | Loss type\n0 | loss_fn | CrossEntropyLoss\nloss 2.5  acc 0.2\n"
    made, _ = read(tmp_path / "b.log", layers * 3)
    assert (made.loss.tolist(), made.train_accuracy.tolist()) == ([2.5] * 3, [0.2] * 3)


def test_makemore_prints_steps_and_the_loss_without_a_name(tmp_path):
    assert read(tmp_path / "a.log", printed("{i}0000/ 200000: {x:.4f}"))[0].loss.tolist() == LOSS


class Counts:
    """A pattern that adds up the characters that it is given."""

    def __init__(self, pattern, given):
        self.pattern, self.given = pattern, given

    def __getattr__(self, name):
        def of_text(*texts):
            self.given.append(len(texts[-1]))
            return getattr(self.pattern, name)(*texts)
        return of_text


@pytest.mark.parametrize("part", ["a", "a.", "a_", "1", "loss ", "."])
def test_a_line_of_five_million_characters_is_left_out_by_name_before_it_is_searched(tmp_path, monkeypatch, part):
    log, given, said = tmp_path / "run.log", [], []
    for name in ("PAIR", "CELL", "FILES", "ENCLOSED", "BARE"):
        monkeypatch.setattr(reader, name, Counts(getattr(reader, name), given))
    long = part * (5_000_000 // len(part))
    log.write_text(f"epoch 1 loss 1.2\n{long}\nepoch 2 loss 1.1\n")
    assert read_log(log, said.append).loss.tolist() == [1.2, 1.1] and sum(given) < 1000
    assert said[0].startswith("Line 2 has 5,000,000 characters, where a printed line may have 20,000")
    log.write_text(long)
    with pytest.raises(ValueError, match="line 1 has 5,000,000 characters, where a printed line may have 20,000"):
        read_log(log)


@pytest.mark.parametrize("part", ["a.", "a_", "a ", "loss 1.2 ", "1", ".", "a/b-"])
def test_a_line_that_is_read_is_read_in_a_time_in_proportion_to_its_length(tmp_path, part):
    """Twice the length took four times as long: 160 s of "a.a.a" in 20,000 characters."""
    log = tmp_path / "run.log"
    log.write_text("epoch 1 loss 1.2\n" + part * (reader.LONGEST // len(part)))
    began = time.process_time()
    assert read_log(log).loss[0] == 1.2 and time.process_time() - began < 30


def test_of_many_names_each_row_is_looked_at_once(tmp_path, monkeypatch):
    looked, field = [], logs._field
    monkeypatch.setattr(logs, "_field", lambda column: looked.append(column) or field(column))
    rows = [{f"n{i}": 1.0, "loss": 2.0} for i in range(500)]
    assert len(logs._table(rows)["loss"]) == 500 and len(looked) == 501
