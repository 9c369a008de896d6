from snakemake.utils import min_version

min_version("9.0")

if not workflow.overwrite_configfiles:

    configfile: "config/demo.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/resources.smk"


rule all:
    input:
        HOME.page,


include: "workflow/rules/data.smk"
include: "workflow/rules/crops.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/track.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/frames.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/study.smk"
