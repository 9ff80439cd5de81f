# One command each, on a machine that has Python 3.11 or later and make.
PYTHON ?= python3
PORT ?= 5000
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.PHONY: run test lint bench screens clean

run: $(VENV)/run
	PORT=$(PORT) SCORECARD_MODE=demo $(BIN)/flask --app app serve

test: $(VENV)/test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

bench: $(VENV)/test
	$(BIN)/python -m bench $(BENCH)

screens: $(VENV)/test
	$(BIN)/python -m tests.browser.screens

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Each stamp stands for what was installed from the files it depends on.
$(VENV)/run: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test: $(VENV)/run pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@
