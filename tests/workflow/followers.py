"""The jobs of the tiny project, and which of them follow from which.

A job has the name of its rule and its wildcards: ``track gsl 00 tiny-otb``.
"""

import itertools

FIXED = ("never-moves", "oracle")
NETWORKS = "logistic|gsl|untrained|gsl[eta=0.5]"

AFTER = {
    "spec": ["tables", "figures", "page"],
    "data tiny-train": ["crops tiny-train"],
    "data tiny-val": ["crops tiny-val", "tune *"],
    "data *": ["track * * {0}", "measure {0}"],
    "data tiny-otb|tiny-vot|tiny-got10k|tiny-more": ["frames"],
    "crops *": ["tune *", f"train {NETWORKS} *", f"scores {NETWORKS} *"],
    "tune *": ["train {0} *", "tables", "figures", "page"],
    "train * *": ["scores {0} {1}", "track {0} {1} *", "separability", "tables", "figures", "page"],
    "train logistic|gsl 00": ["frames"],
    "scores * *": ["separability", "figures"],
    "track * * *": ["measure {2}"],
    "track logistic|gsl 00 *": ["frames"],
    "measure *": ["tables", "figures", "page"],
    "separability": ["tables", "figures", "page"],
    "frames": ["page"],
    "tables": ["figures", "page"],
    "figures": ["page"],
}
"""Jobs that are made from a job; ``{0}`` is its first wildcard."""


def matches(job, pattern):
    """Whether a job's name has the words of a pattern: ``*`` is any word, ``a|b`` one of two."""
    words, wanted = job.split(" "), pattern.split(" ")
    return len(words) == len(wanted) and all(
        want == "*" or word in want.split("|") for word, want in zip(words, wanted, strict=True)
    )


def all_jobs(profile):
    """Names of all jobs of ``snakemake all`` for a profile."""
    tests, seeds = profile["datasets"]["test"], [f"{seed:02d}" for seed in profile["seeds"]]
    sets = ["tiny-train", "tiny-val", *tests]
    found = {"spec", "separability", "frames", "tables", "figures", "page"}
    found |= {f"data {name}" for name in sets} | {f"crops {name}" for name in sets[:2]}
    found |= {f"measure {name}" for name in tests}
    for variant in profile["variants"]:
        if variant in FIXED:
            found |= {f"track {variant} 00 {test}" for test in tests}
            continue
        found |= {f"{rule} {variant} {seed}" for rule in ("train", "scores") for seed in seeds}
        found |= {f"track {variant} {seed} {test}" for seed, test in itertools.product(seeds, tests)}
        if variant != "untrained":
            found.add(f"tune {variant}")
    return found


def closure(first, jobs):
    """The jobs of ``jobs`` that match a pattern of ``first``, and all that are made from them."""
    waiting = [job for job in jobs for pattern in first if matches(job, pattern)]
    found = set()
    while waiting:
        job = waiting.pop()
        if job in found:
            continue
        found.add(job)
        later = [
            text.format(*job.split(" ")[1:]) for each, texts in AFTER.items() if matches(job, each) for text in texts
        ]
        waiting += [other for other in jobs for pattern in later if matches(other, pattern)]
    return found
