# Everything a fresh machine needs is Python 3.11 or newer, make and git; see CONTRIBUTING.md.

# The system's own first: it is built with profiles, and one built by hand takes a sixth longer.
PYTHON ?= $(shell for p in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PROTO := sync/codec/document
PROTOC := $(BIN)/python -m grpc_tools.protoc -I. $(PROTO).proto
PYTEST := $(BIN)/python -m pytest
UP_TO ?= 10000
# Without compiled files each process of the tests compiles all of them again: a fifth of the time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types proto proto-check man man-check apidoc apidoc-check screens bench soak clean

help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(VENV)/.runtime  ## A pretend iCloud, the daemon and a folder of todo files, live
	$(BIN)/remindersd demo

test: $(VENV)/.development  ## The whole test suite
	PYTHONHASHSEED=0 $(PYTEST) -n 3 --dist worksteal  # all workers have to collect the same names

check: lint types proto-check man-check apidoc-check test  ## Everything that has to hold before a commit

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.development
	$(BIN)/mypy

proto: $(VENV)/.development  ## Generate the protobuf code again
	$(PROTOC) --python_out=. --pyi_out=.

proto-check: $(VENV)/.development
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && \
	$(PROTOC) --python_out="$$made" --pyi_out="$$made" && \
	diff -u $(PROTO)_pb2.py "$$made/$(PROTO)_pb2.py" && \
	diff -u $(PROTO)_pb2.pyi "$$made/$(PROTO)_pb2.pyi" || \
	{ echo 'the generated protobuf code is not current: run `make proto`' >&2; exit 1; }

man: $(VENV)/.development  ## Write the manual page again, from the command line itself
	$(BIN)/python -m daemon.manpage > man/remindersd.1

man-check: $(VENV)/.development
	@$(BIN)/python -m daemon.manpage | diff -u man/remindersd.1 - || \
	{ echo 'the manual page is not current: run `make man`' >&2; exit 1; }

apidoc: $(VENV)/.development  ## Bring docs/api.md in line with the table of operations
	$(BIN)/python -m daemon.apidoc docs/api.md

apidoc-check: $(VENV)/.development
	@$(BIN)/python -m daemon.apidoc --check docs/api.md

screens: $(VENV)/.development  ## Make the screens in docs/screens again, from the real thing
	@for tool in tmux faketime chromium chromedriver; do command -v $$tool >/dev/null || \
	{ echo "needs $$tool: install it (Debian: tmux faketime chromium chromium-driver fonts-noto-color-emoji)" >&2; exit 1; }; done
	$(BIN)/python -m tests.screens

bench: $(VENV)/.development  ## Measure, say what it came to, and bring docs/performance.md up to date; UP_TO=100000 for the growth up to there
	$(BIN)/python -m benchmarks --up-to $(UP_TO) --json docs/performance/results.json --write docs/performance.md

soak: $(VENV)/.development  ## The randomised tests, many more examples each; N=10000 histories, a tenth of that with two machines, all sweeps, and a daemon for hours
ifdef N
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation --histories 1-$(N) --jobs 2
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation --histories 1-$$(($(N) / 10)) --two --jobs 2
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation --sweep --jobs 2
	PYTHONHASHSEED=0 $(BIN)/python -m tests.soak
else
	REMINDERSD_SOAK=1 PYTHONHASHSEED=0 $(PYTEST) -n 2 --timeout=3600
endif

clean:  ## Remove what was made here, the environment too
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find daemon sync store sandbox tests -name __pycache__ -prune -exec rm -rf {} +

# Two stamps, so that the demo never waits for the tools of development.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo 'installing what is needed into $(VENV); this takes a minute the first time'
	$(PIP) install -r requirements.txt
	$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	$(PIP) install -r requirements-dev.txt
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo 'needs Python 3.11 or newer; name one: make PYTHON=...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
