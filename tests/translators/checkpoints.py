"""Tiny checkpoints with random weights, in the hub's own format, as `save_pretrained` writes it."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    GenerationConfig,
    MoonshineConfig,
    MoonshineForConditionalGeneration,
    PreTrainedTokenizerFast,
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2Processor,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizerFast,
)

SPECIAL = [
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|fr|>", "<|ja|>",
    "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>",
    "<|notimestamps|>",
]  # fmt: skip
TIMES = [f"<|{n * 0.02:.2f}|>" for n in range(1501)]


def bytes_vocabulary() -> dict[str, int]:
    """All single bytes as GPT-2 writes them, and nothing longer."""
    return {letter: number for number, letter in enumerate(sorted(ByteLevel.alphabet()))}


def whisper(
    folder: Path, *, width: int = 32, layers: int = 1, seconds: int = 6, multilingual: bool = True
) -> Path:
    """Make a Whisper that hears `seconds` at once; the real ones hear 30."""
    torch.manual_seed(3)
    vocabulary = bytes_vocabulary()
    letters = Tokenizer(models.BPE(vocabulary, []))
    letters.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    letters.decoder = decoders.ByteLevel()
    letters.add_special_tokens(SPECIAL)
    letters.add_tokens(TIMES)
    words = WhisperTokenizerFast(
        tokenizer_object=letters, unk_token=SPECIAL[0], bos_token=SPECIAL[0],
        eos_token=SPECIAL[0], pad_token=SPECIAL[0], additional_special_tokens=SPECIAL,
    )  # fmt: skip
    ids = {word: letters.token_to_id(word) for word in SPECIAL}
    config = WhisperConfig(
        vocab_size=letters.get_vocab_size(), num_mel_bins=80, d_model=width,
        encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=2 * width, decoder_ffn_dim=2 * width,
        max_target_positions=448, max_source_positions=50 * seconds, pad_token_id=ids["<|endoftext|>"],
        bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|endoftext|>"],
        decoder_start_token_id=ids["<|startoftranscript|>"], suppress_tokens=None,
        begin_suppress_tokens=None, init_std=0.3, decoder_layerdrop=0.0,
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config).eval()
    languages = {word: ids[word] for word in SPECIAL[2:6]}
    model.generation_config = GenerationConfig(
        decoder_start_token_id=config.decoder_start_token_id, pad_token_id=config.pad_token_id,
        eos_token_id=config.eos_token_id, bos_token_id=config.bos_token_id, max_length=16,
        begin_suppress_tokens=[ids["<|endoftext|>"]], suppress_tokens=[],
        no_timestamps_token_id=ids["<|notimestamps|>"], max_initial_timestamp_index=50,
        is_multilingual=multilingual, return_timestamps=False,
        prev_sot_token_id=ids["<|startofprev|>"], alignment_heads=[[0, 0], [0, 1]],
        **({"lang_to_id": languages, "task_to_id": {
            "translate": ids["<|translate|>"], "transcribe": ids["<|transcribe|>"]}}
            if multilingual else {}),
    )  # fmt: skip
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=80, chunk_length=seconds).save_pretrained(folder)
    return folder


def letters(end: str = "</s>", *, extra: tuple[str, ...] = ()) -> PreTrainedTokenizerFast:
    """A tokenizer of single bytes, with special tokens at the end of its vocabulary."""
    plain = Tokenizer(models.BPE(bytes_vocabulary(), []))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="<unk>", bos_token="<s>", eos_token=end,
        pad_token="<pad>", additional_special_tokens=list(extra), clean_up_tokenization_spaces=False,
    )  # fmt: skip


def moonshine(folder: Path) -> Path:
    torch.manual_seed(4)
    words = letters()
    config = MoonshineConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, encoder_num_hidden_layers=1,
        decoder_num_hidden_layers=1, encoder_num_attention_heads=2, decoder_num_attention_heads=2,
        bos_token_id=words.bos_token_id, decoder_start_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id, initializer_range=0.5,
    )  # fmt: skip
    MoonshineForConditionalGeneration(config).eval().save_pretrained(folder)
    words.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True, do_normalize=False).save_pretrained(folder)
    return folder


def wav2vec2(folder: Path) -> Path:
    torch.manual_seed(5)
    folder.mkdir(parents=True, exist_ok=True)
    marks = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({mark: number for number, mark in enumerate(marks)}))
    config = Wav2Vec2Config(
        vocab_size=len(marks), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, conv_dim=(16, 16, 16), conv_stride=(5, 8, 8), conv_kernel=(10, 8, 8),
        num_feat_extract_layers=3, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2,
        initializer_range=0.5, ctc_zero_infinity=True,
    )  # fmt: skip
    model = Wav2Vec2ForCTC(config).eval()
    model.save_pretrained(folder)
    Wav2Vec2Processor(
        feature_extractor=Wav2Vec2FeatureExtractor(return_attention_mask=False),
        tokenizer=Wav2Vec2CTCTokenizer(str(vocabulary)),
    ).save_pretrained(folder)
    return folder
