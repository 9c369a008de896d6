"""Has a training collapsed to equal scores? A decision from numbers alone.

The scale of the scores says little by itself: GSL pins the gap of the means at delta and shrinks healthy maps on its
way, a sigmoid may saturate. So three signs are looked at, and a training has collapsed when two of them stand:

- *flat*: the spread of the scores inside a map is a small part of what it was before the first step;
- *unordered*: inside a map, positive cells do not stand out from negative ones (a scale-free measure);
- *at the loss of equal scores*: the loss is what the same loss gives when every score is their mean.

Measured with the small net on the demo's drawn scenes (4 epochs of 480 pairs, seeds 0 and 1). Spread after the last
epoch relative to that of the first batch (0.40); d' inside a validation map; training loss relative to that of equal
scores; centre error in px of the 255 px search image:

==============================================  ==============  ============  ============  ============
training                                        spread          d'            loss          centre error
==============================================  ==============  ============  ============  ============
gsl, eta 1, rate 0.1, no clipping, seed 0       0.0007          0.32          1.000         62
gsl-hard, rate 0.3, no clipping                 0.0006          0.33          1.000         57
gsl-var, rate 0.1, no clipping                  0.010           0.05          (equal: 0)    60
gsl, eta 1, rate 0.1, no clipping, seed 1       0.029           1.07          0.992         31
gsl-var, no clipping, 8 epochs                  0.036           1.3           (equal: 0)    32
gsl, rate 0.1 or 0.03, no clipping              0.14 to 0.20    0.6 to 1.2    0.39 to 0.54  32 to 46
gsl, gsl-dis, gsl-var, gsl-hard as catalogued   0.12 to 0.36    1.0 to 1.3    0.17 to 2.8   15 to 22
logistic, triplet, gsl-margin as catalogued     1.8 to 4.7      0.9 to 1.8    0.0 to 0.4    13 to 20
==============================================  ==============  ============  ============  ============

The first four are called collapsed, the others are not.
"""

import math
from dataclasses import dataclass

import torch

FLAT = 0.05
"""Spread, relative to that before the first step, below which maps count as flat."""

UNORDERED = 0.5
"""d' inside a map below which positive cells count as not standing out; initial weights have 0.9."""

AT_EQUAL = 0.01
"""Distance from the loss of equal scores, relative to that loss, within which the loss counts as standing there."""

ADVICE = "lower the learning rate (train.lr_start, or lr_scale of the variant) or set train.clip_norm"


@dataclass(frozen=True)
class Signs:
    """Numbers to decide from.

    Attributes
    ----------
    spread : mean over maps of the standard deviation of the scores inside a map, unit of the score.
    first_spread : the same before the first step.
    dprime : (mean+ - mean-) / sqrt((var+ + var-) / 2) of the scores less their map's mean; negative if upside down.
    loss, equal_loss : the training loss, and the same loss where all scores equal their mean.
    """

    spread: float
    first_spread: float
    dprime: float
    loss: float
    equal_loss: float

    def verdict(self) -> str:
        """One line that names the signs of a collapse, or nothing where there is none."""
        flat = self.spread < FLAT * self.first_spread
        unordered = self.dprime < UNORDERED
        at_equal = abs(self.loss - self.equal_loss) <= AT_EQUAL * abs(self.equal_loss)
        signs = {
            f"the spread inside a score map fell from {self.first_spread:.2g} to {self.spread:.2g}": flat,
            f"positive cells do not stand out (d' {self.dprime:.2f})": unordered,
            f"the loss stands at that of equal scores ({self.loss:.4g} of {self.equal_loss:.4g})": at_equal,
        }
        return "; ".join(text for text, stands in signs.items() if stands) if sum(signs.values()) >= 2 else ""


def spread_inside(scores_B1HW: torch.Tensor) -> torch.Tensor:
    """Mean over maps of the population standard deviation inside a map, a float64 scalar."""
    return scores_B1HW.double().flatten(1).std(dim=1, correction=0).mean()


def dprime_inside(scores_B1HW: torch.Tensor, labels_11HW: torch.Tensor) -> torch.Tensor:
    """How far positive cells stand out from negative cells of their own map, a float64 scalar.

    Differs from d' over pooled cells in that each map is centred first: a level that drifts from pair to pair, which
    some losses leave free, does not hide the order inside the maps. Scores without any variance have 0.
    """
    scores_BN, labels_N = scores_B1HW.double().flatten(1), labels_11HW.flatten()
    centered = scores_BN - scores_BN.mean(dim=1, keepdim=True)
    positive, negative = centered[:, labels_N > 0], centered[:, labels_N < 0]
    noise = ((positive.var(correction=0) + negative.var(correction=0)) / 2).sqrt()
    gap = positive.mean() - negative.mean()
    return torch.where(noise > 0, gap / noise, torch.where(gap == 0, 0.0, gap.sign() * math.inf))


def equal_loss(loss: torch.nn.Module, scores_B1HW: torch.Tensor, labels_11HW: torch.Tensor) -> torch.Tensor:
    """The loss where every score is the mean score; a loss that keeps a state does not change it."""
    training = loss.training
    loss.eval()
    with torch.no_grad():
        value = loss(scores_B1HW.mean().expand_as(scores_B1HW).contiguous(), labels_11HW)[0]
    loss.train(training)
    return value
