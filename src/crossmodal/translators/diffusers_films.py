"""Text → film and picture → film, by the pipelines of diffusers.

LTX-Video, Wan, CogVideoX and AnimateDiff make films of words; Stable Video Diffusion and LTX set
pictures in motion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..errors import InputError
from ..media import Frame, Image, Media, Text, Video
from ..modality import IMAGE
from ..sources.checkpoints import Checkpoint
from .base import checked
from .diffusers_maker import DiffusersMaker
from .diffusers_pipeline import fitting, multiple, parameters
from .making import MakingOptions, words_of

FPS = 8.0  # frames a second of models whose card says nothing else
_AREA = 512 * 768  # pixels of films from pictures, where no size is asked for


class FilmMaker(DiffusersMaker):
    """A Maker from text to video, or from image to video, as its card says. Threads take turns."""

    def __init__(self, card: ModelCard, checkpoint: Checkpoint) -> None:
        kind = str(card.options.get("pipeline", "DiffusionPipeline"))
        super().__init__(card, checkpoint, kind)
        self._fps = float(card.options.get("fps", FPS))

    def make(self, batch: Sequence[Media], *, options: MakingOptions | None = None) -> list[Media]:
        """Return one film of each text or picture. Raises as `Maker.make`."""
        options = options or MakingOptions()
        if self._card.source is IMAGE:
            pictures = checked(self._card, batch, Image)
            return [self._film({"image": picture}, options) for picture in pictures]
        texts = checked(self._card, batch, Text)
        if options.start is not None:
            raise InputError(
                f"{self._card.id} begins from words", cure="Animate the picture itself."
            )
        words = [words_of(text.content, self._card.id) for text in texts]
        return [self._film({"prompt": prompt}, options) for prompt in words]

    def _film(self, given: dict[str, Any], options: MakingOptions) -> Video:
        with self._pipeline.model.use() as pipe:
            taken = parameters(pipe)
            given = {**given, **self._length(pipe, options), **self._size(pipe, given, options)}
            if "image" in given:
                given["image"] = _scaled(given["image"], (given["width"], given["height"]))
                if taken.get("prompt", 0) != 0:
                    given["prompt"] = self._card.options.get("prompt", "")
            else:
                self._pipeline.whole_prompt(pipe, given["prompt"], options)
            made = self._pipeline.run(pipe, {**given, "output_type": "np"}, options)
        pixels = np.asarray(made.frames[0], np.float32)  # (N, H, W, 3) in [0, 1]
        return film((pixels * 255).round().clip(0, 255).astype(np.uint8), fps=self._fps)

    def _length(self, pipe: Any, options: MakingOptions) -> dict[str, Any]:
        taken = parameters(pipe)
        pace = {"frame_rate": int(self._fps)} if "frame_rate" in taken else {}
        if "num_frames" not in taken:
            return pace
        if options.seconds is None:
            usual = self._card.options.get("frames")
            return pace | ({"num_frames": int(usual)} if usual else {})
        wanted = max(1, round(options.seconds * self._fps))
        frames = whole_frames(wanted, _ratio(pipe))
        if frames != wanted:
            options.on_note(
                f"The film gets {frames} frames instead of {wanted}: {self._card.id} makes "
                f"one more than multiples of {_ratio(pipe)}"
            )
        return pace | {"num_frames": frames}

    def _size(self, pipe: Any, given: dict[str, Any], options: MakingOptions) -> dict[str, Any]:
        unit = multiple(pipe, self._card)
        size = options.size if "image" in given else self._pipeline.size(options)
        if size is not None:
            width, height = fitting(self._card, size, unit)
            return {"width": width, "height": height}
        if "image" not in given:
            return {}
        width, height = given["image"].size
        scale = min(1.0, (self._card.options.get("area", _AREA) / (width * height)) ** 0.5)
        return {
            name: max(unit, round(side * scale / unit) * unit)
            for name, side in (("width", width), ("height", height))
        }


def whole_frames(wanted: int, ratio: int) -> int:
    """Return the number of frames nearest to `wanted` that is one more than a multiple of `ratio`.

    Networks that pack `ratio` frames into one take no other; with a ratio of 1 all are taken.
    """
    return wanted if ratio <= 1 else round((wanted - 1) / ratio) * ratio + 1


def _ratio(pipe: Any) -> int:
    names = ("vae_temporal_compression_ratio", "vae_scale_factor_temporal")
    return next((int(value) for name in names if (value := getattr(pipe, name, None))), 1)


def _scaled(picture: Image, size: tuple[int, int]) -> Any:
    from PIL import Image as Pillow

    return Pillow.fromarray(picture.pixels).resize(size, Pillow.Resampling.LANCZOS)


def film(pixels: NDArray[np.uint8], *, fps: float) -> Video:
    """Return `pixels`, (N, H, W, 3) uint8 sRGB, as a film that is held in memory."""
    frames = [Frame(number / fps, Image(picture)) for number, picture in enumerate(pixels)]
    height, width = pixels.shape[1:3]
    digest = hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).hexdigest()
    return Video(width, height, fps, len(frames) / fps, digest, lambda: iter(frames))


def load(card: ModelCard, checkpoint: Checkpoint) -> FilmMaker:
    """Return the film maker whose pipeline stands in `checkpoint`."""
    return FilmMaker(card, checkpoint)
