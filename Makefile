# Everything is set up on first use and quick the second time. Needs: make, Python 3.11 or later, a package index.
PY ?= python3.11
ARGS ?=
UV := .venv/bin/uv
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench screenshots lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.run ## set up and run the demonstration practice (ARGS="--once DIR" plays one visit headless, --reset starts over)
	@$(PYTHON) -m telemed demo $(ARGS)

serve: .venv/.run ## serve with the settings of the environment (see docs/reference/settings.md)
	@$(PYTHON) -m telemed serve $(ARGS)

test: .venv/.dev ## set up and run the whole test suite on SQLite and PostgreSQL (ARGS="-k word" narrows it)
	@.ci/system-packages chromium coturn
	@$(PYTHON) -m tests.run $(ARGS)

check: .venv/.dev ## ruff, mypy --strict, import contracts, law files, migrations
	@echo "check: formatting and lint (ruff)"
	@.venv/bin/ruff format --check -q . && .venv/bin/ruff check -q .
	@echo "check: types (mypy --strict)"
	@.venv/bin/mypy
	@echo "check: layers (import-linter)"
	@.venv/bin/lint-imports --no-logo --verbose >.venv/imports.log 2>&1 || { cat .venv/imports.log; exit 1; }
	@echo "check: law files"
	@$(PYTHON) -m telemed check-law --quiet
	@echo "check: migrations match the tables"
	@$(PYTHON) -m telemed migrate --check
	@echo "check: all clean"

bench: .venv/.dev ## measure against floors and peers, side by side (ARGS="relay" for one table)
	@.ci/system-packages chromium npm
	@$(PYTHON) -m tests.benchmarks $(ARGS)

screenshots: .venv/.dev ## remake the pictures of the README in a real Chromium
	@.ci/system-packages chromium
	@$(PYTHON) -m tests.screenshots $(ARGS)

lock: .venv/bin/uv ## pin every dependency again, with hashes
	@echo "lock: resolving"
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra dev -c requirements.lock pyproject.toml -o dev.lock

clean: ## remove the environment and caches (never the data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/uv:
	@echo "set-up: creating .venv with $(PY)"
	@$(PY) -m venv .venv
	@.venv/bin/pip -q --disable-pip-version-check install uv==0.13.9 || echo "set-up: uv is not to be had, pip will do"

# One environment: the first stamp holds what runs, the second adds what tests. pip serves where uv does not.
.venv/.run: requirements.lock pyproject.toml | .venv/bin/uv
	@echo "set-up: installing what runs the service"
	@if [ -x $(UV) ]; then $(UV) pip install -q --python $(PYTHON) --require-hashes -r requirements.lock; else .venv/bin/pip -q --disable-pip-version-check install --require-hashes -r requirements.lock; fi
	@.venv/bin/pip -q --disable-pip-version-check install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: dev.lock .venv/.run
	@echo "set-up: installing what tests it"
	@if [ -x $(UV) ]; then $(UV) pip install -q --python $(PYTHON) --require-hashes -r dev.lock; else .venv/bin/pip -q --disable-pip-version-check install --require-hashes -r dev.lock; fi
	@touch $@
