# Everything happens in .venv of this checkout; nothing else on the machine is touched.
# Needs Python >= 3.10 with its headers, make and a C++ compiler. PYTHON=python3.12 chooses
# another Python, and makes .venv anew if it was made with a different one.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# named after PYTHON only where it was asked for: a later plain "make" keeps what is there
MADE := $(VENV)/made$(if $(filter file,$(origin PYTHON)),,-$(subst /,-,$(PYTHON))).stamp
# what an installed gatecast is made of; folders too, so that a deleted or renamed file counts
SOURCES := pyproject.toml CMakeLists.txt $(shell find native src -not -path '*__pycache__*')

# two pips must not write into one environment at the same time
.NOTPARALLEL:
.PHONY: help demo docs pictures test quick lint bench sanitize fuzz clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(VENV)/all.stamp  ## install gatecast[all] and run the tutorial's experiment
	$(BIN)/gatecast demo

docs: $(VENV)/docs.stamp  ## build the documentation in docs/_build/html, every cell of it executed
	for language in en zh; do \
	  DOCS_LANGUAGE=$$language $(BIN)/python -m sphinx -q -W -n -j auto -d docs/_build/doctrees/$$language \
	    docs docs/_build/html/$$language || exit 1; \
	done
	cp docs/_templates/choose.html docs/_build/html/index.html
	$(BIN)/python docs/check.py docs/_build/html

pictures: $(VENV)/test.stamp  ## make the pictures of the READMEs again (needs Chromium)
	$(BIN)/python docs/pictures.py

test: $(VENV)/test.stamp  ## install what the tests need and run them
	$(BIN)/python -m pytest

quick: $(VENV)/test.stamp  ## the same without what takes seconds or a browser
	$(BIN)/python -m pytest -m "not slow and not browser"

lint: $(VENV)/lint.stamp  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: $(VENV)/all.stamp  ## measure gatecast's speed (benchmarks/README.md: beside its peers)
	$(BIN)/python benchmarks/speed.py --quick

sanitize: $(MADE)  ## run the C++ tests under ASan + UBSan, and under TSan
	$(BIN)/python -m pip install --quiet --disable-pip-version-check cmake
	for checks in address,undefined thread; do \
	  $(BIN)/cmake -S . -B build/$$checks -DGATECAST_TESTS=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	    -DCMAKE_CXX_FLAGS="-fsanitize=$$checks -fno-sanitize-recover=all" >/dev/null && \
	  $(BIN)/cmake --build build/$$checks --parallel 2 >/dev/null && \
	  build/$$checks/kernel_test || exit 1; \
	done

fuzz: $(VENV)/test.stamp  ## 20,000 calls of the kernel's door under ASan + UBSan, and under TSan
	$(BIN)/python -m pip install --quiet --disable-pip-version-check cmake nanobind
	PATH="$(abspath $(BIN)):$$PATH" bash tests/kernel/fuzz.sh $(BIN)/python

clean:  ## remove what the other targets made
	rm -rf $(VENV) build docs/_build docs/gallery

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "gatecast needs Python 3.10 or newer; $(PYTHON) is older or is not there: make PYTHON=python3.12 ..."; exit 1; }
	@command -v "$${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || { \
	  echo "gatecast needs a C++ compiler to build its kernel; none was found: install g++ or clang++"; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; \
	  sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || { \
	  echo "gatecast's kernel needs the headers of $(PYTHON), and Python.h was not found: install python3-dev"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "$(PYTHON) could not make a virtual environment: install python3-venv"; exit 1; }
	@touch $(VENV)/made.stamp $@

# one rule for each set of extras: all, test, docs, lint
$(VENV)/all.stamp $(VENV)/lint.stamp: $(VENV)/%.stamp: $(MADE) $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[$*]'
	@touch $@

$(VENV)/test.stamp $(VENV)/docs.stamp: $(VENV)/%.stamp: $(MADE) $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[all,$*]'
	@touch $@
