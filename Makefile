# `make demo` and `make test` set up everything they need in .venv, then do what their names say.
PYTHON ?= python3
# Installed before the rest so that `make TORCH=FILE` can put a CPU wheel of any 2.x in place of PyPI's
# build, which on Linux brings gigabytes of GPU libraries.
TORCH ?= torch==2.13.0
BIN := .venv/bin

.PHONY: demo test lint bench table clean

demo: .venv/ready
	@$(BIN)/align samples/chips/a.pt.txt samples/chips/b.fr.txt

# The page in HTML is tested in chromium, where there is one. To leave these tests out:
# make test PYTEST_ARGS="-m 'not browser'"
PYTEST_ARGS ?=

# Each process loads the models for itself, so there are few.
test: lint
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(PYTEST_ARGS)

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# A folder of cases with answers; the scorer has not seen the samples.
GOLD ?= samples

bench: .venv/ready
	$(BIN)/python -m benchmarks.score_articles $(GOLD)

# Every figure on articles, on data not fitted on; takes a while. Other data by TABLE_ARGS, such as
# make table GOLD=articles TABLE_ARGS="--pairs pairs --refresd dev.tsv --shuffled por-fra deu-fra"
TABLE_ARGS ?=

table: .venv/ready
	$(BIN)/python -m benchmarks.articles_table $(GOLD) $(TABLE_ARGS)

clean:
	rm -rf .venv build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@
