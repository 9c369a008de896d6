"""The answer in words, in a form that a reviewer accepts: a difference, its interval, the seeds, and one conclusion."""

import math
from dataclasses import dataclass

import pandas as pd

from siamloss.config import Experiment
from siamloss.metrics.catalogue import METRICS, MetricInfo
from siamloss.report import text
from siamloss.report.significance import STAR, can_reject, count_tests, explain, shown
from siamloss.report.tables import digits_of, panels
from siamloss.report.text import count_of


@dataclass(frozen=True)
class Verdict:
    """One sentence, cut where a page may set it differently.

    ``word`` is "better", "worse", "not distinguishable" or "not comparable"; ``reason`` follows it and says
    what it rests on or what limits it; ``seeds`` are those that both variants have.
    """

    metric: str
    difference: str
    interval: str
    word: str
    reason: str
    seeds: int = 0

    @property
    def conclusion(self) -> str:
        """Word and reason."""
        return self.word + self.reason

    def sentence(self, ours: str, baseline: str, level: float, seeds: int) -> str:
        """The whole sentence as plain text."""
        if self.word == "not comparable":
            return f"{ours} and {baseline}, {self.metric}: {self.conclusion}."
        return (
            f"{ours} minus {baseline}: {self.difference} {self.metric}, {100 * level:g} % interval {self.interval}, "
            f"{count_of(self.seeds, seeds)}: {self.conclusion}."
        )


def count_seeds(seeds: int) -> str:
    """``1 seed``, ``2 seeds``."""
    return f"{seeds} seed" if seeds == 1 else f"{seeds} seeds"


def paired_in_words(found: dict[str, list[Verdict]], seeds: int) -> str:
    """Seeds behind the verdicts: ``2 seeds``, ``1 of 2 seeds`` or, where benchmarks differ, ``1 to 2 of 2 seeds``."""
    counts = sorted({verdict.seeds for verdicts_ in found.values() for verdict in verdicts_}) or [seeds]
    if len(counts) == 1:
        return count_of(counts[0], seeds)
    return f"{counts[0]} to {counts[-1]} of {count_seeds(seeds)}"


def judge(row: pd.Series, info: MetricInfo, tests: int) -> Verdict:
    """Judge one row of the summary.

    Parameters
    ----------
    row : ``diff, diff_low, diff_high, p, p_holm, n_paired`` of a variant against the baseline.
    info : label and direction of the metric.
    tests : how many tests the correction counts.

    Notes
    -----
    "Better" and "worse" need an interval that leaves 0 out and, where the seeds suffice for a corrected test to
    succeed, a corrected p < .05. With fewer seeds the conclusion is limited to the seeds and sequences at hand, in so
    many words.
    """
    direction = 1.0 if info.higher_is_better else -1.0
    digits = digits_of(info)
    low, high = sorted((direction * row["diff_low"], direction * row["diff_high"]))
    seeds, p_holm = int(row["n_paired"]), float(row["p_holm"])
    tested = f" ({shown(float(row['p']), p_holm)})" if not pd.isna(p_holm) else ""
    word, why = _conclude(low, high, p_holm if can_reject(seeds, tests) else math.nan, tested, seeds)
    return Verdict(
        metric=info.label + ("" if info.higher_is_better else " (lower is better)"),
        difference=text.number(row["diff"], digits, signed=True),
        interval=text.interval(row["diff_low"], row["diff_high"], digits, signed=True),
        word=word,
        reason=why,
        seeds=seeds,
    )


def _conclude(low: float, high: float, p: float, tested: str, seeds: int) -> tuple[str, str]:
    """Word and reason; ``p`` is NaN where no corrected test could have succeeded, whatever the data."""
    if pd.isna(low) or pd.isna(high):
        return "not comparable", ", because no difference could be measured"
    if low <= 0 <= high:
        if p < STAR:
            return "not distinguishable", f": the seeds agree{tested}, but the interval over sequences holds 0"
        return "not distinguishable", tested
    if p >= STAR:
        return "not distinguishable", f": the interval leaves 0 out, but the test over seeds does not agree{tested}"
    word = "better" if low > 0 else "worse"
    if not pd.isna(p):
        return word, tested
    if seeds == 1:
        return word, " on these sequences; one seed cannot tell the loss from the luck of one training"
    kind = f"a corrected test{tested}" if tested else "a test"
    return word, f" on these seeds and sequences; too few seeds for {kind}"


def verdicts(summary: pd.DataFrame, experiment: Experiment) -> dict[str, list[Verdict]]:
    """``{benchmark: verdicts}`` of the profile's own variant against the baseline, by main metric in table order."""
    rows = summary.set_index(["benchmark", "metric", "variant"])
    found: dict[str, list[Verdict]] = {}
    for benchmark, metric in panels(summary, experiment):
        row = rows.loc[(benchmark, metric, experiment.report.ours)]
        found.setdefault(benchmark, []).append(judge(row, METRICS[metric], count_tests(summary)))
    return found


def tally(found: dict[str, list[Verdict]], ours: str, baseline: str) -> str:
    """All verdicts in one sentence, such as "GSL is worse than Logistic on 1 of 7 measures and ... on 6"."""
    words = [verdict.word for verdicts_ in found.values() for verdict in verdicts_]
    phrases = {
        "better": f"better than {baseline}",
        "worse": f"worse than {baseline}",
        "not distinguishable": f"not distinguishable from {baseline}",
        "not comparable": f"not comparable to {baseline}",
    }
    counted = [f"{phrase} on {words.count(word)}" for word, phrase in phrases.items() if word in words]
    if len(counted) == 1:
        every = f"all {len(words)}" if words[0] in ("better", "worse") else f"any of {len(words)}"
        return f"{ours} is {phrases[words[0]]} on {every} measures."
    return f"Of {len(words)} measures, {ours} is {', '.join(counted[:-1])} and {counted[-1]}."


def to_text(
    found: dict[str, list[Verdict]], experiment: Experiment, tests: int, warning: str = "", paired: int | None = None
) -> str:
    """Every verdict as a sentence, one Markdown list per benchmark; a warning, if any, comes first.

    Parameters
    ----------
    paired : seeds behind the tests, where they are fewer than those of the profile.
    """
    ours, baseline = (experiment.variant(name).label for name in (experiment.report.ours, experiment.baseline))
    seeds = len(experiment.seeds)
    lines = [text.markdown(warning), ""] if warning else []
    for benchmark, verdicts_ in found.items():
        sentences = [verdict.sentence(ours, baseline, experiment.stats.level, seeds) for verdict in verdicts_]
        lines += [f"**{text.markdown(benchmark)}**", "", *(f"- {text.markdown(line)}" for line in sentences), ""]
    return "\n".join([*lines, explain(seeds if paired is None else paired, tests), ""])
