# Everything is set up on first use and quick the second time. Needs: make, Python 3.11 or later, a package index.
ARGS ?=
PYTHON := .venv/bin/python
export PY

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench mutate screenshots lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## set up and run the demonstration practice (ARGS="--once DIR" plays one visit and one télé-expertise headless, --reset starts over)
	@.ci/environment run
	@$(PYTHON) -m telemed demo $(ARGS)

serve: ## serve with the settings of the environment (see docs/reference/settings.md)
	@.ci/environment run
	@$(PYTHON) -m telemed serve $(ARGS)

test: ## set up and run the whole test suite on SQLite and PostgreSQL (ARGS="-k word" narrows it)
	@.ci/environment dev
	@.ci/system-packages chromium coturn mosquitto
	@$(PYTHON) -m tests.run $(ARGS)

check: ## ruff, mypy --strict, import contracts, law files, migrations
	@.ci/environment dev
	@echo "check: formatting and lint (ruff)"
	@$(PYTHON) -m ruff format --check -q . && $(PYTHON) -m ruff check -q .
	@echo "check: types (mypy --strict)"
	@$(PYTHON) -m mypy
	@echo "check: layers (import-linter)"
	@log=$$(mktemp); .venv/bin/lint-imports --no-logo >$$log 2>&1 || { cat $$log; rm -f $$log; exit 1; }; rm -f $$log
	@echo "check: law files"
	@$(PYTHON) -m telemed check-law --quiet
	@echo "check: migrations match the tables"
	@$(PYTHON) -m telemed migrate --check
	@echo "check: all clean"

bench: ## measure against floors and peers, side by side (ARGS="relay" for one table)
	@.ci/environment dev
	@.ci/system-packages chromium npm
	@$(PYTHON) -m tests.benchmarks $(ARGS)

mutate: ## change each rule and each line of law a little: does a test notice? (an hour; ARGS=--again goes on, ARGS=billing/rules/cap.py narrows)
	@.ci/environment dev
	@$(PYTHON) -m tests.mutation $(ARGS)

screenshots: ## remake the pictures of the README in a real Chromium
	@.ci/environment dev
	@.ci/system-packages chromium
	@$(PYTHON) -m tests.screenshots $(ARGS)

lock: ## pin every dependency again, with hashes
	@.ci/environment run
	@echo "lock: resolving"
	@.venv/bin/uv pip compile -q --system-certs --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	@.venv/bin/uv pip compile -q --system-certs --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra dev -c requirements.lock pyproject.toml -o dev.lock

clean: ## remove the environment and caches (never the data)
	rm -rf .venv mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
