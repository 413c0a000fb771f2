"""Pictures and films → a sentence, and answers about pictures, by networks made for just that.

BLIP (Li et al. 2022, arXiv:2201.12086), BLIP-2 (arXiv:2301.12597), GIT, also for films
(arXiv:2205.14100), and Florence-2 (arXiv:2311.06242). What a family reads before it writes stands
in its catalogue row: `caption`, and `question` with {} for the question.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..card import ModelCard
from ..media import Image, Media, Text, Video
from ..modality import VIDEO
from ..sources.checkpoints import Checkpoint
from ..sources.torch import pretrained
from .base import checked
from .hub import pillow, processor, quiet, resident
from .question_answering import PLAIN_QUESTION, AnsweringOptions, checked_questions, settled
from .sampling import spread

CAPTION, ANSWER = 50, 20  # tokens, at most
BATCH = 8  # pictures that the network takes at once


@dataclass(frozen=True, slots=True)
class Written:
    """What a network wrote, and the probability that it gives to writing just that."""

    words: str
    probability: float


class Captioner:
    """A Translator from image to text, or from video to text, as its card says.

    Where its card has a `question`, it is a QuestionAnswerer, too: see `Answerer`.
    """

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        self._card = card
        kind = str(card.options.get("model", "AutoModelForImageTextToText"))
        self._model = resident(checkpoint, partial(_open, checkpoint, kind))

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
        prompt = str(self._card.options.get("caption", ""))
        if self._card.source is VIDEO:
            films = checked(self._card, batch, Video)
            return [Text(self._film(film), language="en") for film in films]
        pictures = checked(self._card, batch, Image)
        texts: list[Media] = []
        for start in range(0, len(pictures), BATCH):
            some = pictures[start : start + BATCH]
            for one in self._write(some, prompt, longest=CAPTION):
                texts.append(Text(one.words, language="en"))
        return texts

    def _film(self, film: Video) -> str:
        frames = spread(film, int(self._card.options["frames"]))
        with self._model.use() as (model, parts), quiet():
            given = parts(images=[pillow(frame) for frame in frames], return_tensors="pt")
            pixels = given["pixel_values"].unsqueeze(0).to(model.device, model.dtype)
            made = model.generate(pixel_values=pixels, max_new_tokens=CAPTION)
            return str(parts.batch_decode(made, skip_special_tokens=True)[0]).strip()

    def _write(self, pictures: Sequence[Image], prompt: str, *, longest: int) -> list[Written]:
        """Return what the network writes about each of `pictures` after reading `prompt`."""
        with self._model.use() as (model, parts), quiet():
            given = _inputs(parts, pictures, prompt, self._card.options.get("plain_prompt", False))
            given = given.to(model.device, model.dtype)
            # An answer is the likeliest word after word, whose probability is known.
            alone = {"num_beams": 1, "do_sample": False} if longest == ANSWER else {}
            made = model.generate(
                **given,
                **alone,
                max_new_tokens=longest,
                return_dict_in_generate=True,
                output_scores=True,
            )
            tokens = _without(made.sequences, given.get("input_ids"))
            words = parts.batch_decode(tokens, skip_special_tokens=True)
            odds = _probabilities(made, model) if alone else [1.0] * len(words)
            return [Written(w.strip(), p) for w, p in zip(words, odds, strict=True)]


class Answerer(Captioner):
    """A captioner that is also a QuestionAnswerer."""

    def answer(
        self,
        batch: Sequence[Media],
        questions: Sequence[str],
        *,
        options: AnsweringOptions | None = None,
    ) -> list[Text]:
        """Return the answer to each question; see `QuestionAnswerer.answer`.

        `confidence` is the probability that the network gives to writing just that answer.
        """
        pictures, asked = checked_questions(self._card, batch, questions)
        wanted = (options or AnsweringOptions()).min_confidence
        least = self._card.options.get("min_confidence", 0.0) if wanted is None else wanted
        form = str(self._card.options["question"])
        answers = []
        for picture, question in zip(pictures, asked, strict=True):
            (one,) = self._write([picture], form.replace("{}", question), longest=ANSWER)
            answers.append(settled(one.words, one.probability, at_least=least))
        return answers

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return a sentence for each picture, or the answer to PLAIN_QUESTION.

        Raises:
            InputError: one of `batch` is of another modality.
        """
        if self._card.options.get("captions", True):
            return super().translate(batch)
        pictures = checked(self._card, batch, Image)
        return list(self.answer(pictures, [PLAIN_QUESTION] * len(pictures)))


def _inputs(parts: Any, pictures: Sequence[Image], prompt: str, plain: bool) -> Any:
    """Return what the network takes.

    Args:
        plain: the prompt begins the text that the network goes on with, so it gets no end.
    """
    images = [pillow(picture) for picture in pictures]
    if not prompt:
        return parts(images=images, return_tensors="pt")
    if not plain:
        return parts(images=images, text=[prompt] * len(images), return_tensors="pt")
    given = parts(images=images, return_tensors="pt")
    words = parts.tokenizer([prompt] * len(images), add_special_tokens=False)["input_ids"]
    begin = parts.tokenizer.cls_token_id
    given["input_ids"] = given["pixel_values"].new_tensor([[begin, *row] for row in words]).long()
    return given


def _without(made: Any, read: Any) -> Any:
    """Return the tokens `made` without those that were `read`, where they begin with these."""
    count = 0 if read is None else read.shape[1]
    begins = count and made.shape[1] >= count and bool((made[:, :count] == read).all())
    return made[:, count:] if begins else made


def _probabilities(made: Any, model: Any) -> list[float]:
    """Return the probability of each written sequence, up to its end."""
    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends])
    logarithms = [step.float().log_softmax(-1) for step in made.scores]
    odds = []
    for row, tokens in enumerate(made.sequences[:, -len(logarithms) :].tolist()):
        total = 0.0
        for step, token in zip(logarithms, tokens, strict=True):
            total += float(step[row, token])
            if token in ends:
                break
        odds.append(math.exp(total))
    return odds


def _open(checkpoint: Checkpoint, kind: str) -> tuple[Any, Any]:
    return pretrained(checkpoint, kind), processor(checkpoint)


def load(card: ModelCard, checkpoint: Checkpoint) -> Captioner:
    """Return the captioner, or answerer, that stands in `checkpoint`."""
    if "question" in card.options:
        return Answerer(card, checkpoint)
    return Captioner(card, checkpoint)
