# Everything lives in .venv: nothing on the machine itself is changed. `make` alone lists what there is.
# People without make find the same steps as plain commands in docs/install.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --require-virtualenv --no-user

# A stamp is newer than what it was made from, so that a second call has nothing to do.
MADE := $(VENV)/.made
RUN_READY := $(VENV)/.ready-to-run
TEST_READY := $(VENV)/.ready-to-test

# A virtual environment that was moved, or whose Python has gone, is made again.
ifneq ($(wildcard $(MADE)),)
ifneq ($(shell $(BIN)/python -c 'import sys; print(sys.prefix)' 2>/dev/null),$(shell cat $(MADE)))
$(shell rm -f $(MADE))
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help report test docs lab bench drill hooks clean

help:  ## list what can be made
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

report: $(RUN_READY)  ## set up, run the demo, print the path of reports/index.html
	@$(BIN)/ltv demo

test: $(TEST_READY)  ## set up, check style, types and notebooks, run the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m ltv.runs.notebook notebooks
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

docs: $(TEST_READY)  ## build the docs site into build/docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo $(CURDIR)/build/docs/index.html

lab: $(RUN_READY)  ## open JupyterLab on the notebooks
	$(BIN)/jupyter-lab --notebook-dir notebooks

bench: $(TEST_READY)  ## measure speed and memory against references
	@for file in benchmarks/[!_]*.py; do $(BIN)/python "$$file" || exit 1; done

drill: $(TEST_READY)  ## run the long campaigns that the tests leave out
	$(BIN)/python -m pytest -m drill
	LTV_EXAMPLES=400 $(BIN)/python -m pytest -m hypothesis -n 2 --dist loadgroup --no-loadscope-reorder

hooks: $(TEST_READY)  ## check every commit and push of this clone
	$(BIN)/pre-commit install

clean:  ## remove the environment and the caches; data and reports stay
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, '$(PYTHON)' is $$($(PYTHON) -V 2>&1): make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -c 'import sys; print(sys.prefix)' > $@

$(RUN_READY): $(MADE) requirements.lock pyproject.toml
	@echo "installing what a run needs (once; about a gigabyte)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# Only PySpark comes as source. It is built with the locked setuptools, not with whatever a registry has today.
$(TEST_READY): $(RUN_READY) requirements-dev.lock
	@echo "installing what the tests need (once)"
	@$(PIP) --require-hashes --only-binary :all: --no-binary pyspark --no-build-isolation --use-pep517 -r requirements-dev.lock
	@touch $@
