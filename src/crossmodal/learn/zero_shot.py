"""Zero-shot recognition: a class is known by its words alone.

Each class is put into several sentences whose vectors are averaged (prompt ensemble, Radford et
al. 2021), or described in sentences of one's own (Menon and Vondrick 2023). The model's curve for
texts makes each cosine a likelihood ratio of match against non-match, and Bayes' rule weighs "none
of these" against the classes; its curve for classes weighs them against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..calibration import Calibration
from ..card import ModelCard
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

Classes: TypeAlias = Sequence[str] | Mapping[str, Sequence[str]]
"""Names, or by name the sentences that describe the class; these then speak for it alone."""


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


class Posterior(NamedTuple):
    """Probabilities of C classes (..., C) and of none of them (...), which sum to 1."""

    labels: NDArray[np.float64]
    none: NDArray[np.float64]


def zero_shot(
    medium: Media,
    labels: Classes,
    *,
    encoder: Encoder,
    names: Encoder,
    templates: Sequence[str] = (),
) -> Classification:
    """Recognise `medium` as one of `labels`, or as none of them; see `zero_shot_all`."""
    return zero_shot_all([medium], labels, encoder=encoder, names=names, templates=templates)[0]


def zero_shot_all(
    media: Sequence[Media],
    labels: Classes,
    *,
    encoder: Encoder,
    names: Encoder,
    templates: Sequence[str] = (),
) -> list[Classification]:
    """Recognise each of `media` as one of `labels`, or as none of them.

    Args:
        media: what to recognise, all of one modality.
        labels: class names, each different and not blank; or descriptions by name.
        encoder: encodes `media`; its card holds the calibration for text against them.
        names: encodes text into the same space.
        templates: sentences with one {} for the label; () for TEMPLATES.

    Raises:
        InputError: labels are missing, blank or equal, or a template has no {}.
        SpaceMismatch: the two encoders lead into different spaces.
    """
    encoder.space.check(names.space)
    source = encoder.card.source or Modality.TEXT
    vectors = class_vectors(labels, names, templates or TEMPLATES[source])
    scores = encoder.encode(media).cosine(vectors)  # (N, labels)
    return classifications(list(labels), scores, judge(scores, encoder.card))


def classifications(
    labels: Sequence[str], scores: NDArray[np.floating], found: Posterior
) -> list[Classification]:
    """Return one Classification for each row of `scores` (N, C) and of what was `found`."""
    results = []
    for row, shares, none in zip(scores, found.labels, found.none, strict=True):
        order = np.argsort(-shares, kind="stable")
        ranked = tuple(Label(labels[i], float(row[i]), float(shares[i])) for i in order)
        results.append(Classification(ranked, float(none)))
    return results


def class_vectors(labels: Classes, names: Encoder, templates: Sequence[str]) -> Vectors:
    """Return one unit vector a class: the mean of its sentences' vectors.

    Raises:
        InputError: labels are missing, blank or equal, a template has not one {}, or a class
            with descriptions has none.
    """
    check_labels(list(labels))
    for template in templates:
        if template.count("{}") != 1:
            raise InputError(f"The template {template!r} lacks its {{}}", cure="Write {} once.")
    own = [sentences(labels, label, templates) for label in labels]
    values = names.encode([Text(line) for lines in own for line in lines]).values
    parts = np.split(values, np.cumsum([len(lines) for lines in own])[:-1])
    return Vectors(names.space, np.stack([part.mean(axis=0) for part in parts])).unit()


def sentences(labels: Classes, label: str, templates: Sequence[str]) -> list[str]:
    """Return the sentences that speak for the class `label`."""
    if not isinstance(labels, Mapping):
        return [template.replace("{}", label) for template in templates]
    lines = [line for line in labels[label] if line.strip()]
    if not lines:
        raise InputError(f"The class {label!r} has no description", cure="Write a sentence or two.")
    return lines


def check_labels(labels: Sequence[str]) -> None:
    """Raise InputError unless there are labels, each different and not blank."""
    if not labels:
        raise InputError("There are no labels", cure="Name at least one class.")
    if any(not label.strip() for label in labels):
        raise InputError("A label is blank", cure="Name each class by a word or a description.")
    if len(set(labels)) < len(labels):
        raise InputError("Two labels are equal", cure="Give each class its own name.")


def evidence(scores: NDArray[np.floating], calibration: Calibration) -> NDArray[np.float64]:
    """Return log P(score | match) / P(score | no match) for each score."""
    return np.asarray(calibration.scale * scores.astype(np.float64) + calibration.bias)


def judge(scores: NDArray[np.floating], card: ModelCard) -> Posterior:
    """Return how likely each of C classes is, and none, from cosines (..., C) with their words.

    Raises:
        InputError: the card has no calibration for text.
    """
    against_none = evidence(scores, card.calibration_with(Modality.TEXT))
    return posterior(against_none, logits=evidence(scores, card.label_curve()))


def posterior(
    log_ratio: NDArray[np.float64],
    *,
    logits: NDArray[np.float64] | None = None,
    prior_none: float = PRIOR_NONE,
) -> Posterior:
    """Return P(label) for each of C labels, and P(none).

    Args:
        log_ratio: (..., C) log P(score | match) / P(score | no match).
        logits: (..., C), by which labels are weighed against each other if not by `log_ratio`.
        prior_none: P(none) before looking, in (0, 1); the labels share the rest alike.
    """
    weights = log_ratio + np.log((1 - prior_none) / log_ratio.shape[-1])
    top = np.maximum(weights.max(axis=-1, keepdims=True), np.log(prior_none))
    shares = np.exp(weights - top)
    none = np.exp(np.log(prior_none) - top)
    some = shares.sum(axis=-1, keepdims=True)
    if logits is not None:
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares *= some / shares.sum(axis=-1, keepdims=True)
    return Posterior(shares / (some + none), (none / (some + none))[..., 0])
