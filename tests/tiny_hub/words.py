"""Tokenizers that know a few words."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

WORDS = ["a", "photo", "of", "the", "dog", "cat", "red", "green", "blue", "runs", "ein", "hund"]


def clip_words() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return a byte-level BPE vocabulary and merges as CLIP's: a letter at a time, some words."""
    letters = list(pre_tokenizers.ByteLevel.alphabet())
    vocab = sorted(letters) + sorted(f"{letter}</w>" for letter in letters)
    merges = [("d", "o"), ("do", "g</w>"), ("c", "a"), ("ca", "t</w>"), ("r", "e"), ("re", "d</w>")]
    vocab += ["".join(pair) for pair in merges] + ["<|startoftext|>", "<|endoftext|>"]
    return {word: number for number, word in enumerate(vocab)}, merges


def bert_words() -> Tokenizer:
    """Return a tokenizer of whole words with [CLS] and [SEP], as BERT's."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocab = {word: number for number, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def byte_words(first: Sequence[str] = ()) -> Tokenizer:
    """Return a tokenizer of single bytes, as GPT-2 writes them, after the special words `first`."""
    letters = [*first, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer
