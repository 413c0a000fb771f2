"""Pipelines that film: LTX, Wan, CogVideoX, AnimateDiff, Stable Video Diffusion."""

from __future__ import annotations

from pathlib import Path

from .painting import BETAS, UNET, WIDE, clip_text, clip_tokens, t5_text, t5_tokens, vae


def make_ltx(folder: Path) -> None:
    """LTX-Video: films from words and from pictures."""
    import torch
    from diffusers import (
        AutoencoderKLLTXVideo,
        FlowMatchEulerDiscreteScheduler,
        LTXPipeline,
        LTXVideoTransformer3DModel,
    )

    torch.manual_seed(41)
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, patch_size=1, patch_size_t=1, num_attention_heads=4,
        attention_head_dim=8, cross_attention_dim=WIDE, num_layers=1, caption_channels=WIDE,
    )  # fmt: skip
    codec = AutoencoderKLLTXVideo(
        in_channels=3, out_channels=3, latent_channels=8, block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8), layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
        spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False),
        decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4,
        upsample_factor=(1,) * 4, timestep_conditioning=False, patch_size=1, patch_size_t=1,
        encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    LTXPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=codec, text_encoder=t5_text(),
        tokenizer=t5_tokens(), transformer=transformer,
    ).save_pretrained(folder)  # fmt: skip


def make_wan(folder: Path) -> None:
    """Wan."""
    import torch
    from diffusers import (
        AutoencoderKLWan,
        FlowMatchEulerDiscreteScheduler,
        WanPipeline,
        WanTransformer3DModel,
    )

    torch.manual_seed(42)
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=16,
        out_channels=16, text_dim=WIDE, freq_dim=32, ffn_dim=32, num_layers=1,
        cross_attn_norm=True, qk_norm="rms_norm_across_heads", rope_max_seq_len=32,
    )  # fmt: skip
    codec = AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )  # fmt: skip
    WanPipeline(
        tokenizer=t5_tokens(), text_encoder=t5_text("UMT5EncoderModel"), vae=codec,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), transformer=transformer,
    ).save_pretrained(folder)  # fmt: skip


def make_cogvideox(folder: Path) -> None:
    """CogVideoX."""
    import torch
    from diffusers import (
        AutoencoderKLCogVideoX,
        CogVideoXPipeline,
        CogVideoXTransformer3DModel,
        DDIMScheduler,
    )

    torch.manual_seed(43)
    transformer = CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=4, out_channels=4,
        time_embed_dim=2, text_embed_dim=WIDE, num_layers=1, sample_width=2, sample_height=2,
        sample_frames=9, patch_size=2, temporal_compression_ratio=4, max_text_seq_length=226,
    )  # fmt: skip
    codec = AutoencoderKLCogVideoX(
        in_channels=3, out_channels=3, block_out_channels=(8, 8, 8, 8), latent_channels=4,
        down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        layers_per_block=1, norm_num_groups=2, temporal_compression_ratio=4,
    )  # fmt: skip
    CogVideoXPipeline(
        tokenizer=t5_tokens(), text_encoder=t5_text(), vae=codec, transformer=transformer,
        scheduler=DDIMScheduler(steps_offset=1),
    ).save_pretrained(folder)  # fmt: skip


def make_animatediff(folder: Path) -> None:
    """AnimateDiff over Stable Diffusion."""
    import torch
    from diffusers import AnimateDiffPipeline, DDIMScheduler, MotionAdapter, UNet2DConditionModel

    torch.manual_seed(44)
    wide = {**UNET, "block_out_channels": (8, 8)}
    AnimateDiffPipeline(
        vae=vae(), text_encoder=clip_text(), tokenizer=clip_tokens(),
        unet=UNet2DConditionModel(**wide, cross_attention_dim=8),
        motion_adapter=MotionAdapter(
            block_out_channels=(8, 8), motion_layers_per_block=1, motion_norm_num_groups=2,
            motion_num_attention_heads=2,
        ),
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False, beta_schedule="linear"),
    ).save_pretrained(folder)  # fmt: skip


def make_stable_video_diffusion(folder: Path) -> None:
    """Stable Video Diffusion: films from pictures."""
    import torch
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        EulerDiscreteScheduler,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(45)
    unet = UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 32), layers_per_block=1, sample_size=8, in_channels=8,
        out_channels=4, cross_attention_dim=16, num_attention_heads=2, num_frames=2,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        projection_class_embeddings_input_dim=24, addition_time_embed_dim=8,
    )  # fmt: skip
    codec = AutoencoderKLTemporalDecoder(
        block_out_channels=[32, 32], in_channels=3, out_channels=3, latent_channels=4,
        down_block_types=["DownEncoderBlock2D"] * 2,
    )  # fmt: skip
    tower = CLIPVisionConfig(
        hidden_size=16, projection_dim=16, num_hidden_layers=1, num_attention_heads=2,
        image_size=224, intermediate_size=16, patch_size=112,
    )  # fmt: skip
    StableVideoDiffusionPipeline(
        vae=codec, image_encoder=CLIPVisionModelWithProjection(tower), unet=unet,
        scheduler=EulerDiscreteScheduler(
            timestep_spacing="leading", steps_offset=1, prediction_type="v_prediction",
            use_karras_sigmas=True, sigma_min=0.002, sigma_max=700.0,
            timestep_type="continuous", **BETAS,
        ),
        feature_extractor=CLIPImageProcessorPil(),
    ).save_pretrained(folder)  # fmt: skip


def make_wan_picture(folder: Path) -> None:
    """Wan that begins from a picture."""
    import torch
    from diffusers import (
        AutoencoderKLWan,
        FlowMatchEulerDiscreteScheduler,
        WanImageToVideoPipeline,
        WanTransformer3DModel,
    )
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(46)
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=36,
        out_channels=16, text_dim=WIDE, freq_dim=32, ffn_dim=32, num_layers=1,
        cross_attn_norm=True, qk_norm="rms_norm_across_heads", rope_max_seq_len=32, image_dim=4,
    )  # fmt: skip
    codec = AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )  # fmt: skip
    tower = CLIPVisionConfig(
        hidden_size=4, projection_dim=4, num_hidden_layers=2, num_attention_heads=2,
        image_size=32, intermediate_size=16, patch_size=16,
    )  # fmt: skip
    WanImageToVideoPipeline(
        tokenizer=t5_tokens(), text_encoder=t5_text("UMT5EncoderModel"), vae=codec,
        image_encoder=CLIPVisionModelWithProjection(tower),
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), transformer=transformer,
    ).save_pretrained(folder)  # fmt: skip


FILMING = {
    "tiny/wan-picture": make_wan_picture,
    "tiny/ltx": make_ltx,
    "tiny/wan": make_wan,
    "tiny/cogvideox": make_cogvideox,
    "tiny/animatediff": make_animatediff,
    "tiny/stable-video-diffusion": make_stable_video_diffusion,
}
