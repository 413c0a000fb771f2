from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from contract import samples
from reference import assert_same, words
from tiny_hub.sentences import SENTENCES
from transformers import AutoModel

from crossmodal.card import ModelCard
from crossmodal.encoders.exporting import copy_rest
from crossmodal.encoders.pooling import pooling_modes
from crossmodal.encoders.sentence import load_text
from crossmodal.errors import MissingModel
from crossmodal.media import Text
from crossmodal.modality import TEXT
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoint, Checkpoints, cards_of
from crossmodal.sources.shrinking import silence


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


@pytest.fixture
def usual_export(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]], tmp_path: Path
) -> Callable[[str], Registry]:
    """The tiny checkpoints as exporters write them: the network alone, a vector a token."""

    def export(name: str) -> Registry:
        tiny_checkpoint(name)
        copy_rest(shelf.folder(name), tmp_path)
        (tmp_path / "onnx").mkdir()
        model = AutoModel.from_pretrained(shelf.folder(name), attn_implementation="eager").eval()
        names = ["input_ids", "attention_mask", "token_type_ids"]
        with silence():
            torch.onnx.export(
                model, (), tmp_path / "onnx" / "model.onnx",
                kwargs={key: torch.ones(2, 7, dtype=torch.int64) for key in names},
                input_names=names,
                output_names=["last_hidden_state", "pooler_output"],
                dynamic_shapes={key: {0: "batch", 1: "tokens"} for key in names},
                external_data=False, dynamo=True, verbose=False,
            )  # fmt: skip
        manifest = shelf.add(tmp_path, f"{name}-usual", licence="MIT")
        return Registry(cards_of(manifest), shelf=shelf)

    return export


@pytest.mark.parametrize("name", ["tiny/sentence", "tiny/sentence-last"])
def test_the_hubs_usual_export_is_pooled_as_its_modules_say(
    name: str, shelf: Checkpoints, usual_export: Callable[[str], Registry]
) -> None:
    from sentence_transformers import SentenceTransformer

    registry = usual_export(name)
    assert [card.requires for card in registry] == [()]  # neither torch nor transformers
    model = SentenceTransformer(str(shelf.folder(name)), device="cpu", local_files_only=True)
    said = [*samples(TEXT), Text("a " * 40)]
    expected = model.encode(words(said), show_progress_bar=False)
    assert_same(registry.encoder(f"{name}-usual"), said, expected)


def test_an_export_that_ends_before_the_dense_layer_is_refused(
    usual_export: Callable[[str], Registry],
) -> None:
    encoder = usual_export("tiny/sentence-dense").encoder("tiny/sentence-dense-usual")
    with pytest.raises(MissingModel, match=r"ends before its dense layer.*models export"):
        encoder.encode([Text("a dog")])


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
