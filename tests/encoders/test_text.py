from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import tiny_text_encoder

from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError
from crossmodal.media import Text

ENCODER = tiny_text_encoder()


def test_words_become_the_networks_ids(text_encoder: TextEncoder) -> None:
    assert text_encoder.prepare(Text("A red photo!")).tolist() == [4, 1, 5, 0]


def test_padding_changes_nothing(text_encoder: TextEncoder) -> None:
    short, long = Text("red"), Text("a photo a photo a blue photo")
    together = text_encoder.encode([short, long]).values
    np.testing.assert_allclose(together[:1], text_encoder.encode([short]).values, atol=1e-6)


def test_long_text_is_cut(text_encoder: TextEncoder) -> None:
    assert len(text_encoder.prepare(Text("red " * 1000))) == 16


@pytest.mark.parametrize("words", ["", "  \n"])
def test_empty_text_is_refused(text_encoder: TextEncoder, words: str) -> None:
    with pytest.raises(InputError, match="empty"):
        text_encoder.encode([Text(words)])


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_gives_a_vector_or_a_clear_error(words: str) -> None:
    try:
        vectors = ENCODER.encode([Text(words)])
    except InputError:
        assert (
            not words.split()
            or not ENCODER._tokenizer.encode(words.encode("utf-8", "replace").decode()).ids
        )
    else:
        assert np.isfinite(vectors.values).all()
