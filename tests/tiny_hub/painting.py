"""Pipelines that paint: Stable Diffusion, SDXL, Flux, Sana, PixArt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .words import clip_words

WIDE = 32
UNET = {
    "block_out_channels": (4, 8), "layers_per_block": 1, "sample_size": 8, "in_channels": 4,
    "out_channels": 4, "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"), "attention_head_dim": 2,
    "norm_num_groups": 2,
}  # fmt: skip
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def vae(**fields: Any) -> Any:
    """A picture's autoencoder that halves both sides."""
    from diffusers import AutoencoderKL

    plain = {
        "block_out_channels": (4, 8), "in_channels": 3, "out_channels": 3, "norm_num_groups": 2,
        "down_block_types": ["DownEncoderBlock2D"] * 2, "latent_channels": 4,
        "up_block_types": ["UpDecoderBlock2D"] * 2,
    }  # fmt: skip
    return AutoencoderKL(**{**plain, **fields})


def clip_tokens() -> Any:
    """CLIP's tokenizer, for 20 tokens."""
    from transformers import CLIPTokenizer

    vocab, merges = clip_words()
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=20)


def clip_text(kind: str = "CLIPTextModel", **fields: Any) -> Any:
    """CLIP's text tower."""
    import transformers

    vocab, _ = clip_words()
    config = transformers.CLIPTextConfig(
        hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        vocab_size=len(vocab), max_position_embeddings=20, projection_dim=8,
        bos_token_id=vocab["<|startoftext|>"], eos_token_id=vocab["<|endoftext|>"],
        pad_token_id=vocab["<|endoftext|>"], **fields,
    )  # fmt: skip
    return getattr(transformers, kind)(config)


def t5_tokens() -> Any:
    """T5's tokenizer, of single letters."""
    from transformers import T5TokenizerFast

    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    letters = [(letter, -3.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    return T5TokenizerFast(vocab=[*special, *letters], extra_ids=0, model_max_length=512)


def t5_text(kind: str = "T5EncoderModel") -> Any:
    """T5's encoder."""
    import transformers

    config = {"T5EncoderModel": "T5Config", "UMT5EncoderModel": "UMT5Config"}[kind]
    fields = {
        "vocab_size": len(t5_tokens()), "d_model": WIDE, "d_kv": 8, "d_ff": 16, "num_layers": 1,
        "num_heads": 2,
    }  # fmt: skip
    return getattr(transformers, kind)(getattr(transformers, config)(**fields))


def make_stable_diffusion(folder: Path) -> None:
    """Stable Diffusion."""
    import torch
    from diffusers import DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel

    torch.manual_seed(31)
    StableDiffusionPipeline(
        vae=vae(), text_encoder=clip_text(), tokenizer=clip_tokens(),
        unet=UNet2DConditionModel(**UNET, cross_attention_dim=8),
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False, set_alpha_to_one=False, **BETAS),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip


def make_stable_diffusion_xl(folder: Path) -> None:
    """SDXL, with its two text towers."""
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel

    torch.manual_seed(32)
    unet = UNet2DConditionModel(
        **UNET, cross_attention_dim=16, addition_embed_type="text_time",
        addition_time_embed_dim=8, transformer_layers_per_block=(1, 1),
        projection_class_embeddings_input_dim=8 + 6 * 8, use_linear_projection=True,
    )  # fmt: skip
    StableDiffusionXLPipeline(
        vae=vae(), text_encoder=clip_text(),
        text_encoder_2=clip_text("CLIPTextModelWithProjection"),
        tokenizer=clip_tokens(), tokenizer_2=clip_tokens(), unet=unet,
        scheduler=EulerDiscreteScheduler(timestep_spacing="leading", steps_offset=1, **BETAS),
        add_watermarker=False,
    ).save_pretrained(folder)  # fmt: skip


def make_flux(folder: Path) -> None:
    """Flux, over CLIP and T5."""
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel

    torch.manual_seed(33)
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=WIDE, pooled_projection_dim=8,
        axes_dims_rope=[4, 4, 8],
    )  # fmt: skip
    FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), text_encoder=clip_text(),
        text_encoder_2=t5_text(), tokenizer=clip_tokens(), tokenizer_2=t5_tokens(),
        vae=vae(use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.1,
                scaling_factor=1.5),
        transformer=transformer,
    ).save_pretrained(folder)  # fmt: skip


