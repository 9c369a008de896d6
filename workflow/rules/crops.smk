rule crops:
    input:
        manifest=HOME.manifest("{dataset}"),
    output:
        directory(HOME.crops("{dataset}")),
    log:
        HOME.log("crops-{dataset}"),
    conda:
        "../../environment.yml"
    params:
        part=get_crops_part,
        code=get_crops_code,
    shell:
        "siamloss --log {log:q} crops --dataset {wildcards.dataset:q} --manifest {input.manifest:q} --out {output:q}"
