"""Text → picture, and picture → picture, by any pipeline that diffusers finds by itself.

Stable Diffusion (Rombach et al. 2022, arXiv:2112.10752), SDXL, Flux, Sana, PixArt and their kin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._optional import need
from ..card import ModelCard
from ..errors import InputError
from ..media import Image, Media, Text
from ..sources.checkpoints import Checkpoint
from .base import checked
from .diffusers_maker import DiffusersMaker
from .diffusers_pipeline import fitting, multiple, parameters
from .making import MakingOptions, words_of


class Painter(DiffusersMaker):
    """A Maker from text to image. Threads take turns."""

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        super().__init__(card, checkpoint, "AutoPipelineForText2Image")

    def make(self, batch: Sequence[Media], *, options: MakingOptions | None = None) -> list[Media]:
        """Return one picture of each text. Raises as `Maker.make`."""
        options = options or MakingOptions()
        prompts = [
            words_of(text.content, self._card.id) for text in checked(self._card, batch, Text)
        ]
        return [self._paint(prompt, options) for prompt in prompts]

    def _paint(self, prompt: str, options: MakingOptions) -> Image:
        with self._pipeline.model.use() as pipe:
            given: dict[str, Any] = {"prompt": prompt}
            if options.start is not None:
                pipe = self._from_picture(pipe)
                start = _resized(options.start, options.size, multiple(pipe, self._card))
                given |= {"image": start, "strength": options.strength}
                if options.steps and round(options.strength * options.steps) < 1:
                    raise InputError(
                        f"strength {options.strength} of {options.steps} steps is no step at all",
                        cure="Use more of either.",
                    )
            given |= self._size(pipe, options, given)
            self._pipeline.whole_prompt(pipe, prompt, options)
            made = self._pipeline.run(pipe, given, options)
        if any(getattr(made, "nsfw_content_detected", None) or ()):
            options.on_note(f"The safety filter of {self._card.id} blacked the picture out")
        return Image(np.asarray(made.images[0].convert("RGB")))

    def _size(self, pipe: Any, options: MakingOptions, given: dict[str, Any]) -> dict[str, Any]:
        taken = parameters(pipe)
        # What some pipelines do to sizes and words by themselves is switched off: what was asked
        # for is what is made.
        own = ("clean_caption", "use_resolution_binning")
        plain: dict[str, Any] = {name: False for name in own if name in taken}
        size = given["image"].size if "image" in given else self._pipeline.size(options)
        if size is None or "height" not in taken:
            return plain
        width, height = fitting(self._card, size, multiple(pipe, self._card))
        return plain | {"width": width, "height": height}

    def _from_picture(self, pipe: Any) -> Any:
        """Return the pipeline of the same networks that begins from a picture."""
        automatic = need("diffusers", extra="hub").AutoPipelineForImage2Image
        try:
            other = automatic.from_pipe(pipe)
        except ValueError as error:
            raise InputError(
                f"{self._card.id} cannot begin from a picture",
                cure="Leave it out, or choose another model, such as one of Stable Diffusion.",
            ) from error
        other.set_progress_bar_config(disable=True)
        return other


def _resized(start: Image, size: tuple[int, int] | None, unit: int) -> Any:
    """Return `start` as Pillow has it, at `size` or at the nearest one that the network takes."""
    from PIL import Image as Pillow

    width, height = size or start.size
    nearest = [max(unit, round(side / unit) * unit) for side in (width, height)]
    return Pillow.fromarray(start.pixels).resize(nearest, Pillow.Resampling.LANCZOS)


def load(card: ModelCard, checkpoint: Checkpoint) -> Painter:
    """Return the painter whose pipeline stands in `checkpoint`."""
    return Painter(card, checkpoint)
