# Every target sets up what it needs by itself: Python >= 3.11 with venv, and make, are all that must be there.
# uv is used when it is on the PATH.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Where Python may not keep compiled modules, each of the hundred commands that tests start would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: setup demo test test-long conformance reliability check bench help lock format lint collected

VENV := .venv
BIN := $(VENV)/bin
CLIENTS := .venv-clients
RULES := .einvoice-rules
CONFORMANCE := .conformance
PEERS := .venv-bench
UV := $(shell command -v uv 2>/dev/null)
NPM := $(shell command -v npm 2>/dev/null)
TEST_PROCESSES ?= 3

# The first of these that starts and is at least 3.11 (a name on the PATH may be a shim that does not start).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# pip and uv read the same lock files: exact versions with hashes, from whatever index this machine is set to. The
# locks are complete, so nothing is resolved; and modules are compiled when first imported, which halves the time.
ifdef UV
INSTALL := $(UV) pip install --quiet --no-deps --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile
endif

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

setup: $(VENV)/.dev $(CLIENTS)/.ok $(RULES)/.ok $(CONFORMANCE)/.ok  ## all that development needs, in folders that git ignores

demo: $(VENV)/.run  ## a sample company on this machine, to click and call
	$(BIN)/counterfoil demo

# One process more than the two processors that CI has: tests wait for servers, browsers and files.
# Files go to the processes in their order: the other way, the longest single tests would come last, on one process alone.
test: $(CLIENTS)/.ok $(RULES)/.ok $(CONFORMANCE)/.ok  ## what CI runs: format, lint, types, imports, then all tests but the long ones
	@$(MAKE) --no-print-directory --jobs 2 lint collected
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

test-long: lint $(CLIENTS)/.ok $(RULES)/.ok $(CONFORMANCE)/.ok  ## the same with the tests that take minutes, at full size
	COUNTERFOIL_TEST_SIZE=long $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder -m "long or not long" --timeout 3600

conformance: $(VENV)/.dev $(CONFORMANCE)/.ok  ## other people's judges of /mcp, which `make test` runs too; needs npm
	$(BIN)/python -m pytest tests/conformance

reliability: lint $(CLIENTS)/.ok $(RULES)/.ok $(CONFORMANCE)/.ok  ## the promises R1 to R15 at full size, and docs/guarantees/figures.md of them
	COUNTERFOIL_TEST_SIZE=long $(BIN)/python -m tests.reliability.figures

check: lint  ## format, lint, types, imports and the architecture tests: seconds
	$(BIN)/python -m pytest -q tests/architecture

bench: $(VENV)/.dev $(PEERS)/.ok  ## side-by-side measurements
	$(BIN)/python -m bench

format: $(VENV)/.dev  ## rewrite the files in the house's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

# Every test process would rewrite each file of tests for itself, had not one done it while another looks at the types.
collected: $(VENV)/.dev
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null

lint: $(VENV)/.dev
	$(BIN)/ruff format --quiet --diff .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

# Newest versions that pyproject.toml allows. No index address is written down, so any mirror serves.
LOCK = $(or $(UV),$(BIN)/uv) pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: | $(BIN)/python  ## choose new versions and write both lock files
	$(if $(UV),,$(INSTALL) uv)
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group dev --extra postgres --extra s3 --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) --group build --extra postgres --extra s3 --constraint requirements-dev.lock --output-file deploy/requirements.lock
	$(subst pyproject.toml,tests/clients/requirements.in,$(LOCK)) --output-file tests/clients/requirements.lock
	$(subst pyproject.toml,tests/support/judges/requirements.in,$(LOCK)) --no-deps --output-file tests/support/judges/requirements.lock
	$(subst pyproject.toml,bench/requirements.in,$(LOCK)) --constraint requirements.lock --output-file bench/requirements.lock
	cd tests/conformance && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Counterfoil needs Python 3.11 or newer, with venv (Debian: apt install python3-venv)." >&2; exit 1; }
	$(if $(UV),$(UV) venv --quiet --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))

# The package itself goes in without its dependencies and without build isolation: all of it is in the lock files.
$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Counterfoil needs into $(VENV) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing what development needs into $(VENV) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# Other people's programs for the API, which want older packages than ours: tests/clients runs them against the server.
$(CLIENTS)/.ok: tests/clients/requirements.lock | $(BIN)/python
	@echo "Installing other programs for the API into $(CLIENTS) ..."
	@$(if $(UV),$(UV) venv --quiet --allow-existing --python $(PYTHON) $(CLIENTS),$(PYTHON) -m venv $(CLIENTS))
	@$(subst $(BIN)/python,$(CLIENTS)/bin/python,$(INSTALL)) --require-hashes -r tests/clients/requirements.lock
	@touch $@

# What /mcp is measured against, with packages that may clash with ours.
$(PEERS)/.ok: bench/requirements.lock | $(BIN)/python
	@echo "Installing what /mcp is measured against into $(PEERS) ..."
	@$(if $(UV),$(UV) venv --quiet --allow-existing --python $(PYTHON) $(PEERS),$(PYTHON) -m venv $(PEERS))
	@$(subst $(BIN)/python,$(PEERS)/bin/python,$(INSTALL)) --require-hashes -r bench/requirements.lock
	@touch $@

# Official rule files for e-invoices ride in packages whose own needs clash with ours: unpacked as data, never imported.
$(RULES)/.ok: tests/support/judges/requirements.lock | $(BIN)/python
	@echo "Unpacking the rules for e-invoices into $(RULES) ..."
	@rm -rf $(RULES)
	@$(INSTALL) --require-hashes --target $(RULES) -r tests/support/judges/requirements.lock
	@touch $@

# Node 22 comes with them, by the lock: node@22 would fetch the same binary by an install script, past it.
$(CONFORMANCE)/.ok: tests/conformance/package.json tests/conformance/package-lock.json
ifdef NPM
	@echo "Installing the judges of /mcp into $(CONFORMANCE) ..."
	@rm -rf $(CONFORMANCE) && mkdir $(CONFORMANCE) && cp $^ $(CONFORMANCE)
	@cd $(CONFORMANCE) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
else
	@echo "npm is missing: the conformance suite and the Inspector do not run, and their tests are skipped." >&2
endif
