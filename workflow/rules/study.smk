rule study:
    input:
        spec=HOME.spec,
        metrics=[HOME.metrics(benchmark) for benchmark in BENCHMARKS],
    output:
        report(
            directory(HOME.study),
            caption="../report/study.rst",
            category="Study",
            labels={"part": "{name}"},
            patterns=["{name,[^/]+}.csv", "{name,[^/]+}.png"],
        ),
    log:
        HOME.log("study"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=PART,
        code=jobs.code("study"),
    shell:
        "siamloss --log {log:q} study --out {output:q}"
