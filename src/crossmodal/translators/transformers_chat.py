"""Pictures and films → sentences and answers, by any chat model of the hub that sees.

SmolVLM, Qwen-VL, LLaVA, Gemma 3, InternVL and their kin: whatever transformers calls a model for
"image-text-to-text" and whose checkpoint says how a conversation is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..card import ModelCard
from ..errors import InputError, MissingModel
from ..media import Image, Media, Text, Video
from ..modality import VIDEO
from ..sources.checkpoints import Checkpoint
from ..sources.torch import pretrained
from .base import checked
from .hub import pillow, processor, quiet, resident
from .question_answering import AnsweringOptions, checked_questions
from .sampling import spread

DESCRIBE = "Describe the picture in one sentence."
DESCRIBE_FILM = "These are frames of a film, in order. Describe in one sentence what happens."
ANSWER = "{} Answer briefly."
WORDS = 128  # tokens of a sentence or an answer, at most
FRAMES = 8  # of a film


class ChatModel:
    """A Translator from image or video to text, as its card says. Threads take turns."""

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        self._card = card
        self._model = resident(checkpoint, partial(_open, checkpoint))

    @property
    def card(self) -> ModelCard:
        return self._card

    def unload(self) -> None:
        """Give the network's memory back; the next picture loads it again."""
        self._model.unload()

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return a sentence for each picture or film.

        Raises:
            InputError: one of `batch` is of another modality, or a film has no pictures.
        """
        if self._card.source is VIDEO:
            films = checked(self._card, batch, Video)
            count = int(self._card.options.get("frames", FRAMES))
            return [self._say(spread(film, count), DESCRIBE_FILM) for film in films]
        return [self._say([image], DESCRIBE) for image in checked(self._card, batch, Image)]

    def _say(self, images: Sequence[Image], words: str) -> Text:
        shown = [{"type": "image", "image": pillow(image)} for image in images]
        talk = [{"role": "user", "content": [*shown, {"type": "text", "text": words}]}]
        with self._model.use() as (model, parts), quiet():
            given = parts.apply_chat_template(
                talk,
                tokenize=True,
                add_generation_prompt=True,
                return_dict=True,
                return_tensors="pt",
            ).to(model.device, model.dtype)
            made = model.generate(**given, max_new_tokens=WORDS, do_sample=False)
            said = made[:, given["input_ids"].shape[1] :]
            (answer,) = parts.batch_decode(said, skip_special_tokens=True)
        return Text(answer.strip())


class ChatAnswerer(ChatModel):
    """A chat model that is asked about pictures: a QuestionAnswerer."""

    def answer(
        self,
        batch: Sequence[Media],
        questions: Sequence[str],
        *,
        options: AnsweringOptions | None = None,
    ) -> list[Text]:
        """Return the answer to each question; see `QuestionAnswerer.answer`.

        A conversation has no probability: `confidence` is None.

        Raises:
            InputError: a least confidence is asked for. Others as `QuestionAnswerer.answer`.
        """
        if options is not None and options.min_confidence:
            raise InputError(
                f"{self._card.id} does not know how sure it is", cure="Leave min_confidence out."
            )
        pictures, asked = checked_questions(self._card, batch, questions)
        pairs = zip(pictures, asked, strict=True)
        return [self._say([image], ANSWER.replace("{}", question)) for image, question in pairs]


def _open(checkpoint: Checkpoint) -> tuple[Any, Any]:
    parts = processor(checkpoint)
    if not getattr(parts, "chat_template", None):
        raise MissingModel(
            f"{checkpoint.name} does not say how a conversation with it is written",
            cure="Choose one that was trained to talk, often called -Instruct or -it.",
        )
    return pretrained(checkpoint, "AutoModelForImageTextToText"), parts


def load(card: ModelCard, checkpoint: Checkpoint) -> ChatModel:
    """Return the chat model that stands in `checkpoint`."""
    return (ChatModel if card.source is VIDEO else ChatAnswerer)(card, checkpoint)
