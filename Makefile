# Everything happens in .venv of this checkout; nothing else on the machine is touched.
# Needs Python >= 3.10, make and a C++ compiler. PYTHON=python3.12 chooses another Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# what an installed gatecast is made of
SOURCES := pyproject.toml CMakeLists.txt $(wildcard native/*) $(shell find src -type f -not -name '*.pyc')

.PHONY: help demo test lint bench clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(VENV)/all.stamp  ## install gatecast[all] and run the tutorial's experiment
	$(BIN)/gatecast demo

test: $(VENV)/test.stamp  ## install what the tests need and run them
	$(BIN)/python -m pytest

lint: $(VENV)/lint.stamp  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: $(VENV)/all.stamp  ## measure gatecast's speed (benchmarks/README.md: beside its peers)
	$(BIN)/python benchmarks/speed.py --quick

clean:  ## remove what the other targets made
	rm -rf $(VENV) build

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "gatecast needs Python 3.10 or newer; $(PYTHON) is not: make PYTHON=python3.12 ..."; exit 1; }
	@command -v c++ g++ clang++ >/dev/null || { \
	  echo "gatecast needs a C++ compiler to build its kernel; none was found: install g++ or clang++"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) could not make a virtual environment: install python3-venv"; exit 1; }
	@touch $@

# one rule for each set of extras: all.stamp, test.stamp, lint.stamp
$(VENV)/all.stamp $(VENV)/lint.stamp: $(VENV)/%.stamp: $(VENV)/made.stamp $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[$*]'
	@touch $@

$(VENV)/test.stamp: $(VENV)/made.stamp $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[all,test]'
	@touch $@
