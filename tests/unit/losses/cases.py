"""Every loss with its options, each beside the plain loops that say what it should give."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.reference import losses as reference


class Case(NamedTuple):
    """A loss with parameters as variants.yaml writes them, and its reference on lists of floats."""

    name: str
    params: dict[str, Any]
    loops: Callable[[list, list], float]

    def __str__(self) -> str:
        settings = ",".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.name}[{settings}]" if settings else self.name


WRITTEN = {"lambda": "lam", "variance": "weight"}
DEFAULTS = {"gsl": {"eta": 0.1}}
"""Where the reference's own default is another one."""


def case(name: str, **params: Any) -> Case:
    """A case whose reference takes the same parameters."""
    params = {"lambda" if key == "lam" else key: value for key, value in params.items()}
    loops = getattr(reference, name.replace("-", "_"))
    settings = {WRITTEN.get(key, key): value for key, value in {**DEFAULTS.get(name, {}), **params}.items()}
    return Case(name, params, lambda maps, labels: loops(maps, labels, **settings))


GSL = [
    case("gsl", delta=0.7, alpha=0.3, eta=0.5, lam=1.5, variance=0.8, moments=moments, hard=hard, k=k)
    for moments, hard, k in itertools.product(("batch", "map"), ("batch", "map"), (1, 4))
]
CASES = [
    case("logistic"),
    case("triplet"),
    case("gsl"),
    *GSL,
    case("gsl", score="sigmoid", eta=1.0, delta=0.5),
    case("gsl", eta=0.0, lam=0.0),
    case("gsl", variance=0.0, lam=0.0, k=99),
    case("kumar"),
    case("kumar", gamma=0.5, lam=2.0, delta=3.0, moments="map"),
    case("focal"),
    case("focal", gamma=0.5),
    case("contrastive"),
    case("contrastive", margin=0.4),
    case("contrastive", score="cosine"),
    case("contrastive", score="cosine", form="sint", margin=1.5),
    case("hinge"),
    case("hinge", margin=0.25, score="sigmoid"),
    case("batch-hard"),
    case("batch-hard", margin=0.4, scope="batch", score="sigmoid"),
    case("batch-hard-soft"),
    case("batch-hard-soft", scope="batch", score="sigmoid"),
    case("ranking"),
    case("ranking", sharpness=2.0, margin=0.1, threshold=0.8),
    case("ohnm"),
    case("ohnm", neg_ratio=0.5),
    case("ghm"),
    case("ghm", bins=7),
]
