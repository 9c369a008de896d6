rule measure:
    input:
        manifest=HOME.manifest("{benchmark}"),
        records=get_records,
    output:
        metrics=HOME.metrics("{benchmark}"),
        curves=HOME.curves("{benchmark}"),
    log:
        HOME.log("measure-{benchmark}"),
    conda:
        "../../environment.yml"
    params:
        part=get_measure_part,
        code=get_measure_code,
    shell:
        "siamloss --log {log:q} measure --benchmark {wildcards.benchmark:q} --manifest {input.manifest:q}"
        " --out {output.metrics:q} --curves {output.curves:q}"
