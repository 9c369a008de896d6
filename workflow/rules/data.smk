def get_data_part(wildcards):
    return jobs.data_part(EXPERIMENT, EXPERIMENT.dataset(wildcards.dataset))


rule data:
    input:
        spec=ancient(SPEC),
    output:
        HOME.manifest("{dataset}"),
    params:
        part=get_data_part,
        code=jobs.code("data"),
    conda:
        "../../environment.yml"
    shell:
        "siamloss data --spec {input.spec:q} --dataset {wildcards.dataset:q} --out {output:q}"
