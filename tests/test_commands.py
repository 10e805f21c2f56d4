"""What the commands of the project run: each ends in an error where a step of it does, and CI leaves nothing out."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Stands for every program: writes down how it was called, and fails if that is what is to fail.
PROGRAM = """#!/bin/sh
called="${OPENBLAS_CORETYPE-}${VGTEXT_REQUIRE_BROWSER-} ${0##*/} $*"
echo "$called" >>"$LOG"
[ "$called" != "$FAILS" ]
"""
COMMANDS = re.search(r"^\.PHONY: help (.*) clean$", (ROOT / "Makefile").read_text("utf8"), re.M)[1].split()

BUILD = " jupyter-book build . -W --keep-going"


def programs(folder, names):
    """Put programs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(PROGRAM)
        (folder / name).chmod(0o755)


def ran(command, folder, fails="", path=os.environ["PATH"]):
    """Return (status, how each program was called) of a command, in which the call ``fails`` fails."""
    log = folder / "log"
    log.write_text("")
    environment = {"PATH": path, "LOG": str(log), "FAILS": fails, "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    return done.returncode, log.read_text().splitlines()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with the Makefile, where all is installed."""
    folder = tmp_path_factory.mktemp("project")
    programs(folder / ".venv/bin", ["python", "pytest", "ruff", "jupyter", "jupyter-book", "vgtext", "uv"])
    for name in ("requirements.txt", "pyproject.toml", "notebooks/a.ipynb", "tests/live/a", "_build/html/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
    subprocess.run("touch .venv/ready-$(pwd -P | cksum | cut -d' ' -f1)", shell=True, cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_ends_in_an_error_where_a_step_of_it_does_and_builds_what_it_needs(project, command):
    status, steps = ran(["make", command], project)
    assert status == 0 and steps
    built = [k for k, step in enumerate(steps) if "_build" in step]
    assert not built or BUILD in steps[: built[0]]
    for step in steps:
        assert ran(["make", command], project, step)[0] != 0, step


def test_the_tests_are_those_of_the_code_the_style_the_built_pages_and_the_notebooks(project):
    _, (lint, book, tests) = ran(["make", "test"], project)
    assert (lint, book) == (" ruff check .", BUILD)
    assert tests.startswith(" pytest ") and tests.endswith(" tests notebooks")


def test_cleaning_leaves_what_was_installed(project):
    assert ran(["make", "clean"], project) == (0, [])
    assert not (project / "_build").exists() and (project / ".venv/bin/python").exists()


def test_notebooks_run_with_kernels_over_files_in_a_temporary_folder_of_any_name(project):
    python, jupyter = (project / ".venv/bin" / name for name in ("python", "jupyter"))
    python.write_text(f"""#!/bin/sh\ncase "$*" in *kernels) exec '{sys.executable}' "$@"; esac\n""")
    jupyter.write_text("""#!/bin/sh\nprintf '%s\\n' "$@" >log\n""")
    with tempfile.TemporaryDirectory(prefix="two words ", dir="/tmp") as folder:
        subprocess.run(["make", "notebooks"], cwd=project, env=os.environ | {"TMPDIR": folder}, check=True)
    told = (project / "log").read_text().splitlines()
    assert "--KernelManager.transport=ipc" in told and told[-1] == "notebooks/a.ipynb"
    assert any(word.startswith(f"--KernelManager.ip={folder}/kernel-") for word in told)
    programs(python.parent, [python.name, jupyter.name])


def test_ci_runs_all_tests_with_a_browser_that_it_installs_where_there_is_none(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    tools = tmp_path / "bin"
    programs(tools, ["make", "apt-get", "sudo"])
    for name in ("bash", "cat", "dirname", "id", "mktemp"):
        (tools / name).symlink_to(shutil.which(name))
    build, test = " make lint book", "1 make -o lint -o book test"
    status, steps = ran([".ci/run"], tmp_path, path=str(tools))
    [install] = [step for step in steps if "apt-get install" in step]
    assert status == 0 and [step for step in steps if "apt-get" not in step] == [build, test]
    for step in (build, install, test):
        status, steps = ran([".ci/run"], tmp_path, step, str(tools))
        assert status != 0 and (test in steps) == (step == test), step
    programs(tools, ["chromium"])
    assert ran([".ci/run"], tmp_path, path=str(tools)) == (0, [build, test])
