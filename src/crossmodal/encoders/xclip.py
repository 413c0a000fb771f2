"""X-CLIP (Ni et al. 2022): films and sentences in one space, by frames that look at each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from ..card import ModelCard
from ..contracts import Prepared
from ..errors import InputError
from ..media import Media, Video
from ..sources.checkpoints import Checkpoint
from .film import spread
from .hub import Features, HubEncoder, Part, TorchTower, Tower, WordEncoder
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


class FramesEncoder(HubEncoder):
    """Films by `count` frames, evenly spaced: prepared is (count, H, W, 3) uint8."""

    def __init__(self, card: ModelCard, plan: PixelPlan, tower: Tower, *, count: int) -> None:
        super().__init__(card, tower)
        self._plan, self._count = plan, count

    def _prepare(self, medium: Media) -> Prepared:
        frames = [self._plan.apply(one) for one in spread(cast(Video, medium), self._count)]
        if not frames:
            raise InputError("The film has no pictures", cure="Choose another film.")
        return np.stack(frames)

    def _run(self, batch: Sequence[Prepared]) -> Features:
        return self.tower({"frames": np.stack(batch)})


def load_video(card: ModelCard, checkpoint: Checkpoint) -> FramesEncoder:
    """Return the film tower."""
    plan = PixelPlan.from_config(
        checkpoint.preprocessing(), name=checkpoint.name, defaults=IMAGENET
    )
    vision = checkpoint.json("config.json").get("vision_config") or {}

    def call(model: Any, given: Any) -> Any:
        films, count = given["frames"].shape[:2]
        pixels = plan.normalise_tensor(given["frames"].flatten(0, 1), model.dtype)
        return model.get_video_features(
            pixel_values=pixels.unflatten(0, (films, count))
        ).pooler_output

    network = TorchTower(checkpoint, "XCLIPModel", call, unused=TEXT_PARTS)
    return FramesEncoder(card, plan, network, count=vision.get("num_frames", FRAMES))


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    return WordEncoder(card, Words(checkpoint, longest=LONGEST), TEXT, checkpoint)
