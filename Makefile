# What a contributor learns first: make demo, make test. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Heavy imports are twice as slow without byte code.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH :=
PIN = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(if $(UPGRADE),--upgrade)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.installed: local/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=python3.12 make … chooses another one" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { echo "This Python can't make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the pinned packages into $(VENV) (once, a minute or so)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r local/requirements.txt
	@touch $@

$(VENV)/.for-tests: $(VENV)/.installed tests/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r tests/requirements.txt
	@touch $@

##@ Try it

.PHONY: demo demo-reset ask

demo: $(VENV)/.installed ## the whole product on this machine; prints the page to open
	@$(BIN)/python -m local.demo

demo-reset: $(VENV)/.installed ## forget what the demo has stored
	@$(BIN)/python -m local.demo --reset

ask: $(VENV)/.installed ## one question to the running demo: make ask Q="…" [TENANT=clinic] [CUSTOMER="Jonas Weber"]
	@$(BIN)/python -m local.ask --tenant "$(or $(TENANT),shop)" $(if $(CUSTOMER),--customer "$(CUSTOMER)") "$$Q"

##@ Change it

.PHONY: format lint bundle locks portal

format: $(VENV)/.installed ## rewrite to the house style
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format --quiet .

lint: $(VENV)/.for-tests ## style, types, the bundle
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/python windmill/deploy/locale_words.py --check && $(BIN)/python windmill/deploy/locks.py --check && $(BIN)/python windmill/deploy/metadata.py --check && $(BIN)/python windmill/deploy/settings_form.py --check && $(BIN)/python windmill/deploy/portal_texts.py --check && $(BIN)/python windmill/deploy/check.py
	@if command -v npx >/dev/null; then $(BIN)/python -m local.portal.build --types; else echo "No Node here: the types of the portal's pages were not checked" >&2; fi
	@if command -v npx >/dev/null; then cd windmill && npx --yes windmill-cli@1.819.0 lint --locks-required; else echo "No Node here: wmill lint did not run" >&2; fi

bundle: $(VENV)/.installed ## the headers, forms, locks and English texts made from windmill/f, after a change to a script's imports, docstring, arguments, settings or messages
	@$(BIN)/python windmill/deploy/settings_form.py && $(BIN)/python windmill/deploy/locale_words.py && $(BIN)/python windmill/deploy/metadata.py && $(BIN)/python windmill/deploy/locks.py && $(BIN)/python windmill/deploy/portal_texts.py

locks: $(VENV)/.installed ## pinned requirements from pyproject.toml's groups, and the bundle's locks (UPGRADE=1 for the newest versions)
	@$(PIN) --group worker --group recognition -o windmill/worker/requirements.txt
	@$(PIN) --group ingress -c windmill/worker/requirements.txt -o ingress/requirements.txt
	@$(PIN) --group portal -c windmill/worker/requirements.txt -c ingress/requirements.txt -o portal/requirements.txt
	@$(PIN) --group local -c windmill/worker/requirements.txt -c ingress/requirements.txt -o local/requirements.txt
	@$(MAKE) --no-print-directory bundle

portal: $(VENV)/.installed ## the portal's pages for the demo, after a change to them; needs Node
	@$(BIN)/python -m local.portal.build

##@ Test it

.PHONY: test test-browser test-again test-windmill test-faults kill-run statement-run api-client test-warm-stress check-images eval bot-answers

test: $(VENV)/.for-tests ## all tests but the browser's: real processes, real PostgreSQL (TEST_PROCESSES=1 for one test after the other)
	@$(BIN)/python -m pytest -n $(or $(TEST_PROCESSES),4)

test-browser: $(VENV)/.for-tests ## the pages, in the system's Chromium
	@$(BIN)/python -m pytest -m browser

test-again: $(VENV)/.for-tests ## what failed the last time, one test after the other
	@$(BIN)/python -m pytest -m "not stress" --last-failed --last-failed-no-failures none

test-windmill: $(VENV)/.installed ## the suite on a real server: WINDMILL_URL=… WINDMILL_TOKEN=… WINDMILL_WORKSPACE=… DATABASE_URL=… [TEST_HOST=…]
	@SERVER_REQUIRED=1 $(BIN)/python -m pytest tests/windmill_server --timeout 900

test-faults: $(VENV)/.for-tests ## the storm at full size: 500 messages, kills throughout (FAULTS_SEED=… replays one)
	@FAULTS_MESSAGES=$${FAULTS_MESSAGES:-500} $(BIN)/python -m pytest tests/faults -s --timeout 1800

kill-run: $(VENV)/.for-tests ## 500 approved calls of every kind of tool while workers are killed: done once if and only if approved (CALLS=60, FAULTS_SEED=…)
	@PYTHONPATH=windmill:. $(BIN)/python -m tests.faults.kill_run --calls $(or $(CALLS),500)

statement-run: $(VENV)/.for-tests ## 2,000 messages while everything is killed: each figure of the statements is the one of Meta's own ledger (QUICK=1, MESSAGES=…, MINUTES=…, FAULTS_SEED=…)
	@PYTHONPATH=windmill:. $(BIN)/python -m tests.faults.statement_run --messages $(or $(MESSAGES),$(if $(QUICK),150,2000)) --minutes $(or $(MINUTES),90)

$(VENV)/.client-maker: $(VENV)/.for-tests tests/portal_door/client/requirements.txt
	@$(PYTHON) -m venv --clear $(VENV)/client-maker
	@$(VENV)/client-maker/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/portal_door/client/requirements.txt
	@touch $@

api-client: $(VENV)/.client-maker ## a Python client, generated from the API's document, calls every operation of the running door
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n0 tests/portal_door/client/generated.py

