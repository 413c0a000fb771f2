# `make demo` and `make test` start from nothing: each makes .venv and installs what it needs.
PYTHON ?= python3
FOLDER ?=

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test check bench bench-data bench-hub clean help

help:  ## Show this list.
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 14

demo: .venv/.demo  ## Index photos and search them by words (FOLDER=~/Pictures for your own).
	$(BIN)/python examples/demo.py $(FOLDER)

test: .venv/.test  ## Run all tests.
	$(BIN)/python -m pytest

check: .venv/.check  ## Lint and check types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.bench  ## Measure speed beside named peers.
	$(BIN)/python -m benchmarks

bench-hub: .venv/.bench-hub  ## Measure hub models beside transformers and sentence-transformers.
	$(BIN)/python -m benchmarks.hub
	$(BIN)/python -m benchmarks.device

clean:  ## Remove what this Makefile made.
	rm -rf .venv demo

.venv/.base: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip --disable-pip-version-check install --quiet 'pip>=25.1'
	$(PIP) --editable .
	@touch $@

.venv/.demo .venv/.test .venv/.check .venv/.bench .venv/.bench-hub: .venv/.%: .venv/.base
	$(PIP) --group $*
	@touch $@
