"""Few-shot recognition: classes known by a few examples, and by their words where there are any.

It works on vectors, so pictures, sounds and films are all alike to it. Scores are calibrated on
the examples themselves, each judged by a head learned without it: a temperature (Guo et al. 2017)
weighs the classes against each other, and a shift weighs them all against "none of these".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calibration import Calibration
from ..errors import InputError, StoreDamaged, UnknownName
from ..space import Space, Vectors
from . import heads
from .heads import Floats, Head, Labels, Learn
from .zero_shot import (
    Classification,
    Posterior,
    check_labels,
    classifications,
    evidence,
    posterior,
)

FOLDS = 5
PLAIN = Calibration(10.0, -5.0)
"""From a cosine of two media to evidence, for encoders whose card has no curve for it."""
AS_IT_IS = Calibration(1.0, 0.0)
TEMPERATURES = np.geomspace(0.02, 20, 61)


class Method(StrEnum):
    """How classes are learned from examples."""

    PROTOTYPES = "prototypes"
    PROBE = "probe"
    TIP_ADAPTER = "tip-adapter"
    TIP_ADAPTER_TUNED = "tip-adapter-f"

    @classmethod
    def parse(cls, word: str) -> Method:
        """Return the method called `word`.

        Raises:
            UnknownName: there is none.
        """
        try:
            return cls(word)
        except ValueError:
            raise UnknownName(
                f"There is no few-shot method {word!r}", cure=f"Use one of: {', '.join(cls)}."
            ) from None

    @property
    def needs_words(self) -> bool:
        return self in (Method.TIP_ADAPTER, Method.TIP_ADAPTER_TUNED)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of classes before any example is seen.

    Attributes:
        words: unit vectors of the classes' words, in the order of the labels; None for none.
        word_curve: from the cosine of a medium and words to evidence.
        media_curve: from the cosine of two media to evidence.
    """

    words: Vectors | None = None
    word_curve: Calibration = AS_IT_IS
    media_curve: Calibration = PLAIN


@dataclass(frozen=True, slots=True, eq=False)
class FewShot:
    """A classifier learned from examples: `labels` in the order of the head's scores.

    Attributes:
        space: where the vectors must live.
        curve: from a score to evidence; learned from the examples where `calibrated`, which
            takes two of each class.
    """

    space: Space
    labels: tuple[str, ...]
    method: Method
    head: Head
    curve: Calibration
    calibrated: bool

    def scores(self, vectors: Vectors) -> Floats:
        """Return the evidence (N, C) for each class.

        Raises:
            SpaceMismatch: the vectors live in another space.
        """
        self.space.check(vectors.space)
        return evidence(self.head.scores(vectors.unit().values), self.curve)

    def posterior(self, vectors: Vectors) -> Posterior:
        """Return the probabilities of the classes (N, C), and of none of them (N,)."""
        return posterior(self.scores(vectors))

    def classify(self, vectors: Vectors) -> list[Classification]:
        """Return what each of `vectors` is."""
        scores = self.scores(vectors)
        return classifications(self.labels, scores, posterior(scores))

    def save(self, path: str | Path) -> Path:
        """Write it to `path` as safetensors, all that is no array as JSON in the file's header."""
        from safetensors.numpy import save_file

        facts = {
            "space": asdict(self.space),
            "labels": self.labels,
            "method": self.method,
            "curve": asdict(self.curve),
            "calibrated": self.calibrated,
            "alpha": self.head.alpha,
            "beta": self.head.beta,
        }
        arrays = {
            name: np.ascontiguousarray(getattr(self.head, name))
            for name in ("weights", "bias", "keys", "owners")
        }
        place = Path(path).expanduser()
        save_file(arrays, place, metadata={"crossmodal": "few-shot 1", "facts": json.dumps(facts)})
        return place

    @classmethod
    def load(cls, path: str | Path) -> FewShot:
        """Return the classifier that `save` wrote to `path`.

        Raises:
            StoreDamaged: the file is missing, or is none of them.
        """
        facts, arrays = _read(Path(path).expanduser())
        head = Head(**arrays, alpha=facts["alpha"], beta=facts["beta"])
        return cls(
            Space(**facts["space"]),
            tuple(facts["labels"]),
            Method(facts["method"]),
            head,
            Calibration(**facts["curve"]),
            facts["calibrated"],
        )


