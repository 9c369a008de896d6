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
    """Arithmetic mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def variance(values: list[float]) -> float:
    """Population variance; 0 of nothing."""
    center = mean(values)
    return mean([(value - center) ** 2 for value in values])


def sigmoid(value: float) -> float:
    """1 / (1 + exp(-value)) without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))


def groups(maps: list, labels: list, scope: str = "map", score: str = "raw") -> list[tuple[list[float], list[float]]]:
    """Positives and negatives of each map, or of the whole batch as if it were one map."""
    if score == "sigmoid":
        maps = [[sigmoid(value) for value in scores] for scores in maps]
    pairs = [split(scores, signs) for scores, signs in zip(maps, labels, strict=True)]
    if scope == "map":
        return pairs
    return [([p for positive, _ in pairs for p in positive], [n for _, negative in pairs for n in negative])]


def distance_term(positive: list[float], negative: list[float], weight: float, lam: float, delta: float) -> float:
    """The poster's l_dis with a weight on the variances."""
    gap = mean(positive) - mean(negative)
    margin = max(0.0, delta - gap) if positive and negative else 0.0
    return weight * (variance(positive) + variance(negative)) + lam * margin


def hard_term(positive: list[float], negative: list[float], alpha: float, k: int = 1) -> float:
    """The poster's l_hard, on the mean of the k hardest."""
    if not (positive and negative):
        return 0.0
    return max(0.0, mean(sorted(negative)[::-1][:k]) - mean(sorted(positive)[:k]) + alpha)


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
    k: int = 1,
    score: str = "raw",
) -> float:
    """l_dis + eta * l_hard with moments and extremes per map or over the batch."""
    distance = mean([distance_term(p, n, weight, lam, delta) for p, n in groups(maps, labels, moments, score)])
    hardest = mean([hard_term(p, n, alpha, k) for p, n in groups(maps, labels, hard, score)])
    return distance + eta * hardest


def kumar(
    maps: list, labels: list, gamma: float = 1.0, lam: float = 1.0, delta: float = 0.1, moments: str = "batch"
) -> float:
    """gamma * triplet + l_dis."""
    return gamma * triplet(maps, labels) + gsl(maps, labels, 1.0, lam, delta, eta=0.0, moments=moments)


def focal(maps: list, labels: list, gamma: float = 2.0) -> float:
    """Lin et al. 2017 with the logistic loss's weights."""
    total = 0.0
    for positive, negative in groups(maps, labels):
        for score in positive:
            p = sigmoid(score)
            total += 0.5 / len(positive) * (1 - p) ** gamma * -math.log(p)
        for score in negative:
            p = sigmoid(score)
            total += 0.5 / len(negative) * p**gamma * -math.log(1 - p)
    return total / len(maps)


def contrastive(maps: list, labels: list, margin: float = 1.0, score: str = "sigmoid", form: str = "hadsell") -> float:
    """Hadsell et al. 2006, or with squares in the hinge, each class averaged over its cells."""

    def distance(value: float) -> float:
        return math.sqrt(max(2 - 2 * value, 0.0)) if score == "cosine" else 1 - sigmoid(value)

    total = 0.0
    for positive, negative in groups(maps, labels):
        for value in positive:
            total += 0.5 / len(positive) * distance(value) ** 2
        for value in negative:
            d = max(distance(value), 1e-3)
            cost = max(0.0, margin - d) ** 2 if form == "hadsell" else max(0.0, margin - distance(value) ** 2)
            total += 0.5 / len(negative) * cost
    return total / len(maps)


def hinge(maps: list, labels: list, margin: float = 1.0, score: str = "raw") -> float:
    """Mean over all pairs of max(0, n - p + margin)."""
    return mean(
        [mean([max(0.0, n - p + margin) for p in ps for n in ns]) for ps, ns in groups(maps, labels, "map", score)]
    )


def batch_hard(maps: list, labels: list, margin: float = 0.1, scope: str = "map", score: str = "raw") -> float:
    """Hinge of the hardest pair."""
    return mean([hard_term(p, n, margin) for p, n in groups(maps, labels, scope, score)])


def batch_hard_soft(maps: list, labels: list, scope: str = "map", score: str = "raw") -> float:
    """Softplus of the hardest pair."""
    pairs = groups(maps, labels, scope, score)
    return mean([softplus(max(n) - min(p)) if p and n else 0.0 for p, n in pairs])


def ranking(maps: list, labels: list, sharpness: float = 4.0, margin: float = 0.5, threshold: float = 0.5) -> float:
    """RBO's classification ranking on sigmoid probabilities."""
    costs = []
    for positive, negative in groups(maps, labels, "map", "sigmoid"):
        if not positive or not negative or max(negative) <= threshold:
            costs.append(0.0)
            continue
        top = sorted(negative, reverse=True)[: len(positive)]
        weights = [math.exp(p) for p in top]
        hard = sum(w * p for w, p in zip(weights, top, strict=True)) / sum(weights)
        costs.append(math.log(1 + math.exp(sharpness * (hard - mean(positive) + margin))) / sharpness)
    return mean(costs)


def ohnm(maps: list, labels: list, neg_ratio: float = 3.0) -> float:
    """Class-balanced cross entropy of all positives and the highest neg_ratio * M negatives."""
    costs = []
    for positive, negative in groups(maps, labels):
        kept = sorted(negative, reverse=True)[: math.floor(neg_ratio * len(positive))]
        costs.append(0.5 * mean([softplus(-p) for p in positive]) + 0.5 * mean([softplus(n) for n in kept]))
    return mean(costs)


def ghm(maps: list, labels: list, bins: int = 30) -> float:
    """Li et al. 2019: weight (cells / cells in the bin) / (occupied bins) on each cell's cross entropy."""
    positive, negative = groups(maps, labels, "batch")[0]
    cells = [(1 - sigmoid(p), softplus(-p)) for p in positive] + [(sigmoid(n), softplus(n)) for n in negative]
    members: dict[int, int] = {}
    for length, _ in cells:
        where = min(int(length * bins), bins - 1)
        members[where] = members.get(where, 0) + 1
    total = 0.0
    for length, cost in cells:
        weight = len(cells) / members[min(int(length * bins), bins - 1)] / len(members)
        total += weight * cost / len(cells)
    return total


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
