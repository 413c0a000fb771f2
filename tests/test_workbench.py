from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny import IMAGE_CARD, cards

from crossmodal.errors import InputError, UnknownName
from crossmodal.media import Image, Text
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.workbench import Workbench

SETTINGS = Settings(
    image_model="tiny-image",
    text_model="tiny-text",
    audio_model="",
    video_model="",
    index_speech=False,
)


@pytest.fixture
def bench() -> Workbench:
    return Workbench(SETTINGS, registry=Registry(cards()))


def test_embed_mixed_items_in_order(bench: Workbench, photos: Path) -> None:
    vectors = bench.embed(["blue", photos / "0.png", Text("red"), bench.load(photos / "2.png")])
    nearest = vectors.cosine(vectors).argsort(axis=1)[:, -2:]
    assert {frozenset(pair) for pair in nearest.tolist()} == {frozenset({0, 3}), frozenset({1, 2})}


def test_embed_nothing(bench: Workbench) -> None:
    with pytest.raises(InputError, match="nothing to embed"):
        bench.embed([])


def test_index_and_search(bench: Workbench, photos: Path, tmp_path: Path) -> None:
    with bench.index(tmp_path / "i.cm") as index:
        assert index.add(photos).added == 3
        hits = index.search("a green photo", k=1).hits
    assert Path(hits[0].path).name == "1.png"


def test_classify_a_path_or_a_medium(bench: Workbench, photos: Path) -> None:
    assert bench.classify(photos / "2.png", ["red", "blue"]).best == "blue"
    plain = Image(np.full((9, 9, 3), (250, 0, 0), np.uint8))
    assert bench.classify(plain, ["red", "blue"]).best == "red"


def test_no_encoder_for_a_modality(bench: Workbench) -> None:
    with pytest.raises(InputError, match="No model encodes audio"):
        bench.encoder(AUDIO)


def test_films_are_seen_by_the_model_chosen_for_pictures() -> None:
    other = replace(IMAGE_CARD, name="other-image")
    film = replace(
        IMAGE_CARD, name="tiny-film", source=VIDEO, parts=("other-image",),
        loader="crossmodal.encoders.film:load",
    )  # fmt: skip
    settings = replace(SETTINGS, video_model="tiny-film")
    bench = Workbench(settings, registry=Registry([*cards(), other, film]))
    assert bench.encoder(VIDEO).card.parts == ("tiny-image",)
    settings = replace(settings, image_model="other-image")
    bench = Workbench(settings, registry=Registry([*cards(), other, film]))
    assert bench.encoder(VIDEO).card == film
    assert set(bench.encoders()) == {TEXT, IMAGE, VIDEO}


def test_a_sound_model_of_another_space_is_left_out_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    space = replace(IMAGE_CARD.space, name="elsewhere")
    stranger = replace(IMAGE_CARD, name="tiny-sound", source=AUDIO, space=space)
    settings = replace(SETTINGS, audio_model="tiny-sound")
    bench = Workbench(settings, registry=Registry([*cards(), stranger]))
    assert set(bench.encoders()) == {TEXT, IMAGE}
    assert "set audio_model" in caplog.text


def test_misspelt_model_in_the_settings() -> None:
    wrong = Settings(image_model="tiny-imag", text_model="tiny-text")
    bench = Workbench(wrong, registry=Registry(cards()))
    with pytest.raises(UnknownName, match="Did you mean 'tiny-image@1'"):
        bench.encoders()


def test_the_verbs_share_one_workbench(photos: Path) -> None:
    import crossmodal as cm

    assert {"pocket-image", "pocket-text"} <= {card.name for card in cm.models()}
    vectors = cm.embed(["a red square", photos / "0.png"])
    assert vectors.values.shape == (2, vectors.space.dim)
    assert isinstance(cm.load(photos / "0.png"), cm.Image)
    labels = cm.classify(photos / "0.png", ["red", "blue"]).labels
    assert {label.label for label in labels} == {"red", "blue"}
