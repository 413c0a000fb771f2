"""Words as a checkpoint wants them: numbers of its tokenizer.json, cut and padded as it learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ..contracts import Prepared
from ..errors import InputError, MissingModel
from ..sources.checkpoints import Checkpoint

UNLIMITED = 100_000  # a model_max_length beyond this means "not known"


class Words:
    """A checkpoint's tokenizer.

    Args:
        checkpoint: with its tokenizer.json.
        longest: tokens of the longest text; what follows is cut off.
        always: pad every text to `longest`, as a network that learned so needs it.
        clean: done to a text first.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        longest: int,
        always: bool = False,
        clean: Callable[[str], str] = str,
    ) -> None:
        config = checkpoint.json("tokenizer_config.json")
        limit = config.get("model_max_length") or UNLIMITED
        self.longest = min(longest, int(limit)) if limit < UNLIMITED else longest
        self.always, self._clean = always, clean
        self._tokenizer = _tokenizer(checkpoint)
        self._tokenizer.enable_truncation(self.longest)
        self._tokenizer.no_padding()
        self._left = config.get("padding_side") == "left"
        self._pad = _pad_id(checkpoint, self._tokenizer)

    def prepare(self, words: str) -> Prepared:
        """Return the text's token ids (T,) int64.

        Raises:
            InputError: there are no words in it.
        """
        clean = self._clean(words.encode("utf-8", "replace").decode())
        if not clean.strip():
            raise InputError("The text is empty", cure="Write at least one word.")
        return np.array(self._tokenizer.encode(clean).ids, np.int64)

    def batch(self, rows: Sequence[Prepared]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ids and mask (1 for a token, 0 for padding) of `rows`: (N, T) each."""
        lengths = np.array([len(ids) for ids in rows])
        width = self.longest if self.always else int(lengths.max())
        places = np.arange(width)
        mask = places >= width - lengths[:, None] if self._left else places < lengths[:, None]
        ids = np.full(mask.shape, self._pad, np.int64)
        ids[mask] = np.concatenate(rows)
        return ids, mask.astype(np.int64)


def _tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    """Return the checkpoint's tokenizer; made by transformers where it has no tokenizer.json."""
    path = checkpoint.folder / "tokenizer.json"
    try:
        if path.is_file():
            return Tokenizer.from_file(str(path))
        from ..sources.torch import local_only, transformers

        auto = transformers().AutoTokenizer
        with local_only():
            made = auto.from_pretrained(checkpoint.folder, local_files_only=True)
        return Tokenizer.from_str(made.backend_tokenizer.to_str())
    except Exception as error:  # tokenizers raises plain Exception, transformers many kinds
        raise MissingModel(
            f"{checkpoint.name} has no tokenizer that can be read: {error}",
            cure=f"Run: crossmodal models pull {checkpoint.name}",
        ) from error


def _pad_id(checkpoint: Checkpoint, tokenizer: Tokenizer) -> int:
    for file in ("tokenizer_config.json", "special_tokens_map.json"):
        token: Any = checkpoint.json(file).get("pad_token")
        token = token.get("content") if isinstance(token, dict) else token
        number = tokenizer.token_to_id(token) if token is not None else None
        if number is not None:
            return int(number)
    return 0  # masked out in any case
