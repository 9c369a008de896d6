rule spec:
    output:
        SPEC,
    log:
        HOME.log("spec"),
    conda:
        "../../environment.yml"
    params:
        text=canonical_json(EXPERIMENT.to_dict()),
    shell:
        "siamloss --log {log:q} spec --text {params.text:q} --out {output:q}"


rule data:
    input:
        spec=ancient(SPEC),
    output:
        HOME.manifest("{dataset}"),
    log:
        HOME.log("data-{dataset}"),
    conda:
        "../../environment.yml"
    params:
        part=get_data_part,
        code=jobs.code("data"),
    shell:
        "siamloss --log {log:q} data --spec {input.spec:q} --dataset {wildcards.dataset:q} --out {output:q}"
