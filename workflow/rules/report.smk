METRICS = [HOME.metrics(benchmark) for benchmark in BENCHMARKS]
CURVES = [HOME.curves(benchmark) for benchmark in BENCHMARKS]
ATTRIBUTES = [HOME.attributes(benchmark) for benchmark in BENCHMARKS]
RECORDS = [HOME.records(*run, benchmark) for run in jobs.runs(EXPERIMENT) for benchmark in BENCHMARKS]
PUBLISHED = [EXPERIMENT.report.published] if EXPERIMENT.report.published else []
PART = jobs.report_part(EXPERIMENT)


rule tables:
    input:
        spec=HOME.spec,
        metrics=METRICS,
        attributes=ATTRIBUTES,
        separability=HOME.separability(),
        records=RECORDS,
        runs=get_runs(ablation=False),
        choices=get_choices(ablation=False),
        published=PUBLISHED,
    output:
        report(
            directory(HOME.tables),
            caption="../report/tables.rst",
            category="Tables",
            labels={"table": "{name}"},
            patterns=["{name,[^/]+}.csv"],
        ),
    log:
        HOME.log("tables"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=PART,
        code=jobs.code("tables"),
    shell:
        "siamloss --log {log:q} tables --out {output:q}"


rule figures:
    input:
        spec=HOME.spec,
        tables=HOME.tables,
        metrics=METRICS,
        curves=CURVES,
        separability=HOME.separability(),
        scores=get_scores(ablation=False),
        runs=get_runs(ablation=False),
        choices=get_choices(ablation=False),
    output:
        report(
            directory(HOME.figures),
            caption="../report/figures.rst",
            category="Figures",
            labels={"figure": "{name}"},
            patterns=["{name,[^/]+}.png"],
        ),
    log:
        HOME.log("figures"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=PART,
        code=jobs.code("figures"),
    shell:
        "siamloss --log {log:q} figures --out {output:q}"


rule page:
    input:
        spec=HOME.spec,
        tables=HOME.tables,
        figures=HOME.figures,
        frames=HOME.frames,
        published=PUBLISHED,
        curves=CURVES,
        separability=HOME.separability(),
        records=RECORDS,
        scores=get_scores(ablation=False),
        runs=get_runs(ablation=False),
        choices=get_choices(ablation=False),
    output:
        report(HOME.page, caption="../report/page.rst", category="Page", labels={"page": "all results"}),
    log:
        HOME.log("page"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=get_page_part,
        code=jobs.code("page"),
    shell:
        "siamloss --log {log:q} page --tables {input.tables:q} --figures {input.figures:q} --frames {input.frames:q} --out {output:q}"


rule ablation:
    input:
        spec=HOME.spec,
        metrics=[HOME.metrics(benchmark, ablation=True) for benchmark in BENCHMARKS],
        separability=HOME.separability(ablation=True),
        runs=get_runs(ablation=True),
        choices=get_choices(ablation=True),
    output:
        report(
            directory(HOME.ablation),
            caption="../report/ablation.rst",
            category="Ablation",
            labels=get_ablation_labels,
            patterns=["{name,[^/]+}.csv", "{grid,[^/]+}/{name,[^/]+}.png"],
        ),
    log:
        HOME.log("ablation"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
    params:
        part=get_ablation_page_part,
        code=jobs.code("ablation"),
    shell:
        "siamloss --log {log:q} ablation --out {output:q}"
