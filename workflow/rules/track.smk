rule track:
    input:
        manifest=HOME.manifest("{benchmark}"),
        run=get_run,
    output:
        HOME.root / "track" / "{variant}" / "seed{seed}" / "{benchmark}.parquet",
    log:
        HOME.log("track-{variant}-seed{seed}-{benchmark}"),
    conda:
        "../../environment.yml"
    threads: get_cpus("track")
    resources:
        **get_resources("track"),
    params:
        part=get_track_part,
        code=get_track_code,
        progress=get_track_progress,
        run=get_run_option,
    shell:
        "siamloss --log {log:q} track --variant {wildcards.variant:q} --benchmark {wildcards.benchmark:q}"
        " --manifest {input.manifest:q} {params.run} --progress-dir {params.progress:q} --keep-progress --threads {threads}"
        " --out {output:q}"
