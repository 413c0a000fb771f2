"""A tiny question answerer: it tells which of three colours a picture has most of."""

from __future__ import annotations

from collections.abc import Sequence

from crossmodal.card import Edge, ModelCard
from crossmodal.media import Media, Text
from crossmodal.modality import IMAGE, TEXT
from crossmodal.translators.question_answering import (
    PLAIN_QUESTION,
    AnsweringOptions,
    checked_questions,
    settled,
)

CARD = ModelCard(
    name="tiny-answer",
    version="1",
    edge=Edge.TRANSLATOR,
    summary="The strongest colour.",
    loader="asking_models:load",
    source=IMAGE,
    target=TEXT,
    fidelity=0.1,
)


class ColourAnswerer:
    def __init__(self, card: ModelCard) -> None:
        self.card = card

    def answer(
        self,
        batch: Sequence[Media],
        questions: Sequence[str],
        *,
        options: AnsweringOptions | None = None,
    ) -> list[Text]:
        pictures, words = checked_questions(self.card, batch, questions)
        least = (options or AnsweringOptions()).min_confidence
        answers = []
        for picture, question in zip(pictures, words, strict=True):
            means = picture.pixels.mean(axis=(0, 1))
            sure = float(means.max() / means.sum()) if "colour" in question else 0.0
            name = ("red", "green", "blue")[int(means.argmax())]
            answers.append(settled(name, sure, at_least=0.5 if least is None else least))
        return answers

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        return [*self.answer(batch, [PLAIN_QUESTION] * len(batch))]


def load(card: ModelCard) -> ColourAnswerer:
    return ColourAnswerer(card)
