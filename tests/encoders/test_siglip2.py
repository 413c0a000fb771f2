from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from reference import assert_both_same

from crossmodal.encoders.siglip2 import patched_size
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints

NAME = "tiny/siglip2"


def test_the_same_as_transformers(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from transformers import PreTrainedTokenizerFast, Siglip2Model
    from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

    registry, folder = tiny_registry(NAME), shelf.folder(NAME)
    model = Siglip2Model.from_pretrained(folder).eval()
    # AutoTokenizer would make one of SigLIP 2's own kind, without these words.
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    eyes = Siglip2ImageProcessorPil.from_pretrained(folder)
    assert_both_same(registry, NAME, model, tokenizer, eyes)


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_sizes_fit_and_are_the_references(height: int, width: int) -> None:
    from transformers.models.siglip2.image_processing_pil_siglip2 import (
        get_image_size_for_max_num_patches,
    )

    size = patched_size(height, width, patch=16, most=256)
    assert size == get_image_size_for_max_num_patches(height, width, 16, 256)
    assert np.prod(size) <= 256 * 16 * 16