def few_shot(
    examples: Vectors,
    labels: Sequence[str],
    *,
    classes: Sequence[str] = (),
    known: Knowledge | None = None,
    method: Method | None = None,
) -> FewShot:
    """Learn to recognise classes from examples.

    Args:
        examples: n vectors; labels: the class of each.
        classes: all classes in order; () for those of `labels`, by name.
        known: what is known beforehand; None for nothing.
        method: None for Tip-Adapter where the classes' words are known, else prototypes.

    Raises:
        InputError: fewer than two classes, a class without examples, or counts that differ.
        SpaceMismatch: examples and words live in different spaces.
    """
    before = known or Knowledge()
    names = tuple(classes or sorted(set(labels)))
    targets = _targets(names, labels, count=len(examples))
    chosen = method or (Method.PROTOTYPES if before.words is None else Method.TIP_ADAPTER)
    if before.words is not None:
        examples.space.check(before.words.space)
    learn = _learner(chosen, before, classes=len(names))
    vectors = examples.unit().values.astype(np.float64)
    head = learn(vectors, targets)
    shots = int(np.bincount(targets).min())
    curve = AS_IT_IS
    if shots > 1:
        folds = min(FOLDS, shots)
        held_out = heads.held_out_scores(learn, vectors, targets, folds=folds)
        curve = calibrate(held_out, targets)
    return FewShot(examples.space, names, chosen, head, curve, calibrated=shots > 1)


def calibrate(scores: Floats, labels: Labels) -> Calibration:
    """Return the curve that makes held-out `scores` (n, C) evidence for a match.

    The scale is the inverse temperature with the least cross entropy, so that shares among the
    classes can be trusted; as if one more example of no class in particular had been seen, so
    that a few easy examples do not make it sure of everything (Platt 1999). The bias then
    balances matches and others, both weighted alike.
    """
    doubt = 1 / (len(labels) + 2)

    def loss(scale: float) -> float:
        shares = heads.softmax(scale * scores)
        return heads.cross_entropy(scale * scores, labels) * (1 - doubt) - doubt * float(
            np.log(np.maximum(shares, 1e-300)).mean()
        )

    scale = min(TEMPERATURES, key=loss)
    own = np.zeros(scores.shape, bool)
    own[np.arange(len(labels)), labels] = True
    matches, others = scale * scores[own], scale * scores[~own]
    high = 100.0 + float(np.abs(scale * scores).max())
    low = -high
    for _ in range(80):  # the sum of both residuals rises with the bias
        middle = (low + high) / 2
        residual = _sigmoid(others + middle).mean() - _sigmoid(-matches - middle).mean()
        low, high = (middle, high) if residual < 0 else (low, middle)
    return Calibration(float(scale), (low + high) / 2)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def _learner(method: Method, known: Knowledge, *, classes: int) -> Learn:
    if not method.needs_words:
        if method is Method.PROBE:
            return partial(heads.probe, classes=classes)
        return partial(heads.prototypes, classes=classes, curve=known.media_curve)
    if known.words is None:
        raise InputError(
            f"The method {method} needs the classes' words",
            cure="Use prototypes or probe, or an encoder that shares its space with text.",
        )
    words = known.words.unit().values.astype(np.float64)
    learn = heads.tip_adapter if method is Method.TIP_ADAPTER else heads.tuned_tip_adapter
    return partial(learn, words=words, curve=known.word_curve)


def _targets(names: Sequence[str], labels: Sequence[str], *, count: int) -> Labels:
    """Return the number of each example's class."""
    check_labels(names)
    if len(names) < 2:
        raise InputError("There is one class", cure="Give examples of two classes at least.")
    if len(labels) != count:
        raise InputError(
            f"{count} examples came with {len(labels)} labels", cure="Give one label an example."
        )
    missing = set(names) - set(labels)
    unknown = set(labels) - set(names)
    if missing or unknown:
        raise InputError(
            f"There are no examples of {', '.join(sorted(missing))}"
            if missing
            else f"There are examples of {', '.join(sorted(unknown))}, which is no label",
            cure="Give at least one example of each label, and of nothing else.",
        )
    number = {name: place for place, name in enumerate(names)}
    return np.array([number[label] for label in labels])


def _read(path: Path) -> tuple[Mapping[str, Any], dict[str, NDArray[Any]]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            header = file.metadata() or {}
            if header.get("crossmodal") != "few-shot 1":
                raise StoreDamaged(f"{path} holds no few-shot classifier", cure="Name another.")
            names = ("weights", "bias", "keys", "owners")
            return json.loads(header["facts"]), {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise StoreDamaged(f"{path} cannot be read: {error}", cure="Learn it again.") from error
