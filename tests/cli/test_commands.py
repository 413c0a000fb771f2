"""The commands as users call them: output, JSON, exit codes. With the shipped models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage
from typer.testing import CliRunner, Result

from crossmodal.cli.app import app
from crossmodal.codecs import video
from crossmodal.media import Audio, Image


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def index(photos: Path, tmp_path: Path) -> Path:
    (photos / "note.md").write_text("# Packing\n\nTent, stove and rope for the mountains.\n")
    folder = tmp_path / "index.cm"
    result = run("index", photos, "--index", folder)
    assert result.exit_code == 0, result.output
    return folder


def test_index_says_what_it_did(photos: Path, tmp_path: Path) -> None:
    folder = tmp_path / "i.cm"
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    first = run("index", photos, "--index", folder, "--json")
    document = json.loads(first.stdout)
    assert first.exit_code == 0
    assert (document["added"], document["failed"]) == (3, 1)
    assert [Path(problem["path"]).name for problem in document["problems"]] == ["broken.jpg"]
    second = json.loads(run("index", photos, "--index", folder, "--json").stdout)
    assert (second["added"], second["unchanged"]) == (0, 3)


def test_index_for_people(photos: Path, tmp_path: Path) -> None:
    result = run("index", photos, "--index", tmp_path / "i.cm")
    assert result.stdout == ""
    assert "3 added" in result.stderr
    assert "3 files now" in result.stderr


def test_forget(index: Path, photos: Path) -> None:
    document = json.loads(run("index", photos, "--forget", "--index", index, "--json").stdout)
    assert document["forgotten"] == 4
    assert json.loads(run("search", "tent", "--index", index, "--json").stdout)["hits"] == []


def test_search_json_is_what_the_design_promises(index: Path, photos: Path) -> None:
    result = run("search", "stove", "and", "rope", "--index", index, "-k", "2", "--json")
    document = json.loads(result.stdout)
    assert document["query"] == "“stove and rope”"
    first = document["hits"][0]
    keys = {"path", "modality", "score", "probability", "start", "end", "because"}
    assert keys <= first.keys()
    assert Path(first["path"]) == photos / "note.md"
    assert first["modality"] == "text"
    assert 0 <= first["probability"] <= 1
    assert document["seconds"] > 0


def test_what_is_not_there_is_one_line_and_no_bar(index: Path, tmp_path: Path) -> None:
    result = run("index", tmp_path / "none", "--index", index)
    assert result.exit_code == 1
    assert result.stderr.startswith("error:")
    assert "crossmodal index PATH --forget" in " ".join(result.stderr.split())


def test_search_by_picture_finds_itself_first(index: Path, photos: Path) -> None:
    result = run("search", "--image", photos / "1.png", "--index", index, "--json")
    assert Path(json.loads(result.stdout)["hits"][0]["path"]) == photos / "1.png"


def test_search_within_modalities(index: Path) -> None:
    result = run("search", "a colour", "--in", "image", "--index", index, "--json")
    assert {hit["modality"] for hit in json.loads(result.stdout)["hits"]} == {"image"}


@pytest.mark.parametrize("name", ["sheet.png", "sheet.html"])
def test_search_writes_a_sheet(index: Path, tmp_path: Path, name: str) -> None:
    sheet = tmp_path / name
    result = run("search", "stove", "--index", index, "--sheet", sheet)
    assert result.exit_code == 0, result.output
    assert sheet.stat().st_size > 1000


@pytest.fixture
def filmed(photos: Path, tmp_path: Path) -> Path:
    """An index of the photos, a film that is blue and then noise, and a hum."""
    random = np.random.default_rng(5)
    plain = Image(np.full((96, 128, 3), (20, 20, 220), np.uint8))
    noise = Image(random.integers(0, 256, (96, 128, 3), np.uint8))
    video.write(photos / "clip.mp4", [plain] * 20 + [noise] * 20, fps=10)
    noise.save(tmp_path / "noise.png")
    Audio(np.sin(np.arange(16_000, dtype=np.float32)), 8000).save(photos / "hum.wav")
    folder = tmp_path / "filmed.cm"
    result = run("index", photos, "--index", folder, "--no-transcribe")
    assert result.exit_code == 0, result.output
    return folder


def test_search_says_from_when_to_when(filmed: Path, tmp_path: Path) -> None:
    asked = ("search", "--image", tmp_path / "noise.png", "--index", filmed, "--in", "video")
    first = json.loads(run(*asked, "--json").stdout)["hits"][0]
    assert Path(first["path"]).name == "clip.mp4"
    assert (first["start"], first["end"]) == pytest.approx((2, 4), abs=0.2)
    assert "clip.mp4  0:00:02 to 0:00:04" in run(*asked).stdout
    assert len(json.loads(run(*asked, "--json", "--moments").stdout)["hits"]) == 2


def test_search_by_film_and_the_wrong_option(filmed: Path, photos: Path) -> None:
    asked = ("search", "--index", filmed, "--json")
    by_film = json.loads(run(*asked, "--video", photos / "clip.mp4").stdout)
    assert by_film["hits"][0]["path"]
    wrong = run(*asked, "--audio", photos / "clip.mp4")
    assert wrong.exit_code == 1
    assert "--video" in json.loads(wrong.stdout)["cure"]


def test_rebuild(filmed: Path, photos: Path) -> None:
    document = json.loads(run("index", "--rebuild", "--index", filmed, "--json").stdout)
    assert (document["added"], document["failed"]) == (5, 0)
    for wrong in (("index",), ("index", photos, "--rebuild"), ("index", "--rebuild", "--forget")):
        assert run(*wrong, "--index", filmed).exit_code == 2


def test_classify(photos: Path) -> None:
    result = run("classify", photos / "0.png", "--labels", "red, a dog", "--json")
    document = json.loads(result.stdout)
    shares = [label["probability"] for label in document["labels"]]
    assert sum(shares) + document["none"] == pytest.approx(1)
    assert {label["label"] for label in document["labels"]} == {"red", "a dog"}
    spoken = run("classify", photos / "0.png", "--labels", "red,a dog").stdout
    assert "none of these" in spoken


def test_models_list_and_show() -> None:
    names = [card["name"] for card in json.loads(run("models", "list", "--json").stdout)["models"]]
    assert {"pocket-image", "pocket-text"} <= set(names)
    listed = run("models", "list").stdout
    assert all(name in listed for name in names)
    shown = run("models", "show", "pocket-image").stdout
    assert "R@10" in shown
    assert "Flickr8k" in shown


def test_version() -> None:
    from crossmodal import __version__

    assert run("--version").stdout.strip() == f"crossmodal {__version__}"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["search", "x", "--index", "{tmp}/none.cm"], 1, "no index"),
        (["search", "--index", "{index}"], 2, "nothing to search for"),
        (["search", "x", "--in", "smell", "--index", "{index}"], 2, "not a modality"),
        (["search", "x", "--sheet", "{tmp}/a.pdf", "--index", "{index}"], 1, ".png or a .html"),
        (["search", "--image", "{tmp}/none.png", "--index", "{index}"], 1, "none.png"),
        (["search", "x", "-k", "0", "--index", "{index}"], 2, "Invalid value"),
        (["index"], 2, "rebuild alone"),
        (["index", "{tmp}/nowhere", "--index", "{tmp}/new.cm"], 1, "nowhere"),
        (["classify", "{tmp}/none.png", "--labels", "a,b"], 1, "none.png"),
        (["classify", "{photo}", "--labels", "a,,b"], 1, "blank"),
        (["models", "show", "pocket-imag"], 2, "Did you mean 'pocket-image"),
        (["serch"], 2, "No such command"),
    ],
)
def test_wrong_calls(
    index: Path, photos: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    places = {"tmp": tmp_path, "index": index, "photo": photos / "0.png"}
    result = run(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_errors_are_json_too(tmp_path: Path) -> None:
    result = run("search", "x", "--index", tmp_path / "none.cm", "--json")
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)) == {"error", "problem", "cure"}


def test_odd_names_are_one_line(photos: Path, tmp_path: Path) -> None:
    odd = photos / "two\nlines [bold] é.png"
    PILImage.fromarray(np.full((20, 20, 3), 128, np.uint8)).save(odd)
    folder = tmp_path / "i.cm"
    assert run("index", photos, "--index", folder).exit_code == 0
    result = run("search", "--image", odd, "--index", folder, "-k", "1")
    assert result.stdout.count("\n") == 1
    assert "two\\x0alines [bold]" in result.stdout
