# Two commands do everything on a machine with Python 3.11 to 3.13 and make: `make demo` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Hundreds of processes start in the tests: compiled modules are kept, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=
.DELETE_ON_ERROR:

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c '$(SUPPORTED)' 2>/dev/null && echo $$each && break; done)

VENV := .venv
DEMO_VENV := .venv-demo
PIPELINE_VENV := .venv-pipeline
ORCHESTRATION_VENV := .venv-orchestration
DBT_VENV := .venv-dbt
BIN := $(VENV)/bin
PACKAGES := sage_active source_sage_active destination_sage_active sage_active_sandbox sage_active_cli
CHECKED := $(PACKAGES) examples docs benchmarks sql
DEPENDENCIES := setup.py pyproject.toml
SOURCES := $(shell find $(PACKAGES) -type f \( -name '*.py' -o -name '*.json' -o -name '*.yaml' -o -name '*.graphql' \))

.PHONY: help
help: ## Show what there is to call
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: demo
demo: $(DEMO_VENV)/installed ## Run the source against a stand-in with invented data, through both connections
	@$(DEMO_VENV)/bin/python examples/demo.py --output .demo

.PHONY: pipeline-demo
pipeline-demo: $(DEMO_VENV)/installed $(PIPELINE_VENV)/installed ## Read from the stand-in into DuckDB with PyAirbyte, twice, and compare; installs 800 MB
	@$(PIPELINE_VENV)/bin/python examples/pipeline_demo.py --scripts $(DEMO_VENV)/bin --output .demo-pipeline

.PHONY: ledger-demo
ledger-demo: $(DEMO_VENV)/installed $(PIPELINE_VENV)/installed ## Read three markets into DuckDB, and make a page of tables and charts: minutes; installs 800 MB
	@$(PIPELINE_VENV)/bin/python examples/ledger_demo.py --scripts $(DEMO_VENV)/bin --output .demo-ledger

.PHONY: orchestration-test
orchestration-test: $(DEMO_VENV)/installed $(ORCHESTRATION_VENV)/installed ## Run the Dagster job over 60 companies: about 3 minutes
	SCRIPTS=$(abspath $(DEMO_VENV)/bin) DAGSTER_DISABLE_TELEMETRY=1 $(ORCHESTRATION_VENV)/bin/pytest \
		-o pythonpath='examples examples/pipelines' examples/pipelines/test_companies_job.py

.PHONY: test
test: lint ## Check format, style, types, and run all tests
	$(BIN)/pytest unit_tests -n 2
	$(BIN)/pytest integration_tests -n 2

.PHONY: long-test
long-test: $(VENV)/installed ## Run the tests that `make test` leaves out: more markets, faults and switches, about 10 minutes
	$(BIN)/pytest integration_tests -n 2 -m long

.PHONY: lint
lint: $(VENV)/installed ## Check format, style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(CHECKED)
	$(BIN)/mypy --strict --explicit-package-bases unit_tests integration_tests conftest.py
	$(BIN)/lint-imports --config pyproject.toml

.PHONY: quick
quick: lint ## Check format, style, types and imports, and run the quick unit tests: a minute
	$(BIN)/pytest unit_tests -n 2 --dist loadfile -m quick

.PHONY: torture
torture: $(VENV)/installed ## Kill reads and writes, and try every fault: 45 to 80 minutes; writes docs/faults.md
	$(BIN)/python -m integration_tests.torture --kills 200
	$(BIN)/python -m integration_tests.torture --all-streams --kills 100
	$(BIN)/python -m integration_tests.torture --large --kills 100
	$(BIN)/python -m integration_tests.write_torture --kills 200
	$(BIN)/python -m integration_tests.closing_torture --drafts 500 --kills 20
	$(BIN)/python -m integration_tests.fault_matrix

.PHONY: books
books: $(VENV)/installed ## Check the stand-in's books in SQL, in 18 worlds: about 5 minutes
	$(BIN)/python -m integration_tests.books.run

.PHONY: moving
moving: $(VENV)/installed ## Copy a company of each market into another, and compare their books: about 3 minutes
	$(BIN)/python -m integration_tests.moving.run

.PHONY: models
models: $(VENV)/installed ## Write the models over the streams (sql/) anew for each warehouse, and for dbt (dbt/)
	$(BIN)/python -m sql.generate
	$(BIN)/python -m sql.dbt_package.generate

.PHONY: models-postgres
models-postgres: $(VENV)/installed ## Run the tests of the models on a PostgreSQL server (Debian's package `postgresql`): a minute
	$(BIN)/python -m pip install --quiet --editable '.[postgres]'
	$(BIN)/python -m integration_tests.models.run_postgres

