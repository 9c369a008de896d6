rule measure:
    input:
        manifest=HOME.manifest("{benchmark}"),
        records=get_records,
    output:
        metrics=HOME.metrics("{benchmark}"),
        curves=HOME.curves("{benchmark}"),
        attributes=HOME.attributes("{benchmark}"),
    log:
        HOME.log("measure-{benchmark}"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=get_measure_part,
        code=get_measure_code,
        runs="",
    shell:
        "siamloss --log {log:q} measure --benchmark {wildcards.benchmark:q} --manifest {input.manifest:q}"
        " {params.runs} --out {output.metrics:q} --curves {output.curves:q}"


use rule measure as measure_ablation with:
    input:
        manifest=HOME.manifest("{benchmark}"),
        records=get_ablation_records,
    output:
        metrics=HOME.metrics("{benchmark}", ablation=True),
        curves=HOME.curves("{benchmark}", ablation=True),
    log:
        HOME.log("measure-ablation-{benchmark}"),
    params:
        part=get_ablation_measure_part,
        code=get_measure_code,
        runs="--ablation",


rule separability:
    input:
        runs=get_runs(ablation=False),
        scores=get_scores(ablation=False),
    output:
        HOME.separability(),
    log:
        HOME.log("separability"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=jobs.separability_part(EXPERIMENT),
        code=jobs.code("separability"),
        runs="",
    shell:
        "siamloss --log {log:q} separability {params.runs} --out {output:q}"


use rule separability as separability_ablation with:
    input:
        runs=get_runs(ablation=True),
        scores=get_scores(ablation=True),
    output:
        HOME.separability(ablation=True),
    log:
        HOME.log("separability-ablation"),
    params:
        part=jobs.separability_part(EXPERIMENT, ablation=True),
        code=jobs.code("separability"),
        runs="--ablation",
