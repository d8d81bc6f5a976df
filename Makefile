# Every target sets up what it needs. Nothing is installed outside this folder, except what only a
# package manager can install, and that is said aloud first.
SHELL := /bin/bash
PYTHON ?= python3
UV_VERSION := 0.13.8
UV := .tools/bin/uv
PY := .venv/bin/python
RUN := .venv/bin/quarterdeck

.PHONY: help setup run drill test check bench tour pictures chaos dist clean
help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: .venv/.locked ## the virtual environment with the locked dependencies, and .venv/bin/quarterdeck

.tools/.uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Quarterdeck needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. Installing Debian's python3-venv with apt-get."; \
	  [ "$$(id -u)" = 0 ] || { echo "Not root: run 'sudo apt-get install python3-venv' and try again."; exit 1; }; \
	  apt-get update -q && apt-get install -qy python3-venv; }
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)'
	@touch $@

.venv/.locked: .tools/.uv-$(UV_VERSION) pyproject.toml uv.lock
	@$(UV) sync --frozen --extra export --compile-bytecode --quiet
	@touch $@

run: setup ## start Quarterdeck: your Slack when .env names it, the practice workspace otherwise
	@$(RUN) run

drill: setup ## the practice company plays one whole incident in about 20 seconds
	@$(PY) -m simulator drill

# The tests of the practice page want a Chromium; whoever has none and is not root reads what to install.
.venv/.browser: .venv/.locked
	@$(PY) -m tests.browser.finding >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && echo "No browser for the tests of the page. Installing Debian's chromium with apt-get." \
	  && { apt-get update -q || true; } \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium >/dev/null; } || true
	@$(PY) -m tests.browser.finding >$@ || rm -f $@

test: setup .venv/.browser ## every test, on both cores; brings its own PostgreSQL and browser or says why not
	@$(PY) -m pytest -q -n 2 --dist worksteal

bench: setup ## measure what is promised in figures, about half an hour: see benchmarks/README.md
	@$(PY) -m benchmarks $(ARGS)

tour: setup .venv/.browser ## a fresh clone, make run, a drill played through the page to its record, timed by part
	@$(PY) -m tests.browser.tour

pictures: setup .venv/.browser ## take the pictures of the docs anew, from a drill on the practice page
	@$(PY) -m tests.browser.pictures

# One seed in ten is played by real processes, which die of kill -9; the others are stories in told time.
SEEDS ?= 100
KILLS ?= $(shell expr \( $(SEEDS) + 9 \) / 10)
STORIES ?= $(shell expr $(SEEDS) - $(KILLS))
FIRST_SEED ?= 1000
WORKERS ?= 3
chaos: setup ## seeds in which everything suffers, as many as you like: make chaos SEEDS=1000 FIRST_SEED=5000
	@STORIES=$(STORIES) KILLS=$(KILLS) FIRST_SEED=$(FIRST_SEED) $(PY) -m pytest -q -n $(WORKERS) --dist worksteal \
	  -p tests.chaos_summary tests/scenario/test_chaos.py tests/acceptance/test_kills.py

dist: setup ## the wheel, in dist/, and the list of the locked dependencies with their hashes
	@$(UV) build --wheel --no-build-isolation --python $(PY) --out-dir dist --quiet
	@$(UV) export --frozen --no-dev --extra export --no-emit-project --no-header --quiet --output-file dist/requirements.txt
	@ls dist/*.whl dist/requirements.txt

# What holds the house together without running it: who may import whom, and that the docs name everything.
HOUSE := tests/unit/test_import_direction.py tests/unit/test_docs.py tests/unit/test_loader_docs.py \
  tests/unit/test_record_docs.py tests/unit/test_diagram.py tests/unit/test_manifest.py tests/unit/test_pages.py \
  tests/unit/test_metrics_docs.py tests/unit/test_log_docs.py tests/unit/doctor/test_findings.py

check: setup ## formatting, lint, types, import direction, completeness of the docs
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PY) -m pytest -q $(HOUSE)

clean: ## remove what setup made
	rm -rf .venv .tools
