"""`align` on the workbench and the command line: learn, keep, index, search, remove."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from learn.coloured import write_pairs, write_table
from learn.two_views import views
from tiny import cards
from typer.testing import CliRunner, Result

from crossmodal.cli.app import app
from crossmodal.errors import InputError, NameClash, StoreMismatch, UnknownName
from crossmodal.learn import spaces
from crossmodal.media import Text
from crossmodal.modality import AUDIO, IMAGE, TEXT
from crossmodal.registry import Registry
from crossmodal.settings import Settings, data_folder
from crossmodal.workbench import Workbench

SETTINGS = Settings(
    image_model="tiny-image",
    text_model="tiny-text",
    audio_model="",
    video_model="",
    index_speech=False,
)


def bench(space: str | None = None) -> Workbench:
    return Workbench(SETTINGS, registry=Registry([*cards(), *spaces.cards()]), space=space)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "pairs.csv", write_pairs(tmp_path / "pictures"))


def test_aligned_it_is_indexed_and_searched_at_once(table: Path, tmp_path: Path) -> None:
    aligned = bench().align(table, save="colours", held_out=0.2)
    assert aligned.learned.forth[0].value > aligned.learned.forth[0].chance
    with bench("colours").index(tmp_path / "i.cm") as index:
        summary = index.add(tmp_path / "pictures")
        assert summary.added + summary.copied == 60
        results = index.search("red red red", k=3)
        assert index.info().space.name == "colours"  # type: ignore[union-attr]
        picture = bench().load(Path(results.hits[0].path))
        assert picture.pixels[0, 0, 0] == picture.pixels[0, 0].max()  # type: ignore[union-attr]
        assert results.hits[0].probability is not None
        same = index.search(picture, k=1)
        assert same.hits[0].probability > 0.5  # type: ignore[operator]
    with pytest.raises(StoreMismatch, match="holds vectors of colours@"):
        bench().index(tmp_path / "i.cm")


def test_the_workbench_that_aligned_knows_the_models(table: Path) -> None:
    own = bench()
    own.align(table, save="colours")
    first = own.registry.encoder("colours-text")
    vectors = own.registry.encoder("colours-image").encode(
        [own.load(table.parent / "pictures/000.png")]
    )
    assert vectors.cosine(first.encode([Text("red")])).shape == (1, 1)
    with pytest.raises(NameClash):
        own.align(table, save="colours")
    own.align(table, save="colours", method="pls", replace=True)
    assert own.registry.encoder("colours-text").space != first.space


def test_each_space_has_its_own_default_index() -> None:
    assert bench("colours").settings.index_folder == data_folder() / "index-colours.cm"
    assert bench().settings.index_folder == data_folder() / "index.cm"


def test_a_space_encodes_what_it_was_learned_for(table: Path) -> None:
    bench().align(table, save="colours")
    own = bench("colours")
    assert set(own.encoders()) == {IMAGE, TEXT}
    with pytest.raises(InputError, match="No model encodes audio"):
        own.encoder(AUDIO)
    with pytest.raises(UnknownName, match="no space 'other'"):
        bench("other").encoders()


def test_pairs_of_media_and_features(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path)
    assert bench().align(pairs).sides == ("image", "text")
    left, right = views(7, 6, rows=80)
    assert bench().align((left, right)).sides == ("left", "right")
    with pytest.raises(InputError, match="different numbers of rows"):
        bench().align((left, right[:7]))
    with pytest.raises(InputError, match="no method 'magic'"):
        bench().align((left, right), method="magic")


def test_a_name_that_would_hide_a_model(table: Path) -> None:
    with pytest.raises(NameClash, match="'tiny-"):
        bench().align(table, save="tiny")


def test_a_space_outlives_its_encoders(table: Path) -> None:
    bench().align(table, save="colours")
    left = Registry(spaces.cards())
    assert not any(left.usable(card) for card in left if card.source is IMAGE and card.parts)


def test_command_line(table: Path, tmp_path: Path) -> None:
    """With the shipped encoders, from pairs to hits."""
    result = run("align", table, "--save", "mine", "--held-out", "0.2", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert set(document["recall"]) == {"image → text", "text → image"}
    assert document["space"] == "mine"
    assert {"low", "high", "chance"} <= set(document["recall"]["image → text"][0])
    assert run("index", tmp_path / "pictures", "--space", "mine").exit_code == 0
    found = json.loads(run("search", "red red", "--space", "mine", "-k", "2", "--json").stdout)
    assert len(found["hits"]) == 2
    assert 0 <= found["hits"][0]["probability"] <= 1
    assert (data_folder() / "index-mine.cm").exists()
    picture = tmp_path / "pictures" / "000.png"
    assert run("classify", picture, "--labels", "red,blue", "--space", "mine").exit_code == 0
    listed = json.loads(run("models", "list", "--json").stdout)["models"]
    assert {"mine-image", "mine-text-aligner"} <= {card["name"] for card in listed}
    shown = run("models", "show", "mine-image").stdout
    assert "R@10" in shown
    assert "pocket-image" in shown
    assert "mine" in run("spaces", "list").stdout
    assert json.loads(run("spaces", "list", "--json").stdout)["spaces"][0]["method"] == "cca"
    assert run("spaces", "remove", "mine").exit_code == 0
    assert json.loads(run("spaces", "list", "--json").stdout) == {"spaces": []}
    assert run("search", "red", "--space", "mine").exit_code == 2


def test_feature_files_for_people(tmp_path: Path) -> None:
    for name, view in zip("ab", views(7, 6, rows=80), strict=True):
        np.save(tmp_path / f"{name}.npy", view)
    result = run("align", tmp_path / "a.npy", tmp_path / "b.npy", "--method", "pls", "--save", "n")
    assert result.exit_code == 0, result.output
    assert "left → right" in result.stdout
    assert "72 pairs" in result.stderr
    assert "features" in run("spaces", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["{tmp}/none.csv"], 1, "none.csv"),
        (["{tmp}/a.npy"], 2, "two .npy"),
        (["{tmp}/a.npy", "{tmp}/a.npy"], 1, "a.npy"),
        (["{table}", "--where", "split"], 2, "COLUMN=VALUE"),
        (["{table}", "--where", "split=dev"], 1, "no column 'split'"),
        (["{table}", "--save", "No Such"], 1, "cannot name a space"),
        (["{table}", "--save", "pocket"], 1, "pocket-"),
        (["{table}", "--method", "magic"], 1, "no method 'magic'"),
        (["{table}", "--lock", "text"], 1, "To lock one use"),
    ],
)
def test_wrong_calls(
    table: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY nothing more")
    result = run("align", *(word.format(tmp=tmp_path, table=table) for word in arguments))
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
