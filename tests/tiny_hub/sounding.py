"""Pipelines that sound: AudioLDM 2 and Stable Audio."""

from __future__ import annotations

from pathlib import Path

from .painting import WIDE, t5_text, t5_tokens, vae
from .words import byte_words


def make_stable_audio(folder: Path) -> None:
    """Stable Audio."""
    import torch
    from diffusers import (
        AutoencoderOobleck,
        EDMDPMSolverMultistepScheduler,
        StableAudioDiTModel,
        StableAudioPipeline,
    )
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioProjectionModel

    torch.manual_seed(51)
    transformer = StableAudioDiTModel(
        sample_size=64, in_channels=2, num_layers=1, attention_head_dim=8, num_attention_heads=2,
        num_key_value_attention_heads=2, out_channels=2, cross_attention_dim=WIDE,
        time_proj_dim=8, global_states_input_dim=2 * WIDE, cross_attention_input_dim=WIDE,
    )  # fmt: skip
    codec = AutoencoderOobleck(
        encoder_hidden_size=4, downsampling_ratios=[4, 4], decoder_channels=4,
        decoder_input_channels=2, audio_channels=2, channel_multiples=[2, 4], sampling_rate=160,
    )  # fmt: skip
    words = t5_tokens()
    words.model_max_length = 20
    StableAudioPipeline(
        vae=codec, text_encoder=t5_text(), tokenizer=words, transformer=transformer,
        projection_model=StableAudioProjectionModel(
            text_encoder_dim=WIDE, conditioning_dim=WIDE, min_value=0, max_value=32
        ),
        scheduler=EDMDPMSolverMultistepScheduler(
            solver_order=2, prediction_type="v_prediction", sigma_data=1.0
        ),
    ).save_pretrained(folder)  # fmt: skip


def make_audioldm_2(folder: Path) -> None:
    """AudioLDM 2, over CLAP, T5 and GPT-2."""
    import torch
    from diffusers import (
        AudioLDM2Pipeline,
        AudioLDM2ProjectionModel,
        AudioLDM2UNet2DConditionModel,
        DDIMScheduler,
    )
    from transformers import (
        ClapAudioConfig,
        ClapConfig,
        ClapFeatureExtractor,
        ClapModel,
        ClapTextConfig,
        GPT2Config,
        GPT2LMHeadModel,
        RobertaTokenizerFast,
        SpeechT5HifiGan,
        SpeechT5HifiGanConfig,
    )

    torch.manual_seed(52)
    unet = AudioLDM2UNet2DConditionModel(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=8, sample_size=8,
        in_channels=4, out_channels=4, cross_attention_dim=((None, 16, WIDE), (None, 16, WIDE)),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    letters = byte_words(first=special)
    words = RobertaTokenizerFast(tokenizer_object=letters, model_max_length=77)
    text = ClapTextConfig(
        vocab_size=len(words), hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=1, max_position_embeddings=90, projection_dim=8, pad_token_id=1,
        bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    sound = ClapAudioConfig(
        spec_size=8, window_size=4, num_mel_bins=8, hidden_size=WIDE, projection_dim=8,
        patch_size=2, patch_stride=2, patch_embeds_hidden_size=4, depths=[1, 1],
        num_attention_heads=[1, 1], num_hidden_layers=2, intermediate_size=8,
    )  # fmt: skip
    clap = ClapModel(ClapConfig(
        text_config=text.to_dict(), audio_config=sound.to_dict(), projection_dim=8
    ))  # fmt: skip
    gpt = GPT2Config(
        n_embd=16, n_head=2, n_layer=1, n_positions=99, vocab_size=len(words), n_ctx=99,
        bos_token_id=0, eos_token_id=2, pad_token_id=1,
    )  # fmt: skip
    vocoder = SpeechT5HifiGanConfig(
        model_in_dim=8, sampling_rate=1600, upsample_initial_channel=16, upsample_rates=[2, 2],
        upsample_kernel_sizes=[4, 4], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]],
        normalize_before=False,
    )  # fmt: skip
    voice = SpeechT5HifiGan(vocoder)
    for weights in voice.parameters():
        weights.data *= 20  # so that it is heard
    AudioLDM2Pipeline(
        vae=vae(in_channels=1, out_channels=1, norm_num_groups=4, block_out_channels=(8, 16)),
        text_encoder=clap, text_encoder_2=t5_text(), tokenizer=words, tokenizer_2=t5_tokens(),
        projection_model=AudioLDM2ProjectionModel(
            text_encoder_dim=8, text_encoder_1_dim=WIDE, langauge_model_dim=16
        ),
        language_model=GPT2LMHeadModel(gpt), unet=unet, vocoder=voice,
        feature_extractor=ClapFeatureExtractor(
            feature_size=8, sampling_rate=1600, frequency_max=800
        ),
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False, set_alpha_to_one=False),
    ).save_pretrained(folder)  # fmt: skip


SOUNDING = {"tiny/stable-audio": make_stable_audio, "tiny/audioldm-2": make_audioldm_2}
