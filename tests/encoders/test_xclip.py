from __future__ import annotations

from collections.abc import Callable

import torch
from contract import samples
from PIL import Image as Pillow
from reference import assert_same, words

from crossmodal.encoders.film import spread
from crossmodal.media import Video
from crossmodal.modality import TEXT, VIDEO
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints

NAME = "tiny/xclip"


def test_the_same_as_transformers(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from transformers import AutoTokenizer, XCLIPModel
    from transformers.models.videomae.image_processing_pil_videomae import (
        VideoMAEImageProcessorPil,
    )

    registry, folder = tiny_registry(NAME), shelf.folder(NAME)
    model = XCLIPModel.from_pretrained(folder).eval()
    eyes = VideoMAEImageProcessorPil.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    films, said = samples(VIDEO), samples(TEXT)
    frames = [
        [Pillow.fromarray(one.pixels) for one in spread(film, 4)]
        for film in films
        if isinstance(film, Video)
    ]
    ids = tokenizer(words(said), padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        seen = model.get_video_features(**eyes(frames, return_tensors="pt")).pooler_output
        texts = model.get_text_features(**ids).pooler_output
    assert_same(registry.encoder(NAME, VIDEO), films, seen)
    assert_same(registry.encoder(NAME, TEXT), said, texts)