.PHONY: models-speed
models-speed: $(VENV)/installed ## Time the models over a ledger of a million lines in DuckDB: a minute; fails when one takes too long
	$(BIN)/python -m integration_tests.models.speed

.PHONY: dbt
dbt: $(DBT_VENV)/installed ## Build the dbt package over the stand-in's data in DuckDB, with all streams and with the suggested ones
	$(DBT_VENV)/bin/python -m integration_tests.dbt_package.run

.PHONY: fuzz
fuzz: $(VENV)/installed ## Run the commands against 2,000 spoilt answers per connection: about 10 minutes
	$(BIN)/python -m integration_tests.fuzz

.PHONY: image-test
image-test: $(VENV)/installed ## Build both images without a docker daemon and run them: about 10 minutes, as root
	$(BIN)/python -m integration_tests.images.run

# ---- Recipes: the commands of the docs, as they stand there ----
.PHONY: recipes
recipes: $(VENV)/installed ## Follow the recipes of the docs in fresh environments, and print minutes and failures; installs much, as root
	$(BIN)/python -m integration_tests.recipes.run

.PHONY: browser-test
browser-test: $(VENV)/installed ## Sign in with `sage-active login` in a real headless browser (Chromium): a few seconds
	$(BIN)/python -m integration_tests.browser.run

.PHONY: bench
bench: $(VENV)/installed ## Measure speed and memory: about 25 minutes; writes benchmarks/results.json and docs/speed.md
	$(BIN)/python -m benchmarks.run

.PHONY: bench-check
bench-check: $(VENV)/installed ## Measure the same, keep nothing, and fail when a target is missed
	$(BIN)/python -m benchmarks.run --check

.PHONY: format
format: $(VENV)/installed ## Bring all files into the common format
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: spec
spec: $(VENV)/installed ## Write spec.json of both connectors anew from the models
	for each in source_sage_active destination_sage_active; do \
		$(BIN)/python -c "import json; from $$each.configuration import specification; \
			print(json.dumps(specification(), indent=2))" > $$each/spec.json.new; \
		mv $$each/spec.json.new $$each/spec.json; \
	done

.PHONY: docs
docs: $(VENV)/installed ## Write the pages below docs/ that are made from the code's tables anew
	$(BIN)/python -m docs.pages

.PHONY: clean
clean: ## Remove everything that make has made
	rm -rf $(VENV) $(DEMO_VENV) $(PIPELINE_VENV) $(ORCHESTRATION_VENV) $(DBT_VENV) .demo .demo-pipeline .demo-ledger .recipes build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/installed: $(DEPENDENCIES)
	$(call create,$(VENV))
	$(VENV)/bin/python -m pip install --quiet --editable '.[sandbox,tests]'
	@touch $@

# Installed as users install it, so that a file that the distribution forgets is noticed.
$(DEMO_VENV)/installed: $(DEPENDENCIES) $(SOURCES)
	$(call create,$(DEMO_VENV))
	@rm -rf build
	$(DEMO_VENV)/bin/python -m pip install --quiet '.[sandbox]'
	@rm -rf build
	@touch $@

# The connector is not installed beside PyAirbyte or Dagster: they run it from where it is.
$(PIPELINE_VENV)/installed: examples/pipelines/pyairbyte.txt
	$(call create,$(PIPELINE_VENV))
	$(PIPELINE_VENV)/bin/python -m pip install --quiet --requirement $<
	@touch $@

$(ORCHESTRATION_VENV)/installed: examples/pipelines/dagster.txt
	$(call create,$(ORCHESTRATION_VENV))
	$(ORCHESTRATION_VENV)/bin/python -m pip install --quiet --requirement $< pytest pytest-timeout
	@touch $@

# dbt's parser in Rust is taken as a wheel: its source fetches one from elsewhere.
$(DBT_VENV)/installed: $(DEPENDENCIES)
	$(call create,$(DBT_VENV))
	$(DBT_VENV)/bin/python -m pip install --quiet --only-binary dbt-core-experimental-parser --editable '.[sandbox,tests,dbt]'
	@touch $@

define create
@$(if $(PYTHON),,echo 'Python 3.11, 3.12 or 3.13 is needed; name it with PYTHON=/path/to/python3.11' >&2; exit 1;) \
	test -x $(1)/bin/python || { echo 'Installing into $(1), which takes a minute or two the first time'; \
	$(PYTHON) -m venv $(1) || { rm -rf $(1); exit 1; }; }
endef
