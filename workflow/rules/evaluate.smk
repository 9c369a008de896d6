def get_records(wildcards):
    return [HOME.records(variant, seed, wildcards.benchmark) for variant, seed in jobs.runs(EXPERIMENT)]


def get_measure_part(wildcards):
    return jobs.measure_part(EXPERIMENT, EXPERIMENT.dataset(wildcards.benchmark))


rule measure:
    input:
        spec=ancient(SPEC),
        manifest=HOME.manifest("{benchmark}"),
        records=get_records,
    output:
        metrics=HOME.metrics("{benchmark}"),
        curves=HOME.curves("{benchmark}"),
    params:
        part=get_measure_part,
        code=jobs.code("measure"),
    conda:
        "../../environment.yml"
    shell:
        "siamloss measure --spec {input.spec:q} --benchmark {wildcards.benchmark:q} --manifest {input.manifest:q}"
        " --out {output.metrics:q} --curves {output.curves:q}"
