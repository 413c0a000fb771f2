"""SigLIP (Zhai et al. 2023) and SigLIP 2's checkpoints of fixed size: CLIP with a sigmoid loss."""

from __future__ import annotations

import string
from typing import Any

from ..card import ModelCard
from ..sources.checkpoints import Checkpoint
from .hub import Part, PixelEncoder, WordEncoder
from .pixels import HALF, PixelPlan
from .words import Words

LONGEST = 64  # tokens; every text is padded to it, as in training
_NO_MARKS = str.maketrans("", "", string.punctuation)


IMAGE = Part(
    "SiglipModel",
    lambda model, pixels: model.get_image_features(pixel_values=pixels).pooler_output,
    stem="vision_model",
    unused=("text_model",),
)


def load_image(card: ModelCard, checkpoint: Checkpoint) -> PixelEncoder:
    """Return the picture tower."""
    plan = PixelPlan.from_config(checkpoint.preprocessing(), name=checkpoint.name, defaults=HALF)
    return PixelEncoder(card, plan, IMAGE, checkpoint)


def load_text(card: ModelCard, checkpoint: Checkpoint) -> WordEncoder:
    """Return the sentence tower."""
    return WordEncoder(
        card, siglip_words(checkpoint), text_part(checkpoint, "SiglipModel"), checkpoint
    )


def siglip_words(checkpoint: Checkpoint) -> Words:
    """Return the tokenizer: lower case and full length, as in training; SigLIP 1 drops marks."""
    text = checkpoint.json("config.json").get("text_config") or {}
    longest = text.get("max_position_embeddings", LONGEST)
    kind = str(checkpoint.json("tokenizer_config.json").get("tokenizer_class"))
    clean = without_marks if kind.startswith("SiglipTokenizer") else str.lower
    return Words(checkpoint, longest=longest, always=True, clean=clean)


def without_marks(words: str) -> str:
    """Return `words` in lower case, without punctuation and doubled spaces."""
    return " ".join(words.lower().translate(_NO_MARKS).split())


def text_part(checkpoint: Checkpoint, kind: str) -> Part:
    """Return the sentence tower, which is told what is padding only if its tokenizer says so."""
    names = checkpoint.json("tokenizer_config.json").get("model_input_names") or ()
    masked = "attention_mask" in names

    def features(model: Any, ids: Any, mask: Any) -> Any:
        told = {"attention_mask": mask} if masked else {}
        return model.get_text_features(input_ids=ids, **told).pooler_output

    return Part(kind, features, stem="text_model", unused=("vision_model",))
