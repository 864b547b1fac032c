# Every target sets itself up: see packaging/bootstrap.py. Where there is no make: python3 packaging/bootstrap.py TARGET
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) packaging/bootstrap.py

.PHONY: demo test lint bench slow setup clean

demo: ; @$(BOOTSTRAP) demo
test: ; @$(BOOTSTRAP) test
lint: ; @$(BOOTSTRAP) lint
bench: ; @$(BOOTSTRAP) bench
slow: ; @$(BOOTSTRAP) slow
setup: ; @$(BOOTSTRAP) setup
clean: ; rm -rf .venv demo-out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
