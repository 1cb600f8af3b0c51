# Every recipe goes through relief/launcher, which makes what is missing: environment, database, tables, demo data.
# It works from any folder and from a path with a space in it; PYTHON=… names another interpreter than the one found.

CHECKOUT := $(shell cd "$$(dirname "$$(printf '%s' '$(MAKEFILE_LIST)' | sed 's/^ *//')")" && pwd)
PORT ?= 8000
LISTEN ?= 127.0.0.1
TESTS ?= tests
export DEMO

# $(call launch,VERB AND WORDS)
launch = @cd "$(CHECKOUT)" || exit 1; \
	for python in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			exec "$$python" -m relief.launcher $(1); \
		fi; \
	done; \
	echo "Python 3.11 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1
tool = $(call launch,command --development -- $(1))
database_tool = $(call launch,command --development --database -- $(1))

.DEFAULT_GOAL := help
.PHONY: help run setup stop status reset test browser bench lint types messages shell lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' "$(CHECKOUT)/Makefile"

run: ## bring the site up: web server, worker, beat (PORT=8000 LISTEN=127.0.0.1; DEMO=0 leaves the demo data out)
	$(call launch,run --port "$(PORT)" --listen "$(LISTEN)")

setup: ## everything that `run` does but start
	$(call launch,setup)

stop: ## stop the site and the embedded database
	$(call launch,stop)

status: ## say what is running
	$(call launch,status)

reset: ## throw the embedded database and the private files away (YES=1)
	$(call launch,reset $(if $(filter 1,$(YES)),--yes))

test: ## the test suite, in parallel (TESTS=tests/claims for a part of it)
	$(call database_tool,-m pytest -n auto --ignore=tests/browser $(TESTS))

browser: ## the tests in a real browser; needs Chromium
	$(call database_tool,-m pytest tests/browser)

bench: ## what must be fast, against its limit (ONLY=intake ROWS=1051160)
	$(call database_tool,-m benchmarks $(if $(ONLY),--only "$(ONLY)") $(if $(ROWS),--rows "$(ROWS)"))

lint: ## style, layers and templates
	$(call tool,-m relief.launcher lint)

types: ## mypy, strict
	$(call tool,-m mypy relief claims committee)

messages: ## check the Korean catalogue and compile it
	$(call tool,manage.py check_messages)

shell: ## a Python shell with the models loaded
	$(call database_tool,manage.py shell)

lock: ## lock the newest versions that pyproject.toml allows
	$(call launch,lock)
