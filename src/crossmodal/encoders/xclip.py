"""X-CLIP (Ni et al. 2022): films and sentences in one space, by frames that look at each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..card import ModelCard
from ..contracts import Prepared
from ..errors import InputError
from ..media import Media, Video
from ..sources.checkpoints import Checkpoint
from .film import spread
from .hub import GREY, Example, Features, HubEncoder, OnnxTower, Part, Tower, WordEncoder
from .pixels import IMAGENET, PixelPlan
from .words import Words

LONGEST = 77  # tokens
FRAMES = 8
TEXT_PARTS = ("text_model", "text_projection", "prompts_generator")

TEXT = Part(
    "XCLIPModel",
    lambda model, ids, mask: (
        model.get_text_features(input_ids=ids, attention_mask=mask).pooler_output
    ),
    stem="text_model",
    unused=("vision_model", "visual_projection", "mit", "prompts_generator"),
)


VIDEO = Part(
    "XCLIPModel",
    lambda model, films: model.get_video_features(pixel_values=films).pooler_output,
    stem="video_model",
    unused=TEXT_PARTS,
)


class FramesEncoder(HubEncoder):
    """Films by `count` frames, evenly spaced: prepared is (count, H, W, 3) uint8."""

    part = VIDEO

    def __init__(
        self, card: ModelCard, plan: PixelPlan, checkpoint: Checkpoint, *, count: int
    ) -> None:
        self._plan, self._count = plan, count
        if checkpoint.is_onnx:
            tower: Tower = OnnxTower(
                checkpoint, VIDEO.stem, lambda given: {"pixel_values": self._films(given["frames"])}
            )
        else:
            tower = VIDEO.torch(checkpoint, self._call)
        super().__init__(card, tower)

    def _prepare(self, medium: Media) -> Prepared:
        frames = [self._plan.apply(one) for one in spread(cast(Video, medium), self._count)]
        if not frames:
            raise InputError("The film has no pictures", cure="Choose another film.")
        return np.stack(frames)

    def _run(self, batch: Sequence[Prepared]) -> Features:
        return self.tower({"frames": np.stack(batch)})

    def example(self) -> Example:
        frames = np.stack([self._plan.apply(GREY)] * self._count)
        return Example({"pixel_values": self._films(np.stack([frames] * 2))}, "video_embeds")

    def _films(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (N, count, 3, H, W) float32 of `frames`, (N, count, H, W, 3) uint8."""
        pixels = self._plan.normalise(frames.reshape(-1, *frames.shape[2:]))
        return pixels.reshape(*frames.shape[:2], *pixels.shape[1:])

    def _call(self, model: Any, given: Any) -> Any:
        films, count = given["frames"].shape[:2]
        pixels = self._plan.normalise_tensor(given["frames"].flatten(0, 1), model.dtype)
        return VIDEO.features(model, pixels.unflatten(0, (films, count)))


def load_video(card: ModelCard, checkpoint: Checkpoint) -> FramesEncoder:
    """Return the film tower."""
    plan = PixelPlan.from_config(
        checkpoint.preprocessing(), name=checkpoint.name, defaults=IMAGENET
    )
    vision = checkpoint.json("config.json").get("vision_config") or {}
    return FramesEncoder(card, plan, checkpoint, count=vision.get("num_frames", FRAMES))


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    return WordEncoder(card, Words(checkpoint, longest=LONGEST), TEXT, checkpoint)
