# The commands of the day; `make` alone tells them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install browser servers run test quick check bench docs

UV := 0.13.9
BIN := .venv/bin
INSTALLED := .venv/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
PYTEST_ARGS ?=
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

help: ## tell the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## the platform with a demo agency, on http://127.0.0.1:8000 (HOST, PORT, DATA_DIR, DATABASE_URL)
	@exec $(BIN)/python -m processes run --end-with-parent

test: install browser servers ## every test (PYTEST_ARGS="-k offers")
	@exec $(BIN)/pytest -n 2 --no-loadscope-reorder $(PYTEST_ARGS)

quick: install ## the tests that take less than a minute
	@exec $(BIN)/pytest -n 2 tests/pure tests/architecture tests/services -q -m "not slow" $(PYTEST_ARGS)

check: install ## format, lint, types, layers; without a database
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install browser ## every benchmark, beside its bound
	@exec $(BIN)/python -m benchmarks

docs: install ## write the generated pages again
	@exec $(BIN)/flask --app wsgi docs generate

install: $(INSTALLED) $(CATALOGUES)

# Any Python that fits and can make an environment; nothing is installed outside this folder.
$(INSTALLED): pyproject.toml uv.lock
	@test -x $(BIN)/pip || { \
	  for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || continue; \
	    echo "Installing into .venv with $$("$$python" --version) ..."; \
	    "$$python" -m venv --clear .venv && exit 0; \
	    echo "Python cannot make an environment; on Debian: apt-get install python3-venv" >&2; exit 1; \
	  done; echo "Python 3.11, 3.12 or 3.13 is needed (PYTHON=/path/to/python3 make ...)" >&2; exit 1; }
	@$(BIN)/uv --version 2>/dev/null | grep -qF "uv $(UV) " || $(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV)
	@$(BIN)/uv sync --locked --quiet --compile-bytecode
	@touch $@

%.mo: %.po $(INSTALLED)
	@$(BIN)/pybabel --quiet compile -i $< -o $@

# The browser tests drive any Chromium: the one named in CHROMIUM, the machine's own, or one fetched here.
browser: $(INSTALLED)
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
	  if [ -n "$$name" ] && command -v "$$name" >/dev/null; then exit 0; fi; done; \
	if [ -d "$$($(BIN)/playwright install --dry-run chromium | sed -n 's/^ *Install location: *//p' | head -n 1)" ]; then exit 0; fi; \
	echo "Installing a browser for the tests ..."; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0; fi; \
	$(BIN)/playwright install chromium && exit 0; \
	echo "No browser could be installed: install Chromium, or set CHROMIUM to its path" >&2; exit 1

# The tests of rooms run a real Janus and a real coturn. Where they cannot be installed, those tests are skipped.
servers:
	@if command -v janus >/dev/null && command -v turnserver >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "Without Janus and coturn (apt-get install janus coturn) the tests that run them are skipped" >&2; exit 0; fi; \
	echo "Installing Janus and coturn for the tests ..."; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	  janus coturn >/dev/null || { echo "They could not be installed: the tests that run them are skipped" >&2; exit 0; }; \
	if command -v systemctl >/dev/null; then systemctl disable --now janus.service coturn.service >/dev/null 2>&1; fi; true
