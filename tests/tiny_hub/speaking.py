"""Voices and music: VITS, SpeechT5 with its vocoder, MusicGen."""

from __future__ import annotations

import io
import json
from pathlib import Path

from .words import byte_words


def make_vits(folder: Path) -> None:
    """VITS with two speakers, who know small letters only."""
    import torch
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    letters = ["_", *"abcdefghijklmnopqrstuvwxyz' -", "<unk>"]
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    words = VitsTokenizer(
        str(vocabulary), pad_token="_", language="eng", add_blank=True, normalize=True,
        phonemize=False, is_uroman=False,
    )  # fmt: skip
    config = VitsConfig(
        vocab_size=len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        ffn_dim=16, flow_size=16, spectrogram_bins=9, num_speakers=2, speaker_embedding_size=8,
        upsample_initial_channel=16, upsample_rates=[8, 8], upsample_kernel_sizes=[16, 16],
        resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]], prior_encoder_num_flows=1,
        posterior_encoder_num_wavenet_layers=1, duration_predictor_filter_channels=16,
        prior_encoder_num_wavenet_layers=1, depth_separable_num_layers=1,
        duration_predictor_num_flows=1, use_stochastic_duration_prediction=True,
    )  # fmt: skip
    torch.manual_seed(21)
    VitsModel(config).save_pretrained(folder)
    words.save_pretrained(folder)


def make_speecht5(folder: Path) -> None:
    """SpeechT5, with its vocoder in a folder of its own."""
    import torch
    from transformers import (
        SpeechT5Config,
        SpeechT5FeatureExtractor,
        SpeechT5ForTextToSpeech,
        SpeechT5Processor,
        SpeechT5Tokenizer,
    )

    words = SpeechT5Tokenizer(str(_sentencepiece(folder)))
    config = SpeechT5Config(
        vocab_size=len(words), hidden_size=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
        decoder_ffn_dim=16, num_mel_bins=8, speech_decoder_prenet_units=16,
        speech_decoder_postnet_layers=2, speech_decoder_postnet_units=16,
        speech_decoder_postnet_kernel=3, max_text_positions=100, max_speech_positions=400,
        conv_dim=[8], conv_stride=[2], conv_kernel=[2], num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    torch.manual_seed(22)
    model = SpeechT5ForTextToSpeech(config)
    model.speech_decoder_postnet.prob_out.bias.data.fill_(-10)  # so that it goes on
    model.save_pretrained(folder)
    make_vocoder(folder / "vocoder")
    SpeechT5Processor(SpeechT5FeatureExtractor(num_mel_bins=8), words).save_pretrained(folder)


def make_vocoder(folder: Path) -> None:
    """SpeechT5's vocoder."""
    import torch
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    torch.manual_seed(24)
    config = SpeechT5HifiGanConfig(
        model_in_dim=8, upsample_initial_channel=16, upsample_rates=[4, 4],
        upsample_kernel_sizes=[8, 8], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]],
    )  # fmt: skip
    model = SpeechT5HifiGan(config)
    for weights in model.parameters():
        weights.data *= 20  # so that it is heard
    model.save_pretrained(folder)


def _sentencepiece(folder: Path) -> Path:
    """Write SentencePiece's file of single letters, as SpeechT5 has it."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the quick brown fox jumps over a lazy dog"]), model_writer=model,
        model_type="char", vocab_size=31, bos_id=0, pad_id=1, eos_id=2, unk_id=3,
        minloglevel=9,
    )  # fmt: skip
    path = folder / "spm_char.model"
    path.write_bytes(model.getvalue())
    return path


def make_musicgen(folder: Path) -> None:
    """MusicGen over T5 and EnCodec."""
    import torch
    from transformers import (
        EncodecConfig,
        EncodecFeatureExtractor,
        GenerationConfig,
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
        MusicgenProcessor,
        PreTrainedTokenizerFast,
        T5Config,
    )

    words = PreTrainedTokenizerFast(
        tokenizer_object=byte_words(), unk_token="<unk>", eos_token="</s>", pad_token="<pad>"
    )
    text = T5Config(
        vocab_size=len(words), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
        pad_token_id=words.pad_token_id, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    codec = EncodecConfig(
        sampling_rate=1600, num_filters=4, hidden_size=8, codebook_size=16, codebook_dim=8,
        upsampling_ratios=[4, 4], num_lstm_layers=1, target_bandwidths=[0.8], audio_channels=1,
        kernel_size=3, last_kernel_size=3, num_residual_layers=1,
    )  # fmt: skip
    decoder = MusicgenDecoderConfig(
        vocab_size=16, hidden_size=16, ffn_dim=16, num_hidden_layers=1, num_attention_heads=2,
        num_codebooks=2, pad_token_id=16, bos_token_id=16, max_position_embeddings=128,
    )  # fmt: skip
    torch.manual_seed(23)
    model = MusicgenForConditionalGeneration(
        MusicgenConfig(text_encoder=text, audio_encoder=codec, decoder=decoder)
    )
    model.generation_config = GenerationConfig(
        do_sample=True, guidance_scale=3.0, max_length=200, decoder_start_token_id=16,
        pad_token_id=16, bos_token_id=16,
    )  # fmt: skip
    model.save_pretrained(folder)
    MusicgenProcessor(
        EncodecFeatureExtractor(sampling_rate=1600, feature_size=1), words
    ).save_pretrained(folder)


SPEAKING = {
    "tiny/vits": make_vits,
    "tiny/speecht5": make_speecht5,
    "tiny/speecht5-vocoder": make_vocoder,
    "tiny/musicgen": make_musicgen,
}
