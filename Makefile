# Needs Python 3.11+, make and git; everything else is installed into .venv from uv.lock.
#   make setup   install            make run    build, judge and publish the warehouse
#   make test    lint and all tests make lint   only the linters
#   make docs    dbt's documentation site, in target/
#   make bench   simulate, build and publish a million invoices (SIZE=… for others), in warehouse/bench
# ARGS passes options on: make run ARGS="--raw /data/extracts --systems stripe,bank"
# STRICT=1 makes `make run` fail on a breached gate (1) or too little data (3), not only on errors.
# (make's own exit status is then 2, as for all that fails; the code itself is that of
# `.venv/bin/python -m python_checks run`, and make names it.)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

export DBT_PROFILES_DIR ?= profiles
export DO_NOT_TRACK := 1
# uv installs into this environment and brings no Python of its own.
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
SIZE ?= 1000000

.PHONY: help setup run test lint docs bench

help:
	@sed -n '2,9s/^# *//p' Makefile

setup: $(INSTALLED)

$(INSTALLED): pyproject.toml uv.lock
	@test -x $(BIN)/python || { \
	    $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	        echo "$(PYTHON) is missing or older than 3.11; name another: make PYTHON=python3.12" >&2; \
	        exit 1; \
	    }; \
	    $(PYTHON) -m venv $(VENV); \
	}
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --locked --inexact
	@touch $@

run: $(INSTALLED)
	@$(BIN)/python -m python_checks run $(ARGS); code=$$?; \
	case "$(STRICT):$$code" in \
	    :1) echo "make run: finished and published; a gate is breached (STRICT=1 fails on it)";; \
	    :3) echo "make run: finished and published; not enough data to judge (STRICT=1 fails on it)";; \
	    *) exit $$code;; \
	esac

# dbt alone with the flat system on (unit tests bring their own rows: once is enough); a run over the
# committed sample, which the tests read too; pytest.
test: lint
	@echo "dbt build, with the flat system on"
	@$(call build,flat,--exclude-resource-type unit_test --vars '{systems_on: [flat]}')
	@echo "a run over the committed sample, and all tests"
	@$(call in_a_throwaway_warehouse,$(RUN_AND_PYTEST))

# 1: a gate is breached, by the errors that the sample holds.
define RUN_AND_PYTEST
sh -c '$(BIN)/python -m python_checks run --warehouse "$$WAREHOUSE_ROOT" || test $$? = 1 || exit 2; \
    SAMPLE_WAREHOUSE="$$WAREHOUSE_ROOT"; export SAMPLE_WAREHOUSE; \
    unset WAREHOUSE_ROOT DBT_TARGET_PATH; $(BIN)/pytest -n 2 --dist worksteal tests/python'
endef

# Runs `dbt build` in a warehouse that is thrown away, whatever the environment points to.
define build
$(call in_a_throwaway_warehouse,$(BIN)/dbt --quiet build $(2))
endef

define in_a_throwaway_warehouse
folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && env -u RAW_ROOT -u ACTIONS_ROOT \
    WAREHOUSE_ROOT="$$folder" DBT_TARGET_PATH="$$folder/target" $(1)
endef

# Staging models are long once compiled, one like the other, and take most of the linter's time:
# `make lint SQL="models tests"` reads them too.
SQL ?= $(shell find models tests -name '*.sql' -not -name 'stg_*')

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy python_checks tests/python
	$(BIN)/mypy examples/online_retail
	$(BIN)/mypy examples/accounts_receivable
	@echo "sqlfluff"
	@$(call in_a_throwaway_warehouse,$(BIN)/sqlfluff lint --processes 2 $(SQL))

docs: $(INSTALLED)
	$(BIN)/dbt docs generate

bench: $(INSTALLED)
	$(BIN)/python -m python_checks.benchmark --invoices $(SIZE) --out warehouse/bench
