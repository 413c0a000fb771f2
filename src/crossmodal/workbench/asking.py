"""Asking: questions about pictures, and about films by the frame that stands for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..media import Image, Media, Text, Video
from .base import Bench

if TYPE_CHECKING:
    from ..translators.question_answering import QuestionAnswerer


class Asking(Bench):
    """The verb that asks."""

    def ask(
        self, item: Media | Path | str, question: str, *, min_confidence: float | None = None
    ) -> Text:
        """Return the answer to a question about a picture, or about the best frame of a film.

        The result's `confidence` is the probability that the answer is right; where it is below
        `min_confidence` the answer is "I don't know".

        Args:
            item: a picture or film, or the path of one.
            question: what to look for, in English; one thing at a time.
            min_confidence: in [0, 1]; 0 always answers, None leaves it to the model.

        Raises:
            InputError: the file cannot be used, or the question is empty or too long.
            UnknownName: there is no model of the name in the setting `answering_model`.
        """
        from ..translators.question_answering import AnsweringOptions

        options = AnsweringOptions(min_confidence)
        picture = self._picture(item)
        return self.answerer().answer([picture], [question], options=options)[0]

    def answerer(self) -> QuestionAnswerer:
        """Return the model that the settings choose for questions."""
        from ..translators.question_answering import QuestionAnswerer

        model = self.registry.translator(self.settings.answering_model)
        if not isinstance(model, QuestionAnswerer):
            raise InputError(
                f"{model.card.id} takes no questions",
                cure="Choose another with the setting answering_model: crossmodal models list",
            )
        return model

    def _picture(self, item: Media | Path | str) -> Image:
        medium = self._glance(item)
        if isinstance(medium, Video):
            (medium,) = self.registry.translator("still").translate([medium])
        if not isinstance(medium, Image):
            raise InputError(
                f"The question is about {medium.modality}", cure="Give a picture or a film."
            )
        return medium
