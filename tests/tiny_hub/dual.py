"""Dual encoders: two towers into one space."""

from __future__ import annotations

from pathlib import Path

from .words import clip_words

SIDE = 32
TOWER = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
VISION = {**TOWER, "image_size": SIDE, "patch_size": 8}


def make_clip(folder: Path) -> None:
    """CLIP, with its processors."""
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor, CLIPTokenizer
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    vocab, merges = clip_words()
    text = {
        **TOWER,
        "vocab_size": len(vocab),
        "max_position_embeddings": 20,
        "bos_token_id": vocab["<|startoftext|>"],
        "eos_token_id": vocab["<|endoftext|>"],
        "pad_token_id": vocab["<|endoftext|>"],
    }
    torch.manual_seed(1)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=VISION, projection_dim=24))
    model.save_pretrained(folder)
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    tokenizer = CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=20)
    CLIPProcessor(pictures, tokenizer).save_pretrained(folder)


DUAL = {"tiny/clip": make_clip}
