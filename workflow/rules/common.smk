import os
import re
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from siamloss import jobs
from siamloss.config_io import resolve
from siamloss.data.fetch.catalogue import find_source
from siamloss.data.fetch.wanted import wanted_sources
from siamloss.data.open import missing_datasets
from siamloss.errors import SiamlossError
from siamloss.paths import Home
from siamloss.provenance.atomic import write_bytes
from siamloss.provenance.hashing import canonical_json, sha256_bytes
from siamloss.provenance.lock import try_lock
from siamloss.provenance.sealed import seal_json
from siamloss.provenance.unfinished import clear_done


def get_experiment():
    """The checked experiment; a mistake in the configuration ends in one line, that of a reader without a file too."""
    try:
        experiment = resolve(dict(config))
        for dataset in experiment.all_datasets:
            if dataset.reader:
                jobs.code("data", dataset=dataset)
        return experiment
    except SiamlossError as error:
        print(f"siamloss: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def store_spec():
    """File with the resolved configuration, named by its content; all jobs read it, none depends on it.

    What a job depends on are its params: the part of the configuration and the code that it uses.
    """
    text, data = canonical_json(EXPERIMENT.to_dict()), seal_json(EXPERIMENT.to_dict(), sort_keys=True)
    path = Path(".snakemake") / "specs" / f"{sha256_bytes(text.encode())[:12]}.json"
    if not path.exists() or path.read_bytes() != data:
        write_bytes(path, data)
    return str(path)


EXPERIMENT = get_experiment()
HOME = Home(EXPERIMENT)
SPEC = store_spec()
# Jobs find `siamloss` beside this interpreter, also when the environment is not activated, the spec by its variable, and
# so the GPU memory that their lease asks for.
SHARES = {kind: getattr(EXPERIMENT.resources, kind).gpu_mb for kind in ("tune", "train", "scores", "track", "frames")}
shell.prefix(
    f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH SIAMLOSS_SPEC={shlex.quote(SPEC)}"
    f" SIAMLOSS_GPU_MB={','.join(f'{kind}={mb}' for kind, mb in SHARES.items())}"
    f" SIAMLOSS_LOCKS={shlex.quote(str(HOME.progress('locks')))}; "
)
TRAIN_SET, VAL_SET = EXPERIMENT.datasets.train.name, EXPERIMENT.datasets.val.name
BENCHMARKS = [dataset.name for dataset in EXPERIMENT.datasets.test]
RUN = str(HOME.root / "train" / "{variant}" / "seed{seed}")


wildcard_constraints:
    variant=r"[^/]+",
    seed=r"\d+",
    dataset=r"[^/.]+",
    benchmark=r"[^/.]+",


def get_variant(wildcards):
    return EXPERIMENT.variant(wildcards.variant)


def get_progress(*parts):
    """Folder for a job's unfinished work; another spec or other code gets another folder."""
    return str(HOME.progress(jobs.short_hash(list(parts))))


def get_sources():
    """Folders and names of the sources to fetch, and what to say of those that need the user."""
    try:
        return wanted_sources(EXPERIMENT)
    except SiamlossError as error:
        print(f"siamloss: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


FETCHABLE, MANUAL = get_sources()
DATA_ROOT = Path(EXPERIMENT.data_root)


def withdraw_marks():
    """What has lost its manifest is to be fetched again."""
    for folder in FETCHABLE:
        mark = DATA_ROOT / folder / ".fetched"
        if mark.is_file() and not mark.with_name("manifest.json").is_file():
            with suppress(OSError):
                mark.unlink()


withdraw_marks()


def get_source(wildcards):
    return FETCHABLE[wildcards.folder]


def get_source_part(wildcards):
    return jobs.source_part(find_source(FETCHABLE[wildcards.folder]))


def get_data_root(wildcards):
    return str(DATA_ROOT)


def get_data_part(wildcards):
    return jobs.data_part(EXPERIMENT, EXPERIMENT.dataset(wildcards.dataset))


def get_data_code(wildcards):
    return jobs.code("data", dataset=EXPERIMENT.dataset(wildcards.dataset))


def get_crops_part(wildcards):
    return jobs.crops_part(EXPERIMENT, EXPERIMENT.dataset(wildcards.dataset))


def get_crops_code(wildcards):
    return jobs.code("crops", dataset=EXPERIMENT.dataset(wildcards.dataset))


def get_track_code(wildcards):
    return jobs.code("track", get_variant(wildcards), EXPERIMENT.dataset(wildcards.benchmark))


def get_measure_code(wildcards):
    return jobs.code("measure", dataset=EXPERIMENT.dataset(wildcards.benchmark))


def get_tune_part(wildcards):
    return jobs.tune_part(EXPERIMENT, get_variant(wildcards))


def get_tune_code(wildcards):
    return jobs.code("tune", get_variant(wildcards), EXPERIMENT.datasets.val)


def get_tune_progress(wildcards):
    return get_progress("tune", wildcards.variant, get_tune_part(wildcards), get_tune_code(wildcards))


def get_choice(wildcards):
    """What the tuning stage chose for a variant; controls and profiles without tuning have none."""
    variant = get_variant(wildcards)
    return HOME.tune(variant.tuned_as) if variant.loss and EXPERIMENT.tune.trials else []


def get_choice_option(wildcards, input):
    return f"--chosen {shlex.quote(str(input.choice))}" if input.choice else ""


def get_start(wildcards):
    """Weights that a fine-tuning begins with: the run of another variant, or a file under data_root."""
    path = jobs.start_path(EXPERIMENT, get_variant(wildcards), int(wildcards.seed))
    return path or []


def get_tune_start(wildcards):
    return jobs.start_path(EXPERIMENT, get_variant(wildcards), EXPERIMENT.tune.seed) or []


def get_start_option(wildcards, input):
    return f"--start {shlex.quote(str(input.start))}" if input.start else ""


def get_train_part(wildcards):
    return jobs.train_part(EXPERIMENT, get_variant(wildcards), int(wildcards.seed))


def get_train_code(wildcards):
    return jobs.code("train", get_variant(wildcards))


def get_train_progress(wildcards):
    part, code = get_train_part(wildcards), get_train_code(wildcards)
    return get_progress("train", wildcards.variant, wildcards.seed, part, code)


def get_run(wildcards):
    """The run directory; the fixed controls have none."""
    if get_variant(wildcards).control in jobs.FIXED:
        return []
    return RUN.format(variant=wildcards.variant, seed=wildcards.seed)


def get_run_option(wildcards, input):
    return f"--run {shlex.quote(str(input.run))}" if input.run else ""


def get_track_part(wildcards):
    return jobs.track_part(EXPERIMENT, get_variant(wildcards), EXPERIMENT.dataset(wildcards.benchmark))


def get_track_progress(wildcards):
    part, code = get_track_part(wildcards), get_track_code(wildcards)
    return get_progress("track", wildcards.variant, wildcards.seed, wildcards.benchmark, part, code)


def get_records(wildcards):
    return [HOME.records(*run, wildcards.benchmark) for run in jobs.runs(EXPERIMENT)]


def get_ablation_records(wildcards):
    return [HOME.records(*run, wildcards.benchmark) for run in jobs.chosen_runs(EXPERIMENT, ablation=True)]


def get_measure_part(wildcards):
    return jobs.measure_part(EXPERIMENT, EXPERIMENT.dataset(wildcards.benchmark))


def get_ablation_measure_part(wildcards):
    return jobs.measure_part(EXPERIMENT, EXPERIMENT.dataset(wildcards.benchmark), ablation=True)


def get_scores(ablation):
    return [HOME.scores(*run) for run in jobs.network_runs(EXPERIMENT, ablation=ablation)]


def get_runs(ablation):
    return [HOME.run(*run) for run in jobs.network_runs(EXPERIMENT, ablation=ablation)]


def get_choices(ablation):
    return [HOME.tune(variant) for variant in jobs.tuned_names(EXPERIMENT, ablation)]


def get_page_part(wildcards):
    return jobs.page_part(EXPERIMENT)


def get_ablation_page_part(wildcards):
    return jobs.page_part(EXPERIMENT, ablation=True)


def get_ablation_labels(wildcards):
    """Grid and name of a figure; a table is called by the name of its grid."""
    return {"grid": getattr(wildcards, "grid", wildcards.name), "part": wildcards.name}


LOCK_FILES = []


def take_lock(path, where):
    """One snakemake per working folder, as Snakemake itself has it, and per folder of results: each clears what was finished
    when it ends. The operating system releases the locks when the process dies."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        LOCK_FILES.append(open(path, "w"))
        alone = try_lock(LOCK_FILES[-1], path)
    except SiamlossError as error:
        return f"siamloss: {type(error).__name__}: {error}"
    except OSError as error:
        return f"siamloss: ConfigError: cannot write {path} ({error.strerror}); give another folder, or free some space"
    return "" if alone else f"siamloss: another snakemake is running {where}; wait for it or stop it"


onstart:
    fetching = set(workflow.dag_settings.targets) == {"fetch"}
    problem = take_lock(Path(".snakemake/siamloss.lock"), "in this folder")
    problem = problem or ("" if fetching else missing_datasets(EXPERIMENT))
    problem = problem or take_lock(HOME.progress("snakemake.lock"), f"on {HOME.root}")
    if problem:
        print(problem, file=sys.stderr, flush=True)
        os._exit(2)
    if fetching and MANUAL:
        print("\n".join(MANUAL), file=sys.stderr, flush=True)


onsuccess:
    clear_done(HOME.progress(""))
