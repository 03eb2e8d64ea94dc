# What CI runs, and its parts. `make check` before every push.

.PHONY: check format lint types floors docs test

check:
	.ci/run

format:
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

lint:
	.venv/bin/ruff format --check
	.venv/bin/ruff check

types:
	.venv/bin/mypy

floors:
	.venv/bin/lint-imports

docs:
	.venv/bin/python -m tests.docs.generate

test:
	.venv/bin/pytest -n 3
