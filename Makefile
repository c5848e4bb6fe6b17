# Every target sets up what it needs. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test chaos security model test-model live up down status psql lint lock clean setup bar-1 bar-2 bar-3 bar-4 bar-5 bar-6 bar-7 bar-8 bar-9 corpus
JIANBAO := .venv/bin/jianbao
export PYTHON

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	@sh setup.sh

demo: setup ## The whole job once on the bundled newsroom: no internet, no key, no Docker
	@$(JIANBAO) demo

test: ## Set everything up, the model path included, and run all tests
	@sh setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -q -n 3 --dist loadfile

chaos: ## Inject every fault, about half an hour: what is expected, what was seen
	@sh setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m benchmarks.chaos

security: ## Guard, roles, poisoned text, injections, secrets: all their tests; licences
	@sh setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -q -m "chaos or not chaos" \
		tests/test_secrets.py tests/crawler/pages/test_guard.py tests/crawler/pages/test_spider.py \
		tests/crawler/pages/test_tls.py tests/crawler/articles/test_child.py tests/archive/test_roles.py \
		tests/archive/test_search.py tests/archive/test_text.py tests/digest/test_compose.py \
		tests/digest/test_message.py tests/summarizer/test_orders.py tests/summarizer/model
	@.venv/bin/python -m benchmarks.guard_wall
	@.venv/bin/python -m benchmarks.licences

model: ## Install torch and fetch a model for the summaries: the default one, or MODEL=owner/name
	@sh setup.sh model
	@$(JIANBAO) model $(MODEL)

test-model: ## The model path with real weights over the corpus: loading, JSON, grounding, fallback
	@sh setup.sh test
	@.venv/bin/python -m benchmarks.model_weights

live: setup ## One look at the real sources: what works today, a digest preview
	@$(JIANBAO) live

up: setup ## Start the live service: Airflow runs on schedule
	@$(JIANBAO) up

down: ## Stop what up or demo started, and nothing else
	@test -x $(JIANBAO) || { echo "Nothing was ever started here."; exit 0; }; $(JIANBAO) down

status: setup ## Services, sources, backlog, last edition
	@$(JIANBAO) status

psql: setup ## The archive, as the read-only user
	@$(JIANBAO) psql

lint: setup ## Format, lint, types, import layers
	@.venv/bin/ruff format --check -q . && .venv/bin/ruff check -q .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo >.venv/lint-imports.log 2>&1 || { cat .venv/lint-imports.log; exit 1; }

lock: setup ## Make requirements.lock anew from pyproject.toml
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 \
		--extra airflow --extra model --extra dev pyproject.toml -o requirements.lock

clean: ## Remove the virtual environment and caches; never an archive
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

bar-1: setup ## Every bar of part 1: name, value, goal
	@.venv/bin/python -m benchmarks.demo_cost
	@.venv/bin/python -m benchmarks.dev_pages

bar-2: setup ## Every bar of part 2, about 45 minutes: name, value, goal
	@.venv/bin/python -m benchmarks.timetables
	@.venv/bin/python -m benchmarks.week
	@.venv/bin/python -m benchmarks.backfill
	@.venv/bin/python -m benchmarks.celery
	@.venv/bin/python -m benchmarks.service_kills

bar-3: setup ## Every bar of part 3, about an hour: name, value, goal
	@.venv/bin/python -m benchmarks.relevance
	@.venv/bin/python -m benchmarks.kills --commands 100 --postgres 20
	@.venv/bin/python -m benchmarks.broken_sources
	@.venv/bin/python -m benchmarks.guard_wall
	@.venv/bin/python -m benchmarks.crawl_speed --pages 20000
	@.venv/bin/python -m benchmarks.fuzz

bar-4: setup ## Every bar of part 4, about three minutes: name, value, goal
	@.venv/bin/python -m benchmarks.extraction

bar-5: setup ## Every bar of part 5, about 40 minutes: name, value, goal
	@.venv/bin/python -m benchmarks.archive_cost
	@.venv/bin/python -m benchmarks.search
	@.venv/bin/python -m benchmarks.growth

bar-6: setup ## Every bar of part 6, about an hour: name, value, goal
	@.venv/bin/python -m benchmarks.sameness
	@.venv/bin/python -m benchmarks.stories
	@.venv/bin/python -m benchmarks.copies_race
	@.venv/bin/python -m benchmarks.copies_scale

bar-7: setup ## The bars of part 7 that are measured so far: name, value, goal
	@.venv/bin/python -m benchmarks.what_bars
	@.venv/bin/python -m benchmarks.grounding
	@sh setup.sh test
	@.venv/bin/python -m benchmarks.model_speed

bar-8: setup ## Every bar of part 8, about 50 minutes: name, value, goal
	@.venv/bin/python -m benchmarks.mail_safety
	@.venv/bin/python -m benchmarks.mail_faults
	@.venv/bin/python -m benchmarks.mail_outage
	@.venv/bin/python -m benchmarks.thousand_readers
	@.venv/bin/python -m benchmarks.mailer_kills

bar-9: setup ## The bars of part 9 that are measured so far, two to three hours: name, value, goal
	@.venv/bin/python -m benchmarks.soak
	@.venv/bin/python -m benchmarks.celery --workers 2 --pages 100

corpus: setup ## Import the documents of DIR: records on stdout, repairs on stderr
	@$(JIANBAO) import $(DIR)/*.txt
