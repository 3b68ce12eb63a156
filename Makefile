# Two commands do everything on a machine with Python 3.11 to 3.14 and make: `make demo` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Hundreds of processes start in the tests: compiled modules are kept, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=
.DELETE_ON_ERROR:

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c '$(SUPPORTED)' 2>/dev/null && echo $$each && break; done)

VENV := .venv
DEMO_VENV := .venv-demo
PIPELINE_VENV := .venv-pipeline
ORCHESTRATION_VENV := .venv-orchestration
DBT_VENV := .venv-dbt
RELEASE_VENV := .venv-release
LOWEST_VENV := .venv-lowest
CANARY_VENV := .venv-canary
BIN := $(VENV)/bin
PACKAGES := sage_active source_sage_active destination_sage_active sage_active_sandbox sage_active_cli
CHECKED := $(PACKAGES) examples docs benchmarks sql
DEPENDENCIES := setup.py pyproject.toml sage_active_sandbox/pyproject.toml
# Nothing is installed into an environment whose content is not in the lock.
LOCKED := -m pip install --quiet --require-hashes --requirement
FROM_HERE := -m pip install --quiet --no-deps --no-build-isolation
BUILT := build sage_active_sandbox/build *.egg-info sage_active_sandbox/*.egg-info
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
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[postgres]'
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

# Versions in the lock stay where they still fit; `make lock UPGRADE=--upgrade` takes the newest.
RESOLVE := $(RELEASE_VENV)/bin/uv pip compile --quiet --no-config --no-progress
LOCK := $(RESOLVE) --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' $(UPGRADE)

.PHONY: lock
lock: $(RELEASE_VENV)/installed ## Write the lock files (requirements/) anew from setup.py
	$(LOCK) setup.py --output-file requirements/connectors.txt
	$(LOCK) setup.py --extra tests --constraint requirements/connectors.txt --output-file requirements/tests.txt
	$(LOCK) requirements/release.in --output-file requirements/release.txt
	rm -rf $(BUILT)

# The day of the commit, so that the same commit makes the same wheels.
wheels image-compare: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)

.PHONY: wheels
wheels: $(RELEASE_VENV)/installed ## Build and check both distributions: wheels and sources, in dist/
	rm -rf dist $(BUILT)
	for each in . sage_active_sandbox; do $(RELEASE_VENV)/bin/python -m build --no-isolation --outdir dist $$each >/dev/null; done
	rm -rf $(BUILT)
	$(RELEASE_VENV)/bin/twine check --strict dist/*

.PHONY: sbom
sbom: $(RELEASE_VENV)/installed ## Write the bill of materials of the connectors, in CycloneDX, from the lock: dist/sbom.cdx.json
	mkdir -p dist
	printf '[project]\nname = "%s"\nversion = "%s"\n' $$($(RELEASE_VENV)/bin/python setup.py --name --version) > dist/project.toml
	$(RELEASE_VENV)/bin/cyclonedx-py requirements --output-reproducible --validate --pyproject dist/project.toml \
		--output-file dist/sbom.cdx.json requirements/connectors.txt
	rm dist/project.toml
	! grep -n -F -e '$(CURDIR)' -e "$$HOME" dist/sbom.cdx.json

.PHONY: pythons
pythons: wheels ## Install the wheels with the lock on every Python that is found, and run them: 2 minutes for each
	$(RELEASE_VENV)/bin/python integration_tests/packaging/pythons.py

.PHONY: lowest
lowest: $(RELEASE_VENV)/installed ## Run the quick unit tests and the demo with the lowest versions that setup.py allows
	$(call trial,$(LOWEST_VENV),--resolution lowest-direct,)

.PHONY: canary
canary: $(RELEASE_VENV)/installed ## Run the quick unit tests and the demo with the newest airbyte-cdk, urllib3 and graphql-core
	$(call trial,$(CANARY_VENV),--override requirements/canary.in,--override requirements/canary.in)

.PHONY: image-compare
image-compare: $(VENV)/installed ## Build both images twice and compare every file: about 10 minutes, as root
	$(BIN)/python -m integration_tests.images.compare

# ---- Recipes: the commands of the docs, as they stand there ----
.PHONY: recipes
recipes: $(VENV)/installed ## Follow the recipes of the docs in fresh environments, and print minutes and failures; installs much, as root
	$(BIN)/python -m integration_tests.recipes.run

.PHONY: browser-test
browser-test: $(VENV)/installed ## Sign in with `sage-active login` in a real headless browser (Chromium): a few seconds
	$(BIN)/python -m integration_tests.browser.run

.PHONY: browser-pictures
browser-pictures: $(VENV)/installed ## The same, and keep the pages that the browser ends on in docs/browser/
	$(BIN)/python -m integration_tests.browser.run --pictures

.PHONY: terminals
terminals: $(VENV)/installed ## Run commands on a terminal against a stand-in, and draw what they show: docs/terminals/, a minute
	$(BIN)/python -m integration_tests.terminals.run

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
	rm -rf $(VENV) $(DEMO_VENV) $(PIPELINE_VENV) $(ORCHESTRATION_VENV) $(DBT_VENV) $(RELEASE_VENV) $(LOWEST_VENV) $(CANARY_VENV)
	rm -rf .demo .demo-pipeline .demo-ledger .recipes $(BUILT) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/installed: $(DEPENDENCIES) requirements/tests.txt
	$(call create,$(VENV))
	$(VENV)/bin/python $(LOCKED) requirements/tests.txt
	$(VENV)/bin/python $(FROM_HERE) --editable .
	$(VENV)/bin/python $(FROM_HERE) --editable ./sage_active_sandbox
	@touch $@

# Installed as users install it, so that a file that the distribution forgets is noticed.
$(DEMO_VENV)/installed: $(DEPENDENCIES) $(SOURCES) requirements/connectors.txt
	$(call create,$(DEMO_VENV))
	@rm -rf $(BUILT)
	$(DEMO_VENV)/bin/python $(LOCKED) requirements/connectors.txt
	$(DEMO_VENV)/bin/python $(FROM_HERE) .
	$(DEMO_VENV)/bin/python $(FROM_HERE) ./sage_active_sandbox
	@rm -rf $(BUILT)
	@touch $@

$(RELEASE_VENV)/installed: requirements/release.txt
	$(call create,$(RELEASE_VENV))
	$(RELEASE_VENV)/bin/python $(LOCKED) requirements/release.txt
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

# dbt's parser in Rust is taken as a wheel: its source fetches one from elsewhere. dbt asks for other versions than the lock.
$(DBT_VENV)/installed: $(DEPENDENCIES)
	$(call create,$(DBT_VENV))
	$(DBT_VENV)/bin/python -m pip install --quiet --only-binary dbt-core-experimental-parser \
		--editable '.[tests,dbt]' --editable ./sage_active_sandbox
	@touch $@

# What the connectors require, resolved with other options of uv, and the tests' own tools beside it.
define trial
	rm -rf $(1)
	$(call create,$(1))
	$(RESOLVE) --python $(1)/bin/python $(2) setup.py --output-file $(1)/connectors.txt
	$(RESOLVE) --python $(1)/bin/python $(3) setup.py --extra tests --constraint $(1)/connectors.txt --output-file $(1)/tests.txt
	rm -rf $(BUILT)
	$(1)/bin/python -m pip install --quiet --no-deps --requirement $(1)/tests.txt
	$(1)/bin/python $(FROM_HERE) --editable .
	$(1)/bin/python $(FROM_HERE) --editable ./sage_active_sandbox
	@echo "With $$(grep -o '^[^ ]*==[^ ]*' $(1)/connectors.txt | paste -sd ' ')"
	$(1)/bin/pytest unit_tests -n 2 --dist loadfile -m quick
	$(1)/bin/python examples/demo.py --output $(1)/demo
endef

define create
@$(if $(PYTHON),,echo 'Python 3.11, 3.12, 3.13 or 3.14 is needed; name it with PYTHON=/path/to/python3.11' >&2; exit 1;) \
	test -x $(1)/bin/python || { echo 'Installing into $(1), which takes a minute or two the first time'; \
	$(PYTHON) -m venv $(1) || { rm -rf $(1); exit 1; }; }
endef
