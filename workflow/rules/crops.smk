rule crops:
    input:
        spec=ancient(SPEC),
        manifest=HOME.manifest("{dataset}"),
    output:
        directory(HOME.crops("{dataset}")),
    params:
        part=jobs.crops_part(EXPERIMENT),
        code=jobs.code("crops"),
    conda:
        "../../environment.yml"
    shell:
        "siamloss crops --spec {input.spec:q} --dataset {wildcards.dataset:q} --manifest {input.manifest:q} --out {output:q}"
