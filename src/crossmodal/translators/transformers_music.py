"""Text → sound and music, by MusicGen (Copet et al. 2023, arXiv:2306.05284) and AudioGen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..card import ModelCard
from ..errors import Cancelled, InputError
from ..media import Audio, Media, Text
from ..sources.checkpoints import Checkpoint
from ..sources.torch import pretrained, seeded, torch, transformers
from .base import checked
from .hub import processor, quiet, resident
from .making import MakingOptions, Step, words_of
from .mixing import mono

SECONDS = 5.0  # where nothing else is asked for


class MusicMaker:
    """A Maker from text to audio that writes sound token by token. Threads take turns."""

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        self._card = card
        self._model = resident(checkpoint, partial(_open, checkpoint))

    @property
    def card(self) -> ModelCard:
        return self._card

    def unload(self) -> None:
        """Give the network's memory back; the next sound loads it again."""
        self._model.unload()

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return one sound of each text, all with seed 0."""
        return self.make(batch)

    def make(self, batch: Sequence[Media], *, options: MakingOptions | None = None) -> list[Media]:
        """Return one sound of each text. Raises as `Maker.make`."""
        options = options or MakingOptions()
        strange = {
            "a size": options.size,
            "steps": options.steps,
            "words for what should not be there (negative)": options.negative,
            "a picture": options.start,
        }
        for name, value in strange.items():
            if value:
                raise InputError(f"{self._card.id} does not take {name}", cure="Leave it out.")
        texts = checked(self._card, batch, Text)
        words = [words_of(text.content, self._card.id) for text in texts]
        return [self._sound(prompt, options) for prompt in words]

    def _sound(self, prompt: str, options: MakingOptions) -> Audio:
        with self._model.use() as (model, words), quiet(), seeded(options.seed):
            given = words(text=[prompt], padding=True, return_tensors="pt").to(model.device)
            codec = model.config.audio_encoder
            tokens = max(1, round((options.seconds or SECONDS) * codec.frame_rate))
            guidance = {} if options.guidance is None else {"guidance_scale": options.guidance}
            sound = model.generate(
                **given,
                **guidance,
                max_new_tokens=tokens,
                stopping_criteria=_listening(options, tokens),
            )
            return mono(sound[0].float().cpu().numpy(), codec.sampling_rate)


def _listening(options: MakingOptions, total: int) -> Any:
    """Return the criterion by which the listener of `options` hears of every token."""
    criteria = transformers().StoppingCriteriaList()
    if options.on_step is None:
        return criteria
    listener, count = options.on_step, iter(range(1, 10**9))

    def heard(tokens: Any, _scores: Any, **_more: Any) -> Any:
        number = next(count)
        if listener(Step(number, total)) is False:
            raise Cancelled(f"It was stopped at step {number} of {total}")
        return torch().zeros(tokens.shape[0], dtype=torch().bool, device=tokens.device)

    criteria.append(heard)
    return criteria


def _open(checkpoint: Checkpoint) -> tuple[Any, Any]:
    kind = "MusicgenForConditionalGeneration"
    return pretrained(checkpoint, kind), processor(checkpoint)


def load(card: ModelCard, checkpoint: Checkpoint) -> MusicMaker:
    """Return the MusicGen that stands in `checkpoint`."""
    return MusicMaker(card, checkpoint)
