rule tune:
    input:
        train_store=HOME.crops(TRAIN_SET),
        val_store=HOME.crops(VAL_SET),
        manifest=HOME.manifest(VAL_SET),
        start=get_tune_start,
    output:
        HOME.root / "tune" / "{variant}.json",
    log:
        HOME.log("tune-{variant}"),
    conda:
        "../../environment.yml"
    threads: get_cpus("tune")
    resources:
        **get_resources("tune"),
    params:
        part=get_tune_part,
        code=get_tune_code,
        progress=get_tune_progress,
        start=get_start_option,
    shell:
        "siamloss --log {log:q} tune --variant {wildcards.variant:q}"
        " --train-store {input.train_store:q} --val-store {input.val_store:q} --manifest {input.manifest:q}"
        " {params.start} --progress-dir {params.progress:q} --keep-progress --threads {threads} --out {output:q}"


rule train:
    input:
        train_store=HOME.crops(TRAIN_SET),
        val_store=HOME.crops(VAL_SET),
        choice=get_choice,
        start=get_start,
    output:
        directory(RUN),
    log:
        HOME.log("train-{variant}-seed{seed}"),
    conda:
        "../../environment.yml"
    threads: get_cpus("train")
    resources:
        **get_resources("train"),
    params:
        part=get_train_part,
        code=get_train_code,
        progress=get_train_progress,
        choice=get_choice_option,
        start=get_start_option,
    shell:
        "siamloss --log {log:q} train --variant {wildcards.variant:q} --seed {wildcards.seed}"
        " --train-store {input.train_store:q} --val-store {input.val_store:q} {params.choice}"
        " {params.start} --progress-dir {params.progress:q} --keep-progress --threads {threads} --out {output:q}"


rule scores:
    input:
        run=RUN,
        train_store=HOME.crops(TRAIN_SET),
        val_store=HOME.crops(VAL_SET),
    output:
        HOME.root / "scores" / "{variant}" / "seed{seed}.npz",
    log:
        HOME.log("scores-{variant}-seed{seed}"),
    conda:
        "../../environment.yml"
    threads: get_cpus("scores")
    resources:
        **get_resources("scores"),
    params:
        part=jobs.scores_part(EXPERIMENT),
        code=jobs.code("scores"),
    shell:
        "siamloss --log {log:q} scores --run {input.run:q} --train-store {input.train_store:q}"
        " --val-store {input.val_store:q} --threads {threads} --out {output:q}"
