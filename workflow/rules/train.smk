rule train:
    input:
        train_store=HOME.crops(TRAIN_SET),
        val_store=HOME.crops(VAL_SET),
    output:
        directory(RUN),
    log:
        HOME.log("train-{variant}-seed{seed}"),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=get_gpus(),
    params:
        part=get_train_part,
        code=get_train_code,
        progress=get_train_progress,
    shell:
        "siamloss --log {log:q} train --variant {wildcards.variant:q} --seed {wildcards.seed}"
        " --train-store {input.train_store:q} --val-store {input.val_store:q}"
        " --progress-dir {params.progress:q} --threads {threads} --out {output:q}"


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
    threads: 1
    resources:
        gpu=get_gpus(),
    params:
        part=jobs.scores_part(EXPERIMENT),
        code=jobs.code("scores"),
    shell:
        "siamloss --log {log:q} scores --run {input.run:q} --train-store {input.train_store:q}"
        " --val-store {input.val_store:q} --threads {threads} --out {output:q}"
