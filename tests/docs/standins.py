"""Commands of the docs that cannot run here, what runs in their place, and why.

Everything that is not in this table runs as it is written. A stand-in is as near to the command as it can be, and it
runs: it must end with exit code 0. The numbers of stand-ins are asserted in test_commands.py, so that one more is seen.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class StandIn:
    """``runs`` in place of a command; ``{}`` is the command itself."""

    runs: str
    why: str


HOURS = "takes hours, or data that is not here: planned only"
CI = "CI runs it; here make says what it would do"
RATE = "measures for minutes: here its tests are collected"
SCRIPT = "measures for minutes: here it is started and asked for its options"
COUNT = "siamloss plan --config config/realmini.yaml"
OTHER = "the workflow that the tutorial runs in full, for another profile: planned only"
TRAIN = (
    "siamloss.cli train --spec results/demo/spec.json --variant gsl --seed 0 --out runs/gsl-4 "
    "--train-store results/demo/crops/synthetic-train --val-store results/demo/crops/synthetic-val"
)
ADDED = (
    "snakemake --cores 2 --configfile config/mine.yaml "
    "--config 'variants=[logistic, gsl, \"gsl[eta=0.5]\", least-squares, never-moves]' "
    "'report={main: [logistic, gsl, \"gsl[eta=0.5]\", least-squares, never-moves]}'"
)
NODES = (
    "srun --nodes 2 --ntasks-per-node 1 --gpus-per-node 4 "
    'torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-id "$SLURM_JOB_ID" '
    '--rdzv-endpoint "$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1):29500" '
    f"-m {TRAIN.replace('gsl-4', 'gsl-8')}"
)
SCORED = 'python -m pytest benchmarks/test_evaluate.py benchmarks/test_vot.py -o addopts="--import-mode=importlib" -s'
SLURM = "no SLURM here, and its plug-in is in an extra: make test-slurm has both"
IS_SLURM = "grep -q 'executor: slurm' workflow/profiles/slurm/config.yaml"
PAPER = "siamloss plan --config config/paper.yaml"
ALIKE = "the same packages are installed: pip checks them without a network"

STAND_INS: dict[str, StandIn] = {
    "make reproduce": StandIn("make -n reproduce", CI),
    "make test": StandIn("make -n test", CI),
    "make install": StandIn("make -n install", CI),
    "git clone https://example.org/siamloss.git siamloss": StandIn(
        "git init --quiet elsewhere && git clone --quiet elsewhere siamloss", "the address is the reader's"
    ),
    "snakemake --cores 2 --configfile config/mine.yaml": StandIn(
        "{} -n --quiet", "the command that adds a loss as well, further down, trains this one too"
    ),
    ADDED: StandIn("{} --until tables", "figures and page are drawn once, by the first command of the tutorial"),
    "snakemake --cores all": StandIn("{} -n --quiet", OTHER),
    "snakemake --cores all --configfile config/realmini.yaml": StandIn("{} -n --quiet", HOURS),
    "snakemake --cores all --configfile config/realmini.yaml --config data_root=/data/realmini": StandIn(COUNT, HOURS),
    "snakemake --cores 2 --configfile config/realmini.yaml": StandIn(COUNT, HOURS),
    "snakemake study --cores all --configfile config/study.yaml": StandIn("{} -n --quiet", HOURS),
    "snakemake --cores all --configfile config/paper.yaml": StandIn("{} -n --quiet", HOURS),
    "snakemake ablation --cores all": StandIn(
        "{} -n --quiet --config 'ablation={{grids: [terms]}}'", "takes minutes, and the small profile has no grids"
    ),
    "snakemake ablation --cores all --config 'ablation={grids: [lambda, delta]}'": StandIn("{} -n --quiet", HOURS),
    "snakemake fetch --cores 2 --configfile config/paper.yaml": StandIn(
        "{} -n --quiet", "fetches 15 GB: siamloss fetch runs beside it, from a local server"
    ),
    "siamloss draw scenes --format otb --preset ablation --knob similarity=0.9 --seed 7": StandIn(
        "{} --sequences 1 --frames 3", "draws 2,400 frames"
    ),
    "siamloss demo 0": StandIn(
        "siamloss demo clip.mp4 --init 305,60,95,65 --frames 2 --out camera", "no camera and no screen"
    ),
    "ffmpeg -i tracked.mp4 -c:v libx264 -pix_fmt yuv420p web.mp4": StandIn(
        "test -s results/try/clip/tracked.mp4", "FFmpeg is not among the dependencies: its input is there"
    ),
    "pip install --constraint constraints.txt --editable '.[suite,cluster]'": StandIn(
        "pip install --dry-run --no-index --no-build-isolation --no-deps --editable '.[suite,cluster]'", SLURM
    ),
    "snakemake --profile workflow/profiles/slurm --configfile config/paper.yaml -n": StandIn(PAPER, SLURM),
    "snakemake --profile workflow/profiles/slurm --configfile config/paper.yaml": StandIn(PAPER, SLURM),
    "snakemake --profile workflow/profiles/slurm --group-components data=16 scores=8 track=10 tune=4 report=16 "
    "ablation=16": StandIn(PAPER, SLURM),
    "snakemake --cores all --resources gpu=8 slot=1": StandIn("{} -n --quiet", OTHER),
    "squeue --me -o '%i %k %Z'": StandIn(IS_SLURM, SLURM),
    "sacctmgr show associations user=$USER": StandIn(IS_SLURM, SLURM),
    "pip install -e '.[onnx]'": StandIn("pip install --dry-run --no-index --no-build-isolation -e '.[onnx]'", ALIKE),
    "pip install -e '.[tensorboard]'": StandIn(
        "pip install --dry-run --no-index --no-build-isolation -e '.[tensorboard]'", ALIKE
    ),
    f"torchrun --standalone --nproc-per-node 4 -m {TRAIN}": StandIn(
        f"torchrun --standalone --nproc-per-node 2 -m {TRAIN}", "four processes share no two cores well"
    ),
    NODES: StandIn(f"torchrun --standalone --nproc-per-node 1 -m {TRAIN} --help", "needs SLURM and two nodes of GPUs"),
    SCORED: StandIn("{} --collect-only -q", RATE),
    "python -m pytest benchmarks/test_crops.py -o addopts=--import-mode=importlib --benchmark-only": StandIn(
        "{} --collect-only -q", RATE
    ),
    "python -m pytest benchmarks/test_pairs.py -o addopts=--import-mode=importlib --benchmark-only "
    "--benchmark-timer=time.process_time": StandIn("{} --collect-only -q", RATE),
    "PYTHONPATH=. python benchmarks/training_rate.py --rounds 15": StandIn("{} --help", SCRIPT),
    "PYTHONPATH=. python benchmarks/tracking_rate.py --frames 60": StandIn("{} --help", SCRIPT),
    "PYTHONPATH=. python benchmarks/tracking_rate.py --frames 60 --threads 1": StandIn("{} --help", SCRIPT),
    "python benchmarks/verify_rate.py --rounds 3": StandIn(
        "python benchmarks/verify_rate.py --files 20 --rounds 1", SCRIPT
    ),
    "siamloss export-weights --run results/paper/train/gsl/seed00 --out gsl.pth": StandIn(
        "siamloss export-weights --run runs/published --out gsl.pth", "the run is of the paper's profile"
    ),
}
"""Command -> what runs for it."""
