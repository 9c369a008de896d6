COMPARED = jobs.compared(EXPERIMENT)
NETWORKS = set(jobs.network_runs(EXPERIMENT))


rule frames:
    input:
        manifests=[HOME.manifest(benchmark) for benchmark in BENCHMARKS],
        records=[HOME.records(*run, benchmark) for run in COMPARED for benchmark in BENCHMARKS],
        runs=[HOME.run(*run) for run in COMPARED if run in NETWORKS],
    output:
        directory(HOME.frames),
    log:
        HOME.log("frames"),
    conda:
        "../../environment.yml"
    threads: get_cpus("frames")
    resources:
        **get_resources("frames"),
    params:
        part=jobs.frames_part(EXPERIMENT),
        code=[jobs.code("frames", dataset=dataset) for dataset in EXPERIMENT.datasets.test],
    shell:
        "siamloss --log {log:q} frames --threads {threads} --out {output:q}"
