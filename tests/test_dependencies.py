"""What the code imports is asked for by name, what is asked for is used, and both locks say the same."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What is run, or makes another package able to do something, and is imported nowhere.
RUN = {"jupyterlab", "ipykernel", "jupyter-book", "sphinx-exercise", "brotli", "nbval", "ruff", "uv", "setuptools",
       "jsonschema"}
FOLDERS = ("src", "tests", "benchmarks", "book/_ext")


def asked_for(path):
    """Return the names of the packages in a list of requirements."""
    lines = (ROOT / path).read_text("utf8").splitlines()
    return {re.match(r"[\w.-]+", line)[0].lower() for line in lines if line and line[0] not in "# "}


def imported():
    """Yield (file, packages that bring a module of its imports); what no package brings is a file of ours, or torch."""
    packages = packages_distributions()
    for path in (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [
                node.module] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            for name in {name.split(".")[0] for name in names} - {"vgtext"}:
                if name in packages:
                    yield path.name, {package.lower().replace("_", "-") for package in packages[name]}


def pins(path):
    """Return {package: its line} of a lock."""
    return {line.split("==")[0]: line for line in (ROOT / path).read_text("utf8").splitlines() if re.match(r"\w", line)}


def test_what_is_imported_is_asked_for():
    asked = asked_for("requirements.in")
    absent = [(file, packages) for file, packages in imported() if not packages & asked]
    assert not absent, f"add to requirements.in, with what it is for, and run make lock: {absent}"


def test_what_is_asked_for_is_used():
    used = set().union(*(packages for _, packages in imported()))
    assert asked_for("requirements.in") - used - RUN == set()


def test_a_reader_gets_the_versions_that_were_tested():
    every, readers = pins("requirements.txt"), pins("binder/requirements.txt")
    assert {package: line for package, line in readers.items() if every.get(package) != line} == {}
    assert asked_for("binder/requirements.in") <= {*readers}


def project():
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))


def test_the_package_is_installed_with_all_its_files():
    package = ROOT / "src" / "vgtext"
    installed = {file for pattern in project()["tool"]["setuptools"]["package-data"]["vgtext"]
                 for file in package.glob(pattern)}
    files = {file for file in package.rglob("*.*") if file.is_file() and "__pycache__" not in file.parts}
    assert {file.name for file in files - installed if file.suffix != ".py"} == {"FORMAT.md"}, "see package-data"


def test_the_command_is_installed_with_what_a_readers_kernel_needs():
    """What ``pip install .`` brings is in a reader's lock too."""
    wanted = project()["project"]["dependencies"]
    assert {re.match(r"[\w.-]+", line)[0] for line in wanted} <= asked_for("binder/requirements.in")
