# `make` lists the verbs. Each one sets up what it needs in .venv; nothing is installed elsewhere.
.DEFAULT_GOAL := help
.PHONY: help setup format lint types house test cover examples simulate soak check bench reliability compat run clean
PYTHON ?= $(shell for p in python3.11 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
EMBEDDED := .venv/embedded
READY := .venv/ready

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
setup: $(READY) ## make .venv with everything in it
$(EMBEDDED): pyproject.toml constraints.txt
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up .venv (less than a minute, once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[embedded]'
	@touch $@
$(READY): $(EMBEDDED)
	@echo "Adding the tools of development to .venv (a minute, once) ..."
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[embedded,mcp,dev]'
	@touch $@
format: $(READY) ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
lint: $(READY) ## ruff, all rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: $(READY) ## pyright, strict
	$(BIN)/pyright
house: $(READY) ## the layers
	$(BIN)/lint-imports --no-cache
test: $(READY) ## every test but those that need a vendor's key
	$(BIN)/python -m pytest -m 'not live' -n auto --dist worksteal
cover: $(READY) ## the tests, with what they leave out
	$(BIN)/python -m pytest -m 'not live' --cov
examples: $(READY) ## run the examples as a newcomer would, only faster
	@mkdir -p out
	$(BIN)/runtime run examples.front_desk:Main --input examples/audio/front_desk.wav --output out/front_desk.wav --fast
	@printf '%s\n' 'What are two nights?' 'Book one.' 'Ada.' 'And a taxi?' | $(BIN)/runtime run examples.tools:Main --text
	@printf '%s\n' 'Money, please.' 'What do I owe?' | $(BIN)/runtime run examples.hand_over:Main --text
	@printf '%s\n' 'What are two nights?' | $(BIN)/runtime run examples.mcp_tools:Main --text
	@printf '%s\n' 'what is the time' | $(BIN)/runtime run examples.custom_provider:Main --text
	$(BIN)/python -m examples.text_only
	$(BIN)/python -m examples.embedding
simulate: $(READY) ## hold calls in which everything goes wrong: none may break
	$(BIN)/runtime simulate examples.front_desk:Main --calls $(or $(CALLS),2000) --jobs 2
soak: $(READY) ## the same with 10,000 calls (or CALLS=...); writes docs/soak.md
	$(BIN)/runtime simulate examples.front_desk:Main --calls $(or $(CALLS),10000) --jobs 2 --report docs/soak.md
check: lint types house test examples simulate ## all of the above that edits nothing; what CI runs
bench: $(READY) ## the benchmarks, one after the other
	@for file in bench/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done
reliability: $(READY) ## docs/reliability.md: what falls, and what it costs
	$(BIN)/python -m docs.generate_reliability
compat: $(READY) ## Pykka's own test suite against our actors
	$(BIN)/python tests/compat/run.py
run: $(EMBEDDED) ## speak with the front desk: a whole call, without a key
	@mkdir -p out
	$(BIN)/runtime run examples.front_desk:Main --input examples/audio/front_desk.wav --output out/answer.wav --tour
clean: ## remove what was made here
	rm -rf .venv .cache .pytest_cache .ruff_cache .hypothesis out dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
