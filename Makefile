# Everything a newcomer or a machine does here is one of these. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

BIN := .venv/bin
PYTEST := $(BIN)/pytest
WORKERS ?= 2
ONCE ?=
UPGRADE ?=
TESTS ?=

.PHONY: help setup servers demo serve test check format test-slow test-provider test-directories bench bench-full bench-sync mutation lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## make .venv from the committed lock, with .venv/bin/authz in it (does nothing where it is up to date)
	@bash tools/setup.sh

# The server programs that tests start for themselves (and what setup needs, so that apt is asked once).
servers:
	@bash tools/debian.sh python postgresql pgbouncer slapd curl

demo: setup ## show the service at work on the reference world, then keep serving (ONCE=1: show it and end)
	@$(BIN)/authz demo $(if $(filter-out 0 no false,$(ONCE)),--once)

serve: setup ## bring the database up to date and run the service
	@$(BIN)/authz db upgrade
	@$(BIN)/authz serve

test: servers setup check ## everything that has to hold before a change goes in: check, then all tests but the slow ones
	@$(PYTEST) -n $(WORKERS) --dist worksteal -m 'not slow and not provider and not directories' $(TESTS)

check: setup ## lint, format, types, walls between the rooms, policies
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy authz_service tests tools bench
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/authz policy check

format: setup ## put the code in shape: format and safe lint fixes
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

test-slow: servers setup ## the tests that take their time: proofs by exhaustion, soak, large worlds
	@$(PYTEST) -n $(WORKERS) -m slow $(TESTS)

test-provider: setup ## try access tokens of a real OpenID provider (needs node 20 or newer, npm, and npm's registry)
	@$(PYTEST) -m provider $(TESTS)

test-directories: servers setup ## the core of the directory sync against 389 Directory Server and Samba (installs them)
	@bash tools/directory_servers.sh
	@$(PYTEST) -m directories $(TESTS)

bench: servers setup ## measure decisions against other products in some minutes (fetches them with npm and pip), and say what is met
	@bash tools/debian.sh wrk
	@$(BIN)/python -m bench

bench-full: servers setup ## the same at two and twenty million facts, with every row of the goals (an hour, 20 GB of disk)
	@bash tools/debian.sh wrk
	@$(BIN)/python -m bench --full

bench-sync: servers setup ## measure the directory sync against a private OpenLDAP, in ratios to what that server can do
	@$(BIN)/python -m tools.bench_sync

mutation: setup ## break every policy rule in turn and see whether a policy case notices
	@$(BIN)/authz policy mutate

lock: ## write the lock files anew from pyproject.toml (UPGRADE=1: with the newest versions it allows)
	@UPGRADE='$(UPGRADE)' bash tools/lock.sh

clean: ## remove what can be made again; var/ (databases, keys) stays
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
