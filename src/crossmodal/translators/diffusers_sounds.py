"""Text → sound, by the pipelines of diffusers: AudioLDM 2, Stable Audio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..card import ModelCard
from ..errors import InputError
from ..media import Audio, Media, Text
from ..sources.checkpoints import Checkpoint
from .base import checked
from .diffusers_maker import DiffusersMaker
from .diffusers_pipeline import parameters
from .making import MakingOptions, words_of
from .mixing import mono

SECONDS = 5.0  # where nothing else is asked for
TOKENS = 8  # that AudioLDM 2's language model adds to a prompt, where its checkpoint does not say


class SoundMaker(DiffusersMaker):
    """A Maker from text to audio: what something sounds like. Threads take turns."""

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        super().__init__(card, checkpoint, "DiffusionPipeline")

    def make(self, batch: Sequence[Media], *, options: MakingOptions | None = None) -> list[Media]:
        """Return one sound of each text. Raises as `Maker.make`."""
        options = options or MakingOptions()
        if options.size is not None or options.start is not None:
            raise InputError("A sound has no size and no picture", cure="Leave them out.")
        texts = checked(self._card, batch, Text)
        words = [words_of(text.content, self._card.id) for text in texts]
        return [self._sound(prompt, options) for prompt in words]

    def _sound(self, prompt: str, options: MakingOptions) -> Audio:
        with self._pipeline.model.use() as pipe:
            length = "audio_end_in_s" if "audio_end_in_s" in parameters(pipe) else None
            given: dict[str, Any] = {
                "prompt": prompt,
                length or "audio_length_in_s": self._seconds(pipe, options),
                "output_type": "np" if length is None else "pt",
            }
            if "max_new_tokens" in parameters(pipe):  # AudioLDM 2's language model
                usual = getattr(pipe.language_model.config, "max_new_tokens", None)
                given["max_new_tokens"] = usual or TOKENS
            self._pipeline.whole_prompt(pipe, prompt, options)
            made = self._pipeline.run(pipe, given, options).audios[0]
            samples = made if isinstance(made, np.ndarray) else made.float().cpu().numpy()
            rate = _rate(pipe)
        return mono(samples, rate)

    def _seconds(self, pipe: Any, options: MakingOptions) -> float:
        most = longest(pipe)
        if options.seconds is not None and options.seconds > most:
            raise InputError(
                f"{self._card.id} makes {most:.4g} seconds at most, not {options.seconds:g}",
                cure="Ask for fewer, or choose another model.",
            )
        return options.seconds or min(SECONDS, most)


def longest(pipe: Any) -> float:
    """Return how many seconds `pipe` makes at most, by its networks' configurations."""
    frames = _told(pipe, "transformer", "sample_size")
    told = _told(pipe, "projection_model", "max_value")
    hop = getattr(pipe.vae, "hop_length", None)
    made = frames * hop / _rate(pipe) if frames and hop else math.inf
    return min(made, told or math.inf)


def _told(pipe: Any, part: str, name: str) -> float | None:
    """Return the number `name` of the configuration of a part of `pipe`; None where it has none."""
    found = getattr(getattr(getattr(pipe, part, None), "config", None), name, None)
    return float(found) if isinstance(found, int | float) else None


def _rate(pipe: Any) -> int:
    """Return samples a second of what `pipe` makes."""
    vocoder = getattr(pipe, "vocoder", None)
    config = pipe.vae.config if vocoder is None else vocoder.config
    return int(config.sampling_rate)


def load(card: ModelCard, checkpoint: Checkpoint) -> SoundMaker:
    """Return the sound maker whose pipeline stands in `checkpoint`."""
    return SoundMaker(card, checkpoint)
