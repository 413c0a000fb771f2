"""Sentence encoders, saved by sentence-transformers itself."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from .dual import LONGEST, TOWER, word_tokenizer


def make_sentence(folder: Path, *, pooling: Any = "mean", dense: bool = False) -> None:
    """A tiny BERT with `pooling`, perhaps a dense layer, and unit length."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import BertConfig, BertModel

    torch.manual_seed(6)
    config = BertConfig(**TOWER, vocab_size=20, max_position_embeddings=LONGEST)
    with tempfile.TemporaryDirectory() as plain:
        BertModel(config).save_pretrained(plain)
        word_tokenizer().save_pretrained(plain)
        network = modules.Transformer(plain, max_seq_length=12)
    width = TOWER["hidden_size"] * (1 if isinstance(pooling, str) else len(pooling))
    parts = [network, modules.Pooling(TOWER["hidden_size"], pooling_mode=pooling)]
    if dense:
        parts.append(modules.Dense(width, 10, activation_function=torch.nn.Tanh()))
    SentenceTransformer(modules=[*parts, modules.Normalize()], device="cpu").save(str(folder))


SENTENCES = {
    "tiny/sentence": make_sentence,
    "tiny/sentence-dense": partial(make_sentence, pooling=("cls", "max"), dense=True),
    "tiny/sentence-last": partial(make_sentence, pooling=("lasttoken", "weightedmean")),
}
