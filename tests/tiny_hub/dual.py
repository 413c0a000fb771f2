"""Dual encoders: two towers into one space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .words import bert_words, clip_words

SIDE = 32
LONGEST = 20
TOWER = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
VISION = {**TOWER, "image_size": SIDE, "patch_size": 8}
SQUARE = {"height": SIDE, "width": SIDE}


def clip_tokenizer() -> Any:
    from transformers import CLIPTokenizer

    vocab, merges = clip_words()
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=LONGEST)


def clip_text() -> dict[str, int]:
    vocab, _ = clip_words()
    return {
        **TOWER,
        "vocab_size": len(vocab),
        "max_position_embeddings": LONGEST,
        "bos_token_id": vocab["<|startoftext|>"],
        "eos_token_id": vocab["<|endoftext|>"],
        "pad_token_id": vocab["<|endoftext|>"],
    }


def word_tokenizer(**options: Any) -> Any:
    """Return a tokenizer of whole words as transformers has it."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=bert_words(),
        pad_token="[PAD]",
        unk_token="[UNK]",
        model_max_length=LONGEST,
        **options,
    )


def make_clip(folder: Path) -> None:
    """CLIP, with its processors."""
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(1)
    config = CLIPConfig(text_config=clip_text(), vision_config=VISION, projection_dim=24)
    CLIPModel(config).save_pretrained(folder)
    pictures = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size=SQUARE)
    CLIPProcessor(pictures, clip_tokenizer()).save_pretrained(folder)


def make_siglip(folder: Path) -> None:
    """SigLIP: words in lower case, padded to the full length, and a logistic curve of its own."""
    import torch
    from transformers import SiglipConfig, SiglipModel
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    torch.manual_seed(2)
    text = {**TOWER, "vocab_size": 20, "max_position_embeddings": 16, "projection_size": 32}
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=VISION))
    model.logit_scale.data.fill_(4.7)
    model.logit_bias.data.fill_(-16.5)
    model.save_pretrained(folder)
    SiglipImageProcessorPil(size=SQUARE).save_pretrained(folder)
    word_tokenizer(model_input_names=["input_ids"]).save_pretrained(folder)


def make_siglip2(folder: Path) -> None:
    """SigLIP 2 NaFlex: pictures in their own shape."""
    import torch
    from transformers import Siglip2Config, Siglip2Model
    from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

    torch.manual_seed(3)
    text = {**TOWER, "vocab_size": 20, "max_position_embeddings": 16, "projection_size": 32}
    vision = {**TOWER, "patch_size": 8, "num_patches": 16}
    Siglip2Model(Siglip2Config(text_config=text, vision_config=vision)).save_pretrained(folder)
    Siglip2ImageProcessorPil(patch_size=8, max_num_patches=20).save_pretrained(folder)
    word_tokenizer(model_input_names=["input_ids"]).save_pretrained(folder)


def make_clap(folder: Path) -> None:
    """CLAP: sounds of up to a second."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    torch.manual_seed(4)
    text = {
        **TOWER,
        "vocab_size": 20,
        "max_position_embeddings": 40,
        "type_vocab_size": 1,
        "projection_dim": 24,
    }
    audio = {
        "window_size": 4,
        "num_mel_bins": 16,
        "spec_size": 64,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "hidden_size": 32,
        "patch_embeds_hidden_size": 16,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "num_hidden_layers": 2,
        "projection_dim": 24,
        "num_classes": 4,
    }
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
    ClapModel(config).save_pretrained(folder)
    ears = ClapFeatureExtractor(
        feature_size=16,
        sampling_rate=16_000,
        hop_length=160,
        fft_window_size=256,
        frequency_max=8000,
        max_length_s=1,
        truncation="rand_trunc",
    )
    ears.save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)


def make_xclip(folder: Path) -> None:
    """X-CLIP: films by four frames."""
    import torch
    from transformers import XCLIPConfig, XCLIPModel
    from transformers.models.videomae.image_processing_pil_videomae import (
        VideoMAEImageProcessorPil,
    )

    torch.manual_seed(5)
    vision = {
        **VISION,
        "num_frames": 4,
        "mit_hidden_size": 24,
        "mit_intermediate_size": 32,
        "mit_num_hidden_layers": 1,
        "mit_num_attention_heads": 4,
    }
    config = XCLIPConfig(text_config=clip_text(), vision_config=vision, projection_dim=24)
    XCLIPModel(config).save_pretrained(folder)
    VideoMAEImageProcessorPil(size={"shortest_edge": SIDE}, crop_size=SQUARE).save_pretrained(
        folder
    )
    clip_tokenizer().save_pretrained(folder)


DUAL = {
    "tiny/clip": make_clip,
    "tiny/siglip": make_siglip,
    "tiny/siglip2": make_siglip2,
    "tiny/clap": make_clap,
    "tiny/xclip": make_xclip,
}
