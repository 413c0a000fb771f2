"""When Whisper's words are said, by hand and beside transformers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from transformers import AutoProcessor

from crossmodal.card import ModelCard
from crossmodal.sources.checkpoints import Checkpoints
from crossmodal.translators.whisper_words import warped, words_of


def test_words_are_those_of_transformers(
    tiny_checkpoint: Callable[[str], list[ModelCard]], shelf: Checkpoints
) -> None:
    from transformers.models.whisper.tokenization_whisper import _combine_tokens_into_words

    tiny_checkpoint("tiny/whisper")
    tokenizer = AutoProcessor.from_pretrained(shelf.folder("tiny/whisper")).tokenizer
    fast = tokenizer.backend_tokenizer
    said = ' "Grüß Gott", sagte (er) – und: 東京 10.5 %!'
    tokens = fast.encode(said, add_special_tokens=False).ids

    def decode(some: Any) -> str:
        return fast.decode(list(some), skip_special_tokens=False)

    for language, spaced in (("german", True), ("japanese", False)):
        words, _, places = _combine_tokens_into_words(tokenizer, tokens, language)
        found = words_of(tokens, decode, spaced=spaced)
        assert found == list(zip(words, places, strict=True))
        assert "".join(word for word, _ in found) == said


def test_the_cheapest_way_by_hand() -> None:
    costs = np.array([[0.0, 0.0, 9.0], [9.0, 9.0, 0.0]])
    rows, columns = warped(costs)
    assert rows.tolist() == [0, 0, 1]
    assert columns.tolist() == [0, 1, 2]


def test_words_by_hand() -> None:
    pieces = [" (", "Good", " mor", "ning", ",", " all", "!"]

    def decode(tokens: Any) -> str:
        return "".join(pieces[token] for token in tokens)

    words = words_of(range(7), decode, spaced=True)
    assert words == [(" (Good", [0, 1]), (" morning,", [2, 3, 4]), (" all!", [5, 6])]
    letters = words_of([2, 3], decode, spaced=False)
    assert letters == [(" mor", [0]), ("ning", [1])]
