METRICS = [HOME.metrics(benchmark) for benchmark in BENCHMARKS]
CURVES = [HOME.curves(benchmark) for benchmark in BENCHMARKS]
RUNS = [HOME.run(variant, seed) for variant, seed in jobs.network_runs(EXPERIMENT)]
SCORES = [HOME.scores(variant, seed) for variant, seed in jobs.network_runs(EXPERIMENT)]
REPORT = {"part": jobs.report_part(EXPERIMENT), "code": jobs.code("report")}


rule tables:
    input:
        spec=HOME.spec,
        metrics=METRICS,
        scores=SCORES,
    output:
        report(
            directory(HOME.tables),
            caption="../report/tables.rst",
            category="Tables",
            patterns=["{name}.csv"],
        ),
    log:
        HOME.log("tables"),
    conda:
        "../../environment.yml"
    params:
        **REPORT,
    shell:
        "siamloss --log {log:q} tables --out {output:q}"


rule figures:
    input:
        spec=HOME.spec,
        tables=HOME.tables,
        metrics=METRICS,
        curves=CURVES,
        scores=SCORES,
        runs=RUNS,
    output:
        report(
            directory(HOME.figures),
            caption="../report/figures.rst",
            category="Figures",
            patterns=["{name}.png", "{folder}/{name}.png"],
        ),
    log:
        HOME.log("figures"),
    conda:
        "../../environment.yml"
    params:
        **REPORT,
    shell:
        "siamloss --log {log:q} figures --out {output:q}"


rule page:
    input:
        spec=HOME.spec,
        tables=HOME.tables,
        figures=HOME.figures,
        runs=RUNS,
    output:
        report(HOME.page, caption="../report/page.rst", category="Page"),
    log:
        HOME.log("page"),
    conda:
        "../../environment.yml"
    params:
        **REPORT,
    shell:
        "siamloss --log {log:q} page --tables {input.tables:q} --figures {input.figures:q} --out {output:q}"
