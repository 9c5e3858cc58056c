# `make demo` and `make test` set up everything they need in .venv, then do what their names say.
PYTHON ?= python3
# Installed first, on its own: sentence-transformers needs torch and would take the newest build,
# on some platforms gigabytes of GPU libraries that nothing here needs. Any 2.x will do.
TORCH ?= torch==2.13.0
BIN := .venv/bin

.PHONY: demo test lint bench clean

demo: .venv/ready
	@$(BIN)/align samples/chips/a.pt.txt samples/chips/b.fr.txt

test: lint
	$(BIN)/pytest

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m benchmarks.fit_score samples

clean:
	rm -rf .venv build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@
