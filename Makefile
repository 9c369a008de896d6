# `make reproduce` and `make test` do their own set-up; nothing but Python 3.11+, git and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
VOT_STAMP := .votenv/.installed
CORES ?= all

.PHONY: reproduce ablation test test-slow test-kills test-flips test-parity check-demo vot-toolkit mutants lint format bench clean

reproduce: $(STAMP)
	$(BIN)/snakemake --cores $(CORES)
	@echo "The report is at results/demo/report/index.html"

ablation: $(STAMP)
	$(BIN)/snakemake ablation --cores $(CORES)
	@echo "The ablation is at results/demo/ablation/index.html"

# Whole files to a process each, the workflow's own first: they take longest.
test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-slow: $(STAMP)
	$(BIN)/python -m pytest -m slow

test-kills: $(STAMP)
	KILLS=$(or $(KILLS),50) $(BIN)/python -m pytest -m slow -s tests/workflow/test_kills.py

test-flips: $(STAMP)
	FLIPS=$(or $(FLIPS),1000) $(BIN)/python -m pytest -s tests/faults

test-parity: $(STAMP)
	$(BIN)/python -m pytest -m parity

check-demo: $(STAMP)
	$(BIN)/python -m pytest tests/demo -m demo

vot-toolkit: $(VOT_STAMP)

# Half an installation is removed: the tests take the interpreter that lies there for a whole one.
$(VOT_STAMP): Makefile
	@rm -rf .votenv
	{ $(PYTHON) -m venv .votenv && .votenv/bin/pip install --quiet --disable-pip-version-check \
		vot-toolkit==0.9.0 attributee==0.1.9; } || { rm -rf .votenv; exit 1; }
	@touch $@

mutants: $(STAMP)
	$(BIN)/python tests/mutants/run.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

bench: $(STAMP)
	$(BIN)/python -m pytest benchmarks -o addopts="--import-mode=importlib" --benchmark-only

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "siamloss needs Python 3.11 or newer; set PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "cannot make $(VENV); on Debian run: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[suite,tensorboard,onnx,test]'
	@touch $@

clean:
	rm -rf $(VENV) results/demo .snakemake
