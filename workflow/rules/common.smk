import fcntl
import os
import shlex
import shutil
import sys
from pathlib import Path

from siamloss import jobs
from siamloss.config_io import resolve
from siamloss.data.open import missing_datasets
from siamloss.errors import SiamlossError
from siamloss.paths import Home
from siamloss.provenance.hashing import canonical_json

# Jobs find `siamloss` beside this interpreter, also when the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
# Two busy threads spinning beside each other run many times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def get_experiment():
    """The checked experiment; a mistake in the configuration ends in one line."""
    try:
        return resolve(dict(config))
    except SiamlossError as error:
        print(f"siamloss: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


EXPERIMENT = get_experiment()
HOME = Home(EXPERIMENT)
TRAIN_SET, VAL_SET = EXPERIMENT.datasets.train.name, EXPERIMENT.datasets.val.name
BENCHMARKS = [dataset.name for dataset in EXPERIMENT.datasets.test]
SPEC = HOME.spec
RUN = str(HOME.root / "train" / "{variant}" / "seed{seed}")


wildcard_constraints:
    variant=r"[^/]+",
    seed=r"\d+",
    dataset=r"[^/.]+",
    benchmark=r"[^/.]+",


def get_gpus():
    """GPUs a network job asks for: one where there is one and the configuration allows it."""
    present = shutil.which("nvidia-smi") is not None
    return 1 if present and EXPERIMENT.device != "cpu" else 0


def get_variant(wildcards):
    return EXPERIMENT.variant(wildcards.variant)


def get_progress(*parts):
    """Folder for a job's unfinished work; another spec or other code gets another folder."""
    return str(HOME.progress(jobs.short_hash(list(parts))))


def take_lock():
    """One snakemake per results folder; the operating system releases the lock when the process dies."""
    path = Path(".snakemake/siamloss.lock")
    path.parent.mkdir(exist_ok=True)
    globals()["LOCK_FILE"] = open(path, "w")
    try:
        fcntl.flock(LOCK_FILE, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "siamloss: another snakemake is running in this folder; wait for it or stop it"
    return ""


onstart:
    problem = take_lock() or missing_datasets(EXPERIMENT)
    if problem:
        print(problem, file=sys.stderr, flush=True)
        os._exit(2)


rule spec:
    output:
        SPEC,
    params:
        text=canonical_json(EXPERIMENT.to_dict()),
    conda:
        "../../environment.yml"
    shell:
        "siamloss spec --text {params.text:q} --out {output:q}"
