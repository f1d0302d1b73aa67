# `make` lists the targets. Everything runs in .venv, which bootstrap.py makes and keeps.
SHELL := /bin/sh
PYTHON ?= python3
WORKERS ?= 2
APP := $(PYTHON) bootstrap.py app --
DEV := $(PYTHON) bootstrap.py dev --
COMPILE := $(PYTHON) bootstrap.py uv -- pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-annotate --no-header $(if $(UPGRADE),--upgrade)
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=dawsos.settings.test

.DEFAULT_GOAL := help
.PHONY: help demo test servers check format lock bench e2e fuzz clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

demo: ## a real portfolio on the embedded database, served (CHECK=1: all but serve; PORT=8000)
	@$(APP) manage.py demo $(if $(filter-out 0 no,$(CHECK)),--check) $(if $(PORT),--port $(PORT))

test: check ## all that CI runs: lint, types, layering, system checks, migrations, tests
	@$(DEV) -m pytest -n $(WORKERS) --cov --cov-report=term:skip-covered $(PYTEST)

servers: ## repeat the tests of storage on the servers that DATABASE_URL and REDIS_URL name, or local ones
	@$(DEV) tools/servers.py -q -n $(WORKERS) $(PYTEST)

check: ## the quick part of `make test`: everything but the tests
	@$(DEV) -m ruff check --quiet .
	@.venv/bin/python -m ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@.venv/bin/python -m mypy
	@.venv/bin/lint-imports
	@$(TEST_SETTINGS) .venv/bin/python manage.py check
	@$(TEST_SETTINGS) .venv/bin/python manage.py makemigrations --check --dry-run

format: ## put the code into its one form
	@$(DEV) -m ruff check --quiet --fix-only .
	@.venv/bin/python -m ruff format .

lock: ## pin the dependencies of pyproject.toml again (UPGRADE=1: to the newest allowed)
	@$(COMPILE) pyproject.toml -o requirements/app.lock
	@$(COMPILE) pyproject.toml --extra dev -c requirements/app.lock -o requirements/dev.lock
	@echo 'beancount~=3.2' | $(COMPILE) - -o requirements/beancount.lock
	@echo 'empyrical-reloaded~=0.7.1' | $(COMPILE) --no-emit-package peewee - -o requirements/empyrical.lock
	@$(PYTHON) bootstrap.py dev

bench: ## measure pages, ledger, figures and invariants (BENCH=web, ledger, performance, invariants, night)
	@$(DEV) -m benchmarks $(BENCH)

e2e: ## browser tests, in the system's Chromium
	@$(DEV) -m pytest e2e -m e2e $(PYTEST)

fuzz: ## 20,000 calls made from the API's description (CALLS=2000: another number)
	@DAWSOS_FUZZ_CALLS=$(or $(CALLS),20000) $(DEV) -m pytest -q -s dawsos/tests/fuzz $(PYTEST)

clean: ## remove the environment and every cache; the data directory stays
	@rm -rf .venv .tools .beancount .empyrical .bootstrap.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
