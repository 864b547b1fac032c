# Every target sets itself up: see packaging/bootstrap.py. Where there is no make: python3 packaging/bootstrap.py TARGET
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) packaging/bootstrap.py

.PHONY: demo test lint bench slow validation setup clean

demo: ; @$(BOOTSTRAP) demo
test: ; @$(BOOTSTRAP) test
lint: ; @$(BOOTSTRAP) lint
bench: ; @$(BOOTSTRAP) bench
slow: ; @$(BOOTSTRAP) slow
# writes the help page "validation" from the comparisons with the reference programs
validation: setup ; @.venv/bin/python -m tests.reference.parity.page $${REALFM_SHARED:-../shared}/reference/mrmc > .validation.md && mv .validation.md resources/help/validation.md
setup: ; @$(BOOTSTRAP) setup
clean: ; rm -rf .venv demo-out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
