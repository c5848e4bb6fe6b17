# Every target sets up what it needs. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test chaos security model test-model live up down status psql lint lock clean setup bar-1 bar-2 bar-3 bar-4 bar-5 bar-6 bar-7 bar-8 bar-9 corpus
JIANBAO := .venv/bin/jianbao
export PYTHON

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '  make %-11s %s\n' 'bar-1' 'What was promised, measured; so bar-2 to bar-9, up to hours'

setup:
	@sh setup.sh

demo: setup ## The whole job once on a bundled newsroom: no key, no Docker
	@$(JIANBAO) demo

test: ## All tests; sets everything up, the model path included
	@sh setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -q -n 3 --dist loadfile

chaos: ## Inject every fault and see what comes of it; half an hour
	@sh setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m benchmarks.chaos

security: ## All that shows it to be safe, half an hour
	@sh setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m benchmarks.security

model: ## Fetch a model for summaries: the default, or MODEL=owner/name
	@sh setup.sh model
	@$(JIANBAO) model $(MODEL)

test-model: ## The model path with real weights over the corpus
	@sh setup.sh test
	@.venv/bin/python -m benchmarks.model_weights

live: setup ## One look at the real sources; a digest preview; mails nobody
	@$(JIANBAO) live

up: setup ## Start the live service: Airflow runs on schedule
	@$(JIANBAO) up

down: ## Stop what up or demo started, and nothing else
	@test -x $(JIANBAO) || { echo "Nothing runs from here: there is no .venv."; exit 0; }; $(JIANBAO) down

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
	@! grep -lsa '$(CURDIR)/[.]venv/' /proc/[0-9]*/cmdline >/dev/null || { echo "Something runs from this .venv: make down first." >&2; exit 1; }
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
	@.venv/bin/python -m benchmarks.image

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

bar-9: setup ## Every bar of part 9, about three hours: name, value, goal
	@.venv/bin/python -m benchmarks.kills
	@.venv/bin/python -m benchmarks.soak
	@.venv/bin/python -m benchmarks.celery --workers 2 --pages 100

corpus: setup ## Import the .txt files of DIR=folder and print their records
	@test -n "$(DIR)" || { echo "Name the folder: make corpus DIR=my-documents" >&2; exit 2; }
	@$(JIANBAO) import "$(DIR)"/*.txt
