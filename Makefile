# make demo   the whole way, from a specification to a trained network: three minutes of an AMD EPYC (Zen 4, AVX2)
# make test   the tests, on all processors
# make check  what CI runs: lint, types, tests
# make docs   the site, into docs/_build/index.html: opens from disk
# make generated   writes generated/ anew
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# images of containers often set it; without bytecode, every one of the hundreds of processes compiles its sources again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check lint docs generated clean

$(STAMP): pyproject.toml constraints.txt
	@echo "installing into $(VENV): some minutes without a word; without a GPU see README.md first, or they are many"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/python examples/demo.py --into products/demo

test: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint
	$(MAKE) test

docs: $(STAMP)
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build

generated: $(STAMP)
	$(BIN)/python -m invgen.compiler.shipped

clean:
	rm -rf $(VENV) products dist build docs/_build .pytest_cache .ruff_cache .mypy_cache
