"""CLIP (Radford et al. 2021): pictures and sentences, learned together from the web."""

from __future__ import annotations

from ..card import ModelCard
from ..sources.checkpoints import Checkpoint
from .hub import Part, PixelEncoder, WordEncoder
from .pixels import PixelPlan
from .words import Words

LONGEST = 77  # tokens

IMAGE = Part(
    "CLIPModel",
    lambda model, pixels: model.get_image_features(pixel_values=pixels).pooler_output,
    stem="vision_model",
    unused=("text_model", "text_projection"),
)
TEXT = Part(
    "CLIPModel",
    lambda model, ids, mask: (
        model.get_text_features(input_ids=ids, attention_mask=mask).pooler_output
    ),
    stem="text_model",
    unused=("vision_model", "visual_projection"),
)


def load_image(card: ModelCard, checkpoint: Checkpoint) -> PixelEncoder:
    """Return the picture tower."""
    plan = PixelPlan.from_config(checkpoint.preprocessing(), name=checkpoint.name)
    return PixelEncoder(card, plan, IMAGE, checkpoint)


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    text = checkpoint.json("config.json").get("text_config") or {}
    words = Words(checkpoint, longest=text.get("max_position_embeddings", LONGEST))
    return WordEncoder(card, words, TEXT, checkpoint)
