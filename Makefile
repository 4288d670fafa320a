# Needs python3, make and git; gets everything else into .tools, .venv and node_modules. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

UV_VERSION := 0.13.9
TOOLS := .tools
UV := $(TOOLS)/bin/uv
UV_READY := $(TOOLS)/.uv-$(UV_VERSION)
BIN := .venv/bin

MEMBERS := services/core services/api services/worker services/ingestion services/bot services/local operator
DASHBOARD := $(wildcard services/dashboard/package-lock.json)

# Caches go where the user's are; without a home that can be written, into the clone.
ifneq ($(shell test -n "$$HOME" -a -w "$$HOME" && echo yes),yes)
export UV_CACHE_DIR := $(CURDIR)/$(TOOLS)/cache/uv
export npm_config_cache := $(CURDIR)/$(TOOLS)/cache/npm
export XDG_CACHE_HOME := $(CURDIR)/$(TOOLS)/cache
endif
# An active environment of the user is not the one to install into.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME

.PHONY: help
help: ## Show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS=$$'\t' read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

.PHONY: up
up: setup dashboard ## Run Task Tracker on this machine: Postgres, NATS and all services; Ctrl-C stops it
	@exec $(BIN)/tasktracker up

.PHONY: demo
demo: setup dashboard ## The same, and play in sample messages
	@exec $(BIN)/tasktracker up --demo

.PHONY: check
check: setup ## Lint, formatting, types, import law, lock file
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy $(MEMBERS:%=%/src) tests .ci/check_lock.py .ci/crd_docs.py .ci/dashboards.py
	@$(BIN)/lint-imports
	@$(BIN)/python .ci/check_lock.py
ifneq ($(DASHBOARD),)
	@.ci/build-dashboard $(UV) $(TOOLS) lint typecheck
endif

.PHONY: test
test: setup dashboard ## All tests, against real Postgres and NATS and, where there is one, a real browser
	@.ci/get-debian chromium chromium "the browser tests are skipped"
	@.ci/get-debian dovecot dovecot-imapd "the e-mail tests run on pymap alone"
	@.ci/get-debian nginx nginx-light "the dashboard's Nginx is not tested"
	@.ci/get-debian promtool prometheus "rules and dashboards are not tested on a real Prometheus"
ifneq ($(DASHBOARD),)
	@.ci/build-dashboard $(UV) $(TOOLS) test
endif
	@$(BIN)/pytest

.PHONY: test-cluster
test-cluster: setup ## The operator and the CRDs on a real Kubernetes API server, which is built the first time
	@if $(BIN)/python -m tests.cluster.binaries; then $(BIN)/pytest -p no:cacheprovider tests/cluster -m cluster; fi

.PHONY: bench-cluster
bench-cluster: setup ## 500 Sources on a real API server: how fast, how much memory, how still
	@$(BIN)/python -m tests.cluster.bench

.PHONY: bench
bench: setup dashboard ## Measure speed beside the bare components; writes .bench/latest.json
	@$(BIN)/python -m tests.bench

.PHONY: chaos
chaos: setup ## A thousand messages by each channel, and imports, while every process, NATS and Postgres are killed
	@.ci/get-dovecot
	@$(BIN)/pytest tests/chaos tests/integration/test_crashes.py

.PHONY: screenshots
screenshots: setup dashboard ## Take the pictures of the docs in a real browser
	@$(BIN)/python -m tests.browser.screenshots

.PHONY: bench-day
bench-day: setup dashboard ## Work through 300 suggestions by keys in a real browser: how fast each shows its effect
	@$(BIN)/python -m tests.browser.day

.PHONY: lighthouse
lighthouse: setup dashboard ## Judge the dashboard with Lighthouse: accessibility and best practices at least 95
	@PATH="$$(.ci/get-node $(UV) $(TOOLS)/node):$$PATH" $(BIN)/python -m tests.browser.lighthouse

.PHONY: format
format: setup ## Format and fix what can be fixed
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: crd-docs
crd-docs: setup ## Write docs/crds.md from crds/
	@$(BIN)/python .ci/crd_docs.py

.PHONY: dashboards
dashboards: setup ## Write Grafana's dashboards into the chart
	@$(BIN)/python .ci/dashboards.py

.PHONY: lock
lock: $(UV_READY) ## Resolve the packages anew and write requirements.lock
	@$(UV) lock
	@$(UV) export --quiet --format requirements.txt --all-packages --all-groups --no-emit-workspace --no-header \
		--output-file requirements.lock

.PHONY: clean
clean: ## Remove what make has built; your data in .tasktracker stays
	@rm -rf .venv $(TOOLS) .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@rm -rf services/dashboard/node_modules services/dashboard/dist
	@find $(MEMBERS) tests -name __pycache__ -prune -exec rm -rf {} +

.PHONY: setup
setup: .venv/.synced ## Get uv, Python packages and the tasktracker command; instant when nothing has changed
	@:

.venv/.synced: requirements.lock .python-version pyproject.toml $(MEMBERS:%=%/pyproject.toml) | $(UV_READY)
	@echo "Setting up Python"
	@$(UV) venv --quiet --allow-existing --python "$$(cat .python-version)" .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes requirements.lock
	@$(UV) pip install --quiet --python .venv --no-deps $(MEMBERS:%=--editable %)
	@touch $@

$(UV_READY):
	@.ci/get-uv $(UV_VERSION) $(TOOLS)
	@touch $@

.PHONY: dashboard
dashboard: setup ## Build the dashboard when its sources have changed
ifneq ($(DASHBOARD),)
	@.ci/build-dashboard $(UV) $(TOOLS) build
endif
