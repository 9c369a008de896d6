rule spec:
    output:
        HOME.spec,
    log:
        HOME.log("spec"),
    conda:
        "../../environment.yml"
    params:
        resolved=SPEC,
    shell:
        "siamloss --log {log:q} spec --resolved {params.resolved:q} --out {output:q}"


rule data:
    output:
        HOME.manifest("{dataset}"),
    log:
        HOME.log("data-{dataset}"),
    conda:
        "../../environment.yml"
    params:
        part=get_data_part,
        code=get_data_code,
    shell:
        "siamloss --log {log:q} data --dataset {wildcards.dataset:q} --out {output:q}"
