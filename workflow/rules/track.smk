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
    part, code = get_track_part(wildcards), jobs.code("track")
    return get_progress("track", wildcards.variant, wildcards.seed, wildcards.benchmark, part, code)


rule track:
    input:
        spec=ancient(SPEC),
        manifest=HOME.manifest("{benchmark}"),
        run=get_run,
    output:
        HOME.root / "track" / "{variant}" / "seed{seed}" / "{benchmark}.parquet",
    params:
        part=get_track_part,
        code=jobs.code("track"),
        progress=get_track_progress,
        run=get_run_option,
    threads: 1
    resources:
        gpu=get_gpus(),
    conda:
        "../../environment.yml"
    shell:
        "siamloss track --spec {input.spec:q} --variant {wildcards.variant:q} --benchmark {wildcards.benchmark:q}"
        " --manifest {input.manifest:q} {params.run} --progress-dir {params.progress:q} --threads {threads}"
        " --out {output:q}"
