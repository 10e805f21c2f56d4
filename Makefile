# Every command of the project. Each one sets up .venv first where it is missing or out of date.
# Needs Python 3.11 to 3.14 and make. Another Python: make book PYTHON=/path/to/python3

VENV := .venv
BIN := $(VENV)/bin
# Scripts in a venv name its folder, so a copy's would run what it was copied from: a folder that is elsewhere is not ready.
READY := $(VENV)/ready-$(shell pwd -P | cksum | cut -d' ' -f1)
PIP := $(BIN)/python -m pip install --disable-pip-version-check
PYTHON ?=
chapter = *
NOTEBOOKS = $(wildcard notebooks/$(chapter).ipynb)
# What is in one file, such as a notebook's cells, is for one process: a cell needs those before it.
PYTEST := $(BIN)/pytest -n auto --dist loadfile --nbval --nbval-cell-timeout=60
export OPENBLAS_NUM_THREADS ?= 1
export JUPYTER_PLATFORM_DIRS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
# What glibc gives back of large arrays it asks for anew, page by page, at the next one: it keeps them, up to 1 GB each.
export MALLOC_MMAP_THRESHOLD_ ?= 1000000000
export MALLOC_TRIM_THRESHOLD_ ?= 2000000000
# Compiled code is kept: else each of the hundred processes of a build and its tests compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help book live serve pdf archive lab lint test everywhere bench notebooks lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

# Takes $PYTHON, else the newest Python that is there and fits the lock; one clear line where there is none.
$(READY): requirements.txt pyproject.toml
	@for p in $${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do \
	  "$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null \
	  && break; p=; done; \
	  if [ -z "$$p" ]; then echo "This book needs Python 3.11 to 3.14, with its venv module. Install it" \
	    "(Debian: apt install python3-venv), or name one: make book PYTHON=/path/to/python3" >&2; exit 1; fi; \
	  grep -qsF "$$(pwd -P)/$(VENV)" $(BIN)/activate || rm -rf $(VENV); \
	  if [ ! -x $(BIN)/python ]; then echo "== making $(VENV) with $$p"; "$$p" -m venv $(VENV) || exit 1; fi
	@echo "== installing the pinned packages into $(VENV) (a minute or two the first time)"
	@$(PIP) -q "$$(grep -o '^uv==[^ ;]*' requirements.txt)" && $(BIN)/uv pip install --python $(BIN)/python \
	  -r requirements.txt || $(PIP) -r requirements.txt || { echo "The packages could not be installed, see above. The" \
	  "first command takes them from the network; once there is one, give it again" >&2; exit 1; }
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable . \
	  || $(PIP) -q --no-deps --editable .
	@touch $@

book: $(READY) ## build the book; a warning is an error
	$(BIN)/jupyter-book build . -W --keep-going
	@echo "The book is built: open _build/html/index.html, or run make serve"

live: book ## put Python beside the built book, so that its pages run it; its files: make live FROM=DIR, else the network
	$(BIN)/python -m vgtext.live _build/html $(if $(FROM),--from $(FROM)) $(if $(PUBLIC),--public $(filter http%,$(PUBLIC)))

serve: book ## serve the built book on http://127.0.0.1:8000; where that is taken: make serve PORT=8001
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $${PORT:-8000} \
	|| { echo "Nothing is served. Where port $${PORT:-8000} is taken: make serve PORT=8001" >&2; exit 1; }

pdf: book ## print the built book into _build/book.pdf, with an installed Chromium
	$(BIN)/vgtext pdf -o _build/book.pdf

archive: book ## pack the built book into _build/book.zip, to hand out
	$(BIN)/vgtext archive -o _build/book.zip

lab: $(READY) ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

lint: $(READY) ## check the style of the code
	$(BIN)/ruff check .

test: lint book ## lint, unit and property tests, every notebook, the built pages in a browser
	$(PYTEST) tests notebooks

# What a cell prints is the same on any processor: of OpenBLAS's ways to add up, the oldest and a common one.
everywhere: book ## run every notebook as on other processors, and in its page, in two browsers; Pyodide: VGTEXT_PYODIDE=DIR
	@for core in Nehalem Haswell; do echo "== notebooks, added up as on $$core"; \
	  OPENBLAS_CORETYPE=$$core $(PYTEST) notebooks || exit 1; done
	$(if $(wildcard tests/live),VGTEXT_NOTEBOOKS=all $(BIN)/pytest -n auto tests/live/test_notebooks.py,\
	  @echo "A fork has no tests of the Python in its pages")

bench: $(READY) ## measure speed; nothing passes or fails
	$(BIN)/python -m benchmarks

notebooks: $(READY) ## execute notebooks again, keeping text outputs only; one: make notebooks chapter=two_by_two
	@test -n "$(NOTEBOOKS)" || { echo "no notebooks/$(chapter).ipynb" >&2; exit 1; }
	@$(BIN)/python -m vgtext.tools.alone $(NOTEBOOKS)
	kernel=$$($(BIN)/python -m vgtext.ask.kernels) && eval "set -- $$kernel" \
	  && VGTEXT_EXPLORE=text $(BIN)/jupyter nbconvert "$$@" \
	  --to notebook --execute --inplace --ExecutePreprocessor.timeout=300 \
	  --ExecutePreprocessor.extra_arguments=--log-level=ERROR \
	  --ExecutePreprocessor.record_timing=False --ClearMetadataPreprocessor.enabled=True \
	  --Exporter.preprocessors=nbconvert.preprocessors.CoalesceStreamsPreprocessor \
	  --ClearMetadataPreprocessor.preserve_nb_metadata_mask=kernelspec \
	  --ClearMetadataPreprocessor.preserve_cell_metadata_mask=tags \
	  --ClearMetadataPreprocessor.preserve_cell_metadata_mask=mystnb \
	  --ClearMetadataPreprocessor.preserve_cell_metadata_mask=jupyter $(NOTEBOOKS)

lock: $(READY) ## pin requirements.in, and of it what a reader's kernel needs (binder/)
	$(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy fewest --upgrade --quiet \
	  --custom-compile-command "make lock" --output-file requirements.txt requirements.in
	$(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy fewest --quiet --no-annotate \
	  --constraint requirements.txt --custom-compile-command "make lock" \
	  --output-file binder/requirements.txt binder/requirements.in

clean: ## delete what was built (not .venv)
	rm -rf _build .pytest_cache .ruff_cache .hypothesis
