# What a newcomer types. Every target sets up what it needs; nothing has to be installed first but
# Python 3.11 or later with its venv module.

PYTHON ?= python3
DEMO ?=
BENCH ?=
PYTEST ?=
BIN := .venv/bin
# A new stamp for every change of what is installed, so that the installation runs once and not each time.
STAMP := .venv/.stamp-$(shell cat pyproject.toml deploy/locks/dev.txt | cksum | cut -d' ' -f1)
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

.DEFAULT_GOAL := help
.PHONY: help booth texts oracle demo test test-store check bench format lock vectors clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP):
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r deploy/locks/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	rm -f .venv/.stamp-*
	touch $@

booth: $(STAMP)  ## compile the texts and bundle what runs in the browser, if their sources have changed
	$(BIN)/python -m deploy.build_texts
	$(BIN)/python -m deploy.build_booth

texts: $(STAMP)  ## bring the catalogue of texts up to date with what the sources name, and say what is missing
	$(BIN)/python -m deploy.texts

demo: booth  ## run a whole election, then leave the site running (options: DEMO="...")
	$(BIN)/wijkaandeel demo $(DEMO)

oracle: $(STAMP)  ## install pabutools, against which counts are tested; without it those tests are skipped
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r deploy/locks/oracle.txt

test: booth  ## run all tests; they reach no network but loopback (options: PYTEST="...")
	$(BIN)/python -m pytest -n 3 $(PYTEST)

test-store: booth  ## run only what uses the PostgreSQL server of the tests, without attacks and browsers
	$(BIN)/python -m pytest -n 3 -m "store and not attack and not journey" $(PYTEST)

check: $(STAMP)  ## formatting, lint, types, the direction of imports and the texts, in both languages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.texts --check
	$(BIN)/python -m deploy.build_booth --check

bench: booth  ## measure, and print the figures (options: BENCH="...")
	$(BIN)/python -m deploy.bench $(BENCH)

format: $(STAMP)  ## put the code in its one layout
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Needs uv in the environment: `.venv/bin/python -m pip install uv`. Locks carry hashes and no addresses.
lock:  ## resolve the dependencies anew into deploy/locks/
	$(COMPILE) pyproject.toml -o deploy/locks/audit.txt
	$(COMPILE) pyproject.toml --extra service -o deploy/locks/service.txt
	$(COMPILE) pyproject.toml --extra service --extra watch --extra dask --extra print --group build --group test --group lint --group types \
		-o deploy/locks/dev.txt
	$(COMPILE) pyproject.toml --group oracle -c deploy/locks/dev.txt -o deploy/locks/oracle.txt

vectors: $(STAMP)  ## write the test vectors that both languages read
	$(BIN)/python -m tests.make_vectors

clean:  ## remove everything built, the environment too
	rm -rf .venv build dist *.egg-info service/static/booth service/booth/dist service/booth/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
