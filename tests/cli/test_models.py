"""`crossmodal models`, against a hub on loopback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from tiny_hub.server import FakeHub
from typer.testing import CliRunner, Result

from crossmodal.card import ModelCard
from crossmodal.cli.app import app
from crossmodal.sources.checkpoints import MANIFEST, Checkpoints

NAME = "tiny/clip"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def hub(
    shelf: Checkpoints,
    tiny_checkpoint: Callable[[str], list[ModelCard]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FakeHub]:
    tiny_checkpoint(NAME)
    folder = tmp_path / "source"
    shutil.copytree(shelf.folder(NAME), folder, ignore=shutil.ignore_patterns(MANIFEST))
    with FakeHub({NAME: folder}).serve() as hub:
        monkeypatch.setenv("CROSSMODAL_HUB", hub.endpoint)
        monkeypatch.setenv("CROSSMODAL_DTYPE", "float32")
        yield hub


def test_pull_use_and_remove(hub: FakeHub, photos: Path, tmp_path: Path) -> None:
    pulled = run("models", "pull", NAME, "--yes", "--json")
    assert pulled.exit_code == 0, pulled.output
    document = json.loads(pulled.stdout)
    assert document["models"] == [f"{NAME}:image", f"{NAME}:text"]
    assert document["licence"] == "apache-2.0"
    assert Path(document["folder"]).is_dir()
    assert "licence: apache-2.0 (commercial use allowed)" in pulled.stderr

    listed = json.loads(run("models", "list", "--installed", "--json").stdout)["models"]
    assert f"{NAME}:text" in [card["name"] for card in listed]
    shown = run("models", "show", NAME).stdout
    assert f"image → {NAME}@" in shown
    assert f"text → {NAME}@" in shown

    removed = json.loads(run("models", "remove", NAME, "--json").stdout)
    assert removed["bytes"] >= document["bytes"]
    assert not Path(document["folder"]).exists()
    again = run("models", "remove", NAME)
    assert again.exit_code == 2
    assert "not on this machine" in again.stderr


def test_nothing_comes_without_a_yes(hub: FakeHub) -> None:
    asked = run("models", "pull", NAME)
    assert asked.exit_code == 2
    assert "--yes" in asked.stderr
    assert not any(path.endswith(".safetensors") for path, _ in hub.requests)


def test_offline_is_a_setting(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSMODAL_OFFLINE", "1")
    result = run("models", "pull", NAME, "--yes", "--json")
    assert result.exit_code == 1
    assert "offline" in json.loads(result.stdout)["problem"]
    assert hub.requests == []


def test_licences_are_refused_before_anything_comes(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSMODAL_COMMERCIAL_ONLY", "1")
    hub.licence = "cc-by-nc-4.0"
    result = run("models", "pull", NAME, "--yes")
    assert result.exit_code == 1
    assert "may not be used commercially (cc-by-nc-4.0)" in result.stderr
    assert not any(path.endswith(".safetensors") for path, _ in hub.requests)


def test_a_checkpoint_of_ones_own(hub: FakeHub) -> None:
    folder = hub.folders[NAME]
    added = json.loads(run("models", "add", folder, "me/clip", "--json").stdout)
    assert added["family"] == "clip"
    twice = run("models", "add", folder, "me/clip")
    assert twice.exit_code == 1
    assert "already" in twice.stderr
    assert "no commercial use" in run("models", "show", "me/clip").stdout


def test_calibrate_index_and_search_with_it(hub: FakeHub, tmp_path: Path) -> None:
    run("models", "pull", NAME, "--yes")
    random, lines = np.random.default_rng(2), []
    place = tmp_path / "pictures"
    place.mkdir()
    for number in range(12):
        pixels = random.integers(0, 256, (6, 6, 3), np.uint8)
        Pillow.fromarray(pixels).resize((40, 40)).save(place / f"{number}.png")
        lines.append(f"{number}.png,a {'red' if number % 2 else 'blue'} dog {number}")
    (place / "pairs.csv").write_text("\n".join(lines), "utf-8")
    fitted = run("models", "calibrate", NAME, place / "pairs.csv", "--json")
    assert fitted.exit_code == 0, fitted.output
    curve = json.loads(fitted.stdout)
    shown = json.loads(run("models", "show", f"{NAME}:image", "--json").stdout)
    assert shown["calibration"]["image-text"]["scale"] == pytest.approx(curve["scale"])
    few = run("models", "calibrate", NAME, hub.folders[NAME] / "config.json")
    assert few.exit_code == 1

    folder = tmp_path / "i.cm"
    added = run("index", place, "--index", folder, "--model", NAME, "--json")
    assert json.loads(added.stdout)["added"] == 13, added.output
    found = run("search", "--image", place / "3.png", "--index", folder, "--model", NAME, "--json")
    assert Path(json.loads(found.stdout)["hits"][0]["path"]).name == "3.png"
    other = run("search", "a dog", "--index", folder, "--model", "pocket-imag")
    assert other.exit_code == 2
    assert "Did you mean 'pocket-image" in other.stderr
    told = run("classify", place / "3.png", "--labels", "red,blue", "--model", NAME, "--json")
    words = {row["label"] for row in json.loads(told.stdout)["labels"]}
    assert words == {"red", "blue"}, told.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["pull", "clip", "--yes"], 1, "ORG/NAME"),
        (["pull", "tiny/clap", "--yes"], 1, "has no tiny/clap"),
        (["pull", "tiny/clip", "--yes", "--onnx", "int4"], 1, "int8"),
        (["remove", "tiny/clip"], 2, "not on this machine"),
        (["add", "{tmp}/none", "a/b"], 1, "no folder"),
        (["list", "--edge", "bridge"], 2, "no kind 'bridge'"),
        (["show", "tiny/unheard"], 2, "models pull tiny/unheard"),
    ],
)
def test_wrong_calls(
    hub: FakeHub, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    result = run("models", *(argument.format(tmp=tmp_path) for argument in arguments))
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.split())
