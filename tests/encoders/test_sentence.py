from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from contract import samples
from reference import assert_same, words
from tiny_hub.sentences import SENTENCES

from crossmodal.encoders.sentence import load_text, pooling_modes
from crossmodal.errors import MissingModel
from crossmodal.media import Text
from crossmodal.modality import TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_the_same_as_sentence_transformers(
    name: str, shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    from sentence_transformers import SentenceTransformer

    registry = tiny_registry(name)
    model = SentenceTransformer(str(shelf.folder(name)), device="cpu", local_files_only=True)
    said = [*samples(TEXT), Text("a " * 40)]
    expected = model.encode(words(said), show_progress_bar=False)
    assert registry.card(name).space.dim == expected.shape[1]  # type: ignore[union-attr]
    assert_same(registry.encoder(name), said, expected)


def test_older_names_of_the_poolings() -> None:
    old = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}
    assert pooling_modes({**old, "pooling_mode_max_tokens": False}) == ("cls", "mean")
    assert pooling_modes({"pooling_mode": "lasttoken"}) == ("lasttoken",)
    assert pooling_modes({}) == ("mean",)


def test_a_default_prompt_is_put_before_the_words(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry], tmp_path: object
) -> None:
    name = "tiny/sentence"
    card = tiny_registry(name).card(name)
    checkpoint = shelf.open(card)
    plain = load_text(card, checkpoint)
    file = "config_sentence_transformers.json"
    prompted = _with(checkpoint, file, prompts={"q": "red "}, default_prompt_name="q")
    said = load_text(card, prompted).encode([Text("a dog")]).values
    assert said == pytest.approx(plain.encode([Text("red a dog")]).values)


def test_unknown_modules_are_named(
    shelf: Checkpoints, tiny_registry: Callable[[str], Registry]
) -> None:
    name = "tiny/sentence"
    card = tiny_registry(name).card(name)
    checkpoint = shelf.open(card)
    modules = checkpoint.json("modules.json")
    modules[2]["type"] = "sentence_transformers.models.CNN"
    with pytest.raises(MissingModel, match="kind CNN"):
        load_text(card, _replaced(checkpoint, "modules.json", modules))


def _with(checkpoint: Checkpoint, file: str, **changes: object) -> Checkpoint:
    return _replaced(checkpoint, file, {**checkpoint.json(file), **changes})


def _replaced(checkpoint: Checkpoint, file: str, value: object) -> Checkpoint:
    """Return a copy of the checkpoint with another `file`."""
    import shutil
    import tempfile
    from pathlib import Path

    folder = Path(tempfile.mkdtemp()) / "copy"
    shutil.copytree(checkpoint.folder, folder)
    (folder / file).write_text(json.dumps(value), "utf-8")
    return replace(checkpoint, folder=folder)
