# Everything runs in $(VENV), made by the first target that needs it and left alone until pyproject.toml or
# constraints.txt change. What paints is installed first; the tools of tests and checks come with the first target
# that needs them. `make` alone lists the targets.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
PAINTS := $(VENV)/.tilebake-paints
READY := $(VENV)/.tilebake-ready

# PyPI's torch for Linux brings CUDA: several GB that a machine without an NVIDIA driver has no use for.
# TORCH_INDEX= (empty) takes torch from where pip takes everything else.
TORCH_INDEX ?= $(if $(shell command -v nvidia-smi),,https://download.pytorch.org/whl/cpu)

# With it, each process of the tests would compile what the one before has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install bake engine browser test test-editor test-game test-serve test-paint test-others long check format bench addon screenshots clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

install: $(READY) ## make .venv with all that painting, tests and checks need

bake: $(PAINTS) ## paint maps/forest.json
	$(BIN)/tilebake bake maps/forest.json
	@echo "The picture is $(CURDIR)/maps/forest.png"

engine: ## install Godot into .godot-engine, for the tests of its addon (715 MB; Debian, as root)
	tests/godot/install_engine.sh .godot-engine

browser: ## install a Chromium, for the test of `tilebake view` (306 MB; Debian, as root)
	tests/install_browser.sh

browser: | $(if $(CI),engine) # apt serves one at a time

# Without Godot and a browser their tests are skipped, so that a newcomer needs nothing more; CI skips nothing. Three
# parts run at a time: what waits for an editor or for a worker process leaves a processor free.
test: install $(if $(CI),engine browser) ## run the tests (10 to 25 minutes on two cores)
	$(MAKE) --jobs=3 --keep-going $(PARTS)

# The longest first.
PARTS := test-paint test-editor test-serve test-game test-others

test-editor:
	$(BIN)/python -m pytest tests/godot/editor

test-game:
	$(BIN)/python -m pytest tests/godot --ignore tests/godot/editor

test-serve:
	$(BIN)/python -m pytest tests/serve

test-paint:
	$(BIN)/python -m pytest tests/paint tests/training

test-others:
	$(BIN)/python -m pytest $(addprefix --ignore tests/,godot serve paint training)

long: install engine ## run the long tests: kills, faults, races (an hour)
	$(BIN)/python -m pytest -m long

check: install ## lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

format: install ## fix what can be fixed automatically
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure quality and speed (minutes)
	PYTHONPATH=backend $(BIN)/python -m benchmarks.quality

ADDON_VERSION = $(shell sed -n 's/^version="\(.*\)"/\1/p' godot_addon/addons/tilebake/plugin.cfg)

addon: ## pack the Godot addon into dist/, ready for the Asset Library
	@mkdir -p dist
	rm -f dist/tilebake-godot-$(ADDON_VERSION).zip
	cd godot_addon && $(PYTHON) -m zipfile -c ../dist/tilebake-godot-$(ADDON_VERSION).zip addons

screenshots: install ## photograph the Godot addon for docs/ (minutes; needs `make engine`)
	PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=. $(BIN)/python -m tests.godot.screenshots docs

clean: ## remove .venv, caches and builds
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist
	find backend tests -name __pycache__ -type d -prune -exec rm -rf {} +

# pip compiles all modules: it takes a minute, and without it each process does, where PYTHONDONTWRITEBYTECODE is set.
$(PAINTS) $(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade --constraint constraints.txt pip hatchling editables
ifneq ($(TORCH_INDEX),)
	@$(PIP) install --constraint constraints.txt --no-deps --retries 0 --timeout 15 --index-url $(TORCH_INDEX) torch \
		|| echo "No torch from $(TORCH_INDEX): taking it from where pip takes everything else."
endif
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable . $(if $(filter $(READY),$@),--group dev)
	@touch $(PAINTS) $@
