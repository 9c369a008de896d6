def get_train_part(wildcards):
    return jobs.train_part(EXPERIMENT, get_variant(wildcards), int(wildcards.seed))


def get_train_code(wildcards):
    return jobs.code("train", get_variant(wildcards))


def get_train_progress(wildcards):
    part, code = get_train_part(wildcards), get_train_code(wildcards)
    return get_progress("train", wildcards.variant, wildcards.seed, part, code)


rule train:
    input:
        spec=ancient(SPEC),
        train_store=HOME.crops(TRAIN_SET),
        val_store=HOME.crops(VAL_SET),
    output:
        directory(RUN),
    params:
        part=get_train_part,
        code=get_train_code,
        progress=get_train_progress,
    threads: 1
    resources:
        gpu=get_gpus(),
    conda:
        "../../environment.yml"
    shell:
        "siamloss train --spec {input.spec:q} --variant {wildcards.variant:q} --seed {wildcards.seed}"
        " --train-store {input.train_store:q} --val-store {input.val_store:q}"
        " --progress-dir {params.progress:q} --threads {threads} --out {output:q}"


rule scores:
    input:
        spec=ancient(SPEC),
        run=RUN,
        train_store=HOME.crops(TRAIN_SET),
        val_store=HOME.crops(VAL_SET),
    output:
        HOME.root / "scores" / "{variant}" / "seed{seed}.npz",
    params:
        part=jobs.scores_part(EXPERIMENT),
        code=jobs.code("scores"),
    threads: 1
    resources:
        gpu=get_gpus(),
    conda:
        "../../environment.yml"
    shell:
        "siamloss scores --spec {input.spec:q} --run {input.run:q} --train-store {input.train_store:q}"
        " --val-store {input.val_store:q} --threads {threads} --out {output:q}"
