# Two commands matter to a newcomer: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/stamp-core
DEV := $(VENV)/stamp-dev
OUT ?= out
lang ?= en

.PHONY: demo test soak lint format bench features lock clean

demo: $(CORE)
	@$(BIN)/quantquake demo --lang $(lang) --out $(OUT)/report.html

test: $(DEV)
	@$(BIN)/python -m pytest

# Full-size simulations that are too heavy for every day.
soak: $(DEV)
	@QUANTQUAKE_SOAK=1 $(BIN)/python -m pytest tests/soak

lint: $(DEV)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(DEV)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(DEV)
	@$(BIN)/python -m benchmarks

features: $(DEV)
	@$(BIN)/python -m tests.features

lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --group dev --extra text --universal --generate-hashes --no-header --quiet -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(OUT)

$(CORE): requirements.lock pyproject.toml .ci/setup
	@PYTHON="$(PYTHON)" sh .ci/setup $(VENV) requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml .ci/setup
	@PYTHON="$(PYTHON)" sh .ci/setup $(VENV) requirements-dev.lock
	@touch $(CORE) $@
