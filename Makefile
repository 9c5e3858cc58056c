# `make demo` and `make test` set up everything they need in .venv, then do what their names say.
PYTHON ?= python3
# Installed before the rest so that `make TORCH=FILE` can put a CPU wheel of any 2.x in place of PyPI's
# build, which on Linux brings gigabytes of GPU libraries.
TORCH ?= torch==2.13.0
BIN := .venv/bin

.PHONY: demo test lint fuzz audit smoke lock bench table clean

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

# A hundred thousand inputs chosen by coverage, for a night; `make test` runs a few hundred.
fuzz: .venv/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[fuzz]"
	$(BIN)/python -m tests.fuzz

# Known vulnerabilities of what is installed and of what LOCKED=1 installs; asks an advisory database, so
# it needs the network. Of another one, such as a mirror that answers as OSV does:
# make audit AUDIT_ARGS="--vulnerability-service osv --osv-url URL"
AUDIT_ARGS ?=

audit: .venv/ready
	$(BIN)/pip install --quiet --disable-pip-version-check "pip-audit>=2.9,<3"
	$(BIN)/pip-audit --skip-editable $(AUDIT_ARGS)
	$(BIN)/pip-audit --disable-pip --requirement requirements-dev.txt $(AUDIT_ARGS)

# What is released, built and tried where nothing else is.
smoke: .venv/ready
	$(BIN)/python -m tests.smoke

# The versions and hashes that `make LOCKED=1` installs; run it after a change of the dependencies.
lock: .venv/ready
	$(BIN)/pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra dev \
		--custom-compile-command "make lock" --output-file requirements-dev.txt pyproject.toml

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
	rm -rf .venv .fuzz build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# LOCKED=1 installs the very files that requirements-dev.txt names; otherwise the newest within the bounds
# of pyproject.toml, so that any mirror and any build of torch will do. Python brings a pip of its own age,
# which may be vulnerable: it is upgraded first. The project itself is installed twice as quietly, since pip
# 26 passes on what setuptools warns of editable installs.

.venv/ready: pyproject.toml
	$(PYTHON) -m venv --upgrade-deps .venv
ifdef LOCKED
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(BIN)/pip install --quiet --quiet --disable-pip-version-check --no-deps --editable .
else
	$(BIN)/pip install --quiet --disable-pip-version-check "$(TORCH)"
	$(BIN)/pip install --quiet --quiet --disable-pip-version-check --editable ".[dev]"
endif
	@touch $@
