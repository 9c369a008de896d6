rule crops:
    input:
        manifest=HOME.manifest("{dataset}"),
    output:
        directory(HOME.crops("{dataset}")),
    log:
        HOME.log("crops-{dataset}"),
    conda:
        "../../environment.yml"
    threads: get_cpus("crops")
    resources:
        **get_resources("crops"),
    params:
        part=get_crops_part,
        code=get_crops_code,
        progress=str(HOME.progress("crops-{dataset}")),
    shell:
        "siamloss --log {log:q} crops --dataset {wildcards.dataset:q} --manifest {input.manifest:q}"
        " --progress-dir {params.progress:q} --threads {threads} --out {output:q}"
