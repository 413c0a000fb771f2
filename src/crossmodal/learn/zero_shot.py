"""Zero-shot recognition: a class is known by its words alone.

Each label is put into several sentences whose vectors are averaged (prompt ensemble, Radford et
al. 2021). The pair's calibration makes each cosine a likelihood ratio of match against non-match,
and Bayes' rule weighs the labels against each other and against "none of these".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..contracts import Encoder
from ..errors import InputError
from ..media import Media, Text
from ..modality import Modality
from ..space import Vectors

PRIOR_NONE = 0.1
"""Probability, before looking, that none of the labels fits."""

TEMPLATES: Mapping[Modality, tuple[str, ...]] = MappingProxyType(
    {
        Modality.IMAGE: ("{}", "a {}", "a photo of a {}", "a picture of the {}", "{} in a photo"),
        Modality.AUDIO: ("{}", "the sound of a {}", "a {} can be heard"),
        Modality.VIDEO: ("{}", "a {}", "a film of a {}"),
        Modality.TEXT: ("{}", "this is about {}"),
    }
)


@dataclass(frozen=True, slots=True)
class Label:
    """One class: its cosine with the medium, and its probability among all labels and none."""

    label: str
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class Classification:
    """What a medium shows.

    Attributes:
        labels: every label, the likeliest first.
        none: probability that none of them fits; it and theirs sum to 1.
    """

    labels: tuple[Label, ...]
    none: float

    @property
    def best(self) -> str | None:
        """The likeliest label, or None where "none of these" is likelier."""
        first = self.labels[0]
        return first.label if first.probability >= self.none else None


def zero_shot(
    medium: Media,
    labels: Sequence[str],
    *,
    encoder: Encoder,
    names: Encoder,
    templates: Sequence[str] = (),
) -> Classification:
    """Recognise `medium` as one of `labels`, or as none of them.

    Args:
        medium: what to recognise.
        labels: class names or descriptions, each different and not blank.
        encoder: encodes `medium`; its card holds the calibration for text against it.
        names: encodes text into the same space.
        templates: sentences with one {} for the label; () for TEMPLATES.

    Raises:
        InputError: labels are missing, blank or equal, or a template has no {}.
        SpaceMismatch: the two encoders lead into different spaces.
    """
    encoder.space.check(names.space)
    calibration = encoder.card.calibration_with(Modality.TEXT)
    vectors = label_vectors(labels, names, templates or TEMPLATES[medium.modality])
    scores = encoder.encode([medium]).cosine(vectors)[0]  # (labels,)
    log_ratio = calibration.scale * scores.astype(np.float64) + calibration.bias
    probabilities, none = posterior(log_ratio)
    order = np.argsort(-probabilities, kind="stable")
    return Classification(
        tuple(Label(labels[i], float(scores[i]), float(probabilities[i])) for i in order), none
    )


def label_vectors(labels: Sequence[str], names: Encoder, templates: Sequence[str]) -> Vectors:
    """Return one unit vector a label: the mean of its sentences' vectors."""
    if not labels:
        raise InputError("There are no labels", cure="Name at least one class.")
    if any(not label.strip() for label in labels):
        raise InputError("A label is blank", cure="Name each class by a word or a description.")
    if len(set(labels)) < len(labels):
        raise InputError("Two labels are equal", cure="Give each class its own name.")
    for template in templates:
        if template.count("{}") != 1:
            raise InputError(f"The template {template!r} lacks its {{}}", cure="Write {} once.")
    sentences = [Text(template.replace("{}", label)) for label in labels for template in templates]
    values = names.encode(sentences).values.reshape(len(labels), len(templates), -1)
    return Vectors(names.space, values.mean(axis=1)).unit()


def posterior(log_ratio: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return P(label) for each of n labels, and P(none).

    Args:
        log_ratio: (n,) log P(score | match) / P(score | no match).
    """
    weights = log_ratio + np.log((1 - PRIOR_NONE) / len(log_ratio))
    top = max(float(weights.max()), np.log(PRIOR_NONE))
    shares = np.exp(weights - top)
    none = np.exp(np.log(PRIOR_NONE) - top)
    total = shares.sum() + none
    return shares / total, float(none / total)
