# Commands for people. A bare `make` lists them. GNU make 3.81 (macOS) is enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
TRACK  ?=
PROMPT ?=
export TRACK PROMPT  # the shell reads them itself: both may hold quotes

.DEFAULT_GOAL := help
.PHONY: help demo chat run invite studio test check fmt chaos bench bench-studio gallery lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "From Music needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Preparing $(VENV): the first time takes a minute or two."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $(READY)

demo: $(READY) ## a real song goes in, an MP4 comes out (TRACK=my.mp3 PROMPT="…" for your own)
	@$(BIN)/from-music demo $(if $(TRACK),"$$TRACK") $(if $(PROMPT),--prompt "$$PROMPT")

chat: $(READY) ## talk to it in this terminal
	@$(BIN)/from-music chat

run: $(READY) ## serve every platform that has a token
	@$(BIN)/from-music run

invite: $(READY) ## the address that adds the Discord bot to a server
	@$(BIN)/from-music discord invite

studio: $(READY) ## the render engine alone, on loopback
	@$(BIN)/from-music studio

test: $(READY) ## all tests
	@$(BIN)/python -m pytest

check: $(READY) ## lint, formatting, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports

fmt: $(READY) ## format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

chaos: $(READY) ## the long durability run: kills, freezes, store kills
	@$(BIN)/python -m tests.chaos

BENCHES := studio beats stream conversation upload store studio_load discord_ack telegram_ack telegram_budget

bench: $(READY) ## every measurement, as ratios against a named baseline (BENCHES="studio beats" for some)
	@for name in $(BENCHES); do echo "== $$name"; $(BIN)/python -m bench.$$name || exit 1; done

bench-studio: $(READY) ## the render pipeline against encode-only and against ffmpeg's showcqt
	@$(BIN)/python -m bench.studio

gallery: $(READY) ## still frames of every look, into docs/gallery
	@$(BIN)/python -m bench.gallery

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet
lock: ## pin again: all, and the parts that an image needs (needs uv)
	$(LOCK) pyproject.toml --group dev --upgrade -o requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock --upgrade -o deploy/run.lock
	echo hatchling | $(LOCK) - -c requirements.lock --upgrade -o deploy/build.lock

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
