"""From a score to the probability of a match.

Scores of different pairs of modalities are not comparable as they are: a photo and its caption
score lower than two captions of one photo (the modality gap, Liang et al. 2022). Each pair of
modalities carries its own logistic curve (Platt 1999), learned on held-out pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(match | score) = sigmoid(scale * score + bias), for even odds of a match beforehand.

    Other odds shift the curve: `probability` takes the share of entries that is expected to
    match, which in a collection is small.
    """

    scale: float
    bias: float

    @overload
    def probability(self, score: float, *, prior: float = 0.5) -> float: ...
    @overload
    def probability(
        self, score: NDArray[np.floating], *, prior: float = 0.5
    ) -> NDArray[np.float64]: ...

    def probability(
        self, score: float | NDArray[np.floating], *, prior: float = 0.5
    ) -> float | NDArray[np.float64]:
        """Return the probability of a match, in [0, 1].

        Args:
            score: cosine in [-1, 1], any shape.
            prior: share of entries expected to match before looking, in (0, 1).
        """
        logit = self.scale * np.asarray(score, np.float64) + self.bias
        logit += math.log(prior / (1 - prior))
        value = 0.5 * (1 + np.tanh(0.5 * logit))  # sigmoid without overflow
        return value if value.ndim else float(value)


LABEL = "label"
"""What `pair_name` calls the words for a class: "image-label" is the curve that tells them apart.

Only its scale counts. Classes differ by less than texts at random do, so that the curve for texts
knows when none of them fits, and says too little about which does.
"""


def pair_name(first: str, second: str) -> str:
    """Return the name of an unordered pair of modalities: "image-text" both ways round."""
    return "-".join(sorted((str(first), str(second))))
