from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crossmodal.calibration import Calibration
from crossmodal.card import ModelCard
from crossmodal.errors import InputError, MissingModel, UnknownName, UnsafeModel
from crossmodal.modality import IMAGE, TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import MANIFEST, Checkpoints, cards_of

NAME = "tiny/clip"


@pytest.fixture
def source(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]], tmp_path: Path
) -> Path:
    tiny_checkpoint(NAME)
    folder = tmp_path / "source"
    shutil.copytree(shelf.folder(NAME), folder, ignore=shutil.ignore_patterns(MANIFEST))
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "models")


def test_a_checkpoint_says_what_it_is(place: Checkpoints, source: Path) -> None:
    manifest = place.add(source, "me/clip", licence="MIT", commercial=True)
    image, text = cards_of(manifest)
    assert (image.name, text.name) == ("me/clip:image", "me/clip:text")
    assert image.space == text.space
    assert image.space is not None
    assert image.space.dim == 24
    assert image.options["side"] == 32
    assert image.parameters > 10_000
    assert image.licence == "MIT"
    assert place.names() == ["me/clip"]
    assert list(place.cards()) == [image, text]


def test_it_resolves_by_its_name_and_modality(place: Checkpoints, source: Path) -> None:
    place.add(source, "me/clip")
    registry = Registry(place.cards(), shelf=place)
    assert registry.card("me/clip", source=TEXT).name == "me/clip:text"
    with pytest.raises(UnknownName, match="several models.*'me/clip:image'"):
        registry.card("me/clip")
    with pytest.raises(UnknownName, match="is no encoder from audio"):
        registry.encoder("me/clip", source=_audio())


def _audio() -> object:
    from crossmodal.modality import AUDIO

    return AUDIO


def test_missing_and_half_checkpoints_name_the_cure(place: Checkpoints, source: Path) -> None:
    card = next(iter(cards_of(place.add(source, NAME))))
    weights = place.folder(NAME) / "model.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:-1])
    with pytest.raises(MissingModel, match=r"lacks a whole model.safetensors.*models pull tiny"):
        place.open(card)
    (place.folder(NAME) / MANIFEST).write_text("{")
    assert list(place.cards()) == []
    with pytest.raises(MissingModel, match="pulled only in part"):
        place.open(card)
    assert place.remove(NAME) > len(data)
    with pytest.raises(MissingModel, match="not on this machine.*crossmodal models pull tiny/clip"):
        place.open(card)
    assert not Registry([card], shelf=place).usable(card)


def test_a_cut_file_is_not_taken_in(place: Checkpoints, source: Path) -> None:
    weights = source / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-7])
    with pytest.raises(MissingModel, match="header announces"):
        place.add(source, NAME)
    assert not place.folder(NAME).exists()


def test_pickles_and_code_are_not_taken_in(place: Checkpoints, source: Path) -> None:
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    with pytest.raises(UnsafeModel, match=r"pytorch_model.bin only"):
        place.add(source, NAME)
    (source / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": ["t.T", null]}}')
    with pytest.raises(UnsafeModel, match=r"tokenizer_config.json names it"):
        place.add(source, NAME)


def test_names_are_not_taken_twice(place: Checkpoints, source: Path) -> None:
    place.add(source, NAME)
    with pytest.raises(InputError, match="already"):
        place.add(source, NAME)


def test_a_fitted_curve_is_kept(place: Checkpoints, source: Path) -> None:
    manifest = place.add(source, NAME)
    assumed = next(iter(cards_of(manifest)))
    assert any("image-text" in limit and "assumed" in limit for limit in assumed.limits)
    place.calibrate(NAME, "image-text", Calibration(30.0, -4.0))
    fitted = next(place.cards())
    assert fitted.source is IMAGE
    assert fitted.calibration_with(TEXT) == Calibration(30.0, -4.0)
    assert not any("image-text" in limit for limit in fitted.limits)
    with pytest.raises(MissingModel):
        place.calibrate("tiny/none", "image-text", Calibration(1.0, 0.0))
