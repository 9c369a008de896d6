rule spec:
    output:
        HOME.spec,
    log:
        HOME.log("spec"),
    conda:
        "../../environment.yml"
    threads: get_cpus("other")
    resources:
        **get_resources("other"),
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
    threads: get_cpus("data")
    resources:
        **get_resources("data"),
    params:
        part=get_data_part,
        code=get_data_code,
    shell:
        "siamloss --log {log:q} data --dataset {wildcards.dataset:q} --out {output:q}"


rule fetch:
    input:
        [DATA_ROOT / folder / ".fetched" for folder in FETCHABLE],


rule fetch_source:
    # A file of its own: Snakemake removes outputs, and what is there has to be compared with its manifest.
    output:
        touch(DATA_ROOT / "{folder}" / ".fetched"),
    log:
        HOME.log("fetch-{folder}"),
    wildcard_constraints:
        folder="|".join(map(re.escape, FETCHABLE)) or "none",
    conda:
        "../../environment.yml"
    threads: get_cpus("data")
    resources:
        **get_resources("data"),
    params:
        part=get_source_part,
        source=get_source,
        root=get_data_root,
    shell:
        "siamloss --log {log:q} fetch {params.source:q} --root {params.root:q}"
