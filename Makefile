# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.DEFAULT_GOAL := help
.PHONY: help demo test check bench pictures lock

help: ## List these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/'

$(STAMP): lock/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tarkka needs Python 3.11 or later; name one with PYTHON=…") if sys.version_info < (3, 11) else None'
	$(call install,$(VENV),lock/dev.txt)
	@touch $@

# Make an environment: folder, lock file.
define install
@echo "Installing into $(1): a minute or two, once …"
@$(PYTHON) -m venv $(1)
@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
endef

messages: $(STAMP)
	@$(BIN)/python -m tarkka.site.messages
.PHONY: messages

demo: messages ## Set up, load the sample's purchases, and serve on http://127.0.0.1:8000 (TARKKA_PORT, TARKKA_HOME)
	@exec $(BIN)/tarkka demo

test: messages ## Run the whole suite, on a PostgreSQL for each core
	$(BIN)/python -m pytest -n logical --no-loadscope-reorder

coverage: messages ## Run the door's tests, and fail where a branch of the door's room is left out
	$(BIN)/python -m coverage run -m pytest tests/access tests/database/test_labels.py
	$(BIN)/python -m coverage report
.PHONY: coverage

# An environment of its own: mutmut brings setproctitle, with which Granian hides what its processes were started with.
mutants: messages ## Break the rules one at a time, and see that a test goes red for nine in ten (hours)
	$(call install,$(VENV)-mutants,lock/mutants.txt)
	$(VENV)-mutants/bin/python tests/mutants.py
.PHONY: mutants

check: messages ## Lint, types, direction of imports, migrations, message catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tarkka.site.messages --check
	PYTHONWARNINGS=ignore DJANGO_SETTINGS_MODULE=tarkka.site.settings $(BIN)/django-admin makemigrations --check --dry-run

bench: messages ## Measure against the bare thing, in ratios
	$(BIN)/python -m bench

pictures: messages ## Take the documentation's pictures of every page, while the demo runs
	$(BIN)/python tests/pictures.py

lock: $(STAMP) ## Renew the lock files
	for extra in "" sample dev mutants; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    $${extra:+--extra sample} $$(case $$extra in dev) echo --extra dev;; mutants) echo --extra dev --extra mutants;; esac) pyproject.toml -o lock/$${extra:-run}.txt; done