def make_pixart(folder: Path) -> None:
    """PixArt, over T5."""
    import torch
    from diffusers import DDIMScheduler, PixArtAlphaPipeline, PixArtTransformer2DModel

    torch.manual_seed(34)
    transformer = PixArtTransformer2DModel(
        sample_size=8, num_layers=1, patch_size=2, attention_head_dim=8, num_attention_heads=2,
        caption_channels=WIDE, in_channels=4, cross_attention_dim=16, out_channels=8,
        attention_bias=True, activation_fn="gelu-approximate", num_embeds_ada_norm=1000,
        norm_type="ada_norm_single", norm_elementwise_affine=False, norm_eps=1e-6,
        use_additional_conditions=False,
    )  # fmt: skip
    PixArtAlphaPipeline(
        tokenizer=t5_tokens(), text_encoder=t5_text(), vae=vae(), transformer=transformer,
        scheduler=DDIMScheduler(steps_offset=1),
    ).save_pretrained(folder)  # fmt: skip


def make_sana(folder: Path) -> None:
    """Sana, over Gemma 2 and a deep autoencoder."""
    import torch
    from diffusers import (
        AutoencoderDC,
        FlowMatchEulerDiscreteScheduler,
        SanaPipeline,
        SanaTransformer2DModel,
    )
    from transformers import Gemma2Config, Gemma2Model

    torch.manual_seed(35)
    words = t5_tokens()
    words.padding_side = "right"
    text = Gemma2Config(
        vocab_size=len(words), hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, head_dim=4, query_pre_attn_scalar=4,
        pad_token_id=words.pad_token_id, eos_token_id=words.eos_token_id, bos_token_id=0,
    )  # fmt: skip
    transformer = SanaTransformer2DModel(
        patch_size=1, in_channels=4, out_channels=4, num_layers=1, num_attention_heads=2,
        attention_head_dim=4, num_cross_attention_heads=2, cross_attention_head_dim=4,
        cross_attention_dim=8, caption_channels=8, sample_size=8,
    )  # fmt: skip
    codec = AutoencoderDC(
        in_channels=3, latent_channels=4, attention_head_dim=2,
        encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"),
        encoder_block_out_channels=(8, 8), decoder_block_out_channels=(8, 8),
        encoder_qkv_multiscales=((), (5,)), decoder_qkv_multiscales=((), (5,)),
        encoder_layers_per_block=(1, 1), decoder_layers_per_block=[1, 1],
        downsample_block_type="conv", upsample_block_type="interpolate",
        decoder_norm_types="rms_norm", decoder_act_fns="silu", scaling_factor=0.41407,
    )  # fmt: skip
    SanaPipeline(
        tokenizer=words, text_encoder=Gemma2Model(text), vae=codec, transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
    ).save_pretrained(folder)  # fmt: skip


def make_latent_consistency(folder: Path) -> None:
    """A latent consistency model: one of the pipelines without a family of their own."""
    import torch
    from diffusers import LatentConsistencyModelPipeline, LCMScheduler, UNet2DConditionModel

    torch.manual_seed(36)
    LatentConsistencyModelPipeline(
        vae=vae(), text_encoder=clip_text(), tokenizer=clip_tokens(),
        unet=UNet2DConditionModel(**UNET, cross_attention_dim=8, time_cond_proj_dim=32),
        scheduler=LCMScheduler(steps_offset=1, clip_sample=False, set_alpha_to_one=False, **BETAS),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip


PAINTING = {
    "tiny/diffusion-pictures": make_latent_consistency,
    "tiny/stable-diffusion": make_stable_diffusion,
    "tiny/stable-diffusion-xl": make_stable_diffusion_xl,
    "tiny/flux": make_flux,
    "tiny/pixart": make_pixart,
    "tiny/sana": make_sana,
}
