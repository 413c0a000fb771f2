"""Captioners and answerers: BLIP, BLIP-2, GIT, Florence-2, and chat models that see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .words import bert_words, byte_words

SIDE = 32
TOWER = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
VISION = {**TOWER, "image_size": SIDE, "patch_size": 16}
CHAT = (
    "{% for message in messages %}{{ message['role'] }}:"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}IMAGE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)


def _bert() -> Any:
    from transformers import BertTokenizerFast

    words = BertTokenizerFast(tokenizer_object=bert_words(), model_max_length=64)
    words.add_special_tokens({"bos_token": "[DEC]", "additional_special_tokens": ["[ENC]"]})
    words.enc_token_id = words.convert_tokens_to_ids("[ENC]")
    return words


def _letters(*extra: str, **named: str) -> Any:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=byte_words(), unk_token="<unk>", bos_token="<s>", eos_token="</s>",
        pad_token="<pad>", clean_up_tokenization_spaces=False,
        extra_special_tokens=named or list(extra),
    )  # fmt: skip


def _blip_config(words: Any) -> Any:
    from transformers import BlipConfig

    text = {
        **TOWER, "vocab_size": len(words), "encoder_hidden_size": 32, "projection_dim": 32,
        "max_position_embeddings": 64, "bos_token_id": words.bos_token_id,
        "eos_token_id": words.sep_token_id, "pad_token_id": words.pad_token_id,
        "sep_token_id": words.sep_token_id, "initializer_range": 0.7,
    }  # fmt: skip
    return BlipConfig(text_config=text, vision_config={**VISION, "projection_dim": 32})


def _blip(folder: Path, kind: str) -> None:
    import torch
    import transformers
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    words = _bert()
    torch.manual_seed(11)
    getattr(transformers, kind)(_blip_config(words)).save_pretrained(folder)
    pictures = BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    transformers.BlipProcessor(pictures, words).save_pretrained(folder)


def make_blip(folder: Path) -> None:
    """BLIP that captions."""
    _blip(folder, "BlipForConditionalGeneration")


def make_blip_vqa(folder: Path) -> None:
    """BLIP that answers."""
    _blip(folder, "BlipForQuestionAnswering")


def make_blip_2(folder: Path) -> None:
    """BLIP-2 over OPT."""
    import torch
    from transformers import Blip2Config, Blip2ForConditionalGeneration, Blip2Processor
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    words = _letters("<image>")
    ends = {
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    config = Blip2Config(
        vision_config=VISION,
        qformer_config={**TOWER, "encoder_hidden_size": 32, "vocab_size": 10},
        text_config={
            "model_type": "opt", "vocab_size": len(words), "hidden_size": 32, "ffn_dim": 48,
            "word_embed_proj_dim": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "max_position_embeddings": 128, "init_std": 0.5, **ends,
        },
        num_query_tokens=4,
        image_token_index=words.convert_tokens_to_ids("<image>"),
    )  # fmt: skip
    torch.manual_seed(12)
    Blip2ForConditionalGeneration(config).save_pretrained(folder)
    pictures = BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    Blip2Processor(pictures, words, num_query_tokens=4).save_pretrained(folder)


def make_git(folder: Path, *, frames: int | None = None) -> None:
    """GIT; with `frames` the one that watches films."""
    import torch
    from transformers import GitConfig, GitForCausalLM, GitProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    words = _bert()
    config = GitConfig(
        vision_config=VISION, vocab_size=len(words), **TOWER, max_position_embeddings=128,
        bos_token_id=words.cls_token_id, eos_token_id=words.sep_token_id,
        pad_token_id=words.pad_token_id, num_image_with_embedding=frames, initializer_range=0.5,
    )  # fmt: skip
    torch.manual_seed(13)
    GitForCausalLM(config).save_pretrained(folder)
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    GitProcessor(pictures, words).save_pretrained(folder)


def make_git_film(folder: Path) -> None:
    """GIT that watches six frames."""
    make_git(folder, frames=6)


def make_florence_2(folder: Path) -> None:
    """Florence-2."""
    import torch
    from transformers import Florence2Config, Florence2ForConditionalGeneration, Florence2Processor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    words = _letters(image_token="<image>")
    config = Florence2Config(
        vision_config={
            "embed_dim": [8, 16, 16, 32], "num_heads": [1, 2, 2, 2], "num_groups": [1, 2, 2, 2],
            "depths": [1, 1, 1, 1], "patch_size": [7, 3, 3, 3], "patch_stride": [4, 2, 2, 2],
            "patch_padding": [3, 1, 1, 1], "patch_prenorm": [False, True, True, True],
            "window_size": 2, "projection_dim": 32, "max_position_embeddings": 8,
            "max_temporal_embeddings": 10,
        },
        text_config={
            "model_type": "bart", "vocab_size": len(words), "d_model": 32, "encoder_layers": 1,
            "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
            "encoder_ffn_dim": 48, "decoder_ffn_dim": 48, "max_position_embeddings": 256,
            "bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id,
            "pad_token_id": words.pad_token_id, "decoder_start_token_id": words.eos_token_id,
            "init_std": 0.5,
        },
        image_token_id=words.convert_tokens_to_ids("<image>"),
    )  # fmt: skip
    torch.manual_seed(14)
    Florence2ForConditionalGeneration(config).save_pretrained(folder)
    pictures = CLIPImageProcessorPil(
        size={"height": 64, "width": 64}, do_center_crop=False, image_seq_length=5
    )
    Florence2Processor(pictures, words, num_additional_image_tokens=1).save_pretrained(folder)


def make_chat(folder: Path) -> None:
    """LLaVA, with its way of talking."""
    import torch
    from transformers import LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    words = _letters("<image>")
    config = LlavaConfig(
        vision_config={"model_type": "clip_vision_model", **VISION},
        text_config={
            "model_type": "llama", "vocab_size": len(words), **TOWER, "num_key_value_heads": 2,
            "max_position_embeddings": 1024, "initializer_range": 0.5,
            "bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id,
            "pad_token_id": words.pad_token_id,
        },
        image_token_id=words.convert_tokens_to_ids("<image>"), image_seq_length=4,
        vision_feature_layer=-1,
    )  # fmt: skip
    torch.manual_seed(15)
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    LlavaProcessor(
        pictures, words, patch_size=16, vision_feature_select_strategy="default",
        num_additional_image_tokens=1, chat_template=CHAT.replace("IMAGE", "<image>"),
    ).save_pretrained(folder)  # fmt: skip


SEEING = {
    "tiny/blip": make_blip,
    "tiny/blip-vqa": make_blip_vqa,
    "tiny/blip-2": make_blip_2,
    "tiny/git": make_git,
    "tiny/git-film": make_git_film,
    "tiny/florence-2": make_florence_2,
    "tiny/chat": make_chat,
}
