from functools import partial


def asked_of(kind):
    """What the configuration asks for a kind of job."""
    return getattr(EXPERIMENT.resources, kind)


def get_cpus(kind):
    return asked_of(kind).cpus


def get_grown(kind, name, wildcards, attempt):
    """An amount that each attempt asks more of."""
    return round(getattr(asked_of(kind), name) * EXPERIMENT.resources.growth ** (attempt - 1))


def get_gpus(kind, wildcards):
    """GPUs of a network job: none on a machine that has none; on a cluster it is the nodes that have them."""
    here = workflow.is_main_process and workflow.local_exec and not workflow.dryrun
    absent = EXPERIMENT.device == "cpu" or (here and shutil.which("nvidia-smi") is None)
    return 0 if absent or needs_none(kind, wildcards) else asked_of(kind).gpus


def needs_none(kind, wildcards):
    """Whether it is a control without a network. Where a type of GPU is asked for it asks too: the jobs of a group, of which
    it may be one, must name the same type."""
    fixed = hasattr(wildcards, "variant") and get_variant(wildcards).control in jobs.FIXED
    return fixed and not asked_of(kind).gpu_type


def get_gpu_type(kind, wildcards):
    """The cluster's name of the GPU, where one is asked for."""
    return asked_of(kind).gpu_type if get_gpus(kind, wildcards) else ""


def get_resources(kind):
    """What a job of this kind asks a cluster for; memory in MB, time in minutes."""
    asked = {"mem_mb": partial(get_grown, kind, "mem_mb"), "runtime": partial(get_grown, kind, "runtime_min")}
    if hasattr(asked_of(kind), "gpus"):
        asked["gpu"] = partial(get_gpus, kind)
        if asked_of(kind).gpu_type:
            asked["gpu_model"] = partial(get_gpu_type, kind)
    return asked
