"""CLIP (Radford et al. 2021): pictures and sentences, learned together from the web."""

from __future__ import annotations

from ..card import ModelCard
from ..sources.checkpoints import Checkpoint
from .hub import PixelEncoder, TorchTower, WordEncoder
from .pixels import PixelPlan
from .words import Words

LONGEST = 77  # tokens
TEXT_PARTS = ("text_model", "text_projection")
IMAGE_PARTS = ("vision_model", "visual_projection")


def load_image(card: ModelCard, checkpoint: Checkpoint) -> PixelEncoder:
    """Return the picture tower."""
    plan = PixelPlan.from_config(checkpoint.preprocessing(), name=checkpoint.name)
    tower = TorchTower(
        checkpoint,
        "CLIPModel",
        lambda model, given: (
            model.get_image_features(
                pixel_values=plan.normalise_tensor(given["pixels"], model.dtype)
            ).pooler_output
        ),
        unused=TEXT_PARTS,
    )
    return PixelEncoder(card, plan, tower)


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    longest = checkpoint.json("config.json")["text_config"].get("max_position_embeddings", LONGEST)
    tower = TorchTower(
        checkpoint,
        "CLIPModel",
        lambda model, given: (
            model.get_text_features(
                input_ids=given["ids"], attention_mask=given["mask"]
            ).pooler_output
        ),
        unused=IMAGE_PARTS,
    )
    return WordEncoder(card, Words(checkpoint, longest=longest), tower)
