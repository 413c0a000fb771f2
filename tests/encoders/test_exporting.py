from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from contract import check_encoder, samples
from PIL import Image as Pillow
from tiny_hub.sentences import SENTENCES
from typer.testing import CliRunner

from crossmodal.card import ModelCard
from crossmodal.cli.app import app
from crossmodal.encoders.exporting import overlap
from crossmodal.errors import InputError
from crossmodal.modality import IMAGE, TEXT
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.sources.checkpoints import Checkpoints
from crossmodal.space import Space, Vectors

NAME = "tiny/clip"


@pytest.fixture
def home_shelf(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]], own_home: Path
) -> Checkpoints:
    """The tiny CLIP among the models of this test's own user."""
    tiny_checkpoint(NAME)
    place = Checkpoints(Settings().models_folder)
    shutil.copytree(shelf.folder(NAME), place.folder(NAME))
    return place


def test_export_by_command(home_shelf: Checkpoints, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for number in range(24):
        pixels = random.integers(0, 256, (4, 4, 3), np.uint8)
        picture = Pillow.fromarray(pixels).resize((40, 40), Pillow.Resampling.BICUBIC)
        picture.save(tmp_path / f"{number:02}.png")
    words = "\n".join(f"a {colour} {thing}" for colour in "abcd" for thing in ("dog", "cat", "sun"))
    (tmp_path / "words.txt").write_text(words)
    arguments = ["models", "export", NAME, *map(str, sorted(tmp_path.glob("*.*"))), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["name"] == f"{NAME}-int8"
    assert set(document["agreement"]) == {"image", "text"}
    assert document["agreement"]["image"] > 0.8
    assert document["agreement"]["text"] > 0.8

    cards = [card for card in home_shelf.cards() if card.checkpoint == f"{NAME}-int8"]
    assert [card.requires for card in cards] == [(), ()]
    registry = Registry(cards, shelf=home_shelf)
    for modality in (IMAGE, TEXT):
        exported = registry.encoder(f"{NAME}-int8", modality)
        check_encoder_loosely(exported, samples(modality))
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 1
    assert "cannot be made" in again.stderr


def check_encoder_loosely(encoder, media) -> None:  # type: ignore[no-untyped-def]
    """Check what holds in 8 bits too: a batch's range of numbers moves its rounding a little."""
    vectors = encoder.encode(media).values
    alone = np.concatenate([encoder.encode([medium]).values for medium in media])
    assert (vectors * alone).sum(1).min() > 0.99
    assert len(encoder.encode([])) == 0


def test_the_whole_contract_in_float32(home_shelf: Checkpoints) -> None:
    from crossmodal.workbench import Workbench

    bench = Workbench()
    made = bench.export_model(NAME, [], precision="fp32", to="me/plain")
    assert made.agreement == {}
    fresh = Workbench(Settings(dtype="float32"))
    for modality in (IMAGE, TEXT):
        exported = fresh.registry.encoder("me/plain", modality)
        check_encoder(exported, samples(modality))
        original = fresh.registry.encoder(NAME, modality)
        np.testing.assert_allclose(
            exported.encode(samples(modality)).values,
            original.encode(samples(modality)).values,
            atol=1e-5,
        )


@pytest.mark.parametrize("name", ["tiny/siglip", "tiny/clap", "tiny/xclip", *sorted(SENTENCES)])
def test_sounds_films_and_sentences_too(
    name: str, shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> None:
    from crossmodal.workbench.exporting import export_checkpoint

    cards, target = tiny_checkpoint(name), f"{name}-onnx"
    export_checkpoint(shelf.root, cards, target, [], precision="fp32")
    made = [card for card in shelf.cards() if card.checkpoint == target]
    assert {card.source for card in made} == {card.source for card in cards}
    assert all(card.requires == () for card in made)
    assert [card.calibration for card in made] == [card.calibration for card in cards]
    exported, original = Registry(made, shelf=shelf), Registry(cards, shelf=shelf)
    for card in made:
        assert card.source is not None
        media = samples(card.source)
        encoder = exported.encoder(target, card.source)
        check_encoder(encoder, media)
        np.testing.assert_allclose(
            encoder.encode(media).values,
            original.encoder(name, card.source).encode(media).values,
            atol=1e-5,
        )


@pytest.fixture
def home_whisper(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]], own_home: Path
) -> Checkpoints:
    tiny_checkpoint("tiny/whisper")
    place = Checkpoints(Settings().models_folder)
    shutil.copytree(shelf.folder("tiny/whisper"), place.folder("tiny/whisper"))
    return place


def test_a_whisper_by_command(home_whisper: Checkpoints, tmp_path: Path) -> None:
    from translators.engines import spoken

    spoken("Good morning to you all.").save(tmp_path / "said.wav")
    arguments = ["models", "export", "tiny/whisper", str(tmp_path / "said.wav"), "--json"]
    result = CliRunner().invoke(app, [*arguments, "--precision", "fp32"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["agreement"] == {"words": 1.0}
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    small = home_whisper.folder("tiny/whisper-int8") / "onnx"
    whole = home_whisper.folder("tiny/whisper-fp32") / "onnx"
    assert sum(path.stat().st_size for path in small.iterdir()) < sum(
        path.stat().st_size for path in whole.iterdir()
    )
    (card,) = [card for card in home_whisper.cards() if card.name == "tiny/whisper-int8"]
    assert card.requires == ("pocketsphinx",)


def test_what_is_no_whisper_cannot_be_exported(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> None:
    from crossmodal.workbench.exporting import export_checkpoint

    cards = tiny_checkpoint("tiny/ctc")
    with pytest.raises(InputError, match="tiny/ctc cannot be exported"):
        export_checkpoint(shelf.root, cards, "me/ctc", [], precision="fp32")
    assert not shelf.folder("me/ctc").exists()


def test_overlap_by_hand() -> None:
    space = Space("flat", "1", 2)
    angles = np.radians([0, 10, 25, 100])
    one = Vectors(space, np.stack([np.cos(angles), np.sin(angles)], 1))
    moved = np.radians([0, 40, 25, 100])
    other = Vectors(space, np.stack([np.cos(moved), np.sin(moved)], 1))
    assert overlap(one, one, k=1) == 1
    # nearest: 1 0 1 2 before; 2 2 1 1 after: only the third agrees
    assert overlap(one, other, k=1) == 0.25
    with pytest.raises(InputError, match="at least 11"):
        overlap(one, other)
