# `make reproduce` and `make test` do their own set-up; nothing but Python 3.11+, git and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BROWSER_STAMP := $(VENV)/.browser
CHROMIUM ?= /usr/bin/chromium
CLUSTER := $(VENV)/cluster
VOT_STAMP := .votenv/.installed
CORES ?= all

.PHONY: install reproduce ablation test test-slow test-browser test-slurm plan-kubernetes test-faults test-kills test-flips test-parity test-latex check-demo check-ablation vot-toolkit mutants lint format bench clean docs docs-serve test-docs

install: $(STAMP)

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
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow --numprocesses auto --maxprocesses 4 --dist worksteal

test-browser: $(BROWSER_STAMP)
	@test -x $(CHROMIUM) || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends chromium; } \
		|| { echo "no browser at $(CHROMIUM); install chromium, or set CHROMIUM to where it is" >&2; exit 1; }
	CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest -m browser tests/browser

$(BROWSER_STAMP): $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[browser]'
	@touch $@

# As root also on a full disk. KILLS=20 is the sample that CI takes.
test-faults: $(STAMP)
	KILLS=$(or $(KILLS),200) $(BIN)/python -m pytest -m faults -vv --numprocesses auto --maxprocesses 4 tests/faults/test_kills.py

test-kills: $(STAMP)
	KILLS=$(or $(KILLS),50) $(BIN)/python -m pytest -m slow -s tests/faults/test_training_kills.py

test-flips: $(STAMP)
	FLIPS=$(or $(FLIPS),1000) HARMS=$(or $(HARMS),300) $(BIN)/python -m pytest -s tests/faults/test_flips.py

# DEMO=1 runs the demo through SLURM as well, which takes long.
test-slurm: $(CLUSTER)/.installed
	@{ test -x /usr/sbin/slurmctld && test -x /usr/sbin/munged; } || { apt-get update --quiet \
		&& apt-get install --yes --quiet --no-install-recommends slurm-wlm munge; } \
		|| { echo "no SLURM here; install Debian's slurm-wlm and munge, as root" >&2; exit 1; }
	SLURM_DEMO=$(DEMO) $(CLUSTER)/bin/python -m pytest -m slurm -s tests/cluster

plan-kubernetes: $(CLUSTER)/.installed
	$(CLUSTER)/bin/python -m snakemake -n --quiet rules --profile workflow/profiles/kubernetes

# The plug-ins make every start of Snakemake slower, so they have an environment of their own on top of the other.
$(CLUSTER)/.installed: $(STAMP)
	$(BIN)/python -m venv $(CLUSTER)
	purelib='import sysconfig; print(sysconfig.get_path("purelib"))'; \
		$(BIN)/python -c "$$purelib" > "$$($(CLUSTER)/bin/python -c "$$purelib")/base.pth"
	$(CLUSTER)/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[cluster,kubernetes]'
	@touch $@

test-parity: $(STAMP)
	$(BIN)/python -m pytest -m parity

test-latex: $(STAMP)
	$(BIN)/python -m pytest -m slow -rs tests/unit/report/test_latex.py

check-demo: $(STAMP)
	$(BIN)/python -m pytest tests/demo/test_demo_results.py -m demo

check-ablation: $(STAMP)
	$(BIN)/python -m pytest tests/demo/test_demo_ablation.py -m demo

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "The site is at site/index.html"

docs-serve: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

test-docs: $(STAMP)
	$(BIN)/python -m pytest -m docs -s tests/docs

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
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[suite,tensorboard,onnx,docs,test]'
	@touch $@

clean:
	rm -rf $(VENV) results/demo .snakemake
