"""From a cosine to the probability of a match: a logistic curve for each pair of modalities."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from crossmodal.calibration import Calibration
from crossmodal.metrics.classification import calibration_error


def fit(matches: np.ndarray, others: np.ndarray) -> dict[str, float]:
    """Scale and bias of `P(match) = sigmoid(scale * score + bias)`, both kinds weighted alike."""
    scores = np.concatenate([matches, others])[:, None]
    labels = np.repeat([1, 0], [len(matches), len(others)])
    curve = LogisticRegression(C=1e6, class_weight="balanced").fit(scores, labels)
    return {
        "scale": round(float(curve.coef_[0, 0]), 3),
        "bias": round(float(curve.intercept_[0]), 3),
    }


def fit_rate(scores: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """As `fit`, of `scores (N,)` and whether each was `right (N,)`, at the rate that was found."""
    curve = LogisticRegression(C=1e6).fit(scores[:, None], right)
    return {
        "scale": round(float(curve.coef_[0, 0]), 3),
        "bias": round(float(curve.intercept_[0]), 3),
    }


def expected_error(matches: np.ndarray, others: np.ndarray, curve: dict[str, float]) -> float:
    """Expected calibration error over ten bins of probability, both kinds weighted alike."""
    labels = np.repeat([1.0, 0.0], [len(matches), len(others)])
    weights = np.repeat([0.5 / len(matches), 0.5 / len(others)], [len(matches), len(others)])
    probability = Calibration(**curve).probability(np.concatenate([matches, others]))
    return round(calibration_error(probability, labels, weights=weights), 4)


def picture_text(
    pictures: np.ndarray, texts: np.ndarray, *, per_picture: int
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of own captions, and of as many captions of another photo.

    Args: unit vectors `pictures (N, D)`, `texts (N * per_picture, D)`.
    """
    own = np.repeat(pictures, per_picture, axis=0)
    other = np.roll(own, 37 * per_picture, axis=0)
    return (own * texts).sum(1), (other * texts).sum(1)


def text_text(texts: np.ndarray, *, per_picture: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of two captions of one photo, and of captions of two photos."""
    five = texts.reshape(-1, per_picture, texts.shape[1])
    following = np.roll(five, 1, axis=1)
    elsewhere = np.roll(following, 37, axis=0)
    return (five * following).sum(2).ravel(), (five * elsewhere).sum(2).ravel()


def same_class(
    pictures: np.ndarray, labels: np.ndarray, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of random pairs of pictures of one class, and of two classes."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(len(labels), size=(2, 400_000))
    scores = (pictures[first] * pictures[second]).sum(1)
    same = (labels[first] == labels[second]) & (first != second)
    differ = labels[first] != labels[second]
    return scores[same], scores[differ]


def fit_labels(tasks: list[tuple[np.ndarray, np.ndarray]], *, seed: int = 0) -> dict[str, float]:
    """Scale by which cosines weigh classes against each other: the likeliest one.

    Each medium is one of a random choice of the classes, any number of them.

    Args:
        tasks: of each labelled set the scores `(N, C)` of media and classes, and the media's
            classes `(N,)`. All sets count alike.
    """
    rng = np.random.default_rng(seed)
    drawn = [(_some(rng, *task), task[1]) for task in tasks]

    def loss(scale: float) -> float:
        return sum(_surprise(scale * scores, labels) for scores, labels in drawn)

    found = minimize_scalar(loss, bounds=(0.1, 1000.0), method="bounded")
    return {"scale": round(float(found.x), 3), "bias": 0.0}


def _some(rng: np.random.Generator, scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Scores `(N, C)`, minus infinity for classes that are no choice."""
    count, classes = scores.shape
    order = rng.random((count, classes))
    order[np.arange(count), labels] = -1  # always among the first
    sizes = np.exp(rng.uniform(np.log(2), np.log(classes), count)).round().astype(int)
    return np.where(order.argsort(1).argsort(1) < sizes[:, None], scores, -np.inf)


def _surprise(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log P(what is right)."""
    right = logits[np.arange(len(labels)), labels]
    return float((logsumexp(logits, axis=1) - right).mean())
