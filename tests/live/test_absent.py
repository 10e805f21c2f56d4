"""The package in a browser's Python: no processes, no threads, no BLAS, no SciPy until something asks for it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vgtext import chapters, nn
from vgtext.chapters.detection.runs import tumours

HERE = Path(__file__).parent
SLUGS = sorted(path.name for path in Path(chapters.__path__[0]).iterdir() if (path / "__init__.py").exists())


def run(code):
    """Run code without what a browser lacks; return what it prints."""
    done = subprocess.run([sys.executable, HERE / "absent.py", code, "--no-scipy"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_chapter_is_imported_without_what_a_browser_lacks():
    run("import vgtext.ask, vgtext.explore\n" + "\n".join(f"import vgtext.chapters.{slug}" for slug in SLUGS))


def test_the_absent_are_absent():
    names = ["multiprocessing", "threadpoolctl", "tqdm", "anywidget", "scipy"]
    code = f"for name in {names}:\n    try:\n        __import__(name)\n"
    code += "    except ModuleNotFoundError as error:\n        print(error.name)\n"
    assert run(code).splitlines() == names


def test_networks_train_there_and_give_the_same():
    code = """
import numpy as np
from vgtext import nn
data = nn.data.digits()
net = nn.mlp(64, 16, 10, 5, activation="tanh", norm="layer", seed=0)
history = nn.train(net, data.x, data.y, steps=20)
print(nn.fast.matmul.fastest_product(64, 64, 64) is np.matmul, repr(float(history.loss[-1])))
"""
    uses_matmul, loss = run(code).split()
    data = nn.data.digits()
    net = nn.mlp(64, 16, 10, 5, activation="tanh", norm="layer", seed=0)
    assert uses_matmul == "True"
    assert float(loss) == pytest.approx(float(nn.train(net, data.x, data.y, steps=20).loss[-1]), rel=1e-4)


def test_data_files_are_read_as_scikit_learn_reads_them():
    from sklearn.datasets import load_breast_cancer, load_digits

    digits, cancer, data = load_digits(), load_breast_cancer(), nn.data.digits("float64")
    split = np.concatenate([data.x, data.x_test], axis=1)
    assert np.unique(split).size == 17  # sixteen grays and the blank
    assert np.bincount(np.r_[data.y, data.y_test]).tolist() == np.bincount(digits.target).tolist()
    table = np.loadtxt(nn.data.sklearn_file("digits.csv.gz"), delimiter=",")
    assert (table == np.c_[digits.data, digits.target]).all()
    table = np.loadtxt(nn.data.sklearn_file("breast_cancer.csv"), delimiter=",", skiprows=1)
    assert (table == np.c_[cancer.data, cancer.target]).all()
    assert sorted(np.r_[tumours().y, tumours().y_test]) == sorted(cancer.target)


ASK = """
from vgtext.ask import Exercise, call, check
call.TIME_LIMIT = 0.3
import numpy as np
POWER = Exercise("power", "W multiplied by itself L times", np.linalg.matrix_power,
                 lambda rng: (rng.normal(size=(2, 2)), 3), ((lambda W, L: W**L, "W**L raises each entry."),))
def loops(W, L):
    while True:
        pass
def recurs(W, L):
    return sum(map(lambda x: recurs(x, L), [W] * 3))
def sleeps(W, L):
    for k in range(10**9):
        W = np.linalg.matrix_power(W, 1)
"""


VERDICTS = {"np.linalg.matrix_power": "Right.", "lambda W, L: W**L": "Not yet. W**L raises each entry.",
            "loops": "Does its loop end?", "sleeps": "Does its loop end?", "lambda W, L: W / 0 + nothing": "NameError"}


def test_exercises_are_checked_there_without_threads():
    """One after the other: after none is anything traced on."""
    asked = "".join(f"print('====', check(POWER, {answer}, seed=0), sys.gettrace())\n" for answer in VERDICTS)
    printed = run(f"{ASK}\n{asked}").split("==== ")[1:]
    assert len(printed) == len(VERDICTS)
    for (answer, verdict), out in zip(VERDICTS.items(), printed):
        assert verdict in out and out.endswith("None\n"), answer
