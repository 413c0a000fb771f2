"""Recognising: which of several classes a medium is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from ..calibration import pair_name
from ..contracts import Encoder
from ..errors import InputError
from ..learn.examples import in_folder
from ..learn.few_shot import PLAIN, FewShot, Knowledge, Method, few_shot
from ..learn.zero_shot import TEMPLATES, Classes, Classification, class_vectors, zero_shot_all
from ..media import Media
from ..modality import TEXT
from ..space import Vectors
from .base import Bench

Examples: TypeAlias = Mapping[str, Sequence[Media | Path | str]] | Path | str
"""Media or paths by class, or a folder with a folder for each class."""


class Recognising(Bench):
    """The verbs that classify."""

    def classify(
        self,
        item: Media | Path | str,
        labels: Iterable[str] | Mapping[str, Sequence[str]] = (),
        *,
        templates: Sequence[str] = (),
        examples: Examples | FewShot | None = None,
        method: str = "",
    ) -> Classification:
        """Recognise `item` as one of `labels`, or as none of them.

        Without examples a class is known by its words alone (zero-shot).

        Args:
            item: a medium, or the path of a file.
            labels: class names, each different; or by name the sentences that describe it. () for
                the names of the examples.
            templates: sentences with one {} for the label; () for those of `zero_shot`.
            examples: see `learn_classes`; or what it returned, which then says all.
            method: see `learn_classes`.

        Raises:
            InputError: no labels, two equal ones, an empty one, or a file that cannot be read.
        """
        return self.classify_all(
            [item], labels, templates=templates, examples=examples, method=method
        )[0]

    def classify_all(
        self,
        items: Sequence[Media | Path | str],
        labels: Iterable[str] | Mapping[str, Sequence[str]] = (),
        *,
        templates: Sequence[str] = (),
        examples: Examples | FewShot | None = None,
        method: str = "",
    ) -> list[Classification]:
        """Recognise each of `items`, all of one modality; see `classify`."""
        media = [self._glance(item) for item in items]
        if not media:
            return []
        encoder = self.encoder(media[0].modality)
        if examples is None:
            classes = _classes(labels)
            names = self.encoder(TEXT)
            return zero_shot_all(media, classes, encoder=encoder, names=names, templates=templates)
        model = (
            examples
            if isinstance(examples, FewShot)
            else self.learn_classes(examples, labels, templates=templates, method=method)
        )
        return model.classify(encoder.encode(media))

    def learn_classes(
        self,
        examples: Examples,
        labels: Iterable[str] | Mapping[str, Sequence[str]] = (),
        *,
        templates: Sequence[str] = (),
        method: str = "",
    ) -> FewShot:
        """Learn to recognise classes from a few examples of each (few-shot).

        Args:
            examples: by class; or a folder with a folder for each class. All of one modality.
            labels: as in `classify`; () for the names of the examples.
            templates: as in `classify`.
            method: "prototypes", "probe", "tip-adapter" or "tip-adapter-f"; "" for Tip-Adapter
                where the classes' words can be compared with the examples, else prototypes.

        Raises:
            InputError: fewer than two classes, a class without examples, or a file that cannot
                be read.
            UnknownName: there is no such method.
        """
        chosen = Method.parse(method) if method else None
        given = in_folder(Path(examples)) if isinstance(examples, str | Path) else examples
        classes = _classes(labels) or sorted(given)
        owners = [label for label, items in given.items() for _ in items]
        encoder, vectors = self._example_vectors([i for items in given.values() for i in items])
        known = self._knowledge(encoder, classes, templates)
        return few_shot(vectors, owners, classes=list(classes), known=known, method=chosen)

    def _example_vectors(self, items: Sequence[Media | Path | str]) -> tuple[Encoder, Vectors]:
        """Return the encoder of the items' modality, and their vectors."""
        if not items:
            raise InputError("There are no examples", cure="Give some of each class.")
        first = self._glance(items[0])
        encoder = self.encoder(first.modality)
        prepared = [encoder.prepare(self._glance(item)) for item in items]
        return encoder, encoder.encode_prepared(prepared)

    def _knowledge(self, encoder: Encoder, classes: Classes, templates: Sequence[str]) -> Knowledge:
        source, curves = encoder.card.source or TEXT, encoder.card.calibration
        media_curve = curves.get(pair_name(source, source), PLAIN)
        names = self.encoder(TEXT)
        word_curve = curves.get(pair_name(source, TEXT))
        if names.space != encoder.space or word_curve is None:
            return Knowledge(media_curve=media_curve)
        words = class_vectors(classes, names, templates or TEMPLATES[source])
        return Knowledge(words, word_curve, media_curve)


def _classes(labels: Iterable[str] | Mapping[str, Sequence[str]]) -> Classes:
    return labels if isinstance(labels, Mapping) else list(labels)