test-warm-stress: $(VENV)/.installed ## 2,000 jobs at once through the warm interpreter
	@STRESS_JOBS=$${STRESS_JOBS:-2000} $(BIN)/python -m pytest -m stress -s tests/worker/test_stress.py

check-images: $(VENV)/.installed ## builds the images, starts compose's services, deploys into them and lets a customer ask, each step timed; with Docker, or as root with buildah
	@PYTHONPATH=windmill:. $(BIN)/python -m tests.images

eval: $(VENV)/.installed ## questions with known answers, per configured provider; table and eval.json (LIMIT=20 for a quick look)
	@$(BIN)/python -m tests.eval $(if $(LIMIT),--limit $(LIMIT))

bot-answers: $(VENV)/.installed ## what the bots' files in bots/ that differ from a commit change in the answers: make bot-answers BASE=origin/main
	@.ci/bot-answers "$(or $(BASE),origin/main)"

##@ Run it

.PHONY: env up services deploy replay calibrate

env: ## the first .env, with every secret that is yours to choose (DOMAIN=example.com OPERATOR=you@example.com)
	@$(PYTHON) windmill/deploy/first_env.py $(if $(DOMAIN),--domain $(DOMAIN)) $(if $(OPERATOR),--operator $(OPERATOR))

up: ## all of it on this machine, from .env to the portal's address: images, services, and make deploy, whose packages are installed meanwhile
	@for program in docker npx; do command -v $$program >/dev/null || { echo "$$program was not found: Docker with its compose plugin and Node.js 20 or newer are needed" >&2; exit 1; }; done
	@$(PYTHON) windmill/deploy/first_env.py --check
	@$(MAKE) --no-print-directory -j2 services $(VENV)/.installed
	@$(MAKE) --no-print-directory deploy

services: ## the images and services alone, without the bundle
	@docker compose up --build --detach

deploy: $(VENV)/.installed ## bring a Windmill server to what windmill/ says: see windmill/README.md (ARGS="--dry-run")
	@$(BIN)/python windmill/deploy $(ARGS)

replay: $(VENV)/.installed ## past turns through the current bot, old and new side by side: make replay TURN=… or DAY=2026-11-22, with VERSION=draft or a number
	@$(BIN)/python windmill/deploy/replay.py $(if $(TURN),--turn $(TURN)) $(if $(DAY),--day $(DAY)) $(if $(VERSION),--version $(VERSION))

calibrate: $(VENV)/.installed ## an embedding model's floor, from typed questions (XQUAD=folder) [ARGS="--apply"]
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.calibrate $(ARGS)

##@ Measure it

.PHONY: bench-ingress bench-turn bench-retrieval bench-blind bench-ingest bench-documents bench-policy bench-insights bench-import-time bench-neighbours bench-capacity bench-cases bench-door bench-first-page bench-replay

bench-ingress: $(VENV)/.installed ## webhooks a second with a durable ack, against Express; needs Node (QUICK=1)
	@$(BIN)/python -m bench.ingress

bench-turn: $(VENV)/.installed ## turns a second and the time from webhook to reply, by step (QUICK=1, WINDMILL_URL=… WINDMILL_TOKEN=…)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.turn
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.warm

bench-retrieval: $(VENV)/.installed ## how well and how fast passages are found (QUICK=1, XQUAD=folder, SIZE=full)
	@PYTHONPATH=windmill $(BIN)/python -m bench.retrieval

bench-blind: $(VENV)/.installed ## found as well with weights chosen on other questions? XQUAD=folder (QUICK=1)
	@PYTHONPATH=windmill $(BIN)/python -m bench.blind

bench-ingest: $(VENV)/.installed ## pages a second and memory by document size (QUICK=1)
	@PYTHONPATH=windmill $(BIN)/python -m bench.ingest

$(VENV)/.rivals: $(VENV)/.installed bench/documents/requirements.txt
	@$(PYTHON) -m venv --clear $(VENV)/rivals
	@$(VENV)/rivals/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r bench/documents/requirements.txt
	@touch $@

bench-documents: $(VENV)/.rivals ## what can be read from 647 documents in 19 formats, against rivals (QUICK=1, ARGS="--half dev --format pdf --show")
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.documents $(ARGS)

bench-policy: $(VENV)/.installed ## what the reply policy lets through and what it stops, by kind (QUICK=1)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.policy $(ARGS)

bench-insights: $(VENV)/.installed ## the portal's pages for a business with a million messages (QUICK=1)
	@PYTHONPATH=windmill $(BIN)/python -m bench.insights

bench-neighbours: $(VENV)/.installed ## what a noisy tenant does to quiet ones: their time to reply with and without it (QUICK=1)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.neighbours

bench-capacity: $(VENV)/.installed ## 50 conversations at once with a model that takes 4 s, by chat workers (QUICK=1, WINDMILL_URL=… WINDMILL_TOKEN=…)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.capacity

bench-cases: $(VENV)/.installed ## do a business's own tests stop what breaks its bot, and nothing else? (QUICK=1)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.cases

bench-replay: $(VENV)/.installed ## does a replay show what breaks a bot, and little else? (QUICK=1)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.replay

bench-import-time: $(VENV)/.installed ## what each step's imports cost; fails where one imports what it doesn't use
	@$(BIN)/python -m bench.import_time

bench-first-page: $(VENV)/.for-tests ## from opening the portal to the first page, on a slow laptop (QUICK=1)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.first_page

bench-door: $(VENV)/.installed ## 500 staff of 100 businesses signed in at once with one account of Windmill (QUICK=1)
	@PYTHONPATH=windmill:. $(BIN)/python -m bench.door
