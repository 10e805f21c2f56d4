"""Run benchmarks by name, all by default, and print one table: ratio, spread, gate and verdict."""

import argparse
import importlib
import pkgutil
import sys
from contextlib import redirect_stdout
from types import SimpleNamespace

from tqdm import tqdm

import benchmarks


def main():
    """Parse the command line, run, print; with --slack, fail if a ratio to the floor misses its gate."""
    known = sorted(m.name[6:] for m in pkgutil.iter_modules(benchmarks.__path__) if m.name.startswith("bench_"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which ones: {', '.join(known)}; all by default")
    parser.add_argument("--only", default="", help="only the rows whose name contains this")
    parser.add_argument("--rounds", type=int, default=15, help="rounds ABCABC (default 15)")
    parser.add_argument("--torch", default=sys.executable, metavar="PYTHON", help="a Python that has PyTorch")
    parser.add_argument("--slack", type=float, help="exit with 1 if a ratio to the floor is above slack x its gate")
    options = parser.parse_args()
    for name in options.names:
        if name not in known:
            parser.error(f"name must be one of {', '.join(known)}; got {name!r}")
    rows, bar, out = [], tqdm(options.names or known, unit="benchmark", disable=None), sys.stdout  # on a terminal only
    above = SimpleNamespace(write=lambda text: tqdm.write(text, file=out, end=""), flush=out.flush)
    with redirect_stdout(out if bar.disable else above):
        for name in bar:
            bar.set_description(name)
            for row in importlib.import_module(f"benchmarks.bench_{name}").run(options):
                print(row, flush=True)
                rows.append(row)
                bar.set_postfix_str(f"{len(rows)} rows", refresh=True)
    if options.slack and any(row.misses(options.slack) for row in rows):
        sys.exit(f"a ratio to the floor is above {options.slack} x its gate")


if __name__ == "__main__":
    main()
