rule study:
    input:
        spec=HOME.spec,
        metrics=[HOME.metrics(benchmark) for benchmark in BENCHMARKS],
    output:
        report(
            directory(HOME.study),
            caption="../report/study.rst",
            category="Study",
            patterns=["{name}.csv", "{name}.png"],
        ),
    log:
        HOME.log("study"),
    conda:
        "../../environment.yml"
    params:
        part=REPORT["part"],
        code=jobs.code("study"),
    shell:
        "siamloss --log {log:q} study --out {output:q}"
