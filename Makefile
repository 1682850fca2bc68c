# `make run` is all it takes. PORT=8600, TORCH=cuda and PYTHON=python3.12 may go with it.
# On Windows: py tools\setup.py --run

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
SETUP := $(or $(PYTHON),python3) tools/setup.py
VENV_PYTHON := .venv/bin/python

.PHONY: help run test long lint types map browser bench reproduce
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

run: ## Install what is missing, then serve the dashboard on this machine
	@$(SETUP)
	@exec $(VENV_PYTHON) -m streamlit run app.py $(if $(PORT),--server.port $(PORT))

test: ## Run the tests that are quick and need no browser (ARGS="-k split" chooses)
	@$(SETUP) --dev
	@$(VENV_PYTHON) -m pytest -m "not browser and not long" -n 2 --dist loadfile $(ARGS)

long: ## Run the tests that take long: engines of several processes, whole corpora
	@$(SETUP) --dev
	@$(VENV_PYTHON) -m pytest -m long tests $(ARGS)

lint: ## Check style and layout
	@$(SETUP) --dev
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check

types: ## Check types
	@$(SETUP) --dev
	@$(VENV_PYTHON) -m mypy

map: ## Write docs/map.md anew, after a module is added or its first line changed
	@$(SETUP) --dev
	@$(VENV_PYTHON) tools/map.py

browser: ## Run the tests that need Chromium
	@$(SETUP) --dev
	@$(VENV_PYTHON) -m pytest -m browser tests/browser $(ARGS)

bench: ## Run the accuracy benchmark in its short mode, in a laboratory of its own
	@$(SETUP) --dev
	@lab=$$(mktemp -d); EMOCORE_DATA=$$lab $(VENV_PYTHON) -m benchmarks.accuracy --short --threads 1 --json; \
	code=$$?; rm -rf "$$lab"; exit $$code

reproduce: ## Run the report again on the drawn faces in its quick mode, in a laboratory of its own
	@$(SETUP) --dev
	@lab=$$(mktemp -d); EMOCORE_DATA=$$lab $(VENV_PYTHON) -m emocore reproduce all --quick --dataset drawn-faces --json >/dev/null; \
	code=$$?; rm -rf "$$lab"; exit $$code
