"""The losses as plain Python loops over lists of floats, written from the formulas alone."""

import math


def split(scores: list[float], labels: list[float]) -> tuple[list[float], list[float]]:
    """Positive and negative scores of one map."""
    positive = [s for s, y in zip(scores, labels, strict=True) if y > 0]
    negative = [s for s, y in zip(scores, labels, strict=True) if y < 0]
    return positive, negative


def softplus(value: float) -> float:
    """log(1 + exp(value)) without overflow."""
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def logistic(maps: list[list[float]], labels: list[list[float]]) -> float:
    """SiamFC: weight 0.5 / M per positive and 0.5 / N per negative cell, mean over maps."""
    total = 0.0
    for scores, signs in zip(maps, labels, strict=True):
        positive, negative = split(scores, signs)
        for score in positive:
            total += 0.5 / len(positive) * softplus(-score)
        for score in negative:
            total += 0.5 / len(negative) * softplus(score)
    return total / len(maps)


def triplet(maps: list[list[float]], labels: list[list[float]]) -> float:
    """Dong & Shen 2018, eq. 6: minus the mean log of e^p / (e^p + e^n) over all pairs, mean over maps."""
    total = 0.0
    for scores, signs in zip(maps, labels, strict=True):
        positive, negative = split(scores, signs)
        for p in positive:
            for n in negative:
                total += softplus(n - p) / (len(positive) * len(negative))
    return total / len(maps)


def mean(values: list[float]) -> float:
    """Arithmetic mean."""
    return sum(values) / len(values)


def variance(values: list[float]) -> float:
    """Population variance."""
    center = mean(values)
    return sum((value - center) ** 2 for value in values) / len(values)


def distance_term(positive: list[float], negative: list[float], weight: float, lam: float, delta: float) -> float:
    """The poster's l_dis with a weight on the variances."""
    gap = mean(positive) - mean(negative)
    return weight * (variance(positive) + variance(negative)) + lam * max(0.0, delta - gap)


def hard_term(positive: list[float], negative: list[float], alpha: float) -> float:
    """The poster's l_hard."""
    return max(0.0, max(negative) - min(positive) + alpha)


def gsl(
    maps: list[list[float]],
    labels: list[list[float]],
    weight: float = 1.0,
    lam: float = 1.0,
    delta: float = 0.1,
    alpha: float = 0.1,
    eta: float = 1.0,
    moments: str = "batch",
    hard: str = "map",
) -> float:
    """l_dis + eta * l_hard with moments and extremes per map or over the batch."""
    groups = [split(scores, signs) for scores, signs in zip(maps, labels, strict=True)]
    whole = [([p for positive, _ in groups for p in positive], [n for _, negative in groups for n in negative])]
    distance = mean([distance_term(p, n, weight, lam, delta) for p, n in (whole if moments == "batch" else groups)])
    hardest = mean([hard_term(p, n, alpha) for p, n in (whole if hard == "batch" else groups)])
    return distance + eta * hardest


def cross_correlation(exemplar: list, search: list) -> list[list[float]]:
    """Valid cross-correlation of one exemplar ``[C][h][w]`` with one search feature ``[C][H][W]``."""
    height, width = len(exemplar[0]), len(exemplar[0][0])
    rows, columns = len(search[0]) - height + 1, len(search[0][0]) - width + 1
    return [
        [
            sum(
                exemplar[c][i][j] * search[c][row + i][column + j]
                for c in range(len(exemplar))
                for i in range(height)
                for j in range(width)
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]
