"""Film makers of the hub, beside diffusers itself: the same seed gives the same frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from tiny_hub import quick, small

from crossmodal.card import ModelCard
from crossmodal.errors import Cancelled, InputError
from crossmodal.media import Image, Text, Video
from crossmodal.modality import IMAGE, TEXT, VIDEO, Modality
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints
from crossmodal.translators.diffusers_films import whole_frames
from crossmodal.translators.making import Maker, MakingOptions

WORDS = Text("a ball bounces")
CASES = [
    ("ltx", TEXT, "LTXPipeline"),
    ("wan", TEXT, "WanPipeline"),
    ("cogvideox", TEXT, "CogVideoXPipeline"),
    ("animatediff", TEXT, "AnimateDiffPipeline"),
    ("ltx", IMAGE, "LTXImageToVideoPipeline"),
    ("wan-picture", IMAGE, "WanImageToVideoPipeline"),
    ("stable-video-diffusion", IMAGE, "StableVideoDiffusionPipeline"),
]


@pytest.fixture(scope="module")
def maker(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> Callable[[str, Modality], Maker]:
    def of(name: str, source: Modality) -> Maker:
        rows = map(quick, tiny_checkpoint(f"tiny/{name}"))
        model = Registry(rows, shelf=shelf).translator(f"tiny/{name}", source, VIDEO)
        assert isinstance(model, Maker)
        return model

    return of


@pytest.mark.parametrize(("name", "source", "kind"), CASES, ids=lambda value: str(value))
def test_frames_are_those_of_diffusers(
    name: str,
    source: Modality,
    kind: str,
    shelf: Checkpoints,
    maker: Callable[[str, Modality], Maker],
) -> None:
    model = maker(name, source)
    medium = WORDS if source is TEXT else small(IMAGE)[0]
    (film,) = model.make([medium], options=MakingOptions(seed=5, steps=2, size=(32, 32)))
    assert isinstance(film, Video)
    frames = np.stack([frame.image.pixels for frame in film.frames()])
    assert (film.width, film.height, film.fps) == (32, 32, model.card.options["fps"])
    assert film.duration == pytest.approx(model.card.options["frames"] / film.fps)

    pipe = getattr(diffusers, kind).from_pretrained(shelf.folder(f"tiny/{name}"))
    pipe.set_progress_bar_config(disable=True)
    given: dict[str, Any] = {"frame_rate": 24} if name == "ltx" else {}
    if isinstance(medium, Image):
        given["image"] = Pillow.fromarray(medium.pixels)
    if name != "stable-video-diffusion":
        given["prompt"] = WORDS.content if source is TEXT else ""
    expected = pipe(
        **given, num_frames=model.card.options["frames"], num_inference_steps=2, width=32,
        height=32, output_type="np", generator=torch.Generator("cpu").manual_seed(5),
    ).frames[0]  # fmt: skip
    np.testing.assert_array_equal(frames, (expected * 255).round().astype(np.uint8))


@pytest.mark.parametrize(("name", "source", "kind"), CASES, ids=lambda value: str(value))
def test_previews_show_a_frame(
    name: str, source: Modality, kind: str, maker: Callable[[str, Modality], Maker]
) -> None:
    looks: list[Image | None] = []

    def hear(step: Any) -> bool:
        looks.append(step.preview())
        return False

    with pytest.raises(Cancelled, match="step 1 of 2"):
        maker(name, source).make(
            [WORDS if source is TEXT else small(IMAGE)[0]], options=MakingOptions(on_step=hear)
        )
    (look,) = looks
    assert look is not None
    assert look.size == (32, 32)


def test_seconds_become_the_frames_that_the_network_can_make(
    maker: Callable[[str, Modality], Maker],
) -> None:
    notes: list[str] = []
    model = maker("cogvideox", TEXT)
    (film,) = model.make([WORDS], options=MakingOptions(seconds=1, on_note=notes.append))
    assert isinstance(film, Video)
    assert film.duration == 9 / 8
    assert notes == [
        "The film gets 9 frames instead of 8: tiny/cogvideox@local makes one more than "
        "multiples of 4"
    ]


@pytest.mark.parametrize(
    ("wanted", "ratio", "frames"), [(1, 4, 1), (8, 4, 9), (6, 4, 5), (8, 1, 8), (120, 8, 121)]
)
def test_whole_frames(wanted: int, ratio: int, frames: int) -> None:
    assert whole_frames(wanted, ratio) == frames


def test_a_picture_keeps_its_shape(maker: Callable[[str, Modality], Maker]) -> None:
    picture = Image(np.zeros((30, 50, 3), np.uint8))
    (film,) = maker("stable-video-diffusion", IMAGE).make([picture])
    assert isinstance(film, Video)
    assert (film.width, film.height) == (48, 32)


def test_a_negative_is_refused_where_no_words_are_read(
    maker: Callable[[str, Modality], Maker],
) -> None:
    with pytest.raises(InputError, match="does not take words for what should not be there"):
        maker("stable-video-diffusion", IMAGE).make(
            small(IMAGE), options=MakingOptions(negative="fog")
        )
