"""Recognisers: Whisper, wav2vec 2.0, Moonshine, and a Whisper converted for CTranslate2."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from .words import byte_words

WHISPER = [
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|fr|>", "<|ja|>",
    "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>",
    "<|notimestamps|>",
]  # fmt: skip
TIMES = [f"<|{n * 0.02:.2f}|>" for n in range(1501)]


def make_whisper(
    folder: Path,
    *,
    width: int = 32,
    layers: int = 1,
    heads: int = 2,
    seconds: int = 6,
    longest: int = 16,
    words: int = 0,
) -> None:
    """Whisper that hears `seconds` at once, where the real ones hear 30.

    `words` are tokens beside the bytes, marks and times; the real ones have some 50,000.
    """
    import torch
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperTokenizerFast,
    )

    letters = byte_words()
    letters.add_special_tokens(WHISPER)
    letters.add_tokens([*TIMES, *(f"word{number}" for number in range(words))])
    end = WHISPER[0]
    tokenizer = WhisperTokenizerFast(
        tokenizer_object=letters, unk_token=end, bos_token=end, eos_token=end, pad_token=end,
        additional_special_tokens=WHISPER,
    )  # fmt: skip
    ids = {word: letters.token_to_id(word) for word in WHISPER}
    ends = {"pad_token_id": ids[end], "bos_token_id": ids[end], "eos_token_id": ids[end]}
    begin = {"decoder_start_token_id": ids["<|startoftranscript|>"]}
    config = WhisperConfig(
        vocab_size=letters.get_vocab_size(), num_mel_bins=80, d_model=width,
        encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=heads,
        decoder_attention_heads=heads, encoder_ffn_dim=4 * width, decoder_ffn_dim=4 * width,
        max_target_positions=448, max_source_positions=50 * seconds, suppress_tokens=None,
        begin_suppress_tokens=None, init_std=0.3, **begin, **ends,
    )  # fmt: skip
    torch.manual_seed(3)
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        max_length=longest, begin_suppress_tokens=[ids[end]], suppress_tokens=[],
        no_timestamps_token_id=ids["<|notimestamps|>"], max_initial_timestamp_index=50,
        is_multilingual=True, return_timestamps=False, prev_sot_token_id=ids["<|startofprev|>"],
        alignment_heads=[[0, 0], [0, 1]], lang_to_id={word: ids[word] for word in WHISPER[2:6]},
        task_to_id={word.strip("<|>"): ids[word] for word in WHISPER[6:8]}, **begin, **ends,
    )  # fmt: skip
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=80, chunk_length=seconds).save_pretrained(folder)


def make_faster_whisper(folder: Path) -> None:
    """The same converted; CTranslate2 hears 30 seconds at once, always."""
    from ctranslate2.converters import TransformersConverter

    with tempfile.TemporaryDirectory() as whisper:
        make_whisper(Path(whisper), seconds=30)
        copied = ["tokenizer.json", "preprocessor_config.json"]
        TransformersConverter(whisper, copy_files=copied).convert(str(folder), force=True)


def make_moonshine(folder: Path) -> None:
    """Moonshine."""
    import torch
    from transformers import (
        MoonshineConfig,
        MoonshineForConditionalGeneration,
        PreTrainedTokenizerFast,
        Wav2Vec2FeatureExtractor,
    )

    words = PreTrainedTokenizerFast(
        tokenizer_object=byte_words(), unk_token="<unk>", bos_token="<s>", eos_token="</s>",
        pad_token="<pad>", clean_up_tokenization_spaces=False,
    )  # fmt: skip
    config = MoonshineConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, encoder_num_hidden_layers=1,
        decoder_num_hidden_layers=1, encoder_num_attention_heads=2, decoder_num_attention_heads=2,
        bos_token_id=words.bos_token_id, decoder_start_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id, initializer_range=0.5,
    )  # fmt: skip
    torch.manual_seed(4)
    MoonshineForConditionalGeneration(config).save_pretrained(folder)
    words.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True, do_normalize=False).save_pretrained(folder)


def make_ctc(folder: Path) -> None:
    """wav2vec 2.0, which writes capitals."""
    import torch
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2CTCTokenizer,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForCTC,
        Wav2Vec2Processor,
    )

    marks = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({mark: number for number, mark in enumerate(marks)}))
    config = Wav2Vec2Config(
        vocab_size=len(marks), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, conv_dim=(16, 16, 16), conv_stride=(5, 8, 8), conv_kernel=(10, 8, 8),
        num_feat_extract_layers=3, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2,
        initializer_range=0.5,
    )  # fmt: skip
    torch.manual_seed(5)
    Wav2Vec2ForCTC(config).save_pretrained(folder)
    Wav2Vec2Processor(
        feature_extractor=Wav2Vec2FeatureExtractor(return_attention_mask=False),
        tokenizer=Wav2Vec2CTCTokenizer(str(vocabulary)),
    ).save_pretrained(folder)


HEARING = {
    "tiny/whisper": make_whisper,
    "tiny/faster-whisper": make_faster_whisper,
    "tiny/moonshine": make_moonshine,
    "tiny/ctc": make_ctc,
}
