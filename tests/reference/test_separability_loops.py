"""Separability against plain loops, scipy and numerical integration."""

import math

import numpy as np
import pytest

from siamloss.metrics import gaussian_overlap, separability


def loop_separability(scores, labels, bins):
    """Every quantity from its definition, over lists."""
    positive, negative, violations = [], [], 0
    for score_map in scores:
        pos = [
            s for row, marks in zip(score_map, labels, strict=True) for s, m in zip(row, marks, strict=True) if m == 1
        ]
        neg = [
            s for row, marks in zip(score_map, labels, strict=True) for s, m in zip(row, marks, strict=True) if m == -1
        ]
        violations += max(neg) >= min(pos)
        positive += pos
        negative += neg
    means = [sum(side) / len(side) for side in (positive, negative)]
    variances = [
        sum((s - mean) ** 2 for s in side) / len(side) for side, mean in zip((positive, negative), means, strict=True)
    ]
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    low, high = min(positive + negative), max(positive + negative)
    counts = [[0] * bins, [0] * bins]
    for count, side in zip(counts, (positive, negative), strict=True):
        for s in side:
            count[min(int((s - low) / (high - low) * bins), bins - 1)] += 1
    fits = {}
    for name, side, mean, variance in zip(("pos", "neg"), (positive, negative), means, variances, strict=True):
        fits |= {f"{name}_{key}": value for key, value in loop_fit(side, mean, variance).items()}
    common = sum(min(p / len(positive), n / len(negative)) for p, n in zip(*counts, strict=True))
    return {
        "pos_mean": means[0],
        "pos_var": variances[0],
        "neg_mean": means[1],
        "neg_var": variances[1],
        "empirical_overlap": common,
        "dprime": abs(means[0] - means[1]) / math.sqrt(sum(variances) / 2),
        "roc_auc": wins / (len(positive) * len(negative)),
        "hard_violation": violations / len(scores),
        **fits,
    }


def loop_fit(side, mean, variance):
    """Distance of the distribution functions just below and at every score; standardised third and fourth moment."""
    if max(side) == min(side):
        return {"ks": 0.0, "skew": 0.0, "kurtosis": 0.0}
    deviation, furthest = math.sqrt(variance), 0.0
    for s in side:
        gaussian = (1 + math.erf((s - mean) / (deviation * math.sqrt(2)))) / 2
        below, upto = sum(other < s for other in side), sum(other <= s for other in side)
        furthest = max(furthest, abs(below / len(side) - gaussian), abs(upto / len(side) - gaussian))
    third, fourth = (sum((s - mean) ** power for s in side) / len(side) for power in (3, 4))
    return {"ks": furthest, "skew": third / deviation**3, "kurtosis": fourth / variance**2 - 3}


def random_maps(seed):
    rng = np.random.default_rng(seed)
    labels = rng.choice([1, -1, -1, 0], (5, 6))
    labels[0, :3] = [1, -1, 0]
    scores = rng.normal(0, 1, (int(rng.integers(1, 9)), 5, 6)) + rng.uniform(0, 4) * (labels == 1)
    if seed % 2:
        scores = np.round(scores)
    return scores, labels


@pytest.mark.parametrize("seed", range(20))
def test_equals_plain_loops(seed):
    scores, labels = random_maps(seed)
    expected = loop_separability(scores.tolist(), labels.tolist(), bins=16)
    found = separability(scores, labels, bins=16)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    moments = [expected[name] for name in ("pos_mean", "pos_var", "neg_mean", "neg_var")]
    assert found["gaussian_overlap"] == pytest.approx(integrated_overlap(*moments), abs=1e-8)


def integrated_overlap(mean_a, var_a, mean_b, var_b, points=400_001):
    """Trapezoid rule over 12 deviations around both means, no crossing points involved."""
    sides = [(mean_a, math.sqrt(var_a)), (mean_b, math.sqrt(var_b))]
    x = np.linspace(min(m - 12 * s for m, s in sides), max(m + 12 * s for m, s in sides), points)
    densities = [np.exp(-0.5 * ((x - m) / s) ** 2) / (s * math.sqrt(2 * math.pi)) for m, s in sides]
    return np.trapezoid(np.minimum(*densities), x)


@pytest.mark.parametrize("seed", range(30))
def test_gaussian_overlap_equals_numerical_integration(seed):
    rng = np.random.default_rng(seed)
    means = rng.normal(0, 1, 2)
    variances = 10.0 ** rng.uniform(-2, 1, 2)
    if seed % 5 == 0:
        variances[1] = variances[0] * (1 + rng.choice([0.0, 1e-15, 1e-9, 1e-4]))
    if seed % 7 == 0:
        means[1] = means[0]
    arguments = means[0], variances[0], means[1], variances[1]
    assert gaussian_overlap(*arguments) == pytest.approx(integrated_overlap(*arguments), abs=1e-7)


def test_roc_auc_equals_scipys_mann_whitney_u():
    stats = pytest.importorskip("scipy.stats")
    scores, labels = random_maps(1)
    positive, negative = scores[:, labels == 1].ravel(), scores[:, labels == -1].ravel()
    statistic = stats.mannwhitneyu(positive, negative).statistic
    assert separability(scores, labels)["roc_auc"] == pytest.approx(
        statistic / (positive.size * negative.size), abs=1e-12
    )


def test_fit_equals_scipys():
    stats = pytest.importorskip("scipy.stats")
    scores, labels = random_maps(2)
    found = separability(scores, labels)
    for name, label in (("pos", 1), ("neg", -1)):
        side = scores[:, labels == label].ravel()
        assert found[f"{name}_ks"] == pytest.approx(
            stats.kstest(side, "norm", args=(side.mean(), side.std())).statistic, abs=1e-12
        )
        assert found[f"{name}_skew"] == pytest.approx(stats.skew(side), abs=1e-12)
        assert found[f"{name}_kurtosis"] == pytest.approx(stats.kurtosis(side), abs=1e-12)
